"""The salesperson in the simulator of Claude understands free chat about ordering, and says only what is so."""

from datetime import date
from decimal import Decimal

import pytest

from devstack.tests.claude_simulator_shop import Chat, amounts_in, basket_of, customer_message


@pytest.mark.parametrize(
    ("text", "basket"),
    [
        (
            "אפשר בבקשה קילו וחצי פסטרמה, 200 גרם סלמי וחצי קילו חזה עוף",
            {"pastrami": "1.5", "italian_salami": "0.2", "chicken_breast": "0.5"},
        ),
        ('2.5 ק"ג צלעות כבש ורבע קילו מרגז', {"lamb_chops": "2.5", "spicy_merguez": "0.25"}),
        ("שלושה קילו בשר טחון", {"ground_beef": "3"}),
        ("2 kg pastrami, half a kilo of salami and 500g ground beef (80/20) please",
         {"pastrami": "2", "italian_salami": "0.5", "ground_beef": "0.5"}),
        ("pastrmi - 1.5kg", {"pastrami": "1.5"}),
        ("give me a kilo of each: pastrami and salami", {"pastrami": "1", "italian_salami": "1"}),
        ("полкило пастромы и кило говяжьей колбасы", {"pastrami": "0.5", "classic_beef_sausage": "1"}),
        ("أريد نصف كيلو بسطرمة", {"pastrami": "0.5"}),
        ("أريد كيلو بسطرمة ونصف كيلو سلامي، استلام", {"pastrami": "1", "italian_salami": "0.5"}),
        ("хочу заказать 2 кг пастрами и полкило салями, самовывоз", {"pastrami": "2", "italian_salami": "0.5"}),
    ],
)  # fmt: skip
async def test_weights_are_ordered_as_said(butcher: Chat, text: str, basket: dict[str, str]) -> None:
    butcher.shop.rows = [row | {"step": "0.05"} for row in butcher.shop.rows]

    reply = await butcher.say(text)

    assert butcher.shop.names == ["create_order"]
    assert basket_of(butcher.shop.calls[0][1]) == basket
    assert amounts_in(reply) == {Decimal(butcher.shop.orders[0]["total"])}


@pytest.mark.parametrize(
    ("text", "basket"),
    [
        ("two baguettes and a dozen almond croissants", {"baguette": "2", "almond_croissant": "12"}),
        ("תריסר באגטים ושלושה קרואסונים שקדים", {"baguette": "12", "almond_croissant": "3"}),
        ("קרואסון שוקולד אחד ושתי חלות", {"chocolate_croissant": "1", "whole_wheat_challah": "2"}),
        ("I'd like an almond croissant", {"almond_croissant": "1"}),
        ("almond and chocolate croissants, 2 each", {"almond_croissant": "2", "chocolate_croissant": "2"}),
        ("a dozen almond croissants and 2 sourdough loaves", {"almond_croissant": "12", "sourdough_bread": "2"}),
        ("10 croissants, half almond and half chocolate", {"almond_croissant": "5", "chocolate_croissant": "5"}),
        ("6 קרואסונים: 2 שקדים ו-4 שוקולד", {"almond_croissant": "2", "chocolate_croissant": "4"}),
        ("two lemon tarts, no wait, three", {"lemon_tart": "3"}),
        ("two lemon tarts, sorry, three lemon tarts", {"lemon_tart": "3"}),
        ("2 baguettes. Actually no, 4. And a cheesecake", {"baguette": "4", "cheesecake": "1"}),
        ("שני טארט לימון, לא רגע, שלושה", {"lemon_tart": "3"}),
        ("3 baguettes and a cheesecake but no lemon tart", {"baguette": "3", "cheesecake": "1"}),
        ("אני רוצה 2 קוראסון שקדים ועוגת גבינא אחת", {"almond_croissant": "2", "cheesecake": "1"}),
        ("хочу купить два багета", {"baguette": "2"}),
    ],
)
async def test_pieces_are_ordered_as_said(bakery: Chat, text: str, basket: dict[str, str]) -> None:
    await bakery.say(text)

    assert [(name, basket_of(given)) for name, given in bakery.shop.calls] == [("create_order", basket)]


