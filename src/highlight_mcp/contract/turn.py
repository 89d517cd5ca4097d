"""The result of one edit turn, `hl/turn/1` (contract section 4.2)."""

from typing import Any, Literal

from pydantic import Field, model_validator

from .errors import ApiError
from .wire import Lenient, WireModel

TURN_SCHEMA = "hl/turn/1"
TurnStatus = Literal["running", "done", "needs_input", "failed", "cancelled"]


class PickInfo(WireModel):
    """One chosen moment of the footage and why it was chosen."""

    media_id: Lenient[str] = ""
    source: Lenient[str] = ""
    start_ms: int
    end_ms: int
    peak_ms: Lenient[int | None] = None
    score: Lenient[float] = 0.0
    confidence: Lenient[str] = ""
    why: Lenient[str] = ""
    signals: Lenient[dict[str, float | str]] = Field(default_factory=dict)


class RefusedOperation(WireModel):
    """A part of the request that was not carried out: what, why (`code`), and what would work."""

    code: Lenient[str] = ""
    what: Lenient[str] = ""
    next_step: Lenient[str] = ""


class Suggestion(WireModel):
    """A further action that the user may want: a tool and the words for it."""

    tool: Lenient[str] = ""
    text: Lenient[str] = ""


class TurnResult(WireModel):
    """What one turn did. `rev` is the version of the timeline afterwards, None when unknown.

    `query` is set when the words asked a question instead (`state`, `credits`, `explain`, `status`), `fault`
    when the turn failed for a technical reason.
    """

    schema_name: str = Field(TURN_SCHEMA, alias="schema")
    ok: bool = True
    rev: Lenient[int | None] = None
    status: Literal["done", "needs_input", "failed", "cancelled"] = "done"
    message: Lenient[str] = ""
    changes: Lenient[tuple[str, ...]] = ()
    picks: Lenient[tuple[PickInfo, ...]] = ()
    assumed: Lenient[tuple[str, ...]] = ()
    not_understood: Lenient[tuple[str, ...]] = ()
    refused: Lenient[tuple[RefusedOperation, ...]] = ()
    suggested: Lenient[tuple[Suggestion, ...]] = ()
    query: Lenient[str | None] = None
    fault: Lenient[dict[str, Any] | None] = None

    @model_validator(mode="before")
    @classmethod
    def _status_from_ok(cls, value: Any) -> Any:
        if isinstance(value, dict) and "status" not in value and value.get("ok") is False:
            return {**value, "status": "failed"}
        return value


def turn_result(response: Any) -> TurnResult | None:
    """The turn result in a function response, None when it carries none that can be read."""
    if not isinstance(response, dict) or response.get("schema") != TURN_SCHEMA:
        return None
    try:
        return TurnResult.parse(response)
    except ApiError:
        return None
