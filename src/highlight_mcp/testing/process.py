"""A real backend on loopback, in a process and a folder of its own."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ..backend.state_file import RunningBackend
from ..backend_locator import running_backend
from ..settings import Settings, variable

START_S = 30.0
STOP_S = 10.0
POLL_S = 0.05


@contextmanager
def backend(
    folder: Path, media_roots: Sequence[Path] = (), profile: Literal["local", "strict"] = "local"
) -> Iterator[RunningBackend]:
    """Run a backend for as long as the context lasts; `url` and `secret` of what it gives reach it.

    Data and reels go under `folder`. `profile="strict"` follows the cloud's rules: credits, tokens,
    limits, and the faults that the header `X-Test-Fault` asks for. Raises RuntimeError, with the end of
    what it said, when it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        home=folder / "home", output_dir=folder / "reels", media_roots=tuple(media_roots) or (folder,), profile=profile
    )
    roots = os.pathsep.join(map(str, settings.media_roots))
    given = {"home": settings.home, "output_dir": settings.output_dir, "media_roots": roots, "profile": profile}
    environment = {**os.environ, **{variable(name): str(value) for name, value in given.items()}}
    log = folder / "backend-output.txt"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "highlight_mcp", "backend"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
    try:
        yield _ready(process, settings, log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(process: "subprocess.Popen[bytes]", settings: Settings, log: Path) -> RunningBackend:
    until, pause = time.monotonic() + START_S, threading.Event()
    while process.poll() is None and time.monotonic() < until:
        found = running_backend(settings)
        if found is not None and found.pid == process.pid:
            return found
        pause.wait(POLL_S)
    raise RuntimeError(f"The backend did not start: {log.read_text(encoding='utf-8', errors='replace')[-500:]}")
