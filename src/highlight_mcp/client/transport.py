"""The network: the only module that knows httpx and httpx-sse.

TransportError            the connection failed; says whether anything was sent
Answer            a whole answer: status, headers, body
Transport.call    one request, one answer
Transport.stream  one request, an answer that arrives piece by piece
"""

import http.cookiejar
import math
import ssl
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import urlsplit

import anyio
import httpx
from httpx_sse import EventSource

from ..messages import say
from .config import Timeouts

CHUNK = 64 * 1024
_EITHER_HEADER = zlib.MAX_WBITS | 32


class DecodingError(Exception):
    """The bytes are not what their encoding says; the text says why."""


class ContentDecoder:
    """Unpacks one body. Raises DecodingError for an encoding other than `gzip`, `deflate` and none at all."""

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise DecodingError(say("client.why.unknown_encoding"))
        self._inflater = None if name in ("", "identity") else zlib.decompressobj(_EITHER_HEADER)
        self._fed = False

    def unpacked(self, data: bytes) -> Iterator[bytes]:
        """The content of the next bytes, in pieces of at most 64 KiB. Raises DecodingError."""
        if self._inflater is None:
            yield data
            return
        self._fed = self._fed or bool(data)
        try:
            while data and not self._inflater.eof:
                piece = self._inflater.decompress(data, CHUNK)
                data = self._inflater.unconsumed_tail
                if piece:
                    yield piece
        except zlib.error:
            raise DecodingError(say("client.why.packed_damaged")) from None

    def end(self) -> None:
        """All bytes were given. Raises DecodingError when the content is not complete."""
        if self._inflater is not None and self._fed and not self._inflater.eof:
            raise DecodingError(say("client.why.packed_cut"))


MAX_BODY = 64 * 1024 * 1024
MAX_FRAME = 16 * 1024 * 1024
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

Content = bytes | AsyncIterator[bytes] | None


class TransportError(Exception):
    """The connection failed. `sent`: the request may have reached the server. `timed_out`: it stayed silent."""

    def __init__(self, reason: str, *, sent: bool, timed_out: bool = False) -> None:
        super().__init__(reason)
        self.sent = sent
        self.timed_out = timed_out


