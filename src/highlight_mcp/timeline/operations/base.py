"""What every operation has in common, the arguments that many of them take, and reading what somebody sent.

Times are integer milliseconds. Clips are numbered from 1, as in the timeline before the request; an absent argument
means the default. The docstring of each operation is its help text. What cannot be read is refused with words that
name operation, argument, value and what is valid: so do the tool `edit`, the backend and the engine.
"""

import json
from abc import abstractmethod
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationError, model_validator

from ...messages import Argument, Language, Message, message, next_step_of, say
from ..model import Crop
from ..schemas import FrozenModel, Schema, compact, described, explain, listed_names, nearest, quoted
from ..time import Milliseconds, Rate
from .context import EditContext

Positive = Annotated[int, Field(gt=0)]
ClipNumber = Annotated[int, Field(ge=1)]
Factor = Annotated[Rate, Field(ge=Fraction(1, 10), le=20)]
RangeMs = tuple[Milliseconds, Milliseconds]


class Operation(FrozenModel):
    """One kind of edit: its arguments with their bounds, what it does, and how it is said in words.

    The facets say what applying it needs and may take away; they hold for all operations of a kind.
    """

    example: ClassVar[dict[str, Any]]
    """Arguments that work, as the help shows them."""
    needs_reel: ClassVar[bool] = True
    """Whether it is refused while the timeline has no clips."""
    makes_reel: ClassVar[bool] = False
    """Whether it can bring clips where there are none; of several operations it then goes first."""
    changes_version: ClassVar[bool] = False
    """Whether it leaves the present version for another, or for nothing, instead of editing it."""
    keeps_texts: ClassVar[bool] = True
    """Whether texts of the user that are gone afterwards went without being asked away, which is told."""
    keeps_transitions: ClassVar[bool] = True
    """The same for transitions."""
    settles: ClassVar[tuple[str, ...] | None] = None
    """The arguments that say what of the reel is set, where doing it again sets it anew; None where it adds up."""
    parts_request: ClassVar[bool] = False
    """Whether what stands behind it in a request is for another version."""
    chooses: ClassVar[bool] = False
    """Whether moments are chosen by it or for it: versions of a request that agree in these show different ones."""

    op: str

    @abstractmethod
    def apply(self, edit: EditContext) -> None:
        """Carry the operation out on the timeline of `edit`. Raises OperationRejected when it cannot be."""

    @abstractmethod
    def in_english(self) -> str:
        """The operation as an order in words, without the full stop."""

    @abstractmethod
    def in_chinese(self) -> str:
        """The operation as an order in Chinese words, without the full stop."""

    def sentence(self, language: Language) -> str:
        """The operation as one sentence, for a service that only understands words."""
        return f"{self.in_chinese()}。" if language == "zh" else f"{self.in_english()}."

    def replaces(self, earlier: "Operation") -> bool:
        """Whether it leaves nothing of `earlier`, done right before it: a speed set twice, not two cuts."""
        if self.settles is None or type(self) is not type(earlier):
            return False
        pairs = [(getattr(self, name), getattr(earlier, name)) for name in self.settles]
        return earlier.given <= self.given and all(a == b and not isinstance(a, RangeTarget) for a, b in pairs)

    @property
    def given(self) -> frozenset[str]:
        """The names of the arguments that were given."""
        return frozenset(self.model_dump(exclude_unset=True, exclude_none=True)) - {"op"}

    def to_json(self) -> dict[str, Any]:
        """The operation as it was given, without defaults."""
        return {"op": self.op, **self.model_dump(mode="json", exclude_unset=True)}


class ClipTarget(FrozenModel):
    """Clips by number."""

    clips: Annotated[tuple[ClipNumber, ...], Field(min_length=1)]


class RangeTarget(FrozenModel):
    """A time range of the timeline, or of a file of the footage (ref `source`).

    `media_id` names that file (its id or its name) and implies ref `source`; it may be left out while the
    reel shows one file alone.
    """

    range_ms: RangeMs
    ref: Literal["timeline", "source"] = "timeline"
    media_id: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "RangeTarget":
        if self.range_ms[0] >= self.range_ms[1]:
            raise ValueError(say("timeline.wrong.range", start=self.range_ms[0], end=self.range_ms[1]))
        if self.media_id is not None and self.ref == "timeline":
            raise ValueError(say("timeline.wrong.media_id"))
        return self

    @model_validator(mode="before")
    @classmethod
    def _of_a_file(cls, given: Any) -> Any:
        return {"ref": "source", **given} if isinstance(given, dict) and given.get("media_id") else given


