"""What the tests of the laptop stack share."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from devstack.claude_simulator.app import create_app
from devstack.tests.claude_simulator_shop import Chat, Shop, recorded_catalog, sdk_client


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """A folder for databases. Not pytest's own, which it closes to other accounts: PostgreSQL runs as one for root."""
    folder = Path(tempfile.mkdtemp(prefix="sales-agents-data-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def spare_stdout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Another standard output than pytest's: rich points it to nowhere when a pipe is closed."""
    with (tmp_path / "stdout").open("w") as spare:
        monkeypatch.setattr("sys.stdout", spare)
        yield


@pytest.fixture
async def butcher() -> AsyncIterator[Chat]:
    async with sdk_client(create_app()) as client:
        yield Chat(client, Shop(recorded_catalog("valdman")))


@pytest.fixture
async def bakery() -> AsyncIterator[Chat]:
    async with sdk_client(create_app()) as client:
        yield Chat(client, Shop(recorded_catalog("bakery")))
