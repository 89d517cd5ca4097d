"""Kills at random moments: every accepted job must end once, and the next call must work.

    python benchmarks/kills.py --seed 1 --count 100 [--footage FILE]

Each moment, drawn by the seed: one kind of work (upload, analysis, edit, render, preview) is asked of a server over
stdio, and some share of its usual length later one or two processes (backend, engine, fork server, server) are killed
(SIGKILL), or stopped and continued (SIGSTOP, SIGCONT), or the whole data directory is copied while everything stands
still, much as a power cut would leave it, and served from the copy. Then a call is made, all jobs are awaited, and it
is checked:

* `fsck` finds nothing: one final row for each job, every version readable, reels and stored files there;
* every job that a caller was told of is known, and none failed, for one kill is survived;
* as many reels lie in the output folder as renders were completed;
* no engine is left that nobody waits for; after the last sweep no file of unfinished work is left anywhere.

Printed: a table of what was done and how it ended, and each finding. Exit status 1 when there is one. The schedule is
that of the seed; when within the work a signal arrives is up to the machine. Linux only.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from highlight_mcp.backend.fsck import check_data_directory
from highlight_mcp.backend.state_file import read_state
from highlight_mcp.backend_locator import backend_config, stop_backend
from highlight_mcp.settings import Settings

SAMPLE = Path(__file__).resolve().parents[1] / "src" / "highlight_mcp" / "sample" / "match.mp4"
WORKS = ("upload", "analysis", "edit", "render", "preview")
TARGETS = ("backend", "engine", "fork server", "server")
KILL, STOP, CUT = "kill", "stop", "power cut"
OVER_S = 120.0
"""Bound of every wait for the end of a job, in s."""
USUAL_S = {"upload": 1.0, "analysis": 4.0, "edit": 0.5, "render": 4.0, "preview": 1.0}
"""Of a work, in s, until it has been seen."""
CLIPS_MS = [[0, 2_000], [20_000, 22_000], [60_000, 62_000]]
EDIT = [
    {"op": "reset"},
    {"op": "keep", "ranges_ms": CLIPS_MS},
    {"op": "speed", "target": {"clips": [2]}, "factor": 1.25},
]


class HostGone(Exception):
    """The server ended before it answered."""


class Host:
    """A server process over stdio, spoken to line by line."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "highlight_mcp"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True,
        )  # fmt: skip
        self._number = 0
        facts = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "kills", "version": "1"}}
        self._ask("initialize", facts)
        self._send({"method": "notifications/initialized"})

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured content of a call, with `failed_call` where it is an error. Raises HostGone."""
        result = self._ask("tools/call", {"name": tool, "arguments": arguments})
        return {**(result.get("structuredContent") or {}), "failed_call": bool(result.get("isError"))}

    def close(self) -> None:
        self.process.kill()
        self.process.wait()

    def _ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        assert self.process.stdout is not None
        with suppress(OSError, ValueError):
            for line in self.process.stdout:
                message = json.loads(line)
                if message.get("id") == self._number:
                    return dict(message.get("result") or {"isError": True, "structuredContent": message.get("error")})
        raise HostGone

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            self.process.stdin.flush()
        except OSError:
            raise HostGone from None


@dataclass
class Moment:
    """What happens to which work, and when: `after` is a share of its usual length.

    The first `many` kinds of `targets` that are there are hit.
    """

    number: int
    work: str
    fault: str
    targets: tuple[str, ...]
    many: int
    after: float
    for_s: float
    hit: list[str] = field(default_factory=list)
    outcome: str = ""
    findings: list[str] = field(default_factory=list)


def schedule(seed: int, count: int) -> Iterator[Moment]:
    """The moments of a seed."""
    draw = random.Random(seed)
    for number in range(1, count + 1):
        fault = draw.choices((KILL, STOP, CUT), (14, 5, 1))[0]
        targets, many = tuple(draw.sample(TARGETS, len(TARGETS))), draw.choices((1, 2), (4, 1))[0]
        yield Moment(number, draw.choice(WORKS), fault, targets, many, draw.uniform(0, 1.1), draw.uniform(0.3, 5.0))


class Bench:
    """A data directory with all that is done to it."""

    def __init__(self, folder: Path, footage: Path, seed: int) -> None:
        self.folder = folder
        self.footage = footage
        self.draw = random.Random(seed + 1)
        self.media, self.temporary = folder / "media", folder / "temporary"
        for each in (self.media, self.temporary):
            each.mkdir()
        self.usual_s = dict(USUAL_S)
        self.accepted: set[tuple[str, str]] = set()
        self.serve_from(folder / "data")
        self.session = self.prepared()

    def serve_from(self, home: Path) -> None:
        """Use this data directory from now on, by a new server."""
        values = {"home": home, "output_dir": self.folder / "reels", "media_roots": str(self.media)}
        self.settings = Settings.load({**values, "idle_exit_s": 300}, environ={})
        self.config = backend_config(self.settings)
        own = {"HOME": home, "OUTPUT_DIR": values["output_dir"], "MEDIA_ROOTS": self.media, "IDLE_EXIT_S": 300}
        self.environment = {
            **os.environ, "TMPDIR": str(self.temporary), **{f"HIGHLIGHT_{name}": str(own[name]) for name in own}
        }  # fmt: skip
        self.host = Host(self.environment)

    def fresh(self) -> str:
        """A copy of the footage that nobody has seen: a box more, which every player passes over."""
        copy = self.media / f"footage-{self.draw.randrange(1 << 48):012x}.mp4"
        copy.write_bytes(self.footage.read_bytes() + b"\0\0\0\x10free" + self.draw.randbytes(8))
        return str(copy)

    def prepared(self) -> str:
        """A session with three clips."""
        session = str(self.host.call("upload", sources=[self.fresh()], new_session=True, wait_s=25)["session_id"])
        kept = self.host.call("edit", session_id=session, operations=[{"op": "keep", "ranges_ms": CLIPS_MS}])
        assert kept.get("status") == "done", kept
        return session

    def work(self, kind: str) -> Callable[[Host], dict[str, Any]]:
        """A call of this kind, with all that it needs made ready."""
        if kind == "upload":
            sources = [self.fresh() for _ in range(3)]
            return lambda host: host.call("upload", sources=sources, new_session=True, wait_s=25)
        if kind == "analysis":
            session = self.host.call("upload", sources=[self.fresh()], new_session=True, wait_s=25)["session_id"]
            wish = "the best moments, 6 seconds"
            return lambda host: host.call("edit", session_id=session, instruction=wish, wait_s=25)
        if kind == "edit":
            return lambda host: host.call("edit", session_id=self.session, operations=EDIT, wait_s=25)
        if kind == "preview":
            return lambda host: host.call("preview", session_id=self.session, what="storyboard")
        return lambda host: host.call("export", session_id=self.session, preset="draft", wait_s=25)

    def processes(self, target: str) -> list[psutil.Process]:
        """The processes of a kind that are alive."""
        if target == "server":
            return [psutil.Process(self.host.process.pid)] if self.host.process.poll() is None else []
        running = read_state(self.config.state_file)
        found = []
        with suppress(psutil.NoSuchProcess):
            if running is not None:
                backend = psutil.Process(running.pid)
                if target == "backend":
                    return [backend]
                waiting = [each for each in backend.children() if _is_fork_server(each)]
                if target == "fork server":
                    return waiting
                found = [each for each in backend.children() if each not in waiting]
                found += [each for server in waiting for each in server.children()]
        return [each for each in found if _is_alive(each)]

    def strays(self) -> list[psutil.Process]:
        """Processes of the product for this data directory that neither the backend nor we hold."""
        running = read_state(self.config.state_file)
        held = {self.host.process.pid} | ({running.pid} if running is not None else set())
        with suppress(psutil.NoSuchProcess):
            if running is not None:
                held |= {each.pid for each in psutil.Process(running.pid).children(recursive=True)}
        return [each for each in psutil.process_iter() if each.pid not in held and _belongs(each, self.folder)]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Look into the database, past the backend."""
        connection = sqlite3.connect(f"file:{self.config.database_file}?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def open_jobs(self) -> list[str]:
        """Jobs that have not ended."""
        query = (
            "select 'edit ' || id from turns where status = 'running' union all "
            "select 'upload ' || id from uploads where status = 'running' union all "
            "select 'render ' || id from renders where status in ('pending', 'processing')"
        )
        return [row[0] for row in self.rows(query)]

    def unfinished_files(self) -> list[str]:
        """Files of work that is not finished, wherever they may lie."""
        folders = (self.config.scratch, self.config.renders, self.temporary)
        files = [file for folder in folders for file in folder.rglob("*") if not file.is_dir()]
        reels = self.settings.output_dir
        files += [file for file in reels.glob("*") if file.name.startswith(".") or file.stat().st_size == 0]
        return [str(file.relative_to(self.folder)) for file in files]


def _is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


def _is_fork_server(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return "highlight_mcp.engine.fork_server" in process.cmdline()
    return False


def _belongs(process: psutil.Process, folder: Path) -> bool:
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        ours = process.environ().get("HIGHLIGHT_HOME", "").startswith(str(folder))
        return ours and "highlight_mcp" in " ".join(process.cmdline())
    return False


def waited(condition: Callable[[], Any], limit_s: float) -> bool:
    """Wait for a condition; False when it does not come true."""
    until = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def live(bench: Bench, moment: Moment) -> None:
    """One moment: the work, the fault, the next call, the checks."""
    call, answers = bench.work(moment.work), [{}]  # type: list[dict[str, Any]]
    host = bench.host

    def ask() -> None:
        try:
            answers.append(call(host))
        except HostGone:
            answers.append({"status": "the server is gone"})

    before = _counts(bench)
    thread, begun = threading.Thread(target=ask, daemon=True), time.monotonic()
    thread.start()
    time.sleep(bench.usual_s[moment.work] * moment.after)
    _strike(bench, moment)
    thread.join(OVER_S)
    if thread.is_alive():
        moment.findings.append(f"no answer within {OVER_S:.0f} s")
        host.close()
    if not moment.hit:
        bench.usual_s[moment.work] = 0.8 * bench.usual_s[moment.work] + 0.2 * (time.monotonic() - begun)
    _note(bench, answers[-1])
    moment.outcome = _outcome(answers[-1])
    if moment.fault == KILL and "server" in moment.hit:
        bench.host.close()
    if bench.host.process.poll() is not None:
        bench.host = Host(bench.environment)
    _check(bench, moment, before)


def _strike(bench: Bench, moment: Moment) -> None:
    if moment.fault == CUT:
        _cut(bench, moment)
        return
    there = [(name, found) for name in moment.targets if (found := bench.processes(name))]
    struck = [(name, each) for name, found in there[: moment.many] for each in found]
    number = signal.SIGKILL if moment.fault == KILL else signal.SIGSTOP
    for name, process in struck:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
            moment.hit.append(name)
    if moment.fault == STOP and struck:
        time.sleep(moment.for_s)
        for _, process in struck:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)


def _cut(bench: Bench, moment: Moment) -> None:
    """Copy the data directory while nothing moves, end everything, and serve from the copy."""
    everything = [each for name in ("server", "backend", "fork server", "engine") for each in bench.processes(name)]
    for process in everything:
        with suppress(psutil.NoSuchProcess):
            process.suspend()
    copy = bench.folder / f"data-{moment.number}"
    shutil.copytree(bench.config.home, copy, ignore=shutil.ignore_patterns("backend.json", "*.lock", "line"))
    for process in everything:
        with suppress(psutil.NoSuchProcess):
            process.kill()
            moment.hit.append("everything")
    # The database names files by their whole path, so the copy must stand where the first one stood.
    home = bench.config.home
    bench.host.process.wait()
    waited(lambda: not [each for each in everything if _is_alive(each)], 10)
    shutil.rmtree(home)
    copy.rename(home)
    bench.serve_from(home)


def _note(bench: Bench, answer: dict[str, Any]) -> None:
    for kind, name in (("turns", "turn_id"), ("renders", "render_id"), ("uploads", "job_id")):
        if answer.get(name):
            bench.accepted.add((kind, answer[name]))


def _outcome(answer: dict[str, Any]) -> str:
    error = answer.get("error") or {}
    if answer.get("failed_call") or error:
        return f"error {error.get('code') or error.get('kind') or json.dumps(answer)[:80]}"
    return str(answer.get("status") or ("answered" if answer else "nothing"))


FAILED = (
    "select 'edit ' || id, result from turns where status = 'failed' union all "
    "select 'source ' || source, fault from upload_items where fault is not null union all "
    "select 'upload ' || id, '' from uploads where status = 'failed' union all "
    "select 'render ' || id, fault from renders where status = 'failed'"
)


def _counts(bench: Bench) -> set[str]:
    return {row[0] for row in bench.rows(FAILED)}


def _check(bench: Bench, moment: Moment, failed_before: set[str]) -> None:
    found = moment.findings
    state = bench.host.call("get_state", session_id=bench.session)
    if state["failed_call"] or not state.get("timeline"):
        found.append(f"the next call failed: {json.dumps(state)[:300]}")
    if not waited(lambda: not bench.open_jobs(), OVER_S):
        found.append(f"never ended: {bench.open_jobs()}")
    if not waited(lambda: not bench.processes("engine"), 20):
        found.append("an engine works on: " + " ".join(map(str, bench.processes("engine"))))
    if not waited(lambda: not bench.strays(), 20):
        found.append(f"left over: {[each.cmdline() for each in bench.strays()]}")
    found += [f"failed: {name} {str(why)[:300]}" for name, why in bench.rows(FAILED) if name not in failed_before]
    found += _settled(bench, running=True)


def _settled(bench: Bench, *, running: bool) -> list[str]:
    """What must hold whenever no job is open."""
    checks = check_data_directory(bench.config, running=running)
    found = [f"fsck {each.name}: {'; '.join(map(str, each.broken))}" for each in checks if not each.ok]
    for kind, job in bench.accepted:
        if not bench.rows(f"select 1 from {kind} where id = '{job}'"):
            found.append(f"{kind} {job} was accepted and is not known")
    ((completed,),) = bench.rows("select count(*) from renders where status = 'completed'")
    reels = len(list(bench.settings.output_dir.glob("*.mp4")))
    if reels != completed:
        found.append(f"{reels} reels of {completed} completed renders")
    return found


def finish(bench: Bench) -> list[str]:
    """End everything, let one backend sweep, and look for what is left."""
    bench.host.call("get_state", session_id=bench.session)
    stop_backend(bench.settings)
    bench.host.close()
    waited(lambda: not bench.strays(), 10)
    bench.host = Host(bench.environment)
    bench.host.call("get_state", session_id=bench.session)
    stop_backend(bench.settings)
    bench.host.close()
    waited(lambda: not bench.strays(), 10)
    found = [f"a process is left over: {each.cmdline()}" for each in bench.strays()]
    found += [f"a file is left over: {name}" for name in bench.unfinished_files()]
    return found + _settled(bench, running=False)


@contextmanager
def bench_in(folder: Path, footage: Path, seed: int) -> Iterator[Bench]:
    """A bench; no process of it is left at the end."""
    bench = Bench(folder, footage, seed)
    try:
        yield bench
    finally:
        bench.host.close()
        stop_backend(bench.settings)
        for process in bench.strays():
            with suppress(psutil.NoSuchProcess):
                process.kill()


def told(moment: Moment, took_s: float) -> None:
    hit = "+".join(dict.fromkeys(moment.hit)) or "(nobody was there)"
    print(f"{moment.number:4} {moment.work:9} {moment.fault:9} {hit:28} at {moment.after:4.2f}   "
          f"{moment.outcome:24} {took_s:5.1f} s", flush=True)  # fmt: skip
    for finding in moment.findings:
        print(f"       FOUND {finding}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--footage", type=Path, default=SAMPLE)
    parser.add_argument("--keep", type=Path, help="a new folder for everything, which stays")
    arguments = parser.parse_args()
    kinds, findings = Counter(), 0  # type: Counter[str], int
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        with bench_in(folder.resolve(), arguments.footage, arguments.seed) as bench:
            for moment in schedule(arguments.seed, arguments.count):
                begun = time.monotonic()
                live(bench, moment)
                told(moment, time.monotonic() - begun)
                kinds[f"{moment.work} / {moment.fault}"] += bool(moment.hit)
                findings += len(moment.findings)
            left = finish(bench)
    for finding in left:
        print(f"       FOUND at the end: {finding}")
    print("\nfaults that hit somebody, by work:")
    for kind, number in sorted(kinds.items()):
        print(f"  {kind:24} {number:4}")
    print(f"{sum(kinds.values())} of {arguments.count} moments hit, {findings + len(left)} findings")
    return 1 if findings or left else 0


if __name__ == "__main__":
    sys.exit(main())
