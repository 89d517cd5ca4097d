"""Lists of cuts of other editors among the sources of an upload: read here, with the footage that they name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from ..contract.errors import ApiError, error_info
from ..contract.formats import format_here
from ..contract.turn import CutListPart
from ..interchange import InterchangeError
from ..interchange.formats import MOST_BYTES, decoded, is_readable, links_of, shortened
from ..interchange.sources import name_of, path_of
from ..messages.reasons import reason_of
from .options import ServerOptions
from .outputs import refused
from .sources import MAX_FILES, read_sources, within

MOST_SENT = 6 << 20
"""Bytes of a list that go to the backend, in a request of 8 MiB at most."""


@dataclass(frozen=True)
class CutListSource:
    """A list of cuts with the files that it names and that may be read, as absolute paths."""

    cuts: CutListPart
    files: tuple[str, ...]


def split_lists(sources: Iterable[str]) -> tuple[list[str], list[str]]:
    """The lists of cuts among some sources, by their endings, and the others."""
    lists, others = list[str](), list[str]()
    for source in sources:
        (lists if is_readable(PurePath(source.strip()).name) else others).append(source)
    return lists, others


def read_list(lists: Sequence[str], options: ServerOptions) -> CutListSource:
    """The one list that was named. Raises ApiError: for a file that may not be read, or in which there is no cut."""
    if len(lists) > 1:
        raise refused("interchange.one_list", n=len(lists))
    found = read_sources(lists, options.media_roots, options.path_policy, options.readable)
    if not found.sources:
        raise ApiError(found.failed[0][1])
    path = Path(found.sources[0])
    try:
        text = decoded(_content(path, options))
        links = links_of(path.name, text)
        text = shortened(path.name, text)
        if len(text.encode("utf-8", "replace")) > MOST_SENT:
            raise InterchangeError("interchange.too_large", most=MOST_SENT >> 20)
    except OSError as error:
        raise refused("interchange.list_unreadable", name=path.name, reason=reason_of(error)) from None
    except InterchangeError as error:
        raise ApiError(error_info("bad_request", error.what)) from None
    return CutListSource(CutListPart(name=path.name, text=text), tuple(_files(links, path, options)))


def _content(path: Path, options: ServerOptions) -> bytes:
    """At most one byte more than is read of a list. What may not be read is looked at neither before nor after."""
    if not _is_inside(path, options):
        raise ApiError(error_info("outside_roots", "server.not_readable_here", path=str(path)))
    if not path.is_file():
        raise ApiError(error_info("file_missing", "interchange.list_unreadable", name=path.name, reason="no file"))
    with path.open("rb") as stream:
        if not _is_inside(path, options):
            raise ApiError(error_info("outside_roots", "server.not_readable_here", path=str(path)))
        return stream.read(MOST_BYTES + 1)


def _files(links: Sequence[str], beside: Path, options: ServerOptions) -> list[str]:
    """The files that links name: where they say, else beside the list. What may not be read is as if it were not."""
    files: dict[str, None] = {}
    for link in links:
        for place in (Path(path_of(link)), beside.parent / name_of(link)):
            if len(files) < MAX_FILES and format_here(place.name) is not None and _is_there(place, options):
                files[str(place)] = None
                break
    return list(files)


def _is_there(place: Path, options: ServerOptions) -> bool:
    try:
        return place.is_absolute() and _is_inside(place, options) and place.is_file()
    except (OSError, ValueError):
        return False


def _is_inside(place: Path, options: ServerOptions) -> bool:
    """Whether a path may be read by who asks, before anything is looked at there."""
    if options.path_policy is not None:
        return options.path_policy.allows(place)
    return within(place, options.readable) and within(place, options.media_roots)
