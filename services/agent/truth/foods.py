"""Words for goods in four languages, so that a product is recognized when named in a language its catalog lacks.

One row is one concept: its English name, then its words (Hebrew, Russian, Arabic). A concept that a reply offers
and that neither the catalog nor the business mentions is an invented product. Tenants that sell other things
than food are served by their own catalog words alone.
"""

from __future__ import annotations

from functools import lru_cache

from services.agent.truth.patterns import compile_folded
from services.agent.truth.text import WORD, bare_readings, fold, stem

_GOODS = """
beef: בקר / говядина говяжий говяжьи / بقر بقري
veal: עגל / телятина телячий телячьи / عجل عجول
lamb mutton: כבש טלה / баранина бараний бараньи ягненок / خروف ضأن غنم
chicken poultry: עוף תרנגולת / курица куриный цыпленок / دجاج فراخ
turkey: הודו / индейка / حبش رومي
duck: ברווז / утка утиный / بط
goose: אווז / гусь гусиный / إوز
pork: חזיר / свинина свиной / خنزير
bacon: בייקון / бекон / بيكون
ham: / ветчина /
fish: דג / рыба рыбный / سمك
salmon: סלמון / лосось семга / سلمون
tuna: טונה / тунец / تونة
shrimp: שרימפס / креветка / جمبري روبيان
sausage: נקניק נקניקיה / колбаса колбаска сосиска / سجق نقانق مقانق
bratwurst hotdog frankfurter: בראטוורסט / хотдог /
merguez: מרגז / мергез / مرقاز مرغيز ميرغيز مرجاز
chorizo: צוריסו / чоризо / تشوريزو
kebab kabab: קבב שיפוד / кебаб люля шашлык / كباب
schnitzel: שניצל / шницель / شنيتسل شنيتزل
burger hamburger: המבורגר בורגר / бургер гамбургер / برغر همبرغر برجر
meatball: קציצה / фрикаделька тефтели / كفتة
steak: סטייק / стейк / ستيك
ribeye entrecote: אנטריקוט / рибай антрекот / انتركوت أنتريكوت
fillet filet tenderloin: פילה / филе вырезка / فيليه
sirloin: סינטה / /
brisket: בריסקט אסאדו / брискет грудинка / بريسكت
chop rib: צלע / ребро ребрышко отбивная / ضلع ريش
wing: כנף כנפיים / крылышко / جناح أجنحة جوانح
thigh drumstick: ירך כרעיים פרגית שוקיים / бедро голень / فخذ أفخاذ
liver: כבד / печень печенка / كبد
breast: חזה / грудка / صدر صدور
ground minced mince: טחון / фарш / مفروم
salami: סלמי / салями / سلامي
pastrami: פסטרמה / пастрами пастрома / بسطرمة باسترامي بسترمة بسطرما باسترمة
prosciutto: פרושוטו / прошутто / بروشوتو
jerky biltong: בילטונג / джерки /
mortadella: מורטדלה / мортаделла / مرتديلا
cheese: גבינה / сыр сырный / جبن
egg: ביצה / яйцо / بيض
bread: לחם / хлеб / خبز
sourdough: מחמצת / закваска / مخمر خميرة
wheat wholewheat: חיטה / цельнозерновой пшеничный / قمح
rye: שיפון / ржаной / جاودار شيلم
spelt: כוסמין / полба /
gluten: גלוטן / глютен безглютеновый / غلوتين جلوتين
vegan: טבעוני / веганский / نباتي
challah: חלה / хала / حالا
baguette: באגט בגט / багет / باغيت باجيت
croissant: קרואסון / круассан / كرواسون
roll: שבלול / булочка улитка / رول لفائف
bun: לחמניה לחמנייה / /
cinnamon: קינמון / корица / قرفة
muffin: מאפין / маффин кекс / مافن
donut doughnut: סופגניה סופגנייה דונאט / пончик / دونات دونتس
bagel: בייגל / бейгл бублик / بيغل بيجل
pita: פיתה / пита лаваш /
focaccia: פוקצה / фокачча / فوكاشيا
cookie biscuit: עוגיה עוגייה / печенье / كوكيز بسكويت
brownie: בראוניז בראוני / брауни / براوني
cupcake: קאפקייק / капкейк / كابكيك
rugelach: רוגלך / ругелах /
burekas boreka: בורקס / бурекас / بوريك بوركس
babka: קראנץ בבקה / бабка /
eclair: אקלר / эклер / إكلير
macaron macaroon: מקרון / макарон / ماكرون
strudel: שטרודל / штрудель / شترودل ستروديل
pie: פאי / пирог / فطيرة
quiche: קיש / киш / كيش
tart: טארט / тарт / تارت
cake: עוגה / торт / كيك كعك
tiramisu: טירמיסו / тирамису / تيراميسو
pizza: פיצה / пицца / بيتزا
sandwich: כריך סנדוויץ / сэндвич бутерброд / ساندويش ساندويتش
chocolate: שוקולד / шоколад шоколадный / شوكولاتة شوكولا
almond: שקד / миндаль миндальный / لوز
apple: תפוח / яблоко яблочный / تفاح
lemon: לימון / лимон лимонный / ليمون
vanilla: וניל / ваниль ванильный / فانيليا
strawberry: תות / клубника клубничный / فراولة
blueberry: אוכמניות / черника черничный / توت
raspberry: פטל / малина малиновый /
cherry: דובדבן / вишня вишневый / كرز
pistachio: פיסטוק / фисташка фисташковый / فستق
walnut: / грецкий /
carrot: גזר / морковь морковный / جزر
pecan: פקאן / пекан / بيكان
coffee: קפה / кофе / قهوة
tea: תה / чай / شاي
beer: בירה / пиво / بيرة
wine: יין / вино / نبيذ
juice: מיץ / сок / عصير
salad: סלט / салат / سلطة
soup: מרק / суп / شوربة
hummus: חומוס / хумус / حمص
falafel: פלאפל / фалафель / فلافل
shawarma: שווארמה שוארמה / шаурма шаверма / شاورما
pasta: פסטה / / باستا
sushi: סושי / суши / سوشي
"""

