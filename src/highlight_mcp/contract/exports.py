"""Which export is meant: by the name of a preset, by the ending of a file name, or by both, which must agree."""

from typing import Any, NamedTuple

from ..messages import Message
from ..presets import DEFAULT_PRESET, PRESETS, Preset, all_endings, implied_by, making
from ..timeline.schemas import FrozenModel
from .errors import ApiError, error_info
from .formats import OTHER_FORMATS, name_parts


class ExportChoice(NamedTuple):
    """The preset with its name, and the ending of the file, without dot."""

    name: str
    preset: Preset
    ending: str

    @property
    def job(self) -> str:
        """The job of the engine that makes it."""
        return "interchange" if self.preset.kind == "interchange" else "render"


class ExportDetails(FrozenModel):
    """What else is asked of an export: at most so many megabytes (10⁶ bytes), parts, hardware, chapters, a folder."""

    max_size_mb: float | None = None
    split: bool = False
    hardware: bool = False
    chapters: bool = False
    folder: str | None = None

    @property
    def asked(self) -> bool:
        """Whether anything is; a server that knows the published contract alone can do none of it."""
        return self != ExportDetails()

    def wire(self) -> dict[str, Any]:
        """The keys of `RenderOutput`; what is not asked for is left out."""
        return {name: value or None for name, value in self.model_dump().items()}


def choose_export(preset: str | None, filename: str | None, format_: str | None = None) -> ExportChoice:
    """The export that these ask for; the name of a known format chooses it where no preset is named.

    Raises ApiError `bad_request`: for an unknown preset, with those that there are, and for a name (or `format_`) that
    promises another file than the preset makes.
    """
    asked = preset.strip().lower() if preset else ""
    if asked and asked not in PRESETS:
        raise ApiError(error_info("bad_request", "contract.no_preset", asked=asked[:60], presets=", ".join(PRESETS)))
    ending = ending_of(filename or "") or ending_of(f"x.{format_}" if format_ else "")
    name = asked or (implied_by(ending) if ending else DEFAULT_PRESET)
    if name is None or (ending and ending not in PRESETS[name].endings):
        raise _misnamed(filename or f"{format_}", ending, name)
    if filename and format_ and ending_of(filename) not in ("", format_):
        raise _misnamed(filename, ending_of(filename), name)
    return ExportChoice(name, PRESETS[name], ending or PRESETS[name].endings[0])


def check_hardware(asked: bool, *, several: bool) -> None:
    """An encoder in hardware needs devices and services of the machine, which decoders of several people are kept from.

    Raises ApiError `bad_request` where it is `asked` for on a service of `several`.
    """
    if asked and several:
        raise ApiError(error_info("bad_request", "contract.no_hardware"))


def ending_of(name: str) -> str:
    """The ending of a name where it is that of media, edit lists or captions; else empty: it is part of the name."""
    ending = name_parts(name)[1]
    return ending if ending == "mp4" or ending in OTHER_FORMATS else ""


def _misnamed(name: str, ending: str, preset: str | None) -> ApiError:
    stem = name_parts(name)[0] or "highlights"
    facts = {"name": name.strip(), "ending": ending.upper(), "stem": stem}
    others = ", ".join(making(ending))
    if preset is None:
        key = "contract.needs_preset" if others else "contract.misnamed"
        makes = ", ".join(f".{each}" for each in all_endings())
        return ApiError(error_info("bad_request", Message(key, {**facts, "makes": makes, "presets": others})))
    made = PRESETS[preset].endings
    facts |= {"preset": preset, "made": " / ".join(made).upper(), "own": made[0], "presets": others or DEFAULT_PRESET}
    return ApiError(
        error_info("bad_request", Message("contract.other_ending" if others else "contract.no_ending", facts))
    )
