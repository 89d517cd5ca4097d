"""FCPXML 1.9 of Final Cut Pro (Apple, "FCPXML Reference"), which Resolve, Premiere by way of others, and CapCut read.

Times are fractions of a second on the frames of the reel, those of footage on the frames of the footage and with its
timecode. The reel is the spine; music, titles and overlays are connected to the clip of the spine that they begin on.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree import ElementTree as Tree

from .sequence import BASE_HEIGHT, CutEvent, CutLane, CutSequence, CutTitle, recorded, without_overlaps
from .sources import SourceFile, one_line, plain
from .xml_text import element, write_xml

VERSION = "1.9"
CONFORMED = {
    Fraction(24000, 1001): "23.98", Fraction(24): "24", Fraction(25): "25", Fraction(30000, 1001): "29.97",
    Fraction(30): "30", Fraction(48000, 1001): "47.95", Fraction(48): "48", Fraction(50): "50",
    Fraction(60000, 1001): "59.94", Fraction(60): "60",
}  # fmt: skip
"""Rates that `conform-rate` may name."""
TITLE_UID = ".../Titles.localized/Bumper:Opener.localized/Basic Title.localized/Basic Title.moti"
TRANSITIONS = {
    "crossfade": ("Cross Dissolve", "FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"),
    "wipe": ("Wipe", "FxPlug:857E2FBA-98DB-411B-A88C-CE6ABC1F65D8"),
    "slide": ("Slide", "FxPlug:6AAB0D54-FCD8-4EBD-A62D-D352A5ED1648"),
    "fade_black": ("Fade To Color", "FxPlug:F779C565-486D-4633-8035-0374B4DB8F5C"),
}
"""Those of Final Cut Pro, as it names them in documents of its own; the colour of the last is black unless set."""
_HEX = re.compile("#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Holder:
    """An item of the spine that others are connected to: from which frame of the reel on, in which time of its own."""

    item: Tree.Element
    record: int
    end: int
    local: Fraction


@dataclass
class _Document:
    """The document while it is written."""

    sequence: CutSequence
    resources: Tree.Element
    formats: dict[tuple[Fraction, int, int], str] = field(default_factory=dict)
    assets: dict[str, str] = field(default_factory=dict)
    effects: dict[str, str] = field(default_factory=dict)
    styles: int = 0

    def new_style(self) -> str:
        self.styles += 1
        return f"ts{self.styles}"

    def new_id(self) -> str:
        return f"r{len(self.formats) + len(self.assets) + len(self.effects) + 1}"

    def format(self, rate: Fraction, width: int, height: int) -> str:
        key = (rate, width, height)
        if key not in self.formats:
            self.formats[key] = self.new_id()
            frame = written(1 / rate, whole=False)
            size = {"width": width or None, "height": height or None}
            element(self.resources, "format", id=self.formats[key], frameDuration=frame, **size)
        return self.formats[key]

    def effect(self, name: str, uid: str) -> str:
        if uid not in self.effects:
            self.effects[uid] = self.new_id()
            element(self.resources, "effect", id=self.effects[uid], name=name, uid=uid)
        return self.effects[uid]

    def asset(self, source: SourceFile) -> str:
        info = source.info
        if info.media_id in self.assets:
            return self.assets[info.media_id]
        rate = source.rate(self.sequence.rate)
        shown = self.format(rate, info.width, info.height) if info.has_picture else None
        self.assets[info.media_id] = name = self.new_id()
        frames = source.frames(rate)
        start = Fraction(source.first_frame(rate)) / rate
        sound = {
            "hasAudio": "1",
            "audioSources": "1",
            "audioChannels": info.channels or 2,
            "audioRate": info.sample_rate or None,
        }
        made = element(
            self.resources, "asset", id=name, name=one_line(info.name), start=written(start),
            duration=written(Fraction(0) if frames is None else frames / rate),
            **({"hasVideo": "1", "videoSources": "1", "format": shown} if shown else {}),
            **(sound if info.has_sound else {}),
        )  # fmt: skip
        element(made, "media-rep", kind="original-media", src=source.url)
        return name


def write_fcpxml(sequence: CutSequence) -> str:
    """The text of an `.fcpxml` file."""
    root = element(None, "fcpxml", version=VERSION)
    document = _Document(sequence, element(root, "resources"))
    format_id = document.format(sequence.rate, sequence.width, sequence.height)
    event = element(element(root, "library"), "event", name="highlight-mcp")
    name = one_line(sequence.title) or "Highlights"
    made = element(
        element(event, "project", name=name), "sequence", format=format_id, tcStart="0s",
        tcFormat="DF" if sequence.drops else "NDF", duration=written(sequence.length / sequence.rate),
        audioLayout="stereo", audioRate="48k",
    )  # fmt: skip
    spine = element(made, "spine")
    holders = list(_spine(spine, document))
    _connect(holders, document)
    for holder in holders:
        _sort(holder.item)
    return write_xml(root, "fcpxml")


def _spine(spine: Tree.Element, document: _Document) -> Iterator[Holder]:
    sequence = document.sequence
    at = 0
    for event in sequence.main.events if sequence.main is not None else ():
        if event.record.start > at:
            yield _gap(spine, at, event.record.start, sequence.rate)
        if event.transition is not None:
            _transition(spine, event, document)
        if event.source is None:
            yield _gap(spine, event.record.start, event.record.end, sequence.rate, one_line(event.clip.label) or None)
        else:
            yield _clip(spine, event, document, None, event.record.start / sequence.rate)
        at = event.record.end
    if sequence.length > at:
        yield _gap(spine, at, sequence.length, sequence.rate)


def _gap(spine: Tree.Element, start: int, end: int, rate: Fraction, name: str | None = None) -> Holder:
    length = written((end - start) / rate)
    made = element(spine, "gap", name=name or "Gap", offset=written(start / rate), start="0s", duration=length)
    return Holder(made, start, end, Fraction(0))


def _clip(
    parent: Tree.Element,
    event: CutEvent,
    document: _Document,
    lane: int | None,
    offset: Fraction,
    role: str | None = None,
) -> Holder:
    assert event.source is not None
    sequence, source = document.sequence, event.source
    media = Fraction(event.first_frame) / event.rate
    retimed = event.clip.freeze or event.clip.speed != 1
    local = event.source_range.start / event.rate / (event.clip.speed if retimed and not event.clip.freeze else 1)
    start = media + local if not retimed else local
    heard = event.is_heard or not source.info.has_sound
    length = written(event.record.length / sequence.rate)
    if source.info.kind == "image":
        made = element(
            parent, "clip", lane=lane, offset=written(offset), name=one_line(event.name), start="0s", duration=length
        )
        element(made, "video", ref=document.asset(source), offset="0s", start="0s", duration=length)
        return _dressed(made, event, document, Fraction(0), reason=lane is None)
    made = element(
        parent, "asset-clip", ref=document.asset(source), lane=lane, offset=written(offset), name=one_line(event.name),
        start=written(start), duration=length, audioRole=role,
        srcEnable=None if heard or not source.info.has_picture else "video",
        tcFormat="DF" if source.drops(sequence.drops) else "NDF",
    )  # fmt: skip
    if source.info.kind == "video" and event.rate != sequence.rate and event.rate in CONFORMED:
        element(made, "conform-rate", scaleEnabled="0", srcFrameRate=CONFORMED[event.rate])
    if retimed:
        _time_map(made, event, media, sequence.rate)
    return _dressed(made, event, document, start, reason=lane is None)


def _dressed(made: Tree.Element, event: CutEvent, document: _Document, start: Fraction, *, reason: bool) -> Holder:
    """A clip with its settings, and with the reason why it was chosen."""
    assert event.source is not None
    if event.source.info.has_picture and event.clip.placement is None:
        element(made, "adjust-conform", type="fill" if event.clip.fit == "cover" else "fit")
    _opacity(made, event)
    _volume(made, event)
    if reason and (event.clip.label or event.clip.why):
        label, why = one_line(event.clip.label or event.name), one_line(str(event.clip.why))
        frame = written(1 / document.sequence.rate, whole=False)
        element(made, "marker", start=written(start), duration=frame, value=label, note=why or None)
    return Holder(made, event.record.start, event.record.end, start)


def _time_map(made: Tree.Element, event: CutEvent, media: Fraction, reel: Fraction) -> None:
    """From time of the clip to time of its media: straight for one speed, level for a held frame."""
    mapped = element(made, "timeMap")
    if event.clip.freeze:
        held = media + event.source_range.start / event.rate
        local = event.source_range.start / event.rate
        points = [(local, held), (local + event.record.length / reel, held)]
    else:
        known = event.source.frames(event.rate) if event.source is not None else None
        length = (known if known is not None else event.source_range.end) / event.rate
        points = [(Fraction(0), media), (length / event.clip.speed, media + length)]
    for time, value in points:
        element(mapped, "timept", time=written(time), value=written(value), interp="linear")


def _opacity(made: Tree.Element, event: CutEvent) -> None:
    fades = (event.clip.picture_fade_in_ms, event.clip.picture_fade_out_ms)
    if any(fades):
        _fades(element(element(made, "adjust-blend", amount="1"), "param", name="amount"), fades)


def _volume(made: Tree.Element, event: CutEvent) -> None:
    fades = (event.clip.fade_in_ms, event.clip.fade_out_ms)
    if event.source is None or not event.source.info.has_sound or (event.gain == 1 and not any(fades)):
        return
    level = element(made, "adjust-volume", amount=f"{event.gain_db:g}dB")
    if any(fades):
        _fades(element(level, "param", name="amount"), fades)


def _fades(parent: Tree.Element, fades: tuple[int, int]) -> None:
    for tag, length_ms in zip(("fadeIn", "fadeOut"), fades, strict=True):
        if length_ms:
            element(parent, tag, type="linear", duration=written(Fraction(length_ms, 1000)))


def _transition(spine: Tree.Element, event: CutEvent, document: _Document) -> None:
    join, rate = event.transition, document.sequence.rate
    assert join is not None
    name, uid = TRANSITIONS.get(join.kind, TRANSITIONS["crossfade"])
    offset, length = (event.record.start - join.before) / rate, join.length / rate
    made = element(spine, "transition", name=name, offset=written(offset), duration=written(length))
    element(made, "filter-video", ref=document.effect(name, uid), name=name)


def _connect(holders: Sequence[Holder], document: _Document) -> None:
    """Overlays above the reel, titles over them, music below it; each on a lane of its own."""
    sequence = document.sequence
    above = 0
    for lane in sequence.of("video")[1:]:
        above += 1
        _connect_lane(lane, above, holders, document)
    for row, titles in enumerate(without_overlaps(sequence.titles, recorded), above + 1):
        for title in titles:
            _title(title, row, holders, document)
    for below, lane in enumerate(sequence.of("audio"), 1):
        _connect_lane(lane, -below, holders, document)


def _connect_lane(lane: CutLane, number: int, holders: Sequence[Holder], document: _Document) -> None:
    for event in lane.events:
        holder = _holder(holders, event.record.start)
        if event.source is not None:
            role = "music" if lane.kind == "audio" else None
            _clip(holder.item, event, document, number, _offset(holder, event.record.start, document), role)


def _holder(holders: Sequence[Holder], frame: int) -> Holder:
    return next((each for each in holders if each.record <= frame < each.end), holders[-1])


def _offset(holder: Holder, frame: int, document: _Document) -> Fraction:
    return holder.local + (frame - holder.record) / document.sequence.rate


def _title(title: CutTitle, lane: int, holders: Sequence[Holder], document: _Document) -> None:
    rate, style = document.sequence.rate, title.text.style
    holder = _holder(holders, title.record.start)
    style_id = document.new_style()
    made = element(
        holder.item, "title", ref=document.effect("Basic Title", TITLE_UID), lane=lane,
        offset=written(_offset(holder, title.record.start, document)), name=one_line(title.words)[:80], start="3600s",
        duration=written(title.record.length / rate), role="titles.subtitles" if title.role == "subtitle" else "titles",
    )  # fmt: skip
    words = element(made, "text")
    element(words, "text-style", plain(title.words), ref=style_id)
    defined = element(made, "text-style-def", id=style_id)
    element(
        defined, "text-style", font="Helvetica", fontSize=round(style.size * BASE_HEIGHT), alignment="center",
        fontColor=_color(style.color, style.opacity),
        backgroundColor=_color(style.background, 1.0) if style.background else None,
    )  # fmt: skip


def _color(color: str, opacity: float) -> str:
    """`1 0.5 0 1`: red, green, blue and opacity, 0 to 1, of `#ff8000`."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)] if _HEX.fullmatch(color) else [1.0, 1.0, 1.0]
    return " ".join(f"{part:g}" for part in (*(round(each, 4) for each in parts), opacity))


_ORDER = ("conform-rate", "timeMap", "adjust-conform", "adjust-blend", "adjust-volume", "video", "asset-clip", "clip",
          "title", "marker")  # fmt: skip


def _sort(item: Tree.Element) -> None:
    """The children in the order of the document type: settings, connected items, markers."""
    last = len(_ORDER)
    item[:] = sorted(item, key=lambda child: _ORDER.index(child.tag) if child.tag in _ORDER else last)


def written(time: Fraction, *, whole: bool = True) -> str:
    """`5s`, `1001/30000s`: a time as the format has it; `whole` writes whole seconds without a fraction."""
    if time.denominator == 1 and whole:
        return f"{time.numerator}s"
    return f"{time.numerator}/{time.denominator}s"
