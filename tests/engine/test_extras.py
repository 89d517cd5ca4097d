"""The extras with their real packages: the voice detector with its own model, the others with models made here."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import extra_models
import numpy as np
import pytest
from PIL import Image

from highlight_mcp.cli import main
from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.extras import sounds, vision, words
from highlight_mcp.engine.extras.catalogue import EXTRAS
from highlight_mcp.engine.media.audio_samples import read_samples

pytestmark = pytest.mark.peers
Footage = Callable[[str], Path]


def need(*modules: str) -> None:
    for name in modules:
        pytest.importorskip(name)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to reach the network fails the test."""

    def refused(*_: Any) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refused)


def test_the_voice_detector_hears_speech_and_no_crowd(footage: Footage) -> None:
    need("faster_whisper")
    spans = words.voiced(read_samples(footage("audio/speech_jfk.flac"), 0, 11_000))
    spoken = sum(end - start for start, end in spans)
    assert 5_000 < spoken < 10_500 and len(spans) >= 3
    assert words.voiced(read_samples(footage("audio/cheers_applause.wav"), 0, 4_000)) == []


def test_a_model_recognises_the_same_each_time_without_the_network(
    tmp_path: Path, footage: Footage, offline: None
) -> None:
    need("faster_whisper")
    model = words.load(extra_models.whisper(tmp_path / "words"))
    heard = read_samples(footage("audio/speech_jfk.flac"), 0, 11_000)
    found = model.transcribe(heard)
    assert found and found == model.transcribe(heard)
    assert all(0 <= one.start_ms < one.end_ms <= 11_100 and one.text for one in found)


def test_tags_come_with_their_labels_and_follow_the_sound(tmp_path: Path, offline: None) -> None:
    need("onnxruntime", "onnx")
    model = sounds.load(extra_models.ced(tmp_path / "sounds"))
    loud = np.random.default_rng(1).normal(0, 0.5, 32_000).astype(np.float32)
    dog = model.labels.index("Dog")
    assert model.tags(loud)[dog] > 0.5 > model.tags(loud * 1e-4)[dog]


def test_a_picture_is_most_like_the_words_for_it(tmp_path: Path, offline: None) -> None:
    need("onnxruntime", "onnx", "tokenizers")
    model = vision.load(extra_models.clip(tmp_path / "vision"))
    pictures = model.seen([Image.new("RGB", (320, 180), colour) for colour in ("red", "green", "blue")])
    likeness = pictures @ model.meant(["red", "green", "blue"]).T
    assert list(likeness.argmax(axis=1)) == [0, 1, 2]
    assert np.allclose(np.linalg.norm(pictures, axis=1), 1.0)


@pytest.mark.parametrize(
    ("name", "load", "spoil"),
    [("words", words.load, "model.bin"), ("words", words.load, "tokenizer.json"),
     ("sounds", sounds.load, "model.int8.onnx"), ("sounds", sounds.load, "class_labels_indices.csv"),
     ("vision", vision.load, "onnx/text_model_quantized.onnx"),
     ("vision", vision.load, "tokenizer.json")],
)  # fmt: skip
def test_a_broken_model_is_named_with_the_way_to_a_whole_one(
    tmp_path: Path, name: str, load: Callable[[Path], object], spoil: str
) -> None:
    need("faster_whisper", "onnxruntime", "onnx", "tokenizers")
    make = {"words": extra_models.whisper, "sounds": extra_models.ced, "vision": extra_models.clip}[name]
    folder = make(tmp_path / name)
    (folder / spoil).write_bytes(b"\x08\x01nonsense")
    with pytest.raises(EngineError) as error:
        load(folder)
    assert error.value.kind == "needs_extra"
    assert f"highlight-mcp extras fetch {name}" in error.value.next_step
    (folder / spoil).unlink()
    with pytest.raises(EngineError, match="is not there"):
        load(folder)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    need("faster_whisper", "onnxruntime", "onnx", "tokenizers")
    monkeypatch.setenv("HIGHLIGHT_HOME", str(tmp_path / "home"))
    models = tmp_path / "home" / "models"
    for name, make in (("words", extra_models.whisper), ("sounds", extra_models.ced), ("vision", extra_models.clip)):
        make(models / name)
    return tmp_path / "home"


