"""A stock ADK server in an environment of its own, and the calls of the cloud that it lacks in front of it."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import httpx
import pytest

from client.cloud import Cloud
from client.service import Reply, Seen, ok, wrong

PACKAGE = "google-adk==2.13.0"
SERVER = Path(__file__).with_name("adk") / "serve.py"
START_S = 100
APP = "/apps/nemo_agent/users/me/sessions"


@contextmanager
def adk_server(folder: Path) -> Iterator[str]:
    """The address of a running ADK server. Skips, with the reason, where the package cannot be had."""
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not here to fetch the Agent Development Kit")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [uv, "run", "--no-project", "--isolated", "--python", version, "--with", PACKAGE, "python", str(SERVER)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    log = folder / "adk.txt"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, cwd=folder, env={**environment, "OTEL_SDK_DISABLED": "true"}
        )
    first: Queue[str] = Queue()
    assert process.stdout is not None
    output = process.stdout
    reader = threading.Thread(target=lambda: first.put(output.readline().decode().strip()), daemon=True)
    reader.start()
    try:
        try:
            url = first.get(timeout=START_S)
        except Empty:
            url = ""
        if not url:
            pytest.skip(f"{PACKAGE} cannot be had here: {log.read_text(errors='replace').strip()[-300:]}")
        yield url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        output.close()
        reader.join(5)


class AdkCloud(Cloud):
    """The cloud's own calls before an ADK server; edit streams pass through byte for byte."""

    def __init__(self, adk: str) -> None:
        super().__init__()
        self._adk = adk
        self.streams: list[bytes] = []
        self.routes |= {
            "POST /api/tasks/me/with-session/nemo_agent": self._session,
            "POST /run_sse": self._stream,
            "GET /api/state/nemo_agent/me/*": self._state,
        }

    async def forget(self, session_id: str) -> None:
        """Lose a session."""
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            await http.delete(f"{self._adk}{APP}/{session_id}")

    async def _session(self, request: Seen) -> Reply:
        if (refusal := self.refused(request)) is not None:
            return refusal
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            made = (await http.post(f"{self._adk}{APP}", json={})).json()
        self.files[made["id"]] = []
        return ok({"task_id": f"task_{made['id']}", "session_id": made["id"], "user_id": "anon_1"})

    async def _state(self, request: Seen) -> Reply:
        session_id = request.path.split("/")[5]
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            answer = await http.get(f"{self._adk}{APP}/{session_id}")
        if answer.status_code == 404:
            return wrong(1002, 404)
        kept = {"draft": answer.json()["state"].get("draft"), "video_infos": self.files.get(session_id, [])}
        return ok({"session_id": session_id, "task_name": "project", "state": kept})

    async def _stream(self, request: Seen) -> Reply:
        """The request and the answer as they are, status and headers included."""
        http = httpx.AsyncClient(timeout=60, trust_env=False, verify=False)
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        made = http.build_request("POST", f"{self._adk}/run_sse", content=request.body, headers=headers)
        answer = await http.send(made, stream=True)
        kind = {"Content-Type": answer.headers["content-type"]}
        return Reply(answer.status_code, headers=kind, chunks=self._passed(http, answer))

    async def _passed(self, http: httpx.AsyncClient, answer: httpx.Response) -> AsyncIterator[bytes]:
        self.streams.append(b"")
        place = len(self.streams) - 1
        try:
            async for piece in answer.aiter_raw():
                self.streams[place] += piece
                yield piece
        except httpx.HTTPError as error:
            raise ConnectionError(str(error)) from error
        finally:
            await answer.aclose()
            await http.aclose()

    def frames(self, number: int = -1) -> list[Any]:
        """The events of a stream as the ADK server sent them."""
        return [json.loads(line[6:]) for line in self.streams[number].decode().split("\n") if line.startswith("data: ")]
