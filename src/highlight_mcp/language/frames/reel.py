"""A wish for a reel of the best moments: of what, how long, how many, in what order, from which stretch of which file.

Shape, music and title of the reel may be said in the same breath. Where a reel is cut already, moments are chosen anew
only when that is asked for in so many words; see `reel_change` for changes to the reel at hand.
"""

import re
from itertools import pairwise
from typing import Any

from ...timeline.operations import Highlights
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from . import reel_facts, reel_wish, reel_with, subjects
from .frame import Filled, frame, role

_STRETCH = "range|head|tail|FIRST_HALF|SECOND_HALF"
_OUT = "SKIP|REMOVE|UNWANTED|NOT|EXCEPT"
_THING = "MOMENT|CLIP"
_THOSE = "'那几段'|'这几段'|'那几个'|'那些'|'那段'|'那个'"
_NAMED = "CRITERION:*|SEMANTIC|BORING|named"
_PICTURES = "VIDEO|GAME"
_EVERY = f"EACH|ALL|BATCH {_PICTURES}|CLIP?"

# Where the rest of a stretch left out lies.
_BESIDE = "'后面'|'前面'|'后头'|'后边'|'前头'|'前边'|'往后'|'后面的'|'前面的'|'后头的'|'那条里'|'那里面'"
ROLES = [
    role("reel", "REEL", "'mix' 'of'", many=True),
    role(
        "verb",
        "MAKE|FIND|SHORTEN|ASSEMBLE|CHANGE",
        "'pull'|'pull_out'|'pulled'|'take'|'used'|'uses'",
        "FIND|MAKE 'when'|'whenever'",
        many=True,
    ),
    role("cut", "CUT", "CUT TO", many=True),
    role("kept", "KEEP|ONLY", "ONLY KEEP|ADD", "KEEP ONLY", "ONLY MATTERS AROUND?", many=True),
    role("add", "ADD", many=True),
    role("best", "BEST", f"BEST {_THOSE}", many=True),
    role(
        "named",
        "SOURCE_SOUND? CRITERION:*",
        "ALL|EACH CRITERION:*",
        "CRITERION:* 'or'|'或'|'或者' CRITERION:*",
        "CRITERION:* MOMENT? LENGTHEN|MORE A_BIT?",
        "MORE CRITERION:*",
        f"CRITERION:* {_THOSE}",
        "MOMENT WHERE <unknown> CRITERION:*",
        "MOMENT WHERE <unknown> CRITERION:* 'or'|'and' CRITERION:*",
        "CRITERION:* CRITERION:loud|'hardest'|'most'|'wildest'|'the_most'|'the_hardest'|'longest'",
        many=True,
    ),
    role("meant", "SEMANTIC", "ALL|EACH SEMANTIC", many=True),
    role("thing", _THING, f"ALL|EACH {_THING}", "ALL|EACH 'spot'|'place'|'point'", many=True),
    role("quiet", "SILENCE"),
    role("search", "named", "ALL|EACH named"),
    role("batch", "'for'? BATCH GAME?"),
    role(
        "every",
        f"'something'|A_BIT 'from'|'of'|'out_of'|'in' {_EVERY}",
        f"AT_LEAST 'one'|'a'? {_THING} 'from'|'of'|'out_of' {_EVERY}",
        f"'one'|'a' {_THING} 'from'|'of'|'out_of' {_EVERY}",
        "BATCH '都'? '要'|'得'|'必须'? '有'|'出现'|'用到'",
        "'从'? BATCH '里'|'中'|'里面'? '都'|EACH? FIND|KEEP|ADD? AT_LEAST? '一段'|'一个'|'一条'",
    ),
    role(
        "size",
        "EACH CLIP? CHANGE? KEEP? AT_MOST|AT_LEAST? duration AT_MOST|AT_LEAST?",
        "CHANGE? AT_MOST|AT_LEAST? duration EACH",
        "time EACH",
        "TOTAL? AT_MOST|AT_LEAST? TO? duration AT_MOST|AT_LEAST? TOTAL|ALL?",
        "TOTAL? AT_MOST? time AT_MOST|TOTAL|ALL",
        "TOTAL time",
        "'控制' time",
        "duration CLIP",
        "CLIP|MOMENT|CUT_NOUN 'of'|'at' duration",
        "duration 'one'",
        "CLIP|MOMENT AT_MOST|AT_LEAST duration",
        "WHERE CRITERION:* KEEP duration",
        "AT_MOST|AT_LEAST EACH duration",
        "EACH CRITERION:*|SEMANTIC|MOMENT AT_MOST|AT_LEAST? duration",
        "'一段'|'一个'|'一条'|'一处' AT_MOST|AT_LEAST? duration AT_MOST|AT_LEAST?",
        many=True,
    ),
    role("ends", "CLIP|EACH CHANGE? range", "range CLIP|EACH"),
    role("around", "KEEP? duration BEFORE AND AFTER", "MARGIN|BOTH_ENDS TOTAL? duration"),
    role(
        "files",
        f"number|EACH|ALL {_PICTURES}",
        "'from'|'of'|'out_of' ALL CLIP",
        "'from'|'of' EVERYTHING",
        f"'both' {_PICTURES}|CLIP",
        "'from'|'of' 'both'",
    ),
    role(
        "count",
        "AT_MOST|AT_LEAST? number AT_MOST?",
        f"number {_THING}",
        f"AT_MOST number {_THING}",
        f"number {_THING} AT_MOST",
        "TOTAL number",
    ),
    role(
        "one",
        f"'one'|'single'|'一个'|'一段'|'一幕'|'那一段'|'那一个'|'那段'|'那个' BEST? {_THING}",
        "'one'|'single' 'highlight'",
        "BEST 'one'|'一个'|'一段'|'那一段'|'那一个'|'那段'|'那个'",
    ),
    role(
        "within",
        f"ONLY? {_STRETCH}",
        "FIRST_HALF|SECOND_HALF range",
        "FIRST_HALF TO|'到'|'至' END|BACK? POINT? time|duration END|BACK?",
        "FIRST_HALF END|BACK POINT? time|duration",
        "FIRST_HALF POINT time|duration END|BACK?",
        "FIRST_HALF time|duration END|BACK",
        "'which' END POINT? time|duration",
        "ONLY MATTERS AROUND? range|head|tail",
        "ONLY range|head|tail MATTERS",
        many=True,
    ),
    role(
        "without",
        f"{_OUT} {_STRETCH} AND {_OUT}? {_STRETCH}",
        f"{_STRETCH} AND {_STRETCH} ALL? SKIP|REMOVE|UNWANTED|LEFT_OUT REMOVE?",
        f"{_OUT} {_STRETCH}",
        f"{_STRETCH} SKIP|REMOVE|UNWANTED|LEFT_OUT REMOVE?",
        f"NOT ADD|FIND {_STRETCH}",
        many=True,
    ),
    role(
        "rest",
        "REST MOMENT?",
        f"{_BESIDE} REST MOMENT?",
        "'from'|'of' 'what's' 'left'|'remaining'",
        "'what' 'follows'",
        "'from'|'of'|'从' 'it'|'that'|'them'|'those'|'里面'",
        f"'从'? {_BESIDE} START?",
    ),
    role("them", "THAT_CLIP TO", "THAT_CLIP|'it' TO|'up_into'|'down_to'", "THAT_CLIP ASSEMBLE? TO"),
    role(
        "single", "'one' duration 'long'? REEL", "'one' REEL", "'one' 'single' REEL", "'short'|'quick'|'little' 'one'"
    ),
    role(
        "order",
        "SORT? BEST_FIRST|COUNTDOWN|CHRONO START? SORT?",
        f"BEST {_THING}? ADD|MOVE TO? clips",
        f"BEST {_THING}? ADD|MOVE? TO? BACK|FRONT",
        f"ADD|MOVE BEST {_THING}? TO? BACK|FRONT",
    ),
    role("unsorted", "NOT SORT? CHRONO SORT?"),
    role("pace", "FAST_PACE|SLOW_PACE A_BIT?", "'fast'"),
    role(
        "told",
        "NARRATION duration? GAME?",
        "duration GAME|VIDEO",
        "GAME NARRATION? TOTAL? duration",
        "NARRATION GAME|VIDEO duration",
        many=True,
    ),
    role("game", f"'of'|'from'|'in'|'out_of'|'into'? <unknown>? <unknown>? {_PICTURES}", f"ALL {_PICTURES}", many=True),
    role("shots", "'of'|'from' EACH 'shot'|'scene'"),
    role("file", "ONLY? 'use'|'using'|'off'|OFF? asset ONLY?", many=True),
    role("for", "'for' <unknown> <unknown>?", "'给' <name> '看'"),
    role(
        "there",
        "'from'|'in'|'out_of'? 'there'|'those'|'那里'|'里面'|'其中'",
        "'out_of'|'from'|'within' 'that'|'it'|'this'",
    ),
    role(
        "nothing",
        "NOT VAGUE",
        "NOT REST",
        "REST NOT|UNWANTED",
        "NOT EARLIER|LATER|THEN",
        "NOT BEFORE|AFTER 'that'|'it'",
    ),
    role("against", f"{_OUT} ALL? {_NAMED}", f"{_NAMED} SKIP|REMOVE|UNWANTED"),
    *subjects.GOALS,
    *reel_with.ROLES,
]


