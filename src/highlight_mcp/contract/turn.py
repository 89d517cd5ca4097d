"""The body and the result of one edit (contract sections 4 and 4.2)."""

from typing import Any, Literal

from pydantic import AliasChoices, Field, model_validator

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
    """A further action that the user may want: a tool and the words for it; of an edit also its typed operations."""

    tool: Lenient[str] = ""
    text: Lenient[str] = ""
    operations: Lenient[tuple[dict[str, Any], ...]] = ()


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


RUN_PATH = "/run_sse"
APP_NAME, USER = "nemo_agent", "me"
APPLY_OPERATIONS = "apply_operations"
EDIT_TIMELINE = "edit_timeline"


class FunctionCall(WireModel):
    """A typed request inside a message."""

    name: str = ""
    args: dict[str, Any] = Field(default_factory=dict)


class MessagePart(WireModel):
    """Words, or a typed request."""

    text: Lenient[str | None] = None
    function_call: FunctionCall | None = Field(None, validation_alias=AliasChoices("function_call", "functionCall"))


class RunMessage(WireModel):
    """What the user says in one turn."""

    role: Lenient[str] = "user"
    parts: tuple[MessagePart, ...] = ()


class RunRequest(WireModel):
    """One edit turn. Unknown keys (`streaming`, `stateDelta`) are ignored."""

    app_name: str = Field(APP_NAME, validation_alias=AliasChoices("app_name", "appName"))
    user_id: str = Field(USER, validation_alias=AliasChoices("user_id", "userId"))
    session_id: str = Field(validation_alias=AliasChoices("session_id", "sessionId"))
    new_message: RunMessage = Field(validation_alias=AliasChoices("new_message", "newMessage"))

    @property
    def text(self) -> str | None:
        """The words of the turn, None when there are none."""
        words = [part.text for part in self.new_message.parts if part.text]
        return "\n".join(words) or None

    @property
    def operations(self) -> list[Any] | None:
        """The typed operations of the turn as raw JSON, None when there are none."""
        call = self._call
        found = call.args.get("operations") if call else None
        return found if isinstance(found, list) else None

    @property
    def base_version(self) -> int | None:
        """The version that the request was based on."""
        call = self._call
        found = call.args.get("base_version") if call else None
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    @property
    def _call(self) -> FunctionCall | None:
        calls = (part.function_call for part in self.new_message.parts)
        return next((call for call in calls if call and call.name == APPLY_OPERATIONS), None)


def run_request(
    session_id: str, text: str | None, operations: list[Any] | None = None, base_version: int | None = None
) -> RunRequest:
    """The request of one turn; operations ride as an ADK function call beside the words.

    A base version without operations travels the same way, with `operations` left out.
    """
    parts = [MessagePart(text=text)] if text else []
    if operations is not None or base_version is not None:
        args = {"operations": operations, "base_version": base_version}
        given = {name: value for name, value in args.items() if value is not None}
        parts.append(MessagePart(function_call=FunctionCall(name=APPLY_OPERATIONS, args=given)))
    return RunRequest(session_id=session_id, new_message=RunMessage(parts=tuple(parts)))
