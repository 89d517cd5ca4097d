"""What a caller names as footage, made into absolute paths and addresses; hints where that fails."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..contract.addresses import typed_path
from ..contract.errors import FORMATS_TEXT, ErrorInfo, error_info
from ..contract.formats import format_of
from .http.path_policy import UserPathPolicy
from .results import refused

MAX_HINTS = 3
MAX_FILES = 200
MAX_LEFT = 200


@dataclass
class UploadSources:
    """Sources to upload, in order; notes about folders; what cannot be used and why."""

    sources: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failed: list[tuple[str, ErrorInfo]] = field(default_factory=list)


def read_sources(
    named: Iterable[str], roots: tuple[Path, ...] | None, confines: UserPathPolicy | None = None
) -> UploadSources:  # fmt: skip
    """Sort what was named; a folder stands for its media files. Names outside `roots` give no hints.

    With `confines`, files outside them are refused whether they exist or not, and a plain name is that
    of a handed-over file.
    """
    footage = UploadSources()
    for text in named:
        _add(footage, text.strip(), roots, confines)
    footage.sources = list(dict.fromkeys(footage.sources))
    return footage


def _add(footage: UploadSources, text: str, roots: tuple[Path, ...] | None, confines: UserPathPolicy | None) -> None:
    try:
        scheme = urlsplit(text).scheme.lower() if "://" in text else ""
    except ValueError:
        footage.failed.append((text, _not_an_address(text)))
        return
    if scheme and scheme != "file":
        footage.sources.append(text)
        return
    handed_over = confines.handed_over(text) if confines is not None else None
    if handed_over is not None:
        footage.sources.append(str(handed_over))
        return
    path = _path(text, scheme, at_home=confines is None)
    if path is None or not path.is_absolute():
        footage.failed.append((text, _not_absolute(text) if confines is None else _not_handed_over(text)))
        return
    if confines is not None and not confines.allows(path):
        footage.failed.append((text, error_info("outside_roots", f"{path} cannot be read by this server.")))
        return
    try:
        if path.is_dir():
            _add_folder(footage, path, roots, confines)
        elif path.exists() or not within(path, roots):
            footage.sources.append(str(path))
        else:
            footage.failed.append((text, _missing(path, roots)))
    except (OSError, ValueError):
        footage.sources.append(str(path))


def _path(text: str, scheme: str, *, at_home: bool) -> Path | None:
    """The path in a source; only who is `at_home` on this machine means its home by `~`."""
    if scheme == "file":
        parts = urlsplit(text)
        plain = unquote(parts.path)
        on_windows = len(plain) > 2 and plain[0] == "/" and plain[2] == ":"
        return Path(plain[1:] if on_windows else plain) if parts.netloc in ("", "localhost") else None
    if not text:
        return None
    return typed_path(text) if at_home else Path(text)


def _not_an_address(text: str) -> ErrorInfo:
    return refused(
        f"{text!r} is not an address.", "Give a complete address such as https://example.com/match.mp4."
    ).fault


def _not_absolute(text: str) -> ErrorInfo:
    if not text:
        return refused("A source is empty.", "Give the absolute path or the address of the footage.").fault
    where = f"This server runs in {Path.cwd()}"
    guess = Path.cwd() / text
    hint = f"{where}; if the file is there, pass {guess}." if guess.exists() else f"{where}; give the absolute path."
    return refused(f"{text!r} is not an absolute path.", hint).fault


def _not_handed_over(text: str) -> ErrorInfo:
    if not text:
        return refused("A source is empty.", "Give the name of a handed-over file, a path or an address.").fault
    return error_info("file_missing", f"No file named {text!r} has been handed over.", "Check the name.")


def _missing(path: Path, roots: tuple[Path, ...] | None) -> ErrorInfo:
    folder = path.parent
    if not folder.is_dir():
        existing = next((each for each in folder.parents if each.is_dir()), None)
        there = f" {existing} exists." if existing is not None and within(existing, roots) else ""
        return error_info("file_missing", f"There is no folder {folder}.{there}", "Check the path.")
    names = sorted(name for name in _names(folder) if format_of(name))
    near = get_close_matches(path.name, names, n=MAX_HINTS, cutoff=0.5) or names[:MAX_HINTS]
    hint = f"Near it: {', '.join(near)}." if near else "That folder holds no footage."
    return error_info("file_missing", f"There is no file {path}.", hint)


def _add_folder(
    footage: UploadSources, folder: Path, roots: tuple[Path, ...] | None, confines: UserPathPolicy | None
) -> None:  # fmt: skip
    if not within(folder, roots):
        footage.failed.append((str(folder), error_info("outside_roots")))
        return
    found = [(folder / name, _unfit(folder / name, confines)) for name in sorted(_names(folder))]
    files = [path for path, problem in found if problem is None]
    taken = files[:MAX_FILES]
    left = [(str(path), problem) for path, problem in found if problem is not None]
    left += [
        (str(path), error_info("limit", f"At most {MAX_FILES} are taken at once.", "")) for path in files[MAX_FILES:]
    ]
    if not files:
        text = f"The folder {folder} holds no footage."
        footage.failed.append((str(folder), error_info("file_missing", text, f"It takes {FORMATS_TEXT}.")))
    else:
        footage.sources += [str(file) for file in taken]
        count = f"{len(taken)} of {len(files)}" if len(files) > len(taken) else str(len(files))
        footage.notes.append(f"The folder {folder} gave {count} media file{'' if len(files) == 1 else 's'}.")
    footage.failed += left[:MAX_LEFT]
    if len(left) > MAX_LEFT:
        footage.notes.append(f"{len(left) - MAX_LEFT} more things in {folder} were left out.")


def _unfit(path: Path, confines: UserPathPolicy | None) -> ErrorInfo | None:
    """Why something in a folder is no footage; None for what is."""
    if path.is_dir():
        return error_info("unsupported_file", "It is a folder.", "Name a folder itself to add what is in it.")
    if format_of(path.name) is None:
        return error_info("unsupported_file", "It is not in a supported format.", f"Supported formats: {FORMATS_TEXT}.")
    if not path.is_file():
        return error_info("file_missing", "It is no file that can be read.", "")
    if confines is not None and not confines.allows(path):
        return error_info("outside_roots", "It leads to where this server may not read.", "")
    return None


def _names(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if not entry.name.startswith(".")]


def within(path: Path, roots: tuple[Path, ...] | None) -> bool:
    """True when the path, symlinks resolved, lies under one of the roots; None allows all."""
    if roots is None:
        return True
    real = path.resolve()
    return any(real.is_relative_to(root.resolve()) for root in roots)
