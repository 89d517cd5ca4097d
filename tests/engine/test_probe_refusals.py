"""What is not footage is refused with a reason, and nothing but the named file is ever opened."""

import os
import random
import socket
import sys
import threading
from pathlib import Path

import pytest

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.media.opening import open_media
from highlight_mcp.engine.media.probe import probe
from media_factory import make_clip, make_sound


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("list.mp4", "ffconcat version 1.0\nfile secret.mp4\n", "list of other files"),
        ("live.mp4", "#EXTM3U\n#EXTINF:1,\nsecret.ts\n", "playlist"),
        ("live.m3u8", "#EXTM3U\n#EXTINF:1,\nsecret.ts\n", "playlist"),
        ("dash.mp4", '<?xml version="1.0"?><MPD></MPD>', "XML"),
        ("call.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nt=0 0\nm=audio 5000 RTP/AVP 0\n", "stream description"),
        ("words.mp4", "just some words\n" * 40, "text file"),
        ("words.txt", "几个汉字\n" * 200, "text file"),
        ("words.srt", "1\n00:00:00,000 --> 00:00:01,000\nhello\n", "text file"),
    ],
)
def test_texts_and_playlists_are_refused_whatever_their_name(
    tmp_path: Path, name: str, content: str, reason: str
) -> None:
    make_clip(tmp_path / "secret.mp4", seconds=0.5)
    make_clip(tmp_path / "secret.ts", seconds=0.5)
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EngineError, match=reason) as caught:
        probe(path)
    assert caught.value.kind == "unsupported_file"
    assert name in caught.value.message and caught.value.next_step


def test_no_address_is_ever_contacted(tmp_path: Path) -> None:
    """A playlist that names a local server must not make us connect to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.mp4"
        for name, text in (("a.mp4", f"ffconcat version 1.0\nfile {address}\n"), ("b.m3u8", f"#EXTM3U\n{address}\n")):
            (tmp_path / name).write_text(text)
            with pytest.raises(EngineError):
                probe(tmp_path / name)
        with pytest.raises(EngineError, match="does not exist"):
            probe(Path(address))
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize("name", ["noise.mp4", "noise.mp3", "noise.wav", "noise.jpg"])
def test_random_bytes_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(random.Random(3).randbytes(300_000))
    with pytest.raises(EngineError, match=name.replace(".", r"\.")) as caught:
        probe(path)
    assert caught.value.kind in ("unsupported_file", "file_damaged")


def test_an_empty_file_a_folder_and_a_missing_file_each_have_their_reason(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    for path, kind, reason in (
        (tmp_path / "empty.mp4", "file_damaged", "is empty"),
        (tmp_path, "bad_request", "is a folder"),
        (tmp_path / "gone.mp4", "file_missing", "does not exist"),
        (tmp_path / "empty.mp4" / "inside.mp4", "file_missing", "does not exist"),
    ):
        with pytest.raises(EngineError, match=reason) as caught:
            probe(path)
        assert caught.value.kind == kind


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in the file system")
def test_a_named_pipe_is_refused_at_once_instead_of_being_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    caught: list[EngineError] = []

    def look() -> None:
        try:
            probe(pipe)
        except EngineError as error:
            caught.append(error)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(60)
    assert caught and "not a regular file" in caught[0].message


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_an_unreadable_file_is_refused_with_the_permission_as_reason(tmp_path: Path) -> None:
    path = make_sound(tmp_path / "locked.wav", seconds=0.2)
    path.chmod(0)
    with pytest.raises(EngineError, match="may not be read"):
        probe(path)


@pytest.mark.parametrize("name", ["-y.mp4", "a b & c.mp4", "concat:x.mp4", "http:x.mp4", "100%d.mp4", "比赛.mp4"])
@pytest.mark.skipif(sys.platform == "win32", reason="names that Windows forbids")
def test_names_that_look_like_options_or_addresses_are_only_names(tmp_path: Path, name: str) -> None:
    assert probe(make_clip(tmp_path / "plain.mp4", seconds=0.4).rename(tmp_path / name)).width == 160


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi", ".webm"])
def test_damage_anywhere_is_described_or_refused_and_never_escapes(tmp_path: Path, suffix: str) -> None:
    whole = make_clip(tmp_path / f"whole{suffix}", seconds=1).read_bytes()
    chance = random.Random(suffix)
    for number in range(12):
        data = bytearray(whole)
        for _ in range(3 ** (number % 6)):
            data[chance.randrange(len(data) if number % 2 else min(len(data), 2000))] = chance.randrange(256)
        path = tmp_path / f"mutant{number}{suffix}"
        path.write_bytes(data)
        try:
            assert probe(path).duration_ms > 0
        except EngineError as error:
            assert error.message and error.next_step


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".gif", ".webp"])
def test_a_cut_off_picture_is_refused_as_damaged(tmp_path: Path, suffix: str) -> None:
    from PIL import Image

    path = tmp_path / f"picture{suffix}"
    Image.effect_noise((300, 200), 60).convert("RGB").save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(EngineError, match="damaged") as caught:
        probe(path)
    assert caught.value.kind == "file_damaged"


def test_errors_of_the_library_inside_the_body_are_translated(tmp_path: Path) -> None:
    data = bytearray(make_clip(tmp_path / "whole.mp4", seconds=2, sound=None, faststart=True).read_bytes())
    path = tmp_path / "broken.mp4"
    at = data.index(b"mdat") + 4
    data[at:] = bytes(len(data) - at)
    path.write_bytes(data)
    with pytest.raises(EngineError, match=r"broken\.mp4 is damaged"), open_media(path) as container:
        for packet in container.demux(video=0):
            packet.decode()
