"""Subtitles from a file, on the clips that show what was said."""

from bisect import bisect_left
from collections.abc import Sequence

from ...messages import message
from ..layout import is_footage, offset_of
from ..model import Clip, Text, TextStyle, TextTrack
from ..operations import SubtitlesAdd
from ..picks import Cue
from ..time import TimeRange
from .desk import Desk
from .outcome import Refused
from .texts import STYLES

SHORTEST_CUE_MS = 200
BESIDE = "subtitles"
LONGEST_TEXT = 500


def subtitles_add(desk: Desk, op: SubtitlesAdd) -> None:
    """Show the cues of a subtitle file; earlier subtitles give way."""
    cues = desk.senses.cues(op.asset, desk.taken())
    if not cues:
        key = "no_subtitles" if op.asset is None else "no_subtitle_file"
        raise Refused("asset_missing", message(f"timeline.{key}", name=op.asset or ""), message(f"timeline.{key}.next"))
    shown = lay_cues(desk, cues, op.asset or BESIDE)
    if not shown:
        raise Refused("nothing_found", message("timeline.no_cues_here"), message("timeline.no_cues_here.next"))
    desk.done("subtitles", n=shown)


def subtitle_track(desk: Desk) -> TextTrack | None:
    """The track of the subtitles from a file, if there is one; it is named after the file."""
    tracks = (track for track in desk.timeline.tracks if isinstance(track, TextTrack))
    return next((track for track in tracks if track.role == "subtitle" and track.name), None)


def renew_subtitles(desk: Desk, track: TextTrack | None) -> None:
    """Show the cues of the same file again, after other footage came into the reel."""
    if track is not None:
        asset = None if track.name == BESIDE else track.name
        lay_cues(desk, desk.senses.cues(asset, desk.taken()), track.name)


def lay_cues(desk: Desk, cues: Sequence[Cue], name: str) -> int:
    """Put the cues that the reel shows on the subtitle track. Returns how many there are."""
    texts: list[Text] = []
    main = _main_source(desk)
    by_source: dict[str | None, list[Cue]] = {}
    for cue in sorted(cues, key=lambda one: one.start_ms):
        if cue.start_ms < cue.end_ms and cue.text.strip():
            by_source.setdefault(cue.media_id or main, []).append(cue)
    for clip in desk.clips:
        if is_footage(clip):
            texts += _cues_on(desk, clip, by_source.get(clip.media_id, []), texts[-1].end_ms if texts else 0)
    old = subtitle_track(desk)
    if texts:
        track_id = old.id if old else desk.new_id("trk")
        desk.put(TextTrack(id=track_id, name=name, role="subtitle", texts=tuple(texts)))
    return len(texts)


def _cues_on(desk: Desk, clip: Clip, cues: Sequence[Cue], free_from: int) -> list[Text]:
    texts: list[Text] = []
    style = TextStyle(**STYLES["subtitle"])
    assert clip.source is not None
    last = bisect_left(cues, clip.source.end_ms, key=lambda one: one.start_ms)
    for cue in cues[:last]:
        if cue.end_ms <= clip.source.start_ms:
            continue
        inside = TimeRange(start_ms=cue.start_ms, end_ms=cue.end_ms).clamped_to(clip.source)
        if inside is None:
            continue
        start = max(free_from, clip.start_ms + offset_of(clip, inside.start_ms))
        end = clip.start_ms + offset_of(clip, inside.end_ms)
        if end - start < SHORTEST_CUE_MS:
            continue
        words = cue.text.strip()[:LONGEST_TEXT]
        text = Text(id=desk.new_id(), clip_id=clip.id, start_ms=start, duration_ms=end - start, text=words, style=style)
        texts.append(text)
        free_from = end
    return texts


def _main_source(desk: Desk) -> str | None:
    return next((info.media_id for info in desk.media.values() if info.kind == "video"), None)
