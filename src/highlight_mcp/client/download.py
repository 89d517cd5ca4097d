"""Bringing a finished reel home: to a `.part` file first, checked, then under a free name."""

import errno
import ipaddress
import logging
import os
import re
import secrets
import shutil
import socket
import urllib.request
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import anyio

from ..contract.addresses import public
from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.formats import name_parts, title_name
from ..contract.redaction import printable
from ..files import move_to_free_name, safe_stem
from ..messages import say
from ..messages.reasons import reason_of
from ..presets import all_endings
from .config import attribution
from .credentials import Credentials
from .results import ReelFacts
from .transport import LOOPBACK, StreamingResponse, Transport, TransportError, origin_of

HOME_NAMES = (".local", ".lan", ".internal", ".home.arpa", ".localhost")
"""Names that are given out in local networks only; so are those without a dot."""


async def permitted_address(url: str, base_url: str) -> str | None:
    """Check an address that a service at `base_url` names.

    Returns the network address to connect to, None where the name may be looked up again. Raises ApiError
    `url_refused`, and TransportError when there is no such machine.
    """
    if origin_of(url) is None:
        raise ApiError(_refusal(url, say("client.why.not_http")))
    host, base = urlsplit(url).hostname or "", urlsplit(base_url).hostname or ""
    if origin_of(url) == origin_of(base_url) or _same_port(url, base_url) or _same_machine(host, base):
        return None
    if _literal(host) is None and _proxied(url, host):
        return None  # the proxy looks the name up, where it stands
    try:
        entries = await anyio.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise TransportError(say("client.why.no_host", host=host[:100]), sent=False) from None
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in entries]
    if not addresses or not all(public(address) for address in addresses):
        raise ApiError(_refusal(url, say("client.why.private_network")))
    return str(addresses[0])


def _same_port(url: str, base_url: str) -> bool:
    """True for the backend on loopback by another of its names."""
    parts, base = urlsplit(url), urlsplit(base_url)
    here = parts.hostname in LOOPBACK and base.hostname in LOOPBACK
    return here and (parts.scheme, parts.port) == (base.scheme, base.port)


def _same_machine(host: str, base: str) -> bool:
    """True for a further port of a machine in the user's own network that the user has named.

    A public name is not enough: whoever owns it may point it anywhere.
    """
    if base in LOOPBACK:
        return False  # other ports of this machine are other programs, and not the backend's
    address = _literal(base)
    at_home = not public(address) if address is not None else "." not in base or base.endswith(HOME_NAMES)
    return host == base and at_home


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _proxied(url: str, host: str) -> bool:
    return bool(urllib.request.getproxies().get(urlsplit(url).scheme)) and not urllib.request.proxy_bypass(host)


def _refusal(url: str, why: str) -> ErrorInfo:
    parts = urlsplit(url[:300]) if origin_of(url) is not None else None
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts is not None else url[:40]
    return error_info("url_refused", "client.reel_address_refused", shown=shown, why=why)


MAX_NAME = 120
log = logging.getLogger(__name__)

MAX_HOPS = 5
ATTEMPTS = 3
"""How often in a row an attempt may bring nothing new."""

MAX_BYTES = 8 * 2**30
"""What a reel may have when the service does not say; the local backend takes as much from an address."""

SPARE_BYTES = 200 * 2**20
LOOK_BYTES = 64 * 2**20
"""How much may arrive between two looks at the free space."""

REDIRECTS = {301, 302, 303, 307, 308}
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")

Received = Callable[[int], None]


@dataclass
class PartialFile:
    """A file that is on its way. `total` bytes are expected, None when nobody said.

    `validator` is what the server calls this version of the file (a strong ETag or a date), for `If-Range`.
    Of a `packed` body no part can be asked for, since its bytes are not those of the file.
    """

    path: Path
    total: int | None
    done: int = 0
    validator: str = ""
    packed: bool = False

    @property
    def range(self) -> dict[str, str]:
        """Headers that ask for the rest only; none when there is no telling whether it is the same file."""
        if not self.done or self.packed or not (self.validator or self.total):
            return {}
        return {"Range": f"bytes={self.done}-"} | ({"If-Range": self.validator} if self.validator else {})

    def restart(self) -> None:
        """Forget what has arrived."""
        self.done, self.validator = 0, ""


