"""Boards that move in the picture, as those of a hall filmed by hand: two names on it tell where it is in each look.

Each look is put over one of them so that both names lie at their places there, level or one below the other (a
similarity, fixed by two points): then the board stands still, and is read as one that does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from statistics import median

import numpy as np
from PIL import Image

from ..extras.score import TextReader
from .fixed import WIDTH, Box
from .looks import Look, Picture
from .rows import rows_of, text_pieces

_SURVEYED = 12  # looks
_MOST_PIECES, _LEAST_PIECE = 14, 4  # pieces of text read in a look, the largest; pixels of height
_NAME = re.compile(r"[^\W\d_]{2,}")
_SAME = 0.75  # share of the signs of a name that are read alike
_LEAST_SHARE, _LEAST_LOOKS = 0.3, 3  # of the looks with both names
_TURN, _LENGTH, _CONSISTENT = 0.2, 0.15, 0.8  # radians and share that their line may be off, share of looks it is not
_MOVES = 0.7  # heights of a name, spread of its places: a board that stays is read where it stays

Place = complex
"""Pixels across and down."""


@dataclass(frozen=True)
class _FoundText:
    """Text of a look, and the box of its core."""

    text: str
    box: Box

    @property
    def middle(self) -> Place:
        return complex(self.box[0] + self.box[2], self.box[1] + self.box[3]) / 2

    @property
    def height(self) -> float:
        return float(self.box[3] - self.box[1])

    def is_called(self, name: str) -> bool:
        return SequenceMatcher(None, self.text, name).ratio() >= _SAME


@dataclass(frozen=True)
class _Names:
    """Two names of a board and where they are in the look that others are put over."""

    texts: tuple[str, str]
    at: tuple[Place, Place]
    height: float

    def found(self, pieces: Sequence[_FoundText]) -> tuple[Place, Place] | None:
        """Where both are; None where one is missing, or their line is turned or stretched too much."""
        for one in (piece for piece in pieces if piece.is_called(self.texts[0])):
            for other in (piece for piece in pieces if piece is not one and piece.is_called(self.texts[1])):
                if _is_alike((other.middle - one.middle) / one.height, (self.at[1] - self.at[0]) / self.height):
                    return one.middle, other.middle
        return None


class CarriedBoard:
    """Puts looks so that a board which moves stands still; `lines` and `searched` count lines read, pixels searched."""

    def __init__(self, text: TextReader) -> None:
        self._text = text
        self._names: _Names | None = None
        self.lines = 0
        self.searched = 0

    def settled(self, survey: Sequence[Look]) -> list[Look]:
        """The looks that show the board, put over each other; none where no two names move together."""
        count = min(_SURVEYED, len(survey))
        looks = [survey[len(survey) * (2 * place + 1) // (2 * count)] for place in range(count)]
        seen = [self._pieces(look.picture) for look in looks]
        self._names = _names_of(seen)
        if self._names is None:
            return []
        places = [(look, self._names.found(pieces)) for look, pieces in zip(looks, seen, strict=True)]
        return [Look(look.at_ms, self._moved(look.picture, at)) for look, at in places if at is not None]

    def put(self, picture: Picture) -> Picture | None:
        """A look, moved; None where the board is not seen in it. Raises EngineError."""
        at = self._names.found(self._pieces(picture)) if self._names is not None else None
        return None if at is None else self._moved(picture, at)

    def _moved(self, picture: Picture, at: tuple[Place, Place]) -> Picture:
        assert self._names is not None
        turn = (at[1] - at[0]) / (self._names.at[1] - self._names.at[0])
        start = at[0] - turn * self._names.at[0]
        image = Image.fromarray(picture)
        across = (turn.real, -turn.imag, start.real, turn.imag, turn.real, start.imag)
        return np.asarray(image.transform(image.size, Image.Transform.AFFINE, across, Image.Resampling.BILINEAR))

    def _pieces(self, picture: Picture) -> list[_FoundText]:
        height, width = picture.shape[:2]
        larger = min(1.0, WIDTH / width)
        self.searched += round(height * width * larger**2)
        boxes = text_pieces([picture], (0, 0, width, height), larger, self._text.find)
        boxes = sorted((box for box in boxes if box[3] - box[1] >= _LEAST_PIECE), key=lambda box: box[0] - box[2])
        self.lines += min(len(boxes), _MOST_PIECES)
        return [
            _FoundText(self._text.read(rows_of([box], (width, height))[0].cut(picture)).text, box)
            for box in boxes[:_MOST_PIECES]
        ]


def _names_of(seen: Sequence[Sequence[_FoundText]]) -> _Names | None:
    """The two names that are seen together most often, in one arrangement, at different places."""
    words: list[str] = []
    for piece in (piece for pieces in seen for piece in pieces):
        if _NAME.fullmatch(piece.text) and not any(piece.is_called(word) for word in words):
            words.append(piece.text)
    best: tuple[int, _Names] | None = None
    for first, second in combinations(words, 2):
        both = [
            (one, other)
            for pieces in seen
            if (one := next((piece for piece in pieces if piece.is_called(first)), None)) is not None
            and (other := next((piece for piece in pieces if piece.is_called(second)), None)) is not None
        ]
        if len(both) < max(_LEAST_LOOKS, _LEAST_SHARE * len(seen)) or not _move(both):
            continue
        lines = [(other.middle - one.middle) / one.height for one, other in both]
        usual = complex(median(line.real for line in lines), median(line.imag for line in lines))
        if sum(_is_alike(line, usual) for line in lines) >= _CONSISTENT * len(lines) and (
            best is None or len(both) > best[0]
        ):
            one, other = min(both, key=lambda pair: abs((pair[1].middle - pair[0].middle) / pair[0].height - usual))
            line = _upright(other.middle - one.middle)
            best = (len(both), _Names((first, second), (one.middle, one.middle + line), one.height))
    return best[1] if best else None


def _upright(line: Place) -> Place:
    """A line from name to name, level or plumb where it nearly is."""
    length, turn = abs(line), float(np.angle(line))
    straight = round(turn / (np.pi / 2)) * np.pi / 2
    turn = straight if abs(turn - straight) <= _TURN else turn
    return complex(length * np.cos(turn), length * np.sin(turn))


def _move(both: Sequence[tuple[_FoundText, _FoundText]]) -> bool:
    places = [one.middle for one, _ in both]
    spread = max(np.std([place.real for place in places]), np.std([place.imag for place in places]))
    return bool(spread >= _MOVES * median(one.height for one, _ in both))


def _is_alike(line: Place, usual: Place) -> bool:
    """Whether a line from name to name has about the usual length, in heights of a name, and direction."""
    if not abs(usual):
        return False
    ratio = line / usual
    return abs(abs(ratio) - 1.0) <= _LENGTH and abs(float(np.angle(ratio))) <= _TURN
