"""Results of a backend elsewhere, with its words marked as such: they are shown, never obeyed."""

import re

from ..contract.codes import Fault, fault
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
            "message": quoted(info.message) if info.message else "",
            "method": inline(info.method, SHORT) if info.method else None,
            "warnings": tuple(cited(each) for each in info.warnings),
            "error": quoted(info.error) if info.error else None,
            "checks": tuple(checks),
        }
    )


def media_of_elsewhere(file: MediaFile) -> MediaFile:
    """A file as a backend elsewhere describes it."""
    codecs = {name: inline(text, SHORT) if (text := getattr(file, name)) else None for name in CODECS}
    warnings = tuple(cited(each) for each in file.warnings)
    return file.model_copy(update={"kind": inline(file.kind, SHORT), "warnings": warnings, **codecs})


CODECS = ("video_codec", "audio_codec")


def _each_quoted(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(quoted(each) for each in texts)
