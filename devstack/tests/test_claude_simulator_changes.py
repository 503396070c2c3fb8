"""The salesperson in the simulator of Claude changes and cancels what is open, and nothing else."""

import pytest

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


@pytest.mark.parametrize(
    ("text", "basket"),
    [
        ("actually make it 4", {"chocolate_croissant": "4"}),
        ("בעצם תעשה 4", {"chocolate_croissant": "4"}),
        ("and a baguette", {"chocolate_croissant": "2", "baguette": "1"}),
        ("ו3 באגטים", {"chocolate_croissant": "2", "baguette": "3"}),
        ("and change the croissants to 5", {"chocolate_croissant": "5"}),
        ("change it to 4 and add a cheesecake", {"chocolate_croissant": "4", "cheesecake": "1"}),
        ("change the croissants to a lemon tart", {"lemon_tart": "2"}),
        ("lemon tart instead of the croissants", {"lemon_tart": "2"}),
        ("רגע לא, 3 קרואסון שוקולד", {"chocolate_croissant": "3"}),
    ],
)
async def test_after_where_to_the_open_order_changes_in_many_words(
    bakery: Chat, text: str, basket: dict[str, str]
) -> None:
    await bakery.say("2 chocolate croissants")
    await bakery.say(text)

    (order,) = bakery.shop.orders
    assert {line["sku"]: line["quantity"] for line in order["items"]} == basket
    assert not order["delivery_address"]


@pytest.mark.parametrize(
    "text",
    ["no baguettes please", "בלי באגטים", "never mind the baguettes", "עזבי את הבאגטים", "אני לא רוצה את הבאגטים",
     "I don't want the baguettes"],
)  # fmt: skip
async def test_what_is_not_wanted_is_taken_out(bakery: Chat, text: str) -> None:
    await bakery.say("3 almond croissants and two baguettes, pick up")
    await bakery.say(text)

    assert basket_of(bakery.shop.calls[-1][1]) == {"almond_croissant": "3"}
    assert bakery.shop.names == ["create_order", "update_order"]


async def test_a_basket_that_was_only_priced_is_changed_as_an_order_is(bakery: Chat) -> None:
    for text in (
        "אני רוצה שלושה קרואסון שקדים, עוגת גבינה ושתי באגטים ליום שישי, איסוף עצמי",
        "בלי באגטים",
        "תשנה ל5 קרואסונים",
        "תחליף את עוגת הגבינה בטארט לימון",
        "כן",
    ):
        await bakery.say(text)

    assert [name for name, _ in bakery.shop.calls] == [*["quote_order"] * 4, "create_order"]
    (order,) = bakery.shop.orders
    assert {line["sku"]: line["quantity"] for line in order["items"]} == {"almond_croissant": "5", "lemon_tart": "1"}
    assert (order["wanted_date"], order["fulfillment"]) == ("2026-11-27", "pickup")


async def test_a_line_of_what_was_only_priced_is_cancelled(bakery: Chat) -> None:
    for text in ("אפשר עוגת שוקולד למחר ו6 שבלולי קינמון", "תבטלו את עוגת השוקולד", "כן"):
        await bakery.say(text)

    assert [order["total"] for order in bakery.shop.orders] == ["84.00"]


@pytest.mark.parametrize("text", ["for 2 people", "between 4 and 6", "give me 2 more than last time"])
async def test_not_every_number_is_an_address(bakery: Chat, text: str) -> None:
    await bakery.say("2 baguettes")
    await bakery.say(text)

    assert [order["delivery_address"] for order in bakery.shop.orders] == [None]


async def test_what_is_added_beside_a_claim_is_added(butcher: Chat) -> None:
    await butcher.say("2 kg ground beef, pick up")
    await butcher.say("I already ordered ground beef, add salami 200g")

    assert basket_of(butcher.shop.calls[-1][1]) == {"ground_beef": "2", "italian_salami": "0.2"}


async def test_what_is_added_for_another_day_is_an_order_of_its_own(bakery: Chat) -> None:
    for text in ("2 challahs for friday, pickup", "and a lemon tart for Sunday"):
        await bakery.say(text)

    assert [(order["total"], order["wanted_date"]) for order in bakery.shop.orders] == [
        ("120.00", "2026-11-29"),
        ("64.00", "2026-11-27"),
    ]


@pytest.mark.parametrize("text", ["no cake please", "remove the cake", "make the cakes 3"])
async def test_of_several_lines_that_may_be_meant_none_is_guessed(bakery: Chat, text: str) -> None:
    await bakery.say("a cheesecake and a chocolate cake, pickup")
    asked = await bakery.say(text)

    assert "Which item" in asked
    assert bakery.shop.names == ["create_order"]


async def test_an_amount_changes_no_line_while_something_else_is_talked_about(bakery: Chat) -> None:
    for text in ("2 challahs, pickup", "chocolate cake", "make it 3"):
        await bakery.say(text)

    assert bakery.shop.names == ["create_order"]


async def test_a_change_of_what_was_priced_leaves_the_open_order_alone(bakery: Chat) -> None:
    for text in ("2 challahs, pick up", "chocolate cake for Friday", "make it 2", "yes"):
        await bakery.say(text)

    assert sorted(order["total"] for order in bakery.shop.orders) == ["360.00", "64.00"]


async def test_products_that_no_open_order_has_cancel_nothing(butcher: Chat) -> None:
    await butcher.say("1 kg pastrami, pick up")
    reply = await butcher.say("cancel the sausages")

    assert "isn't in your order" in reply
    assert butcher.shop.names == ["create_order"]


async def test_of_two_days_the_last_is_the_new_one(butcher: Chat) -> None:
    await butcher.say("1 kg pastrami for Friday, pick up")
    await butcher.say("move it from Friday to Sunday please")

    assert [order["wanted_date"] for order in butcher.shop.orders] == ["2026-11-29"]


@pytest.mark.parametrize(("text", "total"), [("תשנה את הפסטרמה לקילו", "75.00"), ("תשנו לשלושה קילו פסטרמה", "225.00")])
async def test_what_something_is_changed_to_is_an_amount(butcher: Chat, text: str, total: str) -> None:
    await butcher.say("2 קילו פסטרמה, איסוף")
    await butcher.say(text)

    assert [order["total"] for order in butcher.shop.orders] == [total]
