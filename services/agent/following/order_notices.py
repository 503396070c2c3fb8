"""What customers are told when staff confirm, complete or cancel their order, in the languages served."""

from collections.abc import Mapping

from services.agent.texts import Text, in_language

ACTIONS: Mapping[str, Text] = {
    "confirmed": {
        "en": "✅ Your order #{number} has been confirmed.",
        "he": "✅ ההזמנה שלך #{number} אושרה.",
        "ru": "✅ Ваш заказ #{number} подтверждён.",
        "ar": "✅ تم تأكيد طلبك #{number}.",
    },
    "completed": {
        "en": "📦 Your order #{number} has been completed. Thank you!",
        "he": "📦 ההזמנה שלך #{number} הושלמה. תודה!",
        "ru": "📦 Ваш заказ #{number} выполнен. Спасибо!",
        "ar": "📦 تم إكمال طلبك #{number}. شكرًا لك!",
    },
    "cancelled": {
        "en": "❌ Your order #{number} has been cancelled by the business.",
        "he": "❌ ההזמנה שלך #{number} בוטלה על ידי בית העסק.",
        "ru": "❌ Ваш заказ #{number} отменён продавцом.",
        "ar": "❌ تم إلغاء طلبك #{number} من قبل المتجر.",
    },
}
_REASON: Text = {
    "en": "Reason: {reason}",
    "he": "הסיבה: {reason}",
    "ru": "Причина: {reason}",
    "ar": "السبب: {reason}",
}


def render(action: str, number: int, reason: str, language: str) -> str:
    """The text; of a cancelled order with its reason, where one was given."""
    text = in_language(ACTIONS[action], language).format(number=number)
    if action == "cancelled" and reason.strip():
        # Not through format(): a reason may hold braces.
        text += "\n" + in_language(_REASON, language).replace("{reason}", reason.strip())
    return text
