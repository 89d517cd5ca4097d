"""An engine for tests of the job machinery: speaks the child protocol, and misbehaves as told by a plan file.

`FAKE_PLAN` names a JSON file: `effects` (a log that is appended to), `render_s`, `edit_s`, `reel` (a file to give out
as the finished one), and per job `crash` (`segv`, `kill-once`, `internal-once`, `strange`, `silent`, `hang`).
"""

import hashlib
import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any

GONE = threading.Event()
PLAN = json.loads(Path(os.environ["FAKE_PLAN"]).read_text()) if "FAKE_PLAN" in os.environ else {}


class Refusal(Exception):
    """An error that the engine reports."""


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def note(word: str, job: str) -> None:
    if PLAN.get("effects"):
        handle = os.open(PLAN["effects"], os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        os.write(handle, f"{word} {job} {os.getpid()}\n".encode())
        os.close(handle)


def first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        read = os.read(0, 1 << 20)
        if not read:
            sys.exit(4)  # the parent went before it said what to do
        line += read
    return line


LINES: "queue.SimpleQueue[bytes]" = queue.SimpleQueue()


def watch_parent() -> None:
    rest = b""
    while chunk := os.read(0, 65536):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            LINES.put(line)
    GONE.set()
    os._exit(4)


def ask(question: dict[str, Any]) -> Any:
    """Ask the parent, and return the one value of its answer."""
    say({"ask": question})
    (answer,) = json.loads(LINES.get()).values()
    return answer


def spend(job: str, seconds: float) -> None:
    note("start", job)
    misbehave(job)
    steps = max(1, int(seconds / 0.1))
    for step in range(steps):
        say({"progress": {"stage": job, "done": step, "total": steps, "message": f"{job} {step} of {steps}"}})
        GONE.wait(seconds / steps)
    note("done", job)


def misbehave(job: str) -> None:
    crash = PLAN.get("crash", {}).get(job)
    flag = Path(PLAN.get("effects", "")).with_suffix(".crashed")
    if crash == "kill-once" and not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if crash == "internal-once" and not flag.exists():
        flag.touch()
        raise Refusal("internal", "Internal error.", "Try again.")
    if crash == "segv":
        os.kill(os.getpid(), signal.SIGSEGV)
    if crash == "strange":
        say({"progress": {"stage": job, "done": "many", "total": []}})
    if crash == "silent":
        GONE.wait()
    if crash == "hang":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        say({"progress": {"stage": job, "done": 0, "total": 1, "message": "hanging"}})
        GONE.wait()


def probe(spec: dict[str, Any]) -> dict[str, Any]:
    content = Path(spec["path"]).read_bytes()
    note("probe", Path(spec["path"]).name)
    misbehave("probe")
    while content.startswith(b"HELD") and not Path(spec["path"]).with_suffix(".go").exists():
        GONE.wait(0.02)
    if content.startswith(b"BROKEN"):
        raise Refusal("file_damaged", f"{Path(spec['path']).name} is damaged.", "Use another copy.")
    fingerprint = f"hl1:{hashlib.sha256(content).hexdigest()[:32]}"
    video = {"width": 1920, "height": 1080, "frame_rate": "30", "video_codec": "h264", "audio_codec": "aac"}
    name = Path(spec["path"]).name
    info = {"media_id": "", "name": name, "kind": "video", "duration_ms": 60_000, "size_bytes": len(content)}
    return {"info": {**info, "fingerprint": fingerprint, "container": "mp4", **video}}


def edit(spec: dict[str, Any]) -> dict[str, Any]:
    words = spec.get("instruction") or json.dumps(spec.get("operations"))
    spend("edit", PLAN.get("edit_s", 0.0))
    if "fail" in words:
        raise Refusal("asset_missing", "There is no music file.", "Upload one.")
    if "ask" in words:
        return {"status": "needs_input", "timeline": None, "message": "Which one?", "changes": []}
    if "nothing" in words:
        return {"status": "done", "timeline": None, "message": "Nothing to do.", "changes": []}
    if "undo" in words:
        rev, _, content = ask({"versions": True})[-2]
        return {"status": "done", "timeline": ask({"timeline": rev}), "content": content, "message": "Undone.",
                "changes": ["undone"]}  # fmt: skip
    length = 1000 * (spec["versions"]["newest"] + 1)
    clip = {"id": "seg_1", "start_ms": 0, "duration_ms": length, "media_id": spec["media"][0]["info"]["media_id"],
            "source": {"start_ms": 0, "end_ms": length}, "label": "first"}  # fmt: skip
    timeline = {"title": "t", "tracks": [{"kind": "video", "id": "trk_v1", "clips": [clip]}]}
    return {"status": "done", "timeline": timeline, "content": None, "message": f"Cut to {length} ms.",
            "changes": [f"cut to {length} ms"], "picks": []}  # fmt: skip


def render(spec: dict[str, Any]) -> dict[str, Any]:
    output = Path(spec["output"])
    output.write_bytes(b"part")
    finished = Path(spec["work"]) / "finished.segment"
    if finished.exists():
        note("go-on", "render")
    finished.parent.mkdir(exist_ok=True)
    finished.write_bytes(b"segment")
    spend("render", PLAN.get("render_s", 0.0))
    output.write_bytes(Path(PLAN["reel"]).read_bytes() if "reel" in PLAN else b"reel" * 1000)
    size = output.stat().st_size
    facts = {"duration_ms": 1000, "width": 1920, "height": 1080, "size_bytes": size, "frame_rate": "30"}
    return {**facts, "video_codec": "h264", "audio_codec": "aac", "method": "encoded",
            "checks": [{"name": "duration", "ok": True, "detail": "as planned"}], "warnings": []}  # fmt: skip


def preview(spec: dict[str, Any]) -> dict[str, Any]:
    Path(spec["output"]).write_bytes(b"\xff\xd8picture")
    return {"mime": "image/jpeg", "description": f"a {spec['what']} — 图", "width": 10, "height": 10}


def moments(spec: dict[str, Any]) -> dict[str, Any]:
    if PLAN.get("look_s"):
        spend("moments", PLAN["look_s"])
    name = spec["media"][0]["info"]["media_id"]
    pick = {"media_id": name, "source": "a.mp4", "start_ms": 0, "end_ms": 500, "peak_ms": 100, "score": 0.9}
    return {"moments": [{**pick, "confidence": "high", "why": "loud"}], "curve": {name: [{"at_ms": 0, "score": 0.1}]}}


JOBS = {"probe": probe, "edit": edit, "render": render, "preview": preview, "moments": moments}


def main() -> int:
    line = first_line()
    spec = json.loads(line)
    note("job", f"{spec['job']}:{len(line)}")
    threading.Thread(target=watch_parent, daemon=True).start()
    try:
        say({"result": JOBS[spec["job"]](spec)})
    except Refusal as refusal:
        kind, message, next_step = refusal.args
        say({"error": {"kind": kind, "message": message, "next_step": next_step}})
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
