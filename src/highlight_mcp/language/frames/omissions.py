"""All of the footage but a stretch, nothing but a stretch, and what is left of it."""

from ...timeline.operations import Keep, RangeTarget, Remove, SilenceRemove
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from ..stretches import bounds_of
from . import reel_facts
from .footage import ALL, FILES, STRETCH, STRETCHES, USING, bounds, end_of, is_of_source, named_files
from .frame import Filled, frame, role


def _but(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`everything except 0:10-0:20`, `keep 0:00-30:00 except 10:00-20:00`, `delete all but 0:10-0:20`."""
    if not scene.situation.footage or scene.planned("highlights"):
        return None
    takes, keeps = filled.has("taken"), filled.has("kept", "using")
    whole = filled.has("whole") or any(t.text.startswith(("all ", "everything ", "anything ")) for t in filled.of(""))
    if takes == keeps and not (whole and not takes):
        return None
    named = named_files(filled.of("file"), scene) if filled.has("file") else []
    if named is None or len(named) > 1 or (len(scene.situation.footage) > 1 and not scene.count and not named):
        return None
    source = bool(named) or is_of_source(filled, scene)
    end = named[0].duration_ms if named else scene.situation.duration_ms or scene.situation.source_ms
    out = bounds(filled, "spared", end)
    within = bounds(filled, "within", end)
    if out is None or within is None or (not source and any(a >= end for a, _ in out)):
        return None
    file = {"source": named[0].name} if named else {}
    ref = "source" if source else "timeline"
    if within:
        out = reel_facts.apart(within, out)
        takes = not takes
    if not out:
        return None
    if takes:
        facts = {"ranges_ms": tuple(out), "ref": ref, **file}
        return [ParsedOperation(Keep.model_validate(facts), filled.at, targeted=True)]
    of_source = source and not scene.is_one_recording
    media = named[0].media_id if named and of_source else None
    targets = [
        RangeTarget(range_ms=r, ref="source", media_id=media) if of_source else RangeTarget(range_ms=r) for r in out
    ]
    return [ParsedOperation(Remove(target=t), filled.at + n, targeted=True) for n, t in enumerate(targets)]


_TAKING = "REMOVE|UNWANTED|SKIP|CUT|TRIM"
_BUT = frame(
    "but",
    [f"EXCEPT {STRETCH}", f"{STRETCH} EXCEPT", f"EXCEPT {STRETCH} EXCEPT", f"EXCEPT THAT_CLIP|CLIP {STRETCH}"],
    [
        role("kept", "KEEP", "KEEP REST"),
        role("using", USING),
        role("taken", _TAKING),
        role("whole", f"{ALL} {FILES}?", "REST ALL?", "EXCEPT ALL"),
        role("within", STRETCH),
        role("more", f"AND {STRETCH}", many=True),
        role("file", "asset"),
        role("of", FILES),
    ],
    lambda filled, scene: _excepted(filled, scene),
    light="MOMENT CLIP VIDEO BETWEEN ALL THAT_CLIP SAYING GAME CHANGE ADD",
)


def _excepted(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    filled.roles["spared"] = [*filled.roles[""], *filled.roles.get("more", ())]
    return _but(filled, scene)


def _narrowed(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`trim it to 0:10-0:20`."""
    if not scene.situation.footage or scene.planned("highlights") or scene.last is not None:
        return None
    to = filled.of("to")[0]
    if to.kind in STRETCHES and not filled.trigger.text.endswith(("到", "成", "至", " to", " down")):
        return None
    parts = bounds(filled, "to", end_of(filled, scene))
    if (
        not parts
        or any(a >= end_of(filled, scene) for a, _ in parts)
        or (len(scene.situation.footage) > 1 and not scene.count)
    ):
        return None
    facts = {"ranges_ms": tuple(parts), "ref": "source" if is_of_source(filled, scene) else "timeline"}
    return [ParsedOperation(Keep.model_validate(facts), filled.at, targeted=True)]


_NARROWED = frame(
    "narrowed",
    ["TRIM|CUT|SHORTEN|TIGHTEN", "SHORTEN TRIM", "CUT SHORTEN"],
    [
        role("to", f"TO|'到'|'成'|'至'|'为' {STRETCH}", f"TO {STRETCH} AND {STRETCH}", STRETCH),
        role("target", "VIDEO|REEL|GAME", "ALL VIDEO|GAME?", "'it'|'this'"),
    ],
    _narrowed,
    light="MOMENT VIDEO ASPECT",
    required=["to"],
)


def _ends_gone(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`throw out everything before 10:00 and after 50:00`: what lies between stays."""
    if not scene.uncut or len(scene.situation.footage) != 1 or scene.planned("highlights"):
        return None
    end = scene.situation.duration_ms or scene.situation.source_ms
    gone = [bounds_of(t, end) for t in filled.of("gone") if t.kind in STRETCHES]
    if len(gone) == 1:
        return [ParsedOperation(Remove(target=RangeTarget(range_ms=gone[0])), filled.at, targeted=True)]
    rest = reel_facts.apart([(0, end)], gone)
    if len(gone) != 2 or len(rest) != 1 or rest[0][0] == 0 or rest[0][1] == end:
        return None
    return [ParsedOperation(Keep(ranges_ms=tuple(rest), ref="source"), filled.at, targeted=True)]


_ENDS_GONE = frame(
    "ends_gone",
    ["REMOVE|CUT|SKIP|UNWANTED|TRIM"],
    [role("gone", f"{ALL}? range AND {ALL}? range", f"{ALL} range", many=True)],
    _ends_gone,
    light="ALL EVERYTHING MOMENT VIDEO",
    required=["gone"],
)


def _shaved(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`trim the first ten seconds`: of footage laid down whole, or to be laid down."""
    if not scene.uncut or not scene.situation.footage or filled.trigger.text.endswith(("到", "成", "至")):
        return None
    parts = bounds(filled, "part", scene.situation.duration_ms or scene.situation.source_ms)
    if not parts or any(t.text in ("take", "taking") for t in filled.of("")):
        return None
    return [
        ParsedOperation(Remove(target=RangeTarget(range_ms=r)), filled.at + n, targeted=True)
        for n, r in enumerate(parts)
    ]


_SHAVED = frame(
    "shaved",
    ["TRIM", "TRIM OFF", "TRIM 'off'|'out'|'away'"],
    [role("part", STRETCH, many=True), role("of", f"OFF? {FILES}")],
    _shaved,
    light="MOMENT CLIP VIDEO ALL",
    required=["part"],
)


def _left_out(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`the first three seconds are me fumbling, leave them out`, and no word of a reel: all the rest of the footage."""
    footage = scene.situation.footage
    if scene.situation.has_timeline or len(footage) != 1 or scene.sentence_has & _REEL_WORDS:
        return None
    end = footage[0].duration_ms
    rest = reel_facts.apart([(0, end)], [bounds_of(t, end) for t in filled.tokens if t.kind in STRETCHES])
    return [ParsedOperation(Keep(ranges_ms=tuple(rest)), filled.at, targeted=True)] if rest else None


_REEL_WORDS = frozenset({"REEL", "BEST", "FIND", "MAKE", "SEMANTIC", "SHORTEN"})
_LEFT_OUT = frame("left_out", [f"{STRETCH} LEFT_OUT", f"LEFT_OUT {STRETCH}"], [role("gone", "REMOVE")], _left_out)


def _unused(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`nothing from the last twenty minutes; six clips …`: beside a wish for a reel, what it is not made of."""
    if not scene.uncut or not scene.sentence_has & _WISHED or scene.planned("highlights"):
        return None
    parts = bounds(filled, "gone", scene.situation.source_ms)
    if not parts or len(scene.situation.footage) != 1:
        return None
    return [ParsedOperation(Remove(target=RangeTarget(range_ms=r)), filled.at, targeted=True) for r in parts]


_WISHED = frozenset({"REEL", "BEST", "MOMENT", "CLIP"})
_UNUSED = frame(
    "unused",
    ["NOT 'from'|'of'|'in'", "NOT ADD|FIND|KEEP|EVERYTHING 'from'|'of'|'in'?"],
    [role("gone", STRETCH, "BEFORE|AFTER range")],
    _unused,
    light="MOMENT VIDEO",
    required=["gone"],
)


def _rest_stays(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`take out 10:00-20:00 and keep the rest`: what was not taken out stays anyway."""
    return [] if scene.planned("remove", "trim", "silence_remove", "keep") else None


_REST = frame(
    "rest_stays",
    [
        "KEEP|LEAVE_ALONE REST",
        "VIDEO|GAME|ALL|EVERYTHING LEAVE_ALONE",
        "LEAVE_ALONE VIDEO|GAME|ALL|EVERYTHING",
        "REST ALL? KEEP|LEAVE_ALONE",
        "REST ALL? 'use'|'要'|'留'|'不动'",
    ],
    [role("as", "LEAVE_ALONE"), role("all", "ALL"), role("else", "'otherwise'|'apart'")],
    _rest_stays,
    light="LENGTHEN MOMENT CLIP VIDEO ALL",
)


def _silence(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    denied = filled.says("verb", "NOT") and not filled.says("verb", "UNWANTED")
    if denied and not filled.has("least") and not filled.trigger.text.endswith("s"):
        return None
    least = filled.value("least")
    facts = {"min_ms": least.value} if least else {}
    if margin := filled.value("margin"):
        facts["margin_ms"] = margin.value
    assumed = frozenset[str]() if least else frozenset({"min_s"})
    return [ParsedOperation(SilenceRemove.model_validate(facts), filled.at, assumed, targeted=True)]


_SILENCE = frame(
    "silence",
    ["SILENCE"],
    [
        role(
            "verb",
            "REMOVE|UNWANTED|CUT|TRIM|SKIP|SHORTEN|TIGHTEN|'剪一剪'",
            "NOT|EXCEPT",
            "SHORTEN|TIGHTEN COLON|NOT NOT?",
            "TIGHTEN SHORTEN",
        ),
        role("least", "OVER duration|time", "'than' duration", "duration|time OVER", "TO duration"),
        role(
            "margin",
            "KEEP|LENGTHEN|MARGIN duration",
            "duration MARGIN",
            "KEEP|LENGTHEN BOTH_ENDS? duration MARGIN?",
            "BUT? KEEP|LENGTHEN duration MARGIN|BOTH_ENDS?",
        ),
        role(
            "around",
            "AROUND|WHERE|'around'|BOTH_ENDS CRITERION:speech|SOURCE_SOUND|SILENCE|'it'|'them'|'each'?",
            "BETWEEN SILENCE|'words'|'sentences'?",
        ),
        role("all", "ALL|EACH|EVERYTHING"),
        role("what", "SILENCE"),
        role("out", "OFF|'out'|'up'|'down'"),
        role("only", "ONLY"),
        role("bit", "A_BIT"),
        role("but", "BUT"),
        role("again", "'才' REMOVE|CUT|TRIM|SKIP"),
    ],
    _silence,
    light="CLIP MOMENT VIDEO ALL GAME",
    required=["verb"],
)


def _hushed(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`去掉静音`: one word for taking out the silences."""
    return _silence(filled, scene) if filled.trigger.is_a("REMOVE", "TRIM", "SKIP") else None


_HUSHED = frame("silence", ["SILENCE"], _SILENCE.roles, _hushed, light="CLIP MOMENT VIDEO ALL GAME")

FRAMES = (_BUT, _NARROWED, _ENDS_GONE, _SHAVED, _LEFT_OUT, _UNUSED, _REST, _SILENCE, _HUSHED)
