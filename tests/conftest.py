"""The platform that end-to-end tests share; tests keep apart by chat."""

from collections.abc import AsyncIterator

import pytest

from tests.platform_under_test import Platform, platform


@pytest.fixture(scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """One platform for all tests of this process that do not break it."""
    async with platform(tmp_path_factory.mktemp("platform")) as started:
        yield started
