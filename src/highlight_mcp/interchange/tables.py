"""Cut lists for people and spreadsheets: CSV with all times, and plain text to cut by where nothing is imported."""

import csv
import io
from collections.abc import Iterator
from fractions import Fraction

from ..messages import Argument, say
from ..timeline.time import format_length
from .sequence import CutEvent, CutLane, CutSequence
from .sources import one_line
from .timecode import write_timecode

COLUMNS = (
    *("kind", "track", "number", "record_in", "record_out", "record_in_s", "record_out_s", "source", "path"),
    *("source_rate", "source_in", "source_out", "source_in_s", "source_out_s", "speed", "gain_db"),
    *("transition", "transition_frames", "text", "reason"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(sequence: CutSequence) -> str:
    """One row for each clip and text, in the order of their record times within each track.

    Times stand as timecode and in exact decimals of a second. Words that a spreadsheet would take for a formula begin
    with an apostrophe.
    """
    out = io.StringIO()
    rows = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    rows.writeheader()
    for lane in sequence.lanes:
        rows.writerows(_row(event, lane, sequence) for event in lane.events)
    for title in sequence.titles:
        words = {"kind": title.role, "track": title.lane, "text": _cell(title.words)}
        rows.writerow(words | _record(title.record.start, title.record.end, sequence.rate))
    return "\ufeff" + out.getvalue()


def _row(event: CutEvent, lane: CutLane, sequence: CutSequence) -> dict[str, object]:
    row: dict[str, object] = {"kind": lane.kind, "track": lane.number, "number": event.number}
    row |= _record(event.record.start, event.record.end, sequence.rate)
    row |= {"source": _cell(event.name), "speed": f"{float(event.speed):g}", "gain_db": f"{event.gain_db:g}"}
    row |= {"text": _cell(event.clip.label), "reason": _cell(str(event.clip.why))}
    if event.source is not None:
        times = _source_times(event, sequence)
        row |= {"path": _cell(event.source.path or ""), "source_rate": f"{float(event.rate):.3f}"}
        row |= dict(zip(("source_in", "source_out"), times, strict=True))
        seconds = (_seconds(at / event.rate) for at in (event.source_range.start, event.source_range.end))
        row |= dict(zip(("source_in_s", "source_out_s"), seconds, strict=True))
    if event.transition is not None:
        row |= {"transition": event.transition.kind, "transition_frames": event.transition.length}
    return row


def _record(start: int, end: int, rate: Fraction) -> dict[str, object]:
    return {
        "record_in": write_timecode(start, rate), "record_out": write_timecode(end, rate),
        "record_in_s": _seconds(start / rate), "record_out_s": _seconds(end / rate),
    }  # fmt: skip


def _source_times(event: CutEvent, sequence: CutSequence) -> tuple[str, str]:
    assert event.source is not None
    drops, first = event.source.drops(sequence.drops), event.first_frame
    used = event.source_range
    start, end = (write_timecode(first + at, event.rate, drop=drops) for at in (used.start, used.end))
    return start, end


def _seconds(time: Fraction | int) -> str:
    return f"{float(time):.6f}"


def _cell(text: str) -> str:
    clean = one_line(text)
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


def write_cut_list(sequence: CutSequence) -> str:
    """The reel step by step: which file, from where to where, and what belongs there.

    CapCut counts `hours:minutes:seconds:frames` from the first frame of a file, and so does this list.
    """
    lines = [say("interchange.list.title", title=one_line(sequence.title) or "Highlights")]
    shape: dict[str, Argument] = {
        "width": sequence.width,
        "height": sequence.height,
        "rate": f"{float(sequence.rate):g}",
    }
    lines += [say("interchange.list.project", **shape, length=_length(sequence.length, sequence)), ""]
    for source in sequence.sources:
        lines.append(say("interchange.list.file", name=one_line(source.info.name), path=one_line(source.path or "?")))
    for lane in sequence.lanes:
        lines += ["", _heading(lane)]
        for event in lane.events:
            lines += _steps(event, sequence)
    if sequence.titles:
        lines += ["", say("interchange.list.texts")]
    for title in sequence.titles:
        times = {"start": _at(title.record.start, sequence.rate), "end": _at(title.record.end, sequence.rate)}
        lines.append(say("interchange.list.text", words=one_line(title.words), **times))
    return "\n".join([*lines, ""])


def _heading(lane: CutLane) -> str:
    if lane.kind == "audio":
        return say("interchange.list.music", n=lane.number)
    return say("interchange.list.reel") if lane.number == 1 else say("interchange.list.overlay", n=lane.number)


def _steps(event: CutEvent, sequence: CutSequence) -> Iterator[str]:
    used = event.source_range
    times = {"first": _at(used.start, event.rate), "last": _at(used.end, event.rate)}
    place = {"start": _at(event.record.start, sequence.rate), "end": _at(event.record.end, sequence.rate)}
    facts: dict[str, Argument] = {
        "n": event.number,
        "name": one_line(event.name),
        "length": _length(event.record.length, sequence),
    }
    if event.source is None:
        yield say("interchange.list.card", **facts, **place)
    elif event.clip.freeze or event.source.info.kind == "image":
        yield say("interchange.list.still", **facts, **place, first=times["first"])
    else:
        yield say("interchange.list.clip", **facts, **place, **times)
    details = []
    if event.clip.speed != 1 and not event.clip.freeze:
        details.append(say("interchange.list.speed", speed=f"{float(event.clip.speed):g}"))
    if event.gain != 1:
        details.append(say("interchange.list.volume", percent=round(100 * event.gain), decibels=f"{event.gain_db:g}"))
    if event.transition is not None:
        kind = say(f"interchange.transition.{event.transition.kind}")
        details.append(say("interchange.list.transition", kind=kind, length=_length(event.transition.length, sequence)))
    if event.clip.why:
        details.append(say("interchange.list.why", why=one_line(str(event.clip.why))))
    yield from (f"    {detail}" for detail in details)


def _at(frame: int, rate: Fraction) -> str:
    return write_timecode(frame, rate, drop=False)


def _length(frames: int, sequence: CutSequence) -> str:
    return format_length(round(frames * 1000 / sequence.rate))
