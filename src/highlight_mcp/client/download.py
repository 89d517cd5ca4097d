"""Bringing a finished reel home: to a `.part` file first, checked, then under a name that was free."""

import logging
import os
import secrets
from collections.abc import Callable
from contextlib import aclosing
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
REDIRECTS = {301, 302, 303, 307, 308}

Received = Callable[[int], None]


class Downloads:
    """Fetches files; our credentials go to our own service and nowhere else."""

    def __init__(self, transport: Transport, credentials: Credentials) -> None:
        self._transport = transport
        self._credentials = credentials

    async def fetch(self, url: str, folder: Path, name: str, size: int | None, received: Received) -> Path:
        """Download `url` into `folder` under `name`, or a free name like it.

        `size` is the number of bytes that must arrive, if known. Raises ContractError
        `download_failed`, or `no_space`.
        """
        problem = "nothing arrived"
        for attempt in range(ATTEMPTS):
            part = folder / f".{secrets.token_hex(8)}.part"
            try:
                await anyio.Path(folder).mkdir(parents=True, exist_ok=True)
                await self._into(part, url, size, received)
                return await anyio.to_thread.run_sync(publish, part, folder, name)
            except Broken as trouble:
                problem = str(trouble)
            except OSError as error:
                raise ContractError(_of_disk(folder, error)) from None
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.Path(part).unlink(missing_ok=True)
            log.info("download: %s", problem)
            if attempt + 1 < ATTEMPTS:
                await anyio.sleep(self._credentials.config.timing.retry_delays[0])
        raise ContractError(fault("download_failed", f"The finished reel could not be downloaded: {problem}."))

    async def _into(self, part: Path, url: str, size: int | None, received: Received) -> None:
        for _hop in range(MAX_HOPS + 1):
            async with self._transport.stream("GET", url, await self._headers(url)) as answer:
                if answer.status in REDIRECTS:
                    url = _next(url, answer.headers.get("location", ""))
                    continue
                await _save(answer, part, size, received)
                return
        raise Broken("too many redirects", sent=True)

    async def _headers(self, url: str) -> dict[str, str]:
        """Authorization and attribution for our own service; nothing for others."""
        if origin(url) != origin(self._credentials.base_url):
            return {}
        token = await self._credentials.token()
        return attribution(self._credentials.config) | ({"Authorization": f"Bearer {token}"} if token else {})


async def _save(answer: Streamed, part: Path, size: int | None, received: Received) -> None:
    if answer.status != 200:
        raise Broken(f"the server answered with status {answer.status}", sent=True)
    length = answer.headers.get("content-length", "")
    expected = size if size else (int(length) if length.isdecimal() else None)
    done = 0
    async with await anyio.open_file(part, "xb") as file:
        chunks = answer.chunks()
        async with aclosing(chunks):
            async for chunk in chunks:
                await file.write(chunk)
                done += len(chunk)
                received(done)
        await file.flush()
        await anyio.to_thread.run_sync(os.fsync, file.wrapped.fileno())
    if done == 0 or (expected is not None and done != expected):
        raise Broken(f"{done} of {expected if expected is not None else 'unknown'} bytes arrived", sent=True)


def _next(url: str, location: str) -> str:
    target = urljoin(url, location) if location else ""
    if origin(target) is None or (url.startswith("https:") and not target.startswith("https:")):
        raise Broken("the server redirected to an unusable address", sent=True)
    return target


def _of_disk(folder: Path, error: OSError) -> Fault:
    reason = error.strerror or "the system refused"
    return fault("no_space", f"The reel cannot be written to {folder}: {reason}.")
