"""The simulator of Claude plays the nine-step scenario through the real SDK, with a shop that runs its tools."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from devstack.claude_simulator.app import create_app
from devstack.tests.claude_simulator_shop import Chat, Shop, amounts_in, recorded_catalog, sdk_client

STEPS = (
    "היי, מה יש לכם?",
    "אני רוצה להזמין 2 קילו נקניק בקר ו-1 קילו מרגז חריף. המשלוח לרחוב הרצל 15 תל אביב, הערה: לצלצל בדלת",
    "רגע, תוסיף לי גם 1 קילו בשר טחון להזמנה",
    "אתה יודע מה, תבטל לי את ההזמנה",
    "תבטל לי את ההזמנה שוב",
    "מה ההזמנות שלי? אני חושב שהזמנתי פעם פסטרמה",
    "אה כן, הפסטרמה שלכם טובה? ספר לי עליה",
    "כן, אני רוצה חצי קילו פסטרמה בבקשה. שם שלי בר אגב",
    "תודה! אגב, יש לכם משהו נקניקיות לילדים? משהו לא חריף?",
)


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    async with sdk_client(create_app()) as client:
        yield Chat(client, Shop(recorded_catalog("valdman")))


async def test_the_nine_steps_are_played_with_the_right_tools_and_true_replies(chat: Chat) -> None:
    replies: list[str] = []
    tools: list[list[str]] = []
    for step in STEPS:
        called = len(chat.shop.calls)
        replies.append(await chat.say(step))
        tools.append(chat.shop.names[called:])

    assert tools[0] == []
    assert all(row["name"]["he"] in replies[0] for row in chat.shop.rows)
    assert amounts_in(replies[0]) == {Decimal(row["price"]) for row in chat.shop.rows}

    assert tools[1] == ["create_order"]
    created = chat.shop.calls[0][1]
    assert created["items"] == [
        {"product": "classic_beef_sausage", "quantity": "2"},
        {"product": "spicy_merguez", "quantity": "1"},
    ]
    assert (created["delivery_address"], created["notes"]) == ("רחוב הרצל 15 תל אביב", "לצלצל בדלת")
    assert amounts_in(replies[1]) == {Decimal(142)}

    assert tools[2] == ["update_order"]
    assert [item["product"] for item in chat.shop.calls[1][1]["items"]] == [
        "classic_beef_sausage",
        "spicy_merguez",
        "ground_beef",
    ]
    assert amounts_in(replies[2]) == {Decimal(197)}

    assert tools[3] == ["cancel_order"]
    assert "#124" in replies[3]

    assert tools[4] == ["get_customer_orders"]
    assert "כבר בוטלה" in replies[4]

    assert tools[5] == ["get_customer_orders"]
    assert "אין ברשימה שלכם הזמנה עם פסטרמה" in replies[5]

    assert tools[6] == []
    assert "פסטרמה" in replies[6]
    assert amounts_in(replies[6]) == {Decimal(75)}

    assert sorted(tools[7]) == ["create_order", "update_customer_profile"]
    assert chat.shop.profile == {"name": "בר"}
    assert amounts_in(replies[7]) == {Decimal("37.50")}

    assert tools[8] == []
    assert "נקניקיות עוף ועשבי תיבול" in replies[8]
    assert "מרגז" not in replies[8]

    assert [(order["status"], order["total"]) for order in chat.shop.orders] == [
        ("pending", "37.50"),
        ("cancelled", "197.00"),
    ]


async def test_a_name_and_an_order_in_one_message_are_two_tool_calls_of_one_answer(chat: Chat) -> None:
    await chat.say("חצי קילו פסטרמה בבקשה. שם שלי בר")

    first = chat.rounds[0]
    assert sorted(block.name for block in first.content if block.type == "tool_use") == [
        "create_order",
        "update_customer_profile",
    ]
    assert len(chat.rounds) == 2
