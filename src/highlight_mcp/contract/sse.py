"""What the frames of an edit stream mean: a pure classifier of the dialects in contract section 4.1."""

from dataclasses import dataclass, field
from typing import Any, Literal

from .wire import loads

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
