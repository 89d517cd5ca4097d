"""Every reader shows the picture of the time asked for, however the file is stamped, indexed or turned."""

from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from coded import QUARTERS, coded, corners, numbers, with_matrix, without
from PIL import Image
from render_kit import pictures, reel, rendered, shot, sources

from highlight_mcp.engine.media.frames import frame_readers_of
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.signals.packets import Deadline
from highlight_mcp.engine.signals.sampling import ContainerCache, watch
from highlight_mcp.engine.signals.scan import Stretch, read

Maker = Callable[[Path], Path]
LENGTH_MS = 12_000
MATRICES = {
    "hflip": ((-1, 0, 0, 1), "GRWB"),
    "vflip": ((1, 0, 0, -1), "BWRG"),
    "rot90_hflip": ((0, 1, 1, 0), "RBGW"),
    "rot270_hflip": ((0, -1, -1, 0), "WGBR"),
    "rot90": ((0, 1, -1, 0), "BRWG"),
    "rot180": ((-1, 0, 0, -1), "WBGR"),
    "rot270": ((0, -1, 1, 0), "GWRB"),
    "plain": ((1, 0, 0, 1), "RGBW"),
}


def stream(gop: int, start_s: int = 0, tones: bool = False) -> Maker:
    return lambda room: coded(room / "a.ts", gop=gop, start_s=start_s, tones=tones)


def lost(boxes: Sequence[bytes], b_frames: int) -> Maker:
    def make(room: Path) -> Path:
        return without(boxes, coded(room / "whole.mp4", b_frames=b_frames), room / "a.mp4")

    return make


TURNED = ("vflip", "rot270_hflip", "rot180", "rot270", "plain")
KINDS: dict[str, Maker] = {
    "ts, gop 25": stream(25),
    "ts, gop 50, sound": stream(50, tones=True),
    "ts, gop 100, from 50000 s": stream(100, start_s=50_000),
    "ts, gop 250, wraps": stream(250, start_s=95_440, tones=True),
    "ts, one keyframe": stream(600),
    "ts named mp4": lambda room: coded(room / "a.mp4", form="mpegts"),
    "avi with 2 b-frames": lambda room: coded(room / "a.avi"),
    "avi with 8 b-frames": lambda room: coded(room / "a.avi", b_frames=8),
    "avi without b-frames": lambda room: coded(room / "a.avi", b_frames=0),
    "mp4 without ctts": lost([b"ctts"], 2),
    "mp4 without ctts, 8 b-frames": lost([b"ctts"], 8),
    "mp4 without ctts and edit list": lost([b"ctts", b"edts"], 2),
    "mp4": lambda room: coded(room / "a.mp4", tones=True),
    "mkv": lambda room: coded(room / "a.mkv", gop=250),
    "flv": lambda room: coded(room / "a.flv"),
}
WANTED_MS = (0, 400, 1000, 3960, 5000, 7000, 11_000)


QUICKLY = ("ts, gop 50, sound", "ts, gop 100, from 50000 s", "avi with 2 b-frames", "mp4 without ctts", "mp4")
"""The kinds whose stamps differ most; the slow tests try all."""


@pytest.fixture(
    scope="module", params=[kind if kind in QUICKLY else pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS]
)
def footage_of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return KINDS[request.param](tmp_path_factory.mktemp("footage"))


