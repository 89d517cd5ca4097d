"""What the interpreter makes of a sentence."""

from dataclasses import dataclass, field
from typing import Literal

from ..timeline.operations import AnyOperation
from ..timeline.schemas import FrozenModel, MessageField

OutcomeKind = Literal["plan", "query", "clarify", "refuse"]
Topic = Literal["state", "credits", "explain", "status"]
Code = Literal[
    "needs_extra:asr", "needs_extra:vision", "needs_extra:sounds", "asset_missing", "unsupported_op", "limit"
]


class Unsupported(FrozenModel):
    """A part of the sentence that is not carried out."""

    what: str
    code: str


class ExportRequest(FrozenModel):
    """An export asked for in the same breath; the product answers it with a suggested action."""

    resolution: str | None = None
    fps: float | None = None
    container: str | None = None
    max_mb: float | None = None
    preset: str | None = None


class SuggestedOperation(FrozenModel):
    """A call the user may want next."""

    tool: Literal["export", "credits", "get_state", "upload", "edit"]
    text: MessageField


class ParseResult(FrozenModel):
    """A plan of typed operations, an answerable question, a question back, or a refusal with a code.

    `assumed` names arguments that had to be invented; `not_understood` quotes the user's own words.
    `unread` quotes requests that wait because part of them was not understood, `understood` those that were;
    `offered` are the operations that wait with them, or that were only guessed, `choices` several plans of which one is
    meant, and `nearest` the names of operations that a question may be about. `versions` are the outcomes of each reel,
    where several are asked for: `operations` has them all, parted. `respelled` are words that were read as others which
    sound alike. `reader` is the language model that read the words where the rules could not, `note` what there is to
    say of one that could not either.
    """

    kind: OutcomeKind
    operations: tuple[AnyOperation, ...] = ()
    export: ExportRequest | None = None
    assumed: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    missing: tuple[str, ...] = ()
    code: str | None = None
    topic: Topic | None = None
    clips: tuple[int, ...] = ()
    language: str = "en"
    not_understood: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    understood: tuple[str, ...] = ()
    offered: tuple[AnyOperation, ...] = ()
    choices: tuple[tuple[AnyOperation, ...], ...] = ()
    nearest: tuple[str, ...] = ()
    suggested: tuple[SuggestedOperation, ...] = ()
    versions: tuple["ParseResult", ...] = ()
    respelled: tuple[tuple[str, str], ...] = ()
    reader: str | None = None
    note: MessageField | None = None

    @property
    def orders_nothing(self) -> bool:
        """Whether nothing was ordered or asked at all: praise, a remark, a word to somebody else."""
        said = (self.not_understood, self.unsupported, self.offered, self.choices)
        return self.kind == "clarify" and self.missing[:1] == ("operation",) and not any(said)

    @property
    def exports(self) -> bool:
        """Whether the sentence asks for an export."""
        return self.export is not None


@dataclass(frozen=True, slots=True)
class ParsedOperation:
    """An operation read from one place of the sentence.

    `assumed` names arguments that were invented; `vague` marks a deed whose size and target are both
    invented, so that a clearer one of the same kind right after it replaces it.
    """

    op: AnyOperation | ExportRequest
    at: int
    assumed: frozenset[str] = field(default=frozenset())
    caveats: frozenset[str] = field(default=frozenset())
    targeted: bool = False
    vague: bool = False


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Something asked that cannot be done: a question back (`missing`) or a refusal (`code`)."""

    what: str
    at: int
    missing: tuple[str, ...] = ()
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A question of the user."""

    topic: Topic
    at: int
    clips: tuple[int, ...] = ()


Finding = ParsedOperation | Unresolved | Query
