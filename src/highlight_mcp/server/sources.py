"""What a caller names as footage, made into absolute paths and addresses; what is said where that fails.

Neither a client nor the SDK is needed to refuse a name.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, model_validator

from ..contract.addresses import typed_path
from ..contract.errors import ErrorInfo, error_info
from ..contract.formats import FORMATS_HERE, READ_HERE, format_here
from ..messages import Argument, in_sentences, message, say
from ..timeline.schemas import FrozenModel
from .arguments import Arguments, SessionId, WaitS
from .outputs import (
    SHOWN_FAILED,
    FailedSource,
    MediaSummary,
    ToolOutput,
    failed_sources,
    not_added,
    problem_of,
    refused,
)
from .spelled_paths import as_stored, is_in_a_chat, unquoted

if TYPE_CHECKING:
    from .options import UserPathPolicy

MAX_HINTS = 3
MAX_FILES = 200
MAX_LEFT = 200


Sources = Annotated[
    list[str], Field(min_length=1, max_length=200, description="Absolute paths, folders, file:// or http(s):// URLs")
]


class UploadArguments(Arguments):
    """What to add, and where."""

    sources: Sources
    session_id: SessionId = None
    new_session: Annotated[bool, Field(description="true: start a new project")] = False
    wait_s: WaitS = 20

    @model_validator(mode="after")
    def _one_session(self) -> "UploadArguments":
        if self.new_session and self.session_id is not None:
            raise ValueError(say("server.wrong.two_sessions"))
        return self


class UploadLimits(FrozenModel):
    """What may be uploaded."""

    formats: tuple[str, ...]


LIMITS = UploadLimits(formats=tuple(each.extension for each in READ_HERE))


class UploadOutput(ToolOutput):
    """The footage that was added."""

    status: Literal["done", "running"] | None = None
    media: tuple[MediaSummary, ...] | None = None
    failed: tuple[FailedSource, ...] | None = None
    job_id: str | None = None
    limits: UploadLimits | None = None
    message: str | None = None

    def lines(self) -> list[str]:
        """What arrived and what did not."""
        if self.error is not None:
            return []
        media = self.media or ()
        head = say("server.added" if self.status == "done" else "server.added_so_far", n=len(media))
        notes = [f"  {warning}" for each in media for warning in each.warnings]
        return [
            head,
            *(f"- {each.line()}" for each in media),
            *notes,
            *not_added(self.failed or ()),
            *([self.message] if self.message else []),
        ]


def nothing_added(
    failed: list[tuple[str, ErrorInfo]], path_policy: "UserPathPolicy | None" = None, session_id: str | None = None
) -> UploadOutput:
    """The error of an upload of which nothing could be used; every source is named."""
    named = failed_sources(failed, path_policy) or ()
    problem = failed[0][1]
    if len(failed) > 1:
        reasons = in_sentences(*(f"{each.source}: {each.error.message}" for each in named[:SHOWN_FAILED]))
        more = say("server.nothing_added_more", n=len(failed) - SHOWN_FAILED) if len(failed) > SHOWN_FAILED else ""
        problem = problem.with_words(message("server.nothing_added", reasons=reasons, more=more))
    return UploadOutput(session_id=session_id, error=problem_of(problem), failed=named, limits=LIMITS)


@dataclass
class UploadSources:
    """Sources to upload, in order; notes about folders; what cannot be used and why."""

    sources: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failed: list[tuple[str, ErrorInfo]] = field(default_factory=list)


def read_sources(
    named: Iterable[str],
    roots: tuple[Path, ...] | None,
    path_policy: "UserPathPolicy | None" = None,
    readable: tuple[Path, ...] | None = None,
) -> UploadSources:
    """Sort what was named; a folder stands for its media files. Names outside `roots` give no hints.

    Outside `readable`, where that is known, and outside `path_policy` files are refused whether they exist or not; with
    `path_policy` a plain name is that of a handed-over file.
    """
    footage = UploadSources()
    for text in named:
        _add(footage, unquoted(text.strip()), roots, path_policy, readable)
    footage.sources = list(dict.fromkeys(footage.sources))
    return footage


def _add(
    footage: UploadSources,
    text: str,
    roots: tuple[Path, ...] | None,
    path_policy: "UserPathPolicy | None",
    readable: tuple[Path, ...] | None,
) -> None:
    try:
        scheme = urlsplit(text).scheme.lower() if "://" in text else ""
    except ValueError:
        footage.failed.append((text, _not_an_address(text)))
        return
    if scheme and scheme != "file":
        footage.sources.append(text)
        return
    handed_over = path_policy.handed_over(text) if path_policy is not None else None
    if handed_over is not None:
        footage.sources.append(str(handed_over))
        return
    path = _path(text, scheme, at_home=path_policy is None)
    if path_policy is None and is_in_a_chat(text):
        footage.failed.append((text, refused("server.in_a_chat", text=text).fault))
        return
    if path is None or not path.is_absolute():
        footage.failed.append((text, _not_absolute(text) if path_policy is None else _not_handed_over(text)))
        return
    if path_policy is not None and not path_policy.allows(path):
        footage.failed.append((text, error_info("outside_roots", "server.not_readable_here", path=str(path))))
        return
    try:
        path = as_stored(path)
        if not within(path, readable):
            footage.failed.append((text, _outside(text, roots or ())))
        elif path.is_dir():
            _add_folder(footage, path, roots, path_policy)
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
    return refused("server.not_an_address", text=text).fault


def _not_absolute(text: str) -> ErrorInfo:
    if not text:
        return refused("server.source_empty").fault
    folder, guess = str(Path.cwd()), Path.cwd() / text
    there = message("server.pass_this", folder=folder, guess=str(guess))
    hint = there if guess.exists() else message("server.give_absolute", folder=folder)
    return refused("server.not_absolute", text=text, next_step=hint).fault


def _not_handed_over(text: str) -> ErrorInfo:
    if not text:
        return refused("server.source_empty", next_step="server.name_uploaded").fault
    return error_info("file_missing", "server.not_handed_over", text=text)


def _outside(text: str, roots: tuple[Path, ...]) -> ErrorInfo:
    listed = ", ".join(map(str, roots)) or "none"
    return error_info("outside_roots", "contract.outside_folders", text=text, listed=listed)


def _missing(path: Path, roots: tuple[Path, ...] | None) -> ErrorInfo:
    folder = path.parent
    if not folder.is_dir():
        existing = next((each for each in folder.parents if each.is_dir()), None)
        seen = existing is not None and within(existing, roots)
        there = message("server.folder_exists", folder=str(existing)) if seen else ""
        return error_info("file_missing", "server.no_folder", folder=str(folder), there=there)
    names = sorted(name for name in _names(folder) if format_here(name))
    near = get_close_matches(path.name, names, n=MAX_HINTS, cutoff=0.5) or names[:MAX_HINTS]
    hint = message("server.near_it", names=tuple(near)) if near else message("server.nothing_near")
    return error_info("file_missing", "server.no_file", path=str(path), next_step=hint)


def _add_folder(
    footage: UploadSources, folder: Path, roots: tuple[Path, ...] | None, path_policy: "UserPathPolicy | None"
) -> None:  # fmt: skip
    if not within(folder, roots):
        footage.failed.append((str(folder), error_info("outside_roots")))
        return
    judged = [(folder / name, _unfit(folder / name, path_policy)) for name in sorted(_names(folder))]
    files = [path for path, problem in judged if problem is None]
    taken = files[:MAX_FILES]
    left = [(str(path), problem) for path, problem in judged if problem is not None]
    left += [
        (str(path), error_info("limit", "server.too_many_sources", max_files=MAX_FILES)) for path in files[MAX_FILES:]
    ]
    if not files:
        footage.failed.append(
            (
                str(folder),
                error_info(
                    "file_missing", "server.folder_without_footage", folder=str(folder), formats_text=FORMATS_HERE
                ),
            )
        )
    else:
        footage.sources += [str(file) for file in taken]
        count: dict[str, Argument] = {"folder": str(folder), "n": len(files), "taken": len(taken)}
        footage.notes.append(
            say("server.folder_gave_some" if len(files) > len(taken) else "server.folder_gave", **count)
        )
    footage.failed += left[:MAX_LEFT]
    if len(left) > MAX_LEFT:
        footage.notes.append(say("server.more_left_out", n=len(left) - MAX_LEFT, folder=str(folder)))


def _unfit(path: Path, path_policy: "UserPathPolicy | None") -> ErrorInfo | None:
    """Why something in a folder is no footage; None for what is."""
    if path.is_dir():
        return error_info("unsupported_file", "server.is_folder")
    if format_here(path.name) is None:
        return error_info("unsupported_file", "server.is_unsupported", formats_text=FORMATS_HERE)
    if not path.is_file():
        return error_info("file_missing", "server.is_unreadable")
    if path_policy is not None and not path_policy.allows(path):
        return error_info("outside_roots", "server.leads_outside")
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