def late_ms(path: Path) -> int:
    """How much later than its sound the first picture is shown: AAC begins with a block of silence."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        start: int | None = container.start_time
        first = (video.start_time or 0) * (video.time_base or 0) * 1000
    return round(first - (start or 0) / 1000) if container.format.name == "mpegts" else 0


def test_a_reel_shows_the_frames_that_were_asked_for(footage_of: Path, tmp_path: Path) -> None:
    media = sources(a=footage_of)
    clips = [shot("a", 400 * place, 400, at_ms) for place, at_ms in enumerate((3000, *WANTED_MS))]
    facts = rendered(reel(*clips), media, tmp_path / "out.mp4")
    shown = numbers(pictures(tmp_path / "out.mp4"))
    off = 1 if late_ms(footage_of) else 0
    for place, at_ms in enumerate((3000, *WANTED_MS)):
        part = shown[10 * place : 10 * place + 10]
        assert part == list(range(part[0], part[0] + 10)) and abs(part[0] - at_ms // 40) <= off
    assert facts["warnings"] == []


def test_a_preview_shows_the_frame_that_was_asked_for(footage_of: Path) -> None:
    with frame_readers_of(footage_of) as shown:
        found = [numbers(np.asarray(shown.at(at_ms + 20, (320, 180)))[None])[0] for at_ms in WANTED_MS]
    late = late_ms(footage_of)
    assert found == [max(0, (at_ms + 20 - late) // 40) for at_ms in WANTED_MS]


def test_the_analysis_looks_at_every_part_at_its_time(footage_of: Path) -> None:
    with ContainerCache(footage_of, lasting=False) as opened:
        late, looks = late_ms(footage_of), watch(opened, [(200, 1600), (5000, 6600)], Deadline())
        whole = read(opened, Stretch(0, LENGTH_MS, dense=True, last=True), Deadline()).pictures
    for pictures_seen, parts in ((looks, [(200, 1600), (5000, 6600)]), (whole, [(0, LENGTH_MS)])):
        shown = numbers(np.repeat(pictures_seen.images[:, :36, :, None], 3, axis=3))
        assert (
            max(abs(number * 40 + late - at_ms) for number, at_ms in zip(shown, pictures_seen.at_ms, strict=True)) <= 1
        )
        for start_ms, end_ms in parts:
            inside = [at for at in pictures_seen.at_ms.tolist() if start_ms <= at < end_ms]
            assert inside[0] <= start_ms + 200 and inside[-1] >= end_ms - 400


def test_the_shared_transport_stream_starts_with_its_first_picture(
    faults: Callable[[str], Path], tmp_path: Path
) -> None:
    rendered(reel(shot("a", 0, 2000)), sources(a=faults("ts/ts_av.mp4")), tmp_path / "out.mp4")
    assert numbers(pictures(tmp_path / "out.mp4")) == list(range(50))


def test_the_shared_avi_shows_each_picture_once(faults: Callable[[str], Path], tmp_path: Path) -> None:
    rendered(reel(shot("a", 0, 4000, 2000)), sources(a=faults("bframes/h264_b2.avi")), tmp_path / "out.mp4")
    assert numbers(pictures(tmp_path / "out.mp4")) == list(range(50, 150))


@pytest.mark.parametrize(
    "name", ["hflip", "rot90_hflip", "rot90", *(pytest.param(each, marks=pytest.mark.slow) for each in TURNED)]
)
def test_mirrored_and_turned_footage_is_shown_as_players_show_it(tmp_path: Path, name: str) -> None:
    matrix, expected = MATRICES[name]
    path = with_matrix(corners(tmp_path / "plain.mp4"), tmp_path / "a.mp4", matrix)
    info = probe(path)
    assert (info.width, info.height) == ((320, 180) if matrix[0] else (180, 320))
    media = sources(a=path)
    rendered(reel(shot("a", 0, 200), width=info.width, height=info.height), media, tmp_path / "out.mp4")
    with frame_readers_of(path) as shown:
        assert seen(np.asarray(shown.at(0, (320, 320)))) == expected
    assert seen(pictures(tmp_path / "out.mp4")[2]) == expected


def test_a_cut_of_mirrored_footage_is_taken_from_the_side_that_is_shown(tmp_path: Path) -> None:
    path = with_matrix(corners(tmp_path / "plain.mp4"), tmp_path / "a.mp4", (-1, 0, 0, 1))
    clips = [shot("a", 0, 200, focus=0.0), shot("a", 200, 200, focus=1.0)]
    rendered(reel(*clips, width=90, height=180), sources(a=path), tmp_path / "out.mp4")
    left, right = (np.asarray(Image.fromarray(pictures(tmp_path / "out.mp4")[at])) for at in (2, 7))
    assert (seen(left), seen(right)) == ("GGWW", "RRBB")


def seen(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> str:
    """The colours of the corners: top left, top right, bottom left, bottom right."""
    height, width = image.shape[:2]
    found = ""
    for row in (height // 4, height * 3 // 4):
        for column in (width // 4, width * 3 // 4):
            color = image[row - 2 : row + 3, column - 2 : column + 3].mean(axis=(0, 1))
            far = [float(np.abs(color - np.array(each)).sum()) for each in QUARTERS]
            found += "RGBW"[far.index(min(far))]
    return found