async def test_details_of_an_order_are_taken_along(butcher: Chat) -> None:
    text = "2 kg chicken breast to Ben Yehuda 22, Haifa by Friday. Note: ring the bell. name is Dana, +972 52 123 4567"

    await butcher.say(text)

    given = dict(butcher.shop.calls)
    assert given["update_customer_profile"] == {"name": "Dana", "phone": "+972 52 123 4567"}
    assert given["create_order"] == {
        "items": [{"product": "chicken_breast", "quantity": "2"}],
        "fulfillment": "delivery",
        "delivery_address": "Ben Yehuda 22, Haifa",
        "notes": "ring the bell",
        "wanted_date": "2026-11-27",
    }


async def test_without_a_quantity_it_asks_and_the_answer_completes_the_order(butcher: Chat) -> None:
    asked = await butcher.say("אני רוצה קצת חזה עוף לרחוב הרצל 15")
    assert butcher.shop.calls == []
    await butcher.say("300 גרם")

    assert "כמה חזה עוף" in asked
    assert butcher.shop.calls == [
        (
            "create_order",
            {
                "items": [{"product": "chicken_breast", "quantity": "0.3"}],
                "fulfillment": "delivery",
                "delivery_address": "רחוב הרצל 15",
            },
        )
    ]


async def test_a_word_that_fits_several_products_is_asked_about(butcher: Chat) -> None:
    asked = await butcher.say("I want 2 kilos of chicken")
    await butcher.say("the breast")

    assert "Chicken & Herb Sausage" in asked
    assert "Chicken Breast Fillets" in asked
    assert [(name, basket_of(given)) for name, given in butcher.shop.calls] == [
        ("create_order", {"chicken_breast": "2"})
    ]


@pytest.mark.parametrize(
    ("asks", "agrees"), [("2 pastrami", "yes"), ("כמה יעלו לי 2 קילו פסטרמה?", "יאללה תזמין"), ("שתי פסטרמות", "כן")]
)
async def test_what_is_only_implied_is_priced_before_it_is_ordered(butcher: Chat, asks: str, agrees: str) -> None:
    offer = await butcher.say(asks)
    assert butcher.shop.names == ["quote_order"]
    await butcher.say(agrees)

    assert amounts_in(offer) == {Decimal(150)}
    assert butcher.shop.names == ["quote_order", "create_order"]
    assert basket_of(butcher.shop.calls[1][1]) == {"pastrami": "2"}


async def test_a_no_to_an_offer_orders_nothing(butcher: Chat) -> None:
    await butcher.say("2 pastrami")
    await butcher.say("no thanks")
    await butcher.say("what about lamb chops?")

    assert butcher.shop.names == ["quote_order"]


async def test_an_unknown_product_is_denied_and_the_rest_is_priced(butcher: Chat) -> None:
    denied = await butcher.say("יש לכם שניצל?")
    offer = await butcher.say("רוצה 2 קילו שניצל וקילו פסטרמה")

    assert butcher.shop.names == ["search_products", "quote_order"]
    assert "אין לנו שניצל" in denied
    assert "אין לנו שניצל" in offer
    assert amounts_in(offer) == {Decimal(75)}


async def test_what_is_out_of_stock_is_not_ordered(butcher: Chat) -> None:
    butcher.shop.rows = [row | {"available": row["sku"] != "pastrami"} for row in butcher.shop.rows]

    reply = await butcher.say("2 kg pastrami please")

    assert butcher.shop.calls == []
    assert "Pastrami is out of stock" in reply
    assert "Italian Salami" in reply


