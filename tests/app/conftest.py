"""A real browser before a test host, with the real server and a real backend behind it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from highlight_mcp.backend_locator import open_client, stop_backend
from highlight_mcp.server.options import ServerOptions
from highlight_mcp.settings import Settings
from media_factory import make_clip

from .bridge import Bridge
from .screen import Desk

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
HOSTILE = "<img src=x onerror=parent.pwned=1>.mp4"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium; the tests are skipped where Playwright or a browser is missing."""
    driver = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with driver.sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
        if found is None and not own.exists():
            pytest.skip("no Chromium on this machine")
        opened = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The only media root."""
    return tmp_path_factory.mktemp("room")


@pytest.fixture(scope="session")
def settings(room: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A data directory of its own; its backend is stopped at the end."""
    home = tmp_path_factory.mktemp("home")
    made = Settings.load(
        {"home": home / "data", "output_dir": home / "reels", "media_roots": str(room), "idle_exit_s": 300},
        environ={},
    )
    yield made
    stop_backend(made)


@pytest.fixture(scope="session")
def match(room: Path) -> Path:
    """Forty seconds with five shots and three loud passages; its name is an attempt."""
    loud = [(4, 6), (12, 15), (30, 33)]
    return make_clip(
        room / HOSTILE, seconds=40, size=(320, 180), cuts=(8, 16, 24, 32), sound="noise", loud=loud
    )  # fmt: skip


@pytest.fixture(scope="session")
def bridge(settings: Settings) -> Iterator[Bridge]:
    """The server behind the host page."""
    options = ServerOptions(media_roots=settings.media_roots)
    with Bridge(lambda: open_client(settings), options) as made:
        yield made


@pytest.fixture
def workspace(browser: Any, bridge: Bridge) -> Iterator[Desk]:
    """Opens pages; afterwards none of them has asked for anything from outside."""
    made = Desk(browser, bridge)
    yield made
    outside, errors = made.outside(), list(made.errors)
    with suppress(Exception):
        made.close()
    assert outside == []
    assert errors == []


@pytest.fixture
def session(bridge: Bridge, match: Path) -> str:
    """A session with a cut of three clips: 3 s, 4 s and 5 s."""
    added = bridge.call("upload", sources=[str(match)], new_session=True, wait_s=25)
    ranges = [[1000, 4000], [9000, 13000], [25000, 30000]]
    bridge.call("edit", session_id=added["session_id"], operations=[{"op": "keep", "ranges_ms": ranges}])
    return str(added["session_id"])
