"""Fixtures of the backend's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .rig import Caller, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A fresh data directory; every process of it is gone at the end."""
    made = Rig(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One data directory for the tests of a module that only look or add."""
    made = Rig(tmp_path_factory.mktemp("shared"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def backend(shared_rig: Rig) -> Caller:
    """A running backend for the tests of a module."""
    return shared_rig.start()
