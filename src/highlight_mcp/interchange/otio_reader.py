"""OpenTimelineIO read: the first timeline of a file, of any release of its schemas. Nothing in it is believed. Pure."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, get_args

from ..messages import Message, message, verbatim
from ..timeline.model import TransitionKind
from ..timeline.time import parse_rate
from . import InterchangeError
from .otio_writer import CARD, DISSOLVE, OURS, STANDARD_FIELDS, STANDARD_TEXT_FIELDS, TITLE
from .readings import ReadClip, ReadLane, ReadReel, ReadText, ReadTransition
from .sequence import BLACK
from .sources import MediaLibrary, plain
from .timecode import rate_of_number, simplest_near

_BLACK = frozenset({CARD, "black", "SolidColor", "Color", "Slug"})
_SLACK = Fraction(1, 1_000_000)
"""How exact a time scalar is, which is a decimal: a millionth."""
_UNCOUNTED = Fraction(30)
"""The rate in which sound and pictures are counted, which have none."""
_BEYOND = 1e15
"""Frames: what nobody counts to; doubles are exact below."""


def read_otio(text: str, library: MediaLibrary) -> ReadReel:
    """The timeline of an `.otio` file. Raises InterchangeError, which names the line or the place."""
    try:
        value = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise InterchangeError("interchange.broken_json", line=error.lineno, reason=error.msg) from None
    except (RecursionError, ValueError):
        raise InterchangeError("interchange.broken_json", line=1, reason="nesting or numbers without end") from None
    timeline = next(_timelines(value), None)
    if timeline is None:
        raise InterchangeError("interchange.no_timeline", format="OTIO")
    return _Timeline(library).read(timeline)


def _no_number(name: str) -> float:
    raise ValueError(name)


def _timelines(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if not isinstance(value, dict) or depth > 8:  # a collection in a collection …
        return
    if _kind(value) == "Timeline":
        yield value
    for child in _list(value.get("children")) if _kind(value) == "SerializableCollection" else ():
        yield from _timelines(child, depth + 1)


@dataclass(frozen=True)
class _OtioPlace:
    """Where something stands, for errors: `tracks[0].children[3]`."""

    text: str

    def at(self, index: int) -> "_OtioPlace":
        return _OtioPlace(f"{self.text}[{index}]")


class _Timeline:
    """Reads one timeline."""

    def __init__(self, library: MediaLibrary) -> None:
        self._library = library
        self._lost: list[Message] = []

    def read(self, value: dict[str, Any]) -> ReadReel:
        facts = _ours(value)
        tracks = [each for each in _list(_dict(value.get("tracks")).get("children")) if isinstance(each, dict)]
        lanes: list[ReadLane] = []
        texts: list[ReadText] = []
        for number, track in enumerate(tracks):
            place = _OtioPlace(f"tracks.children[{number}]")
            if _kind(track) != "Track":
                self._lose("otio_child", kind=_kind(track))
            elif "texts" in _ours(track):
                texts += self._texts(track, place)
            else:
                lanes.append(self._lane(track, place, texts))
        self._markers(value.get("tracks"))
        return ReadReel(
            title=_text(value.get("name")), rate=self._rate(facts, tracks), width=_whole(facts.get("width")),
            height=_whole(facts.get("height")), lanes=tuple(lanes), texts=tuple(texts),
            lost=tuple(dict.fromkeys(self._lost)),
        )  # fmt: skip

    def _rate(self, facts: dict[str, Any], tracks: list[Any]) -> Fraction | None:
        """The rate of the reel: as we wrote it, else that in which the first clip is as long as it is."""
        with suppress(ValueError):
            return parse_rate(_text(facts.get("frame_rate")))
        for child in (child for track in tracks for child in _list(track.get("children"))):
            length = _dict(_dict(_dict(child).get("source_range")).get("duration"))
            rate = _number(length.get("rate")) if _kind(child) in ("Clip", "Gap") else None
            if rate is not None and rate > 1:
                with suppress(ValueError):
                    return rate_of_number(float(rate))
        return None

    def _lane(self, track: dict[str, Any], place: _OtioPlace, texts: list[ReadText]) -> ReadLane:
        clips: list[ReadClip] = []
        transition: ReadTransition | None = None
        at = Fraction(0)
        for number, child in enumerate(_list(track.get("children"))):
            inner = _OtioPlace(f"{place.text}.children").at(number)
            child = _dict(child)
            if _kind(child) == "Transition":
                transition = self._transition(child, inner)
                continue
            length = self._length(child, inner)
            if _kind(child) == "Clip" and child.get("enabled", True) is not False:
                reference = _media(child)
                if _kind(reference) == "GeneratorReference" and reference.get("generator_kind") == TITLE:
                    texts.append(self._text(child, at, length, "title"))
                else:
                    clips.append(replace(self._clip(child, at, length, inner), transition=transition))
            elif _kind(child) not in ("Gap", "Clip"):
                self._lose("otio_child", kind=_kind(child))
            elif _kind(child) == "Clip":
                self._lose("disabled", name=_text(child.get("name")))
            at += length
            transition = None
        facts = {name: each for name, each in _ours(track).items() if name in ("role", "volume", "duck_db")}
        self._markers(track)
        return ReadLane(
            "audio" if track.get("kind") == "Audio" else "video", tuple(clips), _text(track.get("name")), facts
        )

    def _length(self, child: dict[str, Any], place: _OtioPlace) -> Fraction:
        """How long an item lasts; what has no range of its own lasts as long as its media."""
        known = _dict(child.get("source_range")) or _dict(_media(child).get("available_range"))
        if known:
            return max(Fraction(0), _seconds(known.get("duration"), place))
        if _kind(child) in ("Stack", "Track"):
            inner = [self._length(_dict(each), place) for each in _list(child.get("children"))]
            return max(inner, default=Fraction(0)) if _kind(child) == "Stack" else sum(inner, Fraction(0))
        raise InterchangeError("interchange.no_length", place=place.text)

    def _clip(self, child: dict[str, Any], at: Fraction, length: Fraction, place: _OtioPlace) -> ReadClip:
        reference = _media(child)
        link = _text(reference.get("target_url"))
        name = _text(reference.get("name")) or _text(child.get("name"))
        color = None
        if _kind(reference) == "GeneratorReference":
            color = _text(_dict(reference.get("parameters")).get("color")) or BLACK
            if _text(reference.get("generator_kind")) not in _BLACK:
                self._lose("generator", kind=_text(reference.get("generator_kind")))
        source = None if color is not None else self._library.find(link, name, _text(child.get("name")))
        start = self._source_start(child, reference, place, source is not None)
        if source is not None and not _dict(reference.get("available_range")):
            rate = source.rate(_UNCOUNTED)
            first = source.first_frame(rate) / rate
            start -= first if start >= first else 0
        marker = next((_dict(each) for each in _list(child.get("markers"))), {})
        read = ReadClip(
            at, length, "" if color else link, "" if color else name, source, max(Fraction(0), start), color=color,
            label=_text(marker.get("name")), why=_text(marker.get("comment")), fields=_ours(child, STANDARD_FIELDS),
        )  # fmt: skip
        return self._effects(child, read)

    def _source_start(
        self, child: dict[str, Any], reference: dict[str, Any], place: _OtioPlace, known: bool
    ) -> Fraction:
        used, available = _dict(child.get("source_range")), _dict(reference.get("available_range"))
        if not known or not used:
            return Fraction(0)
        start = _seconds(used.get("start_time"), place)
        return start - _seconds(available.get("start_time"), place) if available else start

    def _effects(self, child: dict[str, Any], read: ReadClip) -> ReadClip:
        for effect in _list(child.get("effects")):
            effect = _dict(effect)
            scalar = _number(effect.get("time_scalar"))
            if _kind(effect) == "FreezeFrame" or scalar == 0:
                read = replace(read, freeze=True)
            elif _kind(effect) == "LinearTimeWarp" and scalar is not None:
                if scalar < 0:
                    self._lose("backwards", name=read.called)
                read = replace(read, speed=_speed(effect, abs(scalar)))
            else:
                self._lose("effect", effect=_text(effect.get("effect_name")) or _kind(effect), name=read.called)
        return read

    def _transition(self, child: dict[str, Any], place: _OtioPlace) -> ReadTransition:
        kind: Any = _ours(child).get("kind")
        if kind not in get_args(TransitionKind):
            kind = "crossfade"
            if child.get("transition_type") != DISSOLVE:
                self._lose("transition", kind=_text(child.get("transition_type")) or _text(child.get("name")))
        offsets = [_seconds(child.get(name), place) for name in ("in_offset", "out_offset")]
        return ReadTransition(kind, *(max(Fraction(0), each) for each in offsets))

    def _texts(self, track: dict[str, Any], place: _OtioPlace) -> Iterator[ReadText]:
        at = Fraction(0)
        role = _text(_ours(track).get("texts"))
        for number, child in enumerate(_list(track.get("children"))):
            length = self._length(_dict(child), _OtioPlace(f"{place.text}.children").at(number))
            if _kind(child) == "Clip":
                yield self._text(_dict(child), at, length, role)
            at += length

    def _text(self, child: dict[str, Any], at: Fraction, length: Fraction, role: str) -> ReadText:
        fields = _ours(child, STANDARD_TEXT_FIELDS)
        words = _text(fields.pop("text", None)) or _text(_dict(_media(child).get("parameters")).get("text"))
        return ReadText(words or _text(child.get("name")), at, length, role, fields)

    def _markers(self, value: Any) -> None:
        if _list(_dict(value).get("markers")):
            self._lose("markers_of_tracks", n=len(_list(_dict(value).get("markers"))))

    def _lose(self, what: str, /, **facts: Any) -> None:
        self._lost.append(message(f"interchange.unread.{what}", **facts))


def _speed(effect: dict[str, Any], scalar: Fraction) -> Fraction:
    with suppress(ValueError):
        return parse_rate(_text(_ours(effect).get("speed")))
    return simplest_near(scalar, _SLACK)


def _seconds(value: Any, place: _OtioPlace) -> Fraction:
    """A RationalTime in seconds."""
    time = _dict(value)
    count, rate = _number(time.get("value")), _number(time.get("rate"))
    if count is not None and rate is not None:
        with suppress(ValueError):
            return count / rate_of_number(float(rate))
    raise InterchangeError("interchange.no_time", place=place.text, given=verbatim(str(value)[:80]))


def _media(child: Any) -> dict[str, Any]:
    clip = _dict(child)
    references = _dict(clip.get("media_references"))
    return _dict(references.get(_text(clip.get("active_media_reference_key")))) or _dict(clip.get("media_reference"))


def _kind(value: Any) -> str:
    return _text(_dict(value).get("OTIO_SCHEMA")).partition(".")[0]


def _ours(value: Any, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What this product wrote beside it. What the format says itself is not believed twice: ids, footage, places."""
    facts = _dict(_dict(_dict(value).get("metadata")).get(OURS))
    return {name: fact for name, fact in facts.items() if name not in without}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """Text without what nobody can store: JSON may name halves of characters."""
    return plain(value) if isinstance(value, str) else ""


def _number(value: Any) -> Fraction | None:
    """A number exactly as it is written; None for what is none, and for one beyond all counting."""
    counts = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _BEYOND
    return Fraction(repr(value)) if counts else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
