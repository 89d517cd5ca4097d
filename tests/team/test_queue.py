"""Numbers of workers, limits of accounts, and word between processes, on a database of a server; signed addresses."""

import asyncio
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import anyio
import pytest

pytest.importorskip("obstore")

from highlight_mcp.backend.database import Database
from highlight_mcp.backend.jobs import EDIT
from highlight_mcp.backend.team.footage import TeamConfig
from highlight_mcp.backend.team.links import STEP_S, Signer
from highlight_mcp.backend.team.notices import Notices
from highlight_mcp.backend.team.own_home import own_home
from highlight_mcp.backend.team.queue import MOST_WAITING, Leader, TeamQueue
from highlight_mcp.backend.team.slots import Slot
from highlight_mcp.contract.errors import ApiError
from servers import NewDatabase
from waiting import eventually, until


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
def test_one_worker_looks_after_the_jobs_of_all_once_others_had_time_to_have_their_numbers_again(
    slots: list[Slot], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = slots
    assert not first.leads()
    monkeypatch.setattr("highlight_mcp.backend.team.slots.SETTLE_S", 0.0)
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


class Beating:
    """A worker that leads, and the calls of its signs of life."""

    def __init__(self) -> None:
        self.beats = 0

    def keep(self) -> None:
        self.beats += 1

    def leads(self) -> bool:
        return True

    def hand_back(self, _slot: object) -> None:
        """No worker is dead."""

    def reconcile(self) -> int:
        return 0


def test_a_worker_gives_signs_of_life_while_a_clean_up_waits_for_a_store_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("highlight_mcp.backend.team.queue.EVERY_S", 0.01)
    came_back, worker = threading.Event(), Beating()
    stand_in = cast(Any, worker)
    leader = Leader(stand_in, stand_in, stand_in, lambda: assert_came_back(came_back))

    async def working() -> None:
        tasks = [asyncio.create_task(leader.lead()), asyncio.create_task(leader.keep())]
        await until(lambda: worker.beats > 5)
        for task in tasks:
            task.cancel()
        came_back.set()

    anyio.run(working)


def assert_came_back(store: threading.Event) -> None:
    assert store.wait(60)


def test_a_folder_of_a_process_that_is_stopped_stays_and_that_of_a_dead_one_goes(tmp_path: Path) -> None:
    with own_home(tmp_path, "worker-1") as stopped:
        (stopped / "file").touch()
        dead = tmp_path / "worker-1-dead"
        dead.mkdir()
        (tmp_path / "worker-1-dead.lock").touch()
        with own_home(tmp_path, "worker-1") as other:
            assert (stopped / "file").exists()
            assert not dead.exists()
        assert stopped.exists()
        assert not other.exists()
    assert list(tmp_path.iterdir()) == []
