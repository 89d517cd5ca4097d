"""What an edit stream has said so far: words shown once, the result of the turn, errors."""

import re
from typing import Any

from ..contract.redaction import for_people
from ..contract.run_sse import EDIT_TIMELINE
from ..contract.sse import Event, Ignored, StreamError, TextPart, ToolResult, TurnComplete
from ..contract.turn import TurnResult, turn_result

APOLOGY = re.compile(r"temporary (?:issue|problem|error)", re.IGNORECASE)


class Transcript:
    """Collects the events of one turn.

    Fragments (partial texts) count until a whole text repeats them; of fragments and whole text
    only one is kept.
    """

    def __init__(self) -> None:
        self.result: TurnResult | None = None
        self.error: StreamError | None = None
        self.complete = False
        self.broken_error = ""
        self._whole: list[str] = []
        self._fragments: list[str] = []

    def take(self, event: Event) -> bool:
        """Take one event in. True when it brought new words for the user."""
        match event:
            case TextPart(text, partial):
                return self._text(text, partial)
            case ToolResult(name, response) if name in (EDIT_TIMELINE, ""):
                self._tool_result(response)
            case StreamError():
                self.error = self.error or event
            case TurnComplete():
                self.complete = True
            case Ignored(_, error_text) if error_text:
                self.broken_error = error_text
            case _:
                pass
        return False

    @property
    def texts(self) -> list[str]:
        """The words of the turn, each once; a late apology after normal output is left out."""
        said = [text for text in (*self._whole, "".join(self._fragments)) if text.strip()]
        if len(said) > 1 and APOLOGY.search(said[-1]) and len(said[-1]) < 400:
            said.pop()
        return [clean for text in said if (clean := for_people(text))]

    @property
    def text(self) -> str:
        """All words in one text, empty for a silent turn."""
        return "\n\n".join(self.texts)

    def _text(self, text: str, partial: bool) -> bool:
        if partial:
            self._fragments.append(text)
            return bool(text.strip())
        pieces = "".join(self._fragments)
        # A service that sends frames twice sends its fragments twice.
        repeated = bool(pieces.strip()) and (_same(pieces, text) or _same(_without_echo(self._fragments), text))
        if pieces.strip() and not repeated:
            self._whole.append(pieces)
        self._fragments.clear()
        if not text.strip() or (self._whole and _squeezed(self._whole[-1]) == _squeezed(text)):
            return False
        self._whole.append(text)
        return not repeated

    def _tool_result(self, response: Any) -> None:
        found = turn_result(response)
        if found is not None:
            self.result = found


def _same(pieces: str, whole: str) -> bool:
    """True when one text contains the other, spaces aside."""
    a, b = _squeezed(pieces), _squeezed(whole)
    return a in b or b in a


def _without_echo(fragments: list[str]) -> str:
    """The fragments joined, each that equals the one before it left out."""
    return "".join(piece for piece, former in zip(fragments, ["", *fragments], strict=False) if piece != former)


def _squeezed(text: str) -> str:
    return "".join(text.split())
