"""Looking at a session: health, candidate moments, pictures (contract section 11)."""

import asyncio
import os
from typing import Any, get_args
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ... import __version__
from ...contract.errors import ApiError, ErrorInfo, error_info
from ...contract.local_api import DESCRIPTION_HEADER, HealthAnswer, Moments, PreviewWhat
from ...contract.wire import CONTRACT_VERSION, dumps
from ...messages import Message, active_language
from ..media_store import MediaRecord
from ..services import Services
from ..sessions import SessionRecord
from .media import refresh_sources, require_usable
from .responses import number, ok, services_of, session_of, settings_of

WHATS = get_args(PreviewWhat)
MAX_AT_MS = 10 * 24 * 3_600_000
MAX_WAIT_S = 45.0
CRITERION_CHARS = 40
HEADER_CHARS = 12_000


async def health(request: Request) -> Response:
    """What this backend is and how busy."""
    services = services_of(request)
    jobs = await asyncio.to_thread(services.busy_jobs)
    idle = 0.0 if jobs else services.activity.idle_before_this_s
    return ok(
        HealthAnswer(version=__version__, contract=CONTRACT_VERSION, jobs_running=jobs, idle_s=idle, pid=os.getpid())
    )


async def moments(request: Request) -> Response:
    """Ranked candidate moments of a session's footage, and how lively it is over time."""
    services, session, sources, problems = await _session(request)
    if not sources:
        return ok(Moments())
    require_usable(problems, _ids(sources))
    criterion = request.query_params.get("criterion", "auto")[:CRITERION_CHARS]
    own = settings_of(request).as_job()
    cache = str(services.config.cache)
    job = {"job": "moments", "media": _jobs(sources), "criterion": criterion, "cache": cache, **own}
    key = _key(session, sources, "moments", criterion, own)
    ranked = await services.looks.moments(key, job, _wait(request), request.is_disconnected)
    readable = [{**moment, "why": str(Message.read(moment.get("why")))} for moment in ranked.get("moments") or ()]
    kinds = {name: {**kind, "told": str(Message.read(kind.get("told")))} for name, kind in _footage(ranked).items()}
    return ok(Moments.parse({**ranked, "moments": readable, "footage": kinds}))


def _footage(ranked: dict[str, Any]) -> dict[str, dict[str, Any]]:
    kinds: dict[str, dict[str, Any]] = ranked.get("footage") or {}
    return kinds


async def preview(request: Request) -> Response:
    """A picture of the cut, of the candidate moments, or of one frame; or a small clip of the cut."""
    services, session, sources, problems = await _session(request)
    what = request.query_params.get("what", "storyboard")
    if what not in WHATS:
        raise ApiError(error_info("bad_request", "backend.no_preview", what=what, whats=", ".join(WHATS)))
    timeline = await asyncio.to_thread(services.history.timeline, session.id, session.head_rev)
    at_ms = _ms(request, "at_ms")
    from_ms, to_ms = _ms(request, "from_ms"), _ms(request, "to_ms")
    media_id = request.query_params.get("media_id")
    shown = None if timeline is None or what == "moments" else timeline.media_ids
    require_usable(problems, _ids(sources) if shown is None else (media_id, *shown))
    own = settings_of(request).as_job()
    job = {
        "job": "preview",
        "what": what,
        "timeline": None if timeline is None else timeline.model_dump(mode="json"),
        "media": _jobs(sources),
        "at_ms": at_ms,
        "media_id": media_id,
        "from_ms": from_ms,
        "to_ms": to_ms,
        "cache": str(services.config.cache),
        "language": active_language(),
        **own,
    }
    key = _key(session, sources, what, at_ms, media_id, from_ms, to_ms, active_language(), own)
    seen = await services.looks.picture(key, job, _wait(request), request.is_disconnected)
    headers = {DESCRIPTION_HEADER: _header(str(seen.result.get("description") or "")), "Cache-Control": "no-store"}
    return Response(seen.picture, media_type=str(seen.result.get("mime") or "image/jpeg"), headers=headers)


def _key(session: SessionRecord, sources: list[MediaRecord], *asked: object) -> str:
    """Equal for requests with equal answers."""
    return f"look:{session.id}:{session.head_rev}:{dumps([_ids(sources), [str(item) for item in asked]])}"


def _ids(sources: list[MediaRecord]) -> list[str]:
    return [source.info.media_id for source in sources]


def _ms(request: Request, name: str) -> int | None:
    return int(number(request, name, 0, MAX_AT_MS)) if name in request.query_params else None


def _wait(request: Request) -> float:
    return number(request, "wait_s", services_of(request).config.timing.look, MAX_WAIT_S)


def _header(text: str) -> str:
    """A description as a header, which must not grow without bound: whole lines from its beginning."""
    kept = text
    while len(quote(kept)) > HEADER_CHARS:
        shorter = kept[: len(kept) * 3 // 4]
        kept = f"{shorter.rpartition(chr(10))[0] or shorter}\n…"
    return quote(kept)


async def _session(
    request: Request,
) -> tuple[Services, SessionRecord, list[MediaRecord], dict[str, ErrorInfo]]:
    """The session of a request, its footage without what was added anew, and why some of it cannot be used."""
    services = services_of(request)
    session_id = request.path_params["session_id"]
    problems = await refresh_sources(request, session_id)
    session = await session_of(request)
    sources = await asyncio.to_thread(services.media_store.of, session.id)
    anew = {source.path for source in sources if source.info.media_id not in problems}
    left = [source for source in sources if source.info.media_id not in problems or source.path not in anew]
    return services, session, left, problems


def _jobs(sources: list[MediaRecord]) -> list[dict[str, Any]]:
    return [source.as_job() for source in sources]
