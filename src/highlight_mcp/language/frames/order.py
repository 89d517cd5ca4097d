"""Clips put in another order: moved, swapped, sorted, listed."""

from dataclasses import replace

from ...timeline.operations import Reorder
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from ..resolve import Numbers, numbers
from ..tokens import Token
from . import aim
from .frame import Filled, frame, role

_OUGHT = frozenset({"应该", "要", "得", "该", "最好", "让", "想"})
_PUTTING = ("放", "排", "摆", "want", "need", "set", "insert")


def _one(token: Token | None, scene: ParseContext) -> int | None:
    if token is not None and token.kind == "number" and float(token.value).is_integer():
        return int(token.value) if 1 <= token.value <= scene.count else None
    chosen = numbers(token.value, scene.count) if token is not None and token.kind == "clips" else None
    return chosen[0] if chosen and len(chosen) == 1 else None


def _beside(filled: Filled, name: str, scene: ParseContext) -> int | None:
    return _one(filled.value(name, "clips", "number"), scene)


def _move(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if "EVERY_OTHER" in scene.sentence_has and not filled.says("target", "EVERY_OTHER"):
        return None
    if filled.has("to_end") and filled.has("before", "behind", "between", "place"):
        return None
    if filled.says("", "ADD") and not filled.says("", "MOVE") and not filled.trigger.text.startswith(_PUTTING):
        return None  # `show 3-2 in the corner` shows a score
    gone = scene.removed
    chosen = aim.clips(filled, scene)
    if not chosen or scene.count < 2:
        return None
    if _turned_round(scene):
        edges = (scene.count,), _place(filled, chosen[0], scene, gone)
        return [] if edges == (chosen, 1) else None  # `倒着排，最后一段打头` says it twice
    if len(chosen) > 1:
        return _move_several(filled, chosen, scene)
    to = _place(filled, chosen[0], scene, gone)
    if to and (listed := _listed_so_far(scene)) and 1 <= to <= len(listed) and listed[to - 1] == chosen[0]:
        return []  # `swap the first and last so the last clip comes first` says it twice
    if to is None or not 1 <= to <= scene.count or (to == chosen[0] and filled.has("before", "behind")):
        return None
    scene.last = chosen
    return [ParsedOperation(Reorder(move=chosen[0], to=to), filled.at, targeted=True)]


def _listed_so_far(scene: ParseContext) -> tuple[int, ...]:
    """The order of clips that was asked for right before; empty where none was."""
    last = scene.findings[-1] if scene.findings else None
    op = last.op if isinstance(last, ParsedOperation) else None
    return tuple(op.order or ()) if isinstance(op, Reorder) else ()


def _turned_round(scene: ParseContext) -> bool:
    last = scene.findings[-1] if scene.findings else None
    op = last.op if isinstance(last, ParsedOperation) else None
    return isinstance(op, Reorder) and op.sort == "reverse"


def _move_several(filled: Filled, chosen: Numbers, scene: ParseContext) -> list[Finding] | None:
    """`move clips 2 and 3 to the front`: the order that they make, their own kept."""
    rest = [n for n in range(1, scene.count + 1) if n not in chosen]
    before, behind = _beside(filled, "before", scene), _beside(filled, "behind", scene)
    front = filled.says("to_end", "FRONT", "START") or filled.says("", "FRONT", "START")
    back = filled.says("to_end", "BACK", "END") or filled.says("", "BACK", "END")
    if before in rest:
        at = rest.index(before)
    elif behind in rest:
        at = rest.index(behind) + 1
    elif front != back and not filled.has("before", "behind", "between", "place", "its_place", "steps"):
        at = 0 if front else len(rest)
    else:
        return None
    order = (*rest[:at], *chosen, *rest[at:])
    scene.last = chosen
    return [ParsedOperation(Reorder(order=order), filled.at, targeted=True)]


def _place(filled: Filled, moved: int, scene: ParseContext, gone: Numbers | None) -> int | None:
    if filled.says("", "BEFORE", "AFTER") and any(t.kind in ("clips", "number") for t in filled.of("")):
        name = "before" if filled.says("", "BEFORE") else "behind"
        if filled.has("before", "behind"):
            return None
        filled = replace(filled, roles={**filled.roles, name: filled.roles[""]})
    if moved in (_beside(filled, "before", scene), _beside(filled, "behind", scene)):
        return None
    if anchor := _beside(filled, "before", scene):
        return anchor - 1 if moved < anchor else anchor
    if anchor := _beside(filled, "behind", scene):
        return anchor if moved < anchor else anchor + 1
    if filled.has("between"):
        pair = aim.listed(filled, "between", scene) or ()
        if len(pair) != 2 or pair[1] != pair[0] + 1 or moved in pair:
            return None
        return pair[0] if moved < pair[0] else pair[1]
    if filled.has("its_place"):
        return gone[0] if gone else None
    if filled.has("steps") and (way := _way(filled)):
        return moved + way * _steps(filled)
    if place := filled.value("place", "number") or next((t for t in filled.of("") if t.kind == "number"), None):
        return int(place.value)
    if anchor := _one(filled.value("place", "clips"), scene):
        return anchor
    front = filled.says("to_end", "FRONT", "START") or filled.says("", "FRONT", "START")
    back = filled.says("to_end", "BACK", "END") or filled.says("", "BACK", "END")
    return None if front == back else 1 if front else scene.count


def _way(filled: Filled) -> int:
    """-1 towards the start, 1 towards the end; 0 where that is not said, or may be either (`forward`)."""
    said = {t.text for t in (*filled.of("toward"), *filled.of("steps"))}
    earlier, later = (any(filled.says(name, way) for name in ("toward", "steps", "")) for way in ("EARLIER", "LATER"))
    earlier, later = earlier or "up" in said, later or "down" in said
    return 0 if earlier == later else -1 if earlier else 1


def _steps(filled: Filled) -> int:
    """`one place earlier`, `往前挪两位`."""
    number = filled.value("steps", "number", "steps")
    said = {"两": 2, "二": 2, "三": 3}
    return int(number.value) if number else next((said[t.text] for t in filled.of("steps") if t.text in said), 1)


_TO_END = role(
    "to_end",
    "TO|POINT|'in'|'as'|'at'|'on'? FRONT|START",
    "TO|POINT|'as'|'at'|'on'? BACK|END",
    "'open'|'opens' VIDEO",
    many=True,
)
_PLACES = [
    role("target", "<target>"),
    role("before", "BEFORE clips|number", "clips|number ~BEFORE", "TO|POINT clips ~BEFORE"),
    role("behind", "AFTER clips|number", "clips|number ~AFTER", "TO|POINT clips ~AFTER"),
    role("between", "BETWEEN clips AND? clips?", "BETWEEN 'one'|number AND number", "clips AND? clips? ~BETWEEN"),
    role(
        "place",
        "POSITION_WORD number",
        "TO? POSITION_WORD 'number'? number",
        "number POSITION_WORD",
        "clips POSITION_WORD",
        "TO|'into'|'in' clips POSITION_WORD",
        "~POSITION_WORD clips",
    ),
    role("its_place", "TO? ITS_PLACE"),
    role(
        "steps",
        "number|'one'|'一'|'两'|'二'|'三'|'a' POSITION_WORD|CLIP|'places'|'spots'|'slots'|'positions'",
        "number|'一'|'两'|'二'|'三' CLIP POSITION_WORD",
        "'up'|'down' number|'one'",
        "number|'one' EARLIER|LATER",
        "'by' number|'one'",
        "steps",
        "'一个'|'一位'|'一格'",
        "'一个' POSITION_WORD",
    ),
    role("not_there", "NOT MOVE|ADD|CHANGE TO? FRONT|BACK|START|END"),
    role("toward", "EARLIER|LATER", "'up'|'down'|'forward'|'forwards'"),
    _TO_END,
]
_MOVE = frame(
    "move",
    ["MOVE", "CHANGE", "ADD", "MAKE", "'have'|'get'|'let'|'want'|'need'|'pull'", "SORT", "~EARLIER|LATER"],
    [*_PLACES, role("it", "'so'|'plays'|'comes'|'goes'|'it'"), role("be", "MOVE|CHANGE")],
    _move,
    light="CLIP TO POINT 'right' VIDEO",
    required=["target", "before|behind|between|place|to_end|its_place|steps"],
    own=False,
    elliptic="target",
)
# Where the verb is one word with its place: `should come right after clip 1`, `第六段放第一个`, `clip 6 up front`.
_PLACED = frame(
    "placed",
    ["FRONT", "BACK", "AFTER clips|number", "BEFORE clips|number", "clips ~BEFORE", "clips ~AFTER", "number"],
    [
        *_PLACES,
        role("be", "MOVE|CHANGE|ADD|MAKE", "'we_have'|'i_have'|'have'|'want'", many=True),
        role("narrow", "START|END"),
    ],
    lambda filled, scene: _placed(filled, scene),
    light="CLIP MAKE",
    required=["target"],
    own=False,
)


def _placed(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if "EVERY_OTHER" in scene.sentence_has:
        return None  # `starting with the second, drop every other clip`
    if filled.has("before", "behind", "between", "place", "to_end", "its_place", "narrow", "steps") or not filled.of(
        "target"
    ):
        return None
    said = {t.text for t in filled.tokens}
    if "在" in said and not filled.has("be") and said.isdisjoint(_OUGHT):
        return None  # `第三段在第四段前面` tells where it is
    number = next((t for t in filled.of("") if t.kind == "number"), None)
    if number is not None and not filled.says("", "AFTER", "BEFORE") and not number.is_a("MOVE"):
        return None
    return _move(filled, scene)


def _becomes(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`make the last one the first`, `make clip 3 the opener`."""
    pair = [t for t in (*filled.of("one"), *filled.of("other")) if t.kind == "clips"]
    if len(pair) != 2 or pair[1].text.removeprefix("the ") not in (
        "first",
        "last",
        "opener",
        "closer",
        "first one",
        "last one",
        "first clip",
        "last clip",
    ):
        return None
    moved, to = _one(pair[0], scene), _one(pair[1], scene)
    if not moved or not to or moved == to:
        return None
    return [ParsedOperation(Reorder(move=moved, to=to), filled.at, targeted=True)]


_BECOMES = frame(
    "becomes",
    ["MAKE|CHANGE", "'be'|'as'"],
    [role("one", "clips"), role("other", "clips", "'as'|'be' clips")],
    _becomes,
    light="CLIP",
    required=["one", "other"],
    own=False,
)


def _swap(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    tokens = [t for t in filled.of("pair") if t.kind in ("clips", "number")]
    chosen = [
        n for t in tokens for n in (numbers(t.value, scene.count) or (0,) if t.kind == "clips" else (int(t.value),))
    ]
    plain = filled.says("", "SWAP", "POSITION_WORD", "REVERSE_ORDER") or filled.has("places")
    if filled.has("both") or (filled.says("", "SWAP") and not tokens and "order" in filled.trigger.text):
        both = filled.value("both")
        if scene.count != 2 or (both is not None and both.value != 2):
            return None
        chosen = [1, 2]
    elif not plain and not any(t.text == "换" for t in filled.of("")):
        return None
    if len(chosen) != 2 or chosen[0] == chosen[1] or not all(1 <= n <= scene.count for n in chosen):
        return None
    if filled.says("", "REVERSE_ORDER") and set(chosen) == {1, scene.count} and scene.count > len(chosen):
        # `flip the running order so the last clip comes first and the first last`
        return [ParsedOperation(Reorder(sort="reverse"), filled.at, targeted=True)]
    order = list(range(1, scene.count + 1))
    a, b = (n - 1 for n in chosen)
    order[a], order[b] = order[b], order[a]
    scene.last = tuple(sorted(chosen))
    return [ParsedOperation(Reorder(order=tuple(order)), filled.at, targeted=True)]


_SWAP = frame(
    "swap",
    ["SWAP", "REVERSE_ORDER", "CHANGE SWAP", "SWAP POSITION_WORD", "CHANGE POSITION_WORD", "CHANGE"],
    [
        role("pair", "clips AND|'with'|'for' clips", "clips clips", "clips", "number AND|'with'|'for' number"),
        role("both", "number CLIP?", "'them'|'them_both'|'both'|'two'"),
        role("places", "POSITION_WORD|SORT|MOVE"),
    ],
    _swap,
    light="CLIP POSITION_WORD SORT MOVE",
)

_SORTS = {
    "COUNTDOWN": "countdown",
    "BEST_FIRST": "rank",
    "REVERSE_ORDER": "reverse",
    "SHUFFLE": "shuffle",
    "CHRONO": "time",
}


def _sort(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if not scene.situation.has_timeline or scene.count < 2:
        return None
    kinds = {value for concept, value in _SORTS.items() if filled.says("", concept) or filled.says("more", concept)}
    verbal = filled.has("verb") or filled.says("", "SORT") or filled.trigger.text.startswith(("save the", "keep the"))
    if len(kinds) != 1 or (kinds & {"countdown", "time"} and not verbal):
        return None
    if filled.has("told") and kinds != {"reverse"}:
        return None
    if kinds == {"countdown"} and filled.has("place"):
        return None
    rest = filled.says("target", "REST") and not filled.has("more")  # `best first, the rest in descending order`
    rest = rest and not scene.removed  # behind a removal it is all that is left
    if rest or any(t.kind in ("clips", "number") or t.is_a("EXCEPT") for t in filled.of("target")):
        return None
    return [ParsedOperation(Reorder.model_validate({"sort": kinds.pop()}), filled.at, targeted=True)]


_SORT = frame(
    "sort",
    ["|".join(_SORTS)],
    [
        role("more", "|".join(_SORTS)),
        role(
            "verb", "SORT|MOVE|ADD|CHANGE|MAKE", "UNDO TO", "'play'|'run'|'put'|'show'|'have'|'get'|'恢复成'", many=True
        ),
        role("target", "ALL", "CLIP", "EVERYTHING", "THAT_CLIP", "<target>"),
        role("place", "FRONT|BACK"),
        role("told", "BACK ADD|MOVE|SORT|CHANGE? FRONT", "FRONT ADD|MOVE|SORT|CHANGE? BACK", many=True),
    ],
    _sort,
    light="CLIP ALL MOMENT VIDEO",
    own=False,
)


def _listed(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    listed: list[int] = []
    for token in filled.of("list"):
        if token.kind == "clips" and all(first == last > 0 for first, last in token.value):
            listed += [first for first, _ in token.value]
        elif token.kind == "number" and float(token.value).is_integer():
            listed.append(int(token.value))
        elif token.text == "one":
            listed.append(1)
    if filled.has("rest") and len(listed) > 1 and filled.of("list")[0].start < filled.of("rest")[0].start:
        listed += [n for n in range(1, scene.count + 1) if n not in listed]
    if sorted(listed) != list(range(1, scene.count + 1)):
        return None
    return [ParsedOperation(Reorder(order=tuple(listed)), filled.at, targeted=True)]


_LISTED = frame(
    "listed",
    ["SORT", "CHRONO", "SORT SORT"],
    [
        role("list", "clips", "number", "'one'", many=True),
        role("rest", "'the_rest'|'rest'|'the_others'|'others'|'everything_else' 'as_they_are'?"),
        role("as", "SORT|CHRONO|MOVE|ADD|CHANGE|TO|COLON", "THAT_CLIP|'go'|'be'", many=True),
    ],
    _listed,
    light="CLIP ALL MOMENT VIDEO",
    required=["list"],
    own=False,
)

FRAMES = (_MOVE, _PLACED, _BECOMES, _SWAP, _SORT, _LISTED)
