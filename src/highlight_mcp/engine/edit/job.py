"""The `edit` job: plain words and typed operations become the next version of a timeline.

`status` is `done` when the request was carried out, at least in part, or was a question; `needs_input`
when nothing was done without an answer or another wish (a question back, a refusal with its reason in
`refused`). A failure is an EngineError. Export never runs from here: it is suggested.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache as once
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...language import LastRequest, ParseResult, SessionFacts, interpret
from ...messages import Message, as_json, language_of, message, sentences, use_language, verbatim
from ...timeline.history import History, Revision
from ...timeline.media import MediaInfo
from ...timeline.model import Timeline
from ...timeline.operations import (
    AnyOperation,
    EditResult,
    InvalidOperation,
    Redo,
    Restore,
    Undo,
    apply_each,
    in_versions,
    parse_operations,
)
from ...timeline.schemas import fault_of
from ..errors import EngineError
from ..job_process import Ask, Progress
from ..transcripts.sources import Transcripts
from ..transcripts.subtitles import subtitle_files
from .cut_lists import take_over
from .footage_analyzer import MediaAnalyzer
from .report import EditReport, answer_question, ask_back, ask_for_reel, build_report, suggest_upload
from .second_reading import SecondReader
from .versions import answer_of

EMPTY: dict[str, Any] = {
    "status": "done", "timeline": None, "content": None, "message": "", "changes": [], "picks": [], "assumed": [],
    "not_understood": [], "refused": [], "suggested": [], "query": None, "operations": [],
    "versions": [],
}  # fmt: skip


def run(spec: dict[str, Any], progress: Progress, ask: Ask | None = None) -> dict[str, Any]:
    """Carry out one request; typed operations go before those from the words.

    `versions` of the job are facts about the stored versions, if there are any: `newest` and `highest_id`. What is
    more is asked for when an operation goes back: `{"versions": true}` gives their `[rev, parent, content]`, oldest
    first, and `{"timeline": rev}` the timeline of one. `before` are the operations that made the timeline, `said` the
    words of requests since then, newest first, which changed nothing.
    `reader` is the name of a language model that may be asked about words which the rules cannot read
    (`second_reading.py`).

    With `cuts`, a list of cuts of another editor, the timeline becomes that of the list (`cut_lists.py`).
    `unusable` says of footage that changed since it was added why it cannot be used (`_set_aside`).

    Returns `status`, `timeline` (null when nothing changed), `content` (the version that the timeline
    equals after an undo, redo or restore; 0 is the empty one), `operations` (those that were done), `versions` (these
    three and `changes` of each, where several were asked for; the last is the one told above), `message`, `changes`,
    `picks`, `assumed`, `not_understood`, `refused`, `suggested`, `query` and `language`: what is told in them are
    messages (`{"key": …, "arguments": …}`), and `language` is that of the request. Raises EngineError for a wrong
    operation and for footage that cannot be read.
    """
    media, paths = _media(spec.get("media") or [])
    timeline = _read(Timeline, spec["timeline"], "timeline") if spec.get("timeline") else None
    notes = _set_aside(spec.get("unusable") or {}, timeline, media, paths)
    if spec.get("cuts"):
        return take_over(spec, media, EMPTY)
    operations = _operations(spec.get("operations") or [])
    words = (spec.get("instruction") or "").strip()
    if not operations and not words:
        raise EngineError("bad_request", "engine.nothing_asked")
    cache = Path(spec["cache"]) if spec.get("cache") else None
    transcripts = once(partial(Transcripts.of_job, spec, media, paths, cache))  # most operations need none
    history = _history(spec, ask)
    outcome = None
    if words:
        reader = SecondReader.of_job(spec, ask, progress)
        outcome = _understood(words, spec, _situation(spec, timeline, media, paths, transcripts(), history), reader)
    language = language_of(spec.get("language") or (outcome.language if outcome else None))
    with use_language(language):
        footage = MediaAnalyzer(media, paths, cache, progress, transcripts)
        answer = _answer(timeline, operations, outcome, footage, history)
    noted: dict[str, Any] = as_json({**_with_notes(answer, notes), "language": language})
    return noted


def _with_notes(answer: dict[str, Any], notes: list[Message]) -> dict[str, Any]:
    """What was refused may be so for want of the footage that the notes are about."""
    refused = answer["refused"]
    if refused and answer["status"] == "needs_input":
        refused = [*refused, *({"code": "file_damaged", "what": note, "next_step": verbatim("")} for note in notes)]
    return {**answer, "message": sentences(answer["message"], *notes), "refused": refused}


def _set_aside(
    problems: Mapping[str, Any], timeline: Timeline | None, media: dict[str, MediaInfo], paths: dict[str, Path]
) -> list[Message]:
    """Do without the footage that cannot be used, unless the reel has it already. Returns what to say about it.

    `problems` is why, by media id: what is wrong and what to do. A file that was added anew is not worth a word.
    """
    shown = timeline.media_ids if timeline is not None else frozenset()
    usable = {path for media_id, path in paths.items() if media_id not in problems}
    notes = []
    for media_id, (what, step) in problems.items():
        if media_id not in media:
            continue
        if media_id in shown or paths[media_id] not in usable:
            reason = {"what": Message.read(what), "step": Message.read(step)}
            notes.append(message("engine.told.unusable", name=media[media_id].name, **reason))
        if media_id not in shown:
            del media[media_id], paths[media_id]
    return notes


def _answer(
    timeline: Timeline | None,
    operations: Sequence[AnyOperation],
    outcome: ParseResult | None,
    footage: MediaAnalyzer,
    history: History,
) -> dict[str, Any]:
    """Carry out what was understood, or ask back, in the language of the request."""
    media = footage.media
    if outcome is not None and outcome.kind != "plan" and not operations:
        return _unedited(outcome, timeline, media)
    if (
        outcome is not None
        and outcome.exports
        and not operations
        and not outcome.operations
        and not _has_reel(timeline)
    ):
        asked = ask_for_reel(outcome)
        return {**EMPTY, "status": "needs_input", "message": asked.message, "refused": asked.refused}
    planned = [*operations, *(outcome.operations if outcome and outcome.kind == "plan" else ())]
    results = apply_each(timeline, planned, media, footage, history=history)
    if len(results) > 1:
        return {**EMPTY, **answer_of(results, in_versions(planned), outcome, history.newest)}
    return _result(results[0], build_report(results[0], outcome, planned), bool(media))


def _operations(given: Any) -> list[AnyOperation]:
    try:
        return parse_operations(given)
    except InvalidOperation as error:
        raise EngineError("bad_request", error.what.key, **error.what.arguments) from None


def _has_reel(timeline: Timeline | None) -> bool:
    return timeline is not None and bool(timeline.clips)


def _media(entries: Sequence[Any]) -> tuple[dict[str, MediaInfo], dict[str, Path]]:
    infos = [_read(MediaInfo, entry["info"], "media info") for entry in entries]
    paths = {each.media_id: Path(entry["path"]) for each, entry in zip(infos, entries, strict=True)}
    return {each.media_id: each for each in infos}, paths


def _read(kind: Any, value: Any, what: str) -> Any:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise EngineError(
            "bad_request", "engine.unreadable_spec", what=what, place=place, msg=fault_of(first)
        ) from None


def _situation(
    spec: Mapping[str, Any],
    timeline: Timeline | None,
    media: Mapping[str, MediaInfo],
    paths: Mapping[str, Path],
    transcripts: Transcripts,
    history: History,
) -> SessionFacts:
    """What the words are said about, and what the last request did to it."""
    beside = tuple(file.name for path in paths.values() for file in subtitle_files(path))

    def facts(shown: Timeline | None) -> SessionFacts:
        known = SessionFacts.of(shown, tuple(media.values()), language=spec.get("language"), subtitle_files=beside)
        return known.model_copy(update={**transcripts.senses(), "said": tuple(spec.get("said") or ())})

    try:
        operations = tuple(parse_operations(spec.get("before") or []))
    except InvalidOperation:  # written by a release that knew it otherwise
        operations = ()
    if not operations:
        return facts(timeline)

    def before() -> SessionFacts:
        steps = last.back.steps
        return facts(history.timeline(history.undo(None if steps == "all" else steps)[0]))

    last = LastRequest(operations=operations, facts=before)
    return facts(timeline).model_copy(update={"last": last})


def _understood(
    words: str, spec: Mapping[str, Any], situation: SessionFacts, reader: SecondReader | None
) -> ParseResult:
    outcome = interpret(words, situation)
    if outcome.kind == "clarify" and not situation.has_timeline and (spec.get("versions") or {}).get("newest"):
        # An emptied timeline has a past: going back there needs no reel, whatever else does.
        past = interpret(words, situation.model_copy(update={"has_timeline": True}))
        if past.operations and all(isinstance(op, Undo | Redo | Restore) for op in past.operations):
            return past
    return outcome if reader is None else reader.read(words, outcome, situation)


def _history(spec: dict[str, Any], ask: Ask | None) -> History:
    facts = spec.get("versions")
    return History(_AskedVersions(facts["newest"], facts["highest_id"], ask)) if facts and ask else History()


@dataclass(frozen=True)
class _AskedVersions:
    """The stored versions, asked for when they are needed. A `VersionStore`."""

    newest: int
    highest_id: int
    ask: Ask

    def revisions(self) -> list[Revision]:
        rows = self.ask({"versions": True})["versions"]
        return [Revision(rev=rev, parent=parent, content=content) for rev, parent, content in rows]

    def timeline(self, rev: int) -> Timeline | None:
        version = self.ask({"timeline": rev})["timeline"] if rev <= self.newest else None
        return None if version is None else _read(Timeline, version, "version")


def _unedited(outcome: ParseResult, timeline: Timeline | None, media: Mapping[str, MediaInfo]) -> dict[str, Any]:
    if outcome.kind == "query":
        answer, suggested = answer_question(outcome, timeline, media)
        return {**EMPTY, "message": answer, "query": outcome.topic, "suggested": suggested}
    if timeline is None and media and all(one.kind == "audio" for one in media.values()):
        # Whatever the words are: with sound alone there is nothing that they could change.
        only = {"message": message("engine.ask.only_sound"), "suggested": [suggest_upload()]}
        return {**EMPTY, "status": "needs_input", **only}
    asked = ask_back(outcome, clips=len(timeline.clips) if timeline is not None else 0)
    return {
        **EMPTY,
        "status": "needs_input",
        "message": asked.message,
        "not_understood": asked.not_understood,
        "refused": asked.refused,
        "suggested": asked.suggested,
    }


def _result(edited: EditResult, report: EditReport, has_media: bool) -> dict[str, Any]:
    stuck = not edited.changed and bool(report.refused) and not edited.remarks
    suggested = list(report.suggested)
    if not has_media and stuck:
        suggested.append(suggest_upload())
    return {
        **EMPTY,
        "status": "needs_input" if stuck else "done",
        "timeline": edited.timeline.model_dump(mode="json") if edited.changed and edited.timeline is not None else None,
        "content": edited.content,
        "operations": [op.to_json() for op in edited.done],
        "message": report.message,
        "changes": report.changes,
        "picks": [pick.model_dump(mode="json") for pick in edited.picks],
        "assumed": report.assumed,
        "not_understood": report.not_understood,
        "refused": report.refused,
        "suggested": suggested,
    }