class ReelDownloads:
    """Fetches files; our credentials go to our own service and nowhere else."""

    def __init__(self, transport: Transport, credentials: Credentials) -> None:
        self._transport = transport
        self._credentials = credentials

    async def fetch(
        self, url: str, folder: Path, name: str, size: int | None, received: Received
    ) -> tuple[Path, ReelFacts | None]:
        """Download `url` into `folder` under `name`, or a free name like it; what the file was found to be.

        A broken connection is taken up where it broke, as long as each attempt brings something new.
        `size` is the number of bytes that must arrive, if known. Raises ApiError
        `download_failed`, `url_refused` or `no_space`.
        """
        part = PartialFile(folder / f".{secrets.token_hex(8)}.part", size or None)
        config = self._credentials.config
        problem: str | None = say("client.why.not_in_time")
        try:
            await anyio.Path(folder).mkdir(parents=True, exist_ok=True)
            with anyio.move_on_after(config.timing.download_s):
                problem = await self._whole(part, url, received)
            if problem is None:
                facts = await config.look(part.path, name) if config.look is not None else None
                return await anyio.to_thread.run_sync(publish, part.path, folder, name), facts
        except OSError as error:
            raise ApiError(_of_disk(folder, error)) from None
        finally:
            with anyio.CancelScope(shield=True), suppress(OSError):
                await anyio.Path(part.path).unlink(missing_ok=True)
        raise ApiError(error_info("download_failed", "client.not_downloaded", why=problem))

    async def _whole(self, part: PartialFile, url: str, received: Received) -> str | None:
        """Fetch until all is there; else why not."""
        delay = self._credentials.config.timing.retry_delays[0]
        fruitless = furthest = 0
        while True:
            try:
                await self._into(part, url, received)
                return None
            except TransportError as trouble:
                fruitless = 0 if part.done > furthest else fruitless + 1
                furthest = max(furthest, part.done)
                log.info("download: %s", trouble)
                if fruitless >= ATTEMPTS:
                    return str(trouble)
            await anyio.sleep(delay)

    async def _into(self, part: PartialFile, url: str, received: Received) -> None:
        for _hop in range(MAX_HOPS + 1):
            headers = {**await self._headers(url), **part.range}
            address = await permitted_address(url, self._credentials.base_url)
            async with self._transport.stream("GET", url, headers, address=address) as answer:
                if answer.status in REDIRECTS:
                    url = _next(url, answer.headers.get("location", ""))
                    continue
                _place(part, answer)
                _require_room(part)
                await _save(answer, part, received)
                return
        raise TransportError(say("client.why.redirects"), sent=True)

    async def _headers(self, url: str) -> dict[str, str]:
        """Authorization and attribution for our own service; nothing for others."""
        if origin_of(url) != origin_of(self._credentials.base_url):
            return {}
        token = await self._credentials.token()
        return attribution(self._credentials.config) | ({"Authorization": f"Bearer {token}"} if token else {})


def _place(part: PartialFile, answer: StreamingResponse) -> None:
    """Decide where the bytes of an answer belong. Raises TransportError when nowhere."""
    if answer.status == 206:
        match = _RANGE.fullmatch(answer.headers.get("content-range", "").strip())
        total = int(match[2]) if match is not None and match[2] != "*" else part.total
        other = _version(answer) not in ("", part.validator) and part.validator
        if match is None or int(match[1]) != part.done or total != (part.total or total) or other:
            part.restart()
            raise TransportError(say("client.why.other_part"), sent=True)
        part.total = total
        return
    part.restart()
    if answer.status == 416:
        raise TransportError(say("client.why.file_changed"), sent=True)
    if answer.status != 200:
        raise TransportError(say("client.why.status", status=answer.status), sent=True)
    length = answer.headers.get("content-length", "")
    part.packed = answer.headers.get("content-encoding", "identity").strip().lower() != "identity"
    if part.total is None and length.isdecimal() and not part.packed:
        part.total = int(length)
    part.validator = _version(answer)


