"""Results of a backend elsewhere, with its words marked as such: they are shown, never obeyed."""

import re
from urllib.parse import quote

from ..contract.draft_view import DraftView, SegmentView, TrackView
from ..contract.errors import ErrorInfo, error_info
from ..contract.local_api import VersionInfo
from ..contract.redaction import cited, inline, labelled, quoted
from ..contract.render import RenderInfo
from ..contract.session import MediaFile
from ..contract.turn import Suggestion, TurnResult
from ..messages import say, verbatim

OFFERED = ("export",)
"""What a backend may put forward in our name: tools that need no argument, in words of ours."""

SHORT = 40
LONG_ID = 1_000
"""An id may be an address, which some services use for one."""
_NOT_A_WORD = re.compile(r"[^\w -]")


def fault_of_elsewhere(problem: ErrorInfo) -> ErrorInfo:
    """A fault that a backend wrote out; the next step is ours."""
    usual = error_info(problem.kind)
    return problem.model_copy(update={"what": verbatim(cited(problem.message)), "step": usual.step, "foreign": False})


def of_elsewhere(result: TurnResult) -> TurnResult:
    """The result of a turn; its message is marked where it is told.

    What it suggests is told as its words, since a tool that we name is called; what it refuses, too.
    """
    picks = (
        each.model_copy(
            update={
                "source": labelled(each.source),
                "why": quoted(each.why),
                "confidence": inline(each.confidence, SHORT),
            }
        )
        for each in result.picks
    )
    refused = (each.model_copy(update={"what": quoted(each.what), "next_step": ""}) for each in result.refused)
    texts = [each.text.strip() for each in result.suggested if each.tool not in OFFERED]
    texts += [each.what for each in result.refused if each.what not in result.message]
    offered = dict.fromkeys(each.tool for each in result.suggested if each.tool in OFFERED)
    return result.model_copy(
        update={
            "message": " ".join(each for each in (result.message, *texts) if each),
            "changes": _each_quoted(result.changes),
            "assumed": _each_quoted(result.assumed),
            "not_understood": _each_quoted(result.not_understood),
            "picks": tuple(picks),
            "refused": tuple(refused),
            "versions": tuple(each.model_copy(update={"change": quoted(each.change)}) for each in result.versions),
            "suggested": tuple(Suggestion(tool=tool, text=say(f"client.suggest.{tool}")) for tool in offered),
        }
    )


def render_of_elsewhere(render: RenderInfo) -> RenderInfo:
    """A render as a backend elsewhere tells it."""
    checks = (
        each.model_copy(update={"name": _NOT_A_WORD.sub("", each.name)[:SHORT], "detail": quoted(each.detail)})
        for each in render.checks
    )
    return render.model_copy(
        update={
            "id": inline(render.id, LONG_ID),
            "session_id": inline(render.session_id, LONG_ID),
            "url": _address(render.url) if render.url else None,
            "stage": inline(render.stage, SHORT),
            "message": cited(render.message) if render.message else "",
            "method": inline(render.method, SHORT) if render.method else None,
            "warnings": tuple(cited(each) for each in render.warnings),
            "error": quoted(render.error) if render.error else None,
            "checks": tuple(checks),
            "fault": fault_of_elsewhere(render.fault) if render.fault is not None else None,
        }
    )


def media_of_elsewhere(file: MediaFile) -> MediaFile:
    """A file as a backend elsewhere describes it."""
    codecs = {name: inline(text, SHORT) if (text := getattr(file, name)) else None for name in CODECS}
    warnings = tuple(cited(each) for each in file.warnings)
    facts = {"media_id": inline(file.media_id, LONG_ID), "kind": inline(file.kind, SHORT), "warnings": warnings}
    return file.model_copy(update={**facts, **codecs})


def version_of_elsewhere(version: VersionInfo) -> VersionInfo:
    """A version as a backend elsewhere lists it."""
    return version.model_copy(
        update={"change": quoted(version.change), "created_at": inline(version.created_at, SHORT)}
    )


def reading_of_elsewhere(reading: DraftView) -> DraftView:
    """A timeline as a backend elsewhere keeps it: labels that fit the summary line and nothing more."""
    title = labelled(reading.title) if reading.title else ""
    return reading.model_copy(update={"title": title, "tracks": tuple(_track(each) for each in reading.tracks)})


def _track(track: TrackView) -> TrackView:
    titled = len(track.label) > 1 and track.label.startswith('"') and track.label.endswith('"')
    label = f'"{_title(track.label[1:-1])}"' if titled else labelled(track.label)
    return track.model_copy(update={"label": label, "segments": tuple(_segment(each) for each in track.segments)})


def _segment(segment: SegmentView) -> SegmentView:
    text = _title(segment.text) if segment.text else segment.text
    why = quoted(segment.why) if segment.why else ""
    media_id = inline(segment.media_id, LONG_ID) if segment.media_id else segment.media_id
    return segment.model_copy(update={"label": labelled(segment.label), "text": text, "why": why, "media_id": media_id})


def _title(text: str) -> str:
    return inline(text).replace('"', "'")


def _address(url: str) -> str:
    """An address on one line: what is no sign of an address is written as its bytes."""
    return "".join(each if each.isprintable() and each != " " else quote(each) for each in url)


CODECS = ("video_codec", "audio_codec")


def _each_quoted(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(quoted(each) for each in texts)
