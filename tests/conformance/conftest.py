"""Peers, a home of their own for the servers, and the servers themselves, once per run."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from highlight_mcp.backend_locator import stop_backend
from highlight_mcp.settings import Settings
from media_factory import make_clip

from .node import Peers, PeersAbsent, find_peers
from .servers import PRODUCT, WITH_FIXTURES, serving


@pytest.fixture(scope="session")
def peers() -> Peers:
    """Node and the packages; the test is skipped where they cannot be had."""
    try:
        return find_peers()
    except PeersAbsent as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is the only media root."""
    return tmp_path_factory.mktemp("room")


@pytest.fixture(scope="session")
def clip(room: Path) -> Path:
    """Six seconds with two shots and a loud passage."""
    return make_clip(room / "clip.mp4", seconds=6, size=(160, 90), cuts=(3,), sound="noise", loud=[(2, 3)])


@pytest.fixture(scope="session")
def environment(room: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What servers need to work at this place; the backend they start is stopped at the end."""
    home = tmp_path_factory.mktemp("home")
    own = {
        "HIGHLIGHT_HOME": str(home / "data"),
        "HIGHLIGHT_OUTPUT_DIR": str(home / "reels"),
        "HIGHLIGHT_MEDIA_ROOTS": str(room),
        "HIGHLIGHT_IDLE_EXIT_S": "300",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HIGHLIGHT_", "NEMO_"))}
    yield {**inherited, **own}
    stop_backend(Settings.load({}, environ=own))


@pytest.fixture(scope="session")
def product(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a product server."""
    with serving(PRODUCT, environment, tmp_path_factory.mktemp("logs") / "product.log") as url:
        yield url


@pytest.fixture(scope="session")
def with_fixtures(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a product server with the fixtures of the suite."""
    with serving(WITH_FIXTURES, environment, tmp_path_factory.mktemp("logs") / "fixtures.log") as url:
        yield url
