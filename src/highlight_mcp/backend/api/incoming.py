"""Files that come in: as multipart/form-data, straight to the disk, or from an address that the user gave.

Fetching from an address must not become a way into the local network.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import httpx
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from ...contract.addresses import public
from ...contract.errors import ApiError, error_info
from ...contract.formats import FORMATS, format_here, supported, supported_here
from ...contract.session import FILES_FIELD
from ...messages import Message, message, verbatim
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
        extension = (supported if self._config.strict else supported_here)(part.name).extension
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


MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
PLAIN = ("", "identity", "none")
PIECE = 1 << 20
_BY_MIME = {item.mime: item.extension for item in FORMATS}


class Target(NamedTuple):
    """A checked address: the URL with the host replaced by the address that was checked."""

    url: str
    pinned: str
    host: str
    host_header: str


class UrlFetcher:
    """Fetches files into the blob store, a few at a time, each within limits of time and pace; in one event loop."""

    def __init__(self, config: BackendConfig, room: FreeSpace) -> None:
        self.room = room
        self._config = config
        self._slots = asyncio.Semaphore(config.limits.fetches)

    async def fetch(self, url: str) -> ReceivedFile:
        """Download one file.

        Each redirect is checked anew, and the connection goes to the very address that was checked.
        Raises ApiError `url_refused`, `url_failed`, `unsupported_file`, `file_too_large` or `no_space`.
        """
        async with self._slots:
            try:
                async with asyncio.timeout(self._config.timing.fetch):
                    return await self._followed(url)
            except TimeoutError:
                hours = self._config.timing.fetch / 3600
                raise _failed(url, message("backend.why.not_in_hours", hours=hours)) from None

    async def _followed(self, url: str) -> ReceivedFile:
        first = url
        async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
            for _ in range(MAX_REDIRECTS + 1):
                target = await resolved(url, allow_private=self._config.allow_private_urls)
                async with _opened(client, target) as answer:
                    if answer.status_code in REDIRECTS:
                        url = urljoin(target.url, answer.headers.get("location", ""))
                        continue
                    return await self._store(answer, target)
        raise ApiError(error_info("url_failed", "backend.too_many_redirects", first=shown(first)))

    async def _store(self, answer: httpx.Response, target: Target) -> ReceivedFile:
        if answer.status_code != 200:
            raise _failed(target.url, message("backend.why.http_status", status=answer.status_code))
        encoding = answer.headers.get("content-encoding", "").strip().lower()
        if encoding not in PLAIN:
            # Some bytes of it could become more than memory holds, and footage gains nothing by it.
            raise _failed(target.url, message("backend.why.compressed", encoding=encoding[:40]))
        name = _name(target.url, answer.headers.get("content-type", ""))
        config = self._config
        limit = config.limits.upload if config.strict else config.limits.download
        announced = answer.headers.get("content-length", "")
        size = int(announced) if announced.isdecimal() else 0
        if size > limit:
            raise ApiError(error_info("file_too_large", "backend.too_large", name=name, limit=limit // 2**20))
        known = format_here(name)
        assert known is not None
        with (
            self.room.promised(size) as promise,
            IncomingFile(config.scratch, config.blobs, known.extension, limit, name, promise) as incoming,
        ):
            async for piece in self._pieces(answer, target.url):
                await incoming.write(piece)
            return ReceivedFile(await incoming.keep(), name)

    async def _pieces(self, answer: httpx.Response, url: str) -> AsyncIterator[bytes]:
        """The body in pieces of about a megabyte. Raises ApiError when it comes too slowly, or breaks off."""
        loop, timing, held = asyncio.get_running_loop(), self._config.timing, bytearray()
        since, arrived = loop.time(), 0
        try:
            async for chunk in answer.aiter_raw():
                held += chunk
                arrived += len(chunk)
                if loop.time() - since >= timing.fetch_window:
                    if arrived < self._config.limits.fetch_window_bytes:
                        raise _failed(url, message("backend.why.slow", n=arrived, seconds=timing.fetch_window))
                    since, arrived = loop.time(), 0
                if len(held) >= PIECE:
                    yield bytes(held)
                    held.clear()
        except httpx.HTTPError as error:
            raise _failed(url, _reason(error)) from None
        if held:
            yield bytes(held)


async def resolved(url: str, *, allow_private: bool) -> Target:
    """Check an address and look its host up. Raises ApiError `url_refused` or `url_failed`."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        raise ApiError(error_info("url_refused", "backend.invalid_address", url=shown(url))) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ApiError(error_info("url_refused", "backend.not_http", url=shown(url)))
    if parts.username is not None or parts.password is not None:
        raise ApiError(error_info("url_refused", "backend.address_with_password"))
    try:
        entries = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ApiError(error_info("url_failed", "backend.no_host", hostname=parts.hostname)) from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in entries]
    if not addresses or not (allow_private or all(public(address) for address in addresses)):
        raise ApiError(error_info("url_refused", "backend.private_network", url=shown(url)))
    pinned = f"[{addresses[0]}]" if addresses[0].version == 6 else str(addresses[0])
    authority = parts.netloc
    return Target(url, parts._replace(netloc=f"{pinned}:{port}", fragment="").geturl(), parts.hostname, authority)


def shown(url: str) -> str:
    """An address as it may be shown: without query, which may hold secrets."""
    try:
        parts = urlsplit(url)
        return repr(f"{parts.scheme}://{parts.hostname or ''}{parts.path}"[:200])
    except ValueError:
        return repr(url[:80])


@asynccontextmanager
async def _opened(client: httpx.AsyncClient, target: Target) -> AsyncIterator[httpx.Response]:
    headers = {"Host": target.host_header, "Accept-Encoding": "identity"}
    try:
        request = client.build_request("GET", target.pinned, headers=headers, extensions={"sni_hostname": target.host})
        async with asyncio.timeout(60):
            answer = await client.send(request, stream=True)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise _failed(target.url, _reason(error)) from None
    try:
        yield answer
    finally:
        await answer.aclose()


def _name(url: str, content_type: str) -> str:
    name = plain_name(unquote(urlsplit(url).path))
    if format_here(name) is not None:
        return name
    extension = _BY_MIME.get(content_type.partition(";")[0].strip().lower())
    if extension is None:
        raise ApiError(error_info("unsupported_file", "backend.address_format", url=shown(url)))
    return f"{name}.{extension}"


def _failed(url: str, why: Message) -> ApiError:
    return ApiError(error_info("url_failed", "backend.not_fetched", url=shown(url), why=why))


def _reason(error: Exception) -> Message:
    if isinstance(error, (TimeoutError, httpx.TimeoutException)):
        return message("backend.why.no_answer")
    return verbatim(str(error)) or message("backend.why.broke")
