"""The bundle for Claude Desktop: packed with the official tool, started from the packed file as a host does."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from highlight_mcp import __version__

from .node import Peers

pytestmark = [pytest.mark.peers, pytest.mark.anyio]
MCPB = "@anthropic-ai/mcpb/dist/cli/cli.js"
BUNDLED = ("manifest.json", "pyproject.toml", "README.md", "LICENSE", "NOTICE", ".mcpbignore", "src")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def bundle(peers: Peers, repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packed file."""
    folder = tmp_path_factory.mktemp("bundle")
    tree = folder / "tree"
    tree.mkdir()
    for name in BUNDLED:
        source = repo_root / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, tree / name)
    packed = folder / "highlight.mcpb"
    for command in (["validate", str(tree / "manifest.json")], ["pack", str(tree), str(packed)]):
        done = peers.run(peers.script(MCPB, *command))
        assert done.returncode == 0, done.stdout + done.stderr
    return packed


async def test_a_host_that_unpacks_the_bundle_can_start_it(bundle: Path, tmp_path: Path) -> None:
    if shutil.which("uv") is None:
        pytest.skip("uv is not on the path, which a bundle of type uv needs")
    home = tmp_path / "bundle"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(home)
    manifest = json.loads((home / "manifest.json").read_text(encoding="utf-8"))
    chosen = {"output_dir": str(tmp_path / "reels"), "media_root": str(tmp_path)}
    assert set(chosen) == set(manifest["user_config"])
    config = filled(manifest["server"]["mcp_config"], {"__dirname": str(home), **prefixed(chosen)})
    prepare(config, tmp_path)
    server = StdioServerParameters(
        command=config["command"],
        args=config["args"],
        env={**os.environ, **config["env"], "HIGHLIGHT_HOME": str(tmp_path / "data"), "VIRTUAL_ENV": ""},
    )
    async with Client(server) as client:
        assert client.server_info is not None
        assert client.server_info.version == __version__
        listed = [tool.name for tool in (await client.list_tools()).tools]
    assert listed == [tool["name"] for tool in manifest["tools"]]


def prepare(config: dict[str, Any], folder: Path) -> None:
    """Let uv set the bundle up, as the first start does, so that a registry out of reach is told from a fault."""
    command = [config["command"], *config["args"], "--version"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=110,
        cwd=folder,
        env={**os.environ, "VIRTUAL_ENV": ""},
        check=False,
    )
    if done.returncode and "Failed to fetch" in done.stderr:
        pytest.skip("no package registry can be reached")
    assert done.returncode == 0, done.stderr


def prefixed(values: dict[str, str]) -> dict[str, str]:
    return {f"user_config.{name}": value for name, value in values.items()}


def filled(value: Any, values: dict[str, str]) -> Any:
    """The configuration with its `${…}` replaced."""
    if isinstance(value, dict):
        return {name: filled(each, values) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, values) for each in value]
    for name, text in values.items():
        value = value.replace(f"${{{name}}}", text)
    return value
