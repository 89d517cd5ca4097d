"""Subtitles from a file, on the clips that show what was said."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import ClassVar, Literal

from ..layout import is_footage, marks_within, offset_of
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
KARAOKE = {"size": 0.06}
"""Words that are read one by one are large."""
_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff]|[^\\s\u3040-\u30ff\u3400-\u9fff]+")
MOST_AT_ONCE = 4
"""Rows of subtitles that are stacked; more would cover the picture."""


class SubtitlesAdd(Operation):
    """Show the cues of a subtitle file (.srt, .vtt) beside the footage; `karaoke` lights each word as it is said."""

    example: ClassVar = {"op": "subtitles_add", "asset": "match.srt"}
    keeps_texts = False

    op: Literal["subtitles_add"] = "subtitles_add"
    asset: str | None = None
    karaoke: bool = False

    def apply(self, edit: EditContext) -> None:
        """Show the cues of a subtitle file; earlier subtitles give way."""
        cues = edit.senses.cues(self.asset, edit.used_ranges())
        if not cues:
            key = "subtitles_add.none" if self.asset is None else "subtitles_add.no_file"
            raise rejected("asset_missing", key, name=self.asset or "")
        shown, crowded = place_cues(edit, cues, self.asset or BESIDE, self.karaoke)
        if not shown:
            raise rejected("nothing_found", "subtitles_add.none_here")
        edit.record_change("subtitles_add.karaoke" if self.karaoke else "subtitles_add.done", n=shown)
        if self.karaoke and not all(cue.marks for cue in cues):
            edit.record_assumption("subtitles_add.word_times")
        if guessed := sorted({cue.encoding for cue in cues if cue.encoding}):
            edit.record_assumption("subtitles_add.encoding", names=", ".join(guessed))
        if crowded:
            edit.record_assumption("subtitles_add.crowded", n=crowded, most=MOST_AT_ONCE)

    def in_english(self) -> str:
        kind = "karaoke subtitles" if self.karaoke else "subtitles"
        return f"Add {kind}" if self.asset is None else f"Add {kind} from the file {english.quoted(self.asset)}"

    def in_chinese(self) -> str:
        kind = "加卡拉OK字幕" if self.karaoke else "加字幕"
        return kind if self.asset is None else f"{kind}文件{chinese.quoted(self.asset)}"


def subtitle_tracks(edit: EditContext) -> list[TextTrack]:
    """The tracks of the subtitles from a file; they are named after it. Further ones hold what is said meanwhile."""
    tracks = (track for track in edit.timeline.tracks if isinstance(track, TextTrack))
    return [track for track in tracks if track.role == "subtitle" and track.name]


def refresh_subtitles(edit: EditContext, tracks: Sequence[TextTrack]) -> None:
    """Show the cues of the same file again, after other footage came into the reel."""
    if tracks:
        name = tracks[0].name
        lit = any(text.marks for track in tracks for text in track.texts)
        place_cues(edit, edit.senses.cues(None if name == BESIDE else name, edit.used_ranges()), name, lit)


def place_cues(edit: EditContext, cues: Sequence[TranscriptCue], name: str, karaoke: bool) -> tuple[int, int]:
    """Put the cues that the reel shows on tracks of subtitles. Returns (how many are shown, how many found no room)."""
    main = _main_source(edit)
    by_source: dict[str | None, list[TranscriptCue]] = {}
    for cue in sorted(dict.fromkeys(cues), key=lambda one: one.start_ms):
        if cue.start_ms < cue.end_ms and is_seen(cue.text):
            by_source.setdefault(cue.media_id or main, []).append(cue)
    texts = [
        text
        for clip in edit.clips
        if is_footage(clip)
        for text in _cues_on(edit, clip, by_source.get(clip.media_id, []), karaoke)
    ]
    lanes = _lanes(texts)
    if texts:
        old = [track.id for track in subtitle_tracks(edit)]
        for number, lane in enumerate(lanes):
            track_id = old[number] if number < len(old) else edit.new_id("trk")
            edit.put_track(TextTrack(id=track_id, name=name, role="subtitle", texts=tuple(lane)))
        edit.remove_tracks(*old[len(lanes) :])
    shown = sum(map(len, lanes))
    return shown, len(texts) - shown


def _lanes(texts: Sequence[Text]) -> list[list[Text]]:
    """The texts in rows without overlap, each in the first row that is free; what finds none is left out.

    Rows are stacked upwards, so of those that begin together the last one is lowest, as one reads.
    """
    lanes: list[list[Text]] = []
    order = sorted(range(len(texts)), key=lambda number: (texts[number].start_ms, -number))
    for text in (texts[number] for number in order):
        free = next((lane for lane in lanes if lane[-1].end_ms <= text.start_ms), None)
        if free is not None:
            free.append(text)
        elif len(lanes) < MOST_AT_ONCE:
            lanes.append([text])
    return lanes


def _cues_on(edit: EditContext, clip: Clip, cues: Sequence[TranscriptCue], karaoke: bool) -> list[Text]:
    texts: list[Text] = []
    style = TextStyle(**{**STYLES["subtitle"], **(KARAOKE if karaoke else {})})
    assert clip.source is not None
    last = bisect_left(cues, clip.source.end_ms, key=lambda one: one.start_ms)
    for cue in cues[:last]:
        inside = TimeRange(start_ms=cue.start_ms, end_ms=cue.end_ms).clamped_to(clip.source)
        if inside is None:
            continue
        start, end = (clip.start_ms + offset_of(clip, at) for at in (inside.start_ms, inside.end_ms))
        if end - start < SHORTEST_CUE_MS:
            continue
        words = plain_text(cue.text).strip()[:LONGEST_TEXT]
        marks: tuple[tuple[int, int], ...] = ()
        if karaoke:
            said = {at: clip.start_ms + offset_of(clip, ms) - start for at, ms in _marks(cue, words)}
            marks = marks_within(said, end - start)
        shown = {"start_ms": start, "duration_ms": end - start, "marks": marks}
        texts.append(Text(id=edit.new_id(), clip_id=clip.id, text=words, style=style, **shown))
    return texts


def _marks(cue: TranscriptCue, words: str) -> list[tuple[int, int]]:
    """(place, ms of the source) of each word; where they are not known, each takes time by its length."""
    if cue.marks and words == cue.text:
        return list(cue.marks)
    places = [match.start() for match in _WORD.finditer(words)]
    length = cue.end_ms - cue.start_ms
    return [(at, cue.start_ms + length * at // max(1, len(words))) for at in places]


def _main_source(edit: EditContext) -> str | None:
    return next((media.media_id for media in edit.media.values() if media.kind == "video"), None)
