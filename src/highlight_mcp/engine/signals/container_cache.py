"""One recording, opened as seldom as can be: its index may take longer to read, and more memory, than a stretch."""

import ctypes
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from av.container import InputContainer

from ..errors import translated
from ..media.opening import open_media


def _give_back() -> None:
    """Return free memory to the system: reading the index of ten hours leaves 150 MB of it with the allocator."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


class ContainerCache:
    """Lends containers of one file to the threads that read it; closed on exit.

    With `lasting` each gets the one that the last has given back, decoders and all. What is found then depends on
    the order of the borrowers, which is certain only where they come one after the other. Else each gets a new one.
    """

    def __init__(self, path: Path, *, lasting: bool) -> None:
        self.path = path
        self._lasting = lasting
        self._free: list[InputContainer] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @contextmanager
    def container(self) -> Iterator[InputContainer]:
        """A container that nobody else uses meanwhile, wherever it was left. Raises EngineError like `open_media`."""
        if not self._lasting:
            with open_media(self.path) as fresh:
                yield fresh
            return
        container = self._taken() or self._open.enter_context(open_media(self.path))
        _give_back()
        with translated(self.path):
            yield container
        self._free.append(container)

    def _taken(self) -> InputContainer | None:
        try:
            return self._free.pop()
        except IndexError:
            return None
