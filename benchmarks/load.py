"""Many people, sessions and queued exports at once: none lost or doubled, served in turn, and answers meanwhile.

    python benchmarks/load.py --people 6 --sessions 100 --jobs 1000 --clients 50 [--preset edl]

Each person has a data directory and a backend, as on a server, and all share one line for their engines. The sessions
are shared out evenly, the jobs not: the first person orders half of them before anybody else orders any. While they
run, all clients ask for the health of a backend again and again. Printed: jobs accepted and refused as busy; how many
the first person had done when each of the others was served for the first time and for the last; pings in milliseconds;
processes, resident memory and open files at most; each job that was lost, doubled or failed. Exit status 1 where there
is one. Linux.
"""

import argparse
import itertools
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import anyio
import psutil

from highlight_mcp.backend.state_file import read_state
from highlight_mcp.backend_locator import backend_config, open_client, stop_backend
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.settings import USERS, Settings

SAMPLE = Path(__file__).resolve().parents[1] / "src" / "highlight_mcp" / "sample" / "match.mp4"
CUT = [{"op": "keep", "ranges_ms": [[0, 2_000], [20_000, 22_000]]}]
LIMIT_S = 3_600.0
PAUSE_S = 0.1
"""Between two pings of one client."""


class Person:
    """A data directory, its client, and the ids of what was accepted."""

    def __init__(self, room: Path, name: str) -> None:
        self.name = name
        values = {"home": room / USERS / name, "output_dir": room / "reels" / name, "media_roots": str(SAMPLE.parent)}
        self.settings = Settings.load({**values, "idle_exit_s": 600}, environ={})
        self.config = backend_config(self.settings)
        self.client: BackendClient
        self.sessions: list[str] = []
        self.accepted: list[str] = []
        self.refused = 0

    async def prepare(self, count: int) -> None:
        """Sessions with a cut each."""
        for number in range(count):
            session = (await self.client.session(name=f"{self.name} {number}")).session_id
            await self.client.upload(session, [str(SAMPLE)])
            turn = await self.client.start_edit(session, operations=CUT)
            await turn.wait(LIMIT_S)
            self.sessions.append(session)

    async def order(self, count: int, preset: str) -> None:
        """Exports, shared out over the sessions."""
        for number, session in zip(range(count), itertools.cycle(self.sessions), strict=False):
            try:
                made = await self.client.start_render(session, preset, f"{number}.{preset}")
                self.accepted.append(made.render_id)
            except ApiError as error:
                if error.fault.kind != "busy":
                    raise
                self.refused += 1

    def rows(self, query: str) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(f"file:{self.config.database_file}?mode=ro", uri=True, timeout=60)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def open_jobs(self) -> int:
        return len(self.rows("select 1 from renders where status in ('pending', 'processing')"))

    def ends(self) -> list[int]:
        """When each export ended, in epoch milliseconds."""
        return [int(str(row[0])) for row in self.rows("select finished_ms from renders order by finished_ms") if row[0]]

    def problems(self) -> list[str]:
        """Jobs that were lost, doubled or failed."""
        known = {str(row[0]): str(row[1]) for row in self.rows("select id, status from renders")}
        finals = [str(row[0]) for row in self.rows("select job_id from ledger where kind in ('settle', 'refund')")]
        found = [f"{self.name}: {job} is lost" for job in self.accepted if job not in known]
        found += [f"{self.name}: {job} {status}" for job, status in known.items() if status != "completed"]
        found += [f"{self.name}: {job} has not one final row" for job in known if finals.count(f"render:{job}") != 1]
        files = len(list(self.settings.output_dir.iterdir()))
        return found + ([f"{self.name}: {files} files of {len(known)} exports"] if files != len(known) else [])


async def ping(person: Person, times: list[float], over: anyio.Event) -> None:
    while not over.is_set():
        begun = time.monotonic()
        with suppress(ApiError):
            await person.client.health()
            times.append(1000 * (time.monotonic() - begun))
        await anyio.sleep(PAUSE_S)


