"""How fast it runs: speed, replays, frozen frames."""

from dataclasses import replace
from fractions import Fraction

from ...timeline.operations import Freeze, Replay, Speed
from ..context import ParseContext, ResolvedTarget
from ..lexicon import is_wide
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause, Token
from . import aim, amounts
from .clips import BE, PART, SPARED, TARGET
from .frame import Filled, frame, role

_SLOWEST, _FASTEST = Fraction(1, 10), Fraction(20)
NAMED = {
    "HALF_SPEED": Fraction(1, 2),
    "QUARTER_SPEED": Fraction(1, 4),
    "DOUBLE_SPEED": Fraction(2),
    "NORMAL_SPEED": Fraction(1),
    "HALF_FASTER": Fraction(3, 2),
    "HALF_SLOWER": Fraction(2, 3),
}
_PART = role("part", PART)
# What lowers or raises the speed where it is named: `速度降两成`, `bring the speed up by a third`.
_LESS, _MORE = ("LESS", "QUIETER", "SHORTEN", "慢", "减", "降", "down"), ("MORE", "LOUDER", "快", "加", "up")


def _invented(filled: Filled) -> Fraction:
    slower = filled.says("", "SLOWER") or filled.says("rate", "SLOWER")
    if filled.has("bit"):
        return Fraction(3, 4) if slower else Fraction(5, 4)
    if slower:
        return Fraction(1, 2)
    return Fraction(2) if filled.has("lot") else Fraction(3, 2)


def _agree(filled: Filled) -> bool:
    """`double the pace, 2x` says one thing twice."""
    said = {v for c, v in NAMED.items() if filled.says("", c) or filled.says("rate", c)}
    said |= {Fraction(repr(round(t.value, 4))) for n in ("to", "by") if (t := filled.value(n, "factor", "percent"))}
    return len(said) == 1 and not filled.has("half")


def _factor(filled: Filled) -> tuple[Fraction | None, bool]:
    """The factor said, and whether it was invented."""
    named_rate = any(filled.says("", concept) or filled.says("rate", concept) for concept in NAMED)
    if sum((filled.has("to"), filled.has("by"), filled.has("half"), named_rate)) > 1 and not _agree(filled):
        return None, False  # `at half speed or at 0.25x`
    slower, faster = _turns(filled)
    told = filled.value("to")
    bare = all(t.kind == "percent" or t.is_a("SPEED") for t in filled.of("to")) and filled.trigger.text[-1] != "到"
    bare = bare and told is not None and not amounts.becomes(amounts.before(filled, told))
    rate = [t for t in filled.of("to") if t.is_a("SPEED") and is_wide(t.text[0])]  # `慢放，四分之一速` tells it
    changes = told is not None and bare and (slower or faster) and not rate  # `run a third faster`
    if told is not None and not changes:
        return Fraction(repr(round(told.value, 4))), False
    if token := told or filled.value("by"):
        value = Fraction(repr(round(token.value, 4)))
        if token.kind == "steps":
            return (min(_FASTEST, value) if faster and "time" in token.text else None), value > _FASTEST
        if token.kind == "percent":
            if slower == faster or amounts.becomes(amounts.before(filled, token)):
                return value, False
            return (1 - value if slower else 1 + value), False
        if token.text.strip() == "一倍":
            return (Fraction(1, 2) if slower else Fraction(2)), False
        if faster and 0 < value < 1:
            return 1 + value, False  # `加速0.5倍`
        return (1 / value if slower and value > 1 else value), False
    named = [value for concept, value in NAMED.items() if filled.says("", concept) or filled.says("rate", concept)]
    if named:
        return (named[0] if len(set(named)) == 1 else None), False
    if filled.has("half"):
        if filled.says("half", "TO", "POINT"):
            return Fraction(1, 2), False
        return (Fraction(1, 2) if slower else Fraction(3, 2)), False
    return (_invented(filled), True) if slower or faster else (None, False)


