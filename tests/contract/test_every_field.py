"""Whatever is done to a clip is in the reading of its draft, in words, and among what changed."""

from typing import Any

import pytest

from highlight_mcp.contract.draft_diff import describe_diff
from highlight_mcp.contract.draft_view import view_draft
from highlight_mcp.server.timeline_facts import ClipFacts
from highlight_mcp.timeline.model import Clip, Filter, Placement, Transition

from .every_field import CARDS, FACTS, HIDDEN, LOOKS, PARTS, draft


def told(field: str, **changed: Any) -> tuple[dict[str, Any], str]:
    """The reading of a clip and what was done to it in words."""
    (segment,) = view_draft(draft(**{**({"color": "#000000"} if field in CARDS else {}), **changed})).tracks[0].segments
    return segment.model_dump(), ", ".join(ClipFacts.of(segment).traits())


def test_every_field_of_a_clip_is_shown_or_hidden_for_a_reason() -> None:
    lists = (LOOKS, FACTS, CARDS, HIDDEN)
    assert sorted(name for each in lists for name in each) == sorted(Clip.model_fields)
    assert all(HIDDEN.values())
    for field, look in (("filters", Filter), ("transition", Transition), ("placement", Placement)):
        beside = {"margin"} if look is Placement else set()  # the distance from the edge: a matter of pixels
        assert set(PARTS[field]) | beside == set(look.model_fields)


@pytest.mark.parametrize("field", [*LOOKS, *CARDS])
def test_what_is_done_to_a_clip_is_read_told_in_words_and_told_as_a_change(field: str) -> None:
    value = {**LOOKS, **CARDS}[field]
    plain = {"color": "#000000"} if field in CARDS else {}
    before, after = told(field), told(field, **{field: value})
    assert before[0] != after[0] and before[1] != after[1]
    assert describe_diff(draft(**plain), draft(**{field: value}))


@pytest.mark.parametrize("field", FACTS)
def test_what_a_clip_is_can_be_read(field: str) -> None:
    assert told(field)[0] != told(field, **{field: FACTS[field]})[0]


@pytest.mark.parametrize(("look", "field"), [(look, field) for look, fields in PARTS.items() for field in fields])
def test_each_side_of_a_look_is_told(look: str, field: str) -> None:
    first, second = {look: LOOKS[look]}, {look: PARTS[look][field]}
    assert told(look, **first)[1] != told(look, **second)[1]
    assert describe_diff(draft(**first), draft(**second))


def test_a_blurred_corner_and_lowered_noise_are_called_so() -> None:
    assert told("filters", filters=LOOKS["filters"])[1] == "blur in a part at the top right (25 % × 25 %)"
    assert told("denoise", denoise=0.5)[1] == "noise lowered 50 %"
    assert told("ramp", ramp=-0.6, speed=1.25)[1] == "2x to 0.5x"


def test_looks_sound_and_speech_that_change_are_told_in_words() -> None:
    after = draft(filters=LOOKS["filters"], transition=LOOKS["transition"], rotate=90, flip="vertical", fade_in_ms=500)
    before = draft()
    music = {"id": "m", "tt": 1, "d": 4000, "m": {"role": "bgm"}, "sg": [{"id": "s", "d": 4000, "m": {"start_ms": 0}}]}
    before["t"].append(music)
    after["t"].append({**music, "m": {"role": "bgm", "duck": True, "duck_db": -9}})
    after["m"]["loudness_lufs"] = -14
    assert describe_diff(before, after) == [
        "into Video 1: plain cut → wipe 0.4 s",
        "fade in of Video 1 0 s → 0.5 s",
        "look of Video 1: unset → blur in a part at the top right (25% × 25%)",
        "turn of Video 1 0° → 90°",
        "mirroring of Video 1: unset → upside down",
        "loudness unset → -14 LUFS",
        "BGM under speech unset → -9 dB",
    ]
