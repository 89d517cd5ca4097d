"""Running one engine job in a child process.

The child reads one JSON job from the first line of its standard input and then keeps that pipe as a
life line: when it closes, because this process ended in whatever way, the child ends too. It writes
JSON lines: any number of `progress` and of questions (`ask`), then one `result` or `error`.
"""

import asyncio
import json
import logging
import os
import secrets
import shutil
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..contract.errors import KINDS, ApiError, ErrorInfo, error_info
from ..contract.redaction import sanitize_message
from ..messages import Message, message, verbatim
from .child_limits import LONG, SHORT, Budget, ChildQueue, budget_of
from .config import BackendConfig
from .kept_engine import KeptEngine
from .processes import LINE_LIMIT, EngineProcess, ForkedProcess, ForkServer, memory_of, started_at, terminate

log = logging.getLogger(__name__)

STDERR_KEPT = 4_000
WITHHELD = (
    "NEMO_TOKEN", "HIGHLIGHT_HTTP_TOKEN", "HIGHLIGHT_READER_KEY", "HIGHLIGHT_DB", "HIGHLIGHT_BLOBS", "PGPASS", "AWS_"
)  # fmt: skip
"""How the names of variables begin that no engine is told: accounts, databases, stores."""

PROBES_AT_ONCE, LOOKS_AT_ONCE = 3, 2
"""Of one person."""
SHORT_JOBS = frozenset({"probe", "preview", "interchange"})
FORKED_JOBS = SHORT_JOBS | {"edit"}
"""Jobs that are often lighter than the start of their process."""
WORD_JOBS = frozenset({"edit"})

OnProgress = Callable[[str, float, float, Message], None]
OnStart = Callable[[int, float], None]
OnQuestion = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


async def no_answer(question: dict[str, Any]) -> dict[str, Any]:
    """For jobs that ask nothing."""
    raise ApiError(error_info("backend_error", "backend.unknown_question", names=", ".join(sorted(question))))


