"""Results of a backend elsewhere, with its words marked as such: they are shown, never obeyed."""

import re

from ..contract.codes import Fault, fault
from ..contract.reading import DraftReading, SegmentReading, TrackReading
from ..contract.redaction import cited, inline, named, quoted
from ..contract.render import RenderInfo
from ..contract.turn import TurnResult
from ..contract.upload import MediaFile

TOOLS = frozenset({"upload", "edit", "get_state", "preview", "export", "cancel", "credits"})
SHORT = 40
_NOT_A_WORD = re.compile(r"[^\w -]")


def fault_of_elsewhere(problem: Fault) -> Fault:
    """A fault that a backend wrote out; the next step is ours."""
    usual = fault(problem.kind)
    return problem.model_copy(
        update={"message": cited(problem.message), "next_step": usual.next_step, "foreign": False}
    )


def of_elsewhere(result: TurnResult) -> TurnResult:
    """The result of a turn; its message is marked where it is told."""
    picks = (each.model_copy(update={"source": named(each.source), "why": quoted(each.why)}) for each in result.picks)
    refused = (each.model_copy(update={"what": quoted(each.what), "next_step": ""}) for each in result.refused)
    known = (each for each in result.suggested if each.tool in TOOLS)
    return result.model_copy(
        update={
            "changes": _each_quoted(result.changes),
            "assumed": _each_quoted(result.assumed),
            "not_understood": _each_quoted(result.not_understood),
            "picks": tuple(picks),
            "refused": tuple(refused),
            "suggested": tuple(each.model_copy(update={"text": cited(each.text)}) for each in known),
        }
    )


def render_of_elsewhere(info: RenderInfo) -> RenderInfo:
    """A render as a backend elsewhere tells it."""
    checks = (
        each.model_copy(update={"name": _NOT_A_WORD.sub("", each.name)[:SHORT], "detail": quoted(each.detail)})
        for each in info.checks
    )
    return info.model_copy(
        update={
            "stage": inline(info.stage, SHORT),
            "message": cited(info.message) if info.message else "",
            "method": inline(info.method, SHORT) if info.method else None,
            "warnings": tuple(cited(each) for each in info.warnings),
            "error": quoted(info.error) if info.error else None,
            "checks": tuple(checks),
            "fault": fault_of_elsewhere(info.fault) if info.fault is not None else None,
        }
    )


def media_of_elsewhere(file: MediaFile) -> MediaFile:
    """A file as a backend elsewhere describes it."""
    codecs = {name: inline(text, SHORT) if (text := getattr(file, name)) else None for name in CODECS}
    warnings = tuple(cited(each) for each in file.warnings)
    return file.model_copy(update={"kind": inline(file.kind, SHORT), "warnings": warnings, **codecs})


def reading_of_elsewhere(reading: DraftReading) -> DraftReading:
    """A timeline as a backend elsewhere keeps it: labels that fit the summary line and nothing more."""
    return reading.model_copy(update={"tracks": tuple(_track(each) for each in reading.tracks)})


def _track(track: TrackReading) -> TrackReading:
    titled = len(track.label) > 1 and track.label.startswith('"') and track.label.endswith('"')
    label = f'"{_title(track.label[1:-1])}"' if titled else named(track.label)
    return track.model_copy(update={"label": label, "segments": tuple(_segment(each) for each in track.segments)})


def _segment(segment: SegmentReading) -> SegmentReading:
    text = _title(segment.text) if segment.text else segment.text
    why = quoted(segment.why) if segment.why else ""
    return segment.model_copy(update={"label": named(segment.label), "text": text, "why": why})


def _title(text: str) -> str:
    return inline(text).replace('"', "'")


CODECS = ("video_codec", "audio_codec")


def _each_quoted(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(quoted(each) for each in texts)
