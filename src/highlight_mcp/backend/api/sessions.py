"""Tokens, credits, sessions, their state and news of them (contract sections 2, 3, 6 and 11)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from math import gcd
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ...contract.draft_codec import dump_draft
from ...contract.errors import ApiError, error_info
from ...contract.local_api import CHANGE, NOW, READY, VersionDraft, VersionInfo, VersionList
from ...contract.session import CLIENT_ID_HEADER, NewSession, StateBody, StateResponse, TaskItem, TaskList
from ...contract.session import Session as SessionBody
from ...contract.wire import dumps, iso
from ...messages import say
from ...timeline.model import Timeline
from ..ledger import Account
from ..services import Services
from ..sessions import LIST_LIMIT, SessionRecord
from .media import media_file
from .responses import account_of, base_of, ok, read_body, services_of, session_of

CHANGE_CHARS = 300
MOST_DIGITS = 9
EMPTY_DRAFT: dict[str, Any] = {"t": [], "d": 0, "m": {"title": "", "width": 1920, "height": 1080}}


async def create(request: Request) -> Response:
    """Start a session."""
    services, account = services_of(request), account_of(request)
    body = await read_body(request, NewSession)
    made = await asyncio.to_thread(services.sessions.create, account, body.task_name, body.language)
    return ok(SessionBody(session_id=made.id, task_id=made.task_id, user_id=account.id))


async def listing(request: Request) -> Response:
    """The caller's sessions, newest first."""
    sessions = await asyncio.to_thread(services_of(request).sessions.mine, account_of(request))
    return ok(TaskList(tasks=tuple(_item(session) for session in sessions)))


async def discard(request: Request) -> Response:
    """Remove a session in which nothing has been done; any other stays."""
    services, session_id = services_of(request), request.path_params["session_id"]
    gone = await asyncio.to_thread(services.sessions.discard, account_of(request), session_id)
    return ok({"discarded": gone})


async def state(request: Request) -> Response:
    """The current draft and the footage of a session."""
    services, base, session = services_of(request), base_of(request), await session_of(request)
    sources = await asyncio.to_thread(services.media_store.of, session.id)
    timeline = await asyncio.to_thread(services.history.timeline, session.id, session.head_rev)
    draft = EMPTY_DRAFT if timeline is None else dump_draft(timeline, lambda name: services.links.media(base, name))
    body = StateBody(
        draft=draft,
        video_infos=tuple(media_file(source, services.links.media(base, source.info.media_id)) for source in sources),
        canvas_config=_canvas(timeline),
        video_analyses={},
        generated_media=[],
    )
    return ok(
        StateResponse(
            session_id=session.id,
            task_id=session.task_id,
            task_name=session.name,
            user_id=session.account_id,
            updated_at=iso(session.updated_ms),
            state=body,
        )
    )


async def versions(request: Request) -> Response:
    """The newest versions of a session's timeline, newest first."""
    services, session = services_of(request), await session_of(request)
    kept = await asyncio.to_thread(services.history.latest, session.id, LIST_LIMIT)
    items = tuple(
        VersionInfo(
            rev=version.rev,
            parent=version.parent,
            created_at=iso(version.created_ms),
            change=str(version.change)[:CHANGE_CHARS],
            name=say("backend.version", n=version.rev),
            duration_ms=version.duration_ms,
            current=version.rev == session.head_rev,
        )
        for version in kept
    )
    return ok(VersionList(versions=items))


async def version(request: Request) -> Response:
    """One version of a session's timeline, as its draft. Raises ApiError `not_found`."""
    services, base, session = services_of(request), base_of(request), await session_of(request)
    given = request.path_params["version"]
    rev = int(given) if given.isascii() and given.isdecimal() and len(given) <= MOST_DIGITS else 0
    timeline = await asyncio.to_thread(services.history.timeline, session.id, rev)
    if timeline is None:
        newest = await asyncio.to_thread(services.history.latest, session.id, 1)
        raise ApiError(error_info("not_found", "backend.no_version", n=given, newest=newest[0].rev if newest else 0))
    return ok(VersionDraft(rev=rev, draft=dump_draft(timeline, lambda name: services.links.media(base, name))))


def _item(session: SessionRecord) -> TaskItem:
    return TaskItem(
        session_id=session.id,
        task_id=session.task_id,
        task_name=session.name,
        created_at=iso(session.created_ms),
        updated_at=iso(session.updated_ms),
    )


def _canvas(timeline: Timeline | None) -> dict[str, Any]:
    width, height = (timeline.width, timeline.height) if timeline else (1920, 1080)
    divisor = gcd(width, height)
    return {"width": width, "height": height, "ratio": f"{width // divisor}:{height // divisor}"}


async def anonymous_token(request: Request) -> Response:
    """Hand out a token; the local profile has none to give."""
    services = services_of(request)
    if not services.config.strict:
        raise ApiError(error_info("not_supported", "backend.no_token_needed"))
    return ok(await asyncio.to_thread(services.accounts.anonymous, request.headers.get(CLIENT_ID_HEADER)))


async def claim_token(request: Request) -> Response:
    """There is no web workspace here."""
    raise ApiError(error_info("not_supported", "backend.no_workspace"))


async def balance(request: Request) -> Response:
    """The credits of the caller."""
    return ok(await asyncio.to_thread(services_of(request).accounts.balance, account_of(request)))


SILENCE_S = 15.0


async def follow(request: Request) -> Response:
    """News of the caller's sessions, for as long as the caller listens."""
    frames = _frames(services_of(request), account_of(request))
    return StreamingResponse(frames, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _frames(services: Services, account: Account) -> AsyncIterator[bytes]:
    name = NOW
    async with aclosing(services.events.follow(account, SILENCE_S)) as news:
        async for changes in news:
            for change in changes:
                yield f"event: {name}\ndata: {dumps(change.body())}\n\n".encode()
            if name == NOW:
                yield f"event: {READY}\ndata: {{}}\n\n".encode()
            elif not changes:
                yield b": still here\n\n"
            name = CHANGE
