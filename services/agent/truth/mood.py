"""What a clause does with what it says: deny it, suppose it, ask it, put it in the past or in somebody's mouth."""

from __future__ import annotations

from services.agent.truth.patterns import compile_at_words, compile_folded

# Negative words that deny nothing ("no problem", "not only").
_IDIOMS = compile_at_words(
    r"\b(?:no (?:problem|worries|doubt|need to worry|stress|trouble|sweat|rush|later than|matter what|less than)|not (?:only|to worry|a problem"
    r"|just)|don'?t worry|do not worry|why not|can'?t wait|without (?:delay|further ado|a doubt|any (?:problem|issues?|trouble)|problems?"
    r"|hesitation)|never mind|no longer|nothing to worry|doesn't exist any ?more|won't be (?:delivered|prepared|charged))\b"
    r"|(?<!\w)(?:אין (?:בעיה|ספק|על מה|צורך לדאוג|מה לדאוג)|בלי (?:בעיה|בעיות|לחץ|דאגות)|אל דאגה|לא (?:רק|לדאוג|נורא|בעיה|צריך לדאוג)|למה לא|כבר לא (?:קיימת|פעילה|במערכת|בתוקפ|רלוונטית)|לא קיימת יותר|ללא (?:ספק|בעיה|דיחוי|עיכוב)|תדאגי?)(?!\w)"
    r"|\b(?:без проблем|не (?:волнуйтесь|беспокойтесь|переживайте|вопрос|проблема|только|за что|стоит благодарности|волнуйся|переживай)|нет проблем|почему бы и нет|без (?:задержек|промедления|сомнений)|больше не (?:активен|существует|действует|действителен))\b"
    r"|(?<!\w)(?:لا (?:مشكله|تقلق|تقلقي|تقلقوا|شك|داعي للقلق|باس|عليك)|ولا يهمك|بدون (?:مشكله|شك|تاخير)|بلا شك|ليس فقط|مش مشكله|ما في مشكله|لم يعد)(?!\w)"
)
_NEGATION = compile_at_words(
    r"\b(?:\w+n't|(?:do|did|does|have|has|had|is|was|were|would|could|ca|wo)nt|not|never|no|none|nothing|nobody|neither|nor|cannot"
    r"|unable|without|fail(?:ed|s)?|zero|yet to be|isnt|arent)\b"
    r"|(?<!\w)(?:ו|ש|וש|כש|ה)?(?:לא|אינ|אינני|אינה|אינו|אינמ|איננו|איננה|אינכ|טרמ|מעולמ|שומ|בלי|ללא|מבלי|בלא|אפ (?:אחת|אחד|הזמנה|מוצר|פעולה|פעמ))(?!\w)"
    r"|(?<!\w)אל(?= ת)"
    r"|\b(?:не|нет|ни|никогда|ничего|никак\w*|нельзя|невозможно|никто|без)\b"
    r"|(?<!\w)(?:و|ف|ب|ا)?(?:لا|لم|لن|ليس|ليست|لست|لسنا|غير|بدون|دون|مش|مو|ماكو|مافي|مفيش)(?!\w)"
    r"|(?<!\w)(?:و)?ما(?= (?:تم|تمت|في|عندي|عندنا|لقيت|وجدت|شايف|قدرت|الغيت|اضفت|سجلت|عملت|كان|لدي|زال|زالت|بقدر|صار|حدا|طلبت|الغينا|وصل)(?!\w))"
)
_IN_BETWEEN = compile_folded(r".*(?:\b(?:and|и)\b|(?<!\w)ואז(?!\w)|\bso\b)")

