"""A scripted cloud: well-behaved by default; tests replace single routes to make it misbehave."""

import itertools
from typing import Any

from .service import Reply, Seen, Service, events, frame, ok, plain, wrong

CLIP = {"id": "c1", "d": 5000, "src": "https://cdn.test/a/match.mp4"}
DRAFT: dict[str, Any] = {"t": [{"tt": 0, "d": 5000, "sg": [CLIP]}], "d": 5000, "m": {"title": "Match"}}
FILE = b"not really a film, but sixty-four bytes long, which will do here" * 16


def text_event(text: str, **extra: Any) -> bytes:
    """An ADK event with words."""
    return frame({"content": {"role": "model", "parts": [{"text": text}]}, "author": "nemo_agent", **extra})


class Cloud(Service):
    """Sessions, drafts, tokens and renders in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()
        self.drafts: dict[str, Any] = {}
        self.files: dict[str, list[dict[str, Any]]] = {}
        self.renders: dict[str, dict[str, Any]] = {}
        self.polls_until_done = 2
        self.edited: Any = DRAFT
        self.reel = FILE
        self._numbers = itertools.count(1)
        self.routes = {
            "POST /api/auth/anonymous-token": self.token,
            "POST /api/tasks/me/with-session/nemo_agent": self.session,
            "POST /api/upload-video/nemo_agent/me/*": self.upload,
            "POST /run_sse": self.turn,
            "GET /api/state/nemo_agent/me/*": self.state,
            "GET /api/credits/balance/simple": lambda _: ok({"available": 60, "frozen": 40, "total": 100}),
            "POST /api/render/proxy/lambda": self.submit,
            "GET /api/render/proxy/lambda/*": self.poll,
            "POST /api/render/proxy/lambda/*": self.cancel,
            "GET /files/*": lambda _: Reply(body=self.reel),
        }

    def token(self, request: Seen) -> Reply:
        if not request.headers.get("x-client-id"):
            return wrong(400, 400)
        token = f"nmv_usr_secret{next(self._numbers)}"
        self.tokens.add(token)
        user = {"user_id": "anon_1", "credits": 100, "expires_at": "2099-01-01T00:00:00Z"}
        return ok({"token": token, **user})

    def session(self, request: Seen) -> Reply:
        if (refusal := self.refused(request)) is not None:
            return refusal
        session_id = f"s{next(self._numbers)}"
        self.drafts[session_id], self.files[session_id] = None, []
        return ok({"task_id": f"task_{session_id}", "session_id": session_id, "user_id": "anon_1"})

    def upload(self, request: Seen) -> Reply:
        session_id = request.path.split("/")[5]
        if session_id not in self.files:
            return wrong(1002, 404)
        item = {"file_id": f"med_{next(self._numbers)}", "filename": "match.mp4", "file_type": "video", "duration": 7.5}
        item["cdn_url"] = f"https://cdn.test/{item['file_id']}"
        self.files[session_id].append(item)
        return ok({"files": [item], "session_state_applied": True})

    def turn(self, request: Seen) -> Reply:
        if (refusal := self.refused(request)) is not None:
            return refusal
        self.edit(request)
        return events(text_event("Cut one moment."), frame({"turnComplete": True, "author": "nemo_agent"}))

    def edit(self, request: Seen) -> None:
        """Change the timeline as a turn does."""
        self.drafts[request.json["session_id"]] = self.edited

    def state(self, request: Seen) -> Reply:
        session_id = request.path.split("/")[5]
        if session_id not in self.drafts:
            return wrong(1002, 404)
        state = {"draft": self.drafts[session_id], "video_infos": self.files[session_id], "canvas_config": None}
        return ok({"session_id": session_id, "task_name": "project", "state": state})

    def submit(self, request: Seen) -> Reply:
        if (refusal := self.refused(request)) is not None:
            return refusal
        body = request.json
        self.renders[body["id"]] = {"polls": 0, **body}
        return plain({"id": body["id"], "status": "pending", "progress": 0})

    def poll(self, request: Seen) -> Reply:
        render_id = request.path.rsplit("/", 1)[1]
        if render_id not in self.renders:
            return plain({"detail": "Not Found"}, 404)
        self.renders[render_id]["polls"] += 1
        if self.renders[render_id]["polls"] < self.polls_until_done:
            return plain({"code": 0, "id": render_id, "status": "processing", "progress": 40})
        return plain(self.finished(render_id))

    def cancel(self, request: Seen) -> Reply:
        return plain({"id": request.path.split("/")[5], "status": "cancelled"})

    def finished(self, render_id: str) -> dict[str, Any]:
        output = {"url": f"{self.base_url}/files/{render_id}.mp4", "duration": 5.0, "size": len(self.reel)}
        return {"code": 0, "id": render_id, "status": "completed", "progress": 100, "output": output}

    def refused(self, request: Seen) -> Reply | None:
        """401 for a token that this cloud did not give out."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return None if token in self.tokens or token == "user-token" else wrong(1001, 401)