def _is_no_reel(filled: Filled, scene: ParseContext) -> bool:
    """`两个视频各取10秒` wants so much of each; `…, but only the goals`, `pull the goals out` keep nothing out."""
    each = any(t.text.startswith("各") and not t.is_a("EACH") for t in filled.tokens)
    lasting = filled.has("within") and any(
        a.text in ("这", "那", "这段") and b.kind == "duration" for a, b in pairwise(filled.tokens)
    )  # `只留1:10到1:18这八分钟` says how long the stretch is
    return (
        lasting
        or each
        or (filled.has("count") and _is_no_length(scene))
        or any(t.is_a("BUT") or t.text.startswith("pull") for t in filled.of("against"))
    )


def _is_cut_down(filled: Filled, scene: ParseContext) -> bool:
    """`片子砍到四十秒`: the reel that there is, named before what makes it shorter."""
    named = next((t.start for t in filled.of("reel") if t.is_a("VIDEO")), None)
    return (
        not scene.uncut and named is not None and any(t.is_a("SHORTEN") and t.start > named for t in filled.of("verb"))
    )


def _is_of_each_file(filled: Filled, scene: ParseContext) -> bool:
    """`from a.mp4 and b.mov, one minute each`, `two videos, 10 seconds each`: the length is a share of each file."""
    counted = any(t.kind == "number" or t.text == "both" for t in filled.of("files"))
    videos = {m.name.casefold() for m in scene.situation.footage}
    named = {str(t.value).casefold() for t in filled.of("file") if t.kind == "asset"}
    shared = filled.says("size", "EACH") and not filled.says("size", "CLIP", "MOMENT") and not filled.has("count")
    return (len(named & videos) > 1 or counted) and shared


