"""What a service with the published endpoints keeps and answers, written from the contract alone.

Nothing of the product is imported here: the bodies are built by hand, so that a reader that is stricter than the
contract is found out.
"""

import json
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path
from typing import Any

Body = dict[str, Any]
TEXT = "I kept the first second of your film."


@dataclass
class Manner:
    """How one service speaks; every variation is allowed by the contract."""

    enveloped: bool = True
    sparse: bool = False
    talkative: bool = False
    floats: bool = False
    framing: str = "plain"
    silent: bool = False
    open: bool = False
    numbered: bool = False


@dataclass
class Answer:
    """One answer; `events` makes it a stream."""

    status: int
    body: Any = None
    events: list[bytes] | None = None
    file: Path | None = None


@dataclass
class Studio:
    """Sessions, footage, cuts and renders of one service."""

    film: Path
    manner: Manner = field(default_factory=Manner)
    base: str = ""
    slow_renders: bool = False
    reel: str = "{base}/renders/{render}.mp4"
    sessions: dict[str, list[Body]] = field(default_factory=dict)
    drafts: dict[str, Body] = field(default_factory=dict)
    renders: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """The answer to a published call; None for any other, which the framework refuses in its own way."""
        call = [method, *path.split("?")[0].strip("/").split("/")]
        known = self.manner.open or headers.get("authorization", "") == "Bearer nmv_usr_stranger"
        with self.lock:
            self.asked.append((method, path))
            found = self._for_anybody(call)
            if found is not None or known:
                return found or self._for_guests(call, headers.get("content-type", ""), body)
            published = ("tasks", "upload-video", "state", "credits", "render")
            if call[1] == "run_sse" or (call[2:3] and call[2] in published):
                return Answer(401, {"code": 1001, "message": "bad token"})
            return None

    def _for_anybody(self, call: list[str]) -> Answer | None:
        match call:
            case ["POST", "api", "auth", "anonymous-token"] if not self.manner.open:
                expiry = "2030-01-01T00:00:00Z"
                return self._done({"token": "nmv_usr_stranger", "user_id": "anon_1", "expires_at": expiry})
            case ["GET", "renders", name] if name.removesuffix(".mp4") in self.renders:
                return Answer(200, file=self.film)
            case _:
                return None

    def _for_guests(self, call: list[str], kind: str, body: bytes) -> Answer | None:
        match call:
            case ["POST", "api", "tasks", "me", "with-session", "nemo_agent"]:
                return self._session()
            case ["POST", "api", "upload-video", "nemo_agent", "me", session] if session in self.sessions:
                return self._upload(session, kind, body)
            case ["GET", "api", "state", "nemo_agent", "me", session, "latest"] if session in self.sessions:
                return self._state(session)
            case [_, "api", "upload-video" | "state", *_]:
                return Answer(404, {"code": 1002, "message": "no such session"})
            case ["GET", "api", "credits", "balance", "simple"]:
                return self._done({"available": self._number(60), "frozen": self._number(40)})
            case ["POST", "run_sse"]:
                return self._edit(json.loads(body))
            case [_, "api", "render", "proxy", "lambda", *rest]:
                return self._rendering(rest, body)
            case _:
                return None

    def _rendering(self, rest: list[str], body: bytes) -> Answer | None:
        if not rest:
            return self._submit(json.loads(body))
        if rest[0] not in self.renders:
            return None
        if rest[1:] == ["cancel"]:
            self.renders[rest[0]] = "cancelled"
        return self._render(rest[0])

    def _session(self) -> Answer:
        session = f"{5529798706024415232 + len(self.sessions)}"
        self.sessions[session] = []
        if self.manner.numbered:
            return self._done({"task_id": 1, "session_id": int(session), "user_id": 17})
        return self._done({"task_id": "task_1", "session_id": session, "user_id": "anon_1"})

    def _done(self, data: Body) -> Answer:
        if self.manner.talkative:
            data = {**data, "trace": {"id": "abc", "spans": [1, None, {"x": []}]}, "beta": None, "code_name": 7}
        if not self.manner.enveloped:
            return Answer(200, data)
        around: Body = {"code": 0, "data": data}
        if not self.manner.sparse:
            around["message"] = "success"
        if self.manner.talkative:
            around |= {"success": True, "error": None, "timestamp": 1795344613.71, "requestId": "r-1"}
        return Answer(200, around)

    def _number(self, value: int) -> int | float:
        return float(value) if self.manner.floats else value

    def _upload(self, session: str, kind: str, body: bytes) -> Answer:
        if not kind.startswith("multipart/form-data"):
            return Answer(400, {"code": 400, "message": "multipart/form-data is expected"})
        mail = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=HTTP)
        made = []
        for part in mail.iter_parts():
            if part.get_param("name", header="content-disposition") != "files":
                continue
            name = part.get_filename()
            size = len(part.get_payload(decode=True))
            made.append(self._file(str(name), size))
        self.sessions[session] += made
        return self._done({"uploaded_files": made} if self.manner.sparse else {"files": made, "uploaded_files": made})

    def _file(self, name: str, size: int) -> Body:
        url = f"{self.base}/media/{name}"
        if self.manner.sparse:
            return {"filename": name, "url": url}
        seen = {"duration": self._number(4), "width": self._number(160), "height": self._number(90)}
        number = 4711 if self.manner.numbered else f"f-{name}"
        return {"file_id": number, "filename": name, "file_type": "video", "cdn_url": url, **seen, "size": size}

    def _state(self, session: str) -> Answer:
        draft = self.drafts.get(session)
        if self.manner.sparse:
            state: Body = {} if draft is None else {"draft": draft}
            return self._done({"state": state | ({"video_infos": files} if (files := self.sessions[session]) else {})})
        empty = {"t": [], "d": 0, "m": {"title": ""}}
        kept = {"draft": draft or empty, "video_infos": self.sessions[session], "video_analyses": None}
        return self._done({"session_id": session, "task_name": "project", "user_id": "anon_1", "state": kept})

    def _edit(self, body: Body) -> Answer:
        session = body["session_id"]
        if session not in self.sessions:
            return Answer(404, {"detail": f"Session not found: {session}"})
        self.said.append("".join(part.get("text", "") for part in body["new_message"]["parts"]))
        length = 1000 + 500 * len(self.said)
        source = self.sessions[session][0]["url" if self.manner.sparse else "cdn_url"] if self.sessions[session] else ""
        segment = {"id": "s1", "d": self._number(length), "source": source, "unknown": {"deep": [1.5, "x"]}}
        self.drafts[session] = {
            "t": [{"tt": 0, "d": self._number(length), "sg": [segment]}],
            "d": self._number(length),
            "m": {"title": "Film"},
        }
        told: list[Body] = [{"content": {"role": "model", "parts": [{"text": TEXT}]}, "author": "nemo_agent"}]
        if self.manner.talkative:
            told.insert(0, {"type": "telemetry", "value": 3})
            told.append({"turnComplete": True, "usageMetadata": {"totalTokenCount": 12.0}})
        return Answer(200, events=frames([] if self.manner.silent else told, self.manner.framing))

    def _submit(self, body: Body) -> Answer:
        self.renders[body["id"]] = "processing"
        return self._render(body["id"])

    def _render(self, render: str) -> Answer:
        status = self.renders[render]
        if status == "processing" and not self.slow_renders and self.asked[-1][0] == "GET":
            status = self.renders[render] = "completed"
        told: Body = {"id": render, "status": status}
        if status == "completed":
            told["output"] = {"url": self.reel.format(base=self.base, render=render)}
            if not self.manner.sparse:
                told["output"] |= {"duration": self._number(4), "size": self._number(self.film.stat().st_size)}
        if not self.manner.sparse:
            told["progress"] = 100.0 if status == "completed" else 12.5
        return self._done(told)


def frames(events: list[Body], framing: str) -> list[bytes]:
    """The pieces of a stream as they are written one after the other."""
    if framing == "plain":
        return [b"data: " + json.dumps(event).encode() + b"\n\n" for event in events]
    if framing == "carriage":
        return [b"data:" + json.dumps(event).encode() + b"\r\r" for event in events]
    pieces = [b"\xef\xbb\xbf: welcome\r\n\r\n", b"retry: 3000\r\n\r\n", b"event: ping\r\ndata:\r\n\r\n"]
    for number, event in enumerate(events):
        lines = json.dumps(event, indent=1).encode().split(b"\n")
        block = b"id: %d\r\nevent: message\r\n" % number + b"".join(b"data:" + line + b"\r\n" for line in lines)
        whole = block + b"\r\n"
        pieces += [whole[:17], whole[17:], b": keep-alive\r\n\r\n"]
    return [*pieces, b"event: done\r\ndata: [DONE]\r\n\r\n"]
