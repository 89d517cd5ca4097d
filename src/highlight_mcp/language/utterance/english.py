"""English: the form of a sentence tells whether it orders anything."""

import re

from .shape import UtteranceKind

_LEAD = (
    r"(?:(?:and|but|so|ok|okay|well|hey|hi|hello|oh|um|uh|hmm|also|then|now|please|yo|just|wow|yeah|yes|yep|no"
    r"|by the way|btw|actually|quick question|one question|first|there|sorry|right|cool|man|dude|haha+|hehe|lol|lmao"
    r"|omg|finally|honestly|ah|aw|aww|ooh)\b[\s:,-]*)*"
)
_ME = r"(?:you|u|ya|we|i|someone|somebody)"
_POLITE = re.compile(
    rf"{_LEAD}(?:(?:can|could|can't|couldn't|may|might)\s(?:{_ME}|the|clips?|that|this|it|everything|all|my|our)\b"
    r"(?!\s(?:even|still|tell|explain|say|remember|know|undo|see|get a refund|go back|affect|damage|hurt|break))"
    r"|(?:will|would|won't)\s(?:you|u|ya|someone|somebody)\b(?!\s(?:say|recommend|know|suggest|call))"
    r"|(?:would|do)\syou\smind|(?:is|would|will)\sit\s(?:be\s)?possible\b|is\sthere\sany?\s(?:way|chance)"
    r"|is\sthere\sa\s(?:way|chance)|any\schance|are\syou\sable|mind\s(?:if|\w+ing)|(?:how|what)\sabout"
    r"|why\s(?:not|don't\s(?:you|we))|do\s(?:me|it|that|this|the|a|an|both|all)\b|have\s(?!you|we|i\b|they)"
    r"|may\si|let's|shall\swe)"
)
_OPENERS = re.compile(
    rf"{_LEAD}(?:(?:how|why|whose|who|whom|who's|how's|(?:whats|what's)(?!\sleft)|where's"
    r"|(?:what|which)(?=\s.*\b(?:is|are|was|were|do|does|did|will|would|can|should|has|have|happens)\b))\b"
    r"(?!\s(?:i|we)\s(?:want|need|'d|would)|\syou\sshould)|(?:where|when)\s(?:is|are|do|does|did|will|can|was|were"
    r"|should|would|has|have)\b|(?:does|did|is|are|was|were|has|am|isn't|aren't|doesn't|didn't|wasn't|weren't|haven't"
    r"|hasn't|should|shall|will|would|must|might|could|can|won't|wouldn't|couldn't|can't|shouldn't)\s"
    r"|(?:do|have)\s(?:i|you|we|they|these|those|people|any|(?!clips|shots|scenes)\w+s)\b(?!\s?[:“]))"
)
_EMBEDDED = re.compile(
    r"\b(?:tell|explain|remind|teach)(?:\s(?:me|us))?\s(?:how|why|what|whether|if|about|the|which)\b"
    r"|\b(?:explain|describe)\s\w+ing\b|\bshow\sme\show\b"
    r"|\b(?:wonder|wondering|curious|unsure|clue|idea|dunno|know|understand|remember|forgot|find\sout|see)\s(?:about|how|why"
    r"|what|whether|if|where|when|which)\b(?!\syou\s(?:can|could|would))|\bwhat\s(?:is|are|does|happens)\b"
)
_AFTER_COLON = re.compile(r":\s(?:does|is|are|do|did|can|how|what|where|why|will|would|should|when|which)\s")
_GOOD = (
    r"(?:great|good|nice|awesome|amazing|perfect|lovely|beautiful|cool|fantastic|brilliant|gorgeous|stunning|wonderful"
    r"|excellent|superb|sweet|fire|sick|dope|neat|fabulous|impressive|incredible|crisp|cute|spot\son|on\spoint|fine|ok"
    r"|okay|right|well|nicely|beautifully|perfectly|magical|magic|pro|professional|clean|slick|smooth|fun|cinematic"
    r"|(?:way|much|far|so\smuch|a\slot|loads)\s(?:better|nicer|cooler|cleaner)|better\s(?:now|in|with|without|like|this)|epic|ace|top|terrific|splendid|marvellous|marvelous|phenomenal|lit"
    r"|gold|golden|priceless|class|brill|spotless|flawless|top-notch|a\sriot|a\sbanger|everything|solid|classy|natural|funny|hilarious|clever|genius|pleasant|worth\sit|the\sbest|my\sfavou?rite|unreal|insane)"
)
_VERY = (
    r"(?:(?:so|really|very|absolutely|quite|pretty|just|totally|truly|damn|super|much|all|already|simply|looking)\s)*"
)
_THING = (
    r"(?:(?:the|this|that|these|those|my|our|your|his|her|their|its|all|both|every|each)\s(?:(?!should|must|needs?\b|has\sto"
    r"|have\sto|please|want)[\w':%-]+\s){0,7}?|(?:it|that|this|they|everything|all)\s|clips?\s(?:number\s)?[\w-]+\s"
    r"(?:(?:and|to|-)\s?[\w-]+\s)?|\d+\s[\w-]+\s|[\w-]+ing\s(?:[\w'-]+\s){0,4}?|undo\s|slow\smotion\s|black\sand\swhite\s)"
    r"(?:(?:in|with|at|of|on|from|between|after|before|for)\s(?:(?!should|must|needs?\b|please)[\w'-]+\s){1,6}?)?"
)
_PRAISE = re.compile(
    rf"{_LEAD}(?:{_THING}(?:(?:\w+ly|always|just|still|also|sure|never\sfails)\s)*(?:is|are|was|were|looks?|looked|sounds?|sounded|feels?|felt|seems?|turned\sout|came\sout|works?"
    rf"|worked|fits?|reads?|ended\sup|became|becomes|has\sturned\sout)\s{_VERY}(?:an?\s)?{_GOOD}\b"
    rf"(?!\s(?:if|as\sa|in\s\w+\sinstead))|\w*(?:'s|'re)\s{_VERY}(?:an?\s)?{_GOOD}\b"
    rf"|{_THING}(?:rocks?|rules?|slaps?|kills?\sit|nailed|made\smy\sday|blew|cracks?\sme|makes?\sme|made\sme|helps?|helped)\b"
    rf"|(?:(?:i|we|they|everyone|everybody|my\s\w+|the\s\w+)\s)?{_VERY}(?:do\s)?(?:love|loves|loved|loving|adore|adored"
    r"|enjoyed|enjoying)\b(?!\sit\sif|\sto\s)|(?:i|we|they|everyone|everybody|my\s\w+|the\s\w+)\s"
    rf"{_VERY}(?:like|likes|liked|enjoy|appreciate|dig)\b(?!\sto\s|\sit\sif)"
    r"|(?:thanks|thank\syou|thx|cheers|ty|kudos|props|bravo|congrats|congratulations|well\sdone|good\sjob|great\sjob"
    r"|nice\sjob|nice\swork|great\swork|good\swork|nicely\sdone|good\scall|nice\sone|nice\stouch|hats\soff)\b"
    r"(?:\s(?:for|on|with|to|guys|everyone|so|a|again|very)\b|$)"
    r"|bless\syou|finally\s(?:an?|the|some)\b|you(?:'re|\sare|\srock|\srule|\slegend|\sgenius)\b|appreciated?\s(?:you|the|that|this|how)\b(?!.*\bif\b)"
    r"|(?:what\san?|such\san?)\s|(?:wow|omg|whoa|chef's\skiss|10/10|hell\syeah|yess+|woohoo|yay|hooray|bliss|mwah)\b"
    r"|(?:nice|great|lovely|beautiful|brilliant|fantastic|excellent|superb|gorgeous|wonderful|awesome|amazing|sweet|good)\s"
    r"(?!and\b|big|large|moments?|bits?|parts?|plays?|stuff|clips?\b|shots?|highlights?|goals?|ones?)(?:[\w'-]+\s?){1,6}$"
    r"|(?:so\s)?(?:happy|pleased|impressed|satisfied|delighted|thrilled)\s(?:with|by|about)\b"
    r"|(?:i'm|i\sam|we're|we\sare)\s(?:\w+\s){0,2}(?:happy|pleased|impressed|satisfied|delighted|thrilled|fan|fond|glad)\b)"
)
_STATES = re.compile(
    rf"{_LEAD}{_THING}(?:is|are|was|were|isn't|aren't|wasn't|weren't|has|had|got|gets|did|does|took|takes|came|comes|went"
    r"|broke|breaks|ruined|ruins|happened|happens|failed|fails|crashed|(?<!what\s)remains|remained|stopped|lasted|cost|costs|scared"
    r"|messed|changed|worked|keeps|kept)\b"
)
_WISHED = re.compile(
    r"\b(?:should|must|needs?|ought|has\sto|have\sto|got\sto|gotta|want|wants|wish|could|would|'d|please|rather|let's|lets|to\sbe)\b|\b(?:too|not|never|barely"
    r"|hardly|lacks?|without|no|isn't|aren't|enough|bit|little|kinda|hurts?)\b"
)
_TELLING = re.compile(
    rf"{_LEAD}(?:i|we|he|she|they|you|someone|somebody|my\s\w+|our\s\w+)\s(?:(?:already|just|once|never|always|often|only"
    r"|accidentally|almost|nearly|have|had|'ve|also|still|even|usually|normally|last\sweek|yesterday)\s)*(?:\w+ed|was|were"
    r"|did|made|took|threw|sent|wrote|told|thought|got|saw|went|tried|tends?\sto|keeps?|usually|always|never|hates?|hated)\b"
    r"(?!\s(?:you\sto|it\sto\sbe|to\sask|if\syou|like\sto))"
)
_LATER = re.compile(
    r"\b(?:one\sday|some\s?day|at\ssome\spoint|(?:an|some\s)other\stime|another\stime|next\stime|maybe\slater|perhaps\slater"
    r"|(?:do|try|add|that|it)\slater|later\son|later\stoday|not\s(?:yet|now|today|right\snow|just\syet)|(?:for|until|till)"
    r"\s(?:later|another)|in\s(?:the\s)?future|eventually|down\sthe\s(?:road|line)|tomorrow|next\s(?:week|month|year|season)"
    r"|hold(?:ing)?\soff|can\swait|no\srush|no\shurry|for\sthe\stime\sbeing\sleave|wait\s(?:with|on|before|until|till)|let's\swait|shelve|postpone|put\soff|sleep\son"
    r"|when\s(?:i|we)\s(?:have|get|find)\s(?:the\s)?time|sooner\sor\slater|(?:in|after)\s(?:a\s)?(?:few|couple)"
    r"(?:\sof)?\sdays)\b|\b(?:hold|leave|keep|park|skip|no|not|don't|without|forget|pause|save|drop|ignore)\b.*\b(?:for\s"
    r"(?:now|the\smoment|the\stime\sbeing|later|today)|(?:until|till)(?!\s(?:\d|last|the\s(?:end|very\send|last|finish)|minute|second|half|clip))|yet|at\sthe\smoment|right\snow)\b"
)
_LATER_END = re.compile(
    r"(?<!seconds)(?<!second)(?<!secs)(?<!sec)(?<!bit)(?<!little)(?<!minute)(?<!minutes)(?<!\d)(?<!\ds)\slater$"
)
_STARTS = re.compile(
    r"\b(?:start|starts|begin|begins|end|ends|come|comes|appear|appears|enter|enters|show|shows|in|cut)\b"
)
# What waits for something else to happen first, and what is weighed aloud.
_WAITS = re.compile(
    r"\bafter\s(?:the\snext|lunch|dinner|breakfast|work|school|coffee|training|practice|class|the\sweekend|christmas)\b"
    r"|\bonce\s(?:i|we|he|she|they|you|my|our|the|your|his|her|clips?)\b|\bhm+\b.*\bor\b|\bor\b.*\bhm+\b"
)
_NOT_BACK = re.compile(
    r"\b(?:don't|do\snot|dont|never|no\sneed\sto|not\sgoing\sto|rather\snot|not\sto|without|shouldn't|can't)\s(?:\w+\s)?"
    r"(?:undo|undoing|redo|reset|revert|start\sover|go\sback)\b"
)
_MAYBE = re.compile(
    # who forbids or contradicts what is ordered beside it
    r"\b(?:forbids?|forbade|forbidden|disagrees?|objects?\sto|refuses?|(?:won't|doesn't|not)\sallow(?:ed)?|sa(?:id|ys)\sno)\b|"
    r"\b(?:i|we|you)\s(?:might|may)\b|\b(?:thinking|thought)\s(?:of|about)\b|\b(?:considering|tempted\sto|toying|debating"
    r"|undecided|planning\sto|planning\son|hypothetically|in\stheory|suppose|supposing|if\sonly|almost\swant)\b"
    r"|\bnot\ssure\s(?:if|whether|about|we|i)\b|\b(?:i|we)\s(?:was|were)\s(?:going|about|tempted)\sto\b|\bwould\shave\b"
    r"|\bcan't\sdecide\b|\bdon't\sknow[.!]*$|\bshould\shave\b|\bin\scase\s(?:i|we)\b|\bi\swonder\b(?!\s(?:if|whether)\s(?:you|u)\b)|\bwhat\sif\b|\bas\sif\b|\bif\s(?:it|i|we)\s(?:were|was)\b|\bup\sto\sme\b"
)
_SAYS = (
    r"(?:say|says|said|told|tells|claims?|claimed|recommends?|recommended|suggests?|suggested|wrote|writes|mentioned"
    r"|mentions|reads|asked|asks|swears|insists|advises|advised)"
)
_REPORTED = re.compile(
    rf"{_LEAD}(?!add|put|make|write|show|insert|create|title|caption|text|card)(?:the|my|our|a|an|some|someone|somebody"
    rf"|this|that|people|they|he|she|everyone|everybody|it|one)\b(?!\s(?:title|caption|text|card|subtitle|end|opening))"
    rf"(?:\s[\w'-]+){{0,5}}?\s?\b{_SAYS}\b"
)
_LABELLED = re.compile(
    r"\b(?:button|menu|command|option|label|link|checkbox|tooltip|forum|manual|tutorial|docs|documentation|website|page"
    r"|article|blog|faq|guide|error|message|popup|pop-up|dialog|setting|template|reviewer|comment|tab|box|key|shortcut)s?\b"
    r"[^“]*“”|\b(?:called|named|type|typed|typing|click|clicked|clicking|press|pressed|pressing|searched|googled)\s“”"
)
# `she sings “mute the world”`, `under it, it says “undo”`: what somebody or something else says.
_CITED = re.compile(
    r"\b(?:it|he|she|they|this|that|which|who|everyone|somebody|someone|(?:the|my|our|a|his|her)\s\w+)\s(?:\w+ly\s|just\s|always\s|even\s)?"
    r"(?:says|said|sings|sang|sing|reads|goes|went|calls|called|yells|yelled|shouts|shouted|whispers|whispered|texted|writes|wrote|shows|showed"
    r"|displays|tells\sme|told\sme|keeps\ssaying)\s(?:that\s|like\s|something\slike\s)?“”"
)
_ANSWERS = re.compile(r"^to\s(?!the\s(?:start|end|front|back|beginning|left|right)|clip|\d)[a-z]+\s")
_ADDS = re.compile(
    r"\b(?:add|put|write|title|caption|card|text|insert|overlay|place|show|display|change|replace|set|stamp|watermark|use"
    r"|slap|stick|subtitle|subtitles|words|make|give)\b"
)
_YOURS = re.compile(
    r"\byour\s(?:phone|mobile|mic|microphone|camera|tv|radio|laptop|computer|room|mouth|line|speakers?|headset|screen|music"
    r"|voice|dog|kid|kids|car|alarm|ringer|notifications?|tone)\b|\b(?:alexa|siri|cortana|bixby|hey\sgoogle|ok\sgoogle)\b"
    rf"|^{_LEAD}(?:honey|darling|sweetie|babe|mum|mom|dad|grandma|grandpa|sweetheart|kids)\b\s*(?:,|(?:please|can|could)\b|$)"
)
_ASTRAY = re.compile(
    r"\b(?:message|text|that|this)\swas\s(?:only\s)?(?:meant\s|intended\s)?for\b|\bwrong\s(?:chat|window|person|group|thread|tab|conversation|number|recipient|channel)\b|\b(?:not|wasn't|weren't|isn't)"
    r"\s(?:meant\s)?for\syou\b|\bmeant\s(?:that\s|this\s|it\s)?for\s(?:my|someone|somebody|him|her|them|another|the)\b"
    r"|\bnot\stalking\sto\syou\b|\bignore\s(?:that|this|me|my\slast)\b"
)


