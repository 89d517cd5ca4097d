"""Naming a finished reel and moving it to where people look for it, once, and never over another file.

The name is first written down, then taken by creating an empty file, then that file is replaced in
one step by the reel. Whatever the moment of a crash, the next call can tell from the two files how
far the last one came: the attempt is still there and the target empty or missing (go on), the
target has the attempt's content (done), or it has other content (somebody else took the name).
"""

import errno
import filecmp
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from ..contract.addresses import folder_in
from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.formats import title_name
from ..contract.redaction import printable
from ..files import MOST_NUMBERED, numbered, replace_held, safe_stem, sync_file, sync_folder, take_name
from ..messages.reasons import reason_of
from .config import BackendConfig, Reached

Remember = Callable[[Path], bool]


def reel_stem(text: str, ending: str = "mp4") -> str:
    """A file name without its ending that every system accepts; any path in it is dropped."""
    return safe_stem(printable(text), "Highlights", suffix=f".{ending}")


def title_stem(title: str, ending: str) -> str:
    """The same for a title, in which a slash is no path."""
    return reel_stem(title_name(title), ending)


def publish(
    attempt: Path, folder: Path, stem: str, size: int, promised: Path | None, remember: Remember, reached: Reached
) -> Path:
    """Move `attempt`, a file or a folder of files of `size` bytes, into `folder` under the name `stem`.

    A file keeps its ending.

    Returns its place. `promised` is the place that an earlier call had chosen; `remember` writes a chosen place down
    and answers False when another job holds it. Raises ApiError `no_space`, or `render_failed` when
    the reel is gone or the folder cannot be written.
    """
    if promised is not None and _arrived(attempt, promised, size):
        return promised
    if not attempt.exists():
        raise ApiError(error_info("render_failed", "backend.file_disappeared"))
    try:
        _make(folder)
        for target in _candidates(folder, stem, attempt.suffix, promised):
            if not _take(target, promised, remember, whole_folder=attempt.is_dir()):
                continue
            reached("before_move")
            try:
                _move(attempt, target)
            except FileExistsError:  # somebody has put a file of theirs in the place of our empty one
                continue
            except OSError:
                withdraw(target, 0)
                raise
            reached("after_move")
            return target
    except OSError as error:
        raise ApiError(_unwritable(folder, error)) from error
    raise ApiError(error_info("render_failed", "backend.no_free_name", stem=stem, folder=str(folder)))


def _make(folder: Path) -> None:
    """A folder that the user sees has the usual permissions, whatever those of our own files are."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for place in missing:
        place.chmod(0o755)


def chosen_folder(named: str | None, config: BackendConfig, output_dir: Path) -> Path:
    """The folder of a reel: that of reels, or one that is named below it or inside a folder of footage.

    Raises ApiError `outside_roots` for any other, for hidden ones and for our own, and where a server of several people
    is asked for one.
    """
    if named is None:
        return output_dir
    roots = [output_dir, *config.media_roots]
    try:
        folder = folder_in(output_dir, named).resolve()
        root = next((each for each in roots if folder.is_relative_to(each.resolve())), None)
    except (OSError, ValueError, RuntimeError):
        root = None
    hidden = root is not None and any(part.startswith(".") for part in folder.relative_to(root.resolve()).parts)
    if config.shared or root is None or hidden or folder.is_relative_to(config.home.resolve()):
        listed = ", ".join(dict.fromkeys(map(str, roots)))
        raise ApiError(error_info("outside_roots", "backend.folder_outside", folder=named, listed=listed))
    return folder


def require_writable(folder: Path) -> None:
    """Say before a render that its reel could not be put there. Raises ApiError like `publish`."""
    try:
        _make(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ApiError(_unwritable(folder, error)) from error


def withdraw(target: Path, size: int) -> None:
    """Take a published file back, when its job was cancelled meanwhile."""
    with suppress(OSError):
        if size_at(target) in (0, size):
            remove(target)


def size_at(place: Path) -> int | None:
    """Bytes of a file, or of the files in a folder; None where there is nothing."""
    if place.is_dir():
        return sum(file.stat().st_size for file in place.iterdir())
    return place.stat().st_size if place.is_file() else None


def remove(place: Path) -> None:
    """Remove a file, or a folder with what is in it. Raises OSError."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink()


