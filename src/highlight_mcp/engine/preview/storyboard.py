"""The storyboard: one picture for each clip of the reel, in order, with its times and its reason."""

from pathlib import Path

from ...messages import message, say
from ...timeline.layout import pace_of
from ...timeline.model import AudioTrack, Clip, TextTrack, Timeline
from ...timeline.summary import summary
from ...timeline.time import format_time
from ..errors import EngineError
from ..job_process import Progress
from ..render.video_reader import Sources
from .picture import PreviewPicture, reel_pictures
from .sheet import ACCENT, BRIGHT, DIM, HUES, LINE, PANEL, Sheet, save_jpeg

_WIDTH, _MARGIN, _GAP = 1280, 20, 16
_HEAD, _CAPTION, _RIBBON = 58, 74, 66
_MOST = 24


def storyboard(timeline: Timeline, sources: Sources, output: Path, progress: Progress) -> PreviewPicture:
    """Draw the storyboard of a timeline to a JPEG file. Raises EngineError (`bad_request` when it is empty)."""
    if not timeline.clips:
        raise EngineError("bad_request", "engine.no_clips")
    shown = _sampled(timeline.clips)
    columns = 2 if len(shown) <= 2 else 3 if len(shown) <= 9 else 4
    width = (_WIDTH - 2 * _MARGIN - (columns - 1) * _GAP) // columns
    height = min(width * timeline.height // timeline.width, width * 3 // 4)
    times_ms = [clip.start_ms + clip.duration_ms // 2 for _, clip in shown]
    pictures = reel_pictures(timeline, times_ms, sources, _drawn_size(timeline, height))
    rows = -(-len(shown) // columns)
    sheet = Sheet(_WIDTH, _HEAD + rows * (height + _CAPTION + _GAP) + _RIBBON + _MARGIN)
    _draw_head(sheet, timeline, len(shown))
    for place, (number, clip) in enumerate(shown):
        x = _MARGIN + place % columns * (width + _GAP)
        y = _HEAD + place // columns * (height + _CAPTION + _GAP)
        progress("preview", place, len(shown), message("engine.progress.drawing", n=number))
        sheet.picture(x, y, width, height, next(pictures))
        _draw_caption(sheet, x, y + height, width, number, clip, sources)
    _draw_ribbon(sheet, timeline, sheet.height - _RIBBON - _MARGIN // 2)
    final = save_jpeg(sheet.image, output)
    return PreviewPicture(described(timeline, sources), final.width, final.height)


def described(timeline: Timeline, sources: Sources) -> str:
    """The storyboard in words: the summary line, then one line for each clip."""
    count, total = len(timeline.clips), format_time(timeline.duration_ms)
    lines = [say("engine.shown.storyboard", summary=summary(timeline), n=count, total=total)]
    for number, clip in enumerate(timeline.clips, 1):
        why = f" - {clip.why}" if clip.why else ""
        origin = _origin(clip, sources)
        lines.append(say("engine.shown.clip", n=number, at=format_time(clip.start_ms), origin=origin, why=why))
    return "\n".join(lines)


def _sampled(clips: tuple[Clip, ...]) -> list[tuple[int, Clip]]:
    """At most 24 numbered clips, evenly spread."""
    count = min(len(clips), _MOST)
    places = sorted({round(step * (len(clips) - 1) / max(1, count - 1)) for step in range(count)})
    return [(place + 1, clips[place]) for place in places]


def _drawn_size(timeline: Timeline, height: int) -> tuple[int, int]:
    """Even width and height of what is drawn: twice a thumbnail, so that words and fine lines stay legible."""
    across = 2 * height * timeline.width // timeline.height
    return max(2, across // 2 * 2), 2 * height


def _origin(clip: Clip, sources: Sources) -> str:
    if clip.media_id is None or clip.source is None:
        return clip.label or say("engine.shown.card")
    name = sources[clip.media_id].info.name if clip.media_id in sources else clip.label or clip.media_id
    return f"{name} {format_time(clip.source.start_ms)}-{format_time(clip.source.end_ms)}{_speed(clip)}"


def _speed(clip: Clip) -> str:
    if clip.ramp:
        start, end = pace_of(clip).ends
        return f", {float(start):g}x-{float(end):g}x"
    return "" if clip.speed == 1 else f", {float(clip.speed):g}x"


def _draw_head(sheet: Sheet, timeline: Timeline, shown: int) -> None:
    count = len(timeline.clips)
    title = timeline.title or say("engine.shown.storyboard_title")
    sheet.text(_MARGIN, 14, title, 22, width=700)
    part = say("engine.shown.clips_of", n=count, shown=shown) if shown < count else say("engine.shown.clips", n=count)
    facts = f"{part} · {format_time(timeline.duration_ms)} · {timeline.width}x{timeline.height}"
    sheet.text_right(_WIDTH - _MARGIN, 19, facts, 16)


def _draw_caption(sheet: Sheet, x: int, y: int, width: int, number: int, clip: Clip, sources: Sources) -> None:
    end = sheet.tag(x + 6, y - 28, f"{number}", 14, fill=HUES[(number - 1) % len(HUES)], color=(0, 0, 0))
    sheet.tag(end + 4, y - 28, f"{format_time(clip.start_ms)}-{format_time(clip.end_ms)}")
    sheet.text(x, y + 6, _origin(clip, sources), 14, color=BRIGHT, width=width)
    sheet.paragraph(x, y + 28, str(clip.why or clip.label), 13, width=width, lines=2)


def _draw_ribbon(sheet: Sheet, timeline: Timeline, y: int) -> None:
    """The reel as a bar: clips in their proportions, texts above, sounds below."""
    length, width = max(1, timeline.duration_ms), sheet.width - 2 * _MARGIN

    def place(at_ms: int) -> int:
        return _MARGIN + at_ms * width // length

    sheet.box(_MARGIN, y + 10, width, 24, PANEL)
    for number, clip in enumerate(timeline.clips, 1):
        left, right = place(clip.start_ms), place(clip.end_ms)
        sheet.box(left, y + 10, right - left - 1, 24, HUES[(number - 1) % len(HUES)])
        if right - left > 24:
            sheet.text(left + 5, y + 14, str(number), 14, color=(0, 0, 0))
    for track in timeline.tracks:
        if isinstance(track, TextTrack):
            for text in track.texts:
                sheet.box(place(text.start_ms), y + 3, place(text.end_ms) - place(text.start_ms), 5, ACCENT)
        elif isinstance(track, AudioTrack):
            for sound in track.clips:
                sheet.box(place(sound.start_ms), y + 36, place(sound.end_ms) - place(sound.start_ms), 5, LINE)
    sheet.text(_MARGIN, y + 45, "0:00", 13, color=DIM)
    sheet.text_right(sheet.width - _MARGIN, y + 45, format_time(timeline.duration_ms), 13)
