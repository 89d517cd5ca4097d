"""The reconciler says what it did, and is silent about what ended by itself."""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import pytest

from highlight_mcp.backend.database import Database
from highlight_mcp.backend.job_queue import Reconciler
from highlight_mcp.backend.jobs import RENDER, Attempts
from highlight_mcp.contract.errors import ErrorInfo


class Rows:
    """One job, which is open when it is listed and over (or not) when it is to be closed."""

    def __init__(self, *, still_open: bool) -> None:
        self.still_open = still_open

    def open_ids(self) -> list[str]:
        return ["r1"]

    def close(self, job_id: str, status: str, problem: ErrorInfo) -> bool:
        return self.still_open


class Finished:
    """A queue in which every workflow has ended."""

    def statuses(self, keys: Iterable[str]) -> dict[str, str]:
        return dict.fromkeys(keys, "SUCCESS")

    def wake(self, kind: str) -> None:
        """Nothing waits."""


@pytest.mark.parametrize("still_open", [True, False])
def test_a_job_that_ended_by_itself_meanwhile_is_no_news(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, still_open: bool
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    database.migrate()
    rows = Rows(still_open=still_open)
    reconciler = Reconciler(database, cast(Any, Finished()), Attempts(database), {RENDER: rows}, 0.1)
    with caplog.at_level(logging.WARNING):
        reconciler.reconcile()
    database.close()
    assert bool(caplog.records) is still_open
