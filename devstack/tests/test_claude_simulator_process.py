"""The simulator of Claude runs alone as a process, says where it listens, and stops when told."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx2
import pytest
from anthropic import AsyncAnthropic


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "devstack.claude_simulator", "--port", "0", "--host", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        yield running
        if running.poll() is None:
            running.kill()


async def test_it_serves_the_sdk_over_a_real_socket_and_ends_on_sigterm(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    words, _, url = line.rpartition(" ")
    assert words == "claude simulator listening on"

    http = httpx2.AsyncClient(timeout=30)
    async with AsyncAnthropic(base_url=url, api_key="key", max_retries=0, http_client=http) as client:
        answer = await client.messages.create(
            model="claude-sonnet-5-5", max_tokens=100, messages=[{"role": "user", "content": "hello"}]
        )
    process.send_signal(signal.SIGTERM)

    assert answer.content[0].type == "text"
    assert process.wait(timeout=60) == 0
