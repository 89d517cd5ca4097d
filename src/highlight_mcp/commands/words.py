"""`highlight-mcp words FILE.jsonl`: each sentence to its outcome, in the sessions and the format of the benchmark."""

import json
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from ..contract.addresses import shell_path
from ..language.outcome import ParseResult
from ..language.reading import interpret
from ..language.session_facts import ClipFact, LastRequest, SessionFacts
from ..messages import Message, message
from ..messages.reasons import reason_of
from ..timeline.camera import CameraPath, middle_of
from ..timeline.media import CameraWish, MediaInfo, MomentSelection, Pick, TranscriptCue, UsedRange
from ..timeline.model import Timeline
from ..timeline.operations import AnyOperation, BgmAdd, Highlights, Keep, TextAdd, apply
from ..timeline.operations.context import rejected
from ..timeline.time import TimeRange
from .shell import ShellError, exit_with_error


def run(arguments: Namespace) -> int:
    """Print one `{"id", "result"}` line per input line; 2 when the file cannot be used."""
    path = shell_path(arguments.file)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return _failed(message("shell.words.unreadable", path=str(path), reason=reason_of(error)))
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            result = answer(item["text"], item["context"], item.get("before", ()))
        except (ValueError, KeyError, TypeError) as error:
            return _failed(message("shell.words.line", n=number, path=str(path), reason=_reason(error)))
        print(json.dumps({"id": item.get("id"), "result": result}, ensure_ascii=False))  # noqa: T201
    return 0


def _reason(error: Exception) -> Message:
    """A name that is missing, or of no session, is told by itself."""
    return message("shell.words.missing", name=str(error.args[0])) if isinstance(error, KeyError) else reason_of(error)


def _failed(what: Message) -> int:
    exit_with_error(ShellError("shell.words.failed", what=what))
    return 2


_REEL_S = (10, 12, 8, 15, 20, 10)
_MOMENT_MS, _REEL_MS, _BEAT_MS = 6000, 60_000, 500
_REMEMBERED = 3  # requests that changed nothing, as the backend hands them on


def _video(name: str, seconds: int) -> MediaInfo:
    return MediaInfo(
        media_id=name, name=name, kind="video", duration_ms=seconds * 1000, width=1920, height=1080, audio_codec="aac"
    )


def _song(name: str, seconds: int) -> MediaInfo:
    return MediaInfo(media_id=name, name=name, kind="audio", duration_ms=seconds * 1000, audio_codec="mp3")


def _picture(name: str) -> MediaInfo:
    return MediaInfo(media_id=name, name=name, kind="image", duration_ms=0, width=1920, height=1080)


def _clips(seconds: tuple[int, ...], media_id: str) -> tuple[ClipFact, ...]:
    return tuple(
        ClipFact(number=i + 1, start_ms=1000 * sum(seconds[:i]), duration_ms=1000 * length, media_id=media_id)
        for i, length in enumerate(seconds)
    )


_MATCH = _video("match.mp4", 7200)
_REEL = SessionFacts(media=(_MATCH,), clips=_clips(_REEL_S, "match.mp4"), duration_ms=75_000, has_timeline=True, rev=1)

_PICTURES = (_picture("intro.jpg"), _picture("logo.png"))
_KEPT = SessionFacts(media=(_MATCH,), clips=_clips((10, 12), "match.mp4"), duration_ms=22_000, has_timeline=True, rev=1)

SESSIONS: dict[str, SessionFacts] = {
    "empty": SessionFacts(),
    "raw": SessionFacts(media=(_MATCH,)),
    "reel": _REEL,
    "styled": _REEL.model_copy(
        update={
            "media": (_MATCH, _song("lofi.mp3", 180)),
            "has_bgm": True,
            "bgm_level": 0.35,
            "bgm_name": "lofi.mp3",
            "texts": ("Urban Dreams",),
        }
    ),
    "multi": SessionFacts(media=(_video("a.mp4", 600), _video("b.mov", 900), _song("music.mp3", 180))),
    "stills": SessionFacts(media=(_MATCH, *_PICTURES)),
    "stills_reel": _REEL.model_copy(update={"media": (_MATCH, *_PICTURES)}),
    "kept": _KEPT,
    "single": _KEPT.model_copy(update={"clips": _clips((8,), "match.mp4"), "duration_ms": 8000}),
    "talk": SessionFacts(
        media=(_video("talk.mp4", 3600),),
        clips=_clips((3600,), "talk.mp4"),
        duration_ms=3_600_000,
        has_timeline=True,
        rev=1,
    ),
}


def answer(text: str, context: str, before: Sequence[str] = ()) -> dict[str, Any]:
    """The outcome of one sentence in a fixture session, after others. Raises KeyError for an unknown session."""
    situation = SESSIONS[context]
    if before:
        situation = _after(situation, before)
    return written(interpret(text, situation), situation)


