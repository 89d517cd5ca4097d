"""Fixtures of the client tests: a scripted cloud on loopback, a client with short clocks."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.rig import Rig
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import ClientConfig, Timeouts
from highlight_mcp.testing import ScriptedCloud, scripted_cloud

from .cloud import Cloud

MakeClient = Callable[..., BackendClient]

QUICK = Timeouts(
    connect_s=2,
    silence_s=2,
    turn_total_s=10,
    heartbeats_only_s=10,
    notice_s=10,
    open_s=5,
    request_s=5,
    submit_s=5,
    silent_polls=(0, 0.01, 0.02, 0.04),
    dropped_first_s=0.01,
    dropped_every_s=0.01,
    dropped_checks=5,
    retry_delays=(0.01, 0.01, 0.01),
    jitter=0,
    rate_limit_s=0.02,
    rate_limit_max_s=5,
    render_first_s=0.01,
    render_longest_s=0.01,
    render_polls=200,
    render_stall_s=10,
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """A scripted NemoVideo cloud on loopback."""
    service = Cloud()
    with service.running():
        yield service


@pytest.fixture
def config(cloud: Cloud, tmp_path: Path) -> Callable[..., ClientConfig]:
    """`config(kind="cloud", …)`: how to reach the scripted cloud, with short clocks."""

    def make(**changes: Any) -> ClientConfig:
        usual: dict[str, Any] = {
            "base_url": cloud.base_url,
            "kind": "cloud",
            "state_dir": tmp_path / "state",
            "output_dir": tmp_path / "out",
            "client_id_file": tmp_path / "client_id",
            "version": "0.1.0",
            "web_url": "https://web.test",
            "clocks": QUICK,
        }
        return ClientConfig(**{**usual, **changes})

    return make


@pytest.fixture
def connect(config: Callable[..., ClientConfig]) -> MakeClient:
    """`connect(kind="cloud", …)`: a client, to be used with `async with`."""
    return lambda **changes: BackendClient(config(**changes))


@pytest.fixture(scope="session")
def strict_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One strict backend with a quick engine, behind all scripted clouds of a run."""
    rig = Rig(tmp_path_factory.mktemp("strict"))
    rig.settings["timing"] = {"poll": 0.02, "reconcile": 0.05, "progress": 0.05, "heartbeat": 0.2}
    rig.start(profile="strict", idle_exit_s=3_600)
    yield rig
    rig.close()


@pytest.fixture
def scripted(strict_rig: Rig, tmp_path: Path) -> Iterator[ScriptedCloud]:
    """A scripted cloud that behaves until it is told otherwise."""
    strict_rig.plan()
    with scripted_cloud(tmp_path, upstream=strict_rig.callers[0].url) as running:
        yield running
    assert not running.problems


@pytest.fixture
def scripted_own(strict_rig: Rig, tmp_path: Path) -> Iterator[ScriptedCloud]:
    """A scripted cloud that offers what only our own backend offers."""
    strict_rig.plan()
    with scripted_cloud(tmp_path, upstream=strict_rig.callers[0].url, extensions=True) as running:
        yield running
    assert not running.problems


@pytest.fixture
def guest(scripted: ScriptedCloud, tmp_path: Path) -> MakeClient:
    """`guest(kind="cloud", …)`: a client of the scripted cloud, with short clocks, on a machine of its own."""
    return lambda **changes: BackendClient(guest_config(scripted, tmp_path, **changes))


def guest_config(scripted: ScriptedCloud, folder: Path, **changes: Any) -> ClientConfig:
    """How a machine whose files lie in `folder` reaches a scripted cloud, with short clocks."""
    usual: dict[str, Any] = {
        "base_url": scripted.url,
        "kind": "cloud",
        "state_dir": folder / "state",
        "output_dir": folder / "out",
        "client_id_file": folder / "client_id",
        "version": "0.1.0",
        "web_url": "https://web.test",
        "clocks": QUICK,
    }
    return ClientConfig(**{**usual, **changes})


@pytest.fixture
def film(tmp_path: Path) -> str:
    """A file that the quick engine takes for footage; its content is like no other."""
    path = tmp_path / "match.mp4"
    path.write_bytes(str(tmp_path).encode() * 20)
    return str(path)