# Attributes help to tell products apart but name nothing by themselves, and inventing one is not an offer.
_ATTRIBUTES = """
smoked: מעושן / копченый / مدخن
italian: איטלקי / итальянский / إيطالي
spicy hot: חריף / острый / حار حارة
herb: עשב תיבול / травы трава / أعشاب
wheaten whole: מלא מקמח קמח / /
meat: בשר / мясо мясной / لحم لحوم
classic: קלאסי / классический / كلاسيك
premium: פרימיום / премиум / فاخر
fresh: טרי / свежий / طازج
"""

_COMPOUNDS = {
    "cheesecake": ("cheese", "cake"),
    "чизкейк": ("cheese", "cake"),
    "тарталетка": ("tart",),
    "шоколадка": ("chocolate",),
}

# Plain words that only look like attributes of a product when they stand alone.
_WEAK_WORDS = "special house large small mini big new traditional homemade handmade the of with and in style"
# Nor does what a thing is sold by name one of them ("sourdough loaf", and "₪32 per loaf" of another bread).
_SOLD_BY = (
    "loaf loaves slice slices pack packs package box bag bottle jar tray piece pieces"
    " כיכר כיכרות פרוסה פרוסות חבילה חבילות מארז קופסה שקית בקבוק צנצנת מגש חתיכה יחידה"
    " буханка буханки кусок ломтик пачка упаковка коробка пакет бутылка банка"
    " رغيف شريحة علبة كيس زجاجة قطعة حبة"
)


def _rows(table: str) -> dict[str, str]:
    concepts: dict[str, str] = {}
    for row in table.strip().splitlines():
        english, _, others = row.partition(":")
        for word in (*english.split(), *others.replace("/", " ").split()):
            concepts[stem(fold(word))] = english.split()[0]
    return concepts


CONCEPTS: dict[str, str] = _rows(_GOODS)
_ATTRIBUTE_OF: dict[str, str] = _rows(_ATTRIBUTES)
GOODS: frozenset[str] = frozenset(CONCEPTS.values())
WEAK: frozenset[str] = frozenset(_ATTRIBUTE_OF.values()) | {
    stem(fold(word)) for word in (_WEAK_WORDS + " " + _SOLD_BY).split()
}
_MEANING: dict[str, tuple[str, ...]] = {
    **{word: (concept,) for word, concept in (_ATTRIBUTE_OF | CONCEPTS).items()},
    **{stem(fold(word)): concepts for word, concepts in _COMPOUNDS.items()},
}


@lru_cache(maxsize=8192)
def meanings(word: str) -> tuple[str, ...]:
    """What a folded word stands for: its concepts, else its stem (Hebrew and Arabic words lose prefixes if that helps)."""
    known = _MEANING.get(stem(word))
    if known is None:
        for bare in bare_readings(word):
            known = _MEANING.get(stem(bare))
            if known is not None:
                break
    return known or (stem(word),)


@lru_cache(maxsize=8192)
def goods_in(word: str) -> frozenset[str]:
    """The goods that a folded word stands for, mostly none."""
    return GOODS.intersection(meanings(word))


# Here a named thing ends; what follows says what it is for, goes with or is made of.
_OBJECT_END = compile_folded(
    r"for|with|which|that|made|perfect|great|goes|like|in|from|to|without|instead|than|alongside|who|if|when|about|at|on"
    r"|עמ|ל\w{2,}|ש?מתאימ\w*|בתור|בלי|כמו|ב\w{2,}|במקומ|על|כדי|אבל|שמיוצר\w*|מיוצר\w*"
    r"|с|со|для|без|к|из|на|по|под|как|вместо|о|об|от|который\w*|которая|если|مع|من|بدون|الي|علي|ل\w{3,}|مثل|في|بدل|عن"
)


def ends_object(text: str) -> bool:
    """Whether folded `text` holds a word after which the thing being named is over ("... for burgers")."""
    return any(_OBJECT_END.fullmatch(word) and not goods_in(word) for word in WORD.findall(text))


def named_part(text: str) -> str:
    """The part of each clause of folded `text` that names the thing itself ("lamb sausage, for grilling")."""
    parts = []
    for clause in text.split(","):
        kept: list[str] = []
        for word in WORD.findall(clause):
            if ends_object(word):
                break
            kept.append(word)
        parts.append(" ".join(kept))
    return ", ".join(parts)