Target = Literal["all"] | ClipTarget | RangeTarget


IN_TARGET = (("clips",), ("range_ms", "ref", "media_id"))


EDGE = 1e-6
"""What sums of shares of the frame may be off by."""


def require_inside(region: Crop) -> Crop:
    """The part of the frame. Raises ValueError where it stands over."""
    ends = {"x + width": region.x + region.width, "y + height": region.y + region.height}
    for name, end in ends.items():
        if end > 1 + EDGE:
            raise ValueError(say("timeline.region_outside", name=name, end=end))
    return region


class InvalidOperation(ValueError):
    """`what` is wrong with an operation, and the `step` to take: the sentence beside it in the catalogue."""

    def __init__(self, key: str, /, **arguments: Argument) -> None:
        self.what = message(key, **arguments)
        super().__init__(str(self.what))

    @property
    def step(self) -> Message:
        return next_step_of(self.what)


def parse_all(given: Any, known: Mapping[str, type[Operation]]) -> list[Operation]:
    """The operations of a list of JSON objects. Raises InvalidOperation for the first that is wrong.

    A null counts as absent; an object may be JSON text, and `clips` or `range_ms` may stand beside `op` in place of
    the `target` they belong to: hosts and models send them so.
    """
    if not isinstance(given, list | tuple):
        raise InvalidOperation("timeline.operations_no_list", given=quoted(given), example=_example(known))
    return [_parse(f"operations[{number}]", _unpacked(item), known) for number, item in enumerate(given)]


def arguments_of(kind: type[Operation]) -> list[str]:
    """The names of the arguments of an operation."""
    return [name for name in kind.model_fields if name != "op"]


def _parse(where: str, item: Any, known: Mapping[str, type[Operation]]) -> Operation:
    if not isinstance(item, dict):
        facts = {"where": where, "given": quoted(item), "example": _example(known)}
        raise InvalidOperation("timeline.operation_no_object", **facts)
    op = item.get("op")
    if op is None:
        raise InvalidOperation("timeline.operation_without_op", where=where, known=", ".join(known))
    if not isinstance(op, str) or op not in known:
        facts = {"where": where, "op": quoted(op), "hint": nearest(str(op), known), "known": ", ".join(known)}
        raise InvalidOperation("timeline.operation_unknown", **facts)
    kind = known[op]
    schema = compact(kind)
    place = {"where": where, "op": op, "schema": json.dumps(described(kind), ensure_ascii=False)}
    place["example"] = json.dumps(kind.example, ensure_ascii=False)
    present = _targeted({name: value for name, value in item.items() if value is not None}, schema["properties"])
    if unknown := [name for name in present if name not in schema["properties"]]:
        hint = nearest(unknown[0], schema["properties"])
        facts = {"name": unknown[0], "hint": hint, "takes": listed_names(arguments_of(kind))}
        raise InvalidOperation("timeline.operation_no_argument", **place, **facts)
    try:
        return kind.model_validate(present)
    except ValidationError as error:
        raise InvalidOperation("timeline.operation_wrong", **place, problems=explain(error, schema)) from None


def _targeted(given: dict[str, Any], known: Schema) -> dict[str, Any]:
    """`clips` or `range_ms` beside `op`, where models often put it, moved into the `target` it belongs to."""
    if "target" not in known or "target" in given:
        return given
    forms = [names for names in IN_TARGET if names[0] in given and names[0] not in known]
    if len(forms) != 1:
        return given
    beside = {name: given[name] for name in forms[0] if name in given and name not in known}
    rest = {name: value for name, value in given.items() if name not in beside}
    return {**rest, "target": {name: _listed(name, value) for name, value in beside.items()}}


def _listed(name: str, value: Any) -> Any:
    return [value] if name == "clips" and isinstance(value, int) else value


def _example(known: Mapping[str, type[Operation]]) -> str:
    return json.dumps(next(iter(known.values())).example, ensure_ascii=False)


def _unpacked(item: Any) -> Any:
    """Some hosts send an object as JSON text."""
    if not isinstance(item, str):
        return item
    try:
        return json.loads(item)
    except ValueError:
        return item
