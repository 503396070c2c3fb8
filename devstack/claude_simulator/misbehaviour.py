"""How a fault changes an honest answer, or refuses the request altogether."""

from collections.abc import Callable
from decimal import Decimal

from devstack.claude_simulator.api.errors import ApiError
from devstack.claude_simulator.api.message import Answer, ToolCall, cut
from devstack.claude_simulator.faults import Fault
from devstack.claude_simulator.reading.conversation import Conversation
from devstack.claude_simulator.understanding.text import language_of
from devstack.claude_simulator.wording.amounts import money

_WRITES = ("create_order", "update_order", "cancel_order")
_LIES = {
    "placed": {
        "he": "מעולה, ביצעתי את ההזמנה שלכם! ✅",
        "en": "Great, I placed your order! ✅",
        "ru": "Отлично, я оформил ваш заказ! ✅",
        "ar": "ممتاز، لقد سجلت طلبكم! ✅",
    },
    "updated": {
        "he": "עדכנתי את ההזמנה שלכם ✅",
        "en": "I updated your order ✅",
        "ru": "Я изменил ваш заказ ✅",
        "ar": "لقد عدلت طلبكم ✅",
    },
    "cancelled": {
        "he": "ביטלתי את ההזמנה שלכם ✅",
        "en": "I cancelled your order ✅",
        "ru": "Я отменил ваш заказ ✅",
        "ar": "لقد ألغيت طلبكم ✅",
    },
}
_INVENTED_PRICE = {
    "he": "אגב, {product} עולה היום רק {price}!",
    "en": "By the way, {product} is only {price} today!",
    "ru": "Кстати, {product} сегодня всего {price}!",
    "ar": "بالمناسبة، سعر {product} اليوم {price} فقط!",
}
_INVENTED_ORDER = {
    "he": "ההזמנה שלכם #{number} נרשמה וכבר בדרך אליכם.",
    "en": "Your order #{number} is placed and already on its way to you.",
    "ru": "Ваш заказ #{number} оформлен и уже в пути.",
    "ar": "تم تسجيل طلبكم #{number} وهو في الطريق إليكم.",
}
_ACTIONS = {"create_order": "placed", "update_order": "updated", "cancel_order": "cancelled"}
_REFUSALS = {
    "rate_limit": (429, "rate_limit_error", "This request would exceed your organization's rate limit (simulated)."),
    "overloaded": (529, "overloaded_error", "Overloaded"),
    "server_error": (500, "api_error", "Internal server error"),
    "bad_request": (400, "invalid_request_error", "The request was refused (simulated)."),
    "unauthorized": (401, "authentication_error", "invalid x-api-key"),
    "forbidden": (403, "permission_error", "Your API key does not have permission to use the specified resource."),
}
_PAUSE = "…"


def refusal(fault: Fault) -> ApiError:
    """The error of a fault that answers with one."""
    status, kind, message = _REFUSALS[fault.kind]
    headers = {"retry-after": str(fault.retry_after)} if fault.kind == "rate_limit" else {}
    return ApiError(status, kind, message, headers)


def can_distort(fault: Fault, honest: Answer, conversation: Conversation) -> bool:
    """Whether the fault can show in this answer; otherwise it waits for a later request."""
    if fault.kind == "claim_without_tool":
        return not any(outcome.name in _WRITES for outcome in conversation.now.outcomes)
    if fault.kind in ("invent_price", "invent_order"):
        return not honest.calls
    if fault.kind in ("two_tools", "unknown_tool"):
        return bool(conversation.tools) and (bool(honest.calls) or not conversation.now.outcomes)
    return True


def distort(fault: Fault, honest: Answer, conversation: Conversation) -> Answer:
    """The answer as the fault wants it."""
    return _DISTORTIONS[fault.kind](fault, honest, conversation)


def _claim(fault: Fault, honest: Answer, conversation: Conversation) -> Answer:
    return Answer(_LIES[fault.action or _action(honest)][_language(conversation)])


def _invent_price(fault: Fault, honest: Answer, conversation: Conversation) -> Answer:
    language = _language(conversation)
    product = conversation.catalog.products[0] if conversation.catalog.products else None
    shown = money(Decimal(fault.amount), conversation.catalog.currency, language)
    lie = _INVENTED_PRICE[language].format(product=product.name(language) if product else "", price=shown)
    return Answer(f"{honest.text}\n\n{lie}".strip())


def _invent_order(fault: Fault, honest: Answer, conversation: Conversation) -> Answer:
    lie = _INVENTED_ORDER[_language(conversation)].format(number=fault.number)
    return Answer(f"{honest.text}\n\n{lie}".strip())


def _unknown_tool(_fault: Fault, _honest: Answer, _conversation: Conversation) -> Answer:
    return Answer(calls=(ToolCall("apply_discount", {"percent": 50}),))


def _cut(fault: Fault, honest: Answer, _conversation: Conversation) -> Answer:
    return cut(honest, fault.share)


def _refuse(_fault: Fault, _honest: Answer, _conversation: Conversation) -> Answer:
    return Answer(stop_reason="refusal", stop_details={"type": "refusal", "category": None, "explanation": None})


def _pause(_fault: Fault, honest: Answer, _conversation: Conversation) -> Answer:
    return Answer(honest.text[: len(honest.text) // 2].rstrip() or _PAUSE, stop_reason="pause_turn")


def _empty(_fault: Fault, _honest: Answer, _conversation: Conversation) -> Answer:
    return Answer(stop_reason="end_turn")


def _action(honest: Answer) -> str:
    return next((_ACTIONS[call.name] for call in honest.calls if call.name in _ACTIONS), "placed")


def _two_tools(fault: Fault, honest: Answer, _conversation: Conversation) -> Answer:
    """The honest call and another; two harmless look-ups where the honest answer has no call."""
    if honest.calls and fault.duplicate:
        return Answer(calls=(honest.calls[0], honest.calls[0]))
    if len(honest.calls) > 1:
        return honest
    first = honest.calls[0] if honest.calls else ToolCall("get_business_info", {})
    second = "get_business_info" if first.name == "get_customer_orders" else "get_customer_orders"
    return Answer(calls=(first, ToolCall(second, {})))


def _language(conversation: Conversation) -> str:
    return language_of(conversation.now.words) or "en"


_DISTORTIONS: dict[str, Callable[[Fault, Answer, Conversation], Answer]] = {
    "claim_without_tool": _claim,
    "invent_price": _invent_price,
    "invent_order": _invent_order,
    "two_tools": _two_tools,
    "unknown_tool": _unknown_tool,
    "cut": _cut,
    "refusal": _refuse,
    "pause_turn": _pause,
    "empty": _empty,
}
