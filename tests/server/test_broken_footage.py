"""Footage that breaks after it was added: what needs it is refused, and everything else goes on."""

import os
import shutil
from pathlib import Path

import pytest

from media_factory import make_clip

from .conftest import Bench

pytestmark = pytest.mark.anyio


@pytest.mark.slow
async def test_a_file_that_breaks_stops_only_what_needs_it_and_is_named(
    bench: Bench, room: Path, tmp_path: Path
) -> None:
    whole = make_clip(room / "whole.mp4", seconds=3, size=(320, 180))
    breaking = make_clip(room / "breaking.mp4", seconds=4, size=(320, 180))
    async with bench.host() as host:
        await host.call("upload", sources=[str(whole), str(breaking)], new_session=True)
        await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[0, 2000]], "source": "whole.mp4"}])
        await host.finished("edit", operations=[{"op": "text_add", "text": "First"}])
        shutil.copy(breaking, tmp_path / "copy.mp4")
        os.truncate(breaking, 9_000)
        undone = await host.finished("edit", instruction="undo")
        assert "Undid 1 step" in undone["message"] and "breaking.mp4" in undone["message"]
        assert (await host.finished("edit", operations=[{"op": "text_add", "text": "Second"}]))["status"] == "done"
        broken = {"op": "keep", "ranges_ms": [[0, 900]], "source": "breaking.mp4"}
        assert "breaking.mp4 cannot be used now" in (await host.error("edit", operations=[broken]))["message"]
        await host.call("preview", what="storyboard")
        assert (await host.call("export", preset="draft", wait_s=0))["render_id"]
        assert (await host.error("preview", what="moments"))["message"].startswith("breaking.mp4")
        shutil.copy(tmp_path / "copy.mp4", breaking)
        mended = await host.finished("edit", operations=[broken])
        assert mended["status"] == "done" and "cannot be used" not in mended["message"]
