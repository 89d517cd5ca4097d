"""Where a caller finds a finished reel: a path for who is at this machine, an address for who is elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import anyio

from ..client.results import RenderResult
from ..contract.errors import ErrorInfo, error_info
from .http.reel_links import HALF_S, lasting

LOOPBACK = ("127.0.0.1", "localhost", "::1")
Address = Callable[[str, Path, float], str]
"""The download address of a render and its file, good for at least so many seconds."""


@dataclass(frozen=True)
class LinkProvider:
    """Hands out the reels below `folder`; `paths` is true when callers are at this machine and know its paths."""

    address: Address = field(compare=False)
    folder: Path
    paths: bool


class FileLocation(NamedTuple):
    """Where one reel is, as far as its caller can use it; `lost` says that its file is gone."""

    path: Path | None = None
    url: str | None = None
    passing: bool = False
    """True for an address of this server, which ends after a while."""
    lost: bool = False


async def locate_reel(render: RenderResult, counter: LinkProvider | None, least_s: float = HALF_S) -> FileLocation:
    """Where the finished reel of a render is; nothing for one that is not finished."""
    if render.status != "completed":
        return FileLocation()
    if counter is None or render.path is None:
        return FileLocation(render.path, public_url(render))
    if await anyio.to_thread.run_sync(lasting, render.path, counter.folder) is None:
        return FileLocation(lost=True)
    url = counter.address(render.render_id, render.path, least_s)
    return FileLocation(render.path if counter.paths else None, url, passing=True)


def public_url(render: RenderResult) -> str | None:
    """The address of the file, unless it is one of this machine, which carries a secret and ends with the backend."""
    if not render.url or urlsplit(render.url).hostname in LOOPBACK:
        return None
    return render.url


def lost_reel(render: RenderResult) -> ErrorInfo:
    """What to say of a reel whose file was removed after it had been made."""
    return error_info("file_missing", "server.reel_lost", name=render.path.name if render.path else render.render_id)
