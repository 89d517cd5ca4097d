"""Fixtures for every test: the repository, shared footage, small synthetic clips."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")

ROOT = Path(__file__).parents[1]
FOOTAGE = ROOT.parent / "shared" / "footage"
FAULTS = ROOT.parent / "shared" / "faults"


def pytest_xdist_auto_num_workers() -> int:
    """One for each processor: most tests start processes of their own, which more of them would keep waiting."""
    return os.cpu_count() or 1


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The root of the repository."""
    return ROOT


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
