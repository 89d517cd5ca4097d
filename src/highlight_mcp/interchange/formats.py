"""The formats that reels go to and come from, and what each has a place for. Pure.

A writer and a reader are loaded when they are asked for.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from pathlib import PurePath
from typing import Any

from ..messages import Message, message
from ..timeline.model import Timeline
from . import InterchangeError
from .assembly import ImportedReel, assemble
from .features import left_out
from .readings import ReadReel
from .sequence import CutSequence, reel_rate, sequence_of
from .sources import MediaLibrary, SourceFile
from .timecode import TIMECODE_FINEST

MOST_BYTES = 16 << 20
"""A list of cuts that is read: one of a thousand clips has some 5 MiB as OTIO, which is the longest."""
_MOST_EDL_EVENTS = 999
"""What three digits number; longer lists are read by most editors, though not by all."""
_CUTS = frozenset({"speed", "freeze", "card", "crossfade", "music", "markers", "gap", "mute"})

_TRANSITIONS = frozenset({"wipe", "slide", "fade_black", "fade_white"})
_MANY_TRACKS = frozenset({"overlay", "more_music", "titles"})


@dataclass(frozen=True)
class InterchangeFormat:
    """One format: the ending of its files, who writes and reads it, and the features it carries.

    `finest` bounds the rate in which it counts footage, in frames a second.
    """

    name: str
    ending: str
    writer: str
    carries: frozenset[str]
    reader: str | None = None
    finest: int | None = None


FORMATS = {
    each.name: each
    for each in (
        InterchangeFormat(
            "otio", "otio", "otio_writer.write_otio",
            _CUTS | _MANY_TRACKS | {"card_color"}, "otio_reader.read_otio",
        ),
        InterchangeFormat(
            "fcpxml", "fcpxml", "fcpxml_writer.write_fcpxml",
            (_CUTS | _MANY_TRACKS | _TRANSITIONS | {"gain", "track_gain", "sound_fade", "picture_fade", "cover"})
            - {"fade_white"},
            "fcpxml_reader.read_fcpxml",
        ),
        InterchangeFormat(
            "edl", "edl", "edl_writer.write_edl", _CUTS | {"wipe"}, "edl_reader.read_edl", TIMECODE_FINEST
        ),
        InterchangeFormat(
            "premiere", "xml", "xmeml_writer.write_xmeml",
            _CUTS | _MANY_TRACKS | {"card_color", "wipe", "gain", "track_gain"},
        ),
        InterchangeFormat(
            "csv", "csv", "tables.write_csv",
            _CUTS | _MANY_TRACKS | _TRANSITIONS | {"gain", "track_gain"},
            finest=TIMECODE_FINEST,
        ),
        InterchangeFormat(
            "capcut", "txt", "tables.write_cut_list",
            _CUTS | _MANY_TRACKS | _TRANSITIONS | {"gain", "track_gain"},
            finest=TIMECODE_FINEST,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class ExportedReel:
    """A reel in a format: its text, what of it the format has no place for, and what else an editor should know."""

    text: str
    lost: tuple[Message, ...]
    notes: tuple[Message, ...] = ()

    @property
    def told(self) -> tuple[Message, ...]:
        """Both as sentences."""
        lost = (message("interchange.not_carried", what=self.lost),) if self.lost else ()
        return (*lost, *self.notes)


def export_reel(name: str, timeline: Timeline, sources: Iterable[SourceFile]) -> ExportedReel:
    """A timeline in the format of that name. Raises KeyError for a name that is none, and InterchangeError."""
    chosen = FORMATS[name]
    sequence = sequence_of(timeline, {source.info.media_id: source for source in sources}, chosen.finest)
    if sequence.main is None:
        raise InterchangeError("interchange.nothing_to_show", names=())
    write: Callable[[CutSequence], str] = _loaded(chosen.writer)
    lost = left_out(timeline, sequence, chosen.carries)
    return ExportedReel(write(sequence), lost, _remarks(chosen, sequence, timeline))


def _remarks(chosen: InterchangeFormat, sequence: CutSequence, timeline: Timeline) -> tuple[Message, ...]:
    """What an editor should know of the footage, beyond what is left out."""
    remarks: list[Message] = []
    variable = tuple(source.info.name for source in sequence.sources if source.info.variable_frame_rate)
    if variable:
        remarks.append(message("interchange.note.variable_rate", names=variable))
    if reel_rate(timeline) != timeline.frame_rate:
        remarks.append(message("interchange.note.other_rate", rate=f"{float(sequence.rate):g}"))
    homeless = tuple(source.info.name for source in sequence.sources if source.path is None)
    if homeless:
        remarks.append(message("interchange.note.by_name", names=homeless))
    if chosen.name == "edl":
        others = {event.source.info.name: event.rate for lane in sequence.lanes for event in lane.events
                  if event.source is not None and event.rate != sequence.rate}  # fmt: skip
        if others:
            remarks.append(message("interchange.note.edl_rates", names=tuple(others), rate=f"{float(sequence.rate):g}"))
        if sum(len(lane.events) for lane in sequence.lanes) > _MOST_EDL_EVENTS:
            remarks.append(message("interchange.note.edl_long", most=_MOST_EDL_EVENTS))
    return tuple(remarks)


def format_of_file(name: str) -> InterchangeFormat:
    """The format in which a file of that name can be read. Raises InterchangeError that names those there are."""
    ending = PurePath(name).suffix.lower().lstrip(".")
    readable = {each.ending: each for each in FORMATS.values() if each.reader is not None}
    if ending not in readable:
        endings = tuple(f".{each}" for each in readable)
        raise InterchangeError("interchange.no_such_format", name=PurePath(name).name, endings=endings)
    return readable[ending]


def is_readable(name: str) -> bool:
    """Whether a file of that name can be read as a list of cuts, by its ending."""
    ending = PurePath(name).suffix.lower().lstrip(".")
    return any(each.ending == ending for each in FORMATS.values() if each.reader is not None)


def links_of(name: str, text: str) -> tuple[str, ...]:
    """The paths, URLs and names by which a list calls its footage. Raises InterchangeError."""
    return read_reel(format_of_file(name), text, ()).links


def shortened(name: str, text: str) -> str:
    """The same list in fewer characters: JSON without its indentation. Raises ValueError for JSON that is none."""
    if format_of_file(name).name != "otio":
        return text
    return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))


def decoded(content: bytes) -> str:
    """The text of a list: UTF-8, UTF-16 by its mark, else Latin-1, which old lists are in. Raises InterchangeError."""
    if len(content) > MOST_BYTES:
        raise InterchangeError("interchange.too_large", most=MOST_BYTES >> 20)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def read_reel(
    chosen: InterchangeFormat, text: str, sources: Iterable[SourceFile], rate: Fraction | None = None
) -> ReadReel:
    """The cuts of a list, with the files that are known. `rate` is that of lists which say none.

    Raises InterchangeError, which names the line.
    """
    assert chosen.reader is not None
    read: Callable[..., ReadReel] = _loaded(chosen.reader)
    more: Mapping[str, Any] = {"rate": rate} if chosen.name == "edl" and rate is not None else {}
    return read(text, MediaLibrary(sources), **more)


def import_reel(
    chosen: InterchangeFormat,
    text: str,
    sources: Iterable[SourceFile],
    rate: Fraction | None = None,
    highest_id: int = 0,
) -> ImportedReel:
    """The timeline of a list, its ids above `highest_id`. Raises InterchangeError."""
    return assemble(read_reel(chosen, text, sources, rate), highest_id)


def _loaded(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(".")
    found: Callable[..., Any] = getattr(import_module(f".{module}", __package__), name)
    return found
