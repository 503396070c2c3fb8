"""The judgement of the demo: a good run holds everywhere, and each thing that can go wrong is seen."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sales.agent.v1.conversations_pb2 import (
    HANDLER_AGENT,
    HANDLER_PERSON,
    Conversation,
    ToolCall,
    TruthVerdict,
    Turn,
)
from sales.customers.v1.customers_pb2 import Customer, Profile
from sales.orders.v1.catalog_pb2 import Product
from sales.orders.v1.orders_pb2 import ORDER_STATUS_CANCELLED, ORDER_STATUS_PENDING, Order, OrderLine, OrderStatus

from devstack.demo.criteria import judge
from devstack.demo.play import Evidence, Handover, Step
from devstack.demo.scenario import CUSTOMER_ASKS_MEANWHILE, MESSAGES, STAFF_SAYS

_CATALOG = {
    "Classic Beef Sausage": ("נקניק בקר", 4500),
    "Spicy Merguez": ("מרגז חריף", 5200),
    "Chicken & Herb Sausage": ("נקניקיות עוף ועשבי תיבול", 3800),
    "Ground Beef (80/20)": ("בשר טחון", 5500),
    "Pastrami": ("פסטרמה", 7500),
}
_LIST = "\n".join(f"• {hebrew}: {minor // 100} ₪ לק״ג" for hebrew, minor in _CATALOG.values())
_REPLIES = (
    f"היי! שמח שכתבת. זה מה שיש לנו:\n{_LIST}",
    "ההזמנה נקלטה",
    "הוספתי",
    "ביטלתי את ההזמנה",
    "ההזמנה כבר בוטלה",
    "יש לך הזמנה אחת, והיא מבוטלת. לא מצאתי הזמנה של פסטרמה",
    "הפסטרמה שלנו מתובלת בתערובת סודית",
    "הזמנתי חצי קילו",
    "נקניקיות העוף עם עשבי התיבול עדינות",
    "העברתי לצוות",
)
_TOOLS = (
    (),
    ("create_order",),
    ("update_order",),
    ("cancel_order",),
    ("get_customer_orders",),
    ("get_customer_orders",),
    (),
    ("create_order", "update_customer_profile"),
    (),
    ("request_human",),
)


def _sku(english: str) -> str:
    return english.lower().replace(" ", "_")


def _order(number: int, status: OrderStatus.ValueType, total: int, version: int, **items: str) -> Order:
    names = {"beef": "Classic Beef Sausage", "merguez": "Spicy Merguez", "ground": "Ground Beef (80/20)"}
    order = Order(
        number=number, status=status, version=version, delivery_address="הרצל 15, תל אביב", notes="לצלצל בדלת"
    )
    order.total.amount_minor = total
    for name, quantity in items.items():
        order.lines.append(OrderLine(sku=_sku(names.get(name, "Pastrami")), quantity=quantity))
    return order


def _orders_after(step: int) -> list[Order]:
    two = {"beef": "2", "merguez": "1"}
    if step == 1:
        return []
    if step == 2:
        return [_order(124, ORDER_STATUS_PENDING, 14200, 1, **two)]
    if step == 3:
        return [_order(124, ORDER_STATUS_PENDING, 19700, 2, **two, ground="1.000")]
    cancelled = _order(124, ORDER_STATUS_CANCELLED, 19700, 3, **two, ground="1")
    return [cancelled] if step < 8 else [cancelled, _order(125, ORDER_STATUS_PENDING, 3750, 1, pastrami="0.5")]


def good_run() -> Evidence:
    """A run in which everything happened as it must."""
    evidence = Evidence(
        conversation=Conversation(summary="…", summary_through=15, profile_through=15),
        customer=Customer(profile=Profile(name="בר")),
        webhook_statuses=[200] * 11,
        sent=12,
    )
    for english, (hebrew, minor) in _CATALOG.items():
        product = Product(sku=_sku(english))
        product.display_name.values.update({"en": english, "he": hebrew})
        product.unit_price.amount_minor = minor
        evidence.products.append(product)
    for number, text in enumerate(MESSAGES, start=1):
        turn = Turn(turn_id=str(number), state="completed", has_summary=number == 9)
        turn.tool_calls.extend(ToolCall(name=name) for name in _TOOLS[number - 1])
        turn.verdicts.append(TruthVerdict(passed=True))
        evidence.steps.append(Step(number, text, [_REPLIES[number - 1]], turn, _orders_after(number), 0.1))
    turn = Turn(turn_id="11", state="completed", verdicts=[TruthVerdict(passed=True)])
    answer = Step(11, CUSTOMER_ASKS_MEANWHILE, ["דנה כתבה שהמשלוח יגיע מחר ב-10:00"], turn, _orders_after(10), 0.1)
    evidence.handover = Handover(True, STAFF_SAYS, HANDLER_PERSON, [], answer)
    return evidence


def _handover(evidence: Evidence, **changes: object) -> None:
    assert evidence.handover is not None
    evidence.handover = replace(evidence.handover, **changes)  # type: ignore[arg-type]


def _failing(evidence: Evidence) -> list[str]:
    return [verdict.criterion for verdict in judge(evidence) if not verdict.holds]


def _reply(evidence: Evidence, number: int, text: str) -> None:
    evidence.steps[number - 1].replies[:] = [text]


def _forget_tools(evidence: Evidence, number: int) -> None:
    del evidence.steps[number - 1].turn.tool_calls[:]


def test_everything_holds_in_a_good_run() -> None:
    assert _failing(good_run()) == []


@pytest.mark.parametrize(
    ("spoil", "criterion"),
    [
        (lambda run: _reply(run, 1, _LIST), "1. a greeting"),
        (lambda run: _reply(run, 1, _REPLIES[0].replace("75", "77")), "1. the whole catalog with prices"),
        (lambda run: _forget_tools(run, 2), "2. create_order: 2 kg beef sausage, 1 kg merguez, total 142.00"),
        (lambda run: run.steps[1].orders.clear(), "2. the address and the note are in the order"),
        (
            lambda run: setattr(run.steps[2].orders[0].lines[0], "quantity", "3"),
            "3. update_order: 1 kg ground beef added, total 197.00",
        ),
        (lambda run: setattr(run.steps[2].orders[0], "notes", ""), "3. the note and the address are kept"),
        (
            lambda run: setattr(run.steps[3].orders[0], "status", ORDER_STATUS_PENDING),
            "4. cancel_order: the order is cancelled",
        ),
        (lambda run: _forget_tools(run, 5), "5. get_customer_orders was asked"),
        (lambda run: setattr(run.steps[4].orders[0], "version", 4), "5. nothing was cancelled a second time"),
        (lambda run: _reply(run, 5, "בשמחה!"), "5. it says that the order is cancelled already"),
        (lambda run: _forget_tools(run, 6), "6. get_customer_orders was asked first"),
        (lambda run: run.steps[5].orders.append(_orders_after(8)[1]), "6. no pastrami order is made up"),
        (lambda run: _reply(run, 7, "טעימה מאוד"), "7. pastrami is described, and not ordered"),
        (lambda run: run.steps[7].orders.pop(), "8. create_order: 0.5 kg pastrami, total 37.50"),
        (lambda run: setattr(run.customer.profile, "name", "Demo"), "8. the profile learned the name בר"),
        (lambda run: setattr(run.steps[8].turn, "has_summary", False), "9. the model was given a summary"),
        (lambda run: _reply(run, 9, "יש מרגז חריף"), "9. a mild sausage is offered"),
        (lambda run: _forget_tools(run, 10), "10. request_human was called and the matter waits for a person"),
        (
            lambda run: _handover(run, asked_for_person=False),
            "10. request_human was called and the matter waits for a person",
        ),
        (
            lambda run: _handover(run, staff_message="משהו אחר"),
            "10. the person's answer from the dashboard reached the customer",
        ),
        (
            lambda run: _handover(run, handler=HANDLER_AGENT),
            "10. the agent was silent while the person had the conversation",
        ),
        (
            lambda run: _handover(run, sent_meanwhile=["אני כאן!"]),
            "10. the agent was silent while the person had the conversation",
        ),
        (
            lambda run: run.handover and run.handover.answer.replies.__setitem__(0, "לא יודע"),
            "10. returned to it, the agent answers and knows what the person said",
        ),
        (lambda run: setattr(run.steps[0].turn.verdicts[0], "passed", False), "every reply passed the truth check"),
        (
            lambda run: setattr(run.conversation, "profile_through", 10),
            "summary and profile cover the first 15 messages",
        ),
        (lambda run: run.webhook_statuses.append(200), "each message was delivered once and answered once"),
        (lambda run: run.steps[9].orders.pop(), "two orders in the end: 197.00 cancelled, 37.50 pending"),
    ],
)
def test_each_thing_that_goes_wrong_is_seen(spoil: Callable[[Evidence], object], criterion: str) -> None:
    run = good_run()
    spoil(run)
    assert criterion in _failing(run)


def test_a_second_cancellation_is_seen_even_if_the_order_looks_the_same() -> None:
    run = good_run()
    run.steps[4].turn.tool_calls.append(ToolCall(name="cancel_order"))
    assert "5. nothing was cancelled a second time" in _failing(run)


def test_what_was_not_played_does_not_hold() -> None:
    run = good_run()
    del run.steps[4:]
    run.handover = None
    run.failure = "message 5: nothing came"
    failing = _failing(run)
    assert "5. get_customer_orders was asked" in failing
    assert "9. a mild sausage is offered" in failing
    assert "10. the person's answer from the dashboard reached the customer" in failing
    assert "every reply passed the truth check" in failing
    assert "4. cancel_order: the order is cancelled" not in failing
