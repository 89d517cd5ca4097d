"""What every operation has in common, and the arguments that many of them take.

Times are integer milliseconds. Clips are numbered from 1, as in the timeline before the request; an absent argument
means the default. The docstring of each operation is its help text.
"""

from abc import abstractmethod
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from ...messages import Language, say
from ..frozen_model import FrozenModel
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
