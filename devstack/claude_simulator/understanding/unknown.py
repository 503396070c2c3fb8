"""Things asked for that no product of the catalog is called."""

import re

from devstack.claude_simulator.understanding.idlewords import IDLE
from devstack.claude_simulator.understanding.quantities import Amount
from devstack.claude_simulator.understanding.text import Word

HAVE = {
    "have", "sell", "got", "carry", "stock", "offer", "לכם", "לך", "אצלכם", "מוכרים", "есть", "продаете", "продаёте",
    "لديكم", "عندكم",
}  # fmt: skip
WANT = {
    "want", "like", "order", "get", "need", "buy", "add", "take", "רוצה", "רוצים", "להזמין", "להוסיף", "תוסיף",
    "תוסיפו", "צריך", "צריכה", "хочу", "заказать", "добавьте", "أريد", "اريد", "بدي",
}  # fmt: skip
PRICE = {"עולה", "עולים", "עולות", "cost", "стоит", "стоят", "price", "מחיר"}
# Words that name nothing that could be sold.
EMPTY = {
    "a", "an", "the", "any", "some", "of", "to", "for", "me", "my", "us", "your", "please", "thanks", "you", "i",
    "we", "it", "that", "this", "them", "those", "these", "there", "here", "one", "ones", "and", "or", "also", "too",
    "more", "now", "today", "then", "ok", "okay", "yes", "no", "well", "right", "only", "about", "so", "not",
    "tomorrow", "something", "anything", "everything", "else", "other", "order", "orders", "delivery", "pickup",
    "know", "ask", "talk", "speak", "hear", "see", "in", "on", "at", "is", "are", "be", "do", "does", "how", "much",
    "pick", "collect", "deliver", "delivered", "ready", "noon", "morning", "evening", "what", "many", "few", "which", "when", "where", "who", "why", "with", "would", "like", "new", "another", "good", "kg", "kids", "each", "both", "all", "question",
    "help", "human", "menu", "change", "cancel", "discount", "address", "make", "place", "sure", "just", "still",
    "instead", "את", "לי", "לנו", "לכם", "של", "עם", "על", "או", "גם", "עוד", "זה", "זו", "זאת", "משהו", "בבקשה",
    "תודה", "כן", "לא", "אני", "אנחנו", "להזמנה", "ההזמנה", "הזמנה", "הזמנות", "משלוח", "משלוחים", "איסוף", "היום",
    "מחר", "עכשיו", "אחד", "אחת", "קצת", "הרבה", "יש", "איזה", "מה", "כמה", "אותו", "אותה", "אותם", "ממנו", "ממנה",
    "מזה", "אחר", "אחרת", "שאלה", "עזרה", "לדעת", "לשאול", "לדבר", "לשמוע", "הנחה", "אפשר", "רק", "מחיר", "להזמין",
    "לשלם", "מהזול", "הזול", "זול", "cheaper", "cheapest", "pay", "owe", "pls", "plz", "לבטל", "לשנות", "להוסיף", "קילו", "סה", "הכל", "ביחד", "עד", "הביתה", "אליי", "כתובת", "לכתובת", "הרגילה", "מכל",
    "כל", "סוג", "הכי", "יותר", "מדי", "פחות", "כאלה", "כאלו", "אלה", "מהם", "שזה", "שיגיע", "יגיע", "זולה", "זולים", "יקר", "יקרה", "לקנות", "לקחת", "לקבל", "לאכול", "בעברית", "באנגלית", "мне", "пожалуйста", "и", "или", "ещё", "еще", "что", "у", "вас", "для", "на", "в",
    "с", "это", "доставка", "нибудь", "то", "заказ", "сколько", "почём", "почем", "какой", "какая", "какие", "бы", "я", "мы", "من", "في", "على", "هل", "لي", "شيء", "توصيل", "فضلك", "أن",
    "ان", "طلب", "كم", "سعر", "ثمن", "بكم",
}  # fmt: skip
# "3 croissants and a coffee": the second thing is wanted too.
_MORE = {("and", "a"), ("and", "an"), ("and", "some"), ("plus", "a")}
_INFINITIVE = re.compile(r"[а-яё]{2,}(?:ть|ться|ти)$")
_BEFORE_VERB = {"to", "i", "we", "can", "please", "and", "just", "let"}
_LONGEST = 3


def unknown_things(
    row: list[Word], mentioned: set[int], amounts: list[Amount], *, asks: bool, wants: bool
) -> tuple[str, ...]:
    """Names of things wanted (after an amount, a verb of wanting) or asked for that nothing in the catalog fits."""
    known = mentioned | {at for amount in amounts for at in range(amount.first, amount.last + 1)}
    starts = [amount.last + 1 for amount in amounts]
    verbs = (HAVE | PRICE if asks else set()) | (WANT if wants else set())
    starts += [at + 1 for at, word in enumerate(row) if word.text in verbs and not _is_noun(row, at)]
    starts += [at + 2 for at in range(len(row) - 2) if (row[at].text, row[at + 1].text) in _MORE and known]
    things = {thing: None for start in starts if (thing := _thing_at(row, known, mentioned, start))}
    return tuple(things)


def is_infinitive(word: str) -> bool:
    """In Russian what is done has an ending of its own, which no food has."""
    return bool(_INFINITIVE.search(word))


def _is_noun(row: list[Word], at: int) -> bool:
    """ "Which order is open": no wish follows an order that is a thing."""
    return row[at].text == "order" and at > 0 and row[at - 1].text not in _BEFORE_VERB


def _thing_at(row: list[Word], known: set[int], mentioned: set[int], start: int) -> str:
    at = start
    while at < len(row) and (row[at].text in EMPTY or is_infinitive(row[at].text)):
        at += 1
    named: list[str] = []
    while at < len(row) and at not in known and row[at].text not in EMPTY and len(named) < _LONGEST:
        if row[at].is_number:
            break
        named.append(row[at].text)
        at += 1
    if all(word in IDLE for word in named):
        return ""
    touches_product = at in mentioned and bool(named)
    return "" if touches_product or not any(len(word) > 2 for word in named) else " ".join(named)
