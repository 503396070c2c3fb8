"""English claims of deeds."""

from __future__ import annotations

from services.agent.truth.lexicon.build import any_of, claims, group, pick
from services.agent.truth.patterns import compile_folded

_ADVERB = (
    r"(?:just|now|already|also|all|both|then|even|officially|gone ahead and|went ahead and|been able to|so|as well"
    r"|managed to|here|since|too|\w+ly)"
)
_ORDER = r"(?=[^,.]{0,40}\b(?:order|request|reservation|booking|purchase|pre-?order)s?\b)"
_PEOPLE = (
    r"(?:team|manager|owner|staff|colleagues?|representative|rep|agent|person|human|operator|kitchen|courier|driver"
    r"|shop|store|business|factory|boss|chef|baker|butcher|supervisor|department|office|someone|specialist"
    r"|management|headquarters|warehouse)"
)
# "We changed our recipe" tells of the business, not of a deed for the customer.
_NOT_OURS = r"(?![^,.]{0,45}\b(?:our (?!team|system|books|records|database|queue|end)|recipes?|menus?|blends?|mix|dough|prices?|hours|seasoning|catalog)\b)"
_PAPERS = (
    r"(?=[^,.]{0,45}\b(?:e-?mail|sms|text|texts|invoice|receipt|link|confirmation|whatsapp|message|code|voucher"
    r"|tracking)\b)"
)
_OFF = r"(?=[^,.]{0,50}(?:\bdiscount|\bcoupon|\bpromo|% off|\bvoucher|\boff (?:your|the)\b|\bfree of charge|\bfor free|\bat no (?:extra |additional )?(?:cost|charge)))"

_DONE = {
    "discounted": rf"(?:applied|given|gave|added|included|arranged|got|taken|took|put){_OFF}|waived|discounted|knocked",
    "paid": r"charged|refunded|credited|billed|collected|(?:received|processed|taken|took|got)(?=[^,.]{0,25}\bpayment)"
    r"|(?:issued|processed|made|arranged|initiated|sent)(?=[^,.]{0,25}\brefund)",
    "contacted": r"(?:spoken|spoke|talked|checked|consulted|confirmed|verified)(?= (?:to|with)\b[^,.]{0,30}\b"
    + _PEOPLE
    + r"\b)|(?:called|phoned|rang|rung)(?=[^,.]{0,30}\b"
    + _PEOPLE
    + r"\b)",
    "handed": r"(?:passed|forwarded|transferred|escalated|handed|relayed|referred|submitted|sent|turned|routed|shared"
    r"|directed|reported)(?=[^,.]{0,70}\b(?:to|with)\b[^,.]{0,25}\b"
    + _PEOPLE
    + r"\b)|(?:escalated|passed (?:it|this|that|your \w+) (?:on|along|over))|(?:connected|put) you (?:through |in touch )?"
    r"(?:to|with)|(?:notified|informed|alerted|contacted|messaged|texted|emailed|pinged|flagged|asked|told|updated"
    r"|reached out to|let)(?= (?:it to |this to |that to )?(?:the|our|my|a|an|one of our|your)\b[^,.]{0,25}\b"
    + _PEOPLE
    + r"\b)|brought in|looped in",
    "sent": rf"(?:sent|emailed|texted|messaged|issued|generated|mailed){_PAPERS}",
    "cancelled": r"(?:processed|completed|confirmed|made|done|finali[sz]ed|executed|approved)(?=[^,.]{0,18}\bcancell)|cancell?ed|voided|called off|annulled|scrapped|(?:taken|took|pulled) (?:\w+ ){1,4}?(?:down|off the books|out of the system)"
    r"|(?:stopped|halted|reversed|revoked|withdrawn|withdrew|dropped|nixed|killed|undone|undid)(?= (?:it|that|this|(?:your|the|that|this) (?:\w+ )?order|order|#\s?\d))",
    "removed": r"(?:removed|deleted|taken(?=[^,.]{0,40}\b(?:off|out)\b)|took(?=[^,.]{0,40}\b(?:off|out)\b))" + _NOT_OURS,
    "added": rf"(?:added|included|thrown in|tacked on|put(?=[^,.]{{0,45}}\b(?:in|on|into|to) (?:your|the) order)){_NOT_OURS}",
    "changed": r"(?:processed|completed|made|saved|applied)(?=[^,.]{0,18}\b(?:change|update|modification|edit)s?\b)|(?:upgraded|extended|expedited|changed|updated|modified|amended|edited|adjusted|switched|swapped|replaced|increased|reduced"
    rf"|corrected|fixed|moved|rescheduled|revised|doubled|bumped){_NOT_OURS}",
    "confirmed": r"(?:confirmed|approved)(?=[^,.]{0,25}\b(?:order|delivery|booking|reservation|pickup|request|it"
    r"|everything)\b)(?! (?:that|with)\b)",
    "shipped": r"(?:shipped|dispatched|delivered)" + _NOT_OURS + r"|sent (?:out|off)|sent(?= (?:your|the|it)\b)" + _ORDER,
    "prepared": r"(?:prepared|packed|packaged|wrapped|started preparing|started)" + _ORDER,
    "saved": r"(?:saved|stored|remembered|memori[sz]ed)(?! you (?:some|time|money|a lot))",
    "noted": r"(?:noted|written down|wrote down|jotted down|taken note|took note|marked|made a note|left a note"
    r"|put a note|registered(?! trade))(?! earlier| above| before)",
    "created": rf"placed|(?:created|opened|entered|logged|recorded|processed|submitted|finali[sz]ed|completed|made|taken"
    rf"|took|put in|put through|started|set up|put together){_ORDER}|ordered|booked|reserved|secured|set aside|(?:put|got|have) you down for|put (?:\w+ ){1,4}?(?:through|in)\b|(?:submitted|entered|logged|put|recorded|registered)"
    r"(?=[^,.]{0,20}\b(?:in|to|into) (?:our|the) (?:system|books|kitchen|queue))"
    rf"|put aside|locked (?:\w+ ){{1,4}}?in\b|locked in (?:your|the|that|this)",
    "arranged": r"scheduled|arranged|organi[sz]ed|set up(?=[^,.]{0,25}\b(?:delivery|pickup))|lined up",
    "generic": r"(?:done|did|handled|sorted|completed|processed|taken care of|took care of|dealt with|fixed)"
    r"(?= (?:it|that|this|so|everything|all|your (?:request|change|issue))\b)",
}  # fmt: skip

