"""The moments sheet: the ranked moments with their evidence, and where they lie in the footage."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image

from ...messages import Message, message, say
from ...timeline.time import format_time
from ..errors import EngineError
from ..job_process import Progress
from ..media.frames import frame_readers_of
from ..render.video_reader import RenderSource, Sources
from .picture import PreviewPicture
from .sheet import ACCENT, BRIGHT, HUES, LINE, PANEL, Sheet, save_jpeg

_WIDTH, _MARGIN, _GAP, _HEAD = 1280, 20, 16, 58
_COLUMNS, _MOST, _CAPTION = 4, 12, 74
_GRAPH, _GRAPH_GAP, _MOST_GRAPHS = 92, 34, 4

_TOLERANCE_MS = 400

Place = tuple[str, int]
"""A media id and a time in it, in ms."""

Pick = dict[str, Any]
Curve = list[dict[str, Any]]


def moments_sheet(
    picks: list[Pick], curves: dict[str, Curve], sources: Sources, output: Path, progress: Progress
) -> PreviewPicture:
    """Draw ranked moments (Pick JSON, best first) and the curve of each file to a JPEG file."""
    shown = picks[:_MOST]
    files = [media_id for media_id in sources if curves.get(media_id)][:_MOST_GRAPHS]
    width = (_WIDTH - 2 * _MARGIN - (_COLUMNS - 1) * _GAP) // _COLUMNS
    height = width * 9 // 16
    places = [(pick["media_id"], pick["peak_ms"]) for pick in shown]
    pictures = _thumbnails(places, sources, (width, height), progress)
    rows = -(-len(shown) // _COLUMNS)
    graphs = _HEAD + rows * (height + _CAPTION + _GAP)
    sheet = Sheet(_WIDTH, graphs + len(files) * (_GRAPH + _GRAPH_GAP) + _MARGIN)
    sheet.text(_MARGIN, 14, say("engine.shown.moments_title"), 22)
    count = say("engine.shown.moments_found", shown=len(shown), all=len(picks), files=len(sources))
    sheet.text_right(_WIDTH - _MARGIN, 19, count, 16)
    for place, pick in enumerate(shown):
        x = _MARGIN + place % _COLUMNS * (width + _GAP)
        y = _HEAD + place // _COLUMNS * (height + _CAPTION + _GAP)
        sheet.picture(x, y, width, height, pictures.get(places[place]))
        _draw_caption(sheet, x, y + height, width, place + 1, pick)
    top = max((float(point["score"]) for media_id in files for point in curves[media_id]), default=0.0) or 1.0
    for row, media_id in enumerate(files):
        mine = [(number, pick) for number, pick in enumerate(shown, 1) if pick["media_id"] == media_id]
        y = graphs + row * (_GRAPH + _GRAPH_GAP)
        _draw_curve(sheet, y, sources[media_id], curves[media_id], top, mine)
    final = save_jpeg(sheet.image, output)
    return PreviewPicture(described(picks, sources), final.width, final.height)


def described(picks: list[Pick], sources: Sources) -> str:
    """The moments in words, best first."""
    if not picks:
        names = ", ".join(source.info.name for source in sources.values())
        return say("engine.shown.no_moments", names=names)
    lines = [say("engine.shown.moments", n=len(picks))]
    for number, pick in enumerate(picks[:_MOST], 1):
        span = f"{format_time(pick['start_ms'])}-{format_time(pick['end_ms'])}"
        facts = {"n": number, "source": pick["source"], "span": span, "peak": format_time(pick["peak_ms"])}
        sure = message(f"engine.confidence.{pick['confidence']}")
        lines.append(say("engine.shown.moment", **facts, score=pick["score"], sure=sure, why=Message.read(pick["why"])))
    return "\n".join(lines)


def kinds_told(footage: dict[str, dict[str, Any]], sources: Sources) -> list[str]:
    """What each recording seems to be, a line each; with its name where there are several."""
    told = {media_id: Message.read(each["told"]) for media_id, each in footage.items() if media_id in sources}
    if len(told) == 1:
        return [str(one) for one in told.values()]
    return [say("engine.footage.of", name=sources[media_id].info.name, told=one) for media_id, one in told.items()]


def _draw_caption(sheet: Sheet, x: int, y: int, width: int, number: int, pick: Pick) -> None:
    end = sheet.tag(x + 6, y - 28, f"{number}", 14, fill=HUES[(number - 1) % len(HUES)], color=(0, 0, 0))
    sheet.tag(end + 4, y - 28, f"{format_time(pick['start_ms'])}-{format_time(pick['end_ms'])}")
    sheet.text(
        x,
        y + 6,
        f"{pick['score']:.2f} {say('engine.confidence.' + pick['confidence'])} · {pick['source']}",
        14,
        width=width,
    )
    sheet.paragraph(x, y + 28, str(Message.read(pick["why"])), 13, width=width, lines=2)


def _draw_curve(
    sheet: Sheet, y: int, source: RenderSource, curve: Curve, top: float, picks: list[tuple[int, Pick]]
) -> None:
    """The score over the whole file, `top` at the upper edge; the ranges of the shown moments marked."""
    length, width = max(1, source.info.duration_ms), sheet.width - 2 * _MARGIN

    def place(at_ms: int) -> float:
        return _MARGIN + min(at_ms, length) * width / length

    sheet.text(_MARGIN, y, source.info.name, 14, color=BRIGHT, width=width // 2)
    sheet.text_right(sheet.width - _MARGIN, y, format_time(source.info.duration_ms), 13)
    base, ceiling = y + 20 + _GRAPH, y + 38
    sheet.box(_MARGIN, y + 20, width, _GRAPH, PANEL)
    for number, pick in picks:
        left, right = round(place(pick["start_ms"])), round(place(pick["end_ms"]))
        sheet.box(left, y + 20, max(3, right - left), _GRAPH, LINE)
        sheet.tag(left, y + 20, str(number), 12, fill=HUES[(number - 1) % len(HUES)], color=(0, 0, 0))
    points = [
        (place(point["at_ms"]), base - max(0.0, float(point["score"])) / top * (base - ceiling)) for point in curve
    ]
    if len(points) > 1:
        sheet.line(points, ACCENT, 2)


def _thumbnails(
    places: Iterable[Place], sources: Sources, bound: tuple[int, int], progress: Progress
) -> dict[Place, Image.Image]:
    """The pictures that can be had, each file opened once; places without one (sound, damage) are absent."""
    wanted = sorted({place for place in places if place[0] in sources})
    thumbnails: dict[Place, Image.Image] = {}
    for media_id in dict.fromkeys(media_id for media_id, _ in wanted):
        source = sources[media_id]
        if not source.info.has_picture:
            continue
        with frame_readers_of(source.path) as pictures:
            for place in (place for place in wanted if place[0] == media_id):
                progress(
                    "preview",
                    len(thumbnails),
                    len(wanted),
                    message("engine.progress.looking_at", name=source.info.name),
                )
                try:
                    thumbnails[place] = pictures.at(place[1], bound, _TOLERANCE_MS)
                except EngineError as error:
                    if error.kind != "file_damaged":
                        raise
    return thumbnails
