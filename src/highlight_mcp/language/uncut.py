"""Footage of which nothing has been cut is the whole footage: a wish about all of it, or about a time, is read so."""

from collections.abc import Callable

from ..timeline.operations import Highlights, Keep, Redo, Reset, Restore, Undo
from .outcome import ParseResult
from .session_facts import ClipFact, SessionFacts
from .tokens import Token

_WHOLE = ("ALL", "EVERYTHING", "SILENCE")
_TIMES = ("range", "head", "tail", "time")
_NOUNS = frozenset({
    "video", "videos", "film", "movie", "footage", "recording", "clip", "file", "lecture", "talk", "match", "game",
    "concert", "视频", "片子", "影片", "素材", "录像", "文件", "原片", "讲座", "比赛",
})  # fmt: skip
_NOT_AFTER = (Highlights, Undo, Redo, Restore, Reset)


Read = Callable[[SessionFacts, tuple[str, ...]], tuple[ParseResult, list[Token]]]


def instead(read: Read, situation: SessionFacts) -> ParseResult:
    """What is read in a situation; as if the footage lay there whole, where without a reel there is only a question.

    Wishes that name clips, each file for itself, or only `it`, stay a question.
    """
    outcome, said = read(situation, ())
    if outcome.kind != "clarify" or situation.has_timeline or not situation.footage or not _of_the_whole(said):
        return outcome
    known = {media.name.casefold(): media.name for media in situation.footage}
    names = [str(t.value).casefold() for t in said if t.kind == "asset"]
    sources = tuple(dict.fromkeys(known[name] for name in names if name in known))
    again, _ = read(laid_whole(situation, sources), tuple(name.casefold() for name in sources))
    if again.kind != "plan" or not again.operations or any(map(_starts_anew, again.operations)):
        return outcome
    whole = tuple(Keep(source=name) for name in sources) or (Keep(),)
    return again.model_copy(update={"operations": (*whole, *again.operations)})


def laid_whole(situation: SessionFacts, sources: tuple[str, ...] = ()) -> SessionFacts:
    """The situation with all footage, or that of the given names, on the timeline in full."""
    clips: list[ClipFact] = []
    at = 0
    for media in situation.footage:
        if not sources or media.name in sources:
            length = media.duration_ms
            clips.append(ClipFact(number=len(clips) + 1, start_ms=at, duration_ms=length, media_id=media.media_id))
            at += length
    return situation.model_copy(update={"clips": tuple(clips), "duration_ms": at, "has_timeline": True})


def _of_the_whole(tokens: list[Token]) -> bool:
    if any(t.kind == "clips" or t.is_a("BATCH") for t in tokens):
        return False
    shaved = any(t.kind == "duration" for t in tokens) and any(t.is_a("START", "END") for t in tokens)
    if shaved and any(t.is_a("REMOVE", "TRIM", "CUT", "SHORTEN") for t in tokens):
        return True
    return any(t.kind in _TIMES or t.kind == "asset" or t.is_a(*_WHOLE) or t.text in _NOUNS for t in tokens)


def _starts_anew(operation: object) -> bool:
    of_footage = isinstance(operation, Keep) and operation.ref == "source"
    return of_footage or isinstance(operation, _NOT_AFTER)
