"""Boards that move in the picture are put where they stand still."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from highlight_mcp.engine.extras.score import TextLine, TextReader
from highlight_mcp.engine.scoreboard.carried import CarriedBoard
from highlight_mcp.engine.scoreboard.looks import Look

SHADES = {60: "HEIM", 120: "GAST", 180: "3"}
"""Green values that stand for words: what is written is drawn as a box."""
WORDS = {word: shade for shade, word in SHADES.items()}
BOARD = {"HEIM": (0, 0, 60, 16), "GAST": (120, 0, 60, 16), "3": (20, 30, 16, 24)}
SHAKE = [(0, 0), (14, 5), (-12, 9), (30, -8), (7, 14), (-20, -6), (18, 3), (-9, -11)]


class Painted:
    """Reads boxes by their shade."""

    def find(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        return (picture[:, :, 0] > 200).astype(np.float32)

    def read(self, line: NDArray[np.uint8]) -> TextLine:
        inside = line[line[:, :, 0] > 200]
        shade = int(np.median(inside[:, 1])) if len(inside) else 0
        text = next((word for known, word in SHADES.items() if abs(known - shade) < 20), "")
        return TextLine(text, tuple((n + 0.5) / len(text) for n in range(len(text))), (0.99,) * len(text))


def look(at_ms: int, off: tuple[int, int], without: str = "") -> Look:
    picture = np.full((360, 640, 3), 30, np.uint8)
    for word, (x, y, width, height) in BOARD.items():
        if word != without:
            left, top = 200 + x + off[0], 90 + y + off[1]
            picture[top : top + height, left : left + width] = (255, WORDS[word], 0)
    return Look(at_ms, picture)


def middle_of(picture: NDArray[np.uint8], word: str) -> tuple[float, float]:
    down, across = np.nonzero((picture[:, :, 0] > 200) & (np.abs(picture[:, :, 1].astype(int) - WORDS[word]) < 10))
    return float(across.mean()), float(down.mean())


def board() -> CarriedBoard:
    return CarriedBoard(cast(TextReader, Painted()))


def test_a_board_that_shakes_stands_still_in_all_looks_that_show_it() -> None:
    survey = [look(1000 * n, off) for n, off in enumerate(SHAKE)]
    settled = board().settled(survey)
    assert [one.at_ms for one in settled] == [one.at_ms for one in survey]
    places = np.array([middle_of(one.picture, "3") for one in settled])
    assert np.ptp(places, axis=0).max() <= 3.0


def test_a_look_without_one_of_the_names_is_none_of_the_board() -> None:
    carried = board()
    carried.settled([look(1000 * n, off) for n, off in enumerate(SHAKE)])
    assert carried.put(look(9000, (5, 5), without="GAST").picture) is None
    shown = carried.put(look(9000, (5, 5)).picture)
    assert shown is not None


def test_names_that_stay_where_they_are_need_no_moving() -> None:
    assert board().settled([look(1000 * n, (0, 0)) for n in range(8)]) == []