_DOING = {
    "handed": r"(?:passing|forwarding|transferring|escalating|handing|connecting|notifying)\b",
    "cancelled": r"cancell?ing",
    "added": r"adding" + _NOT_OURS,
    "removed": r"(?:removing|deleting)",
    "changed": r"(?:changing|updating|modifying|switching|replacing)" + _NOT_OURS,
    "created": rf"placing|(?:creating|submitting|processing|putting (?:in|through)|finali[sz]ing){_ORDER}|booking|ordering",
    "saved": r"saving",
    "prepared": rf"(?:preparing|packing|getting){_ORDER}|(?:preparing|packing|making|baking|working on|wrapping|assembling) (?:it|your|everything|this)\b"
    r"|getting (?:it|everything|your order) ready",
    "paid": r"refunding|charging",
}

_INFINITIVE = {
    "cancelled": r"cancel(?:l?ing)?",
    "added": r"add(?:ing)?" + _NOT_OURS,
    "removed": r"remov(?:e|ing)|delet(?:e|ing)|take (?:\w+ ){1,3}off",
    "changed": r"chang(?:e|ing)|updat(?:e|ing)|modify|replac(?:e|ing)|switch" + _NOT_OURS,
    "created": rf"plac(?:e|ing)|book(?:ing)?|reserv(?:e|ing)|(?:creat(?:e|ing)|submit){_ORDER}",
    "discounted": rf"(?:get|give|apply|secure|arrange|offer){_OFF}",
    "saved": r"sav(?:e|ing)",
    "paid": r"refund(?:ing)?|charg(?:e|ing)",
    "contacted": rf"(?:reach|speak (?:to|with)|talk to|get hold of)(?=[^,.]{{0,30}}\b{_PEOPLE}\b)",
}

_PASSIVE = {
    "handed": r"(?:passed (?:on|along|over|to)|forwarded|transferred|escalated|handed (?:over|to)|relayed|notified"
    r"|informed|alerted|connected (?:to|with)|shared with)",
    "cancelled": r"cancell?ed|voided|void|called off|withdrawn|scrapped|annulled|pulled",
    "removed": r"removed|deleted|taken (?:off|out)",
    "added": r"added|in(?:side)? your (?:cart|basket|bag|order)\b",
    "changed": r"changed|updated|modified|amended|adjusted|switched|swapped|replaced|corrected|rescheduled|revised|moved",
    "confirmed": r"confirmed|approved",
    "shipped": r"shipped|dispatched|delivered|sent out|picked up by the courier",
    "prepared": r"(?:being |getting )(?:prepared|packed|made|processed|worked on)|prepared|packed",
    "paid": r"paid|charged|refunded|credited|billed",
    "discounted": r"discounted|waived",
    "saved": r"saved|stored",
    "noted": r"noted|recorded|written down|marked",
    "created": r"placed|created|submitted|ordered|booked|registered|reserved|received|logged|entered|processed"
    r"|checked out(?! by)|finali[sz]ed|locked in|complete|completed|accepted|set aside|secured|put (?:through|in|aside)|lined up|in (?:the|our) system|all in",
    "arranged": r"scheduled|arranged|organi[sz]ed",
    "generic": r"(?:all )?(?:done|sorted|taken care of|handled|settled)|all set",
}

