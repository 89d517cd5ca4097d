"""A crop goes along with its subject as a camera would: the plan as pure values, and the pictures that it makes."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from highlight_mcp.engine.edit.footage_analyzer import MediaAnalyzer
from highlight_mcp.engine.extras import face_looks
from highlight_mcp.engine.extras.catalogue import Extra
from highlight_mcp.engine.extras.faces import Face
from highlight_mcp.engine.framing.people import FacesLook, times_of_looks, with_people
from highlight_mcp.engine.framing.planner import DEAD_ZONE, FASTEST, Box, SubjectLook, plan_camera, slowed, taut
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.transcripts.sources import Transcripts
from highlight_mcp.timeline.camera import CameraPath
from highlight_mcp.timeline.media import CameraWish
from highlight_mcp.timeline.time import TimeRange

LOOK_MS = 200
SHARE = 81 / 256
SPAN = TimeRange(start_ms=0, end_ms=8000)


def looks_at(*middles: float, half: float = 0.04) -> list[SubjectLook]:
    return [
        SubjectLook(number * LOOK_MS, (Box(middle - half, middle + half),)) for number, middle in enumerate(middles)
    ]


def seen_at(camera: CameraPath, step_ms: int = 20) -> list[float]:
    return [camera.at(at) for at in range(camera.span.start_ms, camera.span.end_ms, step_ms)]


@st.composite
def somewhere(draw: st.DrawFn) -> list[SubjectLook]:
    """Up to three things at each of some looks, anywhere."""
    count = draw(st.integers(1, 40))
    boxes = st.tuples(st.floats(0, 0.9), st.floats(0.02, 0.5), st.floats(0.1, 5)).map(
        lambda one: Box(one[0], min(1.0, one[0] + one[1]), one[2])
    )
    return [SubjectLook(LOOK_MS * at, tuple(draw(st.lists(boxes, max_size=3)))) for at in range(count)]


@given(somewhere(), st.lists(st.integers(1, 7999), max_size=3), st.sampled_from([SHARE, 0.5625, 0.75]))
def test_a_crop_stays_inside_is_never_too_fast_and_jumps_at_cuts_alone(
    looks: list[SubjectLook], cuts: list[int], share: float
) -> None:
    camera = plan_camera(looks, cuts, SPAN, share)
    assert [shot.start_ms for shot in camera.shots] == [0, *sorted(set(cuts))]
    for shot, end in zip(camera.shots, [*sorted(set(cuts)), SPAN.end_ms], strict=True):
        inside = [shot.at(at) for at in np.linspace(shot.start_ms, end, 200)]
        assert all(share / 2 - 1e-5 <= x <= 1 - share / 2 + 1e-5 for x in inside)
        seconds = (end - shot.start_ms) / 199 / 1000
        rounding = 2e-5 / (LOOK_MS / 1000)
        fastest = max(abs(after - before) for before, after in pairwise(inside))
        assert fastest <= (FASTEST * share + rounding) * seconds + 1e-9


@given(st.lists(st.floats(-0.5, 0.5), min_size=12, max_size=40))
def test_a_crop_stands_still_while_its_subject_stays_in_the_dead_zone(wandering: list[float]) -> None:
    around = [0.5 + 0.9 * DEAD_ZONE * SHARE * way for way in wandering]
    camera = plan_camera(looks_at(*around, half=0.01), [], SPAN, SHARE)
    assert camera.move == "hold" and np.ptp(seen_at(camera)) == 0


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.3)), min_size=2, max_size=30))
def test_the_taut_string_keeps_within_its_bounds_and_is_no_longer_than_lazy_steps(
    tube: list[tuple[float, float]],
) -> None:
    low = np.array([start for start, _ in tube])
    high = low + np.array([room for _, room in tube])
    at_s = np.arange(len(tube)) / 5
    way = taut(at_s, low, high)
    assert np.all(way >= low - 1e-9) and np.all(way <= high + 1e-9)
    lazy = [float(np.clip(way[0], low[0], high[0]))]
    for least, most in zip(low[1:], high[1:], strict=True):
        lazy.append(float(np.clip(lazy[-1], least, most)))
    assert np.abs(np.diff(way)).sum() <= np.abs(np.diff(lazy)).sum() + 1e-9


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_slowing_down_keeps_within_what_was_wanted(values: list[float]) -> None:
    way, at_s = np.array(values), np.arange(len(values)) / 5
    made = slowed(at_s, way, 0.5)
    assert np.abs(np.diff(made)).max() <= 0.1 + 1e-9
    assert made.min() >= way.min() - 1e-9 and made.max() <= way.max() + 1e-9


def test_a_walker_is_gone_along_with_in_one_movement() -> None:
    middles = np.linspace(0.1, 0.9, 40)
    camera = plan_camera(looks_at(*middles), [], SPAN, SHARE)
    assert camera.move == "pan"
    for look, middle in zip(looks_at(*middles), middles, strict=True):
        assert abs(camera.at(look.at_ms) - middle) <= SHARE / 2 - 0.04 + 1e-3


def test_somebody_who_goes_to_and_fro_is_followed() -> None:
    camera = plan_camera(looks_at(*(0.5 + 0.35 * np.sin(np.arange(40) / 6))), [], SPAN, SHARE)
    assert camera.move == "follow"


def test_what_comes_by_for_a_moment_is_not_gone_to() -> None:
    looks = looks_at(*[0.2] * 40)
    looks[20] = SubjectLook(looks[20].at_ms, (Box(0.8, 0.9, 3.0),))
    assert np.ptp(seen_at(plan_camera(looks, [], SPAN, SHARE))) == 0


def test_two_who_are_too_far_apart_are_shown_whole() -> None:
    both = tuple(SubjectLook(LOOK_MS * at, (Box(0.1, 0.2), Box(0.8, 0.9))) for at in range(40))
    camera = plan_camera(both, [], SPAN, SHARE)
    assert camera.move == "all" and camera.reach == pytest.approx(0.8 / SHARE, abs=0.02)
    assert plan_camera(both, [], SPAN, 0.9).move == "hold"


def face_at(middle: float, tall: float = 0.2) -> Face:
    return Face(middle - tall / 4, 0.2, middle + tall / 4, 0.2 + tall, 0.9)


def planned(*faces: Callable[[int], float | None], moving: float = 0.1, tall: Sequence[float] = ()) -> CameraPath:
    """The way where something at one place moves, and faces of some heights are at places that change with the look."""
    times = times_of_looks([], SPAN)
    looks = [
        FacesLook(at, tuple(face_at(x, size) for face, size in zip(faces, [*tall, *[0.2] * len(faces)], strict=False)
                            if (x := face(number)) is not None))
        for number, at in enumerate(times)
    ]  # fmt: skip
    subjects, by = with_people(looks_at(*[moving] * 40), looks, [], SPAN, SHARE)
    return plan_camera(subjects, [], SPAN, SHARE, by)


def test_a_face_is_stayed_on_whatever_moves_elsewhere() -> None:
    camera = planned(lambda number: 0.8 if number % 4 else None)
    assert (camera.move, camera.by) == ("hold", "faces") and camera.at(4000) == pytest.approx(0.8, abs=0.05)


def test_a_face_that_goes_by_is_followed_between_the_looks() -> None:
    camera = planned(lambda number: 0.2 + 0.08 * number)
    assert (camera.move, camera.by) == ("pan", "faces")
    assert all(abs(camera.at(at) - (0.2 + 0.08 * (at - 500) / 1000)) < SHARE / 2 for at in range(500, 7500, 100))


def test_two_faces_that_fit_are_both_kept_and_shown_whole_where_they_do_not() -> None:
    near = planned(lambda _: 0.6, lambda _: 0.8)
    assert near.move == "hold" and near.at(0) == pytest.approx(0.7, abs=0.02)
    apart = planned(lambda _: 0.2, lambda _: 0.8, moving=0.5)
    assert (apart.move, apart.by) == ("all", "faces")


def test_the_one_who_is_large_or_moves_is_held_rather_than_those_behind() -> None:
    assert planned(lambda _: 0.8, lambda _: 0.2, tall=(0.3, 0.1)).at(0) == pytest.approx(0.8, abs=0.05)
    talker = planned(lambda _: 0.8, lambda _: 0.2, moving=0.82, tall=(0.2, 0.18))
    assert talker.move == "hold" and talker.at(0) == pytest.approx(0.8, abs=0.05)


def test_where_faces_come_by_chance_what_moves_is_followed_and_every_shot_has_looks() -> None:
    assert planned(lambda number: 0.8 if number == 3 else None).by == "motion"
    times = times_of_looks([500, 1500], SPAN)
    assert len([at for at in times if at < 500]) == 1 and len([at for at in times if 500 <= at < 1500]) == 3
    assert len(times) == 10 and times == sorted(times)
    assert len(times_of_looks([], SPAN, 1_200_000)) == 4


def test_nothing_seen_leaves_the_crop_in_the_middle() -> None:
    camera = plan_camera([], [], SPAN, SHARE)
    assert (camera.move, camera.by, camera.at(4000)) == ("hold", "middle", 0.5)


def test_a_plan_serves_parts_of_its_range_and_no_other_shape() -> None:
    camera = plan_camera(looks_at(*[0.3] * 40), [], SPAN, SHARE)
    assert camera.serves(TimeRange(start_ms=1000, end_ms=2000), SHARE)
    assert not camera.serves(TimeRange(start_ms=1000, end_ms=9000), SHARE)
    assert not camera.serves(SPAN, 0.5625)


RATE, CUT_S, SECONDS = 25, 4, 6


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Something striped that crosses from left to right, then, after a cut, nods at the right in another place."""
    path = tmp_path_factory.mktemp("framing") / "scene.mp4"
    rng = np.random.default_rng(5)
    places = [np.kron(rng.integers(60, 190, (18, 32)), np.ones((10, 10))).astype(np.uint8) for _ in range(2)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "20", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(RATE * SECONDS):
            crossing = number < RATE * CUT_S
            picture = places[0 if crossing else 1].copy()
            x = 20 + 2 * number if crossing else 270
            y = 70 if crossing else 70 + 3 * (number // 5 % 2)
            picture[y : y + 70, x : x + 24] = np.where(np.arange(24) // 6 % 2, 240, 20)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="gray")))
        container.mux(stream.encode(None))
    return path


def camera_of(path: Path, cache: Path, models: Mapping[str, Path] = MappingProxyType({})) -> CameraPath:
    info = probe(path).model_copy(update={"media_id": "a"})
    words = Transcripts({"a": info}, {"a": path}, cache_dir=cache, models=models)
    senses = MediaAnalyzer({"a": info}, {"a": path}, cache, no_progress, lambda: words)
    wish = CameraWish(media_id="a", source=TimeRange(start_ms=0, end_ms=1000 * SECONDS), share=SHARE)
    return senses.cameras((wish,))[0]


def test_footage_is_looked_at_once_and_its_subject_stays_in_the_crop_up_to_the_very_cut(
    tmp_path: Path, scene: Path
) -> None:
    camera = camera_of(scene, tmp_path / "cache")
    assert camera.by == "motion" and len(camera.shots) == 2
    for number in range(RATE * SECONDS):
        x = 20 + 2 * number if number < RATE * CUT_S else 270
        seen = camera.at(number * 1000 / RATE)
        assert seen - SHARE / 2 <= (x + 4) / 320 and (x + 20) / 320 <= seen + SHARE / 2, number
    kept = list((tmp_path / "cache").iterdir())
    assert len(kept) == 1
    kept[0].write_text(kept[0].read_text().replace("0.", "0.0"))  # what is kept is what counts
    assert camera_of(scene, tmp_path / "cache") != camera


class Finder:
    """Sees a face at the right of every picture."""

    def __init__(self) -> None:
        self.asked = 0

    def find(self, picture: Image.Image) -> list[Face]:
        self.asked += 1
        return [face_at(0.75)]


def test_with_the_extra_faces_are_looked_for_once_and_followed_and_a_broken_model_is_done_without(
    tmp_path: Path, scene: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, finder = tmp_path / "cache", Finder()
    (tmp_path / "centerface.onnx").write_bytes(b"weights")
    monkeypatch.setattr(Extra, "installed", lambda self: True)
    assert camera_of(scene, tmp_path / "other", {"faces": tmp_path}).by == "motion"
    monkeypatch.setattr(face_looks, "load", lambda folder: finder)
    camera = camera_of(scene, cache, {"faces": tmp_path})
    assert (camera.by, camera.move, finder.asked) == ("faces", "hold", 7)
    assert camera.at(1000) == pytest.approx(0.75, abs=0.05)
    assert camera_of(scene, cache, {"faces": tmp_path}) == camera and finder.asked == 7
