"""Premiere XML: version 4 of the Final Cut Pro 7 XML Interchange Format (`xmeml`), which Premiere and Resolve read.

Counts are whole frames: `start` and `end` of the reel, `in` and `out` of the footage from its first frame. Where
a transition covers an edge of a clip, that edge is -1, and the footage reaches on to the end of the transition. Of
footage at another speed `in` and `out` count what comes out of the speed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from xml.etree import ElementTree as Tree

from .sequence import BASE_HEIGHT, BLACK, CutEvent, CutLane, CutSequence, CutTitle, CutTransition
from .sources import SourceFile, one_line, plain
from .timecode import is_ntsc, nominal, write_timecode
from .xml_text import element, write_xml

LOUDEST = 3.98107
"""The largest gain of the filter `Audio Levels`: 12 dB."""
_COVERED = -1


@dataclass
class _PremiereDocument:
    """What is in the document already: files are document whole once, clips get numbers."""

    sequence: CutSequence
    files: set[str] = field(default_factory=set)
    clips: int = 0

    @cached_property
    def _names(self) -> dict[str, str]:
        return {each.info.media_id: f"file-{number}" for number, each in enumerate(self.sequence.sources, 1)}

    def file_id(self, source: SourceFile) -> str:
        return self._names[source.info.media_id]

    def new_clip(self) -> str:
        self.clips += 1
        return f"clipitem-{self.clips}"


def write_xmeml(sequence: CutSequence) -> str:
    """The text of an `.xml` file."""
    root = element(None, "xmeml", version="4")
    made = element(root, "sequence", id="sequence-1")
    element(made, "name", one_line(sequence.title) or "Highlights")
    element(made, "duration", sequence.length)
    _rate(made, sequence.rate)
    _timecode(made, sequence.rate, 0, drop=sequence.drops)
    media = element(made, "media")
    document = _PremiereDocument(sequence)
    video = element(media, "video")
    _picture_format(video, sequence)
    for lane in sequence.of("video"):
        _video_track(video, lane, document)
    for row in sorted({title.lane for title in sequence.titles}):
        _title_track(video, [each for each in sequence.titles if each.lane == row], document)
    audio = element(media, "audio")
    element(audio, "numOutputChannels", 2)
    _sound_format(audio)
    for lane in sequence.lanes:
        _audio_tracks(audio, lane, document)
    _markers(made, sequence)
    return write_xml(root, "xmeml")


def _picture_format(parent: Tree.Element, sequence: CutSequence) -> None:
    facts = element(element(parent, "format"), "samplecharacteristics")
    _rate(facts, sequence.rate)
    element(facts, "width", sequence.width)
    element(facts, "height", sequence.height)
    element(facts, "pixelaspectratio", "square")
    element(facts, "fielddominance", "none")


def _sound_format(parent: Tree.Element) -> None:
    facts = element(element(parent, "format"), "samplecharacteristics")
    element(facts, "depth", 16)
    element(facts, "samplerate", 48000)


def _rate(parent: Tree.Element, rate: Fraction) -> None:
    made = element(parent, "rate")
    element(made, "timebase", nominal(rate))
    element(made, "ntsc", "TRUE" if is_ntsc(rate) else "FALSE")


def _timecode(parent: Tree.Element, rate: Fraction, frame: int, *, drop: bool) -> None:
    made = element(parent, "timecode")
    _rate(made, rate)
    text = write_timecode(frame, rate, drop=drop)
    element(made, "string", text)
    element(made, "frame", frame)
    element(made, "displayformat", "DF" if ";" in text else "NDF")


def _video_track(parent: Tree.Element, lane: CutLane, document: _PremiereDocument) -> None:
    track = element(parent, "track")
    for event, after in _with_next(lane):
        if event.transition is not None:
            _transition(track, event, document.sequence.rate)
        if event.source is not None:
            _clip(track, event, after, document, "video", 1)
        elif event.clip.label or not event.is_black or event.transition is not None or after is not None:
            _card(track, event, after, document)
    element(track, "enabled", "TRUE")
    element(track, "locked", "FALSE")


def _audio_tracks(parent: Tree.Element, lane: CutLane, document: _PremiereDocument) -> None:
    """Two tracks of one channel each, which editors show as one of stereo."""
    heard = [(event, after) for event, after in _with_next(lane) if event.is_heard]
    for channel in (1, 2) if heard else ():
        track = element(
            parent,
            "track",
            currentExplodedTrackIndex=channel - 1,
            totalExplodedTrackCount=2,
            premiereTrackType="Stereo",
        )
        for event, _after in heard:
            _clip(track, event, None, document, "audio", channel)
        element(track, "enabled", "TRUE")
        element(track, "locked", "FALSE")
        element(track, "outputchannelindex", channel)


def _with_next(lane: CutLane) -> Iterator[tuple[CutEvent, CutEvent | None]]:
    """Each event with the one that a transition leads to."""
    for number, event in enumerate(lane.events):
        after = lane.events[number + 1] if number + 1 < len(lane.events) else None
        yield event, after if after is not None and after.transition is not None else None


def _clip(
    track: Tree.Element, event: CutEvent, after: CutEvent | None, document: _PremiereDocument, kind: str, channel: int
) -> None:
    assert event.source is not None
    reel = document.sequence.rate
    made = element(track, "clipitem", id=document.new_clip())
    element(made, "masterclipid", f"masterclip-{document.file_id(event.source)}")
    element(made, "name", one_line(event.name))
    element(made, "enabled", "TRUE")
    element(made, "duration", _available(event, reel))
    _rate(made, event.rate)
    into = _sides(event.transition)[0] if kind == "video" else 0
    out = _sides(after.transition)[1] if after is not None else 0
    element(made, "start", _COVERED if event.transition is not None and kind == "video" else event.record.start)
    element(made, "end", _COVERED if after is not None else event.record.end)
    start = _in(event)
    element(made, "in", start - _own(into, event, reel))
    element(made, "out", start + _own(event.record.length + out, event, reel))
    if kind == "video" and event.clip.freeze:
        element(made, "stillframe", "TRUE")
        element(made, "stillframeoffset", event.source_range.start)
    _file(made, event, document)
    source = element(made, "sourcetrack")
    element(source, "mediatype", kind)
    element(source, "trackindex", channel)
    if event.clip.speed != 1 and not event.clip.freeze:
        _speed(made, event.clip.speed)
    if kind == "audio" and event.gain != 1:
        _level(made, event.gain)
    if kind == "video":
        _marker(made, event)


def _in(event: CutEvent) -> int:
    return round(event.source_range.start / event.speed) if event.speed else event.source_range.start


def _own(frames: int, event: CutEvent, reel: Fraction) -> int:
    """Frames of the reel in the rate of a clip."""
    return round(frames * event.rate / reel)


def _available(event: CutEvent, reel: Fraction) -> int:
    known = event.source.frames(event.rate) if event.source is not None else None
    frames = known if known is not None else _own(event.record.length, event, reel)
    return round(frames / event.speed) if event.speed else frames


def _file(parent: Tree.Element, event: CutEvent, document: _PremiereDocument) -> None:
    source = event.source
    assert source is not None
    info, name = source.info, document.file_id(source)
    made = element(parent, "file", id=name)
    if name in document.files:
        return
    document.files.add(name)
    element(made, "name", one_line(info.name))
    element(made, "pathurl", source.url.replace("file:///", "file://localhost/", 1))
    _rate(made, event.rate)
    frames = source.frames(event.rate)
    if frames is not None:
        element(made, "duration", frames)
    _timecode(made, event.rate, source.first_frame(event.rate), drop=source.drops(document.sequence.drops))
    media = element(made, "media")
    if info.has_picture:
        facts = element(element(media, "video"), "samplecharacteristics")
        _rate(facts, event.rate)
        element(facts, "width", info.width)
        element(facts, "height", info.height)
    if info.has_sound:
        sound = element(media, "audio")
        facts = element(sound, "samplecharacteristics")
        element(facts, "depth", 16)
        element(facts, "samplerate", info.sample_rate or 48000)
        element(sound, "channelcount", info.channels or 2)


def _transition(track: Tree.Element, event: CutEvent, reel: Fraction) -> None:
    join = event.transition
    assert join is not None
    made = element(track, "transitionitem")
    into, out = _sides(join)
    element(made, "start", event.record.start - into)
    element(made, "end", event.record.start + out)
    element(made, "alignment", "center" if into and out else "end" if into else "start")
    _rate(made, reel)
    effect = element(made, "effect")
    name, ident, category = (
        ("Edge Wipe", "Edge Wipe", "Wipe") if join.kind == "wipe" else ("Cross Dissolve",) * 2 + ("Dissolve",)
    )
    element(effect, "name", name)
    element(effect, "effectid", ident)
    element(effect, "effectcategory", category)
    element(effect, "effecttype", "transition")
    element(effect, "mediatype", "video")


def _sides(join: CutTransition | None) -> tuple[int, int]:
    """Frames before and behind the cut: the format has transitions in the middle, or on one side of it."""
    if join is None:
        return 0, 0
    if join.before and join.after:
        into = min(join.before, join.after)
        return into, min(join.after, into + 1)
    return join.before, join.after


def _speed(parent: Tree.Element, speed: Fraction) -> None:
    effect = element(element(parent, "filter"), "effect")
    for tag, text in (("name", "Time Remap"), ("effectid", "timeremap"), ("effectcategory", "motion"),
                      ("effecttype", "motion"), ("mediatype", "video")):  # fmt: skip
        element(effect, tag, text)
    for name, value in (
        ("variablespeed", 0),
        ("speed", f"{float(speed * 100):.6g}"),
        ("reverse", "FALSE"),
        ("frameblending", "FALSE"),
    ):
        parameter = element(effect, "parameter", authoringApp="PremierePro")
        element(parameter, "parameterid", name)
        element(parameter, "name", name)
        element(parameter, "value", value)


def _level(parent: Tree.Element, gain: float) -> None:
    effect = element(element(parent, "filter"), "effect")
    for tag, text in (("name", "Audio Levels"), ("effectid", "audiolevels"), ("effectcategory", "audiolevels"),
                      ("effecttype", "audiolevels"), ("mediatype", "audio")):  # fmt: skip
        element(effect, tag, text)
    parameter = element(effect, "parameter", authoringApp="PremierePro")
    element(parameter, "parameterid", "level")
    element(parameter, "name", "Level")
    element(parameter, "valuemin", 0)
    element(parameter, "valuemax", LOUDEST)
    element(parameter, "value", f"{min(gain, LOUDEST):g}")


def _generator(
    track: Tree.Element,
    edges: tuple[int, int],
    length: int,
    document: _PremiereDocument,
    name: str,
    kind: str,
    *values: tuple[str, str],
) -> None:
    made = element(track, "generatoritem", id=document.new_clip())
    element(made, "name", one_line(name)[:80])
    element(made, "duration", length)
    _rate(made, document.sequence.rate)
    element(made, "start", edges[0])
    element(made, "end", edges[1])
    element(made, "in", 0)
    element(made, "out", length)
    element(made, "enabled", "TRUE")
    effect = element(made, "effect")
    for tag, text in (
        ("name", kind),
        ("effectid", kind),
        ("effectcategory", kind),
        ("effecttype", "generator"),
        ("mediatype", "video"),
    ):
        element(effect, tag, text)
    for ident, value in values:
        parameter = element(effect, "parameter")
        element(parameter, "parameterid", ident)
        element(parameter, "name", ident)
        element(parameter, "value", value)


def _card(track: Tree.Element, event: CutEvent, after: CutEvent | None, document: _PremiereDocument) -> None:
    """A plain colour; its edges are covered by transitions as those of clips are."""
    color = event.clip.color or BLACK
    length = (
        _sides(event.transition)[0] + event.record.length + (_sides(after.transition)[1] if after is not None else 0)
    )
    edges = (
        _COVERED if event.transition is not None else event.record.start,
        _COVERED if after is not None else event.record.end,
    )
    _generator(track, edges, length, document, event.clip.label or color, "Color", ("fillcolor", color))


def _title_track(parent: Tree.Element, titles: list[CutTitle], document: _PremiereDocument) -> None:
    track = element(parent, "track")
    at = 0
    for title in titles:
        start = max(at, title.record.start)
        if start < title.record.end:
            edges, size = (start, title.record.end), f"{round(title.text.style.size * BASE_HEIGHT)}"
            values = ("str", plain(title.words)), ("fontsize", size)
            _generator(track, edges, edges[1] - start, document, title.words, "Text", *values)
            at = title.record.end


def _marker(parent: Tree.Element, event: CutEvent) -> None:
    if not (event.clip.label or event.clip.why):
        return
    made = element(parent, "marker")
    element(made, "comment", one_line(str(event.clip.why)))
    element(made, "name", one_line(event.clip.label or event.name))
    element(made, "in", event.source_range.start)
    element(made, "out", _COVERED)


def _markers(parent: Tree.Element, sequence: CutSequence) -> None:
    """The reasons of the clips of the reel beside its time line, too: editors differ in where they look."""
    for event in sequence.main.events if sequence.main is not None else ():
        if event.clip.label or event.clip.why:
            made = element(parent, "marker")
            element(made, "comment", one_line(str(event.clip.why)))
            element(made, "name", one_line(event.clip.label or event.name))
            element(made, "in", event.record.start)
            element(made, "out", _COVERED)