def _turns(filled: Filled) -> tuple[bool, bool]:
    """Whether it is to be slower, and whether faster. `快四分之一`"""
    slower = filled.says("", "SLOWER") or filled.says("rate", "SLOWER") or filled.has("slow")
    faster = filled.says("", "FASTER") or filled.says("rate", "FASTER") or filled.trigger.text == "快"
    slower = slower or filled.trigger.text == "慢"
    if not slower and not faster and any(t.is_a("SPEED") for t in filled.tokens):
        turn = amounts.way(filled.tokens, _LESS, _MORE)
        return turn < 0, turn > 0
    return slower, faster


def _speed(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    turns = all(any(t.is_a(way) for t in (*filled.of(""), *filled.of("rate"))) for way in ("FASTER", "SLOWER"))
    if turns:
        return None  # `speed up, then slow down`
    bare = filled.of("to")
    if len(bare) == 1 and bare[0].kind == "number" and not _behind_speed(filled, bare[0]):
        return None
    part = aim.part(filled, scene)
    if part and any(t.kind == "clips" for t in filled.of("target")):
        filled = replace(filled, roles={k: v for k, v in filled.roles.items() if k != "target"})
    found = ResolvedTarget() if part else aim.pointed(filled, scene)
    factor, invented = _factor(filled)
    if filled.has("less") and not filled.value("by") and not filled.value("to"):
        return [Unresolved(scene.words(Clause(list(filled.tokens))), filled.at, missing=("value",))]
    if size := filled.value("lasting"):
        factor, invented = _to_last(found, int(size.value), scene), False
    if part and filled.has("target") and not all(t.is_a("VIDEO", "ALL", "THAT_CLIP") for t in filled.of("target")):
        return None
    if factor == 1 and not filled.says("", "NORMAL_SPEED", "SPEED") and not filled.says("rate", "NORMAL_SPEED"):
        return None
    if (filled.has("only") and not found.said and part is None) or (filled.has("file") and part is None):
        return None
    if found.gap or factor is None or (filled.has("part") and part is None) or (invented and _is_alike(filled)):
        return None
    if not _SLOWEST <= factor <= _FASTEST:
        return [Unresolved("speed", filled.at, code="limit")]
    slower, faster = _turns(filled)
    if (slower and factor > 1) or (faster and factor < 1):
        return [Unresolved(scene.words(Clause(list(filled.tokens))), filled.at, missing=("value",))]
    op = Speed(target=part or found.target, factor=factor)
    assumed = frozenset({"factor"}) if invented else frozenset[str]()
    return [ParsedOperation(op, filled.at, assumed, targeted=found.said or part is not None, vague=invented)]


def _behind_speed(filled: Filled, number: Token) -> bool:
    """`clip 3 speed 0.5`: a bare number is a speed only where that word leads to it."""
    before = amounts.before(filled, number)
    return before is not None and before.is_a("SPEED") and before.end <= number.start <= before.end + 1


def _is_alike(filled: Filled) -> bool:
    """`第三段和第四段一样快` says how fast they are."""
    before = amounts.before(filled, filled.trigger)
    return filled.trigger.text in ("快", "慢") and before is not None and before.is_a("SAME")


def _to_last(found: ResolvedTarget, size: int, scene: ParseContext) -> Fraction | None:
    """The factor with which one clip, or the whole reel, lasts just so long."""
    if size <= 0 or len(found.clips or ()) > 1:
        return None
    chosen = [c for c in scene.situation.clips if not found.clips or c.number in found.clips]
    return Fraction(sum(c.duration_ms for c in chosen), size).limit_denominator(1000) or None


_RATES = "FASTER|SLOWER|HALF_SPEED|QUARTER_SPEED|DOUBLE_SPEED|NORMAL_SPEED|HALF_FASTER|HALF_SLOWER"
_SPEED = frame(
    "speed",
    [_RATES, f"TO|'in' {_RATES}", "SPEED", "CHANGE SPEED", "MAKE SPEED", "'快'|'慢'"],
    [
        role("run", "'run'|'play'|'go'|'goes'|'turn'|'put'|'set'|'show'"),
        TARGET,
        SPARED,
        _PART,
        role("file", "'of'|'from'|'in'? asset"),
        role("rate", _RATES, "TO|POINT|'at'|'in' HALF_SPEED|QUARTER_SPEED|DOUBLE_SPEED|NORMAL_SPEED|SLOWER"),
        BE,
        role("only", "ONLY"),
        role("game", "GAME"),
        role("back", "'back_to'|'back'"),
        role(
            "lasting",
            "TO|'到' duration",
            "'to'|'until'? 'lasts'|'takes'|'last'|'take' duration",
            "'to'? 'fits'|'fit' TO|'in'? duration",
            "'until'? 'it's'|'it_is'|'is' TO? duration 'long'?",
        ),
        role(
            "to",
            "TO|'到' percent|factor",
            "TO number",
            "POINT percent|factor",
            "SPEED percent|factor",
            "percent|factor SPEED",
            "'at' percent|factor",
            "'at' number",
            "number",
            "SPEED TO? number",
            "SPEED CHANGE number|percent|factor",
        ),
        role("by", "percent|factor|steps", "BY percent|factor"),
        role("half", "HALF", "BY HALF", "TO|POINT HALF"),
        role("bit", "A_BIT"),
        role("lot", "A_LOT"),
        role("speed", "SPEED"),
        role("more", "MORE"),
        role("less", "LESS|QUIETER"),
    ],
    _speed,
    light="CLIP ADD CHANGE SPEED BY FILTER",
    elliptic="target part to by rate",
)
_TIMES = frame(
    "times",
    ["factor"],
    [
        TARGET,
        SPARED,
        _PART,
        BE,
        role("only", "ONLY"),
        role("speed", "SPEED", "TO", "'fast'|'as_fast'|'快'"),
        role("slow", "'慢'"),
    ],
    lambda filled, scene: _times(filled, scene),
    light="ADD CLIP SPEED CHANGE TO",
    elliptic="target part",
)


def _times(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if not filled.has("target", "part", "spared") and "速" not in filled.trigger.text:
        return None
    if any(t.text in ("长", "短") for t in filled.tokens):
        return None  # `第三段长一倍`: slower, or more of it?
    filled.roles["by"] = filled.roles[""]
    return _speed(filled, scene)


def _mild(factor: Fraction) -> Fraction:
    return Fraction(5, 4) if factor > 1 else Fraction(3, 4)


def _unpaced(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`take the slow motion off clip 2` gives it its own speed back; what cannot be taken off again is asked about."""
    last = scene.findings[-1] if scene.findings else None
    if isinstance(last, ParsedOperation) and isinstance(last.op, Speed) and last.vague and not filled.has("target"):
        scene.findings[-1:] = [replace(last, op=last.op.model_copy(update={"factor": _mild(last.op.factor)}))]
        return []  # `faster, but not too fast`
    found = aim.pointed(filled, scene)
    faulty = any(t.text.startswith("too ") for t in filled.of("what"))  # `it's too slow, get rid of clip 3`
    if found.gap or faulty or aim.takes_clips_first(filled, "what", scene):
        return None
    if filled.has("other"):
        return [Unresolved(scene.words(Clause(list(filled.tokens))), filled.at, missing=("operation",))]
    return [ParsedOperation(Speed(target=found.target, factor=Fraction(1)), filled.at, targeted=found.said)]


_UNPACED = frame(
    "unpaced",
    ["REMOVE|UNWANTED|TRIM|SKIP|CUT"],
    [
        TARGET,
        role("what", "SLOWER|FASTER|HALF_SPEED|DOUBLE_SPEED", "SPEED 'change'|'changes'|'effect'|CHANGE|FILTER"),
        role("other", "'trim'|'cut'|'split'|'freeze'|'freeze_frame'|'replay'|'rotation'|'swap'|'move'"),
        role("off", "OFF|'off'|'from'|'out'"),
    ],
    _unpaced,
    light="CLIP FILTER",
    required=["what|other"],
)


def _replay(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    part = aim.part(filled, scene)
    if filled.has("part") and part is None:
        return None
    found = ResolvedTarget() if part else aim.pointed(filled, scene)
    slow = filled.has("rate", "to", "by")
    factor, invented = _factor(filled) if slow else (None, False)
    if not filled.says("", "REPLAY") and not filled.has("again"):
        return None
    copied = filled.trigger.text.startswith(("duplicate", "copy", "复制"))
    if factor is None and (copied or any(t.text == "twice" for t in filled.tokens)):
        factor = Fraction(1)
    if found.gap or (part is None and not found.clips):
        return None
    if factor is not None and not _SLOWEST <= factor <= _FASTEST:
        return [Unresolved("speed", filled.at, code="limit")]
    facts = {"target": part or found.target} | ({"factor": factor} if factor else {})
    assumed = frozenset({"factor"}) if invented or not factor else frozenset[str]()
    return [ParsedOperation(Replay.model_validate(facts), filled.at, assumed, targeted=True)]


_REPLAY = frame(
    "replay",
    ["REPLAY", "'show'|'play'|'see'|'run'|'watch'"],
    [
        TARGET,
        _PART,
        BE,
        role("rate", _RATES, many=True),
        role(
            "to",
            "SPEED TO? number",
            "TO percent|factor",
            "'at' percent|factor",
            "SPEED percent|factor",
            "percent|factor SPEED",
        ),
        role("by", "percent|factor"),
        role("speed", "SPEED"),
        role("behind", "AFTER 'it'|'that'|'itself'", "AFTER"),
        role("bit", "A_BIT"),
        role("motion", "CRITERION:motion"),
        role("moment", "CRITERION:*|SEMANTIC|MOMENT 'in'|'from'|'of'?"),
        role("again", "'again'|'twice'|REPLAY"),
    ],
    _replay,
    light="CLIP ADD CHANGE SPEED",
)


def _seconds(filled: Filled) -> int | None:
    """How long a picture is held, in ms; a bare number counts seconds: `at 0:35 for one and a half`."""
    if token := filled.value("lasting", "duration"):
        return int(token.value)
    number = filled.value("lasting", "number")
    whole = float(number.value) if number else 1.0 if any(t.text == "one" for t in filled.of("lasting")) else 0.0
    half = 0.5 if filled.says("lasting", "HALF") else 0.0
    return round((whole + half) * 1000) or None


def _freeze(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    at: int | None = None
    chosen = aim.clips(filled, scene, follow=False) if filled.has("target") else None
    if filled.has("target") and (not chosen or len(chosen) != 1):
        return None
    if chosen:
        clip = scene.situation.clips[chosen[0] - 1]
        at = clip.start_ms if filled.has("first") else clip.start_ms + clip.duration_ms
    elif filled.has("at"):
        token = filled.value("at")
        at = int(token.value) if token and not isinstance(token.value, tuple) else None
    elif filled.has("last"):
        at = scene.situation.duration_ms
    elif filled.has("first"):
        at = 0
    if at is None:
        return None
    lasting = _seconds(filled)
    if not filled.says("", "FREEZE") and not (lasting and filled.has("last", "first", "at")):
        return None
    facts = {"at_ms": at} | ({"duration_ms": lasting} if lasting else {})
    assumed = frozenset[str]() if lasting else frozenset({"duration_s"})
    return [ParsedOperation(Freeze.model_validate(facts), filled.at, assumed, targeted=True)]


_FREEZE = frame(
    "freeze",
    ["FREEZE", "'停'|'停留'|'hold'|'stay'|'pause'"],
    [
        role("target", "<target>"),
        role("at", "time", "POINT duration"),
        role("lasting", "duration", "'for' number", "'for' 'one'|number AND HALF"),
        role("last", "LAST_FRAME", "END|BACK"),
        role("first", "FIRST_FRAME", "START|FRONT"),
        BE,
        role("frame", "'frame'|'picture'|'画面'|'shot'"),
    ],
    _freeze,
    light="CLIP ADD POINT KEEP VIDEO",
    required=["target|at|last|first"],
)


FRAMES = (_SPEED, _TIMES, _UNPACED, _REPLAY, _FREEZE)
