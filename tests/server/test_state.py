"""The state tells all that was done to the cut, in structured content, in words and in the timeline resource."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp.types import TextResourceContents

from media_factory import make_clip

from .conftest import Bench, Host, text_of

pytestmark = pytest.mark.anyio

EDITS: list[dict[str, Any]] = [
    {"op": "keep", "ranges_ms": [[2000, 6000], [10_000, 16_000], [20_000, 24_000]], "source": "match.mp4"},
    {"op": "trim", "target": {"clips": [2]}, "head_ms": 2500},
    {"op": "speed", "target": {"clips": [1]}, "factor": 2},
    {"op": "speed", "target": {"clips": [3]}, "factor": 0.5, "to": 1.5},
    {"op": "volume", "target": {"clips": [2]}, "level": 0},
    {"op": "volume", "target": {"clips": [3]}, "level": 0.5},
    {"op": "filter", "target": {"clips": [3]}, "name": "warm", "amount": 0.5},
    {"op": "transition", "type": "crossfade", "duration_ms": 500, "where": [1]},
    {"op": "fade", "target": "both", "in_ms": 500, "out_ms": 1000},
    {"op": "rotate", "target": {"clips": [2]}, "deg": 90},
    {"op": "aspect", "ratio": "9:16", "mode": "blur"},
    {"op": "bgm_add", "asset": "song.mp3", "level": 0.35},
    {"op": "duck", "db": -9},
    {"op": "text_add", "text": "Final", "role": "title", "start_ms": 0, "end_ms": 2000, "position": "top"},
    {"op": "loudness", "lufs": -14},
]


async def timeline_of(host: Host, session_id: str) -> dict[str, Any]:
    (content,) = (await host.client.read_resource(f"timeline://{session_id}")).contents
    assert isinstance(content, TextResourceContents)
    found: dict[str, Any] = json.loads(content.text)
    return found


def differs(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    return {key: found.get(key) for key, value in wanted.items() if found.get(key) != value}


async def test_everything_that_was_done_to_the_cut_can_be_read(bench: Bench, match: Path, song: Path) -> None:
    async with bench.host() as host:
        session = (await host.call("upload", sources=[str(match), str(song)], new_session=True))["session_id"]
        edited = await host.finished("edit", operations=EDITS)
        assert not edited.get("not_understood"), edited
        state = (await host.call("get_state", detail="full"))["timeline"]
        text = text_of(await host.raw("get_state", detail="full"))
        resource = await timeline_of(host, session)

    assert differs(state, {"width": 1080, "height": 1920, "loudness_lufs": -14}) == {}
    assert differs(resource, {"width": 1080, "height": 1920, "loudness_lufs": -14}) == {}
    assert "Picture 1080x1920 (9:16); loudness -14 LUFS" in text
    crossfade = {"kind": "crossfade", "duration_ms": 500}
    wanted: list[dict[str, Any]] = [
        {"speed": 2, "volume": 1, "picture_fade_in_ms": 500, "fade_in_ms": 500, "fit": "blur", "label": "match 0:02"},
        {"volume": 0, "rotate": 90, "transition": crossfade, "label": "match 0:12.5", "in_ms": 12_500},
        {"volume": 0.5, "filters": [{"name": "warm", "amount": 0.5}], "picture_fade_out_ms": 1000},
    ]
    (main,) = [track for track in state["tracks"] if track["role"] == "main"]
    assert [differs(*each) for each in zip(main["clips"], wanted, strict=True)] == [{}, {}, {}]
    (told,) = [track for track in resource["tracks"] if track["role"] == "main"]
    wanted[0]["speed"] = "2.0"
    assert [differs(*each) for each in zip(told["segments"], wanted, strict=True)] == [{}, {}, {}]
    (music,) = [track for track in state["tracks"] if track["role"] == "bgm"]
    assert (music["volume"], music["duck_db"]) == (0.35, -9)
    (title,) = [track for track in state["tracks"] if track["role"] == "title"]
    assert differs(title["clips"][0], {"text": "Final", "position": "top", "end_ms": 2000}) == {}
    lines = [line.strip() for line in text.splitlines()]
    first, second, third = (next(line for line in lines if line.startswith(f"Video {n}.")) for n in (1, 2, 3))
    assert "(2x, " in first and "picture fades in 0.5 s" in first and "fit blur" in first
    assert "match 0:12.5 (muted, crossfade 0.5 s before it, " in second and "rotated 90°" in second
    assert "(0.5x to 1.5x, volume 50 %, " in third and "warm +0.5" in third and "sound fades out 1 s" in third


async def test_words_and_operations_in_one_call_are_refused_and_nothing_is_done(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        problem = await host.error("edit", instruction="keep everything", operations=[{"op": "keep"}])
        assert "`instruction` or `operations`, not both" in problem["message"]
        state = await host.call("get_state")
    assert (state["timeline"]["duration_ms"], state["versions"]) == (0, [])


@pytest.mark.slow
async def test_times_of_a_file_are_asked_back_with_the_names_until_one_is_named(
    bench: Bench, room: Path, tmp_path: Path
) -> None:
    folder = room / tmp_path.name
    folder.mkdir()
    for number, name in enumerate(("match", "party")):
        make_clip(folder / f"{name}.mp4", seconds=20 + number, size=(160, 90), cuts=(1 + number,))
    async with bench.host() as host:
        await host.call("upload", sources=[str(folder)], new_session=True)
        await host.finished("edit", operations=[{"op": "keep"}])
        asked = await host.finished("edit", instruction="remove 0:12-0:15 of the source")
        assert asked["status"] == "needs_input" and "match.mp4, party.mp4" in asked["message"]
        done = await host.finished("edit", instruction="删掉 party.mp4 的 0:12 到 0:15")
        assert done["timeline"]["duration_ms"] == 38_000
        clips = (await host.call("get_state", detail="full"))["timeline"]["tracks"][0]["clips"]
    assert [(each["in_ms"], each["out_ms"], each["label"]) for each in clips] == [
        (0, 20_000, "match 0:00"),
        (0, 12_000, "party 0:00"),
        (15_000, 21_000, "party 0:15"),
    ]
