"""The parts of the platform start in any order: each says by name what it misses until it comes, and then works."""

import os
import random
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from devstack.telegram_simulator.client import telegram_customer
from tests.platform_under_test import ANSWER_SECONDS, undisturbed
from tests.start_order.parts import REPORTED, SERVERS, SERVICES, Parts

_SEED = "START_ORDER_SEED"
_CHAT = 4_711


@asynccontextmanager
async def _parts() -> AsyncIterator[Parts]:
    # Not under pytest's own folder: other runs of pytest close that to the account that PostgreSQL runs as.
    prefix = "sales-agents-start-order-"
    with undisturbed(), tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        parts = Parts(Path(folder))
        try:
            yield parts
        finally:
            await parts.stop()


async def _a_customer_is_answered(parts: Parts) -> None:
    await parts.run_salesctl("seed")
    await parts.run_salesctl("webhook", "set", "--tenant", "valdman", "--url", parts.around.ports.url("gateway"))
    token = parts.around.settings.valdman_bot_token.get_secret_value()
    async with telegram_customer(parts.around.telegram_api_base_url, token) as customer:
        await customer.write(_CHAT, "I want to order 2 kilo pastrami, pickup please")
        (reply,) = await customer.replies(_CHAT, 0, 1, ANSWER_SECONDS)
    assert "150" in reply["text"]


async def test_in_whatever_order_the_parts_start_each_names_what_it_misses_until_it_works(
    record_property: Callable[[str, object], None],
) -> None:
    seed = os.environ.get(_SEED) or str(random.SystemRandom().randrange(1_000_000))
    record_property("start orders", f"{_SEED}={seed}")
    shuffled = random.Random(seed)
    everything = (*SERVICES, *SERVERS, "claude-simulator", "telegram-simulator")
    said: set[tuple[str, str]] = set()

    # Services first, so that each has to say everything that it can say.
    async with _parts() as parts:
        for name in _told(record_property, shuffled.sample(SERVICES, len(SERVICES))):
            parts.start(name)
        said |= await parts.settle()
        for name in _told(record_property, shuffled.sample(SERVERS, len(SERVERS))):
            parts.start(name)
            said |= await parts.settle()
        assert parts.died() == {}

    async with _parts() as parts:
        for name in _told(record_property, shuffled.sample(everything, len(everything))):
            parts.start(name)
            said |= await parts.settle()
        await _a_customer_is_answered(parts)
        assert parts.died() == {}

    assert said == {(service, dependency) for service, named in REPORTED.items() for dependency in named}


def _told(record_property: Callable[[str, object], None], order: list[str]) -> list[str]:
    record_property("start orders", " → ".join(order))
    return order