@pytest.mark.parametrize(
    ("text", "named", "unnamed"),
    [
        ("do you have something mild for the kids?", "Chicken & Herb Sausage", "Merguez"),
        ("something spicy?", "Spicy Merguez", "Chicken"),
        ("what do you recommend for the grill?", "Classic Beef Sausage", "Pastrami"),
        ("what sausages do you have?", "Spicy Merguez", "Pastrami"),
        ("tell me about the pastrami", "secret spice blend", "Salami"),
        ("what's the cheapest?", "Chicken & Herb Sausage", "Pastrami"),
        ("are the sausages kosher?", "I have no information about that", "Merguez"),
        ("is the salami gluten free?", "I have no information about that", "We don't have"),
        ("do you have gluten free pastrami?", "I have no information about that", "We don't have"),
        ("price list please", "Fresh Meat", "We don't have"),
        ("send me the price list", "Fresh Meat", "We don't have"),
        ("which sausages do you have?", "Spicy Merguez", "We don't have"),
        ("do u have beef sausages? how much r they?", "Classic Beef Sausage", "Pastrami"),
        ("сколько стоит салями?", "82", "такого у нас нет"),
        ("מה הנקניקיה הכי זולה?", "38", "אין לנו"),
    ],
)
async def test_questions_about_the_goods_are_answered_from_the_catalog(
    butcher: Chat, text: str, named: str, unnamed: str
) -> None:
    reply = await butcher.say(text)

    assert named in reply
    assert unnamed not in reply
    assert butcher.shop.calls == []


async def test_hours_delivery_and_contact_come_from_the_business(butcher: Chat) -> None:
    reply = await butcher.say("מתי אתם פתוחים? ויש משלוחים?")

    assert butcher.shop.names == ["get_business_info"]
    assert "א׳–ה׳: 08:00–18:00" in reply
    assert "באותו יום בתוך העיר" in reply
    assert "טלפון" not in reply


async def test_a_human_is_fetched_on_request_and_for_a_complaint(butcher: Chat) -> None:
    await butcher.say("אפשר לדבר עם נציג?")
    sorry = await butcher.say("The meat was spoiled, I want a refund")
    await butcher.say("can I get a discount?")
    await butcher.say("yes")

    assert butcher.shop.names == ["request_human"] * 3
    assert "sorry" in sorry


async def test_a_claimed_order_is_confirmed_only_if_it_is_there(butcher: Chat) -> None:
    await butcher.say("1 kg salami, pick up")

    denied = await butcher.say("I think I ordered pastrami once")
    confirmed = await butcher.say("did I order salami?")

    assert "I don't see any order of yours with Pastrami" in denied
    assert "Italian Salami is in order #124" in confirmed


async def test_the_language_is_switched_on_request_and_stays(butcher: Chat) -> None:
    switched = await butcher.say("תענה לי באנגלית בבקשה")
    later = await butcher.say("כמה עולה פסטרמה?")

    assert butcher.shop.calls == [("update_customer_profile", {"language": "en"})]
    assert "English" in switched
    assert "per kg" in later


async def test_messages_that_came_together_are_answered_together(butcher: Chat) -> None:
    reply = await butcher.say("היי", "אפשר 2 קילו פסטרמה", "לרחוב הרצל 15 תל אביב", "וכמה עולה סלמי?")

    ((name, given),) = butcher.shop.calls
    assert (name, given["delivery_address"]) == ("create_order", "רחוב הרצל 15 תל אביב")
    assert amounts_in(reply) == {Decimal(150), Decimal(82)}


async def test_a_message_that_came_while_tools_ran_is_answered_with_the_same_reply(butcher: Chat) -> None:
    asked = [{"role": "user", "content": [customer_message("1 kg pastrami"), butcher.context()]}]
    first = await butcher.ask(asked)
    spoken = {"role": "assistant", "content": first.content}
    results = butcher.run_tools(first)
    second = await butcher.ask(
        [*asked, spoken, {"role": "user", "content": [*results, customer_message("add 1 kg salami")]}]
    )

    (use,) = second.content
    assert use.type == "tool_use"
    assert (use.name, use.input) == (
        "update_order",
        {
            "order_number": 124,
            "items": [{"product": "pastrami", "quantity": "1"}, {"product": "italian_salami", "quantity": "1"}],
        },
    )


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("voice", "", "can't listen"),
        ("photo", "", "can't look at pictures"),
        ("sticker", "😀", "😊"),
        ("location", "32.081000, 34.780000", "street and number"),
        ("document", "invoice.pdf", "can't open files"),
        ("other", "poll", "can't read this kind"),
    ],
)
async def test_what_is_not_text_gets_a_sensible_answer(butcher: Chat, kind: str, text: str, words: str) -> None:
    await butcher.say("hello")

    assert words in await butcher.say(text, kind=kind)
    assert butcher.shop.calls == []


