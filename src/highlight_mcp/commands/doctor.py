"""`highlight-mcp doctor`: checks this machine and says what to do."""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from ..settings import Settings
from ..timeline.schemas import FrozenModel

MIN_FREE_GB = 2


class DoctorCheck(FrozenModel):
    """One finding; `next_step` says what to do and is empty when all is well."""

    name: str
    ok: bool
    detail: str
    next_step: str = ""


def run(arguments: argparse.Namespace) -> int:
    """Print every check. Returns 1 when one needs attention."""
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
        check_extras(settings),
    ]
    if arguments.json:
        sys.stdout.write(json.dumps([check.model_dump() for check in checks], ensure_ascii=False) + "\n")
    else:
        for check in checks:
            mark = "ok  " if check.ok else "TODO"
            sys.stdout.write(f"{mark} {check.name}: {check.detail}\n")
            if check.next_step:
                sys.stdout.write(f"     {check.next_step}\n")
    return 0 if all(check.ok for check in checks) else 1


def check_python() -> DoctorCheck:
    """The interpreter, between 3.11 and 3.15."""
    version = ".".join(map(str, sys.version_info[:3]))
    ok = (3, 11) <= sys.version_info < (3, 16)
    return DoctorCheck(name="Python", ok=ok, detail=version, next_step="" if ok else "Use Python 3.11 to 3.15.")


def check_codecs() -> list[DoctorCheck]:
    """Encode one frame of H.264 and one of AAC for real: a codec that is listed need not work."""
    return [_trial("H.264 encoder", _encode_picture), _trial("AAC encoder", _encode_sound)]


def _trial(name: str, encode: Callable[[], str]) -> DoctorCheck:
    try:
        return DoctorCheck(name=name, ok=True, detail=encode())
    except (ImportError, OSError, ValueError) as error:
        return DoctorCheck(
            name=name,
            ok=False,
            detail=str(error),
            next_step="Reinstall PyAV: pip install --force-reinstall av",
        )


def _encode_picture() -> str:
    import av
    from av.video.codeccontext import VideoCodecContext

    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = 64, 64, "yuv420p", Fraction(25)
    size = sum(packet.size for packet in [*encoder.encode(av.VideoFrame(64, 64, "yuv420p")), *encoder.encode(None)])
    return f"libx264 works ({size} bytes for one frame), PyAV {av.__version__}"


def _encode_sound() -> str:
    import av
    import numpy as np
    from av.audio.codeccontext import AudioCodecContext

    encoder = av.CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "fltp"
    frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
    frame.sample_rate = 48_000
    size = sum(packet.size for packet in [*encoder.encode(frame), *encoder.encode(None)])
    return f"aac works ({size} bytes for one frame)"


def check_fonts(settings: Settings) -> DoctorCheck:
    """Fonts for Latin and Chinese titles; missing Chinese is no fault, it is only said."""
    from ..engine.errors import EngineError
    from ..engine.render.fonts import font_for

    name = str(settings.font) if settings.font else "system fonts"
    try:
        font_for("Title", 40)
    except EngineError as error:
        return DoctorCheck(name="fonts", ok=False, detail=error.message, next_step=error.next_step)
    try:
        font_for("标题", 40)
    except EngineError as error:
        return DoctorCheck(name="fonts", ok=True, detail=f"{name}: Latin yes, Chinese no", next_step=error.next_step)
    return DoctorCheck(name="fonts", ok=True, detail=f"{name}: Latin and Chinese")


def check_folder(name: str, folder: Path) -> DoctorCheck:
    """Can files be written there, and is there room."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free / 1e9
    except OSError as error:
        return DoctorCheck(
            name=name, ok=False, detail=f"{folder} cannot be written: {error.strerror}",
            next_step="Give yourself write permission there, or choose another folder in the settings.",
        )  # fmt: skip
    ok = free >= MIN_FREE_GB
    step = "" if ok else f"Free some space: a reel and its working files need up to {MIN_FREE_GB} GB."
    return DoctorCheck(name=name, ok=ok, detail=f"{folder}, {free:.1f} GB free", next_step=step)


def check_sqlite(settings: Settings) -> DoctorCheck:
    """Try in the data directory what the backend asks of SQLite."""
    from ..backend import sqlite

    try:
        return DoctorCheck(name="SQLite", ok=True, detail=sqlite.check(settings.home))
    except sqlite.UnfitSqlite as error:
        return DoctorCheck(name="SQLite", ok=False, detail=f"{error}", next_step=str(error.step))
    except OSError as error:
        return DoctorCheck(
            name="SQLite", ok=False, detail=f"not tried: {error.strerror}", next_step="See the data directory."
        )


def check_databases(settings: Settings) -> DoctorCheck:
    """Are the databases whole, that of this machine and those of the people of the HTTP server."""
    from ..backend.sqlite import problem_of
    from ..backend_locator import backend_config
    from ..settings import folder_of, people_with_folders

    homes = [folder_of(settings, person) for person in ("", *people_with_folders(settings))]
    configs = [backend_config(settings.model_copy(update={"home": home})) for home in homes]
    problems = [problem for config in configs if (problem := problem_of(config)) is not None]
    if problems:
        return DoctorCheck(
            name="database", ok=False, detail=" ".join(problem.message for problem in problems),
            next_step=" ".join(dict.fromkeys(problem.next_step for problem in problems)),
        )  # fmt: skip
    there = sum(config.database_file.exists() for config in configs)
    return DoctorCheck(name="database", ok=True, detail="readable" if there else "nothing here yet")


def check_roots(settings: Settings) -> DoctorCheck:
    """The folders footage may be read from."""
    missing = [str(root) for root in settings.media_roots if not root.is_dir()]
    listed = ", ".join(str(root) for root in settings.media_roots)
    step = f"Not there: {', '.join(missing)}. Correct HIGHLIGHT_MEDIA_ROOTS." if missing else ""
    return DoctorCheck(name="media folders", ok=not missing, detail=listed, next_step=step)


def check_extras(settings: Settings) -> DoctorCheck:
    """Which extras can be used; none is needed, so what is missing is only said."""
    from ..engine.extras.catalogue import EXTRAS

    states = {name: extra.state(settings.models) for name, extra in EXTRAS.items()}
    listed = ", ".join(f"{name} {state.replace('_', ' ')}" for name, state in states.items())
    halfway = [EXTRAS[name] for name, state in states.items() if state == "no_model"]
    step = "; ".join(f"{extra.fetch} ({extra.mb} MB, {extra.licence})" for extra in halfway)
    return DoctorCheck(
        name="extras", ok=True, detail=listed, next_step=f"To use what is installed: {step}" if step else ""
    )


def check_backend(settings: Settings) -> DoctorCheck:
    """Is the local backend running; not running is fine, it starts on first need."""
    from ..backend_locator import running_backend

    if settings.base_url is not None:
        return DoctorCheck(name="backend", ok=True, detail=f"set to {settings.base_url}")
    running = running_backend(settings)
    if running is None:
        return DoctorCheck(name="backend", ok=True, detail="not running; it starts on first need")
    return DoctorCheck(name="backend", ok=True, detail=f"running, version {running.version}, process {running.pid}")
