"""A whole service of a team, each part a process started by its own command."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import httpx2
import psycopg
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from server.conftest import Host
from waiting import eventually


@dataclass(frozen=True)
class Part:
    """One process, and what it writes."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def said(self, pattern: str) -> str | None:
        """The first group of what it has written by now; AssertionError when it has ended."""
        assert self.process.poll() is None, self.log.read_text()
        found = re.search(pattern, self.log.read_text())
        return found.group(1) if found else None

    def waited_for(self, pattern: str) -> str:
        """The same once it has been written."""
        return str(eventually(pattern, lambda: self.said(pattern)))


class Service:
    """The processes on one database and one store, and its people with their tokens."""

    def __init__(self, folder: Path, database: str, blobs: str, environment: dict[str, str]) -> None:
        self.folder = folder
        self.database = database
        own = {"HIGHLIGHT_DB": database, "HIGHLIGHT_BLOBS": blobs, "HIGHLIGHT_CONFIG": str(folder / "none.toml")}
        self.environment = {**os.environ, **environment, **own, "HIGHLIGHT_LANGUAGE": "en"}
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self.fronts: list[str] = []
        self.tokens: dict[str, str] = {}
        self._processes: list[subprocess.Popen[bytes]] = []

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """A command to its end."""
        told = {**self._own("shell"), **environment}
        return subprocess.run(self._command(*arguments), env=told, capture_output=True, text=True, timeout=110)

    def person(self, name: str, *more: str) -> None:
        """Add somebody, whom every front knows then."""
        done = self.run("user", "add", name, *more)
        assert done.returncode == 0, done.stderr
        self.tokens[name] = done.stdout.strip()
        bearer = {"Authorization": f"Bearer {self.tokens[name]}"}
        asked = [f"{front}/mcp" for front in self.fronts]  # who there is they look up once a second
        eventually(
            "all know them", lambda: 401 not in [httpx.post(u, headers=bearer, json={}).status_code for u in asked]
        )

    def start(self, *, workers: int, fronts: int) -> None:
        """Start so many more of both, and wait until they are at work."""
        taking = [self._begin(f"worker-{len(self.workers) + n}", "worker") for n in range(workers)]
        serving = [self._begin(f"front-{len(self.fronts) + n}", "http", "--port", "0") for n in range(fronts)]
        for part in taking:
            self.workers[part.waited_for(r"(worker-\d+) takes jobs")] = part.process
        for part in serving:
            self.fronts.append(part.waited_for(r"(http://\S+)/mcp"))
            eventually("the front is ready", lambda: httpx.get(f"{self.fronts[-1]}/readyz").is_success)

    def kill(self, worker: str) -> None:
        """kill -9 of a worker by the name that the queue knows it by."""
        process = self.workers.pop(worker)
        process.kill()
        process.wait(15)

    def worker_of(self, key: str) -> str:
        """Who works on a job, once its engine runs."""
        query = (
            "select executor_id from workflow_status join attempts on job_id = workflow_uuid "
            f"where workflow_uuid = '{key}' and status = 'PENDING' and outcome = 'running' and pid is not null"
        )
        return str(eventually(f"somebody works on {key}", lambda: self.rows(query))[0][0])

    @asynccontextmanager
    async def host(self, person: str, front: int = 0, **more: Any) -> AsyncIterator[Host]:
        """A host of a person at one of the fronts."""
        bearer = {"Authorization": f"Bearer {self.tokens[person]}"}
        async with (
            httpx2.AsyncClient(headers=bearer, timeout=60, verify=False) as http,
            Client(streamable_http_client(f"{self.fronts[front]}/mcp", http_client=http), **more) as client,
        ):
            listed = await client.list_tools()
            yield Host(client, {tool.name: tool.output_schema for tool in listed.tools})

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Look into the database."""
        with psycopg.connect(self.database, options="-c search_path=public,dbos") as connection:
            return list(connection.execute(query.encode()).fetchall())

    def logs(self) -> str:
        """The last of what everybody wrote."""
        return "\n".join(f"== {file.name}\n{file.read_text()[-3000:]}" for file in sorted(self.folder.glob("*.log")))

    def close(self) -> None:
        """End everybody."""
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self._processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(15)

    def _begin(self, name: str, *arguments: str) -> "Part":
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            made = subprocess.Popen(
                self._command(*arguments), env=self._own(name), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self._processes.append(made)
        return Part(made, log)

    def _own(self, name: str) -> dict[str, str]:
        return {**self.environment, "HIGHLIGHT_HOME": str(self.folder / name)}

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "highlight_mcp", *arguments]