class _AnySignals:
    """Footage in which everything is found, as much of it as is asked for: the fixture files do not exist."""

    def __init__(self, media: Mapping[str, MediaInfo]) -> None:
        self.media = media

    def listen_to(self, media_id: str, track: int) -> None:
        """Nothing is heard here."""

    def highlights(self, wish: Highlights, avoid: tuple[UsedRange, ...]) -> MomentSelection:
        """Moments one after the other, as many and as long as the wish says."""
        source = wish.source or next(info.media_id for info in self.media.values() if info.kind == "video")
        each = wish.clip_ms or wish.clip_min_ms or wish.clip_max_ms or _MOMENT_MS
        if wish.total_ms and wish.count:
            each = wish.total_ms // wish.count
        count = wish.count or max(1, (wish.total_ms or _REEL_MS) // each)
        start = wish.range_ms[0] if wish.range_ms else max((used.end_ms for used in avoid), default=0)
        picks = tuple(
            Pick(
                media_id=source, source=source, start_ms=at, end_ms=at + each, peak_ms=at, score=1.0, confidence="high",
                why=message("engine.why.whole"),
            )
            for at in range(start, start + count * 2 * each, 2 * each)
        )  # fmt: skip
        return MomentSelection(picks=picks)

    def silences(self, media_id: str, min_ms: int, margin_ms: int) -> tuple[TimeRange, ...]:
        """None."""
        return ()

    def beats(self, media_id: str) -> tuple[int, ...]:
        """A beat twice a second."""
        return tuple(range(0, self.media[media_id].duration_ms, _BEAT_MS))

    def cameras(self, wishes: tuple[CameraWish, ...]) -> tuple[CameraPath, ...]:
        """All stay in the middle."""
        return tuple(middle_of(wish.source, wish.share) for wish in wishes)

    def cues(self, asset: str | None, shown: tuple[UsedRange, ...]) -> tuple[TranscriptCue, ...]:
        """None: nobody hears what is said. Raises OperationRejected."""
        raise rejected("target_missing", "no_media")

    def lettering(self, text: str) -> str:
        """All of it."""
        return text

    def is_clear(self, media_id: str) -> bool:
        """No picture is."""
        return False


def _after(situation: SessionFacts, before: Sequence[str]) -> SessionFacts:
    """The session once some requests were carried out."""
    media = {info.media_id: info for info in situation.media}
    signals = _AnySignals(media)
    timeline = apply(None, _operations_of(situation), media, signals).timeline
    now = situation
    for text in before:
        outcome = interpret(text, now)
        if outcome.kind != "plan":
            now = now.model_copy(update={"said": (text, *now.said)[:_REMEMBERED]})
            continue
        operations = outcome.operations
        was, timeline = now, apply(timeline, operations, media, signals).timeline
        now = _facts(timeline, situation).model_copy(update={"last": _last(operations, was)})
    return now


def _last(operations: tuple[AnyOperation, ...], was: SessionFacts) -> LastRequest | None:
    return LastRequest(operations=operations, facts=lambda: was) if operations else None


def _facts(timeline: Timeline | None, situation: SessionFacts) -> SessionFacts:
    return SessionFacts.of(timeline, situation.media, language=situation.language)


def _operations_of(situation: SessionFacts) -> list[AnyOperation]:
    """What makes a timeline such as the fixture's."""
    if not situation.has_timeline:
        return []
    ranges = tuple((clip.start_ms * 3, clip.start_ms * 3 + clip.duration_ms) for clip in situation.clips)
    found: list[AnyOperation] = [Keep(ranges_ms=ranges)]
    if situation.bgm_name:
        found.append(BgmAdd(asset=situation.bgm_name, level=situation.bgm_level))
    return [*found, *(TextAdd(text=text, role="title") for text in situation.texts)]


def written(outcome: ParseResult, situation: SessionFacts) -> dict[str, Any]:
    """An outcome as the benchmark writes it; arguments left to their default are absent."""
    result: dict[str, Any] = {"kind": outcome.kind}
    if outcome.kind == "plan":
        result["ops"] = [_operation(op, situation) for op in outcome.operations]
        if outcome.export:
            result["ops"].append({"op": "export", **outcome.export.model_dump(exclude_none=True)})
    if outcome.kind == "query":
        result["topic"] = outcome.topic
        if outcome.clips:
            result["target"] = {"clips": list(outcome.clips)}
    if outcome.kind == "clarify":
        result["missing"] = list(outcome.missing)
        if outcome.offered:
            result["offered"] = [_operation(op, situation) for op in outcome.offered]
        if outcome.choices:
            result["choices"] = [[_operation(op, situation) for op in plan] for plan in outcome.choices]
    if outcome.kind == "refuse":
        result["code"] = outcome.code
    for name in ("assumed", "caveats", "not_understood", "respelled"):
        if values := getattr(outcome, name):
            result[name] = list(values)
    if outcome.unsupported:
        result["unsupported"] = [gap.model_dump() for gap in outcome.unsupported]
    return result


def _operation(op: AnyOperation, situation: SessionFacts) -> dict[str, Any]:
    facts = {"op": op.op} | op.model_dump(exclude_unset=True, mode="json")
    if isinstance(op, Highlights) and op.mode == "extend" and (op.total_ms or 0) < situation.duration_ms:
        # There, `extend` only adds: a reel brought down to a length is written as a new one of that length.
        del facts["mode"]
    return {_name(key): _value(key, value) for key, value in facts.items() if value is not None}


def _name(key: str) -> str:
    if key == "ranges_ms":
        return "ranges"
    return key[:-3] + "_s" if key.endswith("_ms") else key


def _value(key: str, value: Any) -> Any:
    if key == "target" and isinstance(value, dict) and "range_ms" in value:
        return {"range_s": _seconds(value["range_ms"]), "ref": value.get("ref", "timeline")}
    if key == "factor":
        numerator, _, denominator = str(value).partition("/")
        return round(float(numerator) / float(denominator or 1), 4)
    return _seconds(value) if key.endswith("_ms") else value


def _seconds(value: Any) -> Any:
    return [_seconds(v) for v in value] if isinstance(value, list | tuple) else value / 1000
