"""A real HTTP server for several people: real uvicorn, a real backend process for each of them."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from highlight_mcp.backend_locator import stop_backend
from highlight_mcp.commands.http import access_of, shared_app
from highlight_mcp.server.http.app import HttpOptions, bind_socket
from highlight_mcp.server.http.users import FILE, User, UserStore, hash_of, new_token, read_users, write_users
from highlight_mcp.server.http.web_server import ConnectionLimits, WebServer
from highlight_mcp.settings import Settings, folder_of

from .conftest import Host, Mode


@dataclass
class Household:
    """A data directory with people; `tokens` are theirs."""

    settings: Settings
    options: HttpOptions = field(default_factory=lambda: HttpOptions(port=0))
    tokens: dict[str, str] = field(default_factory=dict)
    url: str = ""
    limits: ConnectionLimits | None = None

    @property
    def file(self) -> Path:
        return self.settings.home / FILE

    def add(self, name: str, *roots: Path) -> str:
        """Somebody new, with a token."""
        token = self.tokens[name] = new_token()
        write_users(self.file, {**read_users(self.file), name: User(name, hash_of(token), roots)})
        return token

    def remove(self, name: str) -> None:
        """Somebody goes."""
        write_users(self.file, {key: each for key, each in read_users(self.file).items() if key != name})

    def stop_backends(self) -> None:
        """End the backends of everybody there ever was."""
        for name in ["", *self.tokens]:
            stop_backend(self.settings.model_copy(update={"home": folder_of(self.settings, name)}))

    @asynccontextmanager
    async def host(self, name: str, mode: Mode = "auto", **more: Any) -> AsyncIterator[Host]:
        """A client with the token of a person."""
        bearer = {"Authorization": f"Bearer {self.tokens[name]}"} if name else {}
        async with (
            httpx2.AsyncClient(headers=bearer, timeout=60, verify=False) as http,
            Client(streamable_http_client(self.url, http_client=http), mode=mode, **more) as client,
        ):
            listed = await client.list_tools()
            yield Host(client, {tool.name: tool.output_schema for tool in listed.tools})


@contextmanager
def serving(household: Household) -> Iterator[Household]:
    """Serve a household on a free port of this machine, in a thread; its backends are stopped at the end."""
    people = UserStore(household.file)
    with bind_socket(household.options) as listener:
        options = replace(household.options, port=listener.getsockname()[1])
        options = replace(options, access=access_of(household.settings, people, options))
        app = shared_app(household.settings, people, options)
        server = WebServer(app, household.limits)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
        household.url = f"http://127.0.0.1:{options.port}/mcp"
        try:
            yield household
        finally:
            server.should_exit = True
            thread.join(20)
            household.stop_backends()


def household_in(folder: Path, **settings: Any) -> Household:
    """A household in a folder; nobody lives there yet."""
    given = {"home": folder / "data", "output_dir": folder / "reels", "idle_exit_s": 300, **settings}
    return Household(Settings.load({**given, "media_roots": str(folder / "common")}, environ={}))
