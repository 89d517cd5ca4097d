"""A multipart/form-data body with one file, streamed from disk and never held in memory."""

import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from ..contract.redaction import printable
from ..contract.upload import FILES_FIELD

CHUNK = 256 * 1024


@dataclass(frozen=True)
class FileBody:
    """The body of one upload; `size` is the size of the file when it was looked at."""

    path: Path
    name: str
    mime: str
    size: int
    boundary: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def headers(self) -> dict[str, str]:
        """Content type and exact length."""
        length = len(self._head) + self.size + len(self._tail)
        return {
            "Content-Type": f"multipart/form-data; boundary={self.boundary}",
            "Content-Length": str(length),
        }

    async def chunks(self, sent: Callable[[int], None]) -> AsyncIterator[bytes]:
        """The bytes of the body; `sent` is called with the bytes of the file handed out so far."""
        yield self._head
        done = 0
        async with await anyio.open_file(self.path, "rb") as file:
            while done < self.size and (chunk := await file.read(min(CHUNK, self.size - done))):
                yield chunk
                done += len(chunk)
                sent(done)
        yield self._tail

    @property
    def _head(self) -> bytes:
        name = printable(self.name).replace("\\", "_").replace('"', "%22").replace("\r", " ").replace("\n", " ")
        lines = (
            f"--{self.boundary}",
            f'Content-Disposition: form-data; name="{FILES_FIELD}"; filename="{name}"',
            f"Content-Type: {self.mime}",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    @property
    def _tail(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()
