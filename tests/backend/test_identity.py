"""Footage that is replaced between the look at it and the work with it: the work is refused, by name."""

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from media_factory import make_clip
from waiting import eventually

from .rig import HERE, Caller, Rig

Swap = Callable[[Path, Path], None]
CHANGED = "match.mp4 has changed on the disk since it was added."


class Held:
    """A backend with the real engine, whose children can be held back at their start."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self._hold = rig.folder / "held" / "hold"
        self._hold.parent.mkdir()
        self.caller: Caller = rig.start(
            child_command=[sys.executable, str(HERE / "held_engine.py")],
            child_environment={"HELD": json.dumps(str(self._hold))},
            render_slots=1,
        )

    def hold(self) -> None:
        self._hold.touch()

    def release(self) -> None:
        self._hold.unlink()

    def wait_for_child(self) -> None:
        """Wait until a child stands before its work."""
        eventually("a child waits", lambda: list(self._hold.parent.glob("waiting-*")))

    def session(self, footage: Path) -> str:
        """A session with a cut of one clip."""
        made = self.caller.session("My game", str(footage))
        self.caller.edit(made, "keep 0:00-0:01")
        return made

    def preview(self, session: str, **params: Any) -> httpx.Response:
        return self.caller.http.get(f"/api/local/preview/{session}", params={"wait_s": 40, **params})


@pytest.fixture
def held(rig: Rig) -> Iterator[Held]:
    yield Held(rig)


def link_to(target: Path, place: Path) -> None:
    place.unlink()
    place.symlink_to(target)


def another_file(target: Path, place: Path) -> None:
    """Another file of the same length and time of change."""
    before = place.stat()
    shutil.copy(target, place.with_suffix(".new"))
    with place.with_suffix(".new").open("r+b") as file:
        file.truncate(before.st_size)
    os.utime(place.with_suffix(".new"), ns=(before.st_atime_ns, before.st_mtime_ns))
    place.with_suffix(".new").replace(place)


def in_place(target: Path, place: Path) -> None:
    place.write_bytes(target.read_bytes())


def linked_folder(target: Path, place: Path) -> None:
    """The folder becomes a link to one outside that holds a file of the same name."""
    shutil.copy(target, target.parent / place.name)
    place.parent.rename(place.parent.with_name("away"))
    place.parent.symlink_to(target.parent)


SWAPS = [
    link_to,
    pytest.param(another_file, marks=pytest.mark.slow),
    pytest.param(in_place, marks=pytest.mark.slow),
    pytest.param(linked_folder, marks=pytest.mark.slow),
]


@pytest.fixture
def footage(rig: Rig) -> Path:
    folder = rig.media / "game"
    folder.mkdir()
    return make_clip(folder / "match.mp4", seconds=3)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    outside = tmp_path / "outside"
    outside.mkdir()
    return make_clip(outside / "secret.mp4", seconds=3, cuts=(0.0, 0.0), sound="noise")


@pytest.mark.slow
@pytest.mark.parametrize("swap", SWAPS)
def test_footage_replaced_while_a_preview_starts_is_not_shown(
    held: Held, footage: Path, secret: Path, swap: Swap
) -> None:
    session = held.session(footage)
    held.hold()
    media_id = held.caller.state(session)["state"]["video_infos"][0]["media_id"]
    answers: list[httpx.Response] = []
    asked = {"what": "frame", "at_ms": 500, "media_id": media_id}
    caller = threading.Thread(target=lambda: answers.append(held.preview(session, **asked)))
    caller.start()
    held.wait_for_child()
    swap(secret, footage)
    held.release()
    caller.join(60)
    assert answers[0].headers["content-type"] == "application/json", "a picture was shown"
    assert (answers[0].json()["code"], answers[0].json()["message"]) == (1406, CHANGED)


@pytest.mark.slow
@pytest.mark.parametrize("swap", SWAPS)
def test_footage_replaced_while_its_export_waits_makes_no_reel(
    held: Held, footage: Path, secret: Path, swap: Swap
) -> None:
    other = make_clip(held.rig.media / "other.mp4", seconds=2)
    first, second = held.session(other), held.session(footage)
    held.hold()
    held.caller.submit(first, "first")
    held.wait_for_child()
    assert held.caller.submit(second, "second")["status"] == "pending"
    swap(secret, footage)
    held.release()
    assert held.caller.finished("first", 60)["status"] == "completed"
    answer = held.caller.finished("second", 60)
    assert (answer["status"], answer["data"]["error"]) == ("failed", f"{CHANGED} Add it again.")
    assert answer["data"]["fault"]["code"] == 1406


def test_a_link_to_footage_gives_the_file_that_was_added_or_none(
    backend: Caller, shared_rig: Rig, tmp_path: Path
) -> None:
    place = Path(shared_rig.clip("linked.mp4", b"my footage"))
    session = backend.session("x", str(place))
    link = backend.state(session)["state"]["video_infos"][0]["url"]
    assert backend.http.get(link).content == b"my footage"
    assert backend.http.get(link, headers={"Range": "bytes=3-5"}).content == b"foo"
    (tmp_path / "secret.mp4").write_bytes(b"MY FOOTAGE")
    link_to(tmp_path / "secret.mp4", place)
    answer = backend.http.get(link)
    assert (answer.status_code, answer.json()["code"]) == (404, 1406)


@pytest.mark.slow
def test_subtitles_of_a_folder_that_became_a_link_are_not_read(held: Held, footage: Path, secret: Path) -> None:
    """The words beside the footage come from its own folder, wherever the path leads when the work begins."""
    session = held.session(footage)
    (secret.parent / "match.srt").write_text("1\n00:00:00,000 --> 00:00:02,000\nthe secret word\n")
    held.hold()
    frames: list[Any] = []
    asked = threading.Thread(target=lambda: frames.extend(held.caller.edit(session, "add subtitles")))
    asked.start()
    held.wait_for_child()
    linked_folder(secret, footage)
    held.release()
    asked.join(60)
    assert "secret word" not in json.dumps(frames)
    assert "secret word" not in json.dumps(held.caller.state(session))
    assert CHANGED in json.dumps(frames)


@pytest.mark.slow
def test_a_file_that_only_lies_elsewhere_now_is_known_by_its_content(held: Held, footage: Path) -> None:
    """As on file systems without lasting numbers, and after a copy was put in its place with its times."""
    session = held.session(footage)
    held.hold()
    held.caller.submit(session, "moved")
    held.wait_for_child()
    shutil.copy2(footage, footage.with_suffix(".new"))
    footage.with_suffix(".new").replace(footage)
    held.release()
    assert held.caller.finished("moved", 60)["status"] == "completed"


@pytest.mark.sqlite
def test_footage_recorded_by_an_earlier_release_is_looked_at_once_more(rig: Rig) -> None:
    first = rig.start()
    session = first.session("x", rig.clip("match.mp4"))
    rig.kill()
    rig.make_older()
    second = rig.start()
    assert second.http.get(f"/api/local/preview/{session}", params={"what": "frame"}).content == b"\xff\xd8picture"
    assert rig.effects("probe", "match.mp4") == 2
    assert rig.rows("select identity from media")[0][0]