def _arrived(attempt: Path, target: Path, size: int) -> bool:
    """True when an earlier call had moved the file already; removes what is left of the attempt."""
    if size == 0 or size_at(target) != size:
        return False
    if attempt.is_dir():
        return False  # a folder is moved in one step, and then there is no attempt any more
    if attempt.is_file():
        if not filecmp.cmp(attempt, target, shallow=False):
            return False
        attempt.unlink()
    return True


def _candidates(folder: Path, stem: str, suffix: str, promised: Path | None) -> Iterator[Path]:
    if promised is not None and promised.parent == folder:
        yield promised
    for number in range(1, MOST_NUMBERED):
        yield numbered(folder, stem, suffix, number)


def _take(target: Path, promised: Path | None, remember: Remember, *, whole_folder: bool) -> bool:
    """Make the name ours: an empty file, or folder, that we promised before is ours already."""
    if target == promised and size_at(target) == 0 and target.is_dir() == whole_folder:
        return True
    if target.exists() or target.is_symlink() or not remember(target):
        return False
    try:
        if whole_folder:
            target.mkdir(mode=0o755)
        else:
            take_name(target)
    except FileExistsError:
        return False
    return True


def _move(attempt: Path, target: Path) -> None:
    if attempt.is_dir():
        _move_folder(attempt, target)
        return
    sync_file(attempt)
    held = target.lstat()
    try:
        replace_held(attempt, target, held)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy_across(attempt, target, held)
    target.chmod(_mode(target.parent))
    sync_folder(target.parent)


def _move_folder(attempt: Path, target: Path) -> None:
    """In the place of the empty folder that holds the name. Raises FileExistsError when something lies in it by now."""
    mode = _mode(target.parent)
    for file in attempt.iterdir():
        sync_file(file)
        file.chmod(mode)
    try:
        _replace_folder(attempt, target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise FileExistsError(error.errno, error.strerror, str(target)) from error
        if error.errno != errno.EXDEV:
            raise
        part = part_of(attempt, target.parent)
        try:
            shutil.copytree(attempt, part)
            _replace_folder(part, target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(attempt)
    target.chmod(0o700 | (0o055 if mode & 0o044 else 0))
    sync_folder(target.parent)


def _replace_folder(folder: Path, target: Path) -> None:
    if os.name == "nt":  # which replaces no folder, not even an empty one
        target.rmdir()
    folder.replace(target)


def _mode(folder: Path) -> int:
    """A reel can be read by whoever may look into its folder: that of one person on a shared server is theirs alone."""
    return 0o600 | (0o044 & folder.stat().st_mode)


def _copy_across(attempt: Path, target: Path, held: os.stat_result) -> None:
    """To another file system: copy beside the target first, so that the target is never half a file."""
    part = part_of(attempt, target.parent)
    try:
        with attempt.open("rb") as source, part.open("wb") as copy:
            shutil.copyfileobj(source, copy, 4 * 1024 * 1024)
            copy.flush()
            os.fsync(copy.fileno())
        replace_held(part, target, held)
    finally:
        part.unlink(missing_ok=True)
    attempt.unlink()


def part_of(attempt: Path, folder: Path) -> Path:
    """Where an attempt is copied to before it gets its name."""
    return folder / f".{attempt.stem}.part"


def _unwritable(folder: Path, error: OSError) -> ErrorInfo:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return error_info("no_space", "backend.no_space_for_reel", folder=str(folder))
    return error_info("render_failed", "backend.not_published", folder=str(folder), reason=reason_of(error))
