"""The calls that README.md shows: `buf curl` runs them against the real services, `grpcurl` makes the same ones."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest

from tests.platform_under_test import Platform

ROOT = Path(__file__).parent.parent
_BLOCKS = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
_TARGET = re.compile(r"127\.0\.0\.1:(?P<port>\d+)[/ ](?P<method>sales\.[\w.]+/\w+)")
_PORTS = {"50051": "tenants", "50052": "customers", "50053": "orders", "50054": "agent"}


def shown(program: str) -> list[str]:
    """The commands of README.md that call a program, each as one line."""
    lines = [line for block in _BLOCKS.findall((ROOT / "README.md").read_text()) for line in unfolded(block)]
    return [line for line in lines if line.startswith(f"{program} ")]


def unfolded(block: str) -> list[str]:
    """Lines of a shell block, continued ones joined."""
    return re.sub(r"\\\n\s*", "", block).splitlines()


def target(command: str) -> tuple[str, str, str]:
    """Service, method and body that a command calls with."""
    found = _TARGET.search(command)
    body = re.search(r"-d '([^']*)'", command)
    assert found and body, command
    return _PORTS[found["port"]], found["method"], body[1]


def test_there_is_a_call_for_every_service() -> None:
    assert {target(command)[0] for command in shown("buf curl")} == set(_PORTS.values())


def test_grpcurl_and_buf_curl_make_the_same_calls() -> None:
    assert [target(command) for command in shown("grpcurl")] == [target(command) for command in shown("buf curl")]


@pytest.mark.parametrize("command", shown("buf curl"), ids=lambda command: target(command)[1])
async def test_a_shown_call_works(command: str, running: Platform) -> None:
    service, method, _ = target(command)
    address = running.stack.around.operator_environment()[f"{service.upper()}_ADDRESS"]
    printed = await run_in_shell(_TARGET.sub(f"{address}/{method}", command), running)
    answer = json.loads(printed)
    match method.rpartition("/")[2]:
        case "GetTenant":
            assert answer["tenantId"] == "valdman"
        case "QuoteOrder":
            assert answer["total"] == {"currencyCode": "ILS", "amountMinor": "3750"}
        case "SearchProducts":
            assert answer["products"][0]["sku"] == "pastrami"
        case _:
            assert set(answer) <= {"customers", "conversations", "nextPageToken"}


async def run_in_shell(command: str, running: Platform) -> str:
    """Run a command as somebody does who followed README.md; what it printed."""
    programs = (str(Path(sys.executable).parent), str(ROOT / "node_modules" / ".bin"), os.environ["PATH"])
    environment = {**os.environ, **running.stack.around.operator_environment(), "PATH": os.pathsep.join(programs)}
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", command),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    printed, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return printed.decode()
