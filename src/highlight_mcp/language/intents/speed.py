"""Speed, replays and frozen frames."""

from collections.abc import Iterator
from fractions import Fraction

from ...timeline.operations import Freeze, Replay, Speed
from ..context import ParseContext, ResolvedTarget, resolve_target
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause, Token
from .source_ranges import span

_NAMED = {
    "HALF_SPEED": Fraction(1, 2),
    "QUARTER_SPEED": Fraction(1, 4),
    "DOUBLE_SPEED": Fraction(2),
    "NORMAL_SPEED": Fraction(1),
}
_SLOWEST, _FASTEST = Fraction(1, 10), Fraction(20)
_DOING = ("FASTER", "SLOWER", "HALF_SPEED", "DOUBLE_SPEED", "QUARTER_SPEED", "NORMAL_SPEED")


def read_speed(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """Freeze before replay before speed: each says more than the next."""
    if clause.has("FREEZE"):
        yield from _freeze(clause, scene)
    elif clause.has("REPLAY"):
        yield from _replay(clause, scene)
    elif (
        clause.verb(*_DOING)
        or (
            clause.peek("factor")
            and (clause.has("SPEED", "VIDEO", "ALL", "EACH") or clause.peek("clips") or _says_speed(clause))
        )
        or (clause.has("SPEED") and clause.peek("percent", "factor", "number"))
    ):
        yield from _speed(clause, scene)


def of_the_music(clause: Clause) -> bool:
    """`make the music slower`: the speed of the music is not the speed of the pictures."""
    other = clause.has(
        "ADD", "BEAT", "VIDEO", "CLIP", "ALL", "EACH", "WHEN_TALK", "QUIETER", "LOUDER", "REMOVE", "MUTE"
    )
    fast = ("FASTER", "SLOWER", "HALF_SPEED", "DOUBLE_SPEED", "SPEED")
    return clause.has("MUSIC") and clause.has(*fast) and not other and not clause.peek("clips", "asset", "quote")


def _says_speed(clause: Clause) -> bool:
    """`两倍速`: the measure word names the speed."""
    token = clause.peek("factor")
    return token is not None and token.text.endswith("速")


def _factor(clause: Clause) -> tuple[Fraction | None, bool]:
    """The factor said, and whether it had to be invented."""
    slower = clause.verb("SLOWER") and not clause.has("FASTER")
    if (named := next((value for name, value in _NAMED.items() if clause.has(name)), None)) is not None:
        return named, False
    if (
        clause.has("SPEED")
        and not clause.peek("factor", "percent")
        and (number := clause.peek("number"))
        and number.value <= 20
    ):
        clause.used.add(number.start)
        return Fraction(repr(number.value)), False
    steps = clause.peek("steps")
    if steps and steps.text.endswith("times"):
        clause.used.add(steps.start)
        return Fraction(steps.value), False
    if factor := clause.value("factor"):
        return _from_factor(Fraction(repr(factor.value)), factor.text, slower, clause), False
    if percent := clause.value("percent"):
        share = Fraction(repr(round(percent.value, 4)))
        absolute = clause.before(percent, "TO", "POINT", within=1) or _follows(
            clause, percent, ("at", "to", "到", "以", "成", "为")
        )
        if absolute or (clause.after(percent, "SPEED", within=2) and not clause.verb("FASTER", "SLOWER")):
            return share, False
        if slower:
            return 1 - share, False
        if clause.verb("FASTER"):
            return 1 + share if share < 1 else share if share > 1 else Fraction(2), False
        return share, False
    if clause.take("HALF"):
        return (Fraction(1, 2) if slower else Fraction(3, 2)), False
    if slower or clause.verb("SLOWER"):
        return Fraction(3, 4) if clause.has("A_BIT") else Fraction(1, 2), True
    if clause.verb("FASTER"):
        return Fraction(5, 4) if clause.has("A_BIT") else (Fraction(2) if clause.has("A_LOT") else Fraction(3, 2)), True
    return None, False


def _follows(clause: Clause, token: Token, words: tuple[str, ...]) -> bool:
    before = [t for t in clause.tokens if t.end <= token.start]
    return bool(before) and before[-1].text.endswith(words)


def _from_factor(factor: Fraction, text: str, slower: bool, clause: Clause) -> Fraction:
    if text.strip() == "一倍":
        return Fraction(2) if not slower else Fraction(1, 2)
    if slower and factor > 1 and not ("倍速" in text and clause.has("CHANGE")):
        return 1 / factor
    return factor


def _speed(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    token = clause.find(*_DOING, "SPEED") or clause.peek("factor") or clause.tokens[0]
    part = span(clause, scene) if clause.peek("range", "head", "tail") else None
    pointed = ResolvedTarget() if part else resolve_target(clause, scene)
    factor, invented = _factor(clause)
    clause.take(*_DOING, "SPEED", "CHANGE", "A_BIT", "A_LOT", "MAKE", "VIDEO", "MORE")
    last = scene.findings[-1] if scene.findings else None
    if (
        isinstance(last, ParsedOperation)
        and isinstance(last.op, Replay)
        and "factor" in last.assumed
        and factor
        and _SLOWEST <= factor <= _FASTEST
        and not pointed.said
    ):
        scene.findings[-1] = ParsedOperation(Replay(target=last.op.target, factor=factor), last.at, targeted=True)
    elif pointed.gap:
        yield pointed.gap
    elif factor is None:
        yield Unresolved(scene.words(clause), token.start, missing=("operation",))
    elif not _SLOWEST <= factor <= _FASTEST:
        yield Unresolved("speed", token.start, code="limit")
    else:
        op = Speed(target=part or pointed.target, factor=factor)
        assumed = frozenset({"factor"}) if invented else frozenset[str]()
        yield ParsedOperation(op, token.start, assumed, targeted=pointed.said or part is not None, vague=invented)


def _replay(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    token = clause.find("REPLAY") or clause.tokens[0]
    part = span(clause, scene) if clause.peek("range", "head", "tail") else None
    pointed = ResolvedTarget() if part else resolve_target(clause, scene)
    slow = (
        clause.verb("SLOWER", "HALF_SPEED")
        or clause.peek("factor", "percent") is not None
        or bool(clause.has("SPEED") and clause.peek("number"))
    )
    factor, invented = _factor(clause) if slow else (None, False)
    if factor is None and token.text.startswith(("duplicate", "copy", "play twice", "复制")):
        factor = Fraction(1)
    clause.take("REPLAY", *_DOING, "SPEED", "ADD", "MAKE", "CHANGE", "AFTER")
    if pointed.gap:
        yield pointed.gap
    elif part is None and not pointed.clips:
        yield Unresolved(scene.words(clause), token.start, missing=("target",))
    elif factor is not None and not _SLOWEST <= factor <= _FASTEST:
        yield Unresolved("speed", token.start, code="limit")
    else:
        facts = {"target": part or pointed.target} | ({"factor": factor} if factor else {})
        yield ParsedOperation(
            Replay.model_validate(facts),
            token.start,
            frozenset({"factor"}) if invented or not factor else frozenset(),
            targeted=True,
        )


def _freeze(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    token = clause.find("FREEZE") or clause.tokens[0]
    end = scene.situation.duration_ms
    point = clause.value("time")
    lasting = clause.value("duration", "tail", "head")
    pointed = resolve_target(clause, scene, follow=False) if clause.peek("clips") else ResolvedTarget()
    at: int | None = point.value if point else None
    last = clause.take("LAST_FRAME") is not None
    first = clause.take("FIRST_FRAME") is not None
    if pointed.clips and scene.situation.clips:
        clip = scene.situation.clips[pointed.clips[0] - 1]
        at = clip.start_ms if first else clip.start_ms + clip.duration_ms
    elif at is None and (last or clause.has("END", "BACK")):
        at = end
    elif at is None and (first or clause.has("START", "FRONT")):
        at = 0
    clause.take("FREEZE", "END", "START", "BACK", "FRONT", "MOMENT", "VIDEO", "KEEP", "ADD", "POINT")
    if at is None:
        yield Unresolved(scene.words(clause), token.start, missing=("target",))
        return
    facts = {"at_ms": at} | ({"duration_ms": lasting.value} if lasting else {})
    yield ParsedOperation(
        Freeze.model_validate(facts), token.start, frozenset() if lasting else frozenset({"duration_s"}), targeted=True
    )