def astray(text: str) -> bool:
    """Whether the message says of itself that it was sent to the wrong place."""
    return bool(_ASTRAY.search(text))


def kind(text: str, *, asks: bool, named: bool) -> UtteranceKind | None:
    """The sort of a stretch, None for an order. `asks`: a question mark ends it; `named`: a name opens it."""
    if not re.search("[a-z]", text):
        return None
    if named or _YOURS.search(text):
        return "addressed"
    cited = _CITED.search(text)
    if cited and not _ADDS.search(text[: cited.start()]):
        return "reported"
    if _ANSWERS.match(text):
        return "statement"
    if _REPORTED.match(text) or ("“”" in text and not _ADDS.search(text) and _LABELLED.search(text)):
        return "reported"
    if (
        _WAITS.search(text)
        or _NOT_BACK.search(text)
        or _LATER.search(text)
        or (_LATER_END.search(text) and not _STARTS.search(text))
    ):
        return "later"
    if _MAYBE.search(text):
        return "hypothesis"
    polite = _POLITE.match(text)
    if not polite and (asks or _OPENERS.match(text)):
        return "question"
    if _EMBEDDED.search(text) or _AFTER_COLON.search(text):
        return "question"
    if polite:
        return None
    if _PRAISE.match(text):
        return "remark"
    stated = (_STATES.match(text) or _TELLING.match(text)) and not _WISHED.search(text)
    return "statement" if stated and not re.search(r"\d\s?(?:s|sec|min|hour|hr|%)|“”", text) else None
