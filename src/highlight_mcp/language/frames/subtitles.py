"""Subtitles from a file, or of what is said."""

from ...timeline.operations import SubtitlesAdd
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from .frame import Filled, frame, role


def _subtitles(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if not scene.situation.hears and not scene.situation.subtitle_files:
        if filled.has("asset"):
            return [Unresolved(str(filled.value("asset").value), filled.at, code="asset_missing")]  # type: ignore[union-attr]
        return [Unresolved("subtitles", filled.at, code="needs_extra:asr")]
    name = str(token.value) if (token := filled.value("asset")) else None
    if name and name not in scene.situation.subtitle_files:
        return [Unresolved(name, filled.at, code="asset_missing")]
    return [ParsedOperation(SubtitlesAdd(asset=name) if name else SubtitlesAdd(), filled.at, targeted=True)]


_SUBTITLES = frame(
    "subtitles",
    ["ADD SUBTITLES", "MAKE SUBTITLES", "SUBTITLES", "ASR:subtitles"],
    [role("asset", "asset", "'from'|'with' asset"), role("all", "ALL|EVERYTHING", "THROUGHOUT")],
    _subtitles,
    light="VIDEO ADD ASR:subtitles",
)

FRAMES = (_SUBTITLES,)