async def test_captions_contacts_and_places_are_used(butcher: Chat) -> None:
    await butcher.say("1 kg pastrami", kind="photo")
    await butcher.say("Dana, +972501234567", kind="contact")
    await butcher.say("Office, Herzl 15, Tel Aviv", kind="location")

    assert butcher.shop.names == ["create_order", "update_customer_profile", "update_order"]
    assert butcher.shop.profile == {"phone": "+972501234567"}
    assert butcher.shop.orders[0]["delivery_address"] == "Office, Herzl 15, Tel Aviv"


async def test_an_edited_message_corrects_the_order_it_placed(butcher: Chat) -> None:
    await butcher.say("2 kilo pastrami")
    await butcher.say("3 kilo pastrami", edited="true")

    assert [(order["total"], order["status"]) for order in butcher.shop.orders] == [("225.00", "pending")]


@pytest.mark.parametrize(
    "text",
    ["מה בהזמנה שלי?", "מה בהזמנה?", "תראה לי את ההזמנה", "מה הסטטוס של ההזמנה?", "what's in the order?",
     "какие у меня заказы?", "что в заказе?", "شو في الطلب؟"],
)  # fmt: skip
async def test_what_is_in_the_order_is_told(butcher: Chat, text: str) -> None:
    await butcher.say("2 kg pastrami, pick up")

    assert "#124" in await butcher.say(text)
    assert butcher.shop.names == ["create_order", "get_customer_orders"]


@pytest.mark.parametrize(
    ("text", "basket", "day"),
    [
        ("עוגת שוקולד ליום שישי", {"chocolate_cake": "1"}, "2026-11-27"),
        ("chocolate cake for Friday", {"chocolate_cake": "1"}, "2026-11-27"),
        ("אפשר עוגת שוקולד למחר ו6 שבלולי קינמון", {"chocolate_cake": "1", "cinnamon_roll": "6"}, "2026-11-24"),
    ],
)
async def test_a_product_named_with_a_day_is_not_dropped(
    bakery: Chat, text: str, basket: dict[str, str], day: str
) -> None:
    await bakery.say("2 challahs, pick up")

    await bakery.say(text)
    assert "update_order" not in bakery.shop.names
    await bakery.say("yes")

    assert [basket_of(given) for name, given in bakery.shop.calls if name == "create_order"][1:] == [basket]
    assert [order["wanted_date"] for order in bakery.shop.orders] == [day, None]


@pytest.mark.parametrize(
    ("first", "then", "basket"),
    [
        ("2 kilos", "pastrami", {"pastrami": "2"}),
        ("3 pieces of pastrami", "2 kg", {"pastrami": "2"}),
        ("hi", "The pastrami was great. 2 kg for Friday please", {"pastrami": "2"}),
    ],
)
async def test_an_amount_and_its_product_may_come_one_after_the_other(
    butcher: Chat, first: str, then: str, basket: dict[str, str]
) -> None:
    await butcher.say(first)
    assert butcher.shop.calls == []
    await butcher.say(then)

    assert [(name, basket_of(given)) for name, given in butcher.shop.calls] == [("create_order", basket)]


@pytest.mark.parametrize("text", ["I'll take one of each", "אקח אחד מכל סוג"])
async def test_one_of_each_means_all_that_were_shown(bakery: Chat, text: str) -> None:
    await bakery.say("which breads do you have?")
    await bakery.say(text)

    assert [(name, basket_of(given)) for name, given in bakery.shop.calls] == [
        ("quote_order", {"sourdough_bread": "1", "whole_wheat_challah": "1", "baguette": "1"})
    ]


