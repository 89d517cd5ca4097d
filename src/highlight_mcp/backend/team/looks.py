"""Looks at footage that a front needs at once: workers do them, the front waits for what comes of them."""

import asyncio
import logging
import secrets
import shutil
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from dbos import DBOS

from ...contract.errors import ApiError, ErrorInfo
from ...messages import Message
from ..config import BackendConfig
from ..engine_runner import (
    EngineCancelled,
    EngineCrashed,
    EngineRunner,
    OnProgress,
    OnQuestion,
    OnStart,
    no_answer,
)
from ..jobs import ProgressStore
from .blobs import STORE_ERRORS, Blobs, account_of_key, folder_of, key_of_path, trouble
from .footage import Footage
from .notices import CANCELLED, LOOKED, PROGRESS, Notices
from .queue import LOOK, TeamQueue

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""So often a front asks for a result, should word of it be lost."""
SOON_S = 0.05
FLUSH_S = 0.5
MOST_HEARD = 5_000


class TeamProgress(ProgressStore):
    """How far jobs have come: a worker tells it, at most twice a second and job, a front hears it."""

    def __init__(self, notices: Notices) -> None:
        super().__init__()
        self._notices = notices
        self._news: set[str] = set()
        notices.on(PROGRESS, self._hear)

    def report(self, job: str, stage: str, done: float, total: float, message: Message) -> None:
        """As on one machine, and to be told."""
        super().report(job, stage, done, total, message)
        self._news.add(job)

    async def tell(self) -> None:
        """Tell what is new, until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_S)
            while self._news:
                job = self._news.pop()
                step = self.read(job)
                told = {"job": job, "stage": step.stage, "percent": step.percent, "message": step.message.dump()}
                await asyncio.to_thread(self._notices.tell, PROGRESS, told)

    def _hear(self, told: dict[str, Any] | None) -> None:
        if told is None:
            return
        super().report(told["job"], told["stage"], told["percent"], 100, Message.read(told["message"]))
        with self._lock:
            while len(self._steps) > MOST_HEARD:
                del self._steps[next(iter(self._steps))]


class RemoteEngine(EngineRunner):
    """The engine of a front: its children are on workers."""

    def __init__(
        self, config: BackendConfig, queue: TeamQueue, notices: Notices, blobs: Blobs, progress_store: ProgressStore
    ) -> None:
        super().__init__(config)
        self._progress_store = progress_store
        self._queue = queue
        self._notices = notices
        self._blobs = blobs
        self._waiting: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Event]] = {}
        notices.on(LOOKED, self._ring)

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
        """One look, done by a worker; a picture is put where the job wants it. Raises like the engine of a machine."""
        account = next((account_of_key(key) for key in map(_key, spec.get("media") or ()) if key), "")
        key, picture = f"{LOOK}:{secrets.token_hex(8)}", spec.get("output")
        rung = asyncio.Event()
        self._waiting[key] = (asyncio.get_running_loop(), rung)
        try:
            async with asyncio.timeout(limit_s):
                await asyncio.to_thread(self._queue.enqueue_with, LOOK, key, account, key, account, spec)
                result = await self._result(key, rung, progress)
        except BaseException:
            await asyncio.shield(asyncio.to_thread(self._give_up, key))
            raise
        finally:
            del self._waiting[key]
        return await asyncio.to_thread(self._unpacked, result, picture)

    def stop(self, job: str) -> bool:
        """Tell the worker that has the child of a job to end it."""
        self._notices.tell(CANCELLED, job)
        return True

    def wait_gone(self, job: str, limit_s: float) -> bool:
        """The worker ends the child by itself."""
        return True

    async def _result(self, key: str, rung: asyncio.Event, progress: OnProgress) -> dict[str, Any]:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), SOON_S if rung.is_set() else LOOK_S)
                await asyncio.sleep(SOON_S)  # word of a result comes shortly before it
            step = self._progress_store.read(key)
            progress(step.stage, step.percent, 100, step.message)
            status = (await asyncio.to_thread(self._queue.statuses, [key])).get(key)
            if status == "SUCCESS":
                return dict(await asyncio.to_thread(self._queue.result, key) or {})
            if status in (None, "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"):
                raise EngineCrashed(1, f"a look ended as {status}")

    def _unpacked(self, result: dict[str, Any], picture: str | None) -> dict[str, Any]:
        if "fault" in result:
            raise ApiError(ErrorInfo.model_validate(result["fault"]))
        if "result" not in result:
            raise EngineCrashed(1, "the engine of a worker crashed")
        key = result.get("picture")
        if key and picture:
            try:
                (Path(picture).parent / str(key).rpartition("/")[2]).write_bytes(self._blobs.read(key))
                self._blobs.delete(key)
            except STORE_ERRORS as error:
                raise trouble(error) from error
        return dict(result["result"])

    def _give_up(self, key: str) -> None:
        self._queue.cancel(key)
        self._notices.tell(CANCELLED, key)

    def _ring(self, key: str | None) -> None:
        for name, (loop, rung) in list(self._waiting.items()):
            if key in (name, None):
                loop.call_soon_threadsafe(rung.set)


