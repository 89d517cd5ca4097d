"""The package index of whoever runs this: fetching pinned wheels and installing packages with their own tools.

Which index is asked, and how, is what pip or uv is configured to do; no address stands here.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from ..engine.extras.published import Wheel
from ..messages.reasons import reason_of
from .shell import ShellError, undisturbed

Command = list[str]

_MOST_CHARS = 300


def download(wheel: Wheel, folder: Path) -> Path:
    """Fetch a wheel into an empty folder: its file, or the folder where uv has unpacked it.

    uv compares the digest of what it fetches; a file is still to be compared. Raises ShellError.
    """
    said: list[str] = []
    for name, route in (("pip", _own_pip()), ("uv", _uv()), ("pip", _other_pip())):
        if route is None:
            continue
        place = folder / str(len(said))
        place.mkdir()
        problem = _fetch_with_uv(route, wheel, place) if name == "uv" else _fetch_with_pip(route, wheel, place)
        if problem is None:
            return place if name == "uv" else next(place.glob("*.whl"))
        said.append(f"{name}: {problem}")
    if not said:
        raise ShellError("shell.extras.no_tool")
    raise ShellError("shell.extras.not_sent", wheel=wheel.requirement, reason="; ".join(dict.fromkeys(said)))


def install_command(packages: Sequence[str]) -> Command | None:
    """What installs packages for the Python that runs this; None where neither pip nor uv is there."""
    if pip := _own_pip():
        return [*pip, "install", *packages]
    if uv := _uv():
        return [*uv, "pip", "install", "--python", sys.executable, *packages]
    if pip := _other_pip():
        return [*pip, "--python", sys.executable, "install", *packages]
    return None


def install(command: Command) -> str | None:
    """Run it, in sight of whoever waits for it; what went wrong, or None."""
    return _problem_of(command, {}, shown=True)


def _fetch_with_pip(pip: Command, wheel: Wheel, place: Path) -> str | None:
    watched = sys.stdout.isatty()  # whoever waits sees how far it is
    command = [*pip, "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir",
               *(() if watched else ("--quiet",)), "--dest", str(place), wheel.requirement]  # fmt: skip
    # What is half there when it is interrupted lies in our folder, too.
    own = {"TMPDIR": str(place), "TEMP": str(place), "PIP_REQUIRE_VIRTUALENV": "0"}
    problem = _problem_of(command, own, shown=watched)
    return problem or (None if any(place.glob("*.whl")) else "no wheel")


def _fetch_with_uv(uv: Command, wheel: Wheel, place: Path) -> str | None:
    pinned = place.with_name(f"{place.name}.txt")
    pinned.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    command = [*uv, "pip", "install", "--no-deps", "--no-build", "--require-hashes", "--no-cache", "--quiet",
               "--python", sys.executable, "--target", str(place), "--requirement", str(pinned)]  # fmt: skip
    return _problem_of(command, {}, folder=place.parent)


def _problem_of(
    command: Command, more: Mapping[str, str], *, folder: Path | None = None, shown: bool = False
) -> str | None:
    """Run a program to its end; the last that it said where it failed. It ends with us."""
    out = None if shown else subprocess.DEVNULL
    process: subprocess.Popen[str] | None = None
    try:
        with undisturbed():
            process = subprocess.Popen(
                command, env={**os.environ, **more}, cwd=folder, stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace",
            )  # fmt: skip
        _, told = process.communicate()
    except OSError as error:
        return str(reason_of(error))
    finally:
        if process is not None and process.poll() is None:
            process.terminate()
            process.wait()
    return None if process.returncode == 0 else _reason_in(told) or f"exit {process.returncode}"


def _reason_in(told: str) -> str:
    """What a tool said from its first error on, else at the end, as one line."""
    lines = [" ".join(line.split()) for line in told.splitlines() if line.strip()]
    first = next((place for place, line in enumerate(lines) if line.casefold().startswith("error")), -2)
    return " ".join(lines[first:])[:_MOST_CHARS]


def _own_pip() -> Command | None:
    return [sys.executable, "-m", "pip"] if find_spec("pip") is not None else None


def _uv() -> Command | None:
    found = os.environ.get("UV") or shutil.which("uv")
    return [found] if found else None


def _other_pip() -> Command | None:
    found = shutil.which("pip") or shutil.which("pip3")
    return [found] if found else None
