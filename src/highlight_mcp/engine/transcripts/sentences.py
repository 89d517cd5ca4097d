"""From cues to sentences: what was said, from when to when, whatever the line breaks of the subtitles."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...language.lexicon import is_wide
from ...timeline.media import TranscriptCue

PAUSE_MS = 1_500
BREATH_MS = 400
_LONGEST_MS = 20_000
_LONGEST_BARE_MS = 8_000
_MOST_REPEATED = 40
_NOT_SAID = re.compile(
    r"\[[^\[\]]{0,200}\]|【[^【】]{0,100}】|[♪♫#][^♪♫#]{0,300}[♪♫#]|[♪♫]"
    r"|(?m:^[ \t]*[(（][^()（）]{0,200}[)）][ \t]*$)"
)
_SPEAKER = re.compile(r"^\s*(?:>>+\s*|[-–—]\s*)?(?:[A-Z][A-Z .'\-]{0,29}:\s+)?")
_TURN = re.compile(r"^\s*(?:>>+|[-–—]\s?|[A-Z][A-Z .'\-]{0,29}:\s)")
_STOP = re.compile(r"[。！？…]+[”’」』）)]*|[.!?]+[\"'”’)]*(?=\s|$)")
_ABBREVIATION = re.compile(r"(?:\b(?:mr|mrs|ms|dr|st|vs|prof|jr|sr|no|e\.g|i\.e)|\b[A-Za-z])\.$", re.I)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True)
class Sentence:
    """One sentence of one source. `origin` names where its words come from: a file, a stream, a recogniser.

    `heard` says that they were recognised rather than written down. `marks` are (place in `text`, ms).
    """

    media_id: str
    start_ms: int
    end_ms: int
    text: str
    origin: str = ""
    heard: bool = False
    marks: tuple[tuple[int, int], ...] = ()

    def at(self, place: int) -> int:
        """When the character at `place` is said: within its cue, time is shared by the length of the text."""
        marks = (*self.marks, (len(self.text), self.end_ms)) if self.marks else ((0, self.start_ms),)
        index = max(0, bisect_right([mark[0] for mark in marks], place) - 1)
        if index + 1 >= len(marks):
            return min(marks[index][1], self.end_ms)
        (a, start), (b, end) = marks[index], marks[index + 1]
        return start + (end - start) * (place - a) // max(1, b - a)


@dataclass(frozen=True)
class _Piece:
    start_ms: int
    end_ms: int
    text: str
    turn: bool


def sentences(cues: Iterable[TranscriptCue], media_id: str, origin: str = "", *, heard: bool = False) -> list[Sentence]:
    """The sentences of one recording in order of time; notes in brackets and song signs are not words.

    A sentence ends with its stop, at a longer pause or a change of speaker. Where the subtitles have no
    stops, each short run of cues without a breath counts as one.
    """
    pieces = _unrepeated(_pieces(cues))
    stops = sum(bool(_STOP.search(piece.text)) for piece in pieces)
    bare = 10 * stops < len(pieces)
    out: list[Sentence] = []
    open_parts: list[_Piece] = []

    def close() -> None:
        if open_parts:
            out.append(_joined(open_parts, media_id, origin, heard))
            open_parts.clear()

    for piece in pieces:
        if open_parts and _apart(open_parts, piece, bare):
            close()
        for part, ends in _parts(piece):
            open_parts.append(part)
            if ends:
                close()
    close()
    return out


def _apart(before: Sequence[_Piece], piece: _Piece, bare: bool) -> bool:
    gap = piece.start_ms - before[-1].end_ms
    long = piece.end_ms - before[0].start_ms > (_LONGEST_BARE_MS if bare else _LONGEST_MS)
    wide = bare and is_wide(before[-1].text[-1])
    return piece.turn or wide or long or gap >= (BREATH_MS if bare else PAUSE_MS)


def _pieces(cues: Iterable[TranscriptCue]) -> list[_Piece]:
    """What each cue says; where cues overlap, the earlier one ends when the next begins."""
    pieces: list[_Piece] = []
    for cue in cues:
        for text, turn in _spoken(cue.text):
            pieces.append(_Piece(cue.start_ms, cue.end_ms, text, turn))
    pieces = sorted(_shared_time(pieces), key=lambda piece: (piece.start_ms, piece.end_ms))
    clamped = [
        _Piece(a.start_ms, min(a.end_ms, b.start_ms) if b.start_ms > a.start_ms else a.end_ms, a.text, a.turn)
        for a, b in pairwise(pieces)
    ]
    return [*clamped, *pieces[-1:]]


def _spoken(text: str) -> list[tuple[str, bool]]:
    """(words, whether a new speaker begins) for each speaker of a cue."""
    out: list[tuple[str, bool]] = []
    for line in _NOT_SAID.sub(" ", text).split("\n"):
        turn = bool(_TURN.match(line))
        words = " ".join(_SPEAKER.sub("", line, count=1).split())
        if not words:
            continue
        if out and not turn:
            out[-1] = (_glued(out[-1][0], words), out[-1][1])
        else:
            out.append((words, turn))
    return out


def _shared_time(pieces: list[_Piece]) -> list[_Piece]:
    """Two speakers of one cue talk one after the other, each as long as their words."""
    out: list[_Piece] = []
    at = 0
    while at < len(pieces):
        first = pieces[at]
        group = [p for p in pieces[at : at + 8] if (p.start_ms, p.end_ms) == (first.start_ms, first.end_ms)]
        total, start = sum(len(p.text) for p in group), first.start_ms
        for piece in group:
            end = start + (first.end_ms - first.start_ms) * len(piece.text) // total
            out.append(_Piece(start, max(end, start + 1), piece.text, piece.turn))
            start = end
        at += len(group)
    return out


def _unrepeated(pieces: list[_Piece]) -> list[_Piece]:
    """Rolling captions show the last line again under each new one: said once, it counts once."""
    out: list[_Piece] = []
    for piece in pieces:
        before = out[-1] if out else None
        near = before is not None and piece.start_ms - before.end_ms < 500
        cut = _repeated(before.text, piece.text) if before is not None and near else 0
        text = piece.text[cut:].strip()
        if text:
            out.append(_Piece(piece.start_ms, piece.end_ms, text, piece.turn and not cut))
    return out


def _repeated(before: str, text: str) -> int:
    """How many characters at the head of `text` repeat the tail of `before`: three words, or all of it."""
    old = [match.group().casefold() for match in _WORD.finditer(before)][-_MOST_REPEATED:]
    matches = list(_WORD.finditer(text))[:_MOST_REPEATED]
    new = [match.group().casefold() for match in matches]
    for count in range(min(len(old), len(new)), 0, -1):
        if old[-count:] == new[:count] and (count >= 3 or (count == len(new) == len(old) and len(text) > 12)):
            return matches[count - 1].end() if count < len(new) else len(text)
    return 0


def _parts(piece: _Piece) -> list[tuple[_Piece, bool]]:
    """The piece cut after each stop: (part, whether it ends a sentence)."""
    ends = [m.end() for m in _STOP.finditer(piece.text) if not _ABBREVIATION.search(piece.text[: m.end()])]
    out: list[tuple[_Piece, bool]] = []
    at, length = 0, piece.end_ms - piece.start_ms
    for end in dict.fromkeys([*ends, len(piece.text)]):
        text = piece.text[at:end].strip()
        if text:
            start_ms = piece.start_ms + length * at // len(piece.text)
            end_ms = piece.start_ms + length * end // len(piece.text)
            out.append((_Piece(start_ms, end_ms, text, piece.turn and at == 0), end in ends))
        at = end
    return out


def _joined(parts: Sequence[_Piece], media_id: str, origin: str, heard: bool) -> Sentence:
    text = ""
    marks: list[tuple[int, int]] = []
    for part in parts:
        joined = _glued(text, part.text)
        spoken_ms = max(part.start_ms, marks[-1][1]) if marks else part.start_ms  # cues that overlap share their time
        marks.append((len(joined) - len(part.text), spoken_ms))
        text = joined
    end_ms = max(parts[-1].end_ms, marks[-1][1])
    return Sentence(media_id, parts[0].start_ms, end_ms, text, origin, heard, tuple(marks))


def _glued(before: str, after: str) -> str:
    """Latin words need a space between them, Chinese lines none."""
    if not before:
        return after
    return before + after if is_wide(before[-1]) and is_wide(after[0]) else f"{before} {after}"