async def watch(people: list[Person], most: dict[str, int], over: anyio.Event) -> None:
    """The most processes, memory and open files of all backends together."""
    while not over.is_set():
        seen = await anyio.to_thread.run_sync(_usage, people)
        for name, value in seen.items():
            most[name] = max(most.get(name, 0), value)
        await anyio.sleep(1)


def _usage(people: list[Person]) -> dict[str, int]:
    states = [read_state(person.config.state_file) for person in people]
    backends = [psutil.Process(state.pid) for state in states if state is not None and psutil.pid_exists(state.pid)]
    found = {"engines": 0, "backends_mb": 0, "all_mb": 0, "files_of_a_backend": 0}
    for backend in backends:
        with suppress(psutil.NoSuchProcess):
            found["backends_mb"] += backend.memory_info().rss >> 20
            found["files_of_a_backend"] = max(found["files_of_a_backend"], backend.num_fds())
            for process in (backend, *backend.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    found["all_mb"] += process.memory_info().rss >> 20
                    found["engines"] += process.pid != backend.pid
    return found


async def load(arguments: argparse.Namespace, room: Path) -> int:
    people = [Person(room, f"p{number}") for number in range(arguments.people)]
    pings: list[float] = []
    most: dict[str, int] = {}
    async with AsyncExitStack() as stack:
        for person in people:
            person.client = await stack.enter_async_context(open_client(person.settings))
        async with anyio.create_task_group() as preparing:
            for person in people:
                preparing.start_soon(person.prepare, max(1, arguments.sessions // len(people)))
        ordered_s, took_s = await run(arguments, people, pings, most)
    return told(people, pings, most, ordered_s, took_s)


async def run(
    arguments: argparse.Namespace, people: list[Person], pings: list[float], most: dict[str, int]
) -> tuple[float, float]:
    """Order everything and wait for the end: seconds until all was ordered, and until all was over."""
    over, begun = anyio.Event(), time.monotonic()
    async with anyio.create_task_group() as tasks:
        for number in range(arguments.clients):
            tasks.start_soon(ping, people[number % len(people)], pings, over)
        tasks.start_soon(watch, people, most, over)
        await people[0].order(arguments.jobs // 2, arguments.preset)
        async with anyio.create_task_group() as ordering:
            for person in people[1:]:
                ordering.start_soon(person.order, arguments.jobs // 2 // (len(people) - 1), arguments.preset)
        ordered_s = time.monotonic() - begun
        with anyio.fail_after(LIMIT_S):
            while any([await anyio.to_thread.run_sync(person.open_jobs) for person in people]):  # noqa: ASYNC110
                await anyio.sleep(0.5)
        over.set()
    return ordered_s, time.monotonic() - begun


def told(people: list[Person], pings: list[float], most: dict[str, int], ordered_s: float, took_s: float) -> int:
    accepted, refused = sum(len(each.accepted) for each in people), sum(each.refused for each in people)
    print(f"{accepted} accepted in {ordered_s:.0f} s, {refused} refused as busy, all over after {took_s:.0f} s")
    first, *others = [person.ends() for person in people]
    for person, ends in zip(people[1:], others, strict=True):
        before = [sum(1 for end in first if end < own) for own in (ends[0], ends[-1])] if ends else []
        print(f"{person.name}: {len(ends)} ended; the first person had {before} of {len(first)} by its first and last")
    ordered = sorted(pings)
    late = ordered[max(0, round(0.95 * len(ordered)) - 1)]
    pinged = f"{len(pings)} pings: median {statistics.median(pings):.0f} ms, 95 % {late:.0f} ms"
    print(f"{pinged}, longest {ordered[-1]:.0f} ms")
    print("at most: " + ", ".join(f"{name} {value}" for name, value in most.items()))
    problems = [problem for person in people for problem in person.problems()]
    print("\n".join(problems) or "none lost, doubled or failed")
    return 1 if problems else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--preset", default="edl", help="what is exported")
    arguments = parser.parse_args()
    os.environ.setdefault("HIGHLIGHT_LOG_LEVEL", "WARNING")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        try:
            return anyio.run(load, arguments, Path(room))
        finally:
            for number in range(arguments.people):
                stop_backend(Person(Path(room), f"p{number}").settings)


if __name__ == "__main__":
    sys.exit(main())
