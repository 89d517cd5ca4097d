"""One edit (contract sections 4 to 4.2): its body, its result, and what the frames of its stream mean.

The stream is spoken in several dialects (section 4.1); the classifier is pure.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import AliasChoices, Field, model_validator

from .errors import ApiError
from .wire import Lenient, LenientCount, WireModel, loads

TURN_SCHEMA = "hl/turn/1"
TurnStatus = Literal["running", "done", "needs_input", "failed", "cancelled"]


class PickInfo(WireModel):
    """One chosen moment of the footage and why it was chosen; `version` where a turn made several."""

    media_id: Lenient[str] = ""
    source: Lenient[str] = ""
    start_ms: int
    end_ms: int
    peak_ms: Lenient[int | None] = None
    score: Lenient[float] = 0.0
    confidence: Lenient[str] = ""
    why: Lenient[str] = ""
    signals: Lenient[dict[str, float | str]] = Field(default_factory=dict)
    version: Lenient[int | None] = None


class VersionMade(WireModel):
    """One of several versions that a turn made; the last of them is the present one."""

    rev: int
    duration_ms: LenientCount = 0
    width: LenientCount = 0
    height: LenientCount = 0
    change: Lenient[str] = ""


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

    `message` tells all of it in words: what was done, what was not understood and what was refused.
    `query` is set when the words asked a question instead (`state`, `credits`, `explain`, `status`), `fault`
    when the turn failed for a technical reason. `versions` are there where several were asked for.
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
    versions: Lenient[tuple[VersionMade, ...]] = ()
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
IMPORT_CUTS = "import_cuts"
"""Understood by our own backend alone: the timeline is to be that of a list of cuts."""
EDIT_TIMELINE = "edit_timeline"


class FunctionCall(WireModel):
    """A typed request inside a message."""

    name: str = ""
    args: dict[str, Any] = Field(default_factory=dict)


class MessagePart(WireModel):
    """Words, or a typed request."""

    text: Lenient[str | None] = None
    function_call: FunctionCall | None = Field(None, validation_alias=AliasChoices("function_call", "functionCall"))


class CutListPart(WireModel):
    """A list of cuts of another editor: the name of its file, by whose ending it is read, and its text."""

    name: str = Field(max_length=400)
    text: str


class RunMessage(WireModel):
    """What the user says in one turn."""

    role: Lenient[str] = "user"
    parts: tuple[MessagePart, ...] = ()


class RunRequest(WireModel):
    """One edit turn. Unknown keys (`streaming`, `stateDelta`) are ignored.

    `request_id` is the caller's own name for it, which our backend gives back: by it a turn is known whose stream broke
    before it was named.
    """

    app_name: str = Field(APP_NAME, validation_alias=AliasChoices("app_name", "appName"))
    user_id: str = Field(USER, validation_alias=AliasChoices("user_id", "userId"))
    session_id: str = Field(validation_alias=AliasChoices("session_id", "sessionId"))
    new_message: RunMessage = Field(validation_alias=AliasChoices("new_message", "newMessage"))
    request_id: Lenient[str | None] = Field(None, max_length=100)

    @property
    def text(self) -> str | None:
        """The words of the turn, None when there are none."""
        words = [part.text for part in self.new_message.parts if part.text]
        return "\n".join(words) or None

    @property
    def operations(self) -> list[Any] | None:
        """The typed operations of the turn as raw JSON, None when there are none."""
        call = self._call
        given = call.args.get("operations") if call else None
        return given if isinstance(given, list) else None

    @property
    def cuts(self) -> CutListPart | None:
        """The list of cuts that the timeline is to be, None where there is none. Raises ApiError."""
        calls = (part.function_call for part in self.new_message.parts)
        args = next((call.args for call in calls if call and call.name == IMPORT_CUTS), None)
        return None if args is None else CutListPart.parse(args)

    @property
    def base_version(self) -> int | None:
        """The version that the request was based on."""
        call = self._call
        given = call.args.get("base_version") if call else None
        return given if isinstance(given, int) and not isinstance(given, bool) else None

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


def import_request(session_id: str, cuts: CutListPart) -> RunRequest:
    """The request of a turn that takes over a list of cuts."""
    call = FunctionCall(name=IMPORT_CUTS, args=cuts.model_dump())
    return RunRequest(session_id=session_id, new_message=RunMessage(parts=(MessagePart(function_call=call),)))


HEARTBEAT = "heartbeat"


@dataclass(frozen=True)
class Heartbeat:
    """The work goes on; `progress` of `total`, None when the frame does not say."""

    stage: str = ""
    progress: float | None = None
    total: float | None = None
    message: str = ""
    turn_id: str = ""


@dataclass(frozen=True)
class TextPart:
    """Words for the user. A partial text is a fragment; a later whole text repeats it."""

    text: str
    partial: bool = False


@dataclass(frozen=True)
class ToolCall:
    """The agent calls one of its own tools; internal."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ToolResult:
    """What a tool of the agent answered; internal."""

    name: str
    response: Any = None


