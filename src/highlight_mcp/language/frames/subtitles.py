"""Subtitles from a file, or of what is said."""

from ...timeline.operations import SubtitlesAdd
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from .frame import Filled, frame, role

_KARAOKE = ("karaoke", "word by word", "word-by-word", "卡拉ok", "逐字字幕", "逐词字幕")
"""What of the words that ask for subtitles asks for these."""


def _subtitles(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if not scene.situation.hears and not scene.situation.subtitle_files:
        if filled.has("asset"):
            return [Unresolved(str(filled.value("asset").value), filled.at, code="asset_missing")]  # type: ignore[union-attr]
        return [Unresolved("subtitles", filled.at, code="needs_extra:asr")]
    name = str(token.value) if (token := filled.value("asset")) else None
    if name and name not in scene.situation.subtitle_files:
        return [Unresolved(name, filled.at, code="asset_missing")]
    facts = ({"asset": name} if name else {}) | ({"karaoke": True} if _word_by_word(filled) else {})
    return [ParsedOperation(SubtitlesAdd.model_validate(facts), filled.at, targeted=True)]


def _word_by_word(filled: Filled) -> bool:
    """Whether each word is to be lit as it is said."""
    return any(mark in token.text for token in filled.tokens for mark in _KARAOKE)


_SUBTITLES = frame(
    "subtitles",
    ["ADD SUBTITLES", "MAKE SUBTITLES", "SUBTITLES", "ASR:subtitles", "ADD|MAKE ASR:subtitles"],
    [role("asset", "asset", "'from'|'with' asset"), role("all", "ALL|EVERYTHING", "THROUGHOUT")],
    _subtitles,
    light="VIDEO ADD ASR:subtitles",
)

FRAMES = (_SUBTITLES,)
