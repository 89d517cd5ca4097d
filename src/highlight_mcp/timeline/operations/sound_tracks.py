"""Which of several sound tracks of a recording is heard."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..media import MediaInfo
from ..model import SoundChoice
from .base import Operation
from .context import EditContext, rejected
from .footage import find_media
from .sentences import chinese, english

TOGETHER = 0
"""The number that stands for all tracks at once."""


class SoundTrackChoice(Operation):
    """Hear another sound track of the footage, counted from 1, or "all" of them together; `source` names the file."""

    example: ClassVar = {"op": "sound_track", "index": 2}
    needs_reel = False
    settles = ("source",)

    op: Literal["sound_track"] = "sound_track"
    index: Annotated[int, Field(ge=1, le=99)] | Literal["all"]
    source: str | None = None

    def apply(self, edit: EditContext) -> None:
        """Choose for one recording, or for all that have so many sound tracks."""
        least = 2 if self.index == "all" else self.index
        chosen = [media for media in self._meant(edit) if media.has_sound and media.sound_tracks >= least]
        if not chosen:
            most = max((media.sound_tracks for media in self._meant(edit) if media.has_sound), default=0)
            raise rejected("target_missing", "sound_track.missing", n=most)
        track = TOGETHER if self.index == "all" else self.index
        ids = {media.media_id for media in chosen}
        kept = [choice for choice in edit.timeline.sounds if choice.media_id not in ids]
        new = [SoundChoice(media_id=media_id, track=track) for media_id in sorted(ids)]
        edit.timeline = edit.timeline.model_copy(update={"sounds": (*kept, *new)})
        for media in chosen:
            edit.senses.listen_to(media.media_id, track)
            if track == TOGETHER:
                edit.record_change("sound_track.mixed", name=media.name, n=media.sound_tracks)
            else:
                edit.record_change("sound_track.done", name=media.name, n=track)

    def _meant(self, edit: EditContext) -> list[MediaInfo]:
        if self.source is None:
            return list(edit.media.values())
        named = find_media(edit.media.values(), self.source)
        if named is None:
            names = ", ".join(media.name for media in edit.media.values()) or "-"
            raise rejected("asset_missing", "no_source", name=self.source, names=names)
        return [named]

    def in_english(self) -> str:
        what = "Mix all sound tracks" if self.index == "all" else f"Use sound track {self.index}"
        return what if self.source is None else f"{what} of {english.quoted(self.source)}"

    def in_chinese(self) -> str:
        what = "混合所有音轨" if self.index == "all" else f"使用第{self.index}条音轨"
        return what if self.source is None else f"{chinese.quoted(self.source)}{what}"
