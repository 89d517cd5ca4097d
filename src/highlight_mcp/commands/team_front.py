"""A front of a team: MCP over HTTP for its people, with the backend's door on loopback inside, and no engine."""

import logging
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
import uvicorn
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from .. import __version__
from ..backend.app import create_app
from ..backend.database import Database
from ..backend.services import Services
from ..backend.team.blobs import Blobs, folder_of
from ..backend.team.footage import INBOX, TeamConfig
from ..backend.team.front import opening, require_tables
from ..backend.team.links import LIFE_S, Signer
from ..backend.team.people import TeamAccounts, TeamPeople
from ..backend.team.reels import stored_reel
from ..backend.team.tables import LINK_KEY, secret_of
from ..client.backend import BackendClient
from ..client.config import ClientConfig
from ..contract.errors import ApiError, error_info
from ..contract.formats import mime_of
from ..messages import say
from ..server.app import build_shared_server
from ..server.file_links import FileLocation, LinkProvider, disposition
from ..server.http.access import AccessVerifier
from ..server.http.app import HttpOptions, http_app
from ..server.http.upload_links import GIB, INBOX_GIB, PRIVATE, in_language, upload_routes
from ..server.http.users import ANONYMOUS, User, hash_of
from ..server.options import ServerOptions, UserPathPolicy
from ..server.workspace.workspace import FindConfig, WorkspaceConfig
from ..settings import Settings
from .team_inbox import StoreHandOver

log = logging.getLogger(__name__)

EVERYBODY = "everybody"
"""The name of those who come with the shared token, all in one account; nobody can be called so (`user add`)."""
REEL = "reel"
START_S = 60.0


class Team:
    """The database, the store and the people of a team, as a front needs them."""

    def __init__(self, settings: Settings, config: TeamConfig, blobs: Blobs) -> None:
        assert config.database is not None
        self.settings = settings
        self.config = config
        self.blobs = blobs
        self.database = Database(config.database)
        require_tables(self.database)
        with self.database.read() as connection:
            self.signer = Signer(secret_of(connection, LINK_KEY))
        self.people = TeamPeople(self.database)
        self.accounts = TeamAccounts(self.database, self.signer)

    def is_known(self, person: str) -> bool:
        """Whether the door lets somebody of this name in now; people of an issuer come and go there."""
        return person in ("", EVERYBODY) or person.startswith(ANONYMOUS) or person in self.people.all()

    def account_of(self, person: str) -> str:
        """The account of a person."""
        return self.people.account_of(person or EVERYBODY)

    def room_of(self, person: str) -> int:
        """How many bytes may lie in the inbox of a person."""
        found = self.people.all().get(person)
        return ((found.inbox_gib if found is not None else None) or INBOX_GIB) * GIB


class DatabaseUsers:
    """The people of a database as the door asks for them."""

    ever = True

    def __init__(self, people: TeamPeople) -> None:
        self._people = people

    def all(self) -> Mapping[str, object]:
        """Everybody who has a token."""
        return {name: each for name, each in self._people.all().items() if each.token_hash}

    def find(self, token: str) -> User | None:
        """Whose token this is."""
        digest = hash_of(token)
        found = next((each for each in self._people.all().values() if each.token_hash == digest), None)
        return User(found.name, digest) if found is not None else None


class LoopbackDoor:
    """The door of the backend of this front, in a thread of its own."""

    def __init__(self, team: Team) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open = threading.Event()
        self._app = create_app(team.config, self._opened, opening(team.database, team.accounts, team.blobs))
        self._server = uvicorn.Server(
            uvicorn.Config(self._app, lifespan="on", log_config=None, access_log=False, server_header=False)
        )
        self._thread = threading.Thread(target=self._serve, name="door", daemon=True)

    def start(self) -> None:
        """Serve. Raises what kept it from starting."""
        self._thread.start()
        if not self._open.wait(START_S) or self._app.state.failure is not None:
            raise self._app.state.failure or ApiError(error_info("backend_error", "backend.no_start"))

    def stop(self) -> None:
        """End; what is under way is on workers."""
        self._server.should_exit = True
        self._thread.join(START_S)

    def _opened(self, _services: Services) -> None:
        self._open.set()

    def _serve(self) -> None:
        try:
            self._server.run([self._listener])
        except SystemExit:
            log.error("the door of the backend did not open")
        finally:
            self._open.set()
            self._listener.close()


@dataclass(frozen=True)
class InboxPolicy(UserPathPolicy):
    """Files lie in the store: only what somebody has handed over may be named, by its plain name."""

    team: Team = field(kw_only=True, compare=False)
    account: str = field(kw_only=True)

    def handed_over(self, name: str) -> Path | None:
        """What stands for a file of the inbox, by its plain name."""
        if not name or name.startswith(".") or any(mark in name for mark in "/\\\0"):
            return None
        size = self.team.blobs.size(f"{folder_of(self.account)}/inbox/{name}")
        return self.inbox / name if size is not None else None