@dataclass(frozen=True)
class StreamError:
    """The turn failed; `code` is a body code, None when the frame names none."""

    code: int | None
    message: str


@dataclass(frozen=True)
class TurnComplete:
    """The turn is over; nothing but the end of the stream follows."""


@dataclass(frozen=True)
class IgnoredEvent:
    """A frame without meaning for us; `error_text` is kept of broken frames that speak of an error."""

    reason: Literal["not_json", "thought", "echo", "unknown"]
    error_text: str = ""


Event = Heartbeat | TextPart | ToolCall | ToolResult | StreamError | TurnComplete | IgnoredEvent


def classify(event_name: str, data: str) -> tuple[Event, ...]:
    """The events of one frame, in order; never empty, never an exception."""
    stripped = data.strip()
    if not stripped or stripped.lower() == HEARTBEAT:
        return (Heartbeat(),)
    try:
        value = loads(stripped)
    except ValueError:
        if event_name == HEARTBEAT:
            return (Heartbeat(),)
        return (IgnoredEvent("not_json", stripped[:500] if '"error' in stripped else ""),)
    if event_name == HEARTBEAT or value == HEARTBEAT:
        return (_heartbeat(value if isinstance(value, dict) else {}),)
    if not isinstance(value, dict):
        return (IgnoredEvent("unknown"),)
    return _of_object(value)


def _of_object(value: dict[str, Any]) -> tuple[Event, ...]:
    kind = value.get("type")
    if kind == HEARTBEAT:
        return (_heartbeat(value),)
    error = _error(value)
    if error is not None:
        return (error,)
    if value.get("author") == "user":
        return (IgnoredEvent("echo"),)
    events = _plain(value, kind) or _adk(value)
    if value.get("turnComplete") is True or value.get("turn_complete") is True:
        events = (*events, TurnComplete())
    return events or (IgnoredEvent("unknown"),)


def _heartbeat(value: dict[str, Any]) -> Heartbeat:
    return Heartbeat(
        stage=_text(value.get("stage")),
        progress=_number(value.get("progress")),
        total=_number(value.get("total")),
        message=_text(value.get("message")),
        turn_id=_text(value.get("turn_id")),
    )


def _error(value: dict[str, Any]) -> StreamError | None:
    code = value.get("errorCode") or value.get("error_code")
    message = value.get("errorMessage") or value.get("error_message")
    error = value.get("error")
    if not code and not message and not error and value.get("type") != "error":
        return None
    inner = error if isinstance(error, dict) else {}
    code = code or inner.get("code") or value.get("code")
    words = message or inner.get("message") or error or value.get("message") or value.get("content") or ""
    return StreamError(_code(code), _text(words) or _text(code))


def _plain(value: dict[str, Any], kind: Any) -> tuple[Event, ...]:
    """The dialect with a `type` in each frame, or with nothing but `text`."""
    partial = value.get("partial") is True
    if kind == "text" and isinstance(value.get("content"), str):
        return (TextPart(_text(value["content"]), partial),)
    if kind == "tool_call":
        return (ToolCall(_text(value.get("name")), _object(value.get("args"))),)
    if kind == "tool_result":
        return (ToolResult(_text(value.get("name")), value.get("result")),)
    if isinstance(value.get("text"), str) and "content" not in value:
        return (TextPart(_text(value["text"]), partial),)
    return ()


def _adk(value: dict[str, Any]) -> tuple[Event, ...]:
    """The dialect of the Google ADK: several parts in one frame, their words joined."""
    parts = _object(value.get("content")).get("parts")
    if not isinstance(parts, list):
        return ()
    known = [part for part in parts if isinstance(part, dict)]
    spoken = [part["text"] for part in known if isinstance(part.get("text"), str) and not part.get("thought")]
    words = _text("".join(spoken))
    events: list[Event] = [TextPart(words, value.get("partial") is True)] if words else []
    events += [event for part in known for event in _tools(part)]
    if not events and any(part.get("thought") for part in known):
        return (IgnoredEvent("thought"),)
    return tuple(events)


def _tools(part: dict[str, Any]) -> tuple[Event, ...]:
    call = part.get("functionCall") or part.get("function_call")
    answer = part.get("functionResponse") or part.get("function_response")
    if isinstance(call, dict):
        return (ToolCall(_text(call.get("name")), _object(call.get("args"))),)
    if isinstance(answer, dict):
        return (ToolResult(_text(answer.get("name")), answer.get("response")),)
    return ()


def _text(value: Any) -> str:
    """Text that can be written as UTF-8; anything but text and whole numbers is empty."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**15 else ""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 10**15:
        return None
    return value


def _code(value: Any) -> int | None:
    text = _text(value).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else None
