"""What made-up customers are called and say, by language; {product} and {number} are filled in."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Tongue:
    """One language: names, and what customers and the agent say in it."""

    code: str
    weight: int
    names: tuple[str, ...]
    families: tuple[str, ...]
    streets: tuple[str, ...]
    questions: tuple[str, ...]
    answers: tuple[str, ...]
    orders: tuple[str, ...]
    confirmations: tuple[str, ...]


TONGUES = (
    Tongue(
        "he",
        60,
        ("דנה", "יוסי", "נועה", "אבי", "מיכל", "רון", "שירה", "משה", "תמר", "עומר", "ליאת", "גיל", "הילה", "איתי"),
        ("כהן", "לוי", "מזרחי", "פרץ", "ביטון", "דהן", "אברהם", "פרידמן", "מלכה", "אזולאי", "כץ", "יוסף", "עמר"),
        ("הרצל {number}, תל אביב", "ויצמן {number}, כפר סבא", "דרך העצמאות {number}, חיפה", "אחד העם {number}, רחובות"),
        (
            "היי, כמה עולה {product}?",
            "יש לכם היום {product}? אני צריך לשבת",
            "שלום, עד איזו שעה אתם פתוחים ביום שישי",
            "מה ההבדל בין {product} למה שלקחתי פעם שעברה?",
            "אפשר לקבל משלוח מחר בבוקר? אני גר בקומה {number} בלי מעלית, כדאי לצלצל כשמגיעים",
            "תודה רבה!",
        ),
        (
            "שלום! {product} זמין היום. כמה תרצו?",
            "בשמחה. אנחנו פתוחים בשישי עד שתיים, והמשלוחים יוצאים עד אחת עשרה. אפשר לעזור בעוד משהו?",
            "{product} אצלנו תוצרת בית, בתיבול עדין. מתאים גם לילדים וגם לעל האש.",
        ),
        ("אני רוצה להזמין {number} קילו {product} בבקשה", "תזמין לי {number} {product}, משלוח לבית"),
        ("ההזמנה נרשמה: {number} {product}. נעדכן כשתאושר.",),
    ),
    Tongue(
        "en",
        20,
        ("Dana", "Michael", "Sarah", "Tom", "Emily", "David", "Rachel", "Ben", "Olivia", "James", "Maya", "Daniel"),
        ("Smith", "Cohen", "Miller", "Johnson", "Levy", "Brown", "Wilson", "Katz", "Green", "Taylor", "Moore"),
        ("{number} Rothschild Blvd, Tel Aviv", "{number} Bialik St, Ramat Gan"),
        (
            "Hi! How much is the {product}?",
            "Do you have {product} today? It's for {number} people",
            "What would you recommend for a barbecue on Friday evening? Nothing too spicy please.",
            "Great, thanks a lot",
        ),
        (
            "Hello! {product} is available today. How much would you like?",
            "For a barbecue I would suggest {product}: it is mild and everybody likes it.",
        ),
        ("I'd like to order {number} of the {product}", "{number} {product} please, delivered to my door"),
        ("Your order is in: {number} {product}. We will tell you as soon as it is confirmed.",),
    ),
    Tongue(
        "ru",
        15,
        ("Анна", "Сергей", "Ольга", "Михаил", "Елена", "Дмитрий", "Наталья", "Игорь", "Светлана", "Борис"),
        ("Иванова", "Кац", "Петров", "Шапиро", "Соколова", "Левин", "Волков", "Гринберг"),
        ("ул. Герцль {number}, Ашдод", "ул. Жаботинского {number}, Бат-Ям"),
        (
            "Здравствуйте, сколько стоит {product}?",
            "Есть ли у вас сегодня {product}? Нужно на {number} человек",
            "Спасибо большое, всё было очень вкусно!",
        ),
        ("Здравствуйте! {product} есть. Сколько вам нужно?", "Да, доставка завтра с десяти до двух."),
        ("Хочу заказать {number} {product}, доставка на дом",),
        ("Заказ принят: {number} {product}. Сообщим, когда его подтвердят.",),
    ),
    Tongue(
        "ar",
        5,
        ("أحمد", "ليلى", "محمد", "سارة", "خالد", "مريم"),
        ("حداد", "خوري", "منصور", "نصار"),
        ("شارع الجليل {number}، حيفا",),
        ("مرحبا، كم سعر {product}؟", "هل عندكم {product} اليوم؟", "شكرا جزيلا"),
        ("أهلا! {product} متوفر اليوم. كم تريد؟",),
        ("أريد أن أطلب {number} {product} من فضلك",),
        ("تم تسجيل الطلب: {number} {product}.",),
    ),
)
STAFF = ("Bar", "מיכל מהמשמרת", "Dana")
NOTES = ("לקוח ותיק, לתת לו הנחה", "Asked twice about allergies", "не звонить до 10 утра")


def tongue(chance: random.Random) -> Tongue:
    """A language, as often as it is spoken."""
    return chance.choices(TONGUES, [tongue.weight for tongue in TONGUES])[0]


def fill(chance: random.Random, phrases: tuple[str, ...], product: str = "", number: int | None = None) -> str:
    """One of the phrases, filled in."""
    return chance.choice(phrases).format(product=product, number=number or chance.randint(1, 60))
