"""Moving a reel into the output folder: crash after crash, one file and never somebody else's."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from highlight_mcp.backend.config import Reached, Step
from highlight_mcp.backend.publishing import publish, reel_stem
from highlight_mcp.contract.errors import ApiError

SIZE = 6


class Died(Exception):
    """The process ends here, so to speak."""


def dying(at: str) -> Reached:
    def reached(step: Step) -> None:
        if step == at:
            raise Died

    return reached


class Desk:
    """A render that is published, with its memory in the place of the database."""

    def __init__(self, folder: Path) -> None:
        self.attempt = folder / "work" / "attempt.mp4"
        self.attempt.parent.mkdir(parents=True)
        self.attempt.write_bytes(b"a reel")
        self.output = folder / "out"
        self.promised: Path | None = None

    def remember(self, place: Path) -> bool:
        self.promised = place
        return True

    def publish(self, die_at: str = "") -> Path:
        return publish(self.attempt, self.output, "Reel", SIZE, self.promised, self.remember, dying(die_at))

    def found(self) -> list[str]:
        return sorted(file.name for file in self.output.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
@pytest.mark.parametrize(("folder", "file"), [(0o755, 0o644), (0o700, 0o600), (0o750, 0o640)])
def test_a_reel_can_be_read_by_whoever_may_look_into_its_folder(tmp_path: Path, folder: int, file: int) -> None:
    desk = Desk(tmp_path)
    desk.output.mkdir()
    desk.output.chmod(folder)
    assert desk.publish().stat().st_mode & 0o777 == file


@pytest.mark.parametrize("points", [["before_move"], ["after_move"], ["before_move", "before_move", "after_move"]])
def test_publishing_that_dies_on_its_way_makes_one_file_in_the_end(tmp_path: Path, points: list[str]) -> None:
    desk = Desk(tmp_path)
    for point in points:
        with pytest.raises(Died):
            desk.publish(point)
    assert desk.publish() == desk.output / "Reel.mp4"
    assert desk.found() == ["Reel.mp4"]
    assert (desk.output / "Reel.mp4").read_bytes() == b"a reel"
    assert not desk.attempt.exists()
    assert desk.publish() == desk.output / "Reel.mp4"


def test_a_file_that_takes_the_promised_name_meanwhile_is_left_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with pytest.raises(Died):
        desk.publish("before_move")
    (desk.output / "Reel.mp4").write_bytes(b"others")
    assert desk.publish() == desk.output / "Reel (2).mp4"
    assert (desk.output / "Reel.mp4").read_bytes() == b"others"


def test_an_equal_copy_left_by_a_move_across_disks_counts_as_done(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.output.mkdir()
    desk.promised = desk.output / "Reel.mp4"
    desk.promised.write_bytes(b"a reel")
    assert desk.publish() == desk.promised
    assert (desk.found(), desk.attempt.exists()) == (["Reel.mp4"], False)


def test_moving_to_another_disk_never_shows_half_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self == desk.attempt:
            raise OSError(18, "Invalid cross-device link")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    assert desk.publish().read_bytes() == b"a reel"
    assert (desk.found(), desk.attempt.exists()) == (["Reel.mp4"], False)


def test_a_reel_that_is_gone_is_an_error(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.attempt.unlink()
    with pytest.raises(ApiError, match="disappeared"):
        desk.publish()


@given(st.text(max_size=300))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_becomes_a_name_that_stays_in_its_folder(text: str) -> None:
    stem = reel_stem(text)
    assert stem
    assert len(stem.encode()) <= 200
    assert not set(stem) & set('/\\:*?"<>|\x00\n')
    assert stem not in (".", "..")
    assert not stem.startswith(".")
    assert (Path("/out") / f"{stem}.mp4").parent == Path("/out")


@pytest.mark.parametrize(
    ("text", "stem"),
    [("../../etc/passwd", "passwd"), ("C:\\x\\Best.mp4", "Best"), ("Spiel: Tor/ 1?", "1"), ("CON", "CON Highlights"),
     ("  ", "Highlights"), ("精彩集锦", "精彩集锦"), (".hidden", "hidden"),
     ("\u202egnp.exe", "gnp.exe")],
)  # fmt: skip
def test_names_keep_what_people_would_recognise(text: str, stem: str) -> None:
    assert reel_stem(text) == stem
