"""What evidence is made of: what was sent, what tools brought, and prices as they are known last."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from sales.orders.v1 import catalog_pb2
from sales.tenants.v1 import tenants_pb2

from services.agent.facts import Facts
from services.agent.prompt import SystemPrompt, context_block, customer_message, platform_notice
from services.agent.reference import TenantView
from services.agent.tests.truth_table.scenes import TODAY, VALDMAN, VALDMAN_BUSINESS
from services.agent.truth import Evidence, check_reply
from services.agent.turns.evidence import evidence_for

Message = dict[str, Any]

VIEW = TenantView(
    tenant=tenants_pb2.Tenant(tenant_id="valdman"),
    catalog=catalog_pb2.Catalog(version=1, currency_code="ILS"),
    prompt=SystemPrompt((), "", ""),
    truth_catalog=VALDMAN,
    business_text=VALDMAN_BUSINESS,
    loaded_at=0.0,
)


def line(sku: str, quantity: str, total: str) -> Facts:
    product = VALDMAN.by_sku[sku]
    name = dict(zip(("en", "he"), product.names, strict=True))
    price = f"{product.unit_price}.00"
    return {"sku": sku, "name": name, "quantity": quantity, "unit_price": price, "line_total": total}


def order(number: int, total: str, *items: Facts) -> Facts:
    facts = {"number": number, "status": "pending", "items": list(items), "total": total}
    return facts | {"wanted_date": None, "created_date": TODAY.isoformat()}


PLACED = order(124, "90.00", line("classic_beef_sausage", "2", "90.00"))


def asked(text: str) -> Message:
    """The message that begins a turn: what the customer wrote, then the context."""
    return {
        "role": "user",
        "content": [customer_message("text", text, edited=False), context_block("now", {}, [], "", 0)],
    }


def said(reply: str) -> list[Message]:
    return [{"role": "assistant", "content": [{"type": "text", "text": reply}]}]


def refused(draft: str) -> list[Message]:
    """A draft as the turn keeps it until the next answer, with what was told of it."""
    notice = platform_notice("Your reply was not sent, because it says things that are not so.")
    return [*said(draft), {"role": "user", "content": [notice]}]


def called(name: str, facts: Facts, *, preamble: str = "", is_error: bool = False) -> list[Message]:
    """A response that asks for a tool, perhaps with words before it, and what the tool brought."""
    text = [{"type": "text", "text": preamble}] if preamble else []
    use = {"type": "tool_use", "id": "toolu_1", "name": name, "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": json.dumps(facts), "is_error": is_error}
    return [{"role": "assistant", "content": [*text, use]}, {"role": "user", "content": [result]}]


def evidence(
    current: Sequence[Message], history: Sequence[Message] = (), orders: Sequence[Facts] = (PLACED,)
) -> Evidence:
    return evidence_for(VIEW, TODAY, orders, history, current)


@pytest.mark.parametrize(
    ("question", "draft", "true"),
    [
        ("How much would 2 kg beef sausage + 1 kg merguez be?", "That comes to 150 ₪.", "142 ₪"),
        ("How much is the pastrami?", "It's 60 ₪ per kg.", "It's 75 ₪ per kg."),
        ("Did my order go through?", "Yes, it was confirmed.", "Yes, your order was placed."),
    ],
)
def test_a_true_reply_passes_after_a_refused_draft(question: str, draft: str, true: str) -> None:
    assert check_reply(true, evidence([asked(question), *refused(draft)])).ok


@pytest.mark.parametrize(
    ("question", "draft", "lie"),
    [
        ("How much is the pastrami?", "It's 60 ₪ per kg.", "It's 52 ₪ per kg."),
        ("How much is the pastrami?", "It used to be 90 ₪ per kg.", "It was 90 ₪ before, now the pastrami is 75 ₪."),
        ("How much is the pastrami?", "7 kg is 600 ₪.", "That would be 525 ₪."),
    ],
)
def test_a_refused_draft_bears_nothing_out(question: str, draft: str, lie: str) -> None:
    assert not check_reply(lie, evidence([asked(question), *refused(draft)], orders=())).ok


@pytest.mark.parametrize("earlier_turn", [False, True])
def test_words_beside_a_tool_call_were_never_sent_and_bear_nothing_out(earlier_turn: bool) -> None:
    orders = {"orders": [PLACED]}
    messages = called("get_customer_orders", orders, preamble="Your total was 160 ₪ before.")
    begun = [asked("What does my order come to?"), *messages]
    known = (
        evidence([asked("And now?")], history=[*begun, *said("It comes to 90 ₪.")]) if earlier_turn else evidence(begun)
    )
    assert not check_reply("Your total went from 160 ₪ to 90 ₪.", known).ok
    assert check_reply("Your total is 90 ₪.", known).ok


def test_words_beside_a_tool_call_answer_no_question_of_the_customer() -> None:
    looked_up = called("get_customer_orders", {"orders": [PLACED]}, preamble="Let me check your orders.")
    known = evidence([asked("Did my order go through?"), *looked_up])
    assert known.asked == "Did my order go through?"
    assert check_reply("Yes, your order was placed.", known).ok


def test_what_was_sent_may_be_compared_with() -> None:
    sent = [asked("2 kg beef sausage and 1 kg merguez"), *said("Order #124 is placed, 142 ₪ in total.")]
    known = evidence([asked("Please take the merguez out")], history=sent)
    assert check_reply("Without the merguez it would go from 142 ₪ to 90 ₪.", known).ok


MOVED: Facts = {
    "error": {
        "reason": "PRICE_CHANGED",
        "message": "prices changed meanwhile: Pastrami is now 80.00 ILS per kg; tell the customer and order again",
        "field": "items[0].product",
        "sku": "pastrami",
        "price": "80.00",
        "currency": "ILS",
        "catalog_version": "2",
        "prices": "pastrami=80.00, italian_salami=85.00",
        "valid": "the order again with seen_catalog_version 2",
    }
}
FOUND: Facts = {"products": [{"sku": "pastrami", "name": {"en": "Pastrami"}, "price": "80.00", "unit": "kg"}]}
QUOTED: Facts = {"quote": {"items": [line("pastrami", "1", "80.00") | {"unit_price": "80.00"}], "total": "80.00"}}


def with_moved_price(name: str, facts: Facts) -> Evidence:
    messages = called(name, facts, is_error="error" in facts)
    return evidence([asked("1 kg of pastrami and 1 kg of salami please"), *messages], orders=())


@pytest.mark.parametrize(
    ("name", "facts"), [("create_order", MOVED), ("search_products", FOUND), ("quote_order", QUOTED)]
)
def test_a_price_that_a_tool_of_this_turn_tells_holds_before_the_catalog_of_the_prompt(name: str, facts: Facts) -> None:
    known = with_moved_price(name, facts)
    for true in (
        "Pastrami now costs 80.00 ILS per kg, so I have not ordered it yet. Shall I?",
        "הפסטרמה עולה עכשיו 80 ₪ לקילו.",
        "Pastrami went up from 75 ₪ to 80 ₪ per kg.",
        "Pastrami used to be 75 ₪ per kg, now it is 80 ₪ per kg.",
        "מחיר הפסטרמה עלה מ-75 ₪ ל-80 ₪ לקילו.",
        "Merguez is 52 ₪ per kg.",
    ):
        assert check_reply(true, known).ok, check_reply(true, known)
    for lie in (
        "Pastrami costs 75 ₪ per kg.",
        "The pastrami was 75 ₪ per kg yesterday and still is.",
        "הפסטרמה עולה 75 ₪ לקילו.",
        "Pastrami went up from 70 ₪ to 80 ₪ per kg.",
        "Merguez is 80 ₪ per kg.",
    ):
        (violation,) = check_reply(lie, known).violations
        assert violation.kind == "amount"
    (told,) = check_reply("Pastrami costs 75 ₪ per kg.", known).violations
    assert "costs 80.00 per kg" in told.reason


def test_every_price_that_moved_is_told_of() -> None:
    known = with_moved_price("create_order", MOVED)
    assert check_reply("The salami is 85 ₪ per kg now and the pastrami 80 ₪, 165 ₪ together.", known).ok
    assert not check_reply("The salami is 82 ₪ per kg.", known).ok


def test_a_price_that_moved_in_an_earlier_turn_is_the_catalogs_again() -> None:
    earlier = [asked("1 kg of pastrami"), *called("create_order", MOVED, is_error=True), *said("It is 80 ₪ now.")]
    known = evidence([asked("And how much is it today?")], history=earlier)
    assert known.catalog is VALDMAN


def updated(*items: Facts, total: str) -> list[Message]:
    return called("update_order", {"order": order(124, total, *items)})


def test_what_was_added_may_be_told_as_the_increase_or_as_what_the_order_holds_now() -> None:
    messages = [
        asked("1 kg more of the beef sausage"),
        *updated(line("classic_beef_sausage", "3", "135.00"), total="135.00"),
    ]
    known = evidence(messages)
    assert [stored.lines[0].quantity for stored in (*known.earlier_orders, *known.orders)] == [2, 3]
    assert check_reply("I've added 1 kg of beef sausage to order #124.", known).ok
    assert check_reply("I've added beef sausage to order #124: 3 kg of beef sausage now.", known).ok
    for lie in ("I've added 2 kg of beef sausage to order #124.", "Added 4 kg of beef sausage to your order."):
        (violation,) = check_reply(lie, known).violations
        assert "The order holds 3 of Classic Beef Sausage" in violation.reason


def test_after_two_changes_in_one_turn_each_of_them_may_be_told() -> None:
    messages = [
        asked("1 kg more of the beef sausage. No, 2 kg more"),
        *updated(line("classic_beef_sausage", "3", "135.00"), total="135.00"),
        *updated(line("classic_beef_sausage", "4", "180.00"), total="180.00"),
    ]
    known = evidence(messages)
    assert check_reply("I've added 1 kg of beef sausage to order #124.", known).ok
    assert not check_reply("I've added 5 kg of beef sausage to order #124.", known).ok


def test_a_fact_that_stayed_as_it_was_is_not_claimed_to_be_saved() -> None:
    """Something newer was known of it, for instance from staff."""
    question = asked("my phone is 054-1234567")
    kept: Facts = {"profile": {"phone": "+972549999999"}, "kept_fields": ["phone"], "saved_fields": []}
    some = kept | {"saved_fields": ["name"]}
    for facts, fine in ((kept, False), (some, True), ({"profile": {"phone": "+972541234567"}}, True)):
        found = evidence([question, *called("update_customer_profile", facts)])
        assert check_reply("I've saved your details.", found).ok is fine