class EngineCrashed(Exception):
    """The child ended without an answer, by a signal (`signal` > 0) or an exit status."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"engine child ended with {status}: {detail}")
        self.signal = -status if status < 0 else 0
        self.detail = detail


class EngineCancelled(Exception):
    """The child was ended by `EngineRunner.stop`."""


@dataclass
class _Child:
    """A child from before its process is started, so that it can be stopped at every moment."""

    loop: asyncio.AbstractEventLoop
    started: EngineProcess | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    errors: bytearray = field(default_factory=bytearray)
    stopped: bool = False
    over: bool = False
    warm: bool = False
    over_memory: bool = False

    @property
    def process(self) -> EngineProcess:
        """The running process; only to be asked for after the start."""
        assert self.started is not None
        return self.started


class EngineRunner:
    """All running children of this process, by job."""

    def __init__(self, config: BackendConfig) -> None:
        self._config = config
        self._running: dict[str, _Child] = {}
        self._unwarm: set[str] = set()  # jobs whose warm process failed: the next one starts in the ordinary way
        self._lock = threading.Condition()
        long = config.edit_slots + config.render_slots + LOOKS_AT_ONCE
        short = max(PROBES_AT_ONCE + LOOKS_AT_ONCE, os.cpu_count() or 1)
        self._fork_server = ForkServer(config.fork_server, self._surroundings) if config.fork_server else None
        self._kept = KeptEngine(config.kept_engine, self._surroundings) if config.kept_engine else None
        self._line = ChildQueue(config.line or config.home / "line", {LONG: long, SHORT: short})

    def running(self) -> frozenset[str]:
        """The jobs that have a child now."""
        with self._lock:
            return frozenset(self._running)

    def stop(self, job: str) -> bool:
        """End the child of a job, from any thread. Returns True when there is one."""
        with self._lock:
            child = self._running.get(job)
            if child is None:
                return False
            child.stopped = True
        if child.started is not None and not child.over:
            ending = terminate(child.started, self._config.timing.grace)
            asyncio.run_coroutine_threadsafe(ending, child.loop)
        return True

    def close(self) -> None:
        """End what waits for jobs; jobs that run go on."""
        for each in (self._fork_server, self._kept):
            if each is not None:
                each.close()

    def wait_gone(self, job: str, limit_s: float) -> bool:
        """Wait until a job has no child. False when it still has one after `limit_s`."""
        with self._lock:
            return self._lock.wait_for(lambda: job not in self._running, limit_s)

    async def run(
        self,
        job: str,
        spec: dict[str, Any],
        *,
        progress: OnProgress = lambda *_: None,
        on_start: OnStart = lambda *_: None,
        answer: OnQuestion = no_answer,
        limit_s: float | None = None,
    ) -> dict[str, Any]:
        """Run one engine job and return its result, when its turn has come (`child_limits.py`).

        `answer` is awaited for each question of the job. `limit_s` is how long it may take from then on;
        raises TimeoutError after that.
        Raises ApiError for an error that the engine reported, for a child without progress
        and for one that took too much memory; EngineCrashed for a crash; EngineCancelled after `stop`.
        When it is cancelled, the child is gone before the cancellation goes on.
        """
        child = _Child(asyncio.get_running_loop())
        with self._lock:
            self._running[job] = child
        kind = SHORT if spec.get("job") in SHORT_JOBS else LONG
        try:
            async with self._line.place(kind, lambda before: _wait(child, before, progress)):
                with self._temporary_folder() as temporary:
                    work = self._live(child, job, spec | temporary, on_start, _Listener(progress, answer))
                    await self._timed(work, spec, limit_s)
        finally:
            with self._lock:
                self._running.pop(job, None)
                self._lock.notify_all()
        try:
            if child.warm and (child.answer.get("error") or {}).get("kind") == "internal":
                raise EngineCrashed(0, "")  # what the process was before may be why, and is none of the job
            return _outcome(child)
        except EngineCrashed:
            if child.warm:
                self._unwarm.add(job)
            raise

    async def run_again(self, job: str, spec: dict[str, Any], **how: Any) -> dict[str, Any]:
        """Like `run`, for what somebody waits for and nobody keeps: once more after a crash.

        A process that is killed, as by a system that is short of memory, says nothing of the footage; two may.
        """
        try:
            return await self.run(job, spec, **how)
        except EngineCrashed:
            return await self.run(job, spec, **how)

    @contextmanager
    def _temporary_folder(self) -> Iterator[dict[str, str]]:
        """For what a job writes and nobody keeps, however it ends; without room for a folder it has the system's."""
        folder = self._config.scratch / f"job-{secrets.token_hex(6)}"
        try:
            folder.mkdir(parents=True, mode=0o700)
        except OSError as error:
            log.warning("no folder for temporary files: %s", error)
            yield {}
            return
        try:
            yield {"temp": str(folder)}
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _timed(self, work: Coroutine[Any, Any, None], spec: dict[str, Any], limit_s: float | None) -> None:
        most_s = self._budget(spec).wall_s if limit_s is None else limit_s
        try:
            async with asyncio.timeout(most_s):
                await work
        except TimeoutError:
            if limit_s is not None:
                raise
            raise ApiError(error_info("limit", "backend.took_too_long", most_s=most_s / 3600)) from None

    def _budget(self, spec: dict[str, Any]) -> Budget:
        folders = spec.get("models") or self._config.models
        return budget_of(spec, models=any(Path(folder).is_dir() for folder in folders.values()))

    async def _live(
        self, child: _Child, job: str, spec: dict[str, Any], on_start: OnStart, listener: "_Listener"
    ) -> None:
        """From the start of the process to its end, which comes before this returns."""
        process = child.started = await self._start(child, job, spec)
        try:
            if not child.stopped:
                await asyncio.to_thread(on_start, process.pid, started_at(process.pid))
                await self._converse(child, spec, listener)
        finally:
            await _finished(asyncio.ensure_future(self._let_go(child)))

    async def _let_go(self, child: _Child) -> None:
        """End the process of a job, unless it is kept for the next one."""
        process = child.process
        with self._lock:
            child.over = bool(child.answer.get("stays")) and not child.stopped and not child.over_memory
        if child.over and self._kept is not None and isinstance(process, asyncio.subprocess.Process):
            self._kept.give_back(process)
            return
        await terminate(process, self._config.timing.grace)
        if isinstance(process, ForkedProcess):
            process.close()
        elif child.warm and self._kept is not None:
            await self._kept.prepare()

    async def _start(self, child: _Child, job: str, spec: dict[str, Any]) -> EngineProcess:
        child.warm = job not in self._unwarm
        self._unwarm.discard(job)
        if self._fork_server is not None and child.warm and spec.get("job") in FORKED_JOBS:
            process = await self._fork_server.start_engine(words=spec["job"] in WORD_JOBS)
            if process is not None:
                return process
        if self._kept is not None and child.warm and spec.get("job") in WORD_JOBS:
            return await self._kept.take()
        child.warm = False
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), asyncio.subprocess.PIPE)
        program, *arguments = self._config.child_command
        return await asyncio.create_subprocess_exec(
            program, *arguments, **pipes, **self._surroundings(), limit=LINE_LIMIT
        )

    def _surroundings(self) -> dict[str, Any]:
        """Folder, environment and process group of every process of the engine."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(WITHHELD)}
        flags: dict[str, Any] = {"start_new_session": True} if sys.platform != "win32" else {"creationflags": 0x200}
        self._config.home.mkdir(parents=True, exist_ok=True)
        environment = {**own, "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "utf-8", **self._config.child_environment}
        return {"cwd": self._config.home, "env": environment, **flags}

    async def _converse(self, child: _Child, spec: dict[str, Any], listener: "_Listener") -> None:
        helpers = [asyncio.create_task(_drain_errors(child)), asyncio.create_task(self._watch_memory(child))]
        try:
            await _write(child, self._completed(spec))
            await self._listen(child, listener)
            if child.answer.get("stays"):
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(child.process.wait(), self._config.timing.grace * 2)
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    def _completed(self, spec: dict[str, Any]) -> dict[str, Any]:
        """The job with what our settings say where it says nothing itself."""
        own: dict[str, Any] = {"models": {name: str(folder) for name, folder in self._config.models.items()}}
        if self._config.font is not None:
            own["font"] = str(self._config.font)
        if self._config.child_memory_mb is not None:
            own["memory_mb"] = self._config.child_memory_mb
        return {**own, **spec, "limits": self._budget(spec).as_job()}

    async def _listen(self, child: _Child, listener: "_Listener") -> None:
        assert child.process.stdout is not None
        quiet = self._config.timing.no_progress
        while not child.answer:
            try:
                line = await asyncio.wait_for(child.process.stdout.readline(), quiet)
            except TimeoutError:
                raise ApiError(error_info("backend_error", "backend.no_progress", quiet=quiet)) from None
            except ConnectionError:  # how a socket ends when the child died before it had read all
                return
            if not line:
                return
            await listener.take(child, line)

    async def _watch_memory(self, child: _Child) -> None:
        limit = (self._config.child_memory_mb or 0) * 1024 * 1024
        while limit:
            await asyncio.sleep(1.0)
            if await asyncio.to_thread(memory_of, child.process.pid) > limit:
                child.over_memory = True
                await terminate(child.process, self._config.timing.grace)
                return


def _wait(child: _Child, before: int, progress: OnProgress) -> None:
    """Say that the job waits for its turn. Raises EngineCancelled when it need not any more."""
    if child.stopped:
        raise EngineCancelled
    progress("waiting", 0, 0, message("backend.waiting", n=before))


@dataclass(frozen=True)
class _Listener:
    """Who hears what a child writes."""

    progress: OnProgress
    answer: OnQuestion

    async def take(self, child: _Child, line: bytes) -> None:
        """Pass one line on. Raises ApiError for a question without an answer."""
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            log.warning("engine child wrote a line that is not a JSON object: %r", line[:200])
            return
        if isinstance(report := record.get("progress"), dict):
            done, total = report.get("done") or 0, report.get("total") or 0
            text = Message.read(report.get("message"))
            self.progress(str(report.get("stage") or ""), float(done), float(total), text)
        elif isinstance(question := record.get("ask"), dict):
            await _write(child, await self.answer(question))
        elif "result" in record or "error" in record:
            child.answer = record


async def _write(child: _Child, answer: dict[str, Any]) -> None:
    """One line for the child; one that is gone already is found out when its answer is awaited."""
    assert child.process.stdin is not None
    with suppress(ConnectionError):
        child.process.stdin.write(json.dumps(answer).encode() + b"\n")
        await child.process.stdin.drain()


async def _drain_errors(child: _Child) -> None:
    assert child.process.stderr is not None
    while chunk := await child.process.stderr.read(65_536):
        child.errors += chunk
        del child.errors[:-STDERR_KEPT]


def _outcome(child: _Child) -> dict[str, Any]:
    """What the child said, or why it said nothing."""
    last_words = bytes(child.errors).decode("utf-8", "replace").strip()
    if isinstance(child.answer.get("result"), dict):
        return dict(child.answer["result"])
    if isinstance(child.answer.get("error"), dict):
        if last_words:
            log.warning(
                "engine child %s reported %s; it wrote: %s", child.process.pid, child.answer["error"], last_words
            )
        raise ApiError(_fault_of(child.answer["error"]))
    if child.over_memory:
        raise ApiError(error_info("limit", "backend.needs_memory"))
    if child.stopped:
        raise EngineCancelled
    log.warning("engine child %s ended with %s: %s", child.process.pid, child.process.returncode, last_words)
    raise EngineCrashed(child.process.returncode or 0, last_words[-500:])


def _fault_of(error: dict[str, Any]) -> ErrorInfo:
    """The fault of an engine error `{"kind", "message", "next_step"}`; an unknown kind is an internal error."""
    kind = error.get("kind")
    usual = error_info(kind if kind in KINDS else "backend_error")
    return usual.with_words(
        _message_of(error.get("message")) or usual.what, _message_of(error.get("next_step")) or usual.step
    )


def _message_of(dumped: Any) -> Message:
    """A message of the engine; what is plain text is fit for people."""
    return Message.read(dumped) if isinstance(dumped, dict) else verbatim(sanitize_message(dumped))


async def _finished(task: "asyncio.Future[None]") -> None:
    """Wait for a clean-up even while this task is being cancelled."""
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
