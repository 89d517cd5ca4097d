"""Clips cut shorter, let run longer, brought to a length."""

import re
from dataclasses import replace

from ...timeline.operations import ClipTarget, Trim
from ...timeline.operations.targets import MIN_CLIP_MS
from ..context import ParseContext, ResolvedTarget
from ..outcome import Finding, ParsedOperation, Unresolved
from ..speech import said
from ..tokens import Clause, Token
from . import aim
from .clips import BE, TARGET
from .frame import Filled, frame, role

_TAKING = "REMOVE|CUT|TRIM|SKIP|SHORTEN|UNWANTED"
_GIVING = "LENGTHEN|MORE|ADD|LONGER"
_PAIRED = re.compile(r"\d\s?(?:to|到|至)\s?\d")  # `3 to 5 seconds of clip 2` is a place, no length
_START, _END, _BOTH = ("START", "FRONT", "BEFORE"), ("END", "BACK", "AFTER"), ("BOTH_ENDS",)
_WHERE = "'from'|'at'|'on'|'in'|'of'|'to'|'off_of'|OFF|POINT|TO"
_ENDS = role(
    "ends",
    "START|END|BOTH_ENDS|FRONT|BACK",
    f"{_WHERE} START|END|BOTH_ENDS|FRONT|BACK",
    "~BEFORE|AFTER|BOTH_ENDS",
    f"OFF {_WHERE} START|END|BOTH_ENDS|FRONT|BACK",
    many=True,
)
_SHORT = "'短'|'少'|'去'|'减'|'掐头去尾'|'去头去尾'|'top_and_tail'"
_SIZE = role("size", "BY? duration", "duration OFF", "head|tail", "number|'one' OFF", many=True)


def _length(clip: int, scene: ParseContext) -> int:
    return scene.situation.clips[clip - 1].duration_ms if 1 <= clip <= scene.count else 0


def _amounts(filled: Filled) -> tuple[int, int, bool] | None:
    """Milliseconds at the start and at the end, and whether an end was named; None where sizes and ends do not pair."""
    ending = [t for t in filled.of("") if t.is_a("BOTH_ENDS")]  # `掐头去尾` says both in one word
    said = sorted((*filled.of("ends"), *filled.of("size"), *ending), key=lambda t: t.start)
    ends = [_end(t) for t in said if t.kind == "word" and _end(t)]
    sizes = [t for t in said if t.kind in ("duration", "number", "head", "tail") or t.text == "one"]
    fixed = [t for t in sizes if t.kind in ("head", "tail")]
    loose = [t for t in sizes if t.kind not in ("head", "tail")]
    head = sum(int(t.value) for t in fixed if t.kind == "head")
    tail = sum(int(t.value) for t in fixed if t.kind == "tail")
    if len(ends) == 2 and len(loose) == 1 and not fixed and ends[0] != ends[1]:
        ends = ["both"]
    if fixed and (ends or loose) and len(loose) != len(ends):
        return None
    if not ends and len(loose) == 1 and not fixed:
        ms = _ms(loose[0], loose)
        return (0, ms, False) if ms > 0 else None
    if len(ends) != len(loose) or not sizes:
        return None
    for end, size in zip(ends, loose, strict=True):
        ms = _ms(size, loose)
        if ms <= 0:
            return None
        head += ms if end != "end" else 0
        tail += ms if end != "start" else 0
    return head, tail, True


def _end(token: Token) -> str:
    if token.text == "back":
        return ""
    for name, concepts in (("both", _BOTH), ("start", _START), ("end", _END)):
        if token.is_a(*concepts):
            return name
    return ""


def _ms(size: Token, sizes: list[Token]) -> int:
    """Milliseconds; a bare number has the unit of the length beside it: `3 seconds off the start and one off …`."""
    if size.kind == "duration":
        return 0 if _PAIRED.search(size.text) else int(size.value)
    unit = next((t for t in sizes if t.kind == "duration"), None)
    if unit is None or not any(word in unit.text for word in ("sec", "s", "秒")):
        return 0
    return round((1 if size.text == "one" else float(size.value)) * 1000)


def _aimed(filled: Filled, scene: ParseContext) -> ResolvedTarget | None:
    """The clips to be cut; `都` alone does not make it each of them."""
    pointed = aim.pointed(filled, scene)
    each = filled.says("target", "EACH") or any(
        t.is_a("ALL") and t.text != "都" and "片段" in t.text for t in filled.of("target")
    )
    each = each or any(
        t.text in ("all clips", "all the clips", "all of them", "them all", "所有片段") for t in filled.of("target")
    )
    if pointed.gap or not scene.count or (not pointed.clips and not each):
        return None
    return pointed


