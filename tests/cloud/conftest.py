"""The tools over a scripted cloud: fixtures of the client's tests, and a driver that calls all seven tools."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from client.conftest import film, guest_config, scripted, scripted_own, strict_rig
from client.test_no_duplicates import CLOCKS
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.server.app import build_server
from highlight_mcp.server.options import ServerOptions
from highlight_mcp.testing import ScriptedCloud
from server.conftest import Host, text_of

__all__ = ["film", "scripted", "scripted_own", "strict_rig"]
OPTIONS = ServerOptions(wait_s=15, preview_s=5, longest_s=20, report_every_s=0.05)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Tools:
    """One user with seven tools. Every result is kept as the host sees it."""

    def __init__(self, cloud: ScriptedCloud, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
        self._cloud = cloud
        self._folder = folder
        self._caplog = caplog
        caplog.set_level(logging.DEBUG)
        self.told: list[str] = []
        self.errors: dict[str, dict[str, Any]] = {}

    async def use(self, film: str, **changes: Any) -> None:
        """Use every tool once, as a host would, whatever the others gave."""
        clocks = changes.pop("clocks", replace(CLOCKS, dropped_checks=4))
        config = guest_config(self._cloud, self._folder, **{"kind": "remote", "clocks": clocks, **changes})
        async with Client(build_server(lambda: BackendClient(config), OPTIONS)) as client:
            listed = await client.list_tools()
            host = Host(client, {tool.name: tool.output_schema for tool in listed.tools})
            await self._all(host, film)

    async def _all(self, host: Host, film: str) -> None:
        await self._call(host, "upload", sources=[film], wait_s=10)
        edited = await self._call(host, "edit", instruction="best bits", wait_s=15)
        await self._call(host, "get_state", detail="full", wait_s=2)
        await self._call(host, "preview")
        made = await self._call(host, "export", wait_s=15)
        await self._call(host, "credits")
        await self._call(host, "cancel", job_id=made.get("render_id") or edited.get("turn_id") or "turn_0")

    async def _call(self, host: Host, tool: str, **arguments: Any) -> dict[str, Any]:
        result = await host.raw(tool, **arguments)
        found = dict(result.structured_content or {})
        self.told += [text_of(result), json.dumps(found, ensure_ascii=False)]
        if result.is_error:
            self.errors[tool] = found["error"]
        return found

    def are_clear(self) -> None:
        """Every error says what was wrong in words; none is a mistake of ours."""
        for tool, error in self.errors.items():
            assert error["kind"] != "internal", (tool, error)
            assert error["message"], (tool, error)
            assert "Traceback" not in error["message"]
            assert "{" not in error["message"], (tool, error)

    def leak_nothing(self) -> None:
        """No token in results, logs, or any file but the private one that is made for it."""
        texts = {"a result": "\n".join(self.told), "the log": self._caplog.text}
        for path in self._folder.rglob("*"):
            if path.is_file() and path.parent.name != "tokens":
                texts[str(path)] = path.read_bytes().decode("utf-8", "replace")
        for place, text in texts.items():
            assert not [token for token in self._cloud.tokens if token in text], place
            assert "nmv_usr_" not in text, place
            assert "clm_" not in text, place
            assert "Bearer " not in text, place


@pytest.fixture
def tools(
    scripted: ScriptedCloud,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> Tools:
    """The tools over a scripted cloud that is no backend of ours."""
    return Tools(scripted, tmp_path, caplog)
