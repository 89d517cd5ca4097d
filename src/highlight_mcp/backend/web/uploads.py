"""Uploads (contract section 5): files in place, sent as a form, or fetched from an address."""

import asyncio
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ...contract.codes import ContractError, Fault, fault
from ...contract.upload import UploadAnswer
from ...messages import message, say
from ..config import BackendConfig
from ..media import Source
from ..roots import display_name, readable_roots, resolve
from ..services import Services
from .answers import account_of, base_of, ok, read_json, services_of
from .hearing import while_heard
from .media_files import media_file
from .multipart import FormReceiver, Received


async def upload(request: Request) -> Response:
    """Add files to a session: all of them, or none with the reasons."""
    services = services_of(request)
    session_id = request.path_params["session_id"]
    session = await asyncio.to_thread(services.sessions.get, account_of(request), session_id)
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        sources = await _from_form(request, services)
    else:
        sources = await _from_json(request, await read_json(request), services)
    added = await asyncio.to_thread(services.shelf.add, session.id, sources)
    base = base_of(request)
    files = tuple(media_file(source, services.links.media(base, source.info.media_id)) for source in added)
    return ok(UploadAnswer.of(files))


async def _from_form(request: Request, services: Services) -> list[Source]:
    receiver = FormReceiver(services.config, services.downloads.room, request.headers["content-type"])
    received = await receiver.receive(request.stream())
    return await _probe_all(services, [(item.path, item.name) for item in received], owned=True)


async def _from_json(request: Request, body: Any, services: Services) -> list[Source]:
    paths, urls = _names(body, "paths"), _names(body, "urls")
    limit = services.config.limits.files_per_call
    if bool(paths) == bool(urls):
        raise ContractError(fault("bad_request", "backend.paths_or_urls"))
    if len(paths) + len(urls) > limit:
        raise ContractError(fault("bad_request", "backend.too_many_added", limit=limit))
    if paths:
        return await _probe_all(services, await asyncio.to_thread(_resolve_all, paths, services.config), owned=False)
    fetch = services.downloads.fetch
    received = await while_heard(request, _together([fetch(url) for url in urls], Received))
    return await _probe_all(services, [(item.path, item.name) for item in received], owned=True)


def _names(body: Any, field: str) -> list[str]:
    found = body.get(field) if isinstance(body, dict) else None
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise ContractError(fault("bad_request", "backend.list_of_texts", field=field))
    return found


def _resolve_all(texts: list[str], config: BackendConfig) -> list[tuple[Path, str]]:
    if config.strict:
        raise ContractError(fault("not_supported", "backend.local_only"))
    roots = readable_roots(config)
    found, problems = [], []
    for text in texts:
        try:
            found.append((resolve(text, roots, config.media_roots), display_name(text)))
        except ContractError as error:
            problems.append(error.fault)
    _raise(problems)
    return found


async def _probe_all(services: Services, files: list[tuple[Path, str]], *, owned: bool) -> list[Source]:
    return await _together([services.prober.probe(path, name, owned=owned) for path, name in files], Source)


async def _together(work: list[Any], kind: type[Any]) -> list[Any]:
    """All results in order, or one ContractError with all reasons."""
    done = await asyncio.gather(*work, return_exceptions=True)
    problems = [item.fault for item in done if isinstance(item, ContractError)]
    _raise(problems)
    for item in done:
        if isinstance(item, BaseException):
            raise item
    return [item for item in done if isinstance(item, kind)]


def _raise(problems: list[Fault]) -> None:
    """One error for all problems; nothing was added."""
    if not problems:
        return
    first = problems[0]
    if len(problems) == 1:
        raise ContractError(first)
    reasons = " ".join(problem.message for problem in problems[:10])
    more = say("backend.files_more", n=len(problems) - 10) if len(problems) > 10 else ""
    what = message("backend.files_unusable", n=len(problems), reasons=reasons, more=more)
    raise ContractError(first.with_words(what))
