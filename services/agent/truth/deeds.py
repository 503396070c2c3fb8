"""Judges a claimed deed by what tools really did and by the state of the customer's orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.agent.truth import mood
from services.agent.truth.actions import Claim, claims
from services.agent.truth.contents import covers, holds, wrong_products
from services.agent.truth.facts import ActionDone, ActionKind, Evidence, OrderFact, OrderStatus, Violation
from services.agent.truth.figures import quantities
from services.agent.truth.patterns import compile_folded
from services.agent.truth.sentences import Reply
from services.agent.truth.text import fold

_ANY_ORDER: frozenset[ActionKind] = frozenset({"created", "updated", "cancelled"})
_WRITTEN: frozenset[ActionKind] = frozenset({"created", "updated"})

# Which actions make a claim true. No tool pays, refunds, discounts, ships, phones or writes to anybody.
_BACKED_BY: dict[str, frozenset[ActionKind]] = {
    "created": _WRITTEN,
    "added": _WRITTEN,
    "changed": frozenset({"updated"}),
    "removed": frozenset({"updated"}),
    "cancelled": frozenset({"cancelled"}),
    "saved": frozenset({"profile_saved"}),
    "noted": frozenset({"created", "updated", "profile_saved"}),
    "handed": frozenset({"handed_over"}),
    "arranged": _WRITTEN,
    "generic": frozenset({"created", "updated", "cancelled", "profile_saved", "handed_over"}),
    "agreed": _WRITTEN,
    "allset": frozenset({"created", "updated", "cancelled", "profile_saved", "handed_over"}),
}
# Which states of an order make a claim about it true.
_TRUE_IN: dict[str, frozenset[OrderStatus]] = {
    "created": frozenset({"pending", "confirmed", "completed", "cancelled"}),
    "arranged": frozenset({"pending", "confirmed", "completed"}),
    "cancelled": frozenset({"cancelled"}),
    "confirmed": frozenset({"confirmed", "completed"}),
    "prepared": frozenset({"confirmed", "completed"}),
    "shipped": frozenset({"completed"}),
    "ready": frozenset({"completed"}),
    "pending": frozenset({"pending"}),
    "had": frozenset({"pending", "confirmed", "completed", "cancelled"}),
    "contains": frozenset({"pending", "confirmed", "completed", "cancelled"}),
    "held": frozenset({"pending", "confirmed", "completed", "cancelled"}),
    "allset": frozenset({"pending", "confirmed", "completed"}),
}
_SAID_AS = {
    "created": "an order was placed", "added": "something was added to an order", "changed": "something was changed",
    "removed": "something was removed", "cancelled": "an order was cancelled", "confirmed": "the business confirmed the order",
    "prepared": "the order is being prepared", "shipped": "the order is on its way or delivered", "ready": "the order is ready",
    "saved": "customer details were saved", "noted": "something was noted down", "handed": "this was passed to a person",
    "contacted": "you spoke with somebody", "sent": "you sent a message or document", "paid": "money was charged, paid or refunded",
    "discounted": "a discount was given", "arranged": "a delivery or pickup was arranged", "generic": "something was done",
    "allset": "everything is arranged", "pending": "an order is pending", "had": "the customer has such an order",
    "contains": "an order holds these products", "held": "these products were in an order", "agreed": "the order was placed",
}  # fmt: skip

_PROFILE = compile_folded(
    r"\b(?:address|phone|names?|number|email|details|language|profile|preferences?|info|information|allerg\w+|nickname)\b"
    r"|כתובת|טלפונ|(?<!\w)(?:ה|ב)?שמ(?:כ|ו|ה)?(?!\w)|פרטי|פרטימ|העדפ|שפה|אלרגי|מספר|адрес|телефон|имя|номер|данные|профил|предпочт|язык|аллерги|عنوان|هاتف|اسم|رقم|بيانات|معلومات|لغه|تفضيل|حساسي"
)
_ORDER_TALK = compile_folded(
    r"\border|\bnote|\bdeliver|\binstruction|\brequest|\bquantit|\bdate|הזמנ|הער|משלוח|בקש|כמות|תאריכ|заказ|примечан|пожелан|комментар|доставк|количеств|طلب|ملاحظ|توصيل|كميه|تاريخ"
)
_TO_A_PERSON = compile_folded(
    r"\b(?:human|representative|rep|manager|agent|person|someone|operator|specialist|owner)\b|נציג|מנהל|אנושי|בעלימ|менеджер|оператор|человек|сотрудник|специалист|موظف|مدير|مندوب|انسان|مسوول|مسءول|ممثل"
)
_NEW_ORDER = compile_folded(
    r"\bnew order\b|\b(?:another|second|separate) order\b|הזמנה (?:חדשה|נוספת)|нов(?:ый|ого) заказ|طلب(?:ا)? جديد"
)
_WHOLE_ORDER = compile_folded(r"\border\b|הזמנה|הזמנתכ|заказ|طلب")
_RECEIPT = compile_folded(r"\breceipt|\bconfirmation|\bsummary|\bdetails|קבלה|אישור|סיכומ|чек|подтвержден|ايصال|تاكيد")
_RECEIPT_ONLY = compile_folded(
    r"\b(?:e-?mail|sms|text|link|invoice|whatsapp|code)\b|מייל|דוא|קישור|לינק|חשבונית|sms|מסרונ|ссылк|письмо|почт|смс|счет|رابط|بريد|ايميل|فاتوره"
)


def check_actions(reply: Reply, evidence: Evidence) -> Iterator[Violation]:
    """Claims of deeds that neither a tool nor the state of an order bears out; at most one a clause and deed."""
    seen: set[tuple[int, str]] = set()
    asks = any(clause.asks for clause in reply.clauses)
    for claim in claims(reply):
        if claim.deed == "held" and not claim.products:
            continue
        if claim.deed == "contains" and (not claim.products or (asks and not claim.numbers)):
            continue  # nothing is said of products, or a draft is put to the customer ("... Shall I place it?")
        key = (claim.clause.start, claim.deed)
        if key in seen:
            continue
        reason = _why_untrue(reply, claim, evidence)
        if reason is not None:
            seen.add(key)
            yield Violation("action", claim.text[:160], reason)


def _why_untrue(reply: Reply, claim: Claim, evidence: Evidence) -> str | None:
    """Why `claim` is not true, or None if it is."""
    if claim.deed == "discounted" and mood.conditional(claim.clause.text) is False and _discount_known(claim, evidence):
        return None
    if claim.deed == "sent":
        return _sent(claim, evidence)
    done = _matching(evidence.actions, claim)
    if done:
        return wrong_products(reply, claim, done, evidence)
    if _is_recap(claim, evidence) and (before := _matching(evidence.earlier_actions, claim)):
        return wrong_products(reply, claim, before, evidence)
    if _borne_out_by_orders(reply, claim, evidence):
        return None
    return _reason(claim, evidence)


def _discount_known(claim: Claim, evidence: Evidence) -> bool:
    """Whether the business itself speaks of a discount of the claimed size."""
    business = fold(evidence.business_text)
    if not _DISCOUNT.search(business):
        return False
    claimed = set(quantities(claim.text))
    return not claimed or bool(claimed & set(quantities(business)))


_DISCOUNT = compile_folded(
    r"discount|% off|\bsale\b|\bfree\b|\bgift|מתנה|הנחה|מבצע|משלוח חינמ|скидк|акци|бесплатн|خصم|تخفيض|مجاني"
)


def _sent(claim: Claim, evidence: Evidence) -> str | None:
    """Receipts go out with what was written; no other message or document is ever sent."""
    wrote = any(action.kind in _ANY_ORDER for action in evidence.actions)
    if wrote and _RECEIPT.search(claim.tail) and not _RECEIPT_ONLY.search(claim.tail):
        return None
    return _reason(claim, evidence)


def _matching(actions: Iterable[ActionDone], claim: Claim) -> list[ActionDone]:
    kinds = _kinds(claim)
    return [
        action
        for action in actions
        if action.kind in kinds
        and (not claim.numbers or action.order_number is None or action.order_number in claim.numbers)
    ]


def _kinds(claim: Claim) -> frozenset[ActionKind]:
    """The actions that would make `claim` true, given what its words are about."""
    if claim.deed == "created" and _NEW_ORDER.search(claim.text):
        return frozenset({"created"})
    return _BACKED_BY.get(claim.deed, frozenset()) | _also(claim)


def _also(claim: Claim) -> frozenset[ActionKind]:
    """Actions that back the claim because of its object: a profile, a product, a whole order, a note of an order."""
    profile = _PROFILE.search(claim.tail) or (claim.voice == "state" and _PROFILE.search(claim.text))
    order_talk = _ORDER_TALK.search(claim.text)
    of_object: dict[str, tuple[object, frozenset[ActionKind]]] = {
        "changed": (profile, frozenset({"profile_saved"})),
        "added": (profile, frozenset({"profile_saved"})),
        "removed": (profile, frozenset({"profile_saved"})),
        "cancelled": (claim.products, frozenset({"updated"})),
        "saved": (order_talk or not profile, _WRITTEN),
        "handed": (order_talk and not _TO_A_PERSON.search(claim.text), _WRITTEN),
    }
    holds, kinds = of_object.get(claim.deed, (None, frozenset()))
    if claim.deed == "removed" and not claim.products and _WHOLE_ORDER.search(claim.text):
        return kinds | {"cancelled"} if holds else frozenset({"cancelled"})
    return kinds if holds else frozenset()


def _is_recap(claim: Claim, evidence: Evidence) -> bool:
    """Whether the claim tells of something done before this turn, rather than now."""
    if claim.deed == "allset":
        return True
    if claim.earlier:
        return True
    return not claim.now and mood.asks_about_the_past(fold(evidence.asked))


def _borne_out_by_orders(reply: Reply, claim: Claim, evidence: Evidence) -> bool:
    """Whether the state of the orders alone makes the claim true."""
    states = _TRUE_IN.get(claim.deed)
    if states is None or (claim.now and claim.deed in ("created", "cancelled", "arranged")):
        return False
    if claim.deed == "created" and _NEW_ORDER.search(claim.text) and not claim.earlier:
        return False
    orders = [order for order in _orders_meant(claim, evidence) if covers(reply, claim, order)]
    if claim.deed == "had":
        meant = list(_orders_meant(claim, evidence))
        return bool(meant) and all(any(holds(order, mention) for order in meant) for mention in claim.products)
    if claim.numbers and claim.voice == "state" and claim.deed != "had":
        true = bool(orders) and all(order.status in states for order in orders)
    else:
        true = any(order.status in states for order in orders)
    return true and _speaks_of_them(claim, states, evidence)


def _speaks_of_them(claim: Claim, states: frozenset[OrderStatus], evidence: Evidence) -> bool:
    """Whether the claim may be read as telling the state of an order, rather than of something done just now."""
    recap = _is_recap(claim, evidence)
    if claim.deed in ("had", "contains", "held", "pending", "allset"):
        return True
    if claim.numbers or claim.earlier:
        return claim.deed != "cancelled" or claim.voice == "state" or recap
    if claim.deed in ("created", "arranged"):
        return recap
    if claim.deed == "cancelled":
        settled = all(order.status in ("cancelled", "completed") for order in evidence.orders)
        return (claim.voice == "state" or recap) and settled and _latest_in(states, evidence)
    return bool(claim.products) or _latest_in(states, evidence)


def _latest_in(states: frozenset[OrderStatus], evidence: Evidence) -> bool:
    return evidence.latest_order is not None and evidence.latest_order.status in states


def _orders_meant(claim: Claim, evidence: Evidence) -> Iterable[OrderFact]:
    if claim.numbers:
        return [order for order in evidence.orders if order.number in claim.numbers]
    return evidence.orders


def _reason(claim: Claim, evidence: Evidence) -> str:
    what = _SAID_AS.get(claim.deed, claim.deed)
    about = f" ({', '.join(f'#{number}' for number in sorted(claim.numbers))})" if claim.numbers else ""
    done = ", ".join(_done(action) for action in evidence.actions) or "nothing"
    states = (
        ", ".join(f"#{order.number} is {order.status}" for order in evidence.orders) or "the customer has no orders"
    )
    return f"You say that {what}{about}, but this turn's tools did {done}, and {states}."


def _done(action: ActionDone) -> str:
    return action.kind if action.order_number is None else f"{action.kind} #{action.order_number}"
