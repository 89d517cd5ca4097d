"""The storyboard: one picture for each clip of the reel, in order, with its times and its reason."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ...messages import say
from ...timeline.model import AudioTrack, Clip, TextTrack, Timeline
from ...timeline.summary import summary
from ...timeline.time import clock, scaled
from ..errors import EngineError
from ..progress import Progress
from .compose import composed
from .sheet import ACCENT, BRIGHT, DIM, HUES, LINE, PANEL, Sheet, save_jpeg
from .sources import Source
from .thumbs import Shot, thumbnails

_WIDTH, _MARGIN, _GAP = 1280, 20, 16
_HEAD, _CAPTION, _RIBBON = 58, 74, 66
_MOST = 24


@dataclass(frozen=True)
class Board:
    """What a preview made: the words stand alone without the picture."""

    description: str
    width: int
    height: int


def storyboard(timeline: Timeline, sources: dict[str, Source], output: Path, progress: Progress) -> Board:
    """Draw the storyboard of a timeline to a JPEG file. Raises EngineError (`bad_request` when it is empty)."""
    if not timeline.clips:
        raise EngineError("bad_request", "engine.no_clips")
    shown = _sampled(timeline.clips)
    columns = 2 if len(shown) <= 2 else 3 if len(shown) <= 9 else 4
    width = (_WIDTH - 2 * _MARGIN - (columns - 1) * _GAP) // columns
    height = min(width * timeline.height // timeline.width, width * 3 // 4)
    size = (max(2, height * timeline.width // timeline.height), height)
    places = {clip.id: Shot(clip.media_id or "", middle_ms(clip)) for _, clip in shown}
    bound = (3 * max(size), 3 * max(size)) if any(c.crop for _, c in shown) else (2 * max(size), 2 * max(size))
    pictures = thumbnails(places.values(), sources, bound, progress)
    rows = -(-len(shown) // columns)
    sheet = Sheet(_WIDTH, _HEAD + rows * (height + _CAPTION + _GAP) + _RIBBON + _MARGIN)
    _draw_head(sheet, timeline, len(shown))
    for place, (number, clip) in enumerate(shown):
        x = _MARGIN + place % columns * (width + _GAP)
        y = _HEAD + place // columns * (height + _CAPTION + _GAP)
        picture = _picture(clip, pictures.get(places[clip.id]), size)
        sheet.picture(x, y, width, height, picture)
        _draw_caption(sheet, x, y + height, width, number, clip, sources)
    _draw_ribbon(sheet, timeline, sheet.height - _RIBBON - _MARGIN // 2)
    final = save_jpeg(sheet.image, output)
    return Board(described(timeline, sources), final.width, final.height)


def middle_ms(clip: Clip) -> int:
    """The middle of what a clip uses of its media; the held frame of a freeze."""
    if clip.source is None:
        return 0
    if clip.freeze:
        return clip.source.start_ms
    return clip.source.start_ms + min(clip.source.duration_ms, scaled(clip.duration_ms, clip.speed)) // 2


def described(timeline: Timeline, sources: dict[str, Source]) -> str:
    """The storyboard in words: the summary line, then one line for each clip."""
    count, total = len(timeline.clips), clock(timeline.duration_ms)
    lines = [say("engine.shown.storyboard", summary=summary(timeline), n=count, total=total)]
    for number, clip in enumerate(timeline.clips, 1):
        why = f" - {clip.why}" if clip.why else ""
        origin = _origin(clip, sources)
        lines.append(say("engine.shown.clip", n=number, at=clock(clip.start_ms), origin=origin, why=why))
    return "\n".join(lines)


def _sampled(clips: tuple[Clip, ...]) -> list[tuple[int, Clip]]:
    """At most 24 numbered clips, evenly spread."""
    count = min(len(clips), _MOST)
    places = sorted({round(step * (len(clips) - 1) / max(1, count - 1)) for step in range(count)})
    return [(place + 1, clips[place]) for place in places]


def _picture(clip: Clip, picture: Image.Image | None, size: tuple[int, int]) -> Image.Image | None:
    if clip.media_id is None and clip.color is not None:
        return Image.new("RGB", size, clip.color)
    return composed(clip, picture, size) if picture is not None else None


def _origin(clip: Clip, sources: dict[str, Source]) -> str:
    if clip.media_id is None or clip.source is None:
        return clip.label or say("engine.shown.card")
    name = sources[clip.media_id].info.name if clip.media_id in sources else clip.label or clip.media_id
    speed = "" if clip.speed == 1 else f", {float(clip.speed):g}x"
    return f"{name} {clock(clip.source.start_ms)}-{clock(clip.source.end_ms)}{speed}"


def _draw_head(sheet: Sheet, timeline: Timeline, shown: int) -> None:
    count = len(timeline.clips)
    title = timeline.title or say("engine.shown.storyboard_title")
    sheet.text(_MARGIN, 14, title, 22, width=700)
    part = say("engine.shown.clips_of", n=count, shown=shown) if shown < count else say("engine.shown.clips", n=count)
    facts = f"{part} · {clock(timeline.duration_ms)} · {timeline.width}x{timeline.height}"
    sheet.text_right(_WIDTH - _MARGIN, 19, facts, 16)


def _draw_caption(
    sheet: Sheet, x: int, y: int, width: int, number: int, clip: Clip, sources: dict[str, Source]
) -> None:
    end = sheet.tag(x + 6, y - 28, f"{number}", 14, fill=HUES[(number - 1) % len(HUES)], color=(0, 0, 0))
    sheet.tag(end + 4, y - 28, f"{clock(clip.start_ms)}-{clock(clip.end_ms)}")
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
    sheet.text_right(sheet.width - _MARGIN, y + 45, clock(timeline.duration_ms), 13)
