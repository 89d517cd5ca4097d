"""A real backend process with a fake engine, and a small HTTP client for it."""

import json
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from waiting import eventually

from .host import BackendProcess

HERE = Path(__file__).parent
WITH_QUEUE = "-c search_path=public,dbos"
QUICK = {"poll": 0.1, "reconcile": 0.1, "progress": 0.2}


FIRST_RELEASE = """
drop table upload_items; drop table uploads; alter table media drop column identity;
drop index sessions_by_change; drop index turns_by_number; drop index renders_by_number; drop index renders_by_change;
alter table sessions drop column changed; alter table turns drop column number;
alter table renders drop column number; alter table renders drop column changed;
alter table sessions drop column highest_id; alter table versions drop column operations;
update versions set change = 'cut [to] 1000 ms'; create unique index one_of_a_turn on versions (turn_id);
update highlight_schema set version = 1;
"""


class Rig:
    """One data directory with the processes that serve it, one after another or at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home, self.output, self.media = folder / "home", folder / "out", folder / "media"
        self.media.mkdir()
        self.plan_file, self.effects_file = folder / "plan.json", folder / "effects.log"
        self.settings: dict[str, Any] = {"timing": QUICK}
        self.processes: list[BackendProcess] = []
        self.callers: list[Caller] = []
        self.plan()

    def plan(self, **plan: Any) -> None:
        """Tell the fake engine how to behave from now on."""
        self.plan_file.write_text(json.dumps({"effects": str(self.effects_file), **plan}))

    def clip(self, name: str = "a.mp4", content: bytes = b"footage") -> str:
        """A media file under the media root."""
        (self.media / name).write_bytes(content)
        return str(self.media / name)

    def launch(self, **settings: Any) -> BackendProcess:
        """Start a backend process, without waiting for it."""
        config = {
            "home": str(self.home),
            "output_dir": str(self.output),
            "media_roots": [str(self.media)],
            "idle_exit_s": 120,
            "child_command": [sys.executable, str(HERE / "fake_engine.py")],
            "child_environment": {"FAKE_PLAN": str(self.plan_file)},
            **self.settings,
            **settings,
        }
        file = self.folder / f"config-{len(self.processes)}.json"
        file.write_text(json.dumps(config))
        process = BackendProcess(file, self.folder / f"output-{len(self.processes)}.log")
        self.processes.append(process)
        return process

    def start(self, **settings: Any) -> "Caller":
        """Start a backend and wait until it is ready."""
        process = self.launch(**settings)
        return self.ready(process)

    def ready(self, process: BackendProcess) -> "Caller":
        """Wait until this process has announced itself."""

        def announced() -> dict[str, Any] | None:
            if process.poll() is not None:
                raise AssertionError(f"the backend ended with {process.returncode}: {self.logs()}")
            state = self.state()
            return state if state is not None and state["pid"] == process.pid else None

        state = eventually("the backend is ready", announced)
        self.callers.append(Caller(state["url"], state["secret"]))
        return self.callers[-1]

    def state(self) -> dict[str, Any] | None:
        try:
            return dict(json.loads((self.home / "backend.json").read_text()))
        except (FileNotFoundError, ValueError):
            return None

    def kill(self) -> None:
        """kill -9 of the newest backend."""
        self.processes[-1].kill()
        self.processes[-1].wait(10)

    def wait_end(self, limit_s: float = 20.0) -> int:
        """Wait for the newest backend to end by itself."""
        return self.processes[-1].wait(limit_s)

    def effects(self, word: str, job: str = "") -> int:
        """How often the fake engine noted something."""
        lines = self.effects_file.read_text().splitlines() if self.effects_file.exists() else []
        return sum(line.split()[:2] == [word, job] if job else line.split()[0] == word for line in lines)

    def engine_pids(self) -> list[int]:
        """Fake engines that are alive and belong to this rig."""
        lines = self.effects_file.read_text().splitlines() if self.effects_file.exists() else []
        pids = {int(line.split()[2]) for line in lines if line.split()[0] == "start"}
        return [pid for pid in pids if _alive(pid)]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Look into the database, past the backend."""
        connection = sqlite3.connect(self.home / "backend.db", timeout=30)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def change(self, *statements: str) -> None:
        """Write into the database, past the backend."""
        with sqlite3.connect(self.home / "backend.db", timeout=30) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    def make_older(self) -> None:
        """Give the database the tables of the first release; no backend may be running."""
        connection = sqlite3.connect(self.home / "backend.db", timeout=30)
        try:
            connection.executescript(FIRST_RELEASE)
        finally:
            connection.close()

    def finals(self, key: str) -> list[str]:
        """The kinds of the final ledger rows of a job."""
        found = self.rows(f"select kind from ledger where job_id = '{key}' and kind in ('settle', 'refund')")
        return [row[0] for row in found]

    def reels(self) -> list[str]:
        """What lies in the output folder, hidden files too."""
        return sorted(entry.name for entry in self.output.iterdir()) if self.output.is_dir() else []

    def partials(self) -> list[str]:
        """Files left in the working folders."""
        folders = (self.home / "renders", self.home / "tmp")
        return [str(file) for folder in folders for file in folder.rglob("*") if file.is_file()]

    def logs(self) -> str:
        files = [*self.folder.glob("output-*.log"), self.home / "backend.log"]
        return "\n".join(file.read_text()[-3000:] for file in files if file.exists())

    def close(self) -> None:
        for caller in self.callers:
            caller.http.close()
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait(10)
        eventually("no engine is left", lambda: not self.engine_pids(), 10)


