"""What the next piece is about: `clip 4 drags, …`, `第五段二十秒太长，…`."""

from dataclasses import replace

from ..context import ParseContext
from ..outcome import Finding
from ..resolve import union
from . import aim, narration
from .frame import Filled, frame, role


def _hang(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`clip 4 drags, …`: what the next piece is about; it has to be about that, or the sentence is not read."""
    chosen = aim.clips(filled, scene, follow=False)
    if not chosen or (filled.has("judged") and filled.says("judged", "NOT")):
        return None
    scene.last = scene.topic = chosen
    return []


_TOPIC = frame(
    "topic",
    ["<target>"],
    [
        role("target", "clips"),
        role("judged", "duration? SHORTER|LONGER|BORING", "'too_soon'|'too_late'|'too_early'", many=True),
        role("how", "A_BIT|A_LOT"),
        role("remark", "<unknown>", many=True),
    ],
    lambda filled, scene: _topic(filled, scene),
    light="CLIP START END CARD",
)


def _own_length(filled: Filled, scene: ParseContext) -> int | None:
    """`第五段二十秒太长`: the length that the one clip has."""
    token = next((t for t in filled.of("") if t.kind == "clips"), None)
    chosen = union([token], scene.count) if token else None
    return scene.situation.clips[chosen[0] - 1].duration_ms if chosen and len(chosen) == 1 else None


def _topic(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if (scene.findings and not filled.has("judged", "remark")) or any(
        t.text in ("too", "as well") for t in filled.tokens
    ):
        return None  # `…, and clip 4` goes on with what was said before
    if filled.has("remark") and not narration.remarks(filled.tokens):
        return None
    if any(_own_length(filled, scene) != t.value for t in filled.of("judged") if t.kind == "duration"):
        return None  # `第五段长了二十秒` says what is wanted
    if filled.has("target") or not all(t.kind == "clips" or t.is_a("AND", "ALL", "CLIP") for t in filled.of("")):
        return None
    return _hang(replace(filled, roles={**filled.roles, "target": filled.roles[""]}), scene)


FRAMES = (_TOPIC,)
