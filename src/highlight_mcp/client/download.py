"""Bringing a finished reel home: to a `.part` file first, checked, then under a name that was free."""

import errno
import logging
import os
import re
import secrets
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import anyio

from ..contract.codes import ContractError, Fault, fault
from .attribution import attribution
from .credentials import Credentials
from .file_names import publish
from .transport import Broken, Streamed, Transport, origin

log = logging.getLogger(__name__)

MAX_HOPS = 5
ATTEMPTS = 3
"""How often in a row an attempt may bring nothing new."""

REDIRECTS = {301, 302, 303, 307, 308}
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")

Received = Callable[[int], None]


@dataclass
class Part:
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


class Downloads:
    """Fetches files; our credentials go to our own service and nowhere else."""

    def __init__(self, transport: Transport, credentials: Credentials) -> None:
        self._transport = transport
        self._credentials = credentials

    async def fetch(self, url: str, folder: Path, name: str, size: int | None, received: Received) -> Path:
        """Download `url` into `folder` under `name`, or a free name like it.

        A broken connection is taken up where it broke, as long as each attempt brings something new.
        `size` is the number of bytes that must arrive, if known. Raises ContractError
        `download_failed`, or `no_space`.
        """
        part = Part(folder / f".{secrets.token_hex(8)}.part", size or None)
        try:
            await anyio.Path(folder).mkdir(parents=True, exist_ok=True)
            problem = await self._whole(part, url, received)
            if problem is None:
                return await anyio.to_thread.run_sync(publish, part.path, folder, name)
        except OSError as error:
            raise ContractError(_of_disk(folder, error)) from None
        finally:
            with anyio.CancelScope(shield=True), suppress(OSError):
                await anyio.Path(part.path).unlink(missing_ok=True)
        raise ContractError(fault("download_failed", f"The finished reel could not be downloaded: {problem}."))

    async def _whole(self, part: Part, url: str, received: Received) -> str | None:
        """Fetch until all is there; else why not."""
        delay = self._credentials.config.timing.retry_delays[0]
        fruitless = furthest = 0
        while True:
            try:
                await self._into(part, url, received)
                return None
            except Broken as trouble:
                fruitless = 0 if part.done > furthest else fruitless + 1
                furthest = max(furthest, part.done)
                log.info("download: %s", trouble)
                if fruitless >= ATTEMPTS:
                    return str(trouble)
            await anyio.sleep(delay)

    async def _into(self, part: Part, url: str, received: Received) -> None:
        for _hop in range(MAX_HOPS + 1):
            async with self._transport.stream("GET", url, {**await self._headers(url), **part.range}) as answer:
                if answer.status in REDIRECTS:
                    url = _next(url, answer.headers.get("location", ""))
                    continue
                _place(part, answer)
                await _save(answer, part, received)
                return
        raise Broken("too many redirects", sent=True)

    async def _headers(self, url: str) -> dict[str, str]:
        """Authorization and attribution for our own service; nothing for others."""
        if origin(url) != origin(self._credentials.base_url):
            return {}
        token = await self._credentials.token()
        return attribution(self._credentials.config) | ({"Authorization": f"Bearer {token}"} if token else {})


def _place(part: Part, answer: Streamed) -> None:
    """Decide where the bytes of an answer belong. Raises Broken when nowhere."""
    if answer.status == 206:
        found = _RANGE.fullmatch(answer.headers.get("content-range", "").strip())
        total = int(found[2]) if found is not None and found[2] != "*" else part.total
        other = _version(answer) not in ("", part.validator) and part.validator
        if found is None or int(found[1]) != part.done or total != (part.total or total) or other:
            part.restart()
            raise Broken("the server sent another part of the file", sent=True)
        part.total = total
        return
    part.restart()
    if answer.status == 416:
        raise Broken("the file has changed", sent=True)
    if answer.status != 200:
        raise Broken(f"the server answered with status {answer.status}", sent=True)
    length = answer.headers.get("content-length", "")
    part.packed = answer.headers.get("content-encoding", "identity").strip().lower() != "identity"
    if part.total is None and length.isdecimal() and not part.packed:
        part.total = int(length)
    part.validator = _version(answer)


def _version(answer: Streamed) -> str:
    """What the server calls this version of the file; a weak ETag says nothing about single bytes."""
    tag = answer.headers.get("etag", "").strip()
    return tag if tag.startswith('"') else answer.headers.get("last-modified", "").strip()


async def _save(answer: Streamed, part: Part, received: Received) -> None:
    async with await anyio.open_file(part.path, "r+b" if part.done else "wb") as file:
        await file.seek(part.done)
        chunks = answer.chunks()
        try:
            async with aclosing(chunks):
                async for chunk in chunks:
                    await file.write(chunk)
                    part.done += len(chunk)
                    received(part.done)
        finally:
            await file.flush()
        await anyio.to_thread.run_sync(os.fsync, file.wrapped.fileno())
    if part.done == 0 or (part.total is not None and part.done != part.total):
        short = part.total is not None and part.done < part.total
        arrived = f"{part.done} of {part.total if part.total is not None else 'unknown'} bytes arrived"
        if not short:
            part.restart()
        raise Broken(arrived, sent=True)


def _next(url: str, location: str) -> str:
    target = urljoin(url, location) if location else ""
    if origin(target) is None or (url.startswith("https:") and not target.startswith("https:")):
        raise Broken("the server redirected to an unusable address", sent=True)
    return target


def _of_disk(folder: Path, error: OSError) -> Fault:
    reason = error.strerror or "the system refused"
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    step = None if full else "Check that the folder can be written to, or set HIGHLIGHT_OUTPUT_DIR to another one."
    return fault("no_space", f"The reel cannot be written to {folder}: {reason}.", step)
