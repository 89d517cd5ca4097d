"""`highlight-mcp doctor`: checks this machine and says what to do."""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from ..messages import Message, in_words, listed, message, next_step_of, say, sentences, verbatim
from ..messages.reasons import reason_of
from ..server.outputs import word_of
from ..settings import Settings
from ..timeline.schemas import FrozenModel, MessageField

MIN_FREE_GB = 2


class DoctorCheck(FrozenModel):
    """One finding; `next_step` says what to do and is empty when all is well."""

    name: str
    ok: bool
    detail: MessageField
    next_step: MessageField = verbatim("")


def run(arguments: argparse.Namespace) -> int:
    """Print every check: this machine, what one host will see, or a team. Returns 1 when one needs attention."""
    if arguments.host:
        from .host_check import check_host

        return _tell(check_host(arguments.host), arguments.json)
    if arguments.team:
        from .team import told

        return told(_team)(arguments)
    settings = Settings.load()
    checks = [
        check_python(),
        *check_codecs(),
        check_fonts(settings),
        check_folder("data directory", settings.home),
        check_folder("output folder", settings.output_dir),
        check_sqlite(settings),
        check_databases(settings),
        check_roots(settings),
        check_backend(settings),
        check_sandbox(),
        check_extras(settings),
    ]
    return _tell(checks, arguments.json)


def _team(arguments: argparse.Namespace) -> int:
    from .team import team_settings
    from .team_check import check_team

    return _tell(check_team(team_settings(arguments)), arguments.json)


def _tell(checks: list[DoctorCheck], as_json: bool) -> int:
    if as_json:
        found = [in_words(check.model_dump(mode="json")) for check in checks]
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    else:
        for check in checks:
            state, name = say("shell.well" if check.ok else "shell.todo"), word_of("shell.check", check.name)
            sys.stdout.write(f"{say('shell.checked', state=state, name=name, detail=check.detail)}\n")
            if check.next_step:
                sys.stdout.write(f"     {check.next_step}\n")
    return 0 if all(check.ok for check in checks) else 1


def check_python() -> DoctorCheck:
    """The interpreter, between 3.11 and 3.15."""
    version = ".".join(map(str, sys.version_info[:3]))
    ok = (3, 11) <= sys.version_info < (3, 16)
    step = verbatim("") if ok else message("shell.doctor.python.next")
    return DoctorCheck(name="Python", ok=ok, detail=verbatim(version), next_step=step)


def check_codecs() -> list[DoctorCheck]:
    """Encode one frame of H.264 and one of AAC for real: a codec that is listed need not work."""
    return [_trial("H.264 encoder", _encode_picture), _trial("AAC encoder", _encode_sound)]


def _trial(name: str, encode: Callable[[], Message]) -> DoctorCheck:
    try:
        return DoctorCheck(name=name, ok=True, detail=encode())
    except (ImportError, OSError, ValueError) as error:
        step = message("shell.doctor.encoder.next")
        return DoctorCheck(name=name, ok=False, detail=reason_of(error), next_step=step)


def _encode_picture() -> Message:
    import av
    from av.video.codeccontext import VideoCodecContext

    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = 64, 64, "yuv420p", Fraction(25)
    size = sum(packet.size for packet in [*encoder.encode(av.VideoFrame(64, 64, "yuv420p")), *encoder.encode(None)])
    return message("shell.doctor.libx264", size=size, version=av.__version__)


def _encode_sound() -> Message:
    import av
    import numpy as np
    from av.audio.codeccontext import AudioCodecContext

    encoder = av.CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "fltp"
    frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
    frame.sample_rate = 48_000
    size = sum(packet.size for packet in [*encoder.encode(frame), *encoder.encode(None)])
    return message("shell.doctor.aac", size=size)


def check_fonts(settings: Settings) -> DoctorCheck:
    """Fonts for Latin and Chinese titles; missing Chinese is no fault, it is only said."""
    from ..engine.errors import EngineError
    from ..engine.render.fonts import require_fonts

    name = str(settings.font) if settings.font else message("shell.doctor.system_fonts")
    try:
        require_fonts("Title")
    except EngineError as error:
        return DoctorCheck(name="fonts", ok=False, detail=error.what, next_step=error.step)
    try:
        require_fonts("标题")
    except EngineError as error:
        latin = message("shell.doctor.latin", name=name)
        return DoctorCheck(name="fonts", ok=True, detail=latin, next_step=error.step)
    return DoctorCheck(name="fonts", ok=True, detail=message("shell.doctor.latin_and_chinese", name=name))


