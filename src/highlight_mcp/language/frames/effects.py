"""Sound effects: `add whoosh.wav at every cut`, `在0:12加音效ding.wav`; without a file it is asked for one."""

from pathlib import PurePath
from typing import Any

from ...timeline.operations import SfxAdd, SfxRemove
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from . import aim
from .frame import Filled, frame, role

LONGEST_MS = 10_000
"""What lasts longer is music: laid at a time of the reel, it goes on to its end."""


def is_effect(name: str, scene: ParseContext) -> bool:
    """Whether a sound file is as short as an effect."""
    return any(s.name.casefold() == name.casefold() and s.duration_ms <= LONGEST_MS for s in scene.situation.songs)


def _effect(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    named = filled.says("", "UNSUPPORTED:sound_effect") or filled.has("effect")
    name = _file(filled, scene)
    placed = filled.has("cuts", "cut") or (isinstance(name, str) and is_effect(name, scene))
    if not named and (name is None or not placed):
        return None
    facts = _when(filled, scene)
    if facts is None:
        return None
    if isinstance(name, Unresolved):
        return [name]
    if name is None:
        return [Unresolved("sound_effect", filled.at, missing=("asset",))]
    if not facts:
        words = scene.words(filled.clause(*filled.roles))
        return [Unresolved(words, filled.at, missing=("sound_time",))]
    if level := filled.value("level", "percent"):
        facts["level"] = level.value
    return [ParsedOperation(SfxAdd.model_validate({"asset": name, **facts}), filled.at, targeted=True)]


def _file(filled: Filled, scene: ParseContext) -> str | Unresolved | None:
    """The file that is named, or the one that is called as the effect is."""
    songs = scene.situation.songs
    if token := filled.value("file", "asset"):
        said = str(token.value)
        found = next((s.name for s in songs if s.name.casefold() == said.casefold()), None)
        return found or Unresolved(said, token.start, code="asset_missing")
    words = {word for t in filled.tokens for word in t.text.split(" ")}
    called = [s.name for s in songs if PurePath(s.name).stem.casefold() in words]
    return called[0] if len(called) == 1 else None


def _when(filled: Filled, scene: ParseContext) -> dict[str, Any] | None:
    """When it is heard; empty where nothing says so, None where that makes no sense."""
    if point := filled.value("at", "time"):
        return {"at_ms": int(point.value)}
    if filled.has("cut"):
        chosen = aim.listed(filled, "cut", scene)
        if not chosen:
            return None
        pair = len(chosen) > 1 and not filled.says("cut", "AFTER", "BEFORE")
        after = chosen[:-1] if pair else tuple(n - 1 for n in chosen) if filled.says("cut", "BEFORE") else chosen
        return {"where": after} if after and min(after) > 0 and max(after) < scene.count else None
    if filled.has("cuts"):
        return {"where": "all"} if scene.count > 1 else None
    if filled.has("start"):
        return {"at_ms": 0}
    return {}


_CUTS = "CUT_NOUN|TRANSITION"
_EFFECT = frame(
    "effect",
    ["UNSUPPORTED:sound_effect", "ADD|MAKE UNSUPPORTED:sound_effect", "ADD|MOVE|'play'|'use'"],
    [
        role("verb", "ADD|MAKE|MOVE|'play'|'use'", many=True),
        role("file", "asset", "'with' asset"),
        role("effect", "UNSUPPORTED:sound_effect", "'as' UNSUPPORTED:sound_effect"),
        role("sound", "AUDIO"),
        role("at", "time", "POINT time"),
        role("cut", "BETWEEN clips AND? clips?", "clips BETWEEN", "AFTER clips", "BEFORE clips", "clips AFTER|BEFORE"),
        role(
            "cuts",
            f"POINT|BETWEEN? ALL|EACH {_CUTS}|CLIP?",
            f"POINT|BETWEEN {_CUTS}|CLIP",
            f"ALL|EACH {_CUTS}|CLIP BETWEEN?",
            f"CLIP|{_CUTS} BETWEEN|POINT",
            "BETWEEN ALL|EACH? CLIP",
        ),
        role("start", "START|FRONT"),
        role("level", "POINT? percent VOLUME?", "VOLUME percent"),
    ],
    _effect,
    light="POINT CLIP AUDIO",
    own=False,
    operation="sfx_add",
)
_NO_EFFECTS = frame(
    "no_effects",
    ["EFFECTS_OFF", "REMOVE|UNWANTED|CUT UNSUPPORTED:sound_effect", "UNSUPPORTED:sound_effect REMOVE|UNWANTED"],
    [role("all", "ALL")],
    lambda filled, _: [ParsedOperation(SfxRemove(), filled.at, targeted=True)],
    light="ALL",
    operation="sfx_remove",
)

FRAMES = (_EFFECT, _NO_EFFECTS)
