"""A reply that is longer than a channel's message: it comes in parts, cut at line ends, in order, with nothing lost."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest

from devstack.demo.business import open_business
from devstack.telegram_simulator.client import telegram_customer
from salesctl.seed.apply import seed_tenant
from salesctl.seed.content import Product, TelegramBot, TenantContent, launch_tenants
from salesctl.services import connect
from salesctl.settings import Settings
from tests.platform_under_test import Chat, Platform

TELEGRAM_LIMIT = 4096  # UTF-16 units, Bot API
_FLAVOURS = ("Rye", "Walnut", "Fig", "Olive", "Caraway", "Honey", "Pumpkin", "Onion", "Apricot", "Sesame")
_KINDS = ("Loaf", "Roll", "Plait", "Bun", "Twist", "Pretzel", "Crown", "Flatbread", "Stick", "Wreath")
_BOT = TelegramBot(
    display_name="The bakery with a hundred breads",
    bot_token_variable="WIDE_BAKERY_BOT_TOKEN",
    bot_token_in_development="100000077:wide-bakery-bot-token",
    webhook_secret_variable="WIDE_BAKERY_WEBHOOK_SECRET",
    webhook_secret_in_development="wide-bakery-webhook-secret",
)


def a_bakery_with_a_hundred_breads() -> TenantContent:
    """A tenant whose whole catalog does not fit into one message."""
    (bakery,) = (content for content in launch_tenants() if content.tenant_id == "joannas_bakery")
    names = [f"{flavour} {kind} from our stone oven" for flavour, kind in itertools.product(_FLAVOURS, _KINDS)]
    breads = [
        Product(
            sku=name.lower().replace(" ", "_"),
            name={"en": name},
            category=next(iter(bakery.categories)),
            description={"en": f"{name}, baked every morning"},
            price=f"{10 + number % 37}.50",
        )
        for number, name in enumerate(names)
    ]
    return bakery.model_copy(update={"tenant_id": "wide_bakery", "telegram": _BOT, "products": breads})


@pytest.fixture(scope="module")
async def chat(running: Platform) -> AsyncIterator[Chat]:
    """A customer of the bakery."""
    content, around = a_bakery_with_a_hundred_breads(), running.stack.around
    environment = around.operator_environment()
    settings: dict[str, Any] = {name.lower(): value for name, value in environment.items()}
    async with connect(Settings(_env_file=None, **settings)) as services:
        await seed_tenant(services, content)
    await running.stack.run_salesctl(
        *("webhook", "set", "--tenant", content.tenant_id, "--url", around.ports.url("gateway"))
    )
    async with (
        telegram_customer(around.telegram_api_base_url, _BOT.bot_token_in_development) as customer,
        open_business(environment, content.tenant_id) as business,
    ):
        yield Chat(customer, business)


def units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


async def test_a_reply_over_the_limit_comes_in_parts_cut_at_line_ends_in_order(chat: Chat) -> None:
    after = (await chat.customer.log())["last_seq"]
    await chat.write("Hi! What do you have?")
    turn = await chat.last_turn()
    sent = await chat.customer.replies(chat.chat_id, after, len(turn.replies), 60)
    parts = [entry["text"] for entry in sent]
    assert len(parts) > 1
    assert all(0 < units(part) <= TELEGRAM_LIMIT for part in parts)
    assert units(parts[0]) > TELEGRAM_LIMIT // 2, "a part is as long as it may be"
    assert all(entry["accepted"] for entry in sent)

    lines = [line for part in parts for line in part.splitlines() if line]
    listed = [line for line in lines if line.startswith("•")]
    expected = a_bakery_with_a_hundred_breads().products
    assert len(listed) == len(expected)
    assert all(
        product.name["en"] in line and product.price in line for product, line in zip(expected, listed, strict=True)
    )
    candidate = turn.verdicts[-1].reply
    assert lines == [line.strip() for line in candidate.splitlines() if line.strip()]
    assert await chat.sent() == parts
