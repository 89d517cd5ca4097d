"""The real fork server with the fake engine; `FAKE_PLAN` is read anew for each job, its `idle_s` once."""

import json
import os
import select
import signal
import socket
from pathlib import Path
from typing import Any

from backend import fake_engine
from highlight_mcp.engine import fork_server


def main() -> int:
    """One job, as the plan says now; with `unread` it is not even read before the job `birth` misbehaves."""
    fake_engine.PLAN.clear()
    fake_engine.PLAN.update(planned())
    if fake_engine.PLAN.get("unread"):
        select.select([0], [], [])
        fake_engine.misbehave("birth")
    return fake_engine.main()


def planned() -> dict[str, Any]:
    """The plan as it is now."""
    return dict(json.loads(Path(os.environ["FAKE_PLAN"]).read_text()))


def settled() -> None:
    """Lead a session of its own; with `stopped_at_birth` only once somebody lets the process go on."""
    if planned().get("stopped_at_birth"):
        os.kill(os.getpid(), signal.SIGSTOP)
    SETSID()


SETSID = os.setsid

if __name__ == "__main__":
    os.setsid = settled
    fork_server.main = main  # type: ignore[attr-defined]
    fork_server.IDLE_S = fake_engine.PLAN.get("idle_s", fork_server.IDLE_S)
    fork_server.JobForker(socket.socket(fileno=0), lambda: None).serve()