_HEADLINE = ("cancelled", "removed", "added", "changed", "confirmed", "paid", "saved", "noted", "created", "shipped")
_NOUN = (
    r"\b(?:order|reservation|booking|changes?|address|name|phone|number|details|items?|note|payment|refund|discount"
    r"|update|delivery|request|preference|profile)(?: (?:#\s?)?\d+)?(?: (?:successfully|now|already|all|is|was|just))*"
)
_NO_MORE = r"\b(?! (?:by|before|after|on|within|over|above|via|through|at|from|until|in (?:your|the|our))\b)"
_FILLER = (
    r"^\W*(?:(?:ok|okay|sure|great|perfect|alright|yes|yep|good news|all right|absolutely|of course|certainly|and|also"
    r"|then|now|successfully|just|all|already|done|so|as requested|voila)\b\W*)*"
)
_HEAD = {
    "handed": r"(?:passed|forwarded|transferred|escalated)(?= (?:to|on|it|your|this)\b)",
    "cancelled": r"cancell?ed\b(?! orders?:)",
    "removed": r"(?:removed|deleted)\b",
    "added": rf"added\b{_NOT_OURS}",
    "changed": rf"(?:updated|changed|replaced|swapped|switched)\b{_NOT_OURS}(?! (?:daily|weekly|every))",
    "confirmed": r"confirmed\b",
    "paid": r"refunded\b",
    "saved": r"saved\b",
    "noted": r"noted (?=your|the|it|that|down|in|on|for)",
    "created": r"(?:placed|ordered|booked|reserved)\b",
    "generic": r"(?:done|all done|it's done|all sorted|all taken care of|mission accomplished)\b",
}

_STATE = {
    "prepared": r"\b(?:the |our )?(?:kitchen|team|shop|chefs?|bakers?|butchers?|they)(?:'re| are| is|'s| has| have)?(?: now| already| currently| just)*"
    r" (?:preparing|packing|making|baking|working on|started (?:on|preparing|working|making|packing|baking)|getting (?:it|everything|your))\b",
    "shipped": r"\b(?:on (?:its|the|their) way|out for delivery|en route|(?:has |have |already )?left (?:the|our) "
    r"(?:shop|store|kitchen|factory|bakery|warehouse)|heading (?:your way|to you)|courier (?:has|is|left|picked))",
    "ready": r"\b(?:order|it|that|everything)(?:'s| is| are)(?: now| all| already)? (?:ready|packed)\b(?! to (?:place|order|go))"
    r"|\bready for (?:pick-?up|collection|you)\b|\bready and waiting",
    "cancelled": r"\border(?: (?:#\s?)?\d+)? (?:is|has been|was)(?: now| already)? (?:off(?! (?:to|the menu))|gone|scrapped|void|dropped|withdrawn|taken down|removed|deleted)"
    r"|\border(?: (?:#\s?)?\d+)? (?:no longer exists|doesn't exist any ?more|(?:won't|will not|isn't going to) be (?:delivered|prepared|charged|coming|arriving|sent|shipped|made)|isn't coming|won't (?:come|arrive)\b|will never arrive)|\bcancellation (?:is |was |has been |now )?(?:done|complete|completed|confirmed|processed|successful"
    r"|went through|all set)",
    "changed": r"\b(?:your|the) (?:updated|revised|amended|modified|new) order\b(?! (?:would|will|could))"
    r"|\bchanges? (?:is|are|was|were|went) (?:in|live|through|made|done)\b",
    "created": r"\border(?:'s| is| has| went| has gone)? ?(?:now |all |already )?(?:in\b(?! (?:the (?:past|future)|case|person"
    r"|order))|went through|gone through|is through|through\b|went in|(?: (?:has|has just))? ?(?:made it|landed|come through|reached|arrived (?:at|in))(?= [^,.]{0,12}\b(?:our|the|us)\b))|\bgot your order\b|\byou're (?:booked|down for)",
    "paid": r"\brefund (?:has been|was|is|is now|has now been) (?:issued|processed|made|sent|initiated|complete|on its way)",
    "discounted": r"\byou(?:'ll| will|'re getting| get| got| receive|'ve got)? (?:get |getting |receive )?(?:a |an |your )?"
    r"(?:special )?(?:\d+ ?(?:%|percent) (?:off|discount)|discount of)|\b(?:a |your )?\d+ ?(?:%|percent) discount (?:is|was|has"
    r"|applies|for you|on your)|\b\d+ ?(?:%|percent)(?: \w+)? (?:discount|off|reduction|rebate|markdown)\b|\b(?:can|will|'ll|could) (?:offer|give|do|apply) (?:you )?(?:a )?(?:special )?\d+ ?(?:%|percent)"
    r" (?:off|discount)|\bdelivery is (?:on us|on the house)|\bon the house\b|\b(?:a|an|one|some|your|extra) (?:free|complimentary|bonus) (?!delivery|shipping|sample\b)\w+",
    "pending": r"\b(?:is|are|it's|still|now|currently|status:?)(?: \w+)? (?:pending|awaiting|waiting for (?:the )?(?:business|shop"
    r"|store|confirmation|approval|bakery|team))\b",
    "allset": r"\b(?:you're|we're|everything(?:'s| is)|it's|that's|all) (?:all )?(?:set|sorted|settled|taken care of|arranged"
    r"|done)\b(?! by)",
    "had": r"\bthank(?:s|ing| you)(?: so much| very much| a lot)? for (?:your|the|this) (?:order|purchase)\b|\byou(?:'ve| have| had| did)?(?: (?:also|already|previously|last|once|really|indeed|just|recently|actually"
    r"|usually|always|first|definitely))*"
    r" (?:ordered|order(?= from us last)|bought|purchased)\b"
    r"|\byou did(?: (?:indeed|really|also|once|already|actually))* (?:order|buy|purchase|have)\b|\byou(?:'ve| have| had| do have|'ve got)\b(?: got)?[^,.?]{0,40}\border(?:s)?\b(?!ed)"
    r"|\b(?:i|we)(?: can| do| did| also)* (?:see|found|find|located|show|have)\b[^,.]{0,50}\borders?\b"
    r"|\bthere(?:'s| is| was| are| were)\b[^,.]{0,30}\borders?\b"
    r"",
    "contains": r"\byour (?:\w+ ){0,2}order (?:of|for|with|(?:was|is|had) (?=(?:\d|a |an |half|one |two |three |for )))"
    r"|\border(?: number)?(?: #?\s?\d+)?(?: \([^)]{0,20}\))? (?:now |also |only |already )*(?:contains?|includes?|included|contained|consists of|consisted of|comprises|(?:had|has)(?! (?:been|already|not|no|yet|just|now|to)\b))\b"
    r"|\border(?: number| no\.?)? ?#?\s?\d+(?=\s*(?::|—|–|$))|#\d+ (?:for|of|with)\b",
    "held": r"\b(?:was|were|is|are)(?: (?:also|indeed|really|actually|already|once))* (?:in|part of|on) (?:your|the|that|an) (?:\w+ ){0,3}?order\b",
    "handed": rf"\b(?:a|the|our|one of our)(?: \w+)? {_PEOPLE}(?: from our team| of ours)?(?: is| has|'s)(?: now| already| currently| just)* (?:reading|looking|joined|joining|reviewing|handling"
    r"|on it|taking over|taken over|received|seen|aware|working on|been (?:notified|informed|alerted|assigned))\b",
}  # fmt: skip

