"""A sentence that goes on from the request before it: it takes back, corrects, gives a value anew, asks for more.

What was done is known as typed operations, whoever gave them. What is said takes the place of what is of its kind: a
length of a length, clips of clips. Nothing is done where two things may be meant; what is likeliest is offered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ...timeline.operations import (
    AnyOperation,
    BgmAdd,
    CardAdd,
    Fade,
    FilterAdd,
    Freeze,
    Highlights,
    Keep,
    Overlay,
    Redo,
    Remove,
    Reorder,
    Replay,
    Reset,
    Restore,
    Rotate,
    SubtitlesAdd,
    TextAdd,
    TextEdit,
    TransitionAdd,
    Trim,
    Undo,
    Volume,
    ZoomAdd,
)
from ..context import ParseContext
from ..lexicon import index
from ..outcome import ParseResult, Unsupported
from ..session_facts import LastRequest
from ..speech import form
from ..speech import said as words
from ..tokens import Token
from . import degrees, opening, respelled, said, spared
from .ends import Unclear, Unfit
from .said import Said
from .slots import clips_of, refilled

__all__ = ["Followed", "follow"]
_VERSIONS = (Undo, Redo, Restore, Reset)
_LAID = (
    TextAdd, CardAdd, BgmAdd, Overlay, SubtitlesAdd, TransitionAdd, FilterAdd, ZoomAdd, Freeze, Replay, Fade,
)  # fmt: skip
"""What lies on the reel and can be taken off it again."""
_ADDING_UP = (Trim, Volume, Rotate, Undo)
_MOST_STEPS = 1000
_MOST_TIMES = 4
"""A length that differs more from that of a reel may be meant of its clips."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a sentence that goes on asks for; `sure` is False where it is only likely, and offered.

    `elliptic`: it has no verb of its own, or corrects, so that it means something only of what was done before.
    `other` is what may be meant as well by one that is not sure.
    """

    operations: tuple[AnyOperation, ...]
    assumed: frozenset[str] = field(default=frozenset())
    sure: bool = True
    elliptic: bool = False
    other: tuple[AnyOperation, ...] = ()

    def outweighs(self, read: ParseResult) -> bool:
        """Whether it is what was meant, beside what the sentence says by itself."""
        partial = bool(read.unsupported or read.not_understood)
        return read.kind != "plan" or bool(self.other) or (self.sure and (self.elliptic or partial))

    def outcome(self, scene: ParseContext) -> ParseResult:
        """What is done, or a question that offers it."""
        if self.sure:
            assumed = tuple(sorted(self.assumed))
            return ParseResult(kind="plan", operations=self.operations, assumed=assumed, language=scene.language)
        words = scene.source.given.strip()
        if self.other:
            choices = (self.operations, self.other)
            return ParseResult(kind="clarify", missing=("target",), choices=choices, language=scene.language)
        return ParseResult(
            kind="clarify", missing=("operation", "target"), offered=self.operations, language=scene.language,
            unsupported=(Unsupported(what=words, code="clarify:operation,target"),),
        )  # fmt: skip


def follow(tokens: Sequence[Token], scene: ParseContext, *, corrects: bool) -> Followed | None:
    """What a sentence asks for beside what the last request did; None where it stands by itself.

    `corrects`: it opens with words that take back what was asked.
    """
    last = scene.situation.last
    if last is None or not last.operations:
        return None
    if _wants_it_back(last, scene):
        return Followed((Undo(steps=1),), elliptic=True)
    if (text := respelled.respelled(last.operations[-1], scene)) is not None:
        return Followed((text,), elliptic=True)
    orders = opening.ordered(tokens, scene)
    if orders is None:
        return None
    if (without := spared.spared(orders[0], last, scene)) is not None:
        return _left_out_of(without)
    given = said.collect(orders[0], last.operations)
    if given is None:
        return None
    if corrects or orders[1]:
        given.marks.add("wrong")
    if any(a.is_a("TO") and b.kind == "number" for a, b in pairwise(tokens)):
        given.marks.add("to")
    if _goes_on(orders[0]):
        given.marks.add("apart")
    if orders[0] and orders[0][0].text in words("LED"):
        given.marks.add("led")  # `in red`: a part of what was asked before, and of nothing else
    found = _Continuation(last, given, replace(scene, findings=[])).read()
    if found is None:
        return None
    return replace(found, elliptic=found.elliptic or given.is_bare or bool(given.marks & {"wrong", "also", "instead"}))


def _wants_it_back(last: LastRequest, scene: ParseContext) -> bool:
    """`it was better before`, and `算了，还是留着吧` behind a removal."""
    text, languages = scene.source.work.strip(" .!。！~"), scene.source.languages
    removed = all(isinstance(op, Remove) for op in last.operations)
    named = form("BACK_BY_NAME", languages).search(text)
    if named and len(last.operations) == 1 and _is_called(last.operations[0], named[0]):
        return True
    back = form("BETTER_BEFORE", languages).search(text) or (removed and form("KEPT_AFTER_ALL", languages).search(text))
    return bool(back) and not isinstance(last.operations[-1], _VERSIONS)


_TAKEN = {"silence_remove": "SILENCE", "bgm_remove": "MUSIC", "text_remove": "TITLE"}


def _is_called(op: AnyOperation, text: str) -> bool:
    """Whether words name what an operation took away: `put the pauses back`, behind pauses that were cut out."""
    concept = _TAKEN.get(op.op)
    return concept is not None and any(word in text for word, concepts in index().items() if concept in concepts)


def _left_out_of(without: spared.Spared) -> Followed:
    """The last request without some clips; where another reading is as likely, both are offered."""
    if without.other is None:
        return Followed(without.operations, elliptic=True)
    return Followed(without.operations, sure=False, elliptic=True, other=(without.other,))


def _goes_on(tokens: Sequence[Token]) -> bool:
    """Whether a number stands behind a mark, a conjunction or another verb, and not beside the first word."""
    at = next((i for i, token in enumerate(tokens) if token.kind in ("number", "steps")), 0)
    return any(t.kind == "separator" or t.is_a("AND", "THEN", "REMOVE") for t in tokens[1:at])


@dataclass(slots=True)
class _Continuation:
    last: LastRequest
    said: Said
    scene: ParseContext

    def read(self) -> Followed | None:
        marks = self.said.marks
        if "back" in marks or "all back" in marks or self._is_taken_off():
            return self._taken_back()
        if not (self.said.clips or self.said.values or self.said.names or self.said.ways or self.said.share):
            return self._once_more()
        made = [op for op in self.last.operations if _is_made(op)]
        found = [one for op in reversed(made) if (one := self._of(op)) is not None]
        if not found:
            return None
        first = found[0]
        return first if len(found) == 1 else replace(first, sure=False)

    def _is_taken_off(self) -> bool:
        """`take it off again`, said of something that was laid on the reel."""
        only = "off" in self.said.marks and not (self.said.clips or self.said.values or self.said.names)
        return only and all(isinstance(op, _LAID) for op in self.last.operations)

    def _taken_back(self) -> Followed | None:
        given, numbers = self.said, [t for t in self.said.values if t.kind in ("number", "steps")]
        if given.names and not given.values and not given.clips:
            return self._shown_back()
        if len(numbers) != len(given.values) or len(numbers) > 1 or given.ways or given.names:
            return None
        if numbers and "to" in given.marks:
            return self._put_back(round(numbers[0].value))
        if numbers and "apart" in given.marks:
            return None  # `undo, delete 3`
        if any(t.kind == "clips" or not t.is_a("ALL") for part in given.clips for t in part):
            return None
        steps = float(numbers[0].value) if numbers else 2.0 if "both" in given.marks else 0.0
        if steps:
            known = steps.is_integer() and 1 <= steps <= _MOST_STEPS and not given.kept
            return Followed((Undo(steps=int(steps)),)) if known else None
        if not given.marks & {"back", "off"} or isinstance(self.last.operations[-1], _VERSIONS):
            return None  # how many of them?
        # `drop that one`, behind a question about a clip: that clip, or what was done before?
        sure = "all back" not in given.marks or not self.scene.situation.said
        return self._spared() if given.kept else Followed((Undo(steps=1),), elliptic=True, sure=sure)

    def _shown_back(self) -> Followed | None:
        """`wide was nicer, change it back`: what is named is how it was before."""
        named = replace(self, said=replace(self.said, marks=self.said.marks - {"back"} | {"rather"}))
        found = named._of(self.last.operations[-1])
        return None if found is None or not found.sure else Followed((Undo(steps=1),), elliptic=True)

    def _put_back(self, place: int) -> Followed | None:
        """`move it back to 3`: a clip that was moved goes elsewhere."""
        op = self.last.operations[-1]
        if not isinstance(op, Reorder) or op.move is None or not 1 <= place <= self.scene.count:
            return None
        return Followed((self.last.back, Reorder(move=op.move, to=place)), sure=len(self.last.operations) == 1)

    def _spared(self) -> Followed | None:
        """`undo that but keep the title`: what of the last request is to stay is done again."""
        words = frozenset(c for t in self.said.kept for c in t.concepts)
        if any(t.kind not in ("word", "separator") for t in self.said.kept):
            return None
        made = tuple(op for op in self.last.operations if _is_made(op))
        kept = tuple(op for op in made if said.signs(op) & words)
        if kept == made:
            return None
        return Followed((self.last.back if kept else Undo(steps=1), *kept))

    def _once_more(self) -> Followed | None:
        """`again`, of what adds up each time; `not enough`, of what has a degree."""
        op = self.last.operations[-1]
        if self.said.marks & {"more", "less"} and "also" not in self.said.marks:
            return self._of(op)
        if "again" not in self.said.marks or not isinstance(op, _ADDING_UP) or op.replaces(op):
            return None
        return Followed((Undo(steps=1) if isinstance(op, Undo) else op,), elliptic=True)

    def _of(self, op: AnyOperation) -> Followed | None:
        """What is said, of one operation."""
        if "off" in self.said.marks and not isinstance(op, Remove | Trim):
            return None  # `and remove clip 5 too`
        if isinstance(op, Highlights) and (longer := self._longer(op)) is not None:
            return longer
        try:
            return self._stepped(op) if self._is_degree() else self._refilled(op)
        except Unfit:
            return self._of_numbered(op)
        except Unclear as doubt:
            return Followed((doubt.first,) if doubt.first else (), sure=False)

    def _longer(self, op: Highlights) -> Followed | None:
        """`another thirty seconds`, `thirty more`: so much is added to a reel."""
        given, base = self.said, op.total_ms or self.scene.situation.duration_ms
        other = given.clips or given.names or given.ways or given.share
        sizes = [t for t in given.values if t.kind in ("duration", "number")]
        if other or len(sizes) != 1 or len(given.values) != 1 or not given.marks & {"also", "more"} or not base:
            return None
        size = sizes[0].value if sizes[0].kind == "duration" else round(sizes[0].value * 1000)
        changes = {"total_ms": base + size, "mode": "extend"}
        made = Highlights.model_validate(op.model_dump(exclude_unset=True, exclude_none=True) | changes)
        return Followed((made,), elliptic=True)

    def _of_numbered(self, op: AnyOperation) -> Followed | None:
        """`I meant 6`: numbers that nothing else can take are clips."""
        clips = said.numbered(self.said.values, op) if self.said.marks & {"wrong", "also"} else None
        if clips is None or self.said.clips:
            return None
        return replace(self, said=replace(self.said, clips=[clips], values=[]))._of(op)

    def _is_degree(self) -> bool:
        given = self.said
        if given.clips or given.names or given.share:
            return False
        return degrees.is_relative(given) or (not given.values and bool(given.ways or given.marks & {"more", "less"}))

    def _stepped(self, op: AnyOperation) -> Followed:
        made, assumed = degrees.stepped(op, self.said, self.scene.situation)
        adds = isinstance(made, Trim) or (isinstance(made, Volume) and made.db is not None)
        if adds and self._is_renumbered(op):
            raise Unfit
        return Followed((made,) if adds else self._anew(op, made), assumed)

    def _refilled(self, op: AnyOperation) -> Followed:
        marks = self.said.marks
        more = "also" in marks or ("again" in marks and "rather" not in marks) or _is_further(op, self.said)
        scene = self._before() if (self.said.clips or isinstance(op, Remove)) and not more else self.scene
        made = refilled(op, self.said, scene)
        if self.said.names and self.said.ways and not (self.said.clips or self.said.values or self.said.share):
            made, _ = degrees.stepped(made, replace(self.said, names=[]), scene.situation)  # `大一点，放中间`
        if not degrees.agrees(op, made, self.said):
            raise Unfit
        if more:
            return Followed((made,), sure=not isinstance(op, Keep))
        everywhere = all(t.is_a("ALL", "EVERYTHING") for part in self.said.clips for t in part)
        sure = bool(marks & {"wrong", "instead"}) or (everywhere and bool(self.said.clips)) or self._is_set_anew()
        if not self.said.clips:  # `clip 3 is nicer` need not order anything
            sure = sure or bool(marks & {"rather", "only", "led"} or self.said.ways or self.said.share)
        return Followed(self._anew(op, made), sure=sure)

    def _is_set_anew(self) -> bool:
        """`90 seconds`, said right behind what took another length."""
        if not self.said.is_value or self.scene.situation.said:
            return False
        made, size = self.last.operations[-1], self.said.values[0].value
        total = made.total_ms if isinstance(made, Highlights) else None
        return not total or 1 / _MOST_TIMES <= size / total <= _MOST_TIMES

    def _anew(self, op: AnyOperation, made: AnyOperation) -> tuple[AnyOperation, ...]:
        """What sets a value anew; else the last request taken back and made again with it in the place of the other."""
        if made.replaces(op) and not self._is_renumbered(op):
            return (made,)
        if (text := self._reworded(op, made)) is not None:
            return (text,)
        return (self.last.back, *(made if one is op else one for one in self.last.operations if _is_made(one)))

    def _reworded(self, op: AnyOperation, made: AnyOperation) -> TextEdit | None:
        """A text with other words, where nothing else of it changes."""
        if not isinstance(op, TextAdd) or not isinstance(made, TextAdd) or not op.text or not made.text:
            return None
        place = respelled.place_of(op.text, self.scene) if made == op.model_copy(update={"text": made.text}) else None
        return TextEdit(index=place, text=made.text) if place and not op.per_clip else None

    def _is_renumbered(self, op: AnyOperation) -> bool:
        """Whether clips may have had other numbers when the operation named them."""
        return clips_of(op) is not None and any(one is not op and _is_made(one) for one in self.last.operations)

    def _before(self) -> ParseContext:
        """The scene as it was before the last request."""
        facts = self.last.facts()
        return replace(self.scene, situation=facts, previous_gone=False, last=None)


def _is_further(op: AnyOperation, given: Said) -> bool:
    """`a second more`, `再多剪半秒`: so much more of what adds up."""
    return isinstance(op, Trim) and "more" in given.marks and not given.marks & {"rather", "wrong", "less"}


def _is_made(op: AnyOperation) -> bool:
    """Whether an operation changed the reel itself, and did not go to another version."""
    return not isinstance(op, _VERSIONS)
