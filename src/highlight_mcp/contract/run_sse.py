"""The body of an edit turn (contract section 4), in snake_case or camelCase."""

from typing import Any

from pydantic import AliasChoices, Field

from .wire import Lenient, WireModel

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


class Message(WireModel):
    """What the user says in one turn."""

    role: Lenient[str] = "user"
    parts: tuple[MessagePart, ...] = ()


class RunRequest(WireModel):
    """One edit turn. Unknown keys (`streaming`, `stateDelta`) are ignored."""

    app_name: str = Field(APP_NAME, validation_alias=AliasChoices("app_name", "appName"))
    user_id: str = Field(USER, validation_alias=AliasChoices("user_id", "userId"))
    session_id: str = Field(validation_alias=AliasChoices("session_id", "sessionId"))
    new_message: Message = Field(validation_alias=AliasChoices("new_message", "newMessage"))

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
    return RunRequest(session_id=session_id, new_message=Message(parts=tuple(parts)))
