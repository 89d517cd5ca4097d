"""One embedded backend and one cloud with the real engine for all doors of a run, and short real footage."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from highlight_mcp.settings import Settings
from highlight_mcp.testing import ScriptedCloud, backend, scripted_cloud
from media_factory import make_clip
from server.conftest import Bench, environment, room, settings

from .doors import Door, Way

__all__ = ["environment", "room", "settings"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def match(room: Path) -> Path:
    """Twelve seconds with three shots and a loud passage."""
    return make_clip(room / "match.mp4", seconds=12, cuts=(4, 8), sound="noise", loud=[(5, 7)])


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ScriptedCloud, str]]:
    """A cloud with the real engine behind it, and the token of an account of it without limits."""
    folder = tmp_path_factory.mktemp("strict")
    with backend(folder, profile="strict") as running, scripted_cloud(folder, upstream=running.url) as cloud:
        yield cloud, running.secret
    assert not cloud.problems


@pytest.fixture
def cloud(strict: tuple[ScriptedCloud, str]) -> Iterator[ScriptedCloud]:
    """The cloud, which behaves until it is told otherwise."""
    yield strict[0]
    strict[0].clear()


@pytest.fixture
def door(
    request: pytest.FixtureRequest, settings: Settings, environment: dict[str, str], tmp_path: Path
) -> Door:  # fmt: skip
    """The way that the test is parametrized with; in memory to the embedded backend when it is not."""
    way: Way = getattr(request, "param", Way("memory", "auto", "embedded"))
    if way.backend == "embedded":
        return Door(way, settings, environment, tmp_path)
    cloud = request.getfixturevalue("cloud")
    return Door(way, settings, environment, tmp_path, cloud, request.getfixturevalue("strict")[1])


@pytest.fixture
def bench(settings: Settings) -> Bench:
    """Servers of the embedded backend, in memory."""
    return Bench(settings)