class StoredReels:
    """Addresses of finished reels, good at every front; the bytes come from the store where it can sign addresses."""

    def __init__(self, team: Team, options: HttpOptions) -> None:
        self._team = team
        self._base = options.base_now

    def where(self, person: str, base: str, render_id: str, least_s: float) -> FileLocation:
        """Where the files of a render can be fetched."""
        account = self._team.account_of(person)
        names = stored_reel(self._team.database, account, render_id)
        if not names:
            return FileLocation(lost=True)
        facts = {"person": person, "account": account, "render": render_id}
        token = self._team.signer.token(REEL, facts, max(LIFE_S, least_s))
        places = [f"{base.rstrip('/')}/reels/{token}/{quote(name, safe='')}" for name in names]
        return FileLocation(url=places[0], passing=True) if len(places) == 1 else FileLocation(parts=tuple(places))

    def routes(self) -> list[Route]:
        """`GET` and `HEAD /reels/<token>/<file name>`; whatever is not there is alike."""
        return [Route("/reels/{token}/{name:path}", in_language(self._fetch), methods=["GET"])]

    async def _fetch(self, request: Request) -> Response:
        facts = self._team.signer.facts(REEL, request.path_params["token"])
        name = request.path_params["name"]
        key = await anyio.to_thread.run_sync(self._key, facts, name) if facts is not None else None
        if key is None:
            return Response(say("server.reel_gone"), status_code=404, headers=PRIVATE, media_type="text/plain")
        headers = {**PRIVATE, "Content-Disposition": disposition(name)}
        file = self._team.blobs.file(key)
        if file is not None:
            return FileResponse(file, headers=headers)
        if request.method == "HEAD":  # the signature of an address is good for GET alone
            size = await anyio.to_thread.run_sync(self._team.blobs.size, key)
            return Response(headers={**headers, "Content-Length": str(size)}, media_type=mime_of(name))
        return RedirectResponse(self._team.blobs.address(key, LIFE_S) or "", status_code=302, headers=PRIVATE)

    def _key(self, facts: dict[str, Any], name: str) -> str | None:
        if not self._team.is_known(facts["person"]):
            return None
        key = stored_reel(self._team.database, facts["account"], facts["render"]).get(name)
        return key if key is not None and self._team.blobs.size(key) is not None else None


def team_app(team: Team, door: LoopbackDoor, options: HttpOptions) -> ASGIApp:
    """The application of a front. Raises WrongValue like `http_app`."""
    hand_over, reels = StoreHandOver(team, options), StoredReels(team, options)
    server = build_shared_server(_places(team, door, options, hand_over, reels))
    return http_app(server, options, [*upload_routes(hand_over), *reels.routes(), *_health(team)])


def access_of_team(team: Team, options: HttpOptions) -> AccessVerifier:
    """Who may call."""
    from ..server.http.access import Issuer

    issuer = Issuer(options.issuer, options.resource) if options.issuer is not None else None
    outsider = issuer.holder if issuer is not None else None
    return AccessVerifier(team.settings.http_token, DatabaseUsers(team.people), outsider)


def _places(
    team: Team, door: LoopbackDoor, options: HttpOptions, hand_over: StoreHandOver, reels: StoredReels
) -> FindConfig:
    def place(person: str) -> WorkspaceConfig | None:
        if not team.is_known(person):
            return None
        account = team.account_of(person)
        policy = InboxPolicy(
            inbox=INBOX, roots=(), data_root=INBOX, reels=INBOX, own=(), room=team.room_of(person),
            team=team, account=account,
        )  # fmt: skip

        def stored(render_id: str, least_s: float) -> FileLocation:
            return reels.where(person, options.base_now(), render_id, least_s)

        provider = LinkProvider(lambda *_: "", team.config.output_dir, False, stored)
        return WorkspaceConfig(
            partial(_client, team, door, account),
            ServerOptions(
                language=team.settings.language,
                media_roots=(),
                path_policy=policy,
                page=partial(hand_over.page, person),
                link_provider=provider,
                several=True,
            ),
            mark=account,
        )

    return place


def _client(team: Team, door: LoopbackDoor, account: str) -> AbstractAsyncContextManager[BackendClient]:
    return BackendClient(
        ClientConfig(
            base_url=door.url,
            kind="embedded",
            state_dir=team.config.home / "clients" / account,
            output_dir=team.config.output_dir,
            version=__version__,
            token=team.accounts.token_of(account),
            keeps_reels=True,
        )
    )


def _health(team: Team) -> list[Route]:
    """`/healthz`: this process answers. `/readyz`: so do the database and the store."""

    async def alive(_request: Request) -> Response:
        return JSONResponse({"ok": True, "version": __version__})

    async def ready(_request: Request) -> Response:
        facts: dict[str, Any] = {}
        checks: dict[str, Callable[[], object]] = {
            "database": partial(require_tables, team.database),
            "store": partial(team.blobs.size, "-"),
        }
        for name, check in checks.items():
            try:
                with anyio.fail_after(5):
                    await anyio.to_thread.run_sync(check, abandon_on_cancel=True)
                facts[name] = "ok"
            except Exception as error:  # noqa: BLE001  (whatever it is, this front is not ready)
                log.warning("%s is not ready: %s", name, error)
                facts[name] = "failed"
        fine = set(facts.values()) == {"ok"}
        return JSONResponse({"ok": fine, **facts}, status_code=200 if fine else 503)

    return [Route("/healthz", alive, methods=["GET"]), Route("/readyz", ready, methods=["GET"])]
