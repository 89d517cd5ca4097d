"""FCPXML read, of any version: the first project of a file, its spine and what is connected to it. Pure."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from xml.etree import ElementTree as Tree

from ..messages import Message, message
from ..timeline.model import TransitionKind
from . import InterchangeError
from .readings import ReadClip, ReadLane, ReadReel, ReadText, ReadTransition
from .sequence import BASE_HEIGHT, BLACK, QUIETEST_DB
from .sources import MediaLibrary, SourceFile, path_of
from .xml_text import line_of, read_xml

_TIME = re.compile(r"(-?\d{1,18})(?:/(\d{1,12}))?s|(-?\d{1,12}(?:\.\d{1,9})?)s")
_NESTED = frozenset({"ref-clip", "sync-clip", "mc-clip"})
_ITEMS = _NESTED | {"asset-clip", "clip", "video", "audio", "title", "caption", "gap", "audition"}
_SETTINGS = frozenset({
    "conform-rate", "timeMap", "adjust-volume", "adjust-blend", "adjust-conform", "marker", "text", "text-style-def",
    "note", "spine", "transition", "metadata", "chapter-marker", "keyword", "rating", "analysis-marker", "param",
    "audio-channel-source", "audio-role-source", "sync-source", "mc-source",
})  # fmt: skip
"""Parts of an item that are read, or that are no change of what is seen and heard."""
_KINDS: dict[str, TransitionKind] = {
    "dissolve": "crossfade", "wipe": "wipe", "slide": "slide", "push": "slide", "fade to color": "fade_black",
}  # fmt: skip
_LEVEL = re.compile(r"(-?\d{1,3}(?:\.\d{1,6})?)\s*dB")
_MAIN = 0
"""The lane of the spine."""


@dataclass(frozen=True)
class _Frame:
    """The time that items are placed in: their `offset` at `local` lies at `record` seconds of the reel."""

    record: Fraction
    local: Fraction
    lane: int

    def at(self, offset: Fraction) -> Fraction:
        return self.record + offset - self.local


def read_fcpxml(text: str, library: MediaLibrary) -> ReadReel:
    """The cuts of an `.fcpxml` file. Raises InterchangeError, which names the line."""
    root = read_xml(text)
    sequence = next((each for each in root.iter("sequence") if each.find("spine") is not None), None)
    if root.tag != "fcpxml" or sequence is None:
        raise InterchangeError("interchange.no_timeline", format="FCPXML")
    return _Project(root, library).read(sequence)


class _Project:
    """Reads one project."""

    def __init__(self, root: Tree.Element, library: MediaLibrary) -> None:
        self._library = library
        self._resources = {each.get("id", ""): each for each in root.findall("resources/*")}
        self._names = {each.find("sequence"): each.get("name", "") for each in root.iter("project")}
        self._lost: list[Message] = []
        self._lanes: dict[tuple[int, bool], list[ReadClip]] = {}
        """The clips by lane and by whether they are sound alone."""
        self._texts: list[ReadText] = []

    def read(self, sequence: Tree.Element) -> ReadReel:
        shown = self._resources.get(sequence.get("format", ""))
        frame = self._time(shown, "frameDuration") if shown is not None else Fraction(0)
        spine = sequence.find("spine")
        assert spine is not None
        self._row(spine, _Frame(Fraction(0), self._time(sequence, "tcStart"), _MAIN))
        ordered = sorted(self._lanes, key=lambda each: (each[1], each[0] < 0, abs(each[0])))
        lanes = [ReadLane("audio" if each[1] else "video", tuple(self._lanes[each])) for each in ordered]
        return ReadReel(
            title=self._names.get(sequence, ""), rate=1 / frame if frame > 0 else None, width=_whole(shown, "width"),
            height=_whole(shown, "height"), lanes=tuple(lanes), texts=tuple(self._texts),
            lost=tuple(dict.fromkeys(self._lost)),
        )  # fmt: skip

    def _row(self, spine: Tree.Element, frame: _Frame) -> None:
        """The items of a storyline, one behind the other where they do not say where."""
        transition: tuple[Tree.Element, Fraction, Fraction] | None = None
        at = frame.record
        for child in spine:
            item = child
            if item.tag == "transition":
                start = frame.at(self._time(item, "offset")) if item.get("offset") else at
                transition = (item, start, self._time(item, "duration"))
            elif item.tag in _ITEMS:
                start = frame.at(self._time(item, "offset")) if item.get("offset") else at
                at = start + self._length(item)
                self._item(item, start, frame.lane, self._transition(transition, start))
                transition = None

    def _transition(self, read: tuple[Tree.Element, Fraction, Fraction] | None, cut: Fraction) -> ReadTransition | None:
        if read is None:
            return None
        item, start, length = read
        name = (item.get("name") or "").lower()
        kind = next((kind for word, kind in _KINDS.items() if word in name), None)
        if kind is None:
            self._lost.append(message("interchange.unread.transition", kind=item.get("name") or "?"))
        before = min(max(Fraction(0), cut - start), length)
        return ReadTransition(kind or "crossfade", before, length - before)

    def _length(self, item: Tree.Element) -> Fraction:
        if item.get("duration"):
            return max(Fraction(0), self._time(item, "duration"))
        asset = self._resources.get(item.get("ref", ""))
        if asset is None or not asset.get("duration"):
            raise InterchangeError("interchange.no_length", place=f"<{item.tag}>, line {line_of(item)}")
        return self._time(asset, "duration")

    def _item(self, item: Tree.Element, start: Fraction, lane: int, transition: ReadTransition | None) -> None:
        if item.tag == "audition":
            chosen = next((child for child in item if child.tag in _ITEMS), None)
            if chosen is not None:
                self._item(chosen, start, lane, transition)
            return
        length = self._length(item)
        if item.get("enabled") == "0":
            self._lost.append(message("interchange.unread.disabled", name=item.get("name") or item.tag))
        elif item.tag in ("title", "caption"):
            self._title(item, start, length)
        elif item.tag in _NESTED:
            self._lost.append(message("interchange.unread.nested", name=item.get("name") or item.tag))
        elif item.tag != "gap":
            key = (lane, self._is_sound(item))
            self._lanes.setdefault(key, []).append(self._clip(item, start, length, transition))
        self._connected(item, start)

    def _connected(self, item: Tree.Element, start: Fraction) -> None:
        """What is connected to an item, in its time."""
        frame = _Frame(start, self._time(item, "start"), 0)
        for child in item:
            inner = child
            if inner.tag == "spine" and inner.get("lane"):
                at = frame.at(self._time(inner, "offset"))
                self._row(inner, _Frame(at, Fraction(0), _whole(inner, "lane") or 1))
            elif inner.tag in _ITEMS and inner.get("lane"):
                self._item(inner, frame.at(self._time(inner, "offset")), _whole(inner, "lane") or 1, None)

    def _clip(
        self, item: Tree.Element, start: Fraction, length: Fraction, transition: ReadTransition | None
    ) -> ReadClip:
        used = self._used(item)
        asset = self._resources.get(used.get("ref", ""))
        if asset is None or asset.tag not in ("asset", "media"):
            self._lost.append(message("interchange.unread.generator", kind=item.get("name") or item.tag))
            return ReadClip(start, length, color=BLACK, transition=transition, place=line_of(item))
        link = _link(asset)
        source = self._library.find(link, asset.get("name", ""), item.get("name", ""))
        first = self._time(asset, "start")
        media = self._time(item, "start") if item.get("start") else first
        read = ReadClip(
            start, length, link, asset.get("name") or item.get("name") or "", source, max(Fraction(0), media - first),
            transition=transition, place=line_of(item), sound=item.get("srcEnable") != "video",
            volume=self._volume(item), fields=self._fades(item) | self._conform(item),
        )  # fmt: skip
        read = self._retimed(read, item, source, first, media)
        self._settings(item)
        marker = item.find("marker")
        return read if marker is None else replace(read, label=marker.get("value", ""), why=marker.get("note", ""))

    def _used(self, item: Tree.Element) -> Tree.Element:
        """The part of a clip that shows its media: a `clip` holds a `video`, which may hold its sound."""
        inner = next((child for child in item if child.tag in ("video", "audio") and not child.get("lane")), None)
        return item if item.tag != "clip" or inner is None else inner

    def _is_sound(self, item: Tree.Element) -> bool:
        used = self._used(item)
        asset = self._resources.get(used.get("ref", ""))
        silent = asset is not None and asset.tag == "asset" and asset.get("hasVideo", "0") != "1"
        return used.tag == "audio" or item.get("srcEnable") == "audio" or silent

    def _volume(self, item: Tree.Element) -> float:
        level = item.find("adjust-volume")
        match = _LEVEL.fullmatch(level.get("amount", "0dB").strip()) if level is not None else None
        if match is None:
            return 1.0
        decibel = float(match[1])
        return 0.0 if decibel <= QUIETEST_DB else round(min(4.0, 10 ** (decibel / 20)), 3)

    def _fades(self, item: Tree.Element) -> dict[str, object]:
        fields: dict[str, object] = {}
        for tag, names in (("adjust-volume", ("fade_in_ms", "fade_out_ms")),
                           ("adjust-blend", ("picture_fade_in_ms", "picture_fade_out_ms"))):  # fmt: skip
            for way, name in zip(("fadeIn", "fadeOut"), names, strict=True):
                faded = item.find(f"{tag}/param/{way}")
                if faded is not None:
                    fields[name] = round(self._time(faded, "duration") * 1000)
        return fields

    def _conform(self, item: Tree.Element) -> dict[str, object]:
        fit = item.find("adjust-conform")
        return {} if fit is None else {"fit": {"fill": "cover"}.get(fit.get("type", ""), "pad")}

    def _retimed(
        self, read: ReadClip, item: Tree.Element, source: SourceFile | None, first: Fraction, media: Fraction
    ) -> ReadClip:
        points = [(self._time(each, "time"), self._time(each, "value")) for each in item.findall("timeMap/timept")]
        if len(points) < 2:
            return read
        if len(points) > 2:
            self._lost.append(message("interchange.unread.speed_changes", name=read.called))
        local = self._time(item, "start") if item.get("start") else points[0][0]
        (from_time, from_value), (to_time, to_value) = points[0], points[-1]
        if to_time <= from_time or to_value == from_value:
            return replace(read, freeze=True, source_start=max(Fraction(0), from_value - first))
        speed = (to_value - from_value) / (to_time - from_time)
        value = from_value + (local - from_time) * speed
        if speed < 0:
            self._lost.append(message("interchange.unread.backwards", name=read.called))
            value -= read.length * -speed
        return replace(read, speed=abs(speed), source_start=max(Fraction(0), value - first))

    def _settings(self, item: Tree.Element) -> None:
        for child in item:
            if child.tag not in _SETTINGS and child.tag not in _ITEMS:
                self._lost.append(
                    message(
                        "interchange.unread.effect",
                        effect=child.get("name") or child.tag,
                        name=item.get("name") or item.tag,
                    )
                )

    def _title(self, item: Tree.Element, start: Fraction, length: Fraction) -> None:
        words = "\n".join("".join(each.itertext()) for each in item.findall("text")).strip()
        role = "subtitle" if item.tag == "caption" or "subtitle" in (item.get("role") or "").lower() else "title"
        style = item.find("text-style-def/text-style")
        fields: dict[str, object] = {}
        if style is not None:
            fields["style"] = _style(style)
        self._texts.append(ReadText(words or item.get("name", ""), start, length, role, fields))

    def _time(self, item: Tree.Element | None, name: str) -> Fraction:
        text = item.get(name) if item is not None else None
        if item is None or text is None:
            return Fraction(0)
        match = _TIME.fullmatch(text.strip())
        if match is None or (match[2] and not int(match[2])):
            raise InterchangeError("interchange.broken_attribute", line=line_of(item), name=name, given=text[:40])
        return Fraction(match[3]) if match[3] else Fraction(int(match[1]), int(match[2] or 1))


def _link(asset: Tree.Element) -> str:
    representation = asset.find("media-rep")
    link = representation.get("src", "") if representation is not None else asset.get("src", "")
    return link.removeprefix("./") if not link.startswith("file:") else path_of(link)


def _style(style: Tree.Element) -> dict[str, object]:
    fields: dict[str, object] = {}
    try:
        parts = [float(part) for part in (style.get("fontColor") or "").split()]
        if len(parts) >= 3:
            fields["color"] = "#" + "".join(f"{round(255 * min(1.0, max(0.0, part))):02x}" for part in parts[:3])
        size = float(style.get("fontSize") or 0) / BASE_HEIGHT
        if 0.005 < size <= 0.5:  # the bounds of a size of type, as shares of the height
            fields["size"] = round(size, 4)
    except ValueError:
        return {}
    return fields


def _whole(item: Tree.Element | None, name: str) -> int | None:
    text = item.get(name, "") if item is not None else ""
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else None
