"""An operation once more, with what was said in the place of what it had: whichever slot takes a value of that kind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from ...timeline.operations import AnyOperation, ClipTarget, Freeze, Remove, Reorder, Replay, Split, Trim
from ...timeline.operations.slots import Slot, names_of, slots_of
from .. import folders, speech
from ..context import ParseContext, ResolvedTarget
from ..frames import aim
from ..frames.clips import TARGET
from ..frames.frame import Filled, frame
from ..frames.targets import is_bare
from ..lexicon import index
from ..resolve import Numbers, complement
from ..tokens import Token
from . import ends
from .ends import Unclear, Unfit
from .said import Said

_MINUTE_MS, _SECOND_MS = 60_000, 1000
_FEW_MINUTES = 10
_PAIR = 2
_RENUMBERS = (Remove, Split, Replay, Freeze, Reorder)
_EDGES = {"start": ("head_ms", "in_ms"), "in": ("in_ms",), "end": ("tail_ms", "out_ms"), "out": ("out_ms",)}
_PAIRED = {"head_ms": "tail_ms", "tail_ms": "head_ms", "in_ms": "out_ms", "out_ms": "in_ms"}
_WITHIN = {"blur": ("pad",)}  # blurred sides are a way not to crop
_EXCLUSIVE = (("level", "db"), ("at", "at_ms"))
_TAKES: dict[str, tuple[Slot, ...]] = {
    "duration": ("length",), "time": ("time",), "percent": ("share", "factor"), "factor": ("factor",),
    "decibels": ("decibels",), "lufs": ("decibels",), "degrees": ("degrees",), "quote": ("words",), "asset": ("file",),
    "range": ("span", "clips"), "number": ("length", "count", "factor", "degrees", "share", "decibels"),
    "head": (), "tail": (),
}  # fmt: skip
_POINTED = frame("pointed", [], [TARGET], lambda _filled, _scene: None)


def pointed_at(tokens: Sequence[Token], scene: ParseContext) -> ResolvedTarget:
    """What words point at that stand by themselves."""
    return aim.pointed(Filled(_POINTED, list(tokens), {"target": [tuple(tokens)]}), scene, follow=False)


def refilled(op: AnyOperation, said: Said, scene: ParseContext) -> AnyOperation:
    """The operation with what was said in its slots. Raises Unfit or Unclear."""
    change = _Change(op, said, scene)
    try:
        return change.made()
    except ValidationError:
        raise Unfit from None


@dataclass(slots=True)
class _Change:
    """One operation, and what of it is said anew."""

    op: AnyOperation
    said: Said
    scene: ParseContext

    def made(self) -> AnyOperation:
        new: dict[str, Any] = {}
        if {"after", "before"} & self.said.marks and not self._named("cuts"):
            raise Unfit
        for part in self.said.clips:
            self._add(new, self._clips(part))
        names = list(self.said.names)
        edges = [name for name in names if self._edge(name)]
        for name in names:
            if name not in edges:
                self._add(new, self._name(name))
        sizes = [t for t in self.said.values if t.kind in _TAKES]
        if any(t.kind == "lufs" for t in sizes) and "lufs" not in self._fields:
            raise Unfit  # a loudness is no change of a level
        for token in self.said.values:
            self._add(new, self._value(token, edges) if token in sizes else self._name(str(token.value)))
        if edges and not any(t.kind in ("duration", "number") for t in sizes):
            new |= self._moved(edges)
        if self.said.share is not None:
            new |= self._times(self.said.share)
        return self._with(new)

    def _add(self, new: dict[str, Any], more: dict[str, Any]) -> None:
        """One more thing that is said; Raises Unclear for two values of one slot, unless one says more of the other."""
        if any(new.get(name, value) not in (value, *_WITHIN.get(str(value), ())) for name, value in more.items()):
            raise Unclear
        new |= more

    def _with(self, new: dict[str, Any]) -> AnyOperation:
        given = self.op.model_dump(exclude_unset=True, exclude_none=True)
        gone = {other for pair in _EXCLUSIVE for name in pair if name in new for other in pair if other not in new}
        if "also" in self.said.marks:  # `and one off the start`: what was taken off the end is off
            gone |= {_PAIRED[name] for name in new.keys() & _PAIRED.keys()} - new.keys()
        facts = {name: value for name, value in (given | new).items() if name not in gone and value is not None}
        made = type(self.op).model_validate(facts)
        again = made == self.op and "again" not in self.said.marks and not self._is_further
        if not new or (again and not self.said.clips):
            raise Unfit
        return made

    @property
    def _is_timed(self) -> bool:
        """Whether it is seen from one time to another, and has no other size."""
        return {"start_ms", "end_ms"} <= self._fields and not self._named("share", "decibels", "factor")

    @property
    def _is_further(self) -> bool:
        """`another two`, of what adds up: so much again."""
        return isinstance(self.op, Trim) and "more" in self.said.marks

    def _named(self, *kinds: Slot) -> list[str]:
        return [name for name, slot in slots_of(type(self.op)).items() if slot in kinds]

    def _given(self, *kinds: Slot) -> list[str]:
        """The slots of these kinds that have a value already; where none has, all of these kinds."""
        named = self._named(*kinds)
        set_to = [name for name in named if getattr(self.op, name) not in (None, 0)]
        return [name for name in set_to if name in self.op.given] or set_to or named

    def _clips(self, part: tuple[Token, ...]) -> dict[str, Any]:
        """What points at clips, as the slot takes it that says what is changed."""
        if isinstance(self.op, Reorder) and self.op.order:
            return self._swapped(part, self.op.order)
        if beside := self._neighbour(part) or ends.counted(self.op, part, self.scene):
            return beside
        named = self._named("clips", "cuts", "place", "text")
        if any(t.is_a("OTHER_ONE") for t in part):
            return self._other(named)
        if not named:
            raise Unfit
        name = "move" if "move" in named else named[0]
        slot = slots_of(type(self.op))[name]
        found = self._numbers(part)
        if found is None:
            if slot not in ("clips", "cuts") or (slot == "clips" and "all" not in names_of(type(self.op), name)):
                raise Unfit
            return {name: "all"}
        if slot == "clips":
            return self._targeted(name, found)
        if slot == "cuts":
            if len(found) == 1 and {"after", "before"} & self.said.marks:
                return {name: (found[0] - ("before" in self.said.marks),)}
            if len(found) < 2 or any(b != a + 1 for a, b in pairwise(found)):
                raise Unfit
            return {name: found[:-1]}
        if len(found) != 1 or getattr(self.op, name) is None:
            raise Unfit
        return {name: found[0]}

    def _targeted(self, name: str, found: Numbers) -> dict[str, Any]:
        """The clips in their slot; a cut comes as far into them as it came into the other. Raises Unfit for several."""
        if not isinstance(self.op, Split) or self.op.at_ms is None:
            return {name: ClipTarget(clips=found)}
        starts = {clip.number: clip.start_ms for clip in self.scene.situation.clips}
        was = clips_of(self.op)
        if was is None or len(was) != 1 or len(found) != 1:
            raise Unfit
        return {name: ClipTarget(clips=found), "at_ms": self.op.at_ms - starts[was[0]] + starts[found[0]]}

    def _swapped(self, part: tuple[Token, ...], order: Numbers) -> dict[str, Any]:
        """`sorry, I meant 3 and 4`, behind two clips that changed places."""
        moved = [n for place, n in enumerate(order, 1) if n != place]
        pair = self._numbers(part)
        if len(moved) != _PAIR or pair is None or len(pair) != _PAIR or any(n > len(order) for n in pair):
            raise Unfit
        other = dict(zip(pair, reversed(pair), strict=True))
        return {"order": tuple(other.get(n, n) for n in range(1, len(order) + 1))}

    def _neighbour(self, part: tuple[Token, ...]) -> dict[str, Any] | None:
        """`not that one, the one after it`: beside the clip that was moved, as the numbers were before."""
        step = sum(t.is_a("NEXT_CLIP") - t.is_a("PREVIOUS_CLIP") for t in part)
        if not isinstance(self.op, Reorder) or self.op.move is None or len(part) != 1 or not step:
            return None
        if not 1 <= self.op.move + step <= self.scene.count:
            raise Unfit
        return {"move": self.op.move + step}

    def _numbers(self, part: tuple[Token, ...]) -> Numbers | None:
        """The clips that are pointed at; None for all of them."""
        tokens = list(part)
        if any(t.is_a("REST") for t in tokens) and not any(t.kind == "clips" for t in tokens):
            left = complement(clips_of(self.op) or (), self.scene.count)
            if not left or not clips_of(self.op) or isinstance(self.op, _RENUMBERS):
                raise Unfit
            return left
        found = pointed_at(tokens, self.scene)
        if found.gap or (not found.clips and not any(t.is_a("ALL", "EVERYTHING") for t in tokens)):
            raise Unfit
        return found.clips

    def _other(self, named: list[str]) -> dict[str, Any]:
        """`the other one`, where there are two: of two files, or of two clips."""
        footage = [media.name for media in self.scene.situation.footage]
        source = getattr(self.op, "source", None)
        if source in footage and len(footage) == 2:
            return {"source": next(name for name in footage if name != source)}
        left = complement(clips_of(self.op) or (), self.scene.count)
        if "target" in named and clips_of(self.op) and len(left) == 1:
            return {"target": ClipTarget(clips=left)}
        raise Unclear

    def _edge(self, name: str) -> str | None:
        return next((argument for argument in _EDGES.get(name, ()) if hasattr(self.op, argument)), None)

    def _moved(self, edges: list[str]) -> dict[str, Any]:
        """`no, at the start`: the length that one edge had goes to the other."""
        argument = self._edge(edges[-1])
        had = [name for name in _PAIRED if getattr(self.op, name, None)]
        if argument is None or len(had) != 1 or had[0] == argument:
            raise Unfit
        return {argument: getattr(self.op, had[0]), had[0]: None}

    def _name(self, name: str) -> dict[str, Any]:
        """A name goes to the slot that knows it; `applause` and `laughter` together are one name."""
        kind = type(self.op)
        if name in ("start", "end") and {"after", "before"} & self.said.marks:
            return {}  # `第五段后面`: behind which clip, not at which end
        known = [argument for argument in self._named("name", "clips") if name in names_of(kind, argument)]
        if len(known) > 1:
            known = [argument for argument in known if argument in self.op.given] or known
        if len(known) > 1:
            raise Unclear
        if not known and name in ("start", "end") and {"start_ms", "end_ms"} <= self._fields:
            return self._shown_at(name)
        if not known and name not in _colours():
            raise Unfit
        if not known:
            return {self._only("colour"): name}
        if "also" not in self.said.marks or known[0] not in self.op.given:
            return {known[0]: name}
        return {known[0]: _joined(str(getattr(self.op, known[0])), name, names_of(kind, known[0]))}

    def _shown_at(self, name: str) -> dict[str, Any]:
        """`and at the end too`: as long at one end of the reel. Raises Unfit where it has no length."""
        start, end = getattr(self.op, "start_ms", None) or 0, getattr(self.op, "end_ms", None)
        whole = self.scene.situation.duration_ms
        if end is None or not 0 < end - start <= whole:
            raise Unfit
        return (
            {"start_ms": 0, "end_ms": end - start}
            if name == "start"
            else {"start_ms": whole - end + start, "end_ms": whole}
        )

    def _only(self, *kinds: Slot) -> str:
        named = self._given(*kinds)
        if not named:
            raise Unfit
        if len(named) > 1:
            raise Unclear
        return named[0]

    def _value(self, token: Token, edges: list[str]) -> dict[str, Any]:
        if token.kind == "range":
            return ends.between(self.op, token, self.scene)
        if token.kind in ("head", "tail") or (isinstance(self.op, Remove) and token.kind in ("duration", "number")):
            return ends.as_long(self.op, token, self.scene)
        if token.kind == "number" and "also" in self.said.marks and self._named("clips") and not edges:
            if "more" not in self.said.marks:
                raise Unfit  # a clip by its number alone
            if not self._is_further:
                raise Unclear  # `another two`: clips, or as much again?
        if token.kind == "number" and "at" in self.said.marks and self._is_timed:
            token = replace(token, kind="time", value=round(token.value * _SECOND_MS))  # `again at 50`
        if found := self._timed(token) or self._measured(token, edges):
            return found
        named = self._given(*_TAKES[token.kind])
        if token.kind == "number":
            named = [name for name in named if name in self.op.given and getattr(self.op, name) != 0]
        fits = [name for name in named if self._tried(name, token) is not None]
        if "total_ms" in fits and self.op.op == "highlights" and token.kind == "duration":
            fits = ["total_ms"]  # `a highlight` · `60 seconds`
        if len(fits) > 1 or (fits and self._is_clip(token) and not self._is_further):
            raise Unclear(self._tried(fits[0], token))
        if not fits:
            raise Unfit
        return {fits[0]: self._sized(token, fits[0])}

    def _is_clip(self, token: Token) -> bool:
        """Whether a bare number may as well be that of a clip."""
        numbered = token.kind == "number" and is_bare(token) and token.value <= self.scene.count
        return numbered and clips_of(self.op) is not None

    def _timed(self, token: Token) -> dict[str, Any] | None:
        """A time, or the length of what is seen from one time to another."""
        start, end = getattr(self.op, "start_ms", None) or 0, getattr(self.op, "end_ms", None)
        if token.kind == "duration" and not self._named("length") and {"start_ms", "end_ms"} <= self._fields:
            return {"end_ms": start + token.value}
        if token.kind != "time":
            return None
        if end is not None:
            return {"start_ms": token.value, "end_ms": token.value + end - start}
        return {("at_ms" if "at_ms" in self._fields else self._only("time")): token.value}

    def _measured(self, token: Token, edges: list[str]) -> dict[str, Any] | None:
        """A length at one end, or of each moment; a speed by so much."""
        if token.kind in ("duration", "number"):
            argument = self._edge(edges[-1]) if edges else None
            argument = argument or ("clip_ms" if "each" in self.said.marks and "clip_ms" in self._fields else None)
            return {argument: self._sized(token, argument)} if argument else None
        if token.kind == "percent" and "factor" in self._fields and self._is_by(token):
            faster = float(getattr(self.op, "factor", None) or 1) >= 1
            return {"factor": repr(round(1 + (token.value if faster else -token.value), 4))}
        return None

    def _is_by(self, token: Token) -> bool:
        return "by" in self.said.marks or token.text.partition(" ")[0] in speech.said("BY")

    @property
    def _fields(self) -> frozenset[str]:
        return frozenset(type(self.op).model_fields)

    def _tried(self, name: str, token: Token) -> AnyOperation | None:
        try:
            return self._with({name: self._sized(token, name)})
        except (ValidationError, Unfit):
            return None

    def _sized(self, token: Token, name: str) -> Any:
        """The value as the slot takes it. A bare number has the unit of the value before it."""
        slot = slots_of(type(self.op))[name]
        value, now = token.value, getattr(self.op, name)
        if slot == "length" and token.kind == "number":
            minutes = bool(now) and now % _MINUTE_MS == 0 and value < _FEW_MINUTES
            return round(value * (_MINUTE_MS if minutes else _SECOND_MS))
        if slot == "share" and token.kind == "number":
            return value / 100
        if slot == "decibels":
            return _signed(value, now)
        if slot in ("count", "degrees"):
            return int(value) if float(value).is_integer() else value
        return repr(round(value, 4)) if slot == "factor" else value

    def _times(self, share: float) -> dict[str, Any]:
        """`half of that`, `再减一半`."""
        name = self._only("share", "factor", "length", "count")
        now = getattr(self.op, name)
        if now is None:
            raise Unfit
        return {name: self._scaled(name, float(now) * share)}

    def _scaled(self, name: str, value: float) -> Any:
        slot = slots_of(type(self.op))[name]
        return (
            round(value)
            if slot in ("length", "count")
            else repr(round(value, 4))
            if slot == "factor"
            else round(value, 4)
        )


@folders.remembered
def _colours() -> frozenset[str]:
    """The names of colours."""
    concepts = frozenset().union(*index().values())
    return frozenset(c.partition(":")[2] for c in concepts if c.startswith("COLOUR:"))


def clips_of(op: AnyOperation) -> Numbers | None:
    """The clips that an operation was done to; None where it names none."""
    target = getattr(op, "target", None)
    if isinstance(target, ClipTarget):
        return target.clips
    moved = getattr(op, "move", None)
    return None if moved is None else (moved,)


def _signed(value: float, now: float | None) -> float:
    """A size in decibels has the direction of the one before it, where it says none."""
    return -abs(value) if now is not None and now < 0 else value


def _joined(old: str, new: str, known: tuple[str, ...]) -> str:
    """`applause` and `laughter` as the one name that stands for both. Raises Unclear where there is none."""
    for name in known:
        parts = name.split("+")
        if len(parts) == 2 and _stand_for(parts, (old, new)):
            return name
    raise Unclear


def _stand_for(parts: list[str], names: tuple[str, str]) -> bool:
    return any(all(n.startswith(p) for p, n in zip(parts, order, strict=True)) for order in (names, names[::-1]))