def _require_room(part: PartialFile) -> None:
    """Raises ApiError for a file that is too large, for us or for the disk."""
    if part.total is not None and part.total > MAX_BYTES:
        raise ApiError(_too_much(say("client.why.too_many_gib", has=part.total / 2**30, most=MAX_BYTES // 2**30)))
    coming = LOOK_BYTES if part.total is None else part.total - part.done
    free = shutil.disk_usage(part.path.parent).free
    if free < coming + SPARE_BYTES:
        raise ApiError(
            error_info(
                "no_space", "client.little_space", coming=coming >> 20, free=free >> 20, parent=str(part.path.parent)
            )
        )


def _require_bounds(part: PartialFile, more: int) -> None:
    """Stops when more comes than was announced (TransportError), is taken, or has room on the disk (ApiError)."""
    end = part.done + more
    if part.total is not None and end > part.total:
        announced = part.total
        part.restart()
        raise TransportError(say("client.why.longer", announced=announced), sent=True)
    if end > MAX_BYTES:
        raise ApiError(_too_much(say("client.why.goes_on", most=MAX_BYTES // 2**30)))
    if end // LOOK_BYTES > part.done // LOOK_BYTES:
        _require_room(part)


def _too_much(why: str) -> ErrorInfo:
    return error_info("download_failed", "client.not_downloaded", why=why)


def _version(answer: StreamingResponse) -> str:
    """What the server calls this version of the file; a weak ETag says nothing about single bytes."""
    tag = answer.headers.get("etag", "").strip()
    return tag if tag.startswith('"') else answer.headers.get("last-modified", "").strip()


async def _save(answer: StreamingResponse, part: PartialFile, received: Received) -> None:
    async with await anyio.open_file(part.path, "r+b" if part.done else "wb") as file:
        await file.seek(part.done)
        chunks = answer.chunks()
        try:
            async with aclosing(chunks):
                async for chunk in chunks:
                    _require_bounds(part, len(chunk))
                    await file.write(chunk)
                    part.done += len(chunk)
                    received(part.done)
        finally:
            await file.flush()
        await anyio.to_thread.run_sync(os.fsync, file.wrapped.fileno())
    if part.done == 0 or (part.total is not None and part.done != part.total):
        short = part.total is not None and part.done < part.total
        total = "?" if part.total is None else str(part.total)
        arrived = say("client.why.arrived", done=part.done, total=total)
        if not short:
            part.restart()
        raise TransportError(arrived, sent=True)


def _next(url: str, location: str) -> str:
    target = urljoin(url, location) if location else ""
    if origin_of(target) is None or (url.startswith("https:") and not target.startswith("https:")):
        raise TransportError(say("client.why.bad_redirect"), sent=True)
    return target


def _of_disk(folder: Path, error: OSError) -> ErrorInfo:
    reason = reason_of(error)
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    unwritable = None if full else "client.reel_unwritable.next"
    return error_info("no_space", "client.reel_not_written", folder=str(folder), reason=reason, next_step=unwritable)


def publish(part: Path, folder: Path, name: str) -> Path:
    """Give a finished reel its name, or `name (2)` and so on; an existing file is never replaced. Raises OSError."""
    ending = name_parts(name)[1] if name_parts(name)[1] in all_endings() else "mp4"
    return move_to_free_name(part, folder, safe_name(name, ending), f".{ending}")


def safe_name(name: str, ending: str = "mp4") -> str:
    """A file name without its ending, fit for every file system; never empty. A slash in a title is no path."""
    plain = printable(title_name(name))
    return safe_stem(plain, "highlights", suffix=f".{ending}", most_bytes=MAX_NAME)
