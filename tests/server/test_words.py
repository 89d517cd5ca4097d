"""Searching by what is said, through the tools: words and typed operations, with subtitles beside the footage."""

import json
from pathlib import Path

import pytest
from mcp.types import TextResourceContents

from media_factory import make_clip

from .conftest import Bench, Mode

pytestmark = pytest.mark.anyio

CUES = "1\n00:00:04,000 --> 00:00:07,000\nThe penalty is given!\n\n2\n00:00:09,000 --> 00:00:11,000\n又一个点球\n"


@pytest.fixture(scope="module")
def talk(room: Path) -> Path:
    folder = room / "talks"
    folder.mkdir()
    (folder / "talk.srt").write_text(CUES, encoding="utf-8")
    return make_clip(folder / "talk.mp4", seconds=14, size=(64, 36), fps=5)


@pytest.mark.slow
async def test_words_are_found_by_instruction_and_by_operation(bench: Bench, either: Mode, talk: Path) -> None:
    async with bench.host(either) as host:
        await host.call("upload", sources=[str(talk)], new_session=True)
        edited = await host.finished("edit", instruction="every time somebody says penalty")
        (pick,) = edited["picks"]
        assert "talk.srt says “The penalty is given!”" in pick["why"]
        assert 3000 <= pick["start_ms"] <= 4000 and 7000 <= pick["end_ms"] <= 8000
        typed = await host.finished("edit", operations=[{"op": "highlights", "criterion": "words", "query": "点球"}])
        assert ["又一个点球" in pick["why"] for pick in typed["picks"]] == [True]


@pytest.mark.slow
async def test_a_search_without_its_words_is_refused_and_a_sound_names_its_extra(
    bench: Bench, either: Mode, talk: Path
) -> None:
    async with bench.host(either) as host:
        await host.call("upload", sources=[str(talk)], new_session=True)
        missing = await host.error("edit", operations=[{"op": "highlights", "criterion": "words"}])
        assert "needs a query" in missing["message"]
        sound = await host.error("edit", operations=[{"op": "highlights", "criterion": "sound", "query": "siren"}])
        assert sound["kind"] == "edit_refused"
        assert "highlight-mcp extras fetch sounds" in sound["next_step"]
        assert "8 MB, licence not stated" in sound["next_step"]


async def test_moments_quote_what_is_said(bench: Bench, either: Mode, talk: Path) -> None:
    async with bench.host(either) as host:
        uploaded = await host.call("upload", sources=[str(talk)], new_session=True)
        found = await host.client.read_resource(f"moments://{uploaded['session_id']}")
        (content,) = found.contents
        assert isinstance(content, TextResourceContents)
        moments = json.loads(content.text)
        said = [one["signals"].get("said") for one in moments["moments"]]
        assert any(text in ("The penalty is given!", "又一个点球") for text in said)