@dataclass(frozen=True)
class Response:
    """A whole answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after_s(self) -> int | None:
        """Seconds of the `Retry-After` header, None when it is absent or unreadable."""
        return retry_after(self.headers)


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds of the `Retry-After` header, which names seconds or a date; None when it is absent or unreadable."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 6:
        return int(text)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        return None
    return max(0, math.ceil((until - datetime.now(UTC)).total_seconds()))


def origin_of(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port of an http(s) URL, None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}[parts.scheme]


class StreamingResponse:
    """An answer whose body is read piece by piece, either as chunks or as server-sent events."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._whole: bytes | None = None

    @property
    def is_events(self) -> bool:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/event-stream"

    async def body(self) -> bytes:
        """The whole body, also when asked twice. Raises TransportError, also beyond 64 MiB."""
        if self._whole is not None:
            return self._whole
        whole = bytearray()
        async with aclosing(self.chunks()) as chunks:
            async for chunk in chunks:
                whole += chunk
                if len(whole) > MAX_BODY:
                    raise TransportError(say("client.why.answer_too_large"), sent=True)
        self._whole = bytes(whole)
        return self._whole

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body in pieces, unpacked if it came compressed although we never ask for that. Raises TransportError."""
        try:
            unpacker = ContentDecoder(self.headers.get("content-encoding", ""))
            with _translated():
                async for raw in self._response.aiter_raw():
                    for piece in unpacker.unpacked(raw):
                        yield piece
            unpacker.end()
        except DecodingError as trouble:
            raise TransportError(str(trouble), sent=True) from None

    async def events(self) -> AsyncGenerator[tuple[str, str], None]:
        """Event name and data of each frame. Raises TransportError, also for a frame beyond 16 MiB.

        Server-sent events are UTF-8 whatever the header says, and may begin with a byte order mark.
        """
        guard = _FrameGuard(self.chunks())
        readable = httpx.Response(self.status, headers={"Content-Type": "text/event-stream"}, stream=guard)
        readable.encoding = "utf-8-sig"
        with _translated():
            async with aclosing(EventSource(readable).aiter_sse()) as frames:
                async for frame in frames:
                    guard.seen = 0
                    yield frame.event, frame.data


class _FrameGuard(httpx.AsyncByteStream):
    """Passes bytes on and stops when no frame ends within the limit, so that memory stays bounded."""

    def __init__(self, inner: AsyncGenerator[bytes, None]) -> None:
        self._inner = inner
        self.seen = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async with aclosing(self._inner) as chunks:
            async for chunk in chunks:
                self.seen += len(chunk)
                if self.seen > MAX_FRAME:
                    raise httpx.ReadError(say("client.why.event_too_large"))
                yield chunk


class Transport:
    """Connections to one service. Follows no redirect, keeps no cookie."""

    def __init__(self, base_url: str, clocks: Timeouts) -> None:
        # A proxy of the environment cannot reach our loopback.
        trust = (urlsplit(base_url).hostname or "") not in LOOPBACK
        self._clocks = clocks
        self._pooled = _client(trust, httpx.Limits(max_connections=20, max_keepalive_connections=8))
        self._single = _client(trust, httpx.Limits(max_connections=20, max_keepalive_connections=0))

    async def aclose(self) -> None:
        await self._pooled.aclose()
        await self._single.aclose()

    async def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
        limit_s: float | None = None,
    ) -> Response:
        """Send a request and read its whole answer within `limit_s` seconds. Raises TransportError."""
        limit = self._clocks.request_s if limit_s is None else limit_s
        try:
            with anyio.fail_after(limit + self._clocks.connect_s):
                async with self._open(self._pooled, method, url, headers, content, limit) as answer:
                    return Response(answer.status, answer.headers, await answer.body())
        except TimeoutError:
            raise TransportError(say("client.why.no_answer"), sent=True, timed_out=True) from None

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: Content = None,
        silence_s: float | None = None,
        *,
        address: str | None = None,
    ) -> AsyncIterator[StreamingResponse]:
        """Send a request on a connection of its own, so that nothing can break on a stale one. Raises TransportError.

        `address` is the network address to connect to, instead of what the name in the URL means by now.
        """
        silence = self._clocks.silence_s if silence_s is None else silence_s
        async with self._open(self._single, method, url, headers, content, silence, address) as answer:
            yield answer

    @asynccontextmanager
    async def _open(
        self,
        client: httpx.AsyncClient,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: Content,
        read_s: float,
        address: str | None = None,
    ) -> AsyncIterator[StreamingResponse]:
        timeout = httpx.Timeout(read_s, connect=self._clocks.connect_s, pool=self._clocks.connect_s)
        with _translated():
            named = httpx.URL(url)
            place = named if address is None else named.copy_with(host=address)
            request = client.build_request(
                method,
                place,
                headers={"Host": named.netloc.decode("ascii"), **headers},
                content=content,
                timeout=timeout,
                extensions={"sni_hostname": named.host} if address is not None else {},
            )
            response = await client.send(request, stream=True)
        try:
            yield StreamingResponse(response)
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(2):
                await response.aclose()


def _client(trust_env: bool, limits: httpx.Limits) -> httpx.AsyncClient:
    refuse_all = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    headers = {"Accept-Encoding": "identity", "User-Agent": "highlight-mcp"}
    return httpx.AsyncClient(
        verify=_tls(trust_env),
        trust_env=trust_env,
        limits=limits,
        follow_redirects=False,
        cookies=refuse_all,
        headers=headers,
    )


@cache
def _tls(trust_env: bool) -> ssl.SSLContext:
    """Loading the certificates takes longer than most calls, so it is done once."""
    return httpx.create_ssl_context(trust_env=trust_env)


@contextmanager
def _translated() -> Iterator[None]:
    """Every failure of the libraries becomes TransportError."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise TransportError(
            say("client.why.no_connection"), sent=False, timed_out=isinstance(error, httpx.TimeoutException)
        ) from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError) as error:
        raise TransportError(say("client.why.not_an_address"), sent=False) from error
    except httpx.TimeoutException as error:
        raise TransportError(say("client.why.no_answer"), sent=True, timed_out=True) from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise TransportError(say("client.why.broke"), sent=True) from error