class PostgresRig(Rig):
    """The same with its rows in a database of a server."""

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__(folder)
        self.address = address
        self.settings["database"] = address

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.address, options=WITH_QUEUE) as connection:
            return list(connection.execute(query.encode()).fetchall())

    def change(self, *statements: str) -> None:
        with psycopg.connect(self.address, options=WITH_QUEUE) as connection:
            for statement in statements:
                connection.execute(statement.encode())


class Caller:
    """An HTTP client with the secret of one backend."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=40, verify=False)

    def get(self, path: str, **options: Any) -> Any:
        """The JSON of a GET."""
        return self.http.get(path, **options).json()

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """The JSON of a POST."""
        return self.http.post(path, json=body, **options).json()

    def session(self, name: str = "My game", *paths: str) -> str:
        """A new session with these files."""
        made = self.post("/api/tasks/me/with-session/nemo_agent", {"task_name": name})
        session_id = str(made["data"]["session_id"])
        if paths:
            answer = self.upload(session_id, *paths)
            assert answer["code"] == 0, answer
        return session_id

    def upload(self, session_id: str, *paths: str) -> Any:
        return self.post(f"/api/upload-video/nemo_agent/me/{session_id}", {"paths": paths, "source_type": "path"})

    def state(self, session_id: str) -> Any:
        return self.get(f"/api/state/nemo_agent/me/{session_id}/latest")["data"]

    def turn(self, session_id: str, wait_s: float = 0) -> Any:
        return self.get(f"/api/local/turns/{session_id}/latest", params={"wait_s": wait_s})["data"]

    def edit(self, session_id: str, text: str = "best bits", **args: Any) -> list[dict[str, Any]]:
        """Run one turn to its end; the JSON of all frames."""
        with self.run(session_id, text, **args) as answer:
            return [json.loads(line[5:]) for line in answer.iter_lines() if line.startswith("data:")]

    @contextmanager
    def run(self, session_id: str, text: str | None, headers: Any = None, **args: Any) -> Iterator[httpx.Response]:
        parts: list[dict[str, Any]] = [{"text": text}] if text else []
        if args:
            parts.append({"function_call": {"name": "apply_operations", "args": args}})
        body = {"app_name": "nemo_agent", "user_id": "me", "session_id": session_id, "new_message": {"parts": parts}}
        with self.http.stream("POST", "/run_sse", json=body, headers=headers) as answer:
            yield answer

    def submit(self, session_id: str, render_id: str = "render_1", **output: Any) -> Any:
        """Start a render of the current draft."""
        draft = self.state(session_id)["state"]["draft"]
        body = {"id": render_id, "sessionId": session_id, "draft": draft, "output": output}
        return self.post("/api/render/proxy/lambda", body)

    def render(self, render_id: str = "render_1") -> Any:
        return self.get(f"/api/render/proxy/lambda/{render_id}")

    def finished(self, render_id: str = "render_1", limit_s: float = 30.0) -> Any:
        """Wait for the end of a render."""

        def final() -> Any:
            answer = self.render(render_id)
            return answer if answer["status"] in ("completed", "failed", "cancelled") else None

        return eventually(f"{render_id} is over", final, limit_s)


def _alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
