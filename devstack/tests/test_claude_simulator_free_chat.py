"""What customers write besides plain orders, and what the salesperson in the simulator of Claude makes of it."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from devstack.claude_simulator.app import create_app
from devstack.tests.claude_simulator_shop import Chat, Shop, amounts_in, basket_of, recorded_catalog, sdk_client


@pytest.fixture
async def butcher() -> AsyncIterator[Chat]:
    async with sdk_client(create_app()) as client:
        yield Chat(client, Shop([row | {"step": "0.05"} for row in recorded_catalog("valdman")]))


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("I want 2 kg unicorn steak", "unicorn steak"),
        ("half a kilo of dragon sausage please", "dragon sausage"),
        ("2 kg tuna salami", "tuna salami"),
        ("2 kg of chicken wings please", "chicken wings"),
        ("do you have unicorn steak?", "unicorn steak"),
        ("אני רוצה 2 קילו סטייק חד קרן", "סטייק חד קרן"),
        ("כמה עולה סטייק חד קרן?", "סטייק חד קרן"),
    ],
)
async def test_a_thing_that_only_resembles_a_product_is_denied_and_the_near_one_offered(
    butcher: Chat, text: str, thing: str
) -> None:
    reply = await butcher.say(text)

    assert thing in reply
    assert "create_order" not in butcher.shop.names
    assert amounts_in(reply)


@pytest.mark.parametrize(
    ("text", "sku"),
    [
        ("2 kg of your famous ribeye steak please", "ribeye_steak"),
        ("2 קילו מרגז אחי", "spicy_merguez"),
        ("2 kg lamb sausage", "spicy_merguez"),
        ("I want 2 kg pastrami sliced thin", "pastrami"),
    ],
)
async def test_praise_manner_and_words_of_the_catalog_make_no_other_thing_of_a_product(
    butcher: Chat, text: str, sku: str
) -> None:
    await butcher.say(text)

    assert [(name, basket_of(given)) for name, given in butcher.shop.calls] == [("create_order", {sku: "2"})]


async def test_a_near_product_follows_the_catalog_when_it_is_renamed(butcher: Chat) -> None:
    butcher.shop.rows = [
        row | {"name": {"en": "Golden Flank Steak"}, "aliases": ["flank steak"], "price": "99.00"}
        if row["sku"] == "ribeye_steak"
        else row
        for row in butcher.shop.rows
    ]

    reply = await butcher.say("2 kg unicorn steak")

    assert "Golden Flank Steak" in reply
    assert amounts_in(reply) == {Decimal(198)}


@pytest.mark.parametrize(
    ("refused", "then", "basket"),
    [
        ("half an almond croissant", "2 baguettes please", {"baguette": "2"}),
        ("half a croissant", "I want 3 lemon tarts please", {"lemon_tart": "3"}),
        ("חצי קרואסון שוקולד", "אוקיי אז תביאי לי 2 באגטים", {"baguette": "2"}),
        ("1000 tonnes of cheesecake", "one lemon tart please", {"lemon_tart": "1"}),
    ],
)
async def test_after_a_refused_quantity_the_next_order_is_placed(
    bakery: Chat, refused: str, then: str, basket: dict[str, str]
) -> None:
    await bakery.say(refused)
    assert not bakery.shop.orders

    await bakery.say(then)

    assert basket_of(bakery.shop.calls[-1][1]) == basket
    assert len(bakery.shop.orders) == 1


@pytest.mark.parametrize("text", ["1000 tons of pastrami", "אלף טון פסטרמה", "5000 kg pastrami"])
async def test_a_thousand_tonnes_are_refused_and_a_possible_order_goes_through(butcher: Chat, text: str) -> None:
    assert "100" in await butcher.say(text)

    await butcher.say("1 kg salami")

    assert butcher.shop.calls[-1] == ("create_order", {"items": [{"product": "italian_salami", "quantity": "1"}]})


@pytest.mark.parametrize(
    "text",
    [
        "how much in total if I take 2 kg merguez and 1 kg pastrami?",
        "If I take 2 kg merguez and 1 kg pastrami, how much is it?",
        "what's the total for 2 kg merguez and 1 kg pastrami?",
        "כמה יצא בסך הכל אם אני לוקח 2 קילו מרגז וקילו פסטרמה?",
        "אם אקח 2 קילו מרגז וקילו פסטרמה כמה זה יצא?",
        "сколько будет, если я возьму 2 кг мергеза и 1 кг пастрами?",
    ],
)
async def test_what_a_basket_would_come_to_is_quoted(butcher: Chat, text: str) -> None:
    reply = await butcher.say(text)

    assert [(name, basket_of(given)) for name, given in butcher.shop.calls] == [
        ("quote_order", {"spicy_merguez": "2", "pastrami": "1"})
    ]
    assert amounts_in(reply) == {Decimal(179)}


@pytest.mark.parametrize(
    "text",
    [
        "how much is it altogether?",
        "what's the total?",
        "so how much do I owe you?",
        "how much is it?",
        "כמה זה יצא?",
        "כמה יוצא הכל?",
        "כמה אני צריך לשלם?",
        "סה״כ?",
        "сколько с меня?",
    ],
)
async def test_after_an_order_its_total_is_told(butcher: Chat, text: str) -> None:
    await butcher.say("2 kg merguez and half a kilo of salami please")

    reply = await butcher.say(text)

    assert "#124" in reply
    assert amounts_in(reply) == {Decimal(145)}
    assert butcher.shop.names == ["create_order", "get_customer_orders"]


async def test_before_an_order_the_total_is_that_of_the_priced_basket(butcher: Chat) -> None:
    await butcher.say("how much is 2 kg merguez?")

    assert amounts_in(await butcher.say("כמה זה יצא?")) == {Decimal(104)}
    assert butcher.shop.names == ["quote_order", "quote_order"]


@pytest.mark.parametrize(
    ("texts", "address"),
    [
        (("2 кг пастрами, доставка: Герцль 5, Хайфа",), "Герцль 5, Хайфа"),
        (("2 кг пастрами", "Герцль 5, Хайфа"), "Герцль 5, Хайфа"),
        (("2 кг пастрами, Герцль 5, Хайфа",), "Герцль 5, Хайфа"),
        (("2 кг пастрами на Герцль 5, Хайфа, пожалуйста",), "Герцль 5, Хайфа"),
        (("Хочу 1 кг мергеза на улицу Ленина 12 кв 5, Хайфа, на завтра",), "улицу Ленина 12 кв 5, Хайфа"),
        (("Адрес: ул. Герцль 5, кв. 3, Хайфа", "кило пастрами с доставкой"), "ул. Герцль 5, кв. 3, Хайфа"),
        (("اريد كيلو بسطرمة", "شارع الجلاء 12، حيفا"), "شارع الجلاء 12، حيفا"),
        (("2 kg pastrami, 15 Herzl St, Haifa",), "15 Herzl St, Haifa"),
        (("1 kg pastrami, Herzl 5, Haifa, for tomorrow please",), "Herzl 5, Haifa"),
        (("2 kg pastrami", "12 rue de la Paix, Haïfa"), "12 rue de la Paix, Haïfa"),
        (("2 קילו פסטרמה, הרצל 5, חיפה",), "הרצל 5, חיפה"),
        (("2 קילו פסטרמה", "תשנה כתובת לביאליק 7 אשדוד"), "ביאליק 7 אשדוד"),
        (("2 kg pastrami", "change the address to Bialik 7, Ashdod please"), "Bialik 7, Ashdod"),
    ],
)
async def test_an_address_in_any_script_is_kept_whole(butcher: Chat, texts: tuple[str, ...], address: str) -> None:
    for text in texts:
        await butcher.say(text)

    (order,) = butcher.shop.orders
    assert (order["delivery_address"], order["fulfillment"]) == (address, "delivery")


async def test_goods_and_numbers_are_no_address(butcher: Chat) -> None:
    await butcher.say("תביא לי 2 קילו פסטרמה וקילו סלמי")
    await butcher.say("2 kg lamb chops, salami 3, pastrami")

    assert all(order["delivery_address"] is None for order in butcher.shop.orders)
    assert "update_customer_profile" not in butcher.shop.names


@pytest.mark.parametrize(
    ("before", "question", "words"),
    [
        ("tell me about the merguez", "is it spicy?", "Yes, Spicy Merguez is hot"),
        ("tell me about the salami", "is it spicy?", "isn't described as spicy"),
        ("ספר לי על המרגז", "זה חריף?", "כן, מרגז חריף"),
        ("what's the difference between pastrami and salami?", "which one is cheaper?", "Pastrami"),
        ("hi", "I need meat for 10 people", "Lamb Chops"),
        ("hi", "אני רוצה משהו טעים", "הצעות"),
        ("hi", "tell me a joke", "not sure"),
        ("hi", "wat do u hav", "everything we have"),
        ("2 kg pastrami", "when will it be ready?", "#124"),
        ("2 קילו פסטרמה", "מתי זה מוכן?", "#124"),
        ("hello", "😀😀", "How can I help"),
        ("hello", "do you deliver on Friday?", "same day in the city"),
        ("hello", "can you deliver tomorrow at 18:00?", "same day in the city"),
        ("hello", "do you have a shop in Eilat?", "12 Market St"),
        ("2 kg pastrami to Herzl 5, Haifa", "what's my address?", "Herzl 5, Haifa"),
        ("2 קילו פסטרמה", "מה הכתובת שלי?", "לאיזו כתובת"),
        ("hello", "what can you do?", "digital assistant"),
        ("hello", "do u have beer?", "We don't have beer"),
        ("שלום", "יש לכם משהו למנגל ל-8 אנשים?", "הצעות"),
        ("2 קילו פסטרמה", "מושלם, נתראה", "להתראות"),
    ],
)
async def test_odd_questions_get_sensible_answers(butcher: Chat, before: str, question: str, words: str) -> None:
    await butcher.say(before)

    assert words in await butcher.say(question)


@pytest.mark.parametrize(
    ("texts", "basket"),
    [
        (("2 kg pastrami, 1 kg salami and half a kilo merguez", "make it 3 kg pastrami instead", "remove the salami"),
         {"pastrami": "3", "spicy_merguez": "0.5"}),
        (("2 קילו פסטרמה וקילו סלמי וחצי קילו מרגז", "תעשה מזה 3 קילו פסטרמה", "תוריד את הסלמי"),
         {"pastrami": "3", "spicy_merguez": "0.5"}),
        (("3.5 kg pastrami and half a kilo of salami", "remove the salami and make the pastrami 2 kg"),
         {"pastrami": "2"}),
        (("3.5 קילו פסטרמה וחצי קילו סלמי", "בעצם תוריד את הסלמי ותעשה 2 קילו פסטרמה"), {"pastrami": "2"}),
        (("what's the difference between pastrami and salami?", "the cheaper one, 2 kg please", "yes"),
         {"pastrami": "2"}),
        (("1 kg pastrami", "same again", "yes"), {"pastrami": "1"}),
        (("2 kg pastrami and 500g salami", "no wait, 300g salami"), {"pastrami": "2", "italian_salami": "0.3"}),
        (("2 קילו פסטרמה וחצי קילו סלמי", "לא רגע, 300 גרם סלמי"), {"pastrami": "2", "italian_salami": "0.3"}),
        (("pastrami 2, salami 1", "no wait, salami 3", "yes"), {"pastrami": "2", "italian_salami": "3"}),
        (("2 kg pastrami, 1 kg salami and 1 kg merguez", "remove everything except the pastrami"), {"pastrami": "2"}),
        (("2 kg pastrami", "put 200 grams more pastrami"), {"pastrami": "2.2"}),
        (("2 kg pastrami", "cancel it", "put it back please", "yes"), {"pastrami": "2"}),
        (("-1 kg salami", "yes"), {"italian_salami": "1"}),
        (("long talk " * 300 + ". Please send me 2 kg of pastrami to Herzl 5, Haifa.",), {"pastrami": "2"}),
    ],
)  # fmt: skip
async def test_free_talk_ends_in_the_order_that_was_meant(
    butcher: Chat, texts: tuple[str, ...], basket: dict[str, str]
) -> None:
    for text in texts:
        await butcher.say(text)

    assert {row["sku"]: row["quantity"] for row in butcher.shop.orders[0]["items"]} == basket


async def test_what_the_shop_is_asked_to_do_with_an_order_becomes_its_note(bakery: Chat) -> None:
    await bakery.say("one cheesecake please")
    await bakery.say("can you write Happy Birthday on the cake?")

    assert bakery.shop.orders[0]["notes"] == "write Happy Birthday on the cake"
    assert len(bakery.shop.orders) == 1


async def test_a_pickup_with_its_hour_is_no_address(butcher: Chat) -> None:
    await butcher.say("2 kg pastrami")
    await butcher.say("pick up at 10am")

    (order,) = butcher.shop.orders
    assert (order["fulfillment"], order["delivery_address"]) == ("pickup", None)


async def test_a_number_of_people_is_no_number_of_cakes(bakery: Chat) -> None:
    await bakery.say("צריכה עוגת יום הולדת ל-20 איש לשבת")
    await bakery.say("שוקולד")
    await bakery.say("כן")

    assert [row["quantity"] for row in bakery.shop.orders[0]["items"]] == ["1"]


async def test_what_may_be_a_bullet_or_a_minus_is_priced_first(butcher: Chat) -> None:
    await butcher.say("-1 kg salami")

    assert butcher.shop.names == ["quote_order"]