def plan(capsys: pytest.CaptureFixture[str], file: Path, words: str) -> dict[str, Any]:
    assert main(["plan", str(file), words, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_speech_becomes_subtitles_and_can_be_searched_and_is_never_more_than_heard(
    home: Path, footage: Footage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = Path(shutil.copy(footage("video/friday_1940_speech.mp4"), tmp_path / "friday.mp4"))
    shown = plan(capsys, clip, "a 5 second highlight reel and add subtitles")
    (track,) = [track for track in shown["timeline"]["tracks"] if track["kind"] == "text"]
    word = track["texts"][0]["text"].split()[0]
    (pick, *_) = plan(capsys, clip, f'every time he says "{word}"')["picks"]
    assert pick["confidence"] == "medium"
    assert pick["why"].startswith("speech recognition heard “")
    assert list((home / "cache").glob("*.speech2.*.json"))


def test_a_sound_and_a_picture_are_found_by_name(
    home: Path, footage: Footage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = Path(shutil.copy(footage("video/loud_quiet_timecode.mp4"), tmp_path / "a.mp4"))
    unknown = plan(capsys, clip, "every time you hear a trombone")
    assert unknown["picks"] == [] and "trombone" in unknown["message"]
    leaves = Path(shutil.copy(footage("video/fall_leaves_cuts_noaudio.mp4"), tmp_path / "b.mp4"))
    found = plan(capsys, leaves, "find all shots with something red")
    assert all(pick["signals"]["kind"] == "picture" and pick["confidence"] != "high" for pick in found["picks"])
    assert found["picks"]


class Hub(BaseHTTPRequestHandler):
    """The part of a model repository that a download needs, with small files of random content."""

    files: dict[str, bytes]

    def log_message(self, *_: Any) -> None:
        return

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = self.path.split("?")[0]
        if "/tree/" in path:
            entries = [
                {"type": "file", "path": name, "size": len(each), "oid": sha1(each).hexdigest()}
                for name, each in self.files.items()
            ]
            return self._send(json.dumps(entries).encode(), body, {"Content-Type": "application/json"})
        if path.startswith("/api/models/"):
            listed = [{"rfilename": name} for name in self.files]
            content = json.dumps({"id": "x/y", "sha": "0" * 40, "siblings": listed}).encode()
            return self._send(content, body, {"Content-Type": "application/json"})
        name = path.partition("/resolve/")[2].partition("/")[2]
        if name not in self.files:
            self.send_response(404)
            self.end_headers()
            return None
        content = self.files[name]
        return self._send(content, body, {"ETag": f'"{sha1(content).hexdigest()}"', "X-Repo-Commit": "0" * 40})

    def _send(self, content: bytes, body: bool, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content)


@pytest.fixture
def hub() -> Iterator[str]:
    Hub.files = {
        "model.int8.onnx": b"m" * 5000,
        "class_labels_indices.csv": b"index,mid,display_name\n",
        "big.bin": b"no",
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def fetch(hub: str, home: Path) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    local = {"HF_ENDPOINT": hub, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(home / "hf"), "NO_PROXY": "127.0.0.1"}
    environment = {**own, **local, "HIGHLIGHT_HOME": str(home)}
    command = [sys.executable, "-m", "highlight_mcp", "extras", "fetch", "sounds", "--hub", "--yes", "--no-packages"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90)


def test_a_model_is_fetched_after_its_size_and_licence_were_told_and_only_its_files(hub: str, tmp_path: Path) -> None:
    need("huggingface_hub")
    done = fetch(hub, tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("licence Apache-2.0") < done.stdout.index("Done.")
    folder = tmp_path / "home" / "models" / "sounds"
    assert EXTRAS["sounds"].found(folder)
    assert not (folder / "big.bin").exists()


def test_a_download_that_fails_says_so_without_a_stack_trace(hub: str, tmp_path: Path) -> None:
    need("huggingface_hub")
    del Hub.files["class_labels_indices.csv"]
    done = fetch(hub, tmp_path / "home")
    assert done.returncode == 1
    assert "not complete" in done.stderr
    gone = fetch("http://127.0.0.1:1", tmp_path / "other")
    assert gone.returncode == 1
    assert "did not send it" in gone.stderr
    assert "Traceback" not in done.stderr + gone.stderr
