"""Texts, music and files of the reel that are called by their own names."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from ..context import ParseContext
from ..tokens import Token

_LONGEST = 8


def recalled(tokens: list[Token], scene: ParseContext) -> list[Token]:
    """The tokens with `Urban Dreams` made one quotation where a text reads so, and `lofi` music where that is playing.

    A single word counts only where it means nothing else.
    """
    texts = {text.casefold(): text for text in scene.situation.texts}
    parts = _parts(scene.situation.texts)
    song = PurePath(scene.situation.bgm_name or "").stem.casefold()
    if not texts and not song:
        return tokens
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        size = next((n for n in range(_LONGEST, 0, -1) if (said := _said(tokens[at : at + n], n, scene)) in texts), 0)
        if size == 0 and _is_changed(tokens, at) and (word := _said(tokens[at : at + 1], 1, scene)) in parts:
            out.append(replace(tokens[at], kind="quote", value=parts[word or ""]))
        elif size:
            first, last = tokens[at], tokens[at + size - 1]
            value = texts[said or ""]
            out.append(Token("quote", first.start, last.end, scene.source.verbatim(first.start, last.end), value=value))
        elif song and _said(tokens[at : at + 1], 1, scene) == song:
            out.append(replace(tokens[at], kind="word", concepts=frozenset({"MUSIC"})))
        else:
            out.append(tokens[at])
        at += max(1, size)
    return out


def _is_changed(tokens: list[Token], at: int) -> bool:
    """Whether a word stands by itself beside what puts another in its place."""
    ahead, behind = tokens[at - 1] if at else None, tokens[at + 1] if at + 1 < len(tokens) else None
    if any(t is not None and t.kind == "unknown" for t in (ahead, behind)):
        return False  # `change the title to Suburban Dreams`
    return (ahead is not None and ahead.is_a("CHANGE", "SWAP")) or (
        behind is not None and behind.is_a("CHANGE", "SWAP")
    )


def _parts(texts: Sequence[str]) -> dict[str, str]:
    """The single words of texts, which others may take the place of: `change Day to Weekend`."""
    return {word.casefold(): word for text in texts for word in text.split() if text.count(word) == 1}


def _said(part: list[Token], size: int, scene: ParseContext) -> str | None:
    """The words of some tokens; None where they stand for something else."""
    if len(part) < size or any(t.kind not in ("word", "unknown", "number") for t in part):
        return None
    if all(t.kind != "unknown" for t in part) and (size == 1 or all(t.is_a("FILLER") for t in part)):
        return None
    return scene.source.verbatim(part[0].start, part[-1].end).casefold()


def files_as_clips(tokens: list[Token], scene: ParseContext) -> list[Token]:
    """The tokens with a file's name made the clips cut from it: `mute a.mp4`. As they are where a file has none."""
    by_name = {media.name.casefold(): media.media_id for media in scene.situation.footage}
    out: list[Token] = []
    for token in tokens:
        media_id = by_name.get(str(token.value).casefold()) if token.kind == "asset" else None
        numbers = [clip.number for clip in scene.situation.clips if media_id and clip.media_id == media_id]
        if media_id and not numbers:
            return tokens
        out.append(replace(token, kind="clips", value=tuple((n, n) for n in numbers)) if numbers else token)
    return out
