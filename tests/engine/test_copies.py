"""One recording in several files gives each of its moments once; two cameras at one event stay two."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from highlight_mcp.engine.edit.footage_analyzer import MediaAnalyzer
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.opening import fingerprint
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.timeline.media import MediaInfo, MomentSelection, UsedRange
from highlight_mcp.timeline.operations import Highlights
from media_factory import make_sound

RATE, FPS, LENGTH_S = 16_000, 4, 60
CHEERS_S = (12, 33, 48)


class Take(NamedTuple):
    """How a file of the event was made: which camera, from when on, how large."""

    camera: int = 1
    start_s: float = 0.0
    size: tuple[int, int] = (96, 54)
    silent: bool = False


def heard(noise: float) -> NDArray[np.float32]:
    """Three cheers over a hum, with the noise of one microphone."""
    rng = np.random.default_rng(5)
    times = np.arange(LENGTH_S * RATE) / RATE
    level = 0.01 + sum(0.3 * np.clip(np.minimum(times - at, at + 5 - times), 0, 1) for at in CHEERS_S)
    microphone = np.random.default_rng(round(noise * 1e6)).normal(size=times.size)
    return np.asarray(rng.normal(size=times.size) * level * 0.5 + noise * microphone, np.float32)


def seen(camera: int, number: int) -> NDArray[np.uint8]:
    """A picture with its own pattern, over which a bright field wanders."""
    ground = np.kron(np.random.default_rng(camera).integers(30, 200, (9, 16)), np.ones((6, 6)))
    left, top = (7 * number * camera) % 78, (3 * number) % 36
    ground[top : top + 18, left : left + 18] = 250
    return np.repeat(ground.astype(np.uint8)[..., None], 3, axis=2)


def taken(path: Path, take: Take) -> Path:
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = *take.size, "yuv420p"
        video.codec_context.options, video.codec_context.gop_size = {"preset": "ultrafast"}, 4 + 9 * take.camera
        audio = None if take.silent else output.add_stream("aac", rate=RATE)
        if audio is not None:
            audio.layout, audio.bit_rate = "mono", 48_000 if take.size == (96, 54) else 24_000
        first = round(take.start_s * FPS)
        for number in range(first, LENGTH_S * FPS):
            frame = av.VideoFrame.from_ndarray(seen(take.camera, number), "rgb24").reformat(*take.size)
            frame.pts, frame.time_base = number - first, Fraction(1, FPS)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        if audio is not None:
            samples = heard(0.0 if take.camera == 1 else 0.004)[round(take.start_s * RATE) :]
            for start in range(0, len(samples), 1024):
                block = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], "fltp", "mono")
                block.sample_rate, block.pts, block.time_base = RATE, start, Fraction(1, RATE)
                output.mux(audio.encode(block))
            output.mux(audio.encode(None))
    return path


def rewrapped(source: Path, path: Path) -> Path:
    with av.open(str(source)) as given, av.open(str(path), "w") as output:
        streams = [output.add_stream_from_template(stream) for stream in given.streams]
        for packet in given.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                output.mux(packet)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copies")
    taken(folder / "match.mp4", Take())
    taken(folder / "smaller.mp4", Take(size=(64, 36)))
    taken(folder / "trimmed.mp4", Take(start_s=8.25, size=(64, 36)))
    taken(folder / "other_camera.mp4", Take(camera=2))
    rewrapped(folder / "match.mp4", folder / "match.mkv")
    return folder


def chosen(files: Sequence[Path], wish: Highlights, avoid: tuple[UsedRange, ...] = ()) -> MomentSelection:
    infos: dict[str, MediaInfo] = {}
    for file in files:
        facts = {"media_id": file.name, "fingerprint": fingerprint(file)}
        infos[file.name] = probe(file).model_copy(update=facts)
    paths = {file.name: file for file in files}
    return MediaAnalyzer(infos, paths, files[0].parent / "cache", no_progress).highlights(wish, avoid)


def events(files: Sequence[Path], shift_s: dict[str, float]) -> list[int]:
    """The cheers that three moments show, by number."""
    picks = chosen(files, Highlights(count=3)).picks
    middles = [(pick.peak_ms / 1000 + shift_s.get(pick.media_id, 0)) for pick in picks]
    return sorted(int(np.argmin([abs(at - cheer - 2) for cheer in CHEERS_S])) for at in middles)


@pytest.mark.parametrize("copy", ["smaller.mp4", "trimmed.mp4", "match.mkv"])
def test_a_copy_that_was_encoded_again_cut_or_rewrapped_shows_no_moment_twice(folder: Path, copy: str) -> None:
    for files in ([folder / "match.mp4", folder / copy], [folder / copy, folder / "match.mp4"]):
        assert events(files, {"trimmed.mp4": 8.25}) == [0, 1, 2]
        notes = chosen(files, Highlights(count=3)).notes
        assert [note.key for note in notes if "same" in note.key] == ["engine.note.same_recording"]


def test_two_cameras_at_one_event_are_two_recordings(folder: Path) -> None:
    selection = chosen([folder / "match.mp4", folder / "other_camera.mp4"], Highlights(count=6))
    assert {pick.media_id for pick in selection.picks} == {"match.mp4", "other_camera.mp4"}
    assert "engine.note.same_recording" not in [note.key for note in selection.notes]


def test_sound_alone_beside_a_silent_recording_is_no_copy_of_it(folder: Path, tmp_path: Path) -> None:
    taken(folder / "silent.mp4", Take(silent=True))
    files = [folder / "silent.mp4", make_sound(tmp_path / "hush.wav", seconds=4, sound="silence")]
    assert {pick.media_id for pick in chosen(files, Highlights(count=3)).picks} <= {"silent.mp4"}


def test_what_a_reel_shows_of_a_copy_is_not_added_again_from_the_other_file(folder: Path) -> None:
    files = [folder / "match.mp4", folder / "trimmed.mp4"]
    start_ms = round((CHEERS_S[1] - 8.25) * 1000)
    used = UsedRange(media_id="trimmed.mp4", start_ms=start_ms, end_ms=start_ms + 5000)
    picks = chosen(files, Highlights(count=2), (used,)).picks
    assert all(not (pick.start_ms < (CHEERS_S[1] + 4) * 1000 and pick.end_ms > CHEERS_S[1] * 1000) for pick in picks)


@pytest.mark.slow
def test_silent_copies_are_told_by_their_pictures(tmp_path: Path) -> None:
    first = taken(tmp_path / "first.mp4", Take(silent=True))
    second = taken(tmp_path / "second.mp4", Take(silent=True, size=(64, 36), start_s=8.25))
    notes = chosen([first, second], Highlights(total_ms=8_000)).notes
    assert "engine.note.same_recording" in [note.key for note in notes]
