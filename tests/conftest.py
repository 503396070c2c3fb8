"""The platform that end-to-end tests share; tests keep apart by chat."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devstack import processes
from tests.platform_under_test import Platform, platform


@pytest.fixture(scope="session")
def metrics_ports() -> dict[str, int]:
    """Where the services of the shared platform tell what they count."""
    return {name: processes.free_port() for name in ("tenants", "customers", "orders", "agent")}


@pytest.fixture(scope="session")
async def running(metrics_ports: dict[str, int]) -> AsyncIterator[Platform]:
    """One platform for all tests of this process that do not break it."""
    # Not under pytest's own folder: that is closed to the account that PostgreSQL runs as when tests run as root.
    with tempfile.TemporaryDirectory(prefix="sales-agents-platform-", ignore_cleanup_errors=True) as folder:
        extra = {name: {"METRICS_PORT": str(port)} for name, port in metrics_ports.items()}
        async with platform(Path(folder), extra=extra) as started:
            yield started
