"""Exports: submitted once, watched to their end, brought home, resumed after a restart."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio

from ..contract.addresses import folder_in
from ..contract.draft_codec import fingerprint
from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.exports import ExportChoice, ExportDetails, choose_export
from ..contract.local_api import renders_path
from ..contract.render import (
    FINAL_STATUSES,
    RenderInfo,
    RenderList,
    RenderOutput,
    cancel_render_path,
    download_path,
    read_render,
)
from ..messages import message, say
from ..timeline.time import format_time
from .account import CreditAccount
from .download import ReelDownloads, safe_name
from .foreign_backend import render_of_elsewhere
from .http_api import ApiClient, BackgroundTasks
from .local_api import LocalApi
from .render_submission import UNKNOWN_HERE, RenderRecord, RenderRecords, RenderSubmitter, lost, new_record
from .results import ReelFacts, RenderResult, SessionState

log = logging.getLogger(__name__)
KEPT = 200
_LATE_S = 2.0
"""By how much a file may be younger than its render: file systems keep times in steps of up to two seconds."""
PUBLISHED = {"1080p": "1080p", "720p": "720p", "480p": "480p", "draft": None}
"""Presets that a server can make which knows the published contract alone, as the resolution that asks for them."""
PLAIN = ExportDetails()
OnUpdate = Callable[[RenderResult], None]


@dataclass(eq=False)
class RenderWatch:
    """A render that is being watched; `over` is set when watching has stopped, for whatever reason."""

    record: RenderRecord
    draft: dict[str, Any] | None = None
    output: RenderOutput = field(default_factory=RenderOutput)
    over: anyio.Event = field(default_factory=anyio.Event)
    poke: anyio.Event = field(default_factory=anyio.Event)
    trouble: ErrorInfo | None = None
    retried: bool = False
    listeners: list[OnUpdate] = field(default_factory=list)

    def show(self, render: RenderInfo) -> None:
        """Take over what the service says; progress never falls back, and what is over stays over."""
        if self.record.info.status in FINAL_STATUSES and render.status not in FINAL_STATUSES:
            return
        if render.status not in FINAL_STATUSES:
            render = render.model_copy(update={"progress": max(render.progress, self.record.info.progress)})
        changed = render != self.record.info
        self.record = replace(self.record, info=render)
        if changed:
            for listener in tuple(self.listeners):
                listener(self.record.snapshot())


class RenderService:
    """The exports of one backend."""

    def __init__(
        self,
        caller: ApiClient,
        records: RenderRecords,
        downloads: ReelDownloads,
        extensions: LocalApi,
        account: CreditAccount,
        background: BackgroundTasks,
    ) -> None:
        self._caller = caller
        self._records = records
        self._downloads = downloads
        self._extensions = extensions
        self._account = account
        self._background = background
        self._submissions = RenderSubmitter(caller, records)
        self._watched: dict[str, RenderWatch] = {}
        self._starting = anyio.Lock()

    async def start(
        self, state: SessionState, preset: str | None, filename: str | None, details: ExportDetails = PLAIN
    ) -> RenderResult:
        """Submit the current timeline, or join the render of the same that runs, whoever started it.

        Raises ApiError; an empty timeline sends nothing. Without a preset the ending of the file name chooses one.
        """
        if state.draft is None or not state.exportable:
            raise ApiError(error_info("nothing_to_export"))
        choice = choose_export(preset, filename)
        name = f"{safe_name(filename or state.reading.title or state.task_name or '', choice.ending)}.{choice.ending}"
        output = await self._output(choice, filename, details)
        asked = [state.draft, choice.name, choice.ending, filename, *details.wire().values()]
        purpose = fingerprint([*asked, *self._made_by()])
        async with self._starting:
            known = await self._running(state.session_id, purpose) or await self._kept(
                state.session_id, purpose, details.folder
            )
            if known is not None:
                return known.snapshot(joined=True)
            try:
                record = new_record(state.session_id, name, purpose)
                record = await self._submissions.send(record, state.draft, output)
            except ApiError as error:
                raise self._account.advise(error) from None
            return self._watch(RenderWatch(record, state.draft, output)).record.snapshot()

    async def wait(self, render_id: str, wait_s: float, on_update: OnUpdate | None) -> RenderResult:
        """A render after at most `wait_s` seconds. Raises ApiError, `not_found` for an unknown id."""
        watched = await self._find(render_id)
        if watched.over.is_set() and (watched.record.open or watched.record.unfetched):
            watched = self._watch(replace_watch(watched), asked=True)
        if on_update is not None:
            watched.listeners.append(on_update)
        try:
            watched.poke.set()
            with anyio.move_on_after(max(wait_s, 0.001)):
                await watched.over.wait()
        finally:
            if on_update is not None:
                watched.listeners.remove(on_update)
        if watched.trouble is not None:
            raise ApiError(watched.trouble)
        over = watched.over.is_set()
        return watched.record.snapshot(resumable=over and watched.record.open, fetching=not over)

    async def of(self, session_id: str) -> list[RenderResult]:
        """The renders of a session, newest first. Raises ApiError."""
        try:
            payload = await self._extensions.get(renders_path(session_id))
        except ApiError as error:
            if error.fault.kind != "not_supported":
                raise
            return [self._latest(record).snapshot() for record in self._records.of(session_id)]
        items = RenderList.parse({"renders": payload} if isinstance(payload, list) else payload).renders
        return [self._listed(read_render(item, "", session_id)) for item in items]

    async def cancel(self, render_id: str) -> RenderResult:
        """Stop a render; one that is over stays as it is. Raises ApiError."""
        watched = await self._find(render_id)
        if watched.record.info.status in FINAL_STATUSES:
            return watched.record.snapshot()
        record = watched.record
        answer = await self._caller.submit(cancel_render_path(record.render_id), repeats=1)
        watched.show(self._submissions.told(answer, record))
        await self._note(watched.record)
        watched.poke.set()
        return watched.record.snapshot()

    def resume(self) -> None:
        """Watch again what was under way when the last process ended."""
        for record in self._records.unfinished():
            self._watch(RenderWatch(record)).poke.set()

    def _made_by(self) -> list[Any]:
        """What else the file of our own backend depends on: the release, and settings that it renders by."""
        config = self._caller.credentials.config
        return [] if config.job_settings is None else [config.version, config.job_settings.as_job()]

    async def _running(self, session_id: str, purpose: str) -> RenderRecord | None:
        """An export of the same that is under way, perhaps started by another process with our records."""
        for record in self._records.of(session_id):
            if record.purpose == purpose and record.info.status not in FINAL_STATUSES:
                try:
                    render = await self._submissions.status(record)
                except ApiError as error:
                    if error.fault.kind not in UNKNOWN_HERE:
                        raise
                    continue
                if render.status not in FINAL_STATUSES:
                    return replace(record, info=render)
        return None

    async def _kept(self, session_id: str, purpose: str, named: str | None) -> RenderRecord | None:
        """The finished export of the same, where its file lies as the local backend left it."""
        config = self._caller.credentials.config
        if config.kind != "embedded":
            return None
        same = (each for each in self._records.of(session_id) if each.purpose == purpose and each.path)
        folder = await anyio.to_thread.run_sync(_real, folder_in(config.output_dir, named))
        for record in same:
            place = await anyio.to_thread.run_sync(_real, Path(record.path or "").parent)
            there = record.info.status == "completed" and place == folder
            if there and await anyio.to_thread.run_sync(_is_untouched, record):
                return record
        return None

    async def _output(self, choice: ExportChoice, filename: str | None, details: ExportDetails) -> RenderOutput:
        """What to ask of the service. Raises ApiError `not_supported` for what only our own backend makes."""
        here = self._caller.credentials.config.kind == "embedded"
        if await self._extensions.present() and (here or not (details.split or details.folder)):
            return RenderOutput(format=choice.ending, preset=choice.name, filename=filename, **details.wire())
        if choice.name not in PUBLISHED or details.asked:
            what = choice.name if choice.name not in PUBLISHED else ", ".join(details.model_dump(exclude_defaults=True))
            raise ApiError(error_info("not_supported", "client.export_not_there", what=what))
        return RenderOutput(resolution=PUBLISHED[choice.name])

    async def _find(self, render_id: str) -> RenderWatch:
        """The render by any id it had; one that we never saw is asked for."""
        record = self._records.get(render_id)
        known = self._watched.get(record.render_id if record else render_id)
        if known is not None:
            return known
        if record is None:
            render = await self._submissions.status(_unknown(render_id))
            record = replace(_unknown(render_id), session_id=render.session_id, info=render)
        return self._watch(RenderWatch(record))

    def _latest(self, record: RenderRecord) -> RenderRecord:
        watched = self._watched.get(record.render_id)
        return watched.record if watched else record

    def _listed(self, render: RenderInfo) -> RenderResult:
        if self._caller.credentials.config.kind != "embedded":
            render = render_of_elsewhere(render)
        record = self._records.get(render.id) or replace(_unknown(render.id), session_id=render.session_id)
        return replace(record, info=render, path=record.path or self._given_path(render)).snapshot()

    def _watch(self, watched: RenderWatch, *, asked: bool = False) -> RenderWatch:
        record = replace(watched.record, path=watched.record.path or self._given_path(watched.record.info))
        watched.record = record
        self._forget()
        self._watched[record.render_id] = watched
        if record.open or (asked and record.unfetched):
            self._background.start(self._until_over, watched)
        else:
            watched.over.set()
        return watched

    def _forget(self) -> None:
        """Stop remembering the oldest renders that are over and that nobody waits for; the records have them."""
        over = [name for name, each in self._watched.items() if each.over.is_set() and not each.listeners]
        for name in over[: max(0, len(self._watched) - KEPT)]:
            del self._watched[name]

    def _given_path(self, render: RenderInfo) -> str | None:
        """Where the embedded backend published the file; paths of other machines mean nothing here."""
        embedded = self._caller.credentials.config.kind == "embedded"
        return render.path if embedded and render.status == "completed" else None

    async def _until_over(self, watched: RenderWatch) -> None:
        try:
            await self._poll(watched)
        except ApiError as error:
            watched.trouble = self._account.advised(error.fault)
            log.info("stopped watching a render: %s", error.fault.kind)
        except Exception:
            log.exception("a render could not be followed")
            watched.trouble = error_info("backend_error", "client.export_not_followed")
        finally:
            watched.over.set()

    async def _poll(self, watched: RenderWatch) -> None:
        clocks = self._caller.credentials.config.timing
        delay, polls = clocks.render_first_s, 0
        mark, moved_at = watched.record.info, anyio.current_time()
        while watched.record.info.status not in FINAL_STATUSES:
            with anyio.move_on_after(delay):
                await watched.poke.wait()
            asked = watched.poke.is_set()
            watched.poke = anyio.Event()
            await self._ask(watched)
            polls += 1
            if watched.record.info != mark:
                mark, moved_at = watched.record.info, anyio.current_time()
            stalled = anyio.current_time() - moved_at > clocks.render_stall_s
            spent = clocks.render_polls is not None and polls >= clocks.render_polls
            if (stalled or spent) and watched.record.info.status not in FINAL_STATUSES:
                return
            delay = clocks.render_first_s if asked else min(delay * clocks.render_factor, clocks.render_longest_s)
        await self._conclude(watched)

    async def _ask(self, watched: RenderWatch) -> None:
        """One status call; a passing trouble only costs a turn of the clock."""
        try:
            render = await self._submissions.status(watched.record)
        except ApiError as error:
            problem = error.fault
            if lost(error) or problem.kind == "rate_limited":
                return
            if problem.kind not in UNKNOWN_HERE:
                raise
            render = await self._unknown_there(watched)
        else:
            if render.status == "failed" and await self._again(watched):
                return
        watched.show(render)
        await self._note(watched.record)

    async def _unknown_there(self, watched: RenderWatch) -> RenderInfo:
        """The service does not know a render: it gets it once more under the same id, so that none is made twice."""
        if watched.retried or watched.draft is None:
            gone = error_info("not_found", "client.render_unknown")
            return watched.record.info.model_copy(update={"status": "failed", "fault": gone})
        watched.retried = True
        log.info("the service does not know the render; sending it once more")
        return (await self._submissions.once_more(watched.record, watched.draft, watched.output)).info

    async def _again(self, watched: RenderWatch) -> bool:
        """A failed render of the cloud gets one more try under a new id; ours retries by itself."""
        if watched.retried or watched.draft is None or await self._extensions.present():
            return False
        watched.retried = True
        log.info("the render failed; trying once more")
        watched.record = await self._submissions.again(watched.record, watched.draft, watched.output)
        self._watched[watched.record.render_id] = watched
        return True

    async def _conclude(self, watched: RenderWatch) -> None:
        record = watched.record
        if record.info.status == "failed" and record.info.fault is None:
            reason = record.info.error
            problem = error_info("render_failed", message("client.render_failed", said=reason) if reason else None)
            record = replace(record, info=record.info.model_copy(update={"fault": problem}))
        elif record.info.status == "completed" and record.path is None:
            given, stays = self._given_path(record.info), self._caller.credentials.config.keeps_reels
            record = replace(record, path=given) if given or stays else await self._bring_home(watched)
        watched.record = record
        await self._note(record)

    async def _note(self, record: RenderRecord) -> None:
        """Remember how far a render is. The service knows it too, so that a full disk is no reason not to tell."""
        try:
            await self._records.put(record)
        except ApiError as error:
            log.warning("the record of %s is not up to date: %s", record.render_id, error.fault.message)

    async def _bring_home(self, watched: RenderWatch) -> RenderRecord:
        """Download the reel, unless another process of ours just did. Raises ApiError."""
        record = watched.record
        kept = self._records.get(record.render_id)
        if kept is not None and kept.path and await anyio.Path(kept.path).is_file():
            return replace(record, path=kept.path, info=kept.info)
        credentials = self._caller.credentials
        url = record.info.url or credentials.base_url + download_path(record.render_id)
        url = url if "://" in url else credentials.base_url + "/" + url.lstrip("/")
        folder = credentials.config.output_dir
        try:
            path, reel = await self._downloads.fetch(url, folder, record.filename, record.info.size_bytes, _unheard)
        except ApiError as error:
            watched.record = record.missed(self._account.advised(error.fault))
            await self._note(watched.record)
            raise
        render = record.info.model_copy(update={"fault": None})
        return replace(record, path=str(path), info=render if reel is None else _seen(render, reel))


def _real(folder: Path) -> Path:
    """Where a folder really is; links in a circle lead nowhere."""
    try:
        return folder.resolve()
    except (OSError, RuntimeError):
        return folder


def _is_untouched(record: RenderRecord) -> bool:
    """Whether the file of a render, or each of its parts, is there in its size and has not been written to since."""
    place, info = Path(record.path or ""), record.info
    try:
        states = [(place / name).stat() for name in info.files] if info.files else [place.stat()]
    except OSError:
        return False
    if info.completed_at is None or sum(state.st_size for state in states) != info.size_bytes:
        return False
    return all(state.st_mtime <= info.completed_at / 1000 + _LATE_S for state in states)


def _unheard(_done: int) -> None:
    """Nobody is told how far a download has come."""


def _seen(render: RenderInfo, reel: ReelFacts) -> RenderInfo:
    """A render with the facts of its file, and a warning where the service had said otherwise."""
    facts = {"duration_ms": reel.duration_ms, "width": reel.width, "height": reel.height}
    announced_ms = render.duration_ms
    if announced_ms is not None and abs(announced_ms - reel.duration_ms) > max(2_000, announced_ms // 20):
        warning = say("client.other_length", found=format_time(reel.duration_ms), told=format_time(announced_ms))
        return render.model_copy(update={**facts, "warnings": (*render.warnings, warning)})
    return render.model_copy(update=facts)


def replace_watch(watched: RenderWatch) -> RenderWatch:
    """A fresh watch on the same render, with the listeners left behind."""
    return RenderWatch(watched.record, watched.draft, watched.output, retried=watched.retried)


def _unknown(render_id: str) -> RenderRecord:
    return RenderRecord(render_id, "", "", "highlights", RenderInfo(id=render_id))