def check_folder(name: str, folder: Path) -> DoctorCheck:
    """Can files be written there, and is there room."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free / 1e9
    except OSError as error:
        unwritable = message("shell.doctor.unwritable", folder=str(folder), reason=reason_of(error))
        return DoctorCheck(name=name, ok=False, detail=unwritable, next_step=next_step_of(unwritable))
    ok = free >= MIN_FREE_GB
    room = message("shell.doctor.room", folder=str(folder), free=free)
    step = verbatim("") if ok else message("shell.doctor.room.next", needed=MIN_FREE_GB)
    return DoctorCheck(name=name, ok=ok, detail=room, next_step=step)


def check_sqlite(settings: Settings) -> DoctorCheck:
    """Try in the data directory what the backend asks of SQLite."""
    from ..backend import sqlite

    try:
        return DoctorCheck(name="SQLite", ok=True, detail=sqlite.check(settings.home))
    except sqlite.UnfitSqlite as error:
        return DoctorCheck(name="SQLite", ok=False, detail=error.what, next_step=error.step)
    except OSError as error:
        untried = message("shell.doctor.untried", reason=reason_of(error))
        return DoctorCheck(name="SQLite", ok=False, detail=untried, next_step=next_step_of(untried))


def check_databases(settings: Settings) -> DoctorCheck:
    """Are the databases whole, that of this machine and those of the people of the HTTP server."""
    from ..backend.sqlite import problem_of
    from ..backend_locator import backend_config
    from ..settings import folder_of, people_with_folders

    homes = [folder_of(settings, person) for person in ("", *people_with_folders(settings))]
    configs = [backend_config(settings.model_copy(update={"home": home})) for home in homes]
    problems = [problem for config in configs if (problem := problem_of(config)) is not None]
    if problems:
        steps = [problem.step for problem in problems]
        distinct = [step for place, step in enumerate(steps) if step not in steps[:place]]
        told = sentences(*(problem.what for problem in problems))
        return DoctorCheck(name="database", ok=False, detail=told, next_step=sentences(*distinct))
    there = sum(config.database_file.exists() for config in configs)
    told = message("shell.doctor.readable" if there else "backend.fsck.nothing_yet")
    return DoctorCheck(name="database", ok=True, detail=told)


def check_roots(settings: Settings) -> DoctorCheck:
    """The folders footage may be read from."""
    missing = tuple(str(root) for root in settings.media_roots if not root.is_dir())
    roots = message("shell.doctor.roots", roots=tuple(map(str, settings.media_roots)))
    step = message("shell.doctor.roots.next", missing=missing) if missing else verbatim("")
    return DoctorCheck(name="media folders", ok=not missing, detail=roots, next_step=step)


def check_sandbox() -> DoctorCheck:
    """Try what an engine process cannot do here; a system that offers less is no fault, it is only said."""
    from ..engine import sandbox

    with tempfile.TemporaryDirectory() as folder:
        trial = subprocess.run([sys.executable, "-m", sandbox.__name__, folder], capture_output=True, check=False)
    try:
        held = [name for name, holds in json.loads(trial.stdout).items() if holds]
    except ValueError:
        held = []
    if not held:
        return DoctorCheck(name="sandbox", ok=True, detail=message("shell.doctor.limits_alone"))
    told = message("shell.doctor.confined", what=tuple(message(f"shell.doctor.no_{name}") for name in held))
    return DoctorCheck(name="sandbox", ok=True, detail=told)


def check_extras(settings: Settings) -> DoctorCheck:
    """Which extras can be used; none is needed, so what is missing is only said."""
    from ..engine.extras.catalogue import EXTRAS

    states = {name: extra.state(settings.models) for name, extra in EXTRAS.items()}
    extras = (message("shell.doctor.extra", name=name, state=_state(state)) for name, state in states.items())
    missing = [name for name, state in states.items() if state != "ready"]
    step = message("shell.doctor.extras.next", names="|".join(missing)) if missing else verbatim("")
    return DoctorCheck(name="extras", ok=True, detail=listed(*extras), next_step=step)


def _state(state: str) -> Message:
    return message(f"shell.extras.state.{state}")


def check_backend(settings: Settings) -> DoctorCheck:
    """Is the local backend running; not running is fine, it starts on first need."""
    from ..backend_locator import running_backend

    if settings.base_url is not None:
        return DoctorCheck(name="backend", ok=True, detail=message("shell.doctor.set_to", url=settings.base_url))
    running = running_backend(settings)
    if running is None:
        return DoctorCheck(name="backend", ok=True, detail=message("shell.doctor.not_running"))
    facts = message("shell.doctor.running", version=running.version, pid=running.pid)
    return DoctorCheck(name="backend", ok=True, detail=facts)
