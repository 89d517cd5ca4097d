"""Bodies of sessions (contract section 3) and their list (section 11)."""

from pydantic import AliasChoices, Field

from .wire import Lenient, Name, Wire

NEW_SESSION_PATH = "/api/tasks/me/with-session/nemo_agent"

SESSION_ID = r"^[!-~]{1,200}$"
"""One word: an id stands at the end of every answer, where nothing else may be told."""


class NewSession(Wire):
    """Ask for a session; `language` is an ISO code."""

    task_name: str = "project"
    language: str = "en"


class Session(Wire):
    """A session that was made; its id is opaque."""

    session_id: str = Field(pattern=SESSION_ID, coerce_numbers_to_str=True)
    task_id: Lenient[Name] = ""
    user_id: Lenient[Name] = ""


class TaskItem(Wire):
    """One session of the caller; times are ISO 8601."""

    session_id: str = Field(pattern=SESSION_ID, coerce_numbers_to_str=True)
    task_id: Lenient[str] = ""
    task_name: Lenient[str] = ""
    created_at: Lenient[str] = ""
    updated_at: Lenient[str] = ""


class TaskList(Wire):
    """The caller's sessions, newest first."""

    tasks: tuple[TaskItem, ...] = Field((), validation_alias=AliasChoices("tasks", "sessions"))
