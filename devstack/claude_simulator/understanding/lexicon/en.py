"""English."""

PHRASES = {
    "greet": r"hi+|hello|hey+|hiya|good (?:morning|afternoon|evening|day)|greetings|/start|shalom",
    "catalog": r"what (?:do|can) (?:you|i) (?:have|sell|offer|order|buy)(?! in)|what(?:'s| is) (?:available|on offer)|"
    r"(?:the |your |full )?(?:menu|catalogu?e|price ?list)|"
    r"(?:list|show)(?: me)? (?:of )?(?:all )?(?:your |the )?(?:products|everything|items|prices)|(?:which|"
    r"what) (?:products|items|kinds)|what have you got|what you have|all (?:your )?products|prices",
    "price": r"how much(?: (?:is|are|does|do|for|would|will|it|the))?|(?:what(?:'s| is) the )?price(?: of| for)?|"
    r"costs?|what (?:would|will|does) .{0,40}cost",
    "about": r"tell me (?:more )?about|tell me|describe|what(?:'s| is) (?:the |your |a |in )|(?:is|are) (?:the |your |"
    r"it|they|that|those)\b.{0,30}\b(?:good|tasty|fresh|nice|any good)|"
    r"any good|more (?:about|on|info)|how(?:'s| is) (?:the|your)|what are .{0,20}like|info(?:rmation)? (?:about|on)",
    "have": r"(?:do|have|did) you (?:have|sell|got|carry|stock|offer|make)|you (?:have|got)|got any|is there|"
    r"are there|any \w+ (?:left|available)|what (?:kinds? of |sort of )?\w+ do you (?:have|sell)",
    "mild": r"mild(?:er)?|not (?:too |very |so |that )?(?:spicy|hot)|non-?spicy|(?:for |my |the )+(?:kids?|children|"
    r"child|little ones?|toddlers?)|kid-?friendly|less spicy|without (?:heat|spice)|no spice|isn'?t (?:too )?(?:spicy|"
    r"hot)",
    "lasting_wish": r"(?:allergic to|don'?t (?:like|eat)|can'?t eat) [^.,\n!?]+|for (?:my |the )?(?:kids|children)|"
    r"not spicy|vegetarian|gluten[- ]free",
    "hot": r"spicy|hot|spicier|with (?:a )?kick",
    "recommend": r"recommend(?:ation|ations|ed)?|suggest(?:ion|ions)?|what(?:'s| is) (?:good|best|popular|your best)|"
    r"best[- ]?sellers?|something (?:for|good|nice|tasty|sweet|special)|popular|ideas?",
    "order": r"(?:place an |to )?order(?! (?:number|status|history))|i(?:'d| would|'ll| will)? (?:like|want|need|take|"
    r"have|get)|we(?:'d| would|'ll| will)? (?:like|want|need|take)|"
    r"(?:can|could|may) (?:i|we|you) (?:have|get|order|send|bring)|give me|get me|send me|let me (?:have|get)|"
    r"i wanna|buy|put me down for|please (?:send|prepare|pack)",
    "add": r"add(?:ing)?|also|as well|too|plus|in addition|throw in|another|one more|^\W*and (?=\d|half|a kilo|two|"
    r"three)",
    "remove": r"remove|take (?:out|off|away)|drop|delete|without the|leave out|no more|skip the|"
    r"take the .{1,30} (?:off|out)",
    "change": r"change|make (?:it|that|this|the)|update|instead(?: of)?|increase|decrease|reduce|only (?=\d|half|one|"
    r"two)|modify|set",
    "swap": r"replace|swap|switch (?:the|my)|exchange",
    "cancel": r"cancel(?:l?ed|l?ing|lation)?|call off|scrap (?:the|my)",
    "keep": r"(?:don'?t|do not|never) cancel|not (?:to )?cancel",
    "my_orders": r"(?:how many|any|what) orders (?:do i have|i have)|orders do i have|my (?:\w+ )?orders?(?! (?:to|"
    r"is for))(?= status|\b)|(?:what|which) (?:did|have) i (?:order|ordered|"
    r"buy)|order (?:status|history)|status of|where(?:'s| is) (?:my|the) (?:order|delivery)|when will .{0,20}arrive|"
    r"previous orders|past orders|which orders?(?: is| are)?|(?:any )?open orders?",
    "past_order": r"i(?:'ve| have)? (?:once |already |previously |also )?(?:ordered|bought)|(?:did|"
    r"have) i (?:ever )?(?:order|ordered|buy)|i think i ordered",
    "repeat": r"(?:the )?same (?:as|thing|order)(?: (?:as )?(?:last time|before|again))?|(?:the )?usual|"
    r"like last time|reorder|re-order|order again",
    "all": r"all (?:of (?:them|it)|my orders|the orders|orders)|both|everything",
    "yes": r"yes|yeah|yep|yup|sure|ok(?:ay)?|confirm(?:ed)?|go ahead|please do|correct|right|absolutely|definitely|"
    r"of course|sounds good|perfect|great|do it|deal|that'?s fine|fine",
    "no": r"no|nope|nah|no thanks|no thank you|never ?mind|not now|forget it|don'?t|not really",
    "thanks": r"thanks?(?: you| a lot| so much)?|thank you|thx|ty|cheers|appreciated?|much obliged",
    "bye": r"bye+|goodbye|see you|good ?night|have a (?:nice|good|great) (?:day|one|evening|weekend)|cya|take care",
    "business": r"(?:can|do|may) i pay|pay (?:by|with|in)|by card|in cash|(?:opening|business|working|store|"
    r"your) hours|(?:when|what time|until when|how late) .{0,15}(?:open|"
    r"close|shut)s?|are you (?:open|closed)|do you (?:deliver|do delivery|ship)|"
    r"delivery (?:fee|cost|price|charge|area|zone|terms|options|times?)|(?:how much|what)(?: is|"
    r" does)?(?: the)? (?:delivery|shipping)(?: cost)?|where are you|your (?:address|location|phone|number|email|"
    r"website)|"
    r"how (?:can|do) i (?:pay|contact|reach|call)|payment|credit card|do you accept|where do you deliver|open (?:now|"
    r"today|tomorrow|on)|located|pick ?up (?:available|possible)",
    "human": r"human(?: being)?|real person|representative|(?:an |your |live )agent|manager|(?:talk|speak) (?:to|"
    r"with) (?:a |an |some|the |your )?(?:one|body|person|someone|human|owner|manager|people|staff)|someone real|"
    r"customer service|call me back|operator|(?:the |your )owner|staff member",
    "complaint": r"complain(?:t|ing)?|refund|disappointed|terrible|awful|spoiled|rotten|not fresh|bad service|"
    r"never arrived|didn'?t (?:arrive|get|receive)|wrong (?:item|order|product)|money back",
    "discount": r"discounts?|cheaper|sale|promo(?:tion|s)?|coupon|deals?|better price|lower (?:the )?price|for free|"
    r"free of charge|special price|bargain",
    "who": r"are you (?:a |an )?(?:bot|robot|human|real(?: person)?|ai|person|machine|chat ?gpt|chatbot)|"
    r"who (?:are you|is this|am i (?:talking|speaking))|is this a bot|am i (?:talking|speaking) (?:to|with) (?:a|"
    r"an) (?:bot|human|robot|ai|person|real)\b.{0,10}",
    "how_are_you": r"how (?:are|r) (?:you|u)|how(?:'s| is) it going|how do you do|what'?s up",
    "diet": r"gluten(?:[- ]free)?|kosher|vegan|vegetarian|halal|allerg\w+|nuts?|peanuts?|sesame|(?:sugar|dairy|"
    r"lactose|egg|nut)[- ]free|without (?:sugar|milk|eggs|nuts)",
    "please": r"please|pls|plz",
    "total": r"(?:in )?total|altogether|all together",
    "cheapest": r"(?:the )?(?:cheapest|least expensive|lowest price)",
    "wholesale": r"wholesale|catering|in bulk|for (?:my |our )?(?:business|restaurant|shop|store)",
}
