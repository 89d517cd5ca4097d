"""A film, and the real MCP server pointed at a foreign address as a user does it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from mcp import Client

from client.conftest import QUICK
from highlight_mcp.backend_locator import connect
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.server.app import build_server
from highlight_mcp.settings import Settings
from media_factory import make_clip
from server.conftest import Host

Visit = Callable[[str], AbstractAsyncContextManager[Host]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of picture and sound."""
    return make_clip(tmp_path_factory.mktemp("film") / "match.mp4", seconds=4)


@pytest.fixture
def visit(tmp_path: Path) -> Visit:
    """`visit(url)`: a host of the MCP server whose backend is at an address."""

    @asynccontextmanager
    async def visiting(url: str) -> AsyncIterator[Host]:
        told = {"backend": url, "home": tmp_path / "home", "output_dir": tmp_path / "out"}
        settings = Settings.load(told, environ={})

        @asynccontextmanager
        async def opened() -> AsyncIterator[BackendClient]:
            config = await connect(settings, tmp_path / "client_id")
            async with BackendClient(replace(config, clocks=QUICK)) as client:
                yield client

        async with Client(build_server(opened)) as client:
            listed = await client.list_tools()
            yield Host(client, {tool.name: tool.output_schema for tool in listed.tools})

    return visiting
