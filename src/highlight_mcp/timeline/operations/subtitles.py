"""Subtitles from a file, on the clips that show what was said."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import ClassVar, Literal

from ..layout import is_footage, offset_of
from ..media import TranscriptCue
from ..model import Clip, Text, TextStyle, TextTrack
from ..time import TimeRange
from .base import Operation
from .context import EditContext, rejected
from .sentences import chinese, english
from .texts import STYLES, is_seen, plain_text

SHORTEST_CUE_MS = 200
BESIDE = "subtitles"
LONGEST_TEXT = 500


class SubtitlesAdd(Operation):
    """Show the cues of a subtitle file (.srt, .vtt) that lies beside the footage."""

    example: ClassVar = {"op": "subtitles_add", "asset": "match.srt"}
    keeps_texts = False

    op: Literal["subtitles_add"] = "subtitles_add"
    asset: str | None = None

    def apply(self, edit: EditContext) -> None:
        """Show the cues of a subtitle file; earlier subtitles give way."""
        cues = edit.senses.cues(self.asset, edit.used_ranges())
        if not cues:
            key = "subtitles_add.none" if self.asset is None else "subtitles_add.no_file"
            raise rejected("asset_missing", key, name=self.asset or "")
        shown = place_cues(edit, cues, self.asset or BESIDE)
        if not shown:
            raise rejected("nothing_found", "subtitles_add.none_here")
        edit.record_change("subtitles_add.done", n=shown)

    def in_english(self) -> str:
        return "Add subtitles" if self.asset is None else f"Add subtitles from the file {english.quoted(self.asset)}"

    def in_chinese(self) -> str:
        return "加字幕" if self.asset is None else f"加字幕文件{chinese.quoted(self.asset)}"


def subtitle_track(edit: EditContext) -> TextTrack | None:
    """The track of the subtitles from a file, if there is one; it is named after the file."""
    tracks = (track for track in edit.timeline.tracks if isinstance(track, TextTrack))
    return next((track for track in tracks if track.role == "subtitle" and track.name), None)


def refresh_subtitles(edit: EditContext, track: TextTrack | None) -> None:
    """Show the cues of the same file again, after other footage came into the reel."""
    if track is not None:
        asset = None if track.name == BESIDE else track.name
        place_cues(edit, edit.senses.cues(asset, edit.used_ranges()), track.name)


def place_cues(edit: EditContext, cues: Sequence[TranscriptCue], name: str) -> int:
    """Put the cues that the reel shows on the subtitle track. Returns how many there are."""
    texts: list[Text] = []
    main = _main_source(edit)
    by_source: dict[str | None, list[TranscriptCue]] = {}
    for cue in sorted(cues, key=lambda one: one.start_ms):
        if cue.start_ms < cue.end_ms and is_seen(cue.text):
            by_source.setdefault(cue.media_id or main, []).append(cue)
    for clip in edit.clips:
        if is_footage(clip):
            texts += _cues_on(edit, clip, by_source.get(clip.media_id, []), texts[-1].end_ms if texts else 0)
    old = subtitle_track(edit)
    if texts:
        track_id = old.id if old else edit.new_id("trk")
        edit.put_track(TextTrack(id=track_id, name=name, role="subtitle", texts=tuple(texts)))
    return len(texts)


def _cues_on(edit: EditContext, clip: Clip, cues: Sequence[TranscriptCue], free_from: int) -> list[Text]:
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
        words = plain_text(cue.text).strip()[:LONGEST_TEXT]
        text = Text(id=edit.new_id(), clip_id=clip.id, start_ms=start, duration_ms=end - start, text=words, style=style)
        texts.append(text)
        free_from = end
    return texts


def _main_source(edit: EditContext) -> str | None:
    return next((media.media_id for media in edit.media.values() if media.kind == "video"), None)
