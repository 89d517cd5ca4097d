"""From footage to clips: which source is meant, what shape and rate the reel has, what new clips inherit."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from ..layout import duration_at_speed, is_footage, with_fields
from ..media import MediaInfo
from ..model import Clip, Fit, Framing, Timeline
from ..time import TimeRange, format_time
from .context import EditContext, rejected

LANDSCAPE, PORTRAIT = (1920, 1080), (1080, 1920)
RATES = tuple(Fraction(rate) for rate in ("24000/1001", 24, 25, "30000/1001", 30, 50, "60000/1001", 60))
PICTURE_MS = 4000
PADDING_MS = 100  # two blocks of AAC at 22 kHz: by so much do recorders let sound begin before or end after
LARGEST_CROP = Fraction(6, 100)
FOCUS_OF = {"center": 0.5, "left": 0.0, "right": 1.0}


def footage_of(media: Iterable[MediaInfo]) -> list[MediaInfo]:
    """The sources with pictures: recordings, or pictures where there is no recording."""
    known = list(media)
    return [media for media in known if media.kind == "video"] or [media for media in known if media.kind == "image"]


def find_media(media: Iterable[MediaInfo], name: str) -> MediaInfo | None:
    """The source that a name means: id, file name, its stem or an unmistakable part of it."""
    known, wish = list(media), name.strip().casefold()
    exact = [each for each in known if name == each.media_id or wish == each.name.casefold()]
    stems = [each for each in known if PurePath(wish).stem == PurePath(each.name).stem.casefold()]
    parts = [each for each in known if wish and wish in each.name.casefold()]
    for fitting in (exact, stems, parts):
        if fitting:
            return fitting[0] if len(fitting) == 1 or fitting is exact else None
    return None


def require_source(edit: EditContext, name: str | None) -> MediaInfo | None:
    """The footage called `name`; None without a name. Raises OperationRejected when there is no such footage."""
    if name is None:
        return None
    pictures = [media for media in edit.media.values() if media.has_picture]
    source = find_media(pictures, name)
    if source is None:
        names = ", ".join(media.name for media in pictures) or "-"
        raise rejected("asset_missing", "no_source", name=name, names=names)
    return source


def require_footage(edit: EditContext) -> list[MediaInfo]:
    """All footage. Raises OperationRejected when there is none."""
    footage = footage_of(edit.media.values())
    if not footage:
        raise rejected("target_missing", "no_media")
    return footage


def prepare_timeline(edit: EditContext, main: MediaInfo) -> None:
    """Give a new timeline its size, rate and title from the footage."""
    if edit.clips:
        return
    timeline = edit.timeline
    fields: dict[str, Any] = {"frame_rate": reel_rate(main.frame_rate)}
    if timeline.framing is None:
        shown = footage_of(edit.media.values())
        fields["width"], fields["height"] = PORTRAIT if all(map(_is_portrait, shown)) else LANDSCAPE
    if not timeline.title:
        fields["title"] = f"{PurePath(main.name).stem} highlights"
    edit.timeline = timeline.model_copy(update=fields)


def reel_rate(rate: Fraction | None) -> Fraction:
    """The usual rate nearest to that of the footage, at most 60 (halved or doubled to get there)."""
    if rate is None:
        return Fraction(30)
    while rate > Fraction(61):
        rate /= 2
    multiple = 1
    while rate * multiple < Fraction(23):
        multiple += 1
    wish = rate * multiple
    return min(RATES, key=lambda usual: abs(usual - wish) / usual)


def _is_portrait(media: MediaInfo) -> bool:
    return media.height > media.width


def new_clip(edit: EditContext, media: MediaInfo, source: TimeRange, **fields: Any) -> Clip:
    """A clip of footage as the reel frames it."""
    label = fields.pop("label", "") or f"{PurePath(media.name).stem} {format_time(source.start_ms)}"
    clip = Clip(
        id=edit.new_id(), start_ms=0, duration_ms=duration_at_speed(source, Fraction(1)), media_id=media.media_id,
        source=source, label=label, **fields,
    )  # fmt: skip
    return with_framing(edit, clip)


def with_framing(edit: EditContext, clip: Clip) -> Clip:
    """The clip with the fit and focus that the reel asks for."""
    media = edit.media.get(clip.media_id or "")
    if media is None or clip.source is None:
        return clip
    framing = edit.timeline.framing
    if framing is None:
        return with_fields(clip, fit=_plain_fit(media, clip, edit.timeline), focus=None)
    return with_fields(clip, fit=framing.fit, focus=_focus(edit, clip, media, framing))


def _plain_fit(media: MediaInfo, clip: Clip, timeline: Timeline) -> Fit:
    """Cropped where little is lost, else with all of the picture."""
    shape, frame = _shape(media, clip), Fraction(timeline.width, timeline.height)
    if shape is None or 1 - min(shape / frame, frame / shape) <= LARGEST_CROP:
        return "cover"
    return "blur" if (shape < 1) != (frame < 1) else "pad"


def _shape(media: MediaInfo, clip: Clip) -> Fraction | None:
    if not media.width or not media.height:
        return None
    shape = Fraction(media.width, media.height)
    return 1 / shape if clip.rotate in (90, 270) else shape


def _focus(edit: EditContext, clip: Clip, media: MediaInfo, framing: Framing) -> float | None:
    """Where to look, for footage that loses some of its width."""
    shape = _shape(media, clip)
    frame = Fraction(edit.timeline.width, edit.timeline.height)
    if framing.fit != "cover" or (shape is not None and shape <= frame):
        return None
    if framing.focus != "auto":
        return FOCUS_OF[framing.focus]
    if clip.source is None or clip.media_id is None or media.kind != "video":
        return None
    return edit.senses.focus(clip.media_id, clip.source)


def whole_range(media: MediaInfo) -> TimeRange:
    """All of a recording, less sound that only fills up a block; of a picture, the time that one is shown."""
    start, end = 0, media.duration_ms or PICTURE_MS
    if media.picture_ms is not None:
        first, last = media.picture_ms
        start = first if first <= PADDING_MS else start
        end = last if end - last <= PADDING_MS else end
    return TimeRange(start_ms=start, end_ms=end)


def show_all_footage(edit: EditContext) -> None:
    """Without a reel: all footage in full, one recording after the other."""
    shown = require_footage(edit)
    prepare_timeline(edit, max(shown, key=lambda media: media.duration_ms))
    edit.set_clips([new_clip(edit, media, whole_range(media)) for media in shown])
    edit.record_assumption(
        "assumed.whole_footage", names=", ".join(media.name for media in shown), total=format_time(edit.length_ms)
    )
    edit.rebase()


def common_fields(clips: Sequence[Clip]) -> dict[str, Any]:
    """What all footage in the reel has in common, so that new clips get it too."""
    footage = [clip for clip in clips if is_footage(clip)]
    if not footage:
        return {}
    names = ("speed", "volume", "rotate", "flip", "filters", "denoise")
    return {name: getattr(footage[0], name) for name in names if _all_alike(footage, name)}


def _all_alike(clips: Sequence[Clip], name: str) -> bool:
    return all(getattr(clip, name) == getattr(clips[0], name) for clip in clips)


def split_off_cards(clips: Sequence[Clip]) -> tuple[list[Clip], list[Clip], list[Clip]]:
    """(cards in front, the reel between, cards behind)."""
    first = next((place for place, clip in enumerate(clips) if not is_card(clip)), len(clips))
    rest = clips[first:]
    last = next((place for place, clip in enumerate(reversed(rest)) if not is_card(clip)), len(rest))
    return list(clips[:first]), list(rest[: len(rest) - last]), list(rest[len(rest) - last :])


def is_card(clip: Clip) -> bool:
    """Whether the clip is a plain card."""
    return clip.media_id is None
