"""Numbers of workers, limits of accounts, and word between processes, on a database of a server; signed addresses."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("obstore")

from highlight_mcp.backend.database import Database
from highlight_mcp.backend.jobs import EDIT
from highlight_mcp.backend.team.footage import TeamConfig
from highlight_mcp.backend.team.links import STEP_S, Signer
from highlight_mcp.backend.team.notices import Notices
from highlight_mcp.backend.team.queue import MOST_WAITING, TeamQueue
from highlight_mcp.backend.team.slots import Slot
from highlight_mcp.contract.errors import ApiError
from servers import NewDatabase
from waiting import eventually


@pytest.fixture
def address(new_database: NewDatabase) -> str:
    return new_database()


@pytest.fixture
def slots(address: str) -> Iterator[list[Slot]]:
    made = [Slot(address), Slot(address)]
    yield made
    for each in made:
        each.close()


@pytest.mark.peers
def test_a_worker_is_dead_when_its_connection_is_gone_and_its_number_goes_to_the_next(
    slots: list[Slot], address: str
) -> None:
    first, second = slots
    assert [first.name, second.name] == ["worker-1", "worker-2"]
    for name in ("worker-1", "front"):
        with second.dead(name) as is_dead:
            assert not is_dead
    first.close()
    eventually("the lock is free", lambda: _is_dead(second, "worker-1"))
    with second.dead("worker-1") as is_dead:
        assert is_dead
        third = Slot(address)
    assert third.name == "worker-3", "nobody becomes a worker while its jobs are handed back"
    third.close()
    fourth = Slot(address)
    assert fourth.name == "worker-1"
    fourth.close()


def _is_dead(slot: Slot, name: str) -> bool:
    with slot.dead(name) as is_dead:
        return is_dead


@pytest.mark.peers
def test_one_worker_looks_after_the_jobs_of_all(slots: list[Slot]) -> None:
    first, second = slots
    assert (first.leads(), second.leads(), first.leads()) == (True, False, True)
    first.close()
    assert eventually("the other one does", second.leads)


@pytest.mark.peers
def test_a_worker_whose_connection_was_ended_has_its_number_again(slots: list[Slot], address: str) -> None:
    first, second = slots
    first.keep()
    database = Database(address)
    with database.write() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(backend_pid) FROM workers WHERE number = 1")
    eventually("its connection is gone", lambda: _is_dead(second, "worker-1"))
    first.keep()
    first.keep()
    assert not _is_dead(second, "worker-1")
    database.close()


@pytest.mark.peers
def test_an_account_with_many_jobs_waiting_is_told_to_come_back_and_others_are_not(
    tmp_path: Path, address: str
) -> None:
    database = Database(address)
    queue = TeamQueue(TeamConfig(tmp_path, tmp_path, (), database=address), database, Notices(address))
    queue.connect()
    with database.write() as connection:
        for number in range(MOST_WAITING):
            queue.enqueue(connection, EDIT, f"turn_{number}", "ann")
    with pytest.raises(ApiError) as refused, database.write() as connection:
        queue.enqueue(connection, EDIT, "turn_more", "ann")
    assert (refused.value.fault.kind, refused.value.fault.retry_after_s) == ("rate_limited", 30)
    with database.write() as connection:
        queue.enqueue(connection, EDIT, "turn_bob", "bob")
    assert set(queue.statuses(["edit:turn_bob", "edit:turn_more"])) == {"edit:turn_bob"}
    queue.close()
    database.close()


@pytest.mark.peers
def test_word_reaches_every_process_and_a_commit_is_word(address: str) -> None:
    heard: list[object] = []
    here, there, database = Notices(address), Notices(address), Database(address)
    there.on("colour", heard.append)
    there.on("changed", lambda _value: heard.append("changed"))
    there.start()
    eventually("it listens", lambda: len(heard) == 2)
    here.tell("colour", {"name": "red"})
    here.tell("shape", "round")
    with database.write():
        pass
    eventually("both were heard", lambda: len(heard) == 4)
    assert heard[2:] == [{"name": "red"}, "changed"]
    for each in (here, there):
        each.close()
    database.close()


def test_an_address_is_good_for_what_it_was_made_for_and_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("highlight_mcp.backend.team.links.time.time", lambda: 1000.0)
    signer, other = Signer(secrets.token_hex(8)), Signer(secrets.token_hex(8))
    token = signer.token("reel", {"render": "r1"}, 60)
    assert signer.facts("reel", token) == {"render": "r1"}
    assert token == signer.token("reel", {"render": "r1"}, 60)
    body, mark = token.split(".")
    for wrong in (other.token("reel", {"render": "r1"}), f"{body}.{mark[:-1]}", f"A{body}.{mark}", body, "", "é.é"):
        assert signer.facts("reel", wrong) is None
    assert signer.facts("upload", token) is None
    monkeypatch.setattr("highlight_mcp.backend.team.links.time.time", lambda: 1060.0 + STEP_S)
    assert signer.facts("reel", token) is None
