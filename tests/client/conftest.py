"""Fixtures of the client tests: a scripted cloud on loopback, a client with short clocks."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import ClientConfig, Clocks

from .cloud import Cloud

MakeClient = Callable[..., BackendClient]

QUICK = Clocks(
    connect_s=2,
    silence_s=2,
    turn_total_s=10,
    heartbeats_only_s=10,
    notice_s=10,
    open_s=5,
    request_s=5,
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
