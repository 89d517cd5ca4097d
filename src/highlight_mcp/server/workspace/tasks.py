"""A call that runs as a task of the tasks extension, and the store of one user's tasks."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import anyio

TTL_MS = 3_600_000
POLL_MS = 1_000
KEPT = 200


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class CallTask:
    """One call that runs as a task; `outcome` is the result, or the error of the protocol, once there is one."""

    task_id: str
    status: Literal["working", "completed", "failed", "cancelled"] = "working"
    message: str = ""
    outcome: dict[str, Any] = field(default_factory=dict)
    created: str = field(default_factory=_now)
    updated: str = field(default_factory=_now)
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    async def report(self, value: float, total: float | None, message: str | None) -> None:
        """Take in progress as the status message."""
        share = f"{100 * value / total:.0f} %" if total else ""
        self.message = " ".join(part for part in (share, message) if part)
        self.updated = _now()

    def complete(self, result: dict[str, Any]) -> None:
        """The call has come to its end, with this result."""
        self.outcome = {"result": result}
        self.status = "completed"
        self.updated = _now()

    def fail(self, error: dict[str, Any]) -> None:
        """The call was answered with an error of the protocol; a tool that fails completes all the same."""
        self.outcome = {"error": error}
        self.status = "failed"
        self.updated = _now()

    def end(self) -> None:
        """Nothing more happens; without a result the task was cancelled."""
        if self.status == "working":
            self.status = "cancelled"
            self.updated = _now()

    def wire(self) -> dict[str, Any]:
        """The task as it travels."""
        facts = {
            "taskId": self.task_id,
            "status": self.status,
            "createdAt": self.created,
            "lastUpdatedAt": self.updated,
            "ttlMs": TTL_MS,
            "pollIntervalMs": POLL_MS,
        }
        return {**facts, **({"statusMessage": self.message} if self.message else {}), **self.outcome}


CURRENT_TASK: ContextVar[CallTask | None] = ContextVar("running_as", default=None)
"""The task in which the present call runs; None when somebody holds the line."""


class TaskStore:
    """The tasks of one person; the oldest finished ones are forgotten."""

    def __init__(self) -> None:
        self._tasks: dict[str, CallTask] = {}

    def keep(self, task: CallTask) -> None:
        """Note a new task."""
        over = [each.task_id for each in self._tasks.values() if each.status != "working"]
        for task_id in over[: max(0, len(self._tasks) + 1 - KEPT)]:
            del self._tasks[task_id]
        self._tasks[task.task_id] = task

    def find(self, task_id: str) -> CallTask | None:
        """A task by its id."""
        return self._tasks.get(task_id)
