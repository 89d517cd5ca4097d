"""Receiving files as multipart/form-data, straight to the disk."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from ...contract.errors import ApiError, error_info
from ...contract.formats import supported
from ...contract.session import FILES_FIELD
from ..config import BackendConfig
from ..storage import FreeSpace, IncomingFile


class ReceivedFile(NamedTuple):
    """A file in the blob store and the name its sender gave it."""

    path: Path
    name: str


class _Part:
    """One part of the form while it arrives."""

    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.header_name = b""
        self.header_value = b""
        self.file: IncomingFile | None = None
        self.name = ""


class FormReceiver:
    """Receives the field `files`; other fields are ignored, and file names are never used as paths."""

    def __init__(self, config: BackendConfig, room: FreeSpace, content_type: str) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if not boundary:
            raise ApiError(error_info("bad_request", "backend.form_no_boundary"))
        self._config = config
        self._room = room
        self._limit = config.limits.upload if config.strict else config.limits.download
        self._part = _Part()
        self._events: list[tuple[str, bytes]] = []
        names = ("part_begin", "part_end", "header_end", "headers_finished")
        callbacks: dict[str, Any] = {f"on_{name}": self._noting(name) for name in names}
        carrying = ("header_field", "header_value", "part_data")
        callbacks |= {f"on_{name}": self._noting_data(name) for name in carrying}
        self._parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]

    async def receive(self, chunks: AsyncIterator[bytes]) -> list[ReceivedFile]:
        """All files of the form. Raises ApiError; then nothing stays."""
        received: list[ReceivedFile] = []
        with ExitStack() as open_files:
            try:
                async for chunk in chunks:
                    self._parser.write(chunk)
                    await self._handle(open_files, received)
                self._parser.finalize()
                await self._handle(open_files, received)
            except FormParserError as error:
                raise ApiError(error_info("bad_request", "backend.form_unreadable", error=str(error))) from None
        if self._part.file is not None:
            raise ApiError(error_info("bad_request", "backend.form_cut_off"))
        if not received:
            raise ApiError(error_info("bad_request", "backend.form_no_file", files_field=FILES_FIELD))
        return received

    async def _handle(self, open_files: ExitStack, received: list[ReceivedFile]) -> None:
        events, self._events = self._events, []
        for name, data in events:
            part = self._part
            if name == "part_begin":
                self._part = _Part()
            elif name == "header_field":
                part.header_name += data
            elif name == "header_value":
                part.header_value += data
            elif name == "header_end":
                part.headers[part.header_name.lower()] = part.header_value
                part.header_name = part.header_value = b""
            elif name == "headers_finished":
                self._open(part, open_files, len(received))
            elif name == "part_data" and part.file is not None:
                await part.file.write(data)
            elif name == "part_end" and part.file is not None:
                received.append(ReceivedFile(await part.file.keep(), part.name))
                part.file = None

    def _open(self, part: _Part, open_files: ExitStack, count: int) -> None:
        _, options = parse_options_header(part.headers.get(b"content-disposition", b""))
        if options.get(b"name") != FILES_FIELD.encode() or b"filename" not in options:
            return
        if count >= self._config.limits.files_per_call:
            raise ApiError(error_info("bad_request", "backend.too_many_sent", count=count))
        part.name = plain_name(options[b"filename"].decode("utf-8", "replace"))
        extension = supported(part.name).extension
        promise = open_files.enter_context(self._room.promised(0))
        folders = (self._config.scratch, self._config.blobs)
        incoming = IncomingFile(*folders, extension, self._limit, part.name, promise)
        part.file = open_files.enter_context(incoming)

    def _noting(self, name: str) -> Any:
        return lambda: self._events.append((name, b""))

    def _noting_data(self, name: str) -> Any:
        return lambda data, start, end: self._events.append((name, data[start:end]))


def plain_name(text: str) -> str:
    """The last part of a name, whatever separators it uses, without control characters."""
    last = PurePosixPath(text.replace("\\", "/")).name
    return "".join(sign for sign in last if sign.isprintable())[:200] or "file"