def _key(media: dict[str, Any]) -> str | None:
    return key_of_path(str(media["path"]))


class LookJobs:
    """The looks that this worker does."""

    def __init__(
        self,
        config: BackendConfig,
        children: EngineRunner,
        footage: Footage,
        blobs: Blobs,
        notices: Notices,
        progress_store: ProgressStore,
    ) -> None:
        self._config = config
        self._progress_store = progress_store
        self._children = children
        self._footage = footage
        self._blobs = blobs
        self._notices = notices

    async def run(self, key: str, account: str, spec: dict[str, Any]) -> dict[str, Any]:
        """One look: `result` and the key of its `picture`, or the `fault`; nothing of these after a crash."""
        folder = self._config.scratch / f"look-{secrets.token_hex(6)}"
        folder.mkdir(parents=True)
        try:
            here = await asyncio.to_thread(self._footage.at_hand, spec, folder / "used")
            if "output" in spec:
                here["output"] = str(folder / Path(spec["output"]).name)
            report = partial(self._progress_store.report, key)
            result = await self._children.run(key, here, progress=report, limit_s=self._config.timing.preview)
            return await asyncio.to_thread(self._packed, key, account, spec, folder, result)
        except ApiError as error:
            return {"fault": error.fault.model_dump(mode="json")}
        except (EngineCrashed, EngineCancelled, TimeoutError):
            return {}
        finally:
            self._progress_store.forget(key)
            shutil.rmtree(folder, ignore_errors=True)

    def looked(self, key: str) -> None:
        """The result of a look is there."""
        self._notices.tell(LOOKED, key)

    def _packed(
        self, key: str, account: str, spec: dict[str, Any], folder: Path, result: dict[str, Any]
    ) -> dict[str, Any]:
        self._footage.keep_findings(spec)
        try:
            file = next((each for each in sorted(folder.iterdir()) if each.is_file()), None)
            if file is None:
                return {"result": result}
            stored = f"{folder_of(account)}/looks/{key.partition(':')[2]}/{file.name}"
            self._blobs.put(stored, file)
        except STORE_ERRORS as error:
            raise trouble(error) from error
        return {"result": result, "picture": stored}


_looks: list[LookJobs] = []


def register_looks(looks: LookJobs) -> None:
    """Say who does the looks of this process."""
    _looks[:] = [looks]


@DBOS.step(name="look", preemptible=True)
async def run_look(key: str, account: str, spec: dict[str, Any]) -> dict[str, Any]:
    """The heavy step."""
    return await _looks[0].run(key, account, spec)


@DBOS.workflow(name=LOOK)
async def look(key: str, account: str, spec: dict[str, Any]) -> dict[str, Any]:
    """One look."""
    result = await run_look(key, account, spec)
    _looks[0].looked(key)
    return result
