"""What an edit would lay over the picture and nobody would see: refused, or told as it is."""

from pathlib import Path

import pytest
from PIL import Image
from test_edit_job import SAMPLE, Session

PRIVATE = "\ue0f3"
"""No font has it; it counts among the pictographs."""


@pytest.fixture
def cut(tmp_path: Path) -> Session:
    """A reel of two seconds beside three pictures."""
    Image.new("RGBA", (40, 20), (255, 255, 0, 255)).save(tmp_path / "logo.png")
    Image.new("RGBA", (40, 20), (255, 255, 0, 0)).save(tmp_path / "clear.png")
    palette = Image.new("P", (40, 20), 0)
    palette.save(tmp_path / "palette.gif", transparency=0)
    names = ("logo.png", "clear.png", "palette.gif")
    session = Session([SAMPLE, *(tmp_path / name for name in names)], tmp_path / "cache")
    session.ask(operations=[{"op": "keep", "ranges_ms": [[0, 2000]]}])
    return session


@pytest.mark.parametrize("name", ["clear.png", "palette.gif"])
def test_a_picture_without_a_visible_spot_is_refused_and_a_visible_one_is_laid(cut: Session, name: str) -> None:
    (row,) = cut.ask(operations=[{"op": "overlay", "asset": name}])["refused"]
    assert row["what"].startswith(f"{name} is transparent") and row["next_step"]
    assert cut.ask(operations=[{"op": "overlay", "asset": "logo.png"}])["changes"]


def test_a_picture_that_is_gone_is_refused_by_its_name_and_what_else_was_asked_is_done(
    cut: Session, tmp_path: Path
) -> None:
    (tmp_path / "logo.png").unlink()
    asked = cut.ask(operations=[{"op": "overlay", "asset": "logo.png"}, {"op": "text_add", "text": "Hi"}])
    assert "logo.png" in asked["refused"][0]["what"] and asked["changes"]


def test_pictographs_without_a_font_are_told_as_left_out_and_alone_are_refused(cut: Session) -> None:
    told = cut.ask(operations=[{"op": "text_add", "text": f"Hi {PRIVATE}"}])["message"]
    assert "are left out, and “Hi” is drawn" in told and "the export will fail" not in told
    (row,) = cut.ask(operations=[{"op": "overlay", "text": PRIVATE}])["refused"]
    assert "nothing would be drawn" in row["what"]
