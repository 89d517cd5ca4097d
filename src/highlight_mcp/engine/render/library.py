"""Footage kept open between cuts."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property

from av.container import InputContainer

from ..decoding import order_of
from ..opening import open_media
from ..stamps import CodingOrder
from ..streams import picture_stream
from .source import Source, Sources, source_for


@dataclass
class Loan:
    """An open container that one reader uses, at any position; `close` gives it back."""

    media_id: str
    source: Source
    container: InputContainer
    _manager: AbstractContextManager[InputContainer]
    _library: "Library"

    @cached_property
    def order(self) -> CodingOrder | None:
        """How to time its pictures, where stamps do not; the first question moves the position."""
        stream = picture_stream(self.container)
        return order_of(self.container, stream) if stream is not None else None

    def close(self) -> None:
        self._library.give_back(self)

    def end(self) -> None:
        self._manager.__exit__(None, None, None)


class Library:
    """Opens footage; the last container stays open for the next cut, because opening long ones costs."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._idle: Loan | None = None

    def borrow(self, media_id: str) -> Loan:
        """An open container. Raises EngineError."""
        idle, self._idle = self._idle, None
        if idle is not None and idle.media_id == media_id:
            return idle
        if idle is not None:
            idle.end()
        source = source_for(self.sources, media_id)
        manager = open_media(source.path)
        return Loan(media_id, source, manager.__enter__(), manager, self)

    def give_back(self, loan: Loan) -> None:
        """Keep the container for the next reader, in place of the one kept so far."""
        if self._idle is not None:
            self._idle.end()
        self._idle = loan

    def close(self) -> None:
        if self._idle is not None:
            self._idle.end()
            self._idle = None