def _asked(filled: Filled, scene: ParseContext) -> list[Finding]:
    """More is to be taken off than there is, or a clip cut to more than it has: a question."""
    gap = Unresolved(scene.words(Clause(list(filled.tokens))), filled.at, missing=("length",))
    return [gap]


def _removes_first(filled: Filled) -> bool:
    """`remove clip 3, clip 4 2 seconds shorter`: the verb has a clip of its own."""
    verbs, clips = (*filled.of(""), *filled.of("verb")), filled.of("target")
    gone = next((t.start for t in verbs if t.is_a("REMOVE") and not t.is_a("SHORTER", "LESS")), None)
    short = next((t.start for t in verbs if t.is_a("SHORTER", "LESS")), None)
    return bool(clips) and gone is not None and short is not None and gone < clips[0].start < short


def _trim(filled: Filled, scene: ParseContext, sign: int = 1) -> list[Finding] | None:
    pointed = _aimed(filled, scene)
    amounts = _amounts(filled)
    if pointed is None or amounts is None or _removes_first(filled):
        return None
    head, tail, _ = amounts
    many = pointed.clips or tuple(c.number for c in scene.situation.clips)
    if sign > 0 and any(_length(n, scene) <= head + tail for n in many):
        told = filled.says("", "SHORTER") and all(_length(n, scene) == head + tail for n in many)
        return None if told else _asked(filled, scene)  # `第五段二十秒太长` tells how long it is
    facts = {
        "target": pointed.target,
        **({"head_ms": sign * head} if head else {}),
        **({"tail_ms": sign * tail} if tail else {}),
    }
    return [ParsedOperation(Trim.model_validate(facts), filled.at, targeted=True)]


def _ends_at(token: Token) -> bool:
    """`砍到`, `剪成`: what follows is how long it becomes."""
    return token.is_a("SHORTEN") and token.text.endswith(("到", "成", "至"))


