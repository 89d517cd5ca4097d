"""Another moment in place of a clip: `replace clip 4 with the next best moment`, `第二段换一个`."""

from ...timeline.operations import ClipTarget, Highlights
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from . import aim, reel_facts
from .clips import TARGET
from .frame import Filled, Role, frame, role


def _another(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if scene.uncut:
        return None
    chosen = aim.listed(filled, "instead", scene) if filled.has("instead") else aim.clips(filled, scene)
    if filled.has("instead") and filled.has("target"):
        return None
    if not chosen:
        named = any(t.kind == "clips" for t in filled.tokens)
        words = scene.words(filled.clause(*filled.roles))
        return None if named else [Unresolved(words, filled.at, missing=("target",))]
    criterion, caveats = reel_facts.criterion(filled)
    criterion = "loud" if criterion is None and filled.says("new", "LOUDER") else criterion
    facts = {"mode": "swap", "target": ClipTarget(clips=chosen)} | ({"criterion": criterion} if criterion else {})
    return [ParsedOperation(Highlights.model_validate(facts), filled.at, caveats=caveats, targeted=True)]


_THING = "MOMENT|REEL|CLIP|'one'|'ones'|'的'"
_NEW = role(
    "new",
    f"THEN BEST {_THING}?",
    "'runner-up'",
    f"MORE {_THING}",
    f"VAGUE|REST {_THING}",
    "'something'|'anything' VAGUE|REST|BEST|LOUDER|CRITERION:*",
    f"'另'|'次'|'其次' '一个'|BEST? {_THING}?",
    f"'一个'|'个'|'一段'|'一下'? VAGUE|REST|BEST|LOUDER {_THING}?",
    "MOMENT 'with'|'of'|'where'? CRITERION:*",
)
_WHY: list[Role] = [
    role("judged", "BORING|VAGUE", "'is'|'isn_t'? BORING|VAGUE|UNWANTED"),
    role("named", "'with'? CRITERION:*", many=True),
]
_PUT = "'replace'|'swap'|'switch'|'exchange'|'change'|'换'|'换成'|'替换'|'替换成'|'换掉'|'更换'|'更换成'|'换上'"
_REPLACED = frame(
    "another",
    [_PUT, f"{_PUT} 'out'|'掉'"],
    [TARGET, _NEW, *_WHY],
    _another,
    light="TO BY",
    required=["new"],
    operation="highlights",
)
# `换一个` says all of it.
_ONE_MORE = frame(
    "another",
    ["'换'|'更换' '一个'|'个'|'一段'", "'try'|'give' MORE 'one'|CLIP|MOMENT"],
    [TARGET, *_WHY, role("by", "'吧'|'别的'")],
    _another,
    operation="highlights",
)
_INSTEAD = frame(
    "another",
    [],
    [
        role("verb", "FIND|MAKE|ADD|'use'|'take'|'try'|'give'"),
        _NEW,
        role("instead", "NOT|'for'|'in_place_of' clips", "NOT|'for' clips AND clips"),
        role("show", "'show'|'have'|'me'"),
        *_WHY,
    ],
    _another,
    required=["new", "instead"],
    operation="highlights",
)

FRAMES = (_REPLACED, _ONE_MORE, _INSTEAD)
