"""What edit turns and renders have in common: one engine child per attempt, and how attempts end.

a child answers            → its result goes on to the concluding step
it reports an error        → the job fails with that error
it dies without an answer  → a second attempt, then the job is given up
the job is cancelled       → the child is gone within two seconds
the backend dies           → the child ends with it; the next backend starts a new attempt
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol

from dbos import DBOS

from ..contract.codes import ContractError
from ..messages import Message
from .attempts import DIED, Attempts
from .board import Board
from .children import ChildDied, Children, ChildStopped, OnQuestion, no_answer
from .config import BackendConfig
from .fault_points import FaultPoints
from .storage import os_fault

log = logging.getLogger(__name__)

EDIT, RENDER, UPLOAD = "edit", "render", "upload"
KINDS = (EDIT, RENDER, UPLOAD)

MakeSpec = Callable[[str], dict[str, Any]]


class JobFailed(Exception):
    """The job cannot be done. Why stands in its last attempt; the reconciler tells its owner."""


class Work(Protocol):
    """One kind of job."""

    async def run(self, job_id: str) -> dict[str, Any]:
        """Do the heavy part in a child. Raises JobFailed."""

    def conclude(self, job_id: str, result: dict[str, Any]) -> None:
        """Make the result durable and settle, exactly once however often it is called. Raises JobFailed."""


def key_of(kind: str, job_id: str) -> str:
    """The name of a job across kinds; also the id of its workflow and of its ledger rows."""
    return f"{kind}:{job_id}"


class JobRunner:
    """Runs the children of jobs and keeps the record of attempts."""

    def __init__(
        self, config: BackendConfig, children: Children, attempts: Attempts, board: Board, points: FaultPoints
    ) -> None:
        self._timing = config.timing
        self._children = children
        self._attempts = attempts
        self._board = board
        self._points = points

    async def run(self, key: str, make_spec: MakeSpec, answer: OnQuestion = no_answer) -> dict[str, Any]:
        """Run the child of a job, once more if it dies; `answer` is for what it asks. Raises JobFailed."""
        while True:
            try:
                attempt = await asyncio.to_thread(self._attempts.begin, key)
            except ContractError as given_up:
                await asyncio.to_thread(self._attempts.explain, key, given_up.fault)
                raise JobFailed(given_up.fault.kind) from None
            result = await self._attempt(key, attempt, make_spec, answer)
            if result is not None:
                return result

    async def _attempt(self, key: str, attempt: str, make_spec: MakeSpec, answer: OnQuestion) -> dict[str, Any] | None:
        """One attempt; None when the child died and another one may be tried."""
        outcome, problem = "cancelled", None
        try:
            self._points.reach("before_child")
            result = await self._supervised(key, attempt, make_spec(attempt), answer)
            outcome = "done"
            self._points.reach("after_child")
            return result
        except ChildDied:
            outcome = DIED
            return None
        except ChildStopped:
            raise JobFailed("cancelled") from None
        except ContractError as error:
            outcome, problem = "failed", error.fault
            raise JobFailed(error.fault.kind) from None
        except OSError as error:
            outcome, problem = "failed", os_fault(error)
            raise JobFailed(problem.kind) from error
        finally:
            await asyncio.shield(asyncio.to_thread(self._attempts.end, attempt, outcome, problem))

    async def _supervised(self, key: str, attempt: str, spec: dict[str, Any], answer: OnQuestion) -> dict[str, Any]:
        """The child beside a watch over who owns the job; losing it ends the child."""
        child = asyncio.create_task(
            self._children.run(
                key,
                spec,
                progress=lambda stage, done, total, message: self._report(key, stage, done, total, message),
                on_start=lambda pid, started: self._attempts.started(attempt, pid, started),
                answer=answer,
            )
        )
        fence = asyncio.create_task(self._publish_progress(key))
        try:
            await asyncio.wait({child, fence}, return_when=asyncio.FIRST_COMPLETED)
            if not child.done():
                await fence
            return await child
        finally:
            for task in (child, fence):
                task.cancel()
            await asyncio.gather(child, fence, return_exceptions=True)

    async def _publish_progress(self, key: str) -> None:
        """Write progress into the database now and then; each write also checks that we still own the job."""
        shown = None
        while True:
            await asyncio.sleep(self._timing.progress)
            step = self._board.read(key)
            if step == shown:
                continue
            shown = step
            try:
                await DBOS.set_event_async("progress", {"stage": step.stage, "percent": step.percent})
            except Exception as error:  # noqa: BLE001  (progress is best effort; losing ownership is no Exception)
                log.info("progress of %s was not written: %s", key, error)

    def _report(self, key: str, stage: str, done: float, total: float, message: Message) -> None:
        self._board.report(key, stage, done, total, message)
