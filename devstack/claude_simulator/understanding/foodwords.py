"""A small dictionary of food: Russian and Arabic words in English, for catalogs that lack those languages."""

_RUSSIAN = {
    "говядина": "beef",
    "говяжий": "beef",
    "говяжья": "beef",
    "колбаса": "sausage",
    "колбаска": "sausage",
    "колбаски": "sausage",
    "сосиски": "sausage",
    "курица": "chicken",
    "куриный": "chicken",
    "куриная": "chicken",
    "куриные": "chicken",
    "грудка": "breast",
    "филе": "fillets",
    "фарш": "ground",
    "баранина": "lamb",
    "бараний": "lamb",
    "ребрышки": "chops",
    "рёбрышки": "chops",
    "индейка": "turkey",
    "копченый": "smoked",
    "копчёная": "smoked",
    "копченая": "smoked",
    "стейк": "steak",
    "рибай": "ribeye",
    "острый": "spicy",
    "острая": "spicy",
    "мясо": "meat",
    "хлеб": "bread",
    "торт": "cake",
    "шоколадный": "chocolate",
    "шоколад": "chocolate",
    "миндальный": "almond",
    "лимонный": "lemon",
    "чизкейк": "cheesecake",
    "круассан": "croissant",
    "багет": "baguette",
    "хала": "challah",
    "штрудель": "strudel",
    "булочка": "roll",
    "корица": "cinnamon",
    "яблочный": "apple",
    "салями": "salami",
    "мергез": "merguez",
    "пирог": "tart",
}

_ARABIC = {
    "لحم": "meat",
    "لحمة": "meat",
    "بقر": "beef",
    "بقري": "beef",
    "مفروم": "ground",
    "مفرومة": "ground",
    "دجاج": "chicken",
    "صدر": "breast",
    "نقانق": "sausage",
    "سجق": "sausage",
    "خروف": "lamb",
    "غنم": "lamb",
    "ريش": "chops",
    "حبش": "turkey",
    "مدخن": "smoked",
    "ستيك": "steak",
    "بسطرمة": "pastrami",
    "بسترمة": "pastrami",
    "سلامي": "salami",
    "مرقاز": "merguez",
    "خبز": "bread",
    "كعكة": "cake",
    "كيك": "cake",
    "شوكولاتة": "chocolate",
    "شوكولا": "chocolate",
    "لوز": "almond",
    "ليمون": "lemon",
    "كرواسون": "croissant",
    "باغيت": "baguette",
    "تشيزكيك": "cheesecake",
    "قرفة": "cinnamon",
    "تفاح": "apple",
}


def _endings(word: str) -> tuple[str, ...]:
    """The word and its bare stem, so that cases are found too."""
    bare = word.rstrip("аеёиоуыьюяйة")
    return (word, bare) if len(bare) >= 3 else (word,)


IN_ENGLISH: dict[str, tuple[str, ...]] = {
    form: (english,) for table in (_RUSSIAN, _ARABIC) for word, english in table.items() for form in _endings(word)
}