_CONDITION = compile_at_words(
    r"\b(?:if|unless|once|when|whenever|until|till|before|as soon as|in case|provided|providing|whether|assuming|suppose"
    r"|let me know|in order to|so that|how|after (?:i|we|you|it|your|the order|that|an order)|should you|had (?:i|you|we)|would|could)\b"
    r"|(?<!\w)(?:ו|ש)?(?:אמ|במידה|במקרה|כאשר|לפני ש\w+|לאחר ש\w+|אחרי ש\w+|עד ש\w+|כדי ש\w+|ברגע ש\w+|בתנאי ש\w+|אילו|לו|כיצד|איכ|ייתכנ|יתכנ|אולי|נניח|(?:לפני|לאחר|אחרי|עד|ברגע|מיד אחרי|רק אחרי) ש)(?!\w)"
    r"|(?<!\w)(?:ו|ל|מ)?כש(?!ר(?!ש|א|ו?צ))\w+"
    r"|\b(?:если|когда|как только|после того|до того|пока|чтобы|прежде чем|в случае|при условии|ли|бы|возможно|может быть|после подтверждения|как)\b"
    r"|(?<!\w)(?:و|ف)?(?:اذا|لو|عندما|حينما|حين|بمجرد|بعد ان|بعد ما|قبل ان|قبل ما|حتي|في حال|كي|لكي|لما|بعدما|ربما|كيف)(?!\w)"
)
_WILL = compile_folded(
    r"(?:\b(?:will|would|could|should|might|may|must|can|shall|to|'ll|cannot)(?: (?:have|be|get|then|also|only))*"
    r"|(?<!\w)(?:ש)?(?:יהיה|תהיה|יהיו|תהיינה|להיות|אמור|אמורה|צריכ|צריכה|יכול|יכולה|תוכל|אפשר|עומד|עומדת)(?: \w+)?"
    r"|\b(?:будет|будут|буду|быть|может|могут|можно|нужно|надо|должен|должна|должны)(?: \w+)?"
    r"|(?<!\w)(?:سيكون|ستكون|سوف|يكون|تكون|يمكن)(?: \w+)?)\s*$"
)
_EARLIER = compile_at_words(
    r"\b(?:already|earlier|before|previously|yesterday|last (?:week|month|time|year|night)|in the past|a while ago|prior|back on|(?:\d+|few|several) (?:minutes|hours|days) ago|as i (?:said|mentioned))\b"
    r"|(?<!\w)(?:ש|ו)?(?:כבר|קודמ|מקודמ|בעבר|אתמול|מוקדמ יותר|לפני (?:כנ|רגע|דקה|זמנ|שעה|יומ|שבוע)|בזמנו|בהודעה הקודמת|כפי שאמרתי)(?!\w)"
    r"|\b(?:уже|ранее|раньше|до этого|вчера|прежде|недавно|в прошлый раз|чуть раньше)\b"
    r"|(?<!\w)(?:بالفعل|سابقا|مسبقا|من قبل|امس|مبارح|سبق|قبل قليل|قبل شوي|اصلا|من زمان)(?!\w)"
)
_NOW = compile_at_words(
    r"\b(?:now|just|right away|immediately|again|once more|this (?:minute|moment|second))\b(?! (?:pending|waiting|awaiting|cancell?ed|confirmed|completed|with|includes|contains|stands|in (?:our|the)))"
    r"|(?<!\w)(?:עכשיו|כעת|הרגע|ברגע זה|שוב|שנית|מיד|כרגע|זה עתה)(?!\w)"
    r"|\b(?:сейчас|только что|снова|еще раз|опять|повторно|немедленно|сразу)\b"
    r"|(?<!\w)(?:الان|للتو|توا|مجددا|مره (?:اخري|ثانيه)|هلا|هلق|فورا|حالا)(?!\w)"
)
_SAID = compile_at_words(
    r"\b(?<!as )(?<!like )you(?:'ve| have| had| may have| might have| were)?(?: (?:just|also|previously|earlier|first))*"
    r" (?:said|say|mention(?:ed)?|wrote|think|thought|believe|remember|claim(?:ed)?|told|wondered|suggest(?:ed)?|meant|heard|saw|asked (?:if|about|whether|me)|quoted)\b"
    r"|(?<!\w)(?<!כמו )(?<!כפי )(?:אמרת|ציינת|כתבת|חשבת|את?ה? חושב(?:ת)?|את?ה? זוכר(?:ת)?|סיפרת|טענת|התכוונת|הזכרת|שאלת)(?!\w)"
    r"|\b(?<!как )(?:вы|ты)(?: \w+){0,2} (?:сказали|написали|упомянули|упоминали|говорили|говорите|думаете|считаете|помните|имели в виду|спросили|спрашивали|указали|назвали|сказал|сказала|думаешь)\b"
    r"|(?<!\w)(?<!كما )(?:قلت|قلتي|ذكرت|ذكرتي|كتبت لي|تعتقد|تعتقدين|تظن|تقول|سالت عن|حسب كلامك)(?!\w)"
)
ASKS = compile_at_words(
    r"\b(?:can|could|would|will|please|i'd like|i want|i need|let me|add|cancel it|change it|order me|make it)\b"
    r"|(?<!\w)(?:אפשר|תוכל|תוכלי|תוכלו|בבקשה|רוצה|תוסיפ|תוסיפי|תבטל|תבטלי|תשנה|תזמינ|אשמח|צריכ|צריכה|יכול|יכולה|יכולימ|תעבירי?|תעדכנ|תשלח)(?!\w)"
    r"|\b(?:можно|можете|хочу|пожалуйста|хотел|хотела|отмените|добавьте|измените|закажите|давайте|отмени|добавь|нужно|нужна)\b"
    r"|(?<!\w)(?:ممكن|اريد|بدي|لو سمحت|من فضلك|الغي|اضف|ضيف|عدل|غير|ابغي|احتاج|ارجو)(?!\w)"
)
OPENER = compile_folded(
    r"^\W*(?:(?:so|and|or|also|ok|okay|great|perfect|but|hi|hello|please|just|to confirm|sure|then|by the way|btw|now)\b\W*){0,3}"
    r"(?:(?:shall|should|would|do|does|did|can|could|may|will|is|are|was|were|has|have|had|am|what|which|who|whose|how|where|why"
    r"|isn't|didn't|haven't|wasn't|hasn't|don't|doesn't|aren't|weren't)\b"
    r"|(?:ו|אז |או )?(?:האמ|מה|איזה|איזו|אילו|כמה|מתי|איפה|היכנ|לאנ|למה|מדוע|איכ|מי|רוצה|תרצה|תרצי|תרצו|רוצימ|אפשר|אולי|בא לכ"
    r"|מעוניינ\w*|תעדיפ\w*|שא\w{3,}|לבטל|להזמינ|להוסיפ|לעדכנ|להעביר|לשנות|להמשיכ|לסגור|לאשר|לשלוח|לרשומ|להוריד|להחליפ)(?!\w)"
    r"|(?:а |и |так |ну |или )*(?:хотите|хочешь|желаете|может|можно|можем|можете|какой|какая|какое|какие|какую|сколько|где|куда|кто"
    r"|почему|зачем|нужно|нужна|подтверждаете|\w+(?:ить|ать|еть|ять)|будете|разве)\b"
    r"|(?:و|ف|او |ام )?(?:هل|ماذا|كم|متي|اين|لماذا|تريد|تريدين|ترغب|ترغبين|تحب|تحبين|بدك|اتريد|شو|ايش|اتود|تود|عايز)(?!\w))"
)
TRAILING_OR = compile_folded(r"^\W*(?:or|או|или|او|ام)(?!\w)")


