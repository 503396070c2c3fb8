"""The salesperson in the simulator of Claude changes and cancels what is open, and nothing else."""

from devstack.tests.claude_simulator_shop import Chat, basket_of


async def test_an_open_order_is_changed_step_by_step(butcher: Chat) -> None:
    for text in (
        "2 קילו פסטרמה לרחוב הרצל 15",
        "ועוד חצי קילו סלמי",
        "בעצם תעשה 3 קילו פסטרמה",
        "תוריד את הסלמי ותוסיף קילו מרגז",
        "תחליף את המרגז בבשר טחון",
    ):
        await butcher.say(text)

    assert [basket_of(given) for _, given in butcher.shop.calls] == [
        {"pastrami": "2"},
        {"pastrami": "2", "italian_salami": "0.5"},
        {"pastrami": "3", "italian_salami": "0.5"},
        {"pastrami": "3", "spicy_merguez": "1"},
        {"pastrami": "3", "ground_beef": "1"},
    ]
    assert butcher.shop.orders[0]["delivery_address"] == "רחוב הרצל 15"


async def test_address_note_and_date_of_an_open_order_change_without_its_items(butcher: Chat) -> None:
    for text in (
        "2 קילו פסטרמה",
        "הרצל 15 תל אביב",
        "תשנה את הכתובת לאלנבי 3 תל אביב",
        "תוסיף הערה: בלי שומן",
        "תוסיף הערה: לצלצל",
        "מחר בבקשה",
    ):
        await butcher.say(text)

    (order,) = butcher.shop.orders
    assert (order["delivery_address"], order["notes"]) == ("אלנבי 3 תל אביב", "בלי שומן, לצלצל")
    assert (order["wanted_date"], order["total"]) == ("2026-11-24", "150.00")
    assert all("items" not in given for _, given in butcher.shop.calls[1:])


async def test_removing_the_last_line_is_asked_about_before_cancelling(butcher: Chat) -> None:
    await butcher.say("1 kg pastrami")
    asked = await butcher.say("remove the pastrami")
    assert butcher.shop.names == ["create_order"]
    await butcher.say("yes")

    assert "#124" in asked
    assert butcher.shop.names == ["create_order", "cancel_order"]


async def test_of_two_open_orders_the_one_meant_is_cancelled(butcher: Chat) -> None:
    await butcher.say("1 kg pastrami")
    await butcher.say("2 kg salami, pick up")
    asked = await butcher.say("cancel my order")
    assert "cancel_order" not in butcher.shop.names
    await butcher.say("#124")
    await butcher.say("cancel the salami")

    assert "#124" in asked
    assert "#125" in asked
    assert [given for name, given in butcher.shop.calls if name == "cancel_order"] == [
        {"order_number": 124},
        {"order_number": 125},
    ]


async def test_all_orders_are_cancelled_in_one_answer(butcher: Chat) -> None:
    await butcher.say("1 kg pastrami")
    await butcher.say("2 kg salami")

    reply = await butcher.say("תבטל את כל ההזמנות")

    assert len(butcher.rounds) == 2
    assert {order["status"] for order in butcher.shop.orders} == {"cancelled"}
    assert "#124" in reply
    assert "#125" in reply


async def test_an_order_of_nobody_is_not_cancelled(butcher: Chat) -> None:
    reply = await butcher.say("please cancel order 999")

    assert butcher.shop.names == ["get_customer_orders"]
    assert "I don't see an order #999" in reply