def _take(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """Something is cut off an end; with no end named, a verb that shortens takes it off the tail."""
    if filled.trigger.text.endswith(("到", "成", "至", "在")) or filled.says("verb", "TO"):
        return None
    if any(t.text in ("到", "成", "至") or _ends_at(t) for t in filled.tokens):
        return None
    if filled.has("middle") or any(t.kind == "duration" and _PAIRED.search(t.text) for t in filled.of("size")):
        return _asked(filled, scene)
    return _trim(filled, scene)


_TRIM = frame(
    "trim",
    [_TAKING, "SHORTER|LESS", _SHORT, f"{_TAKING} OFF|'out'|'away'", "OFF"],
    [
        TARGET,
        _ENDS,
        _SIZE,
        BE,
        role("verb", f"{_TAKING}|SHORTER", many=True),
        role("how", "A_BIT|EACH", "~ALL", "AROUND", many=True),
        role("off", "OFF|'out'|'away'|'off'"),
        role("say", "'say'|'by'"),
        role("only", "ONLY"),
        role("middle", "'from'|'in'? MIDDLE|MIDDLE_CLIP"),
    ],
    _take,
    light="OFF CLIP BY MOMENT",
    required=["size"],
    elliptic="target ends size",
)


def _of_clips(filled: Filled) -> bool:
    return any(t.kind == "clips" for t in filled.of("target"))


_RUNNING = (
    "run", "running", "runs", "roll", "rolling", "rolls", "going", "play", "playing", "last", "hold", "linger",
)  # fmt: skip


def _grows(filled: Filled) -> bool:
    """`let it run two more seconds`: more than there is."""
    if filled.has("longer", "early", "more") or filled.says("", "MORE", "LONGER"):
        return True
    further = said("FURTHER") | {"longer", "again"}
    return any(word in further for t in filled.of("size") for word in t.text.split())


def _give(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """Footage is given back; with no end named, at the tail."""
    if (
        not filled.says("", "LENGTHEN", "LONGER")
        and filled.trigger.text not in ("补", "长")
        and not filled.has("longer")
        and not (filled.says("", "MORE", "ADD") and (filled.has("ends") or _of_clips(filled)))
        and not (filled.has("run") or filled.trigger.text in _RUNNING)
    ):
        return None
    bare = filled.trigger.text in _RUNNING and not filled.says("", "LENGTHEN")
    if filled.says("ends", "OFF") or filled.says("size", "OFF") or (bare and not _grows(filled)):
        return None  # `clip 4 wants two seconds off the front`; `let clip 3 run 5 seconds` is a length
    if filled.has("early"):
        if filled.has("ends"):
            return None
        said = filled.of("early")[0]
        edge = replace(said, concepts=frozenset({"START" if said.is_a("EARLIER") else "END"}))
        filled = replace(filled, roles={**filled.roles, "ends": [(edge,)]})
    return _trim(filled, scene, sign=-1)


_LENGTHEN = frame(
    "lengthen",
    [
        _GIVING,
        "LENGTHEN MORE",
        "ADD MORE",
        "LENGTHEN LONGER",
        "LENGTHEN LENGTHEN",
        "MORE LENGTHEN",
        "'补'|'长'",
        "LENGTHEN? 'it'? " + "|".join(f"'{word}'" for word in _RUNNING),
    ],
    [
        TARGET,
        _ENDS,
        _SIZE,
        BE,
        role("longer", "LONGER|LENGTHEN", "'run'|'last'|'go'? LONGER"),
        role("more", "MORE|EACH|A_BIT", "~ALL", "AROUND", many=True),
        role("run", "'run'|'running'|'go'|'going'|'last'|'play'|'playing'|'hold'|'roll'|'rolling' 'on'|'for'?"),
        role("early", "~EARLIER", "~LATER"),
        role("say", "'say'"),
        role("of", "MARGIN"),
        role("want", "MAKE|KEEP"),
    ],
    _give,
    light="CLIP BY MOMENT",
    required=["size"],
    elliptic="target ends size",
)


def _shift(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`start clip 5 two seconds earlier`, `第二段晚一秒结束`."""
    pointed, size = _aimed(filled, scene), filled.value("by")
    if pointed is None or size is None:
        return None
    at_end = filled.says("edge", "END", "BACK")
    if at_end and filled.says("edge", "START", "FRONT"):
        return None
    early = filled.says("", "EARLIER") or filled.trigger.text == "早"
    grows = early != at_end
    ms = -int(size.value) if grows else int(size.value)
    if ms > 0 and any(_length(n, scene) <= ms for n in pointed.clips or ()):
        return None
    facts = {"target": pointed.target, "tail_ms" if at_end else "head_ms": ms}
    return [ParsedOperation(Trim.model_validate(facts), filled.at, targeted=True)]


_SHIFT = frame(
    "shift",
    ["EARLIER", "LATER", "'早'|'晚'"],
    [TARGET, BE, role("edge", "START|END"), role("by", "BY? duration"), role("bit", "A_BIT|EACH")],
    _shift,
    light="CLIP ADD TO",
    required=["target", "edge", "by"],
    elliptic="target by",
)


_LOWERED = ("bring", "take", "knock", "pull", "get", "drop")  # `bring clip 2 down to 5 seconds`


def _to_length(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """A clip is brought to a length: it loses its tail, or its head where the end is to be kept."""
    size = filled.value("length")
    pointed = aim.pointed(filled, scene)
    if (
        pointed.gap
        or size is None
        or size.value < MIN_CLIP_MS
        or not scene.count
        or (not pointed.clips and not filled.says("target", "ALL", "EACH") and not filled.says("", "EACH"))
    ):
        return None
    if filled.trigger.text.startswith(_LOWERED) and not filled.has("to"):
        return None
    if (
        not filled.has("to")
        and not filled.says("", "AT_MOST", "TO")
        and filled.trigger.text != "last"
        and not _is_made(filled, size)
        and not filled.trigger.text.endswith(" be")
        and not filled.trigger.text.endswith(("到", "成", "至", "在"))
    ):
        return None
    many = pointed.clips or tuple(c.number for c in scene.situation.clips)
    edge = "head_ms" if filled.has("keeps_end") or filled.says("cut", "START", "FRONT") else "tail_ms"
    last = scene.findings[-1] if scene.findings else None
    before = last.op if isinstance(last, ParsedOperation) else None
    out: list[Finding] = []
    for n in many:
        excess = _length(n, scene) - int(size.value)
        if excess == 0 or (excess < 0 and len(many) > 1):
            continue
        if excess < 0 and not filled.says("", "LENGTHEN", "LONGER", "MAKE", "CHANGE"):
            return _asked(filled, scene)
        if excess > 0 and filled.says("", "LENGTHEN", "LONGER"):
            if len(many) > 1:
                continue
            return _asked(filled, scene)  # `extend clip 3 to 5 seconds`, which lasts 8
        facts = {"target": ClipTarget(clips=(n,)), edge: excess}
        if isinstance(before, Trim) and before.target == facts["target"]:
            return [] if before == Trim.model_validate(facts) else None  # `第五段十秒太长，砍到八秒`
        out.append(ParsedOperation(Trim.model_validate(facts), filled.at, targeted=True))
    return out or None


def _is_made(filled: Filled, size: Token) -> bool:
    """`make clip 3 five seconds`: with nothing else said, the length is what it is made."""
    alone = filled.roles.keys() <= {"", "target", "length", "verb", "cut"} and filled.is_plain
    return filled.trigger.text == "make" and size.kind == "duration" and alone and not filled.says("verb", "SHORTER")


def _more_of(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`two more seconds of clip 5`, which orders without a verb."""
    return _trim(filled, scene, sign=-1) if _of_clips(filled) and _grows(filled) and filled.is_plain else None


_MORE_OF = frame("more_of", [], [TARGET, _ENDS, _SIZE], _more_of, required=["size", "target"], operation="trim")

_BY = "BY REMOVE|CUT|TRIM|SHORTEN START|FRONT|END|BACK START|END? 'it'?"  # `… by losing the tail end of it`
LEFT = "ONLY? '剩'|'剩下'"  # `砍到只剩八秒`
_LENGTH = frame(
    "length",
    [
        "CUT|TRIM|SHORTEN|SHORTER",
        "MAKE",
        "CHANGE",
        "LENGTHEN",
        "AT_MOST",
        "TIGHTEN",
        "'down_to'",
        "QUIETER",
        "'should_be'|'ought_to_be'|'needs_to_be'|'has_to_be'|'must_be'",
    ],
    [
        TARGET,
        role("to", "TO|AT_MOST|'到'|'成'|'为'|'long'|'last'|'lasts'", "TO AT_MOST", LEFT, f"TO|'到'|'成' {LEFT}"),
        role("length", "duration|time", "duration AT_MOST"),
        role("keeps_end", "KEEP END|BACK", "BUT KEEP END|BACK"),
        role("each", "EACH"),
        role("only", "ONLY"),
        role("be", "'get'|'long'"),
        role("verb", "CUT|TRIM|SHORTEN|SHORTER"),
        role("cut", "'from' START|FRONT|END|BACK", "'at'|'at_the' START|FRONT|END|BACK", "~START|END", _BY),
        role("over", "OVER REMOVE|CUT|TRIM|UNWANTED"),
    ],
    _to_length,
    light="CLIP CHANGE TOTAL",
    required=["length"],
    elliptic="target",
    own=False,
)


def _keep_end(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`keep only the first 3 seconds of clip 4`: what is cut off is all the rest of it."""
    token = filled.value("end", "head", "tail")
    chosen = aim.clips(filled, scene)
    if (
        token is None
        or not chosen
        or len(chosen) != 1
        or (filled.says("", "CUT", "TRIM", "SHORTEN") and not (filled.has("to") or filled.trigger.text.endswith("到")))
    ):
        return None
    excess = _length(chosen[0], scene) - int(token.value)
    if excess <= 0:
        return _asked(filled, scene)
    facts = {"target": ClipTarget(clips=chosen), "tail_ms" if token.kind == "head" else "head_ms": excess}
    return [ParsedOperation(Trim.model_validate(facts), filled.at, targeted=True)]


_KEEP_END = frame(
    "keep_end",
    ["ONLY KEEP", "KEEP ONLY", "ONLY", "KEEP", "CUT|TRIM|SHORTEN"],
    [
        TARGET,
        role("end", "head|tail"),
        role("to", "TO|'到'"),
        role("use", "'use'|'want'|'need'|'take'"),
        role("rest", "REMOVE|UNWANTED|SKIP REST", "REST REMOVE|UNWANTED|SKIP"),
    ],
    _keep_end,
    light="CLIP",
    required=["target", "end"],
    elliptic="target end",
)


FRAMES = (_TRIM, _LENGTHEN, _MORE_OF, _SHIFT, _LENGTH, _KEEP_END)
