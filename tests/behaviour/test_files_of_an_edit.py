"""How many files an edit passes through, from the call of the tool to the stored version: few enough to read."""

import os
import re
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from highlight_mcp.backend_locator import stop_backend
from highlight_mcp.settings import Settings
from server.conftest import Host

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
HERE = Path(__file__).parent
KEEP = {"op": "keep", "ranges_ms": [[1000, 3000], [5000, 7000]]}
VOLUME = {"op": "volume", "target": {"clips": [1]}, "level": 0.5}
STORED = "backend/sessions.py accept"


def files_until_stored(calls: Path) -> set[str]:
    """The files of the functions that were entered before the version was there."""
    lines = calls.read_text("utf-8").splitlines()
    return {line.partition(" ")[0] for line in lines[: lines.index(STORED) + 1]}


async def test_an_edit_passes_through_as_many_files_as_the_architecture_says(
    match: Path, settings: Settings, environment: dict[str, str], tmp_path: Path, repo_root: Path
) -> None:
    most = re.search(r"at most (\d+) files", (repo_root / "ARCHITECTURE.md").read_text("utf-8"))
    assert most is not None
    switch = tmp_path / "switch"
    switch.write_bytes(b"0")
    own = {"HIGHLIGHT_HOME": str(tmp_path / "home"), "PYTHONPATH": str(HERE / "calls"), "NOTED_CALLS": str(switch)}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "highlight_mcp"], env={**os.environ, **environment, **own}
    )
    try:
        async with Client(server) as client:
            listed = await client.list_tools()
            host = Host(client, {tool.name: tool.output_schema for tool in listed.tools})
            uploaded = await host.call("upload", sources=[str(match)], wait_s=25)
            assert uploaded["status"] == "done"
            await host.finished("edit", operations=[KEEP])
            with switch.open("r+b") as shared:
                shared.write(b"1")
            assert (await host.finished("edit", operations=[VOLUME]))["status"] == "done"
    finally:
        stop_backend(settings.model_copy(update={"home": tmp_path / "home"}))
    files = files_until_stored(switch.with_name("switch.calls"))
    assert {"server/tools/edit.py", "client/edits.py", "backend/edits.py", "engine/edit/job.py"} <= files
    assert len(files) <= int(most[1]), "\n".join(sorted(files))