_BEEN = r"\b(?:has|have|had|was|were|is|are|been|got|gets|it's|that's|being|(?:it|that|everything|order|they|you|we|there)'(?:s|re))"

# "Cancelled!" counts only where a clause begins.
OPENING = compile_folded(rf"{_FILLER}(?:{any_of('bare', _HEAD)})")
CLAIMS = claims(
    rf"\b(?:i|we)(?:'ve|'d)?(?: (?:have|had))?(?: {_ADVERB})* (?:{any_of('did', _DONE)})\b",
    rf"\b(?:i|we)(?:'ve)? (?:got|had|have) (?:your|the|that|this|it)\b[^,.]{{0,30}} "
    rf"(?:{any_of('did', pick(_PASSIVE, ('cancelled', 'removed', 'changed', 'confirmed', 'created')))})\b",
    rf"\b(?:i'm|i am|we're|we are)(?: {_ADVERB})* (?:{any_of('did', _DOING)})",
    rf"{_BEEN}(?: {_ADVERB})*(?: been)?(?: {_ADVERB})* (?:{any_of('state', _PASSIVE)})\b",
    any_of("state", _STATE),
    rf"\b(?:i|we)(?:'ve| have)?(?: {_ADVERB})* (?:(?:was|were|been) able to|managed to|succeeded in) (?:{any_of('did', _INFINITIVE)})\b",
    rf"\bconsider (?:it|that|this|your order) (?:already )?(?:{any_of('did', _PASSIVE)})",
    rf"{_NOUN} (?:{any_of('state', pick(_PASSIVE, _HEADLINE))}){_NO_MORE}",
    rf"(?:\b(?:and|then)|&)(?: {_ADVERB})* (?:{any_of('more', _DONE)})\b",
    rf"(?:\b(?:and|then)|&)(?: {_ADVERB})* (?:{any_of('also', _PASSIVE)})\b",
    group("created", "state", r"\border (?:number|no)\b[^,.]{0,5}\d+ (?:is|was) (?:in|placed)"),
)
