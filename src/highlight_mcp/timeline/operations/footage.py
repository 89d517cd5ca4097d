"""From footage to clips: which source is meant, what shape and rate the reel has, what new clips inherit."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from ...messages import message
from ..camera import CameraPath
from ..layout import duration_at_speed, is_footage, with_fields
from ..media import CameraWish, MediaInfo
from ..model import Clip, Fit, Framing, Timeline
from ..time import TimeRange, format_time
from .context import EditContext, rejected
from .sentences import decimal

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
    """The clip with the fit and focus that the reel asks for; one framed by hand is left as it is."""
    media = edit.media.get(clip.media_id or "")
    if media is None or clip.source is None or clip.hand_framed:
        return clip
    framing = edit.timeline.framing
    if framing is None:
        return with_fields(clip, fit=_plain_fit(media, clip, edit.timeline), focus=None, camera=None)
    return framed_as(edit, clip, framing)


def framed_as(edit: EditContext, clip: Clip, framing: Framing) -> Clip:
    """The clip with a fit and focus; where the action is to be followed, `settle_cameras` finds out how."""
    loses_width = framing.fit == "cover" and seen_share(edit, clip) < 1
    focus = FOCUS_OF.get(framing.focus) if isinstance(framing.focus, str) else framing.focus
    followed = loses_width and framing.focus == "auto"
    return with_fields(
        clip, fit=framing.fit, focus=focus if loses_width else None, camera=clip.camera if followed else None
    )


def seen_share(edit: EditContext, clip: Clip) -> float:
    """What share of the width of its footage a clip shows when it fills the frame."""
    shape = _shape(edit.media[clip.media_id or ""], clip)
    return 1.0 if shape is None else min(1.0, float(Fraction(edit.timeline.width, edit.timeline.height) / shape))


def settle_cameras(edit: EditContext) -> None:
    """Have it found out how the crop goes along with the action, for the clips of which that is not known.

    What is known goes on where it still serves, and is forgotten where nothing is followed any more.
    """
    wishes: dict[str, CameraWish] = {}
    known: dict[str, CameraPath | None] = {}
    for clip in edit.clips:
        wish = _camera_wish(edit, clip)
        if wish is not None and not (clip.camera is not None and clip.camera.serves(wish.source, wish.share)):
            wishes[clip.id] = wish
        elif clip.camera is not None and edit.timeline.framing is not None and clip.media_id in edit.media:
            known[clip.id] = clip.camera if wish is not None else None
    if known:
        edit.change_clips(lambda clip: _along(clip, known[clip.id]), set(known))
    if not wishes:
        return
    found = dict(zip(wishes, edit.senses.cameras(tuple(wishes.values())), strict=True))
    edit.change_clips(lambda clip: _along(clip, found[clip.id]), set(found))
    _tell_cameras(edit, [(number, found[clip.id]) for number, clip in enumerate(edit.clips, 1) if clip.id in found])


def _camera_wish(edit: EditContext, clip: Clip) -> CameraWish | None:
    """What is to be found out of a clip; None for one that is framed by hand, or loses nothing of its width."""
    framing, media = edit.timeline.framing, edit.media.get(clip.media_id or "")
    if framing is None or (framing.fit, framing.focus) != ("cover", "auto") or clip.hand_framed:
        return None
    if media is None or media.kind != "video" or clip.source is None or clip.crop is not None:
        return None
    share = seen_share(edit, clip)
    if share >= 1 or (media.rotation + clip.rotate) % 180:
        return None
    return CameraWish(media_id=media.media_id, source=clip.source, share=round(share, 6))


def _along(clip: Clip, camera: CameraPath | None) -> Clip:
    whole = camera is not None and camera.move == "all"
    return with_fields(clip, camera=camera, focus=None, fit="blur" if whole else "cover")


def _tell_cameras(edit: EditContext, found: Sequence[tuple[int, CameraPath]]) -> None:
    """One sentence for each thing that the crop does, with the numbers of the clips."""
    groups: dict[tuple[str, str], list[tuple[int, CameraPath]]] = {}
    for number, camera in found:
        groups.setdefault((camera.move, camera.by), []).append((number, camera))
    for (move, by), clips in sorted(groups.items()):
        edit.record_change(
            "camera.middle" if by == "middle" else f"camera.{move}",
            n=len(clips),
            which=_number_ranges([number for number, _ in clips]),
            by=message(f"timeline.camera.by.{by}"),
            reach=decimal(max(camera.reach for _, camera in clips)),
        )


def _number_ranges(numbers: Sequence[int]) -> str:
    """`1, 3-5`."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else f"{part[0]}" for part in parts)


def _plain_fit(media: MediaInfo, clip: Clip, timeline: Timeline) -> Fit:
    """Cropped where little is lost, else with all of the picture; photos all have borders of the same kind."""
    shape, frame = _shape(media, clip), Fraction(timeline.width, timeline.height)
    if shape is None or 1 - min(shape / frame, frame / shape) <= LARGEST_CROP:
        return "cover"
    return "blur" if media.kind == "image" or (shape < 1) != (frame < 1) else "pad"


def _shape(media: MediaInfo, clip: Clip) -> Fraction | None:
    if not media.width or not media.height:
        return None
    shape = Fraction(media.width, media.height)
    return 1 / shape if clip.rotate in (90, 270) else shape


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
