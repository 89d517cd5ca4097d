"""Looks of the picture, of all of it or of a part, and less noise in the sound."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from ..layout import is_footage, with_fields
from ..model import Clip, Crop, Filter, FilterName
from .base import Operation, Target, require_inside
from .context import EditContext, rejected, term
from .footage import is_card
from .sentences import chinese, english, percent, shares_of
from .targets import replace_ranges, seen_ranges

DENOISE = 0.5


class FilterAdd(Operation):
    """Change colour or look, in all of the picture or in a `region` (blur it out); `amount` runs from -1 to 1.

    `denoise` lowers the steady noise in the sound of clips (hiss, hum), by half of 24 dB without an amount.
    """

    example: ClassVar = {"op": "filter", "name": "warm", "amount": 0.5}
    settles = ("target", "name", "region")

    op: Literal["filter"] = "filter"
    target: Target = "all"
    name: FilterName | Literal["denoise", "none"]
    amount: Annotated[float, Field(ge=-1, le=1)] | None = None
    region: Crop | None = None

    @field_validator("region")
    @classmethod
    def _in_the_frame(cls, region: Crop | None) -> Crop | None:
        return region if region is None else require_inside(region)

    def apply(self, edit: EditContext) -> None:
        """Set a look; the same look again takes the new amount, `none` or 0 takes it away."""
        if self.name == "denoise" and (self.region is not None or (self.amount or 0) < 0):
            raise rejected("bad_request", "filter.denoise_how")
        chosen = seen_ranges(edit, self.target)
        count = sum(self._takes(edit, edit.clips[piece.place]) for piece in chosen)
        if not count:
            raise rejected("limit", "filter.no_sound" if self.name == "denoise" else "filter.card")
        edit.set_clips(replace_ranges(edit, chosen, lambda clip: [self._changed(edit, clip)]))
        self._tell(edit, count)

    def _takes(self, edit: EditContext, clip: Clip) -> bool:
        if self.name != "denoise":
            return not is_card(clip)
        media = edit.media.get(clip.media_id or "")
        return is_footage(clip) and media is not None and media.has_sound

    def _changed(self, edit: EditContext, clip: Clip) -> Clip:
        if not self._takes(edit, clip):
            return clip
        if self.name == "denoise":
            return with_fields(clip, denoise=DENOISE if self.amount is None else self.amount)
        if self.name == "none":
            kept = tuple(one for one in clip.filters if self.region not in (None, one.region))
            return with_fields(clip, filters=kept)
        others = tuple(one for one in clip.filters if (one.name, one.region) != (self.name, self.region))
        look = () if self.amount == 0 else (Filter(name=self.name, amount=self.amount, region=self.region),)
        return with_fields(clip, filters=(*others, *look))

    def _tell(self, edit: EditContext, count: int) -> None:
        if self.name == "denoise":
            strength = DENOISE if self.amount is None else self.amount
            edit.record_change("filter.denoise" if strength else "filter.denoise_off", n=count, db=f"{24 * strength:g}")
            return
        off = self.name == "none" or self.amount == 0
        amount = "" if self.amount is None or off else f" {round(100 * self.amount):+d}%"
        where = "" if self.region is None else shares_of(self.region)
        key = "filter.off" if off else "filter.part" if where else "filter.done"
        edit.record_change(key, n=count, look=term(self.name), amount=amount, where=where)

    def in_english(self) -> str:
        target, part = english.target(self.target), f" in the region {shares_of(self.region)}" if self.region else ""
        strength = "" if self.amount is None else f" at {percent(self.amount)} strength"
        if self.name == "none":
            return f"Remove the filters from {target}{part}"
        if self.name == "denoise":
            return f"Reduce the noise of {target}{strength}"
        if self.name in english.SCALES:
            change = 0.2 if self.amount is None else self.amount
            verb = "Reduce" if change < 0 else "Increase"
            by = "" if self.amount is None else f" by {percent(abs(change))}"
            return f"{verb} the {english.SCALES[self.name]} of {target}{part}{by}"
        return f"Apply the {english.FILTERS[self.name]} filter to {target}{part}{strength}"

    def in_chinese(self) -> str:
        target, part = chinese.target(self.target), f"的区域{shares_of(self.region)}" if self.region else ""
        if self.name == "none":
            return "把所有滤镜去掉" if self.target == "all" and not part else f"把{target}{part}的滤镜去掉"
        strength = "" if self.amount is None else f"，强度{percent(self.amount)}"
        if self.name == "denoise":
            return f"给{target}降噪{strength}"
        if self.name in chinese.SCALES:
            change = 0.2 if self.amount is None else self.amount
            by = "" if self.amount is None else percent(abs(change))
            return f"把{target}{part}的{chinese.SCALES[self.name]}{'降低' if change < 0 else '提高'}{by}"
        return f"给{target}{part}加{chinese.FILTERS[self.name]}滤镜{strength}"
