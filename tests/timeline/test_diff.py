"""Differences of two timelines in words and as data."""

from highlight_mcp.timeline.diff import difference
from highlight_mcp.timeline.edits import apply
from highlight_mcp.timeline.model import Timeline
from highlight_mcp.timeline.operations import operation_adapter
from highlight_mcp.timeline.phrases import Phrase
from highlight_mcp.timeline.wording import WORDING

from .fakes import LOFI, MATCH, FakeSenses


def after(timeline: Timeline | None, *operations: dict[str, object]) -> Timeline:
    """The timeline after operations."""
    typed = [operation_adapter.validate_python(one) for one in operations]
    edited = apply(timeline, typed, {"match": MATCH, "lofi": LOFI}, FakeSenses())
    assert edited.timeline is not None and not edited.refused
    return edited.timeline


REEL = after(None, {"op": "highlights", "total_ms": 40_000})


def test_a_removed_clip_is_told_with_the_lengths() -> None:
    lines = difference(REEL, after(REEL, {"op": "remove", "target": {"clips": [2]}})).lines()
    assert lines == ["removed clip 2 (match 0:31)", "total length 0:40 → 0:30"]


def test_only_the_clip_that_moved_is_told_as_moved() -> None:
    found = difference(REEL, after(REEL, {"op": "reorder", "move": 4, "to": 1}))
    assert [(change.kind, change.number) for change in found.changes] == [("moved", 1)]
    assert found.lines("zh") == ["第4段移到第1位"]


def test_trims_levels_words_and_music_are_told() -> None:
    styled = after(REEL, {"op": "text_add", "text": "Hi", "role": "title", "start_ms": 0, "end_ms": 3000})
    changed = after(
        styled,
        {"op": "trim", "target": {"clips": [1]}, "tail_ms": 2000},
        {"op": "volume", "target": {"clips": [2]}, "level": 0.5},
        {"op": "text_edit", "text": "Ho"},
        {"op": "bgm_add"},
    )
    assert difference(styled, changed).lines() == [
        "added sound lofi at 0:00-0:38",
        "clip 1 lasts 0:08 (was 0:10)",
        "volume of clip 2: 100% → 50%",
        "text “Hi” now says “Ho”",
        "total length 0:40 → 0:38",
    ]


def test_many_changes_are_summed_up() -> None:
    many = after(None, {"op": "highlights", "total_ms": 300_000})
    lines = difference(None, many).lines()
    assert len(lines) == 13 and lines[-2] == "19 more changes" and lines[-1] == "total length 0:00 → 5:00"


def test_every_wording_has_the_same_slots_in_both_languages() -> None:
    for key, texts in WORDING.items():
        names = {part.split("}")[0].split("|")[0] for text in texts for part in text.split("{")[1:]}
        told = Phrase(key=key, slots={name: 2 if name in ("n", "many") else "x" for name in names})
        assert "{" not in told.say("en") + told.say("zh")