def denied(clause: str, start: int, end: int) -> bool:
    """Whether a claim at `start:end` of `clause` is negated, before it or inside it."""
    left = _IDIOMS.sub(" ", clause[:start])[-70:]
    cut = _IN_BETWEEN.match(left)
    if cut is not None and not clause[start:end].startswith(("and ", "и ")):
        left = left[cut.end() :]
    return _NEGATION.search(left) is not None or _NEGATION.search(_IDIOMS.sub(" ", clause[start:end])) is not None


def negative(clause: str) -> bool:
    """Whether anything in `clause` is negated."""
    return _NEGATION.search(_IDIOMS.sub(" ", clause)) is not None


def supposed(clause: str, start: int) -> bool:
    """Whether what stands at `start` is conditional, future or wished for."""
    left = clause[:start]
    return _CONDITION.search(left) is not None or _WILL.search(left) is not None


def conditional(clause: str) -> bool:
    """Whether `clause` supposes something."""
    return _CONDITION.search(clause) is not None


def earlier(clause: str) -> bool:
    """Whether `clause` speaks of something that was done before."""
    return _EARLIER.search(clause) is not None


def right_now(clause: str) -> bool:
    """Whether `clause` speaks of something that is being done now, or again."""
    return _NOW.search(clause) is not None


def attributed(clause: str) -> bool:
    """Whether `clause` tells what the customer said or thinks (not "as you said", which agrees with it)."""
    return _SAID.search(clause) is not None


def asks_about_the_past(question: str) -> bool:
    """Whether a customer's folded words ask what was done, rather than for something to be done."""
    return "?" in question and ASKS.search(question) is None