def _bounds_behind(filled: Filled) -> bool:
    """`10 clips no more than six seconds each`: the bound is that of the length behind it, not of the number."""
    last = filled.of("count")[-1:]
    behind = next((t for t in filled.tokens if last and t.start >= last[0].end), None)
    return bool(last) and last[0].is_a("AT_MOST", "AT_LEAST") and behind is not None and behind.kind == "duration"


_FALLING = re.compile(r"(?<![\d.:])(\d+)\s?(?:-|–|to)\s?(\d+)[ -]?(?:s|secs?|seconds?|m|mins?|minutes?)\b")
_SPOT = re.compile(r"(?<!\S):\d\d\b")  # `a :30 and a :60`


def _is_no_length(scene: ParseContext) -> bool:
    """`a 3-2 minute reel`, `a :30`: figures that are no number of moments."""
    pair = _FALLING.search(scene.source.work)
    return bool(pair and int(pair[1]) > int(pair[2])) or _SPOT.search(scene.source.work) is not None


def _reel(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if any(
        t.is_a("REEL", "CUT") for name in ("game", "told", "files") for t in filled.of(name)
    ) or not reel_wish.is_meant(filled, scene):
        return None
    no_reel = _is_no_reel(filled, scene) or _is_cut_down(filled, scene)
    if no_reel or _is_of_each_file(filled, scene) or _bounds_behind(filled):
        return None
    if filled.has("against"):  # moments can be looked for, not kept out
        return [Unresolved(scene.source.verbatim(filled.at, filled.tokens[-1].end), filled.at, missing=("operation",))]
    if somebody := subjects.somebody(filled.tokens):
        return [Unresolved(somebody, filled.at, code="needs_extra:vision")]
    if filled.has("batch") and (not filled.has("reel") or len(scene.situation.footage) > 1):
        return None  # `five seconds of each video` are parts of one reel
    facts = reel_facts.read(filled, scene)
    beside = reel_with.findings(filled, scene)
    if facts is None or beside is None:
        return None
    if isinstance(facts, Unresolved):
        return [facts]
    if filled.has("search"):
        found = reel_facts.search(filled, scene)
        if isinstance(found, Unresolved):
            return [found]
        facts |= found
    criterion, caveats = reel_facts.criterion(filled)
    facts |= {"criterion": criterion} if criterion and not filled.has("search") else {}
    facts |= _spread(filled, scene) | _of_each_shot(filled, facts)
    assumed = set[str]()
    whole = sum(m.duration_ms for m in scene.situation.footage)
    if facts.get("total_ms", 0) > whole > 0:
        facts["total_ms"] = whole
        assumed.add("total_s")
    if not facts.keys() & {"total_ms", "count"} and not scene.planned("highlights"):
        assumed.add("total_s")
    op = Highlights.model_validate(facts)
    reel_facts.drop_left_out(scene)
    return [ParsedOperation(op, filled.at, frozenset(assumed), caveats, targeted=True), *beside]


def _spread(filled: Filled, scene: ParseContext) -> dict[str, bool]:
    """`with something from every clip`: one reel of them all, that leaves none out."""
    if not filled.has("every"):
        return {}
    scene.sentence_has -= {"BATCH"}
    return {"every_source": True} if len(scene.situation.footage) > 1 else {}


def _of_each_shot(filled: Filled, facts: dict[str, Any]) -> dict[str, Any]:
    """`one second of each shot`: a length with that is the length of each clip, and every shot is one."""
    if not filled.has("shots") or "criterion" in facts:
        return {}
    length = facts.pop("total_ms", None)
    return {"criterion": "scene_change"} | ({} if length is None else {"clip_ms": length})


_REEL = frame(
    "reel",
    [],
    ROLES,
    _reel,
    light="ADD CHANGE VERSION VIDEO CLIP MOMENT GAME ALL WHERE SAYING TO"
    " SORT HORIZONTALLY TOTAL SOURCE_SOUND COLON BUT THEN ONLY DONE_WITH NARRATION A_BIT",
)  # fmt: skip


def _dull(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`cut out the boring parts`: of footage, the best of it stays."""
    if not scene.uncut or not scene.situation.footage:
        return None
    return [ParsedOperation(Highlights(), filled.at, frozenset({"total_s"}), targeted=True)]


_DULL = frame(
    "dull",
    ["REMOVE|CUT|SKIP|UNWANTED|TRIM BORING", "BORING REMOVE|CUT|SKIP|UNWANTED|TRIM"],
    [role("all", "ALL|EACH")],
    _dull,
    light="MOMENT CLIP VIDEO ALL",
)


def _scrapped(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`scrap this and make a new reel`: the new one takes its place."""
    return [] if "REEL" in scene.sentence_has and _ANEW.search(scene.source.work) else None


def _unwanted(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`i don't want a best-of`: the footage itself is wished for, in what follows."""
    if not scene.uncut:
        return None
    alone = len(scene.source.work.strip(" .!。！")) <= filled.tokens[-1].end
    return [Unresolved(scene.source.given.strip(), filled.at, missing=("operation",))] if alone else []


_UNWANTED = frame("unwanted_reel", ["REMOVE|NOT|UNWANTED REEL", "NOT MAKE|ADD|CUT REEL"], [], _unwanted, light="VIDEO")
_ANEW = re.compile(r"\b(?:new|fresh|another)\b|重|再(?:剪|做|来)一")
_SCRAPPED = frame(
    "scrapped",
    [
        "REMOVE|UNWANTED|RESET VIDEO|REEL|THAT_CLIP",
        "VIDEO|REEL|THAT_CLIP REMOVE|UNWANTED",
        "'这个'|'这版'|'这一版'|'这条' UNWANTED|REMOVE",
        "'版' UNWANTED|REMOVE",
    ],
    [],
    _scrapped,
)

FRAMES = (_REEL, _DULL, _SCRAPPED, _UNWANTED)
