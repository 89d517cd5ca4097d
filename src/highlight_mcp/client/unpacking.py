"""Compressed answers, unpacked in small pieces, so that a few bytes never become more than memory can hold."""

import zlib
from collections.abc import Iterator

from ..messages import say

PIECE = 64 * 1024
_EITHER_HEADER = zlib.MAX_WBITS | 32


class Unreadable(Exception):
    """The bytes are not what their encoding says; the text says why."""


class Unpacker:
    """Unpacks one body. Raises Unreadable for an encoding other than `gzip`, `deflate` and none at all."""

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise Unreadable(say("client.why.unknown_encoding"))
        self._inflater = None if name in ("", "identity") else zlib.decompressobj(_EITHER_HEADER)
        self._fed = False

    def unpacked(self, data: bytes) -> Iterator[bytes]:
        """The content of the next bytes, in pieces of at most 64 KiB. Raises Unreadable."""
        if self._inflater is None:
            yield data
            return
        self._fed = self._fed or bool(data)
        try:
            while data and not self._inflater.eof:
                piece = self._inflater.decompress(data, PIECE)
                data = self._inflater.unconsumed_tail
                if piece:
                    yield piece
        except zlib.error:
            raise Unreadable(say("client.why.packed_damaged")) from None

    def end(self) -> None:
        """All bytes were given. Raises Unreadable when the content is not complete."""
        if self._inflater is not None and self._fed and not self._inflater.eof:
            raise Unreadable(say("client.why.packed_cut"))
