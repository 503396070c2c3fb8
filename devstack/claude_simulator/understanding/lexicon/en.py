"""English: for each intent the patterns of words that show it."""

# fmt: off
PHRASES: dict[str, tuple[str, ...]] = {
    "greet": (
        "hi+", "hello", "hey+", "hiya", "good (?:morning|afternoon|evening|day)", "greetings", "/start", "shalom",
    ),
    "catalog": (
        "wh?at (?:do|can) (?:you|u|ya|i) (?:have?|sell|offer|order|buy|got)(?! in)", "what(?:'s| is) (?:available|on offer)",
        "(?:the |your |full )?(?:menu|catalogu?e|price ?list)",
        "(?:list|show)(?: me)? (?:of )?(?:all )?(?:your |the )?(?:products|everything|items|prices)",
        "(?:which|what) (?:products|items|kinds)", "what have you got", "what you have", "all (?:your )?products",
        "prices",
    ),
    "price": (
        "how much(?: (?:is|are|does|do|for|would|will|it|the))?", "(?:what(?:'s| is) the )?price(?! ?list)(?: of| for)?",
        "costs?", "what (?:would|will|does) .{0,40}cost",
    ),
    "about": (
        "tell me (?:more )?about", "tell me(?! (?:a|another|the) (?:joke|story))", "describe", "what(?:'s| is) (?:the |your |a |in )",
        r"(?:is|are) (?:the |your |it|they|that|those)\b.{0,30}\b(?:good|tasty|fresh|nice|any good)", "any good",
        "more (?:about|on|info)", "how(?:'s| is) (?:the|your)", "what are .{0,20}like",
        "info(?:rmation)? (?:about|on)",
    ),
    "have": (
        "(?:do|have|did) (?:you|u|ya) (?:have|sell|got|carry|stock|offer|make)", "you (?:have|got)", "got any", "is there",
        "are there", r"any \w+ (?:left|available)", r"what (?:kinds? of |sort of )?\w+ do you (?:have|sell)",
    ),
    "mild": (
        "mild(?:er)?", "not (?:too |very |so |that )?(?:spicy|hot)", "non-?spicy",
        "(?:for |my |the )+(?:kids?|children|child|little ones?|toddlers?)", "kid-?friendly", "less spicy",
        "without (?:heat|spice)", "no spice", "isn'?t (?:too )?(?:spicy|hot)",
    ),
    "lasting_wish": (
        r"(?:allergic to|don'?t (?:like|eat)|can'?t eat) [^.,\n!?]+", "for (?:my |the )?(?:kids|children)",
        "not spicy", "vegetarian", "gluten[- ]free",
    ),
    "hot": ("spicy", "hot", "spicier", "with (?:a )?kick",),
    "recommend": (
        "recommend(?:ation|ations|ed)?", "suggest(?:ion|ions)?", "what(?:'s| is) (?:good|best|popular|your best)",
        "best[- ]?sellers?", "something (?:for|good|nice|tasty|sweet|special)", "popular", "ideas?",
    ),
    "order": (
        "(?:place an |to )?order(?! (?:number|status|history))",
        "i(?:'d| would|'ll| will)? (?:like|want|need|take|have|get)",
        "we(?:'d| would|'ll| will)? (?:like|want|need|take)",
        "(?:can|could|may) (?:i|we|you) (?:have|get|order|send|bring)", "give me", "get me", "send me",
        "let me (?:have|get)", "i wanna", "buy", "put me down for", "please (?:send|prepare|pack)",
    ),
    "add": (
        "add(?:ing)?", "also", "as well", "too", "plus", "in addition", "throw in", "(?:grams?|g|kg|kilos?|pieces?) more", "another", "one more",
        r"^\W*and (?!how|what|when|where|is|are|do|does|can|could|will|change|make|set|update)(?!.*\?)",
    ),
    "remove": (
        "remove", "take (?:out|off|away)", "drop", "delete", "without the", "leave out", "no more", "skip the", "never ?mind (?:about )?the (?=\\w)", "forget (?:about )?the (?=\\w)",
        "(?:don'?t|do not) (?:want|need) (?:the|any)(?! more)(?=\\W)",
        "take the .{1,30} (?:off|out)",
    ),
    "change": (
        "actually", "rather",
        "change", "make (?:it|that|this|the)", "update", "instead(?: of)?", "increase", "decrease", "reduce",
        r"only (?=\d|half|one|two)", "modify", "set",
    ),
    "swap": ("replace", "swap", "switch (?:the|my)", "exchange",),
    "cancel": ("cancel(?:l?ed|l?ing|lation)?", "call off", "scrap (?:the|my)",),
    "keep": ("(?:don'?t|do not|never) cancel", "not (?:to )?cancel", "(?:didn'?t|did not) (?:mean|want) to cancel",),
    "my_orders": (
        "(?:how many|any|what) orders (?:do i have|i have)", "orders do i have",
        r"my (?:\w+ )?orders?(?! (?:to|is for))(?= status|\b)", "(?:what|which) (?:did|have) i (?:order|ordered|buy)",
        "order (?:status|history)", "status of", "where(?:'s| is) (?:my|the) (?:order|delivery)",
        "when (?:will|is|does) .{0,20}(?:arrive|ready|coming|come|delivered)", "previous orders", "past orders", "which orders?(?: is| are)?",
        "(?:any )?open orders?", "what(?:'s| is) (?:in|on) (?:the|my) (?:order|basket|cart)",
        "show (?:me )?(?:the|my) (?:order|basket|cart)",
    ),
    "past_order": (
        "i(?:'ve| have)? (?:once |already |previously |also )?(?:ordered|bought)",
        "(?:did|have) i (?:ever )?(?:order|ordered|buy)", "i think i ordered",
    ),
    "repeat": (
        "repeat (?:my |the )?(?:last |previous )?order",
        "(?:the )?same (?:as|thing|order)(?: (?:as )?(?:last time|before|again))?", "(?:the )?usual",
        "(?:the )?same again", "again the same", "(?:put|bring) it back", "restore (?:it|my order|the order)", "like last time", "reorder", "re-order", "order again",
    ),
    "all": ("all (?:of (?:them|it)|my orders|the orders|orders)", "both", "everything",),
    "yes": (
        "yes", "yeah", "yep", "yup", "sure", "ok(?:ay)?", "confirm(?:ed)?", "go ahead", "please do", "correct",
        "right", "absolutely", "definitely", "of course", "sounds good", "perfect", "great", "do it", "deal",
        "that'?s fine", "fine",
    ),
    "no": (
        "no", "nope", "nah", "no thanks", "no thank you", "never ?mind", "not now", "i(?:'ve| have)? changed my mind", "forget it", "that'?s (?:all|it)", "don'?t",
        "not really",
    ),
    "thanks": (
        "thanks?(?: you| a lot| so much)?", "thank you", "thx", "ty", "cheers", "appreciated?", "much obliged",
    ),
    "bye": (
        "bye+", "goodbye", "see you", "good ?night", "have a (?:nice|good|great) (?:day|one|evening|weekend)", "cya",
        "take care",
    ),
    "business": (
        "how long .{0,15}(?:deliver|delivery|take)",
        "(?:can|do|may) i pay", "pay (?:by|with|in)", "by card", "in cash",
        "(?:opening|business|working|store|your) hours",
        "(?:when|what time|until when|how late) .{0,15}(?:open|close|shut)s?", "are you (?:open|closed)",
        "(?:do|can|could|will) (?:you|u) (?:deliver|do delivery|ship)", "(?:with|includ(?:e|es|ing)) (?:the )?delivery", "(?:shops?|stores?|branch(?:es)?) (?:in|near|at|around)", "delivery (?:fee|cost|price|charge|area|zone|terms|options|times?)",
        "(?:how much|what)(?: is| does)?(?: the)? (?:delivery|shipping)(?: cost)?", "is (?:the )?(?:delivery|shipping) free", "where are you",
        "your (?:address|location|phone|number|email|website)", "how (?:can|do) i (?:pay|contact|reach|call)",
        "payment", "credit card", "do you accept", "where do you deliver", "open (?:now|today|tomorrow|on)",
        "located", "pick ?up (?:available|possible)",
    ),
    "human": (
        "human(?: being)?", "real person", "representative", "(?:an |your |live )agent", "manager",
        "(?:talk|speak) (?:to|with) (?:a |an |some|the |your "
        ")?(?:one|body|person|someone|human|owner|manager|people|staff)",
        "someone real", "customer service", "call me back", "(?:can|could|will) (?:you|u|someone|somebody|anyone) (?:please )?call me", "operator", "(?:the |your )owner", "staff member",
    ),
    "complaint": (
        "complain(?:t|ing)?", "refund", "disappointed", "terrible", "awful", "spoiled", "rotten", "not fresh",
        "bad service", "never arrived", "didn'?t (?:arrive|get|receive)", "wrong (?:item|order|product)",
        "money back",
    ),
    "discount": (
        "discounts?", "cheaper", "sale", "promo(?:tion|s)?", "coupon", "deals?", "better price",
        "lower (?:the )?price", "for free", "free of charge", "special price", "bargain",
    ),
    "who": (
        "are you (?:a |an )?(?:bot|robot|human|real(?: person)?|ai|person|machine|chat ?gpt|chatbot)",
        "what can you do", "what do you do",
        "who (?:are you|is this|am i (?:talking|speaking))", "is this a bot",
        r"am i (?:talking|speaking) (?:to|with) (?:a|an) (?:bot|human|robot|ai|person|real)\b.{0,10}",
    ),
    "how_are_you": ("how (?:are|r) (?:you|u)", "how(?:'s| is) it going", "how do you do", "what'?s up",),
    "diet": (
        "gluten(?:[- ]free)?", "kosher", "vegan", "vegetarian", "halal", r"allerg\w+", "nuts?", "peanuts?", "sesame",
        "(?:sugar|dairy|lactose|egg|nut)[- ]free", "without (?:sugar|milk|eggs|nuts)",
    ),
    "please": ("please", "pls", "plz",),
    "total": (
        "(?:in )?total", "altogether", "all together", "all in all", "overall", "(?:the|my) (?:bill|sum|total)",
        "(?:how much|what) (?:do|will|should|must|am) (?:i|we) (?:to )?(?:owe|pay|have to pay|need to pay|owing)",
        "(?:how much|what) (?:does|did|will|would|is) (?:it|that|this|everything|(?:the|my) order) (?:come|add|came|cost|costing)(?: (?:to|up to))?",
    ),
    "my_address": ("(?:what(?:'s| is)|which is|do you (?:have|know)) my (?:delivery )?address",),
    "suppose": ("if (?:i|we)", "suppose (?:i|we)", "let'?s say (?:i|we)?", "say i (?:take|want|buy|order)",),
    "staff_said": (
        r"what (?:did|has|have) (?!(?:i|we)\b)(?:\w+ ){1,4}?(?:say|said|write|written|wrote|mean|tell|told|answer|answered|reply|replied)",
        "what was (?:i told|said|(?:the|his|her|their) (?:answer|reply))",
        "(?:did|has) (?:he|she|they|anyone|anybody|someone|somebody|(?:the|your) (?:manager|colleague|staff|owner)) (?:say|said|write|answer|answered|reply|replied)",
    ),
    "cheapest": ("(?:the )?(?:cheapest|least expensive|lowest price)", "(?:which|what)(?: one| of (?:them|these|the two))?(?: is|'s) (?:the )?cheaper", "the cheaper(?: one)?",),
    "wholesale": ("wholesale", "catering", "in bulk", "for (?:my |our )?(?:business|restaurant|shop|store)",),
}
# fmt: on
