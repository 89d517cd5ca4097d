"""People of a team: a name is given once, who is removed can be removed to the end; and shells without the extra."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

pytest.importorskip("obstore")

from highlight_mcp.backend.database import Database, now_ms
from highlight_mcp.backend.jobs import ProgressStore
from highlight_mcp.backend.ledger import Account
from highlight_mcp.backend.media_store import MediaStore
from highlight_mcp.backend.tables import sessions
from highlight_mcp.backend.team.people import TeamPeople
from highlight_mcp.backend.uploads import UploadJobs
from highlight_mcp.contract.session import UploadStart

WITHOUT_EXTRA = """
import sys
sys.modules["obstore"] = None
from highlight_mcp.cli import main
sys.exit([main(each.split()) for each in ("http --port 0", "worker", "user list", "fsck", "doctor --team")] != [1] * 5)
"""


def test_a_name_is_given_once(database: Database) -> None:
    here, there = TeamPeople(database), TeamPeople(database)
    assert (here.all(), there.all()) == ({}, {})
    assert (here.add("bob", "first"), there.add("bob", "second")) == (True, False)
    assert [each.token_hash for each in there.all().values()] == ["first"]


def test_who_comes_from_an_issuer_by_two_fronts_at_once_has_one_account(database: Database) -> None:
    here, there = TeamPeople(database), TeamPeople(database)
    assert (here.all(), there.all()) == ({}, {})
    assert here.account_of("id-1") == there.account_of("id-1")


def test_an_account_is_gone_once_its_person_is(database: Database) -> None:
    people = TeamPeople(database)
    people.add("bob", "first", granted=5)
    account = people.account_of("bob")
    assert not people.is_gone(account)
    assert people.remove("bob") == account
    assert people.is_gone(account)
    assert not people.is_gone("bob")
    assert not people.is_gone("..")


def test_uploads_of_an_account_take_turns_whatever_session_they_are_for(database: Database) -> None:
    people, queued = TeamPeople(database), []
    people.add("bob", "first")
    account = Account(people.account_of("bob"), unlimited=True)

    async def take(*_given: object) -> None:
        """Nothing is worked on here."""

    def enqueue(_connection: sa.Connection, kind: str, job: str, partition: str) -> None:
        queued.append((kind, job, partition))

    jobs = UploadJobs(database, ProgressStore(), MediaStore(database), take, shared=True)  # type: ignore[arg-type]
    for number in "12":
        row = {"id": f"s{number}", "task_id": number, "account_id": account.id, "name": "s", "language": "en"}
        with database.write() as connection:
            connection.execute(sessions.insert().values(**row, created_ms=now_ms(), updated_ms=now_ms()))
        asked = UploadStart.model_validate(
            {"upload_id": f"upload_{number}", "sources": [{"source": "a.mp4", "path": "/a"}]}
        )
        jobs.start(account, f"s{number}", asked, enqueue)
    assert queued == [("upload", "upload_1", account.id), ("upload", "upload_2", account.id)]


def test_without_the_extra_every_command_of_a_team_says_what_to_install(tmp_path: Path) -> None:
    told = {"HIGHLIGHT_DB": "postgresql://127.0.0.1:9/none", "HIGHLIGHT_BLOBS": str(tmp_path / "store")}
    environment = {**os.environ, **told, "HIGHLIGHT_HOME": str(tmp_path / "home"), "HIGHLIGHT_LANGUAGE": "en"}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRA], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr.count("Install highlight-mcp[team].")) == (0, 5), done.stderr
