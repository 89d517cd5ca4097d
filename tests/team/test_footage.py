"""Footage and findings that a worker has at hand, and what is removed of a store; in a directory and SQLite."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

pytest.importorskip("obstore")

from highlight_mcp.backend.cleanup import trim_cache
from highlight_mcp.backend.database import Database, now_ms
from highlight_mcp.backend.storage import FreeSpace
from highlight_mcp.backend.tables import media, sessions
from highlight_mcp.backend.team.blobs import MARK, Blob, Blobs
from highlight_mcp.backend.team.cleaning import GRACE, clean_store, missing_objects, needless_objects
from highlight_mcp.backend.team.footage import Footage, TeamConfig
from highlight_mcp.backend.team.people import TeamPeople
from highlight_mcp.contract.errors import ApiError

CONTENT = b"footage"
SHA = hashlib.sha256(CONTENT).hexdigest()
FINGERPRINT = "sampled:1"
FOUND = "sampled-1.pictures.json"


def key_for(account: str) -> str:
    return f"accounts/{account}/media/{SHA}.mp4"


def job_of(account: str) -> dict[str, Any]:
    return {"media": [{"path": MARK + key_for(account), "info": {"fingerprint": FINGERPRINT}}]}


@pytest.fixture
def config(tmp_path: Path) -> TeamConfig:
    return TeamConfig(tmp_path / "own", tmp_path, (), common=tmp_path / "common")


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    made = Blobs.at(str(tmp_path / "store"))
    for account in ("ann", "bob"):
        made.put_bytes(key_for(account), CONTENT)
    return made


def footage_in(config: TeamConfig, blobs: Blobs, floor: int = 0) -> Footage:
    config.common.mkdir(exist_ok=True)
    return Footage(config, blobs, FreeSpace(config.common, floor))


def at_hand(footage: Footage, account: str) -> dict[str, Any]:
    return footage.at_hand(job_of(account), footage.new_folder())


def test_what_was_found_for_one_account_is_not_read_for_another(config: TeamConfig, blobs: Blobs) -> None:
    footage = footage_in(config, blobs)
    (Path(at_hand(footage, "ann")["cache"]) / FOUND).write_text("found by ann")
    footage.keep_findings(job_of("ann"))
    elsewhere = footage_in(TeamConfig(config.home, config.home, (), common=config.common / "2"), blobs)
    for some in (footage, elsewhere):
        assert (Path(at_hand(some, "ann")["cache"]) / FOUND).read_text() == "found by ann"
        assert not (Path(at_hand(some, "bob")["cache"]) / FOUND).exists()
    assert [each.key for each in blobs.below("accounts/bob/cache")] == []


def test_findings_that_cannot_be_stored_fail_no_job(
    config: TeamConfig, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object) -> None:
        raise ConnectionError("the store is away")

    footage = footage_in(config, blobs)
    (Path(at_hand(footage, "ann")["cache"]) / FOUND).write_text("found")
    monkeypatch.setattr(blobs, "put", away)
    footage.keep_findings(job_of("ann"))


def test_footage_in_use_stays_while_room_is_made(config: TeamConfig, blobs: Blobs) -> None:
    used = Path(at_hand(footage_in(config, blobs), "ann")["media"][0]["path"])
    assert trim_cache(config.blobs, 0).files == 1
    assert used.read_bytes() == CONTENT
    again = Path(at_hand(footage_in(config, blobs), "ann")["media"][0]["path"])
    assert again.read_bytes() == CONTENT


def test_a_full_disk_is_told_and_nothing_is_fetched_to_it(config: TeamConfig, blobs: Blobs) -> None:
    footage = footage_in(config, blobs, floor=2**60)
    earlier = footage.place("accounts/ann/media/" + "0" * 64)
    earlier.parent.mkdir(parents=True)
    earlier.write_bytes(CONTENT)
    with pytest.raises(ApiError) as refused:
        at_hand(footage, "ann")
    assert refused.value.fault.kind == "no_space"
    assert [file for file in config.blobs.rglob("*") if file.is_file()] == [], "what is not in use makes room first"


class NoJobs:
    """A queue in which nothing is old."""

    def forget(self, _before_ms: int) -> int:
        return 0


def clean(database: Database, blobs: Blobs) -> None:
    clean_store(database, blobs, cast(Any, NoJobs()), 0)


def aged(tmp_path: Path, key: str) -> Path:
    file = tmp_path / "store" / key
    before = file.stat().st_mtime - GRACE.total_seconds() - 60
    os.utime(file, (before, before))
    return file


def test_what_is_needed_again_while_others_are_removed_stays(
    tmp_path: Path, database: Database, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = TeamPeople(database)
    people.add("ann", "a")
    account = people.account_of("ann")
    keys = [f"accounts/{account}/media/{number}.mp4" for number in range(3)]
    for key in keys:
        blobs.put_bytes(key, CONTENT)
    named, anew, needless = (aged(tmp_path, key) for key in keys)
    look = blobs.look

    def taken_up_meanwhile(key: str) -> Blob | None:
        if key == keys[1]:
            blobs.put_bytes(key, CONTENT)
        return look(key)

    monkeypatch.setattr(blobs, "look", taken_up_meanwhile)
    below = blobs.below

    def listed(prefix: str) -> Iterator[Blob]:
        yield from list(below(prefix))
        _name(database, account, MARK + keys[0])

    monkeypatch.setattr(blobs, "below", listed)
    clean(database, blobs)
    assert [file.exists() for file in (named, anew, needless)] == [True, True, False]


def _name(database: Database, account: str, path: str) -> None:
    now = now_ms()
    session = {"id": "s", "task_id": "t", "account_id": account, "name": "s", "language": "en"}
    of_it = {"session_id": "s", "id": "m", "position": 0, "path": path, "owned": True, "mtime_ns": 0, "info": "{}"}
    with database.write() as connection:
        connection.execute(sessions.insert().values(**session, created_ms=now, updated_ms=now))
        connection.execute(media.insert().values(**of_it, size_bytes=len(CONTENT), created_ms=now))


def test_an_object_that_is_nobodys_is_told_and_not_stumbled_over(database: Database, blobs: Blobs) -> None:
    blobs.put_bytes("accounts/stray", CONTENT)
    with database.read() as connection:
        assert [str(each) for each in missing_objects(connection, blobs)] == []
        assert len([str(each) for each in needless_objects(connection, blobs)]) == 2
