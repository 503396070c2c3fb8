"""What the tests of the laptop stack share."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """A folder for databases. Not pytest's own, which it closes to other accounts: PostgreSQL runs as one for root."""
    folder = Path(tempfile.mkdtemp(prefix="sales-agents-data-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
