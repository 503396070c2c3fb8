"""Fixed texts that code, not the model, says to customers, in the languages served."""

import re
from collections.abc import Mapping

Text = Mapping[str, str]

FALLBACK: Text = {
    "en": "Sorry, I could not answer that properly. Could you please say it again in other words?",
    "he": "סליחה, לא הצלחתי לענות על זה כמו שצריך. אפשר לנסח שוב במילים אחרות?",
    "ru": "Извините, я не смог ответить как следует. Скажите, пожалуйста, другими словами.",
    "ar": "عذرًا، لم أتمكن من الإجابة كما ينبغي. هل يمكنك إعادة الصياغة بكلمات أخرى؟",
}
FALLBACK_WITH_RECEIPT: Text = {
    "en": "Here is what is really recorded:",
    "he": "זה מה שבאמת רשום אצלנו:",
    "ru": "Вот что действительно записано:",
    "ar": "هذا ما هو مسجّل لدينا فعلًا:",
}
HOLDING: Text = {
    "en": "One moment please: this takes a little longer than usual. Your message has arrived and I will answer it.",
    "he": "רגע בבקשה, זה לוקח קצת יותר מהרגיל. ההודעה שלך הגיעה ואענה עליה.",
    "ru": "Одну минуту: это занимает чуть больше времени, чем обычно. Ваше сообщение получено, я на него отвечу.",
    "ar": "لحظة من فضلك، الأمر يستغرق وقتًا أطول من المعتاد. وصلت رسالتك وسأجيب عنها.",
}
APOLOGY: Text = {
    "en": "I am sorry: I could not process your message because of a technical problem. Our team has been notified.",
    "he": "מצטערים, בגלל תקלה טכנית לא הצלחתי לטפל בהודעה שלך. הצוות שלנו קיבל על כך הודעה.",
    "ru": "Извините: из-за технической неполадки я не смог обработать ваше сообщение. Наша команда уже оповещена.",
    "ar": "نعتذر، بسبب مشكلة تقنية لم أتمكن من معالجة رسالتك. تم إبلاغ فريقنا بذلك.",
}
TOO_MANY: Text = {
    "en": "You have sent very many messages in a short time. Our team has been notified; please try again in an hour.",
    "he": "שלחת הרבה מאוד הודעות בזמן קצר. הצוות שלנו קיבל על כך הודעה; אפשר לנסות שוב בעוד שעה.",
    "ru": "Вы отправили очень много сообщений за короткое время. Наша команда оповещена; попробуйте снова через час.",
    "ar": "لقد أرسلت رسائل كثيرة جدًا في وقت قصير. تم إبلاغ فريقنا؛ يُرجى المحاولة بعد ساعة.",
}
TENANT_BUSY: Text = {
    "en": "We are getting too many messages to answer now. Our team has been notified; please try again in an hour.",
    "he": "מגיעות אלינו כרגע יותר מדי הודעות. הצוות שלנו קיבל על כך הודעה; אפשר לנסות שוב בעוד שעה.",
    "ru": "Сейчас к нам приходит слишком много сообщений. Наша команда оповещена; попробуйте снова через час.",
    "ar": "تصلنا الآن رسائل كثيرة جدًا. تم إبلاغ فريقنا؛ يُرجى المحاولة بعد ساعة.",
}

_SCRIPTS = (
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("en", re.compile(r"[A-Za-z]")),
)


def language_of(text: str) -> str | None:
    """The language whose script most letters of the text have; None when there are no letters we know."""
    counts = {language: len(script.findall(text)) for language, script in _SCRIPTS}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else None


def in_language(text: Text, language: str) -> str:
    """The text in a language given as a BCP 47 tag, else in English."""
    return text.get(language.partition("-")[0].lower(), text["en"])
