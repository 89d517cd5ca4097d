"""Fixtures for every test: the repository, shared footage, small synthetic clips."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest

ROOT = Path(__file__).parents[1]
FOOTAGE = ROOT.parent / "shared" / "footage"
FAULTS = ROOT.parent / "shared" / "faults"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgres"), default="sqlite", help="what the tests of the backend run on"
    )
    parser.addoption(
        "--part", default="1/1", metavar="K/N", help="only the K-th of N shares of the tests, by their names"
    )


def pytest_configure() -> None:
    """Before anything is loaded."""
    _keep_bytecode()
    _speak_english()
    from hypothesis import settings

    settings.register_profile("any-machine", deadline=None, max_examples=int(os.environ.get("EXAMPLES", "40")))
    settings.load_profile("any-machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to other shares; a test is always in the same one."""
    share, shares = map(int, config.getoption("--part").split("/"))
    others = [item for item in items if crc32(item.nodeid.encode()) % shares != share - 1]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]


def _keep_bytecode() -> None:
    """Where Python is told to write no bytecode, keep it beside the results of pytest.

    Each of the hundreds of processes that tests start would compile all that it loads: half of their processor time.
    """
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode = False
        sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(ROOT / ".pytest_cache" / "bytecode")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def _speak_english() -> None:
    """Whatever machine runs the tests: its language is that of the shell."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "HIGHLIGHT_LANGUAGE"):
        os.environ.pop(name, None)


def pytest_xdist_auto_num_workers() -> int:
    """Two for each processor and one more: a test often waits, for a process of its own or for what must not happen."""
    return 2 * (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def forked_backends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Backends that hosts within the tests start are forked, but in `test_process.py`, which is about their start."""
    from forked import Backend
    from highlight_mcp import backend_locator

    if sys.platform != "win32":
        monkeypatch.setattr(backend_locator, "start_process", Backend)


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all workers of this run, for what takes long to make."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def footage() -> Callable[[str], Path]:
    """`footage("video/bee_thistle.mp4")`: a file of the shared footage; the test is skipped where it is absent."""

    def find(name: str) -> Path:
        path = FOOTAGE / name
        if not path.exists():
            pytest.skip(f"shared footage {name} is not on this machine")
        return path

    return find


@pytest.fixture(scope="session")
def faults() -> Callable[[str], Path]:
    """`faults("ts/ts_av.mp4")`: a file of the shared faulty inputs; the test is skipped where it is absent."""

    def find(name: str) -> Path:
        path = FAULTS / name
        if not path.exists():
            pytest.skip(f"shared input {name} is not on this machine")
        return path

    return find