async def test_of_a_doubtful_product_the_amount_and_the_other_products_are_kept_in_mind(bakery: Chat) -> None:
    await bakery.say("أريد رغيفين خبز وكرواسون شوكولاتة")
    await bakery.say("sourdough bread")

    assert basket_of(bakery.shop.calls[-1][1]) == {"sourdough_bread": "2", "chocolate_croissant": "1"}


async def test_days_that_differ_are_asked_about(bakery: Chat) -> None:
    reply = await bakery.say("2 baguettes for tomorrow and a cheesecake for Friday")

    assert "one day only" in reply
    assert bakery.shop.calls == []


@pytest.mark.parametrize("text", ["כמה קילו פסטרמה אפשר להזמין?", "how many kilos of pastrami can I order?"])
async def test_a_question_for_an_amount_orders_nothing(butcher: Chat, text: str) -> None:
    await butcher.say(text)

    assert butcher.shop.calls == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("2 קילו פסטרמה לבן יהודה 5 תל אביב", "בן יהודה 5 תל אביב"),
        ("תוכלו לשלוח 4 קילו מרגז לבן גוריון 3 רמת גן ביום שני?", "בן גוריון 3 רמת גן"),
        ("2 קילו פסטרמה לשבת, אפשר להוסיף 3 קילו סלמי", None),
    ],
)
async def test_a_hebrew_address_may_follow_the_goods(butcher: Chat, text: str, address: str | None) -> None:
    await butcher.say(text)
    await butcher.say("כן")

    assert [order["delivery_address"] for order in butcher.shop.orders] == [address]


@pytest.mark.parametrize(("text", "day"), [("no, sunday", "2026-11-29"), ("לא, ביום ראשון", "2026-11-29")])
async def test_another_day_for_what_was_priced_is_no_yes(bakery: Chat, text: str, day: str) -> None:
    await bakery.say("can you reserve 3 cheesecakes for saturday?")
    await bakery.say(text)
    assert bakery.shop.names == ["quote_order", "quote_order"]
    await bakery.say("yes")

    assert [(order["total"], order["wanted_date"]) for order in bakery.shop.orders] == [("480.00", day)]


async def test_an_amount_that_is_only_asked_about_is_priced(butcher: Chat) -> None:
    await butcher.say("is 2 kg of pastrami enough for 10 people?")
    await butcher.say("and how about 3 kg?")

    assert butcher.shop.names == ["quote_order", "quote_order"]


@pytest.mark.parametrize("text", ["I don't want salami, give me 1 kg pastrami", "לא רוצה סלמי, תן לי קילו פסטרמה"])
async def test_what_is_not_wanted_is_not_asked_for(butcher: Chat, text: str) -> None:
    await butcher.say(text)

    assert [(name, basket_of(given)) for name, given in butcher.shop.calls] == [("create_order", {"pastrami": "1"})]


async def test_a_yes_to_a_colleague_orders_nothing(bakery: Chat) -> None:
    await bakery.say("does the strudel contain nuts?")
    reply = await bakery.say("yes")

    assert bakery.shop.names == ["request_human"]
    assert "Strudel" not in reply


@pytest.mark.parametrize(
    ("text", "address", "day"),
    [
        ("2 קילו מרגז למשלוח להרצל 3 חיפה ביום שישי בבקשה", "הרצל 3 חיפה", 4),
        ("200g pastrami delivered to 5 Dizengoff, Tel Aviv on Friday", "5 Dizengoff, Tel Aviv", 4),
    ],
)
async def test_an_address_ends_where_the_day_begins(butcher: Chat, text: str, address: str, day: int) -> None:
    await butcher.say(text)

    (order,) = butcher.shop.orders

    assert order["delivery_address"] == address
    assert date.fromisoformat(order["wanted_date"]).weekday() == day


async def test_a_phone_number_is_no_answer_to_where_to(butcher: Chat) -> None:
    await butcher.say("2 kg pastrami please")
    await butcher.say("my name is Dan, call me at 050-1234567")

    assert not butcher.shop.orders[0]["delivery_address"]
