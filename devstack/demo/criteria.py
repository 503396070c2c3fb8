"""The judgement: each thing that must have happened, decided from orders, turns and what was really sent.

Wording is looked at only where the criterion is about what was said, and then only for facts of the catalog, so that
the same judgement holds for any model that speaks any way it likes.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from sales.agent.v1.conversations_pb2 import HANDLER_PERSON, Handler
from sales.orders.v1.catalog_pb2 import Product
from sales.orders.v1.orders_pb2 import ORDER_STATUS_CANCELLED, ORDER_STATUS_PENDING, Order

from devstack.demo.play import Evidence, Handover, Step
from devstack.demo.scenario import JOBS_THROUGH, MESSAGES, STAFF_SAYS, STAFF_SAYS_WHEN

_NEAR = 160  # characters after a product's name in which its price stands
_CANCELLED_WORDS = re.compile(r"ב[וי]?טו?ל|cancel", re.IGNORECASE)
_MILD_SAUSAGES = ("Chicken & Herb Sausage", "Classic Beef Sausage")


@dataclass(frozen=True)
class Verdict:
    """One criterion and whether it holds; `detail` says what was seen instead."""

    criterion: str
    holds: bool
    detail: str = ""


def judge(evidence: Evidence) -> list[Verdict]:
    """All criteria in order. Those of steps that were not played do not hold."""
    verdicts: list[Verdict] = []
    for number, criteria in enumerate(_BY_STEP, start=1):
        played = len(evidence.steps) >= number
        for text, look in criteria:
            detail = _look(look, evidence) if played else "not played"
            verdicts.append(Verdict(f"{number}. {text}", not detail, detail))
    for text, look in _OVERALL:
        detail = evidence.failure or look(evidence)
        verdicts.append(Verdict(text, not detail, detail))
    return verdicts


Look = Callable[[Evidence], str]  # gives what is wrong, or ""


class _NotPlayedError(Exception):
    """The play ended before what a criterion looks at."""


def _look(look: Look, evidence: Evidence) -> str:
    try:
        return look(evidence)
    except _NotPlayedError:
        return "not played"


def _whole_catalog(evidence: Evidence) -> str:
    said = _said(evidence.steps[0])
    missing = [_english(product) for product in evidence.products if not _offered_with_price(product, said)]
    return f"missing: {', '.join(missing)}" if missing else ""


def _greeting(evidence: Evidence) -> str:
    said = _said(evidence.steps[0])
    first = min(
        (said.find(name) for product in evidence.products for name in _names(product) if name in said), default=0
    )
    return "" if re.search(r"\w", said[:first]) else "it begins with the list"


def _first_order(evidence: Evidence) -> str:
    step = evidence.steps[1]
    if len(step.orders) != 1:
        return f"{len(step.orders)} orders exist"
    wanted = {"Classic Beef Sausage": "2", "Spicy Merguez": "1"}
    return _called(step, "create_order") or _order_is(evidence, step.orders[0], wanted, 14200, ORDER_STATUS_PENDING)


def _address_and_note(number: int) -> Look:
    def look(evidence: Evidence) -> str:
        order = _first(evidence, number)
        if order is None:
            return "there is no order"
        kept = "הרצל 15" in order.delivery_address and "תל אביב" in order.delivery_address and "לצלצל" in order.notes
        return "" if kept else f"address {order.delivery_address!r}, notes {order.notes!r}"

    return look


def _extended(evidence: Evidence) -> str:
    step = evidence.steps[2]
    if len(step.orders) != 1:
        return f"{len(step.orders)} orders exist"
    wanted = {"Classic Beef Sausage": "2", "Spicy Merguez": "1", "Ground Beef (80/20)": "1"}
    return _called(step, "update_order") or _order_is(evidence, step.orders[0], wanted, 19700, ORDER_STATUS_PENDING)


def _cancelled(evidence: Evidence) -> str:
    step, order = evidence.steps[3], _first(evidence, 4)
    cancelled = order is not None and order.status == ORDER_STATUS_CANCELLED
    return _called(step, "cancel_order") or ("" if cancelled else "the order is not cancelled")


def _not_cancelled_again(evidence: Evidence) -> str:
    before, after = _first(evidence, 4), _first(evidence, 5)
    if before is None or after is None or before.version != after.version:
        return "the order changed"
    return "a cancellation was carried out" if not _called(evidence.steps[4], "cancel_order") else ""


def _says_already_cancelled(evidence: Evidence) -> str:
    step = evidence.steps[4]
    return "" if _CANCELLED_WORDS.search(_said(step)) else "the reply does not speak of it"


def _orders_first(evidence: Evidence) -> str:
    tools = [call.name for call in evidence.steps[5].turn.tool_calls]
    return "" if tools[:1] == ["get_customer_orders"] else f"tools called: {', '.join(tools) or 'none'}"


def _no_pastrami_yet(evidence: Evidence) -> str:
    ordered = {line.sku for step in evidence.steps[:7] for order in step.orders for line in order.lines}
    if _sku(evidence, "Pastrami") in ordered:
        return "an order holds pastrami"
    return _true_reply(evidence.steps[5])


def _describes_pastrami(evidence: Evidence) -> str:
    step = evidence.steps[6]
    pastrami = next(product for product in evidence.products if _english(product) == "Pastrami")
    if len(step.orders) != 1:
        return "it ordered instead"
    return "" if _is_named(pastrami, _said(step)) else "the reply does not name it"


def _second_order(evidence: Evidence) -> str:
    step = evidence.steps[7]
    if len(step.orders) != 2:
        return f"{len(step.orders)} orders exist"
    return _called(step, "create_order") or _order_is(
        evidence, step.orders[1], {"Pastrami": "0.5"}, 3750, ORDER_STATUS_PENDING
    )


def _name_learned(evidence: Evidence) -> str:
    name = evidence.customer.profile.name
    return "" if "בר" in name.split() else f"the profile's name is {name!r}"


def _summary_rode_along(evidence: Evidence) -> str:
    return "" if evidence.steps[8].turn.has_summary else "the request carried no summary"


def _offers_mild(evidence: Evidence) -> str:
    said = _said(evidence.steps[8])
    mild = [product for product in evidence.products if _english(product) in _MILD_SAUSAGES]
    return "" if any(_is_named(product, said) for product in mild) else "no mild sausage is named"


def _person_asked_for(evidence: Evidence) -> str:
    handover = _handed_over(evidence)
    return _called(evidence.steps[9], "request_human") or ("" if handover.asked_for_person else "no matter stood open")


def _staff_heard(evidence: Evidence) -> str:
    said = _handed_over(evidence).staff_message
    return "" if said == STAFF_SAYS else f"the chat got {said!r}"


def _agent_silent(evidence: Evidence) -> str:
    handover = _handed_over(evidence)
    if handover.handler != HANDLER_PERSON:
        return f"it was {Handler.Name(handover.handler)}"
    return f"it sent {handover.sent_meanwhile}" if handover.sent_meanwhile else ""


def _knows_what_staff_said(evidence: Evidence) -> str:
    answer = _handed_over(evidence).answer
    return _true_reply(answer) or ("" if STAFF_SAYS_WHEN in _said(answer) else "the answer does not tell it")


def _handed_over(evidence: Evidence) -> Handover:
    if evidence.handover is None:
        raise _NotPlayedError
    return evidence.handover


def _all_steps(evidence: Evidence) -> list[Step]:
    return [*evidence.steps, *([evidence.handover.answer] if evidence.handover else [])]


def _replies_true(evidence: Evidence) -> str:
    return "; ".join(f"message {step.number}: {wrong}" for step in _all_steps(evidence) if (wrong := _true_reply(step)))


def _jobs_ran(evidence: Evidence) -> str:
    found = evidence.conversation
    if found.summary and min(found.summary_through, found.profile_through) >= JOBS_THROUGH:
        return ""
    return f"summary through {found.summary_through}, profile through {found.profile_through}"


def _delivered_once(evidence: Evidence) -> str:
    steps = _all_steps(evidence)
    delivered = evidence.webhook_statuses == [200] * (len(MESSAGES) + 1)  # one more was written to the person
    answered = evidence.sent == sum(len(step.replies) for step in steps) + 1  # the person's own
    if delivered and answered:
        return ""
    return f"webhook answers {evidence.webhook_statuses}, {evidence.sent} messages sent"


def _two_orders(evidence: Evidence) -> str:
    found = [(order.status, order.total.amount_minor) for order in evidence.steps[-1].orders]
    wanted = [(ORDER_STATUS_CANCELLED, 19700), (ORDER_STATUS_PENDING, 3750)]
    return "" if found == wanted else f"orders: {found}"


_BY_STEP: tuple[tuple[tuple[str, Look], ...], ...] = (
    (("a greeting", _greeting), ("the whole catalog with prices", _whole_catalog)),
    (
        ("create_order: 2 kg beef sausage, 1 kg merguez, total 142.00", _first_order),
        ("the address and the note are in the order", _address_and_note(2)),
    ),
    (
        ("update_order: 1 kg ground beef added, total 197.00", _extended),
        ("the note and the address are kept", _address_and_note(3)),
    ),
    (("cancel_order: the order is cancelled", _cancelled),),
    (
        ("get_customer_orders was asked", lambda evidence: _called(evidence.steps[4], "get_customer_orders")),
        ("nothing was cancelled a second time", _not_cancelled_again),
        ("it says that the order is cancelled already", _says_already_cancelled),
    ),
    (
        ("get_customer_orders was asked first", _orders_first),
        ("no pastrami order is made up", _no_pastrami_yet),
    ),
    (("pastrami is described, and not ordered", _describes_pastrami),),
    (
        ("create_order: 0.5 kg pastrami, total 37.50", _second_order),
        ("the profile learned the name בר", _name_learned),
    ),
    (
        ("the model was given a summary", _summary_rode_along),
        ("a mild sausage is offered", _offers_mild),
    ),
    (
        ("request_human was called and the matter waits for a person", _person_asked_for),
        ("the person's answer from the dashboard reached the customer", _staff_heard),
        ("the agent was silent while the person had the conversation", _agent_silent),
        ("returned to it, the agent answers and knows what the person said", _knows_what_staff_said),
    ),
)
_OVERALL: tuple[tuple[str, Look], ...] = (
    ("every reply passed the truth check", _replies_true),
    ("summary and profile cover the first 15 messages", _jobs_ran),
    ("each message was delivered once and answered once", _delivered_once),
    ("two orders in the end: 197.00 cancelled, 37.50 pending", _two_orders),
)


def _said(step: Step) -> str:
    return "\n".join(step.replies)


def _true_reply(step: Step) -> str:
    """Empty if what was sent passed the truth check."""
    verdicts = step.turn.verdicts
    if step.turn.state != "completed" or not verdicts:
        return step.turn.error or "the turn was not completed"
    return "" if verdicts[-1].passed else "; ".join(verdicts[-1].violations) or "it was refused"


def _called(step: Step, tool: str) -> str:
    """Empty if the tool was called and succeeded."""
    results = [call.is_error for call in step.turn.tool_calls if call.name == tool]
    if not results:
        return f"{tool} was not called"
    return "" if False in results else f"{tool} failed"


def _first(evidence: Evidence, number: int) -> Order | None:
    """The first order as it was after a step."""
    orders = evidence.steps[number - 1].orders
    return orders[0] if orders else None


def _order_is(evidence: Evidence, order: Order, wanted: dict[str, str], total_minor: int, status: int) -> str:
    lines = {line.sku: Decimal(line.quantity) for line in order.lines}
    if lines != {_sku(evidence, name): Decimal(quantity) for name, quantity in wanted.items()}:
        return "lines: " + ", ".join(f"{line.sku} {line.quantity}" for line in order.lines)
    if order.total.amount_minor != total_minor:
        return f"total {Decimal(order.total.amount_minor) / 100}"
    return "" if order.status == status else "its state is another"


def _english(product: Product) -> str:
    return product.display_name.values.get("en", product.sku)


def _sku(evidence: Evidence, english_name: str) -> str:
    return next((product.sku for product in evidence.products if _english(product) == english_name), "")


def _names(product: Product) -> Iterator[str]:
    yield from (name for name in product.display_name.values.values() if name)
    yield from product.aliases


def _is_named(product: Product, said: str) -> bool:
    """Whether one of its names is said, with room for inflection: two thirds of its words, without a leading ו or ה."""
    said = said.casefold()
    for name in _names(product):
        words = [word.removeprefix("ו").removeprefix("ה") for word in re.findall(r"\w{3,}", name.casefold())]
        if words and 3 * sum(word in said for word in words) >= 2 * len(words):
            return True
    return False


def _offered_with_price(product: Product, said: str) -> bool:
    """Whether one of its names stands there with its price soon after."""
    price = Decimal(product.unit_price.amount_minor) / 100
    amount = re.compile(rf"(?<![\d.,]){price.normalize():f}(?:[.,]0+)?(?![\d])")
    places = (match.end() for name in _names(product) for match in re.finditer(re.escape(name), said))
    return any(amount.search(said[place : place + _NEAR]) for place in places)
