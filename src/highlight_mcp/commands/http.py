"""`highlight-mcp http`: MCP over Streamable HTTP, for one or for several people."""

import argparse
import logging
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from starlette.types import ASGIApp

from ..contract.addresses import shell_path
from ..messages import Message, message, say, use_language, verbatim
from ..messages.reasons import WrongValue
from ..server.app import build_shared_server
from ..server.file_links import ReelLinks, reel_routes
from ..server.http.access import AccessVerifier, Issuer
from ..server.http.app import HttpOptions, bind_socket, http_app, is_loopback, run_http
from ..server.http.upload_links import UploadLinks, upload_routes
from ..server.http.users import FILE, UsersFileError, UserStore, read_users, require_own_accounts
from ..settings import USERS, Settings
from .shell import exit_with_error
from .team import front
from .workspaces import FileLinks, require_separate_accounts, workspace_configs


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted. Refuses an address off this machine without tokens."""
    try:
        named = {"db": arguments.db, "blobs": arguments.blobs, "http_token": token_of(arguments)}
        settings = Settings.load(named)
        logging.getLogger().setLevel(settings.log_level)
        if settings.db is not None:
            return front(settings, arguments)
        serve(settings, arguments)
    except (WrongValue, UsersFileError) as error:
        return exit_with_error(error)
    return 0


def token_of(arguments: argparse.Namespace) -> str | None:
    """The shared token that the command line names, None for none. Raises WrongValue for a file without one."""
    if arguments.token is not None:
        sys.stderr.write(f"{say('shell.http.token_seen')}\n")
        return str(arguments.token)
    if arguments.token_file is None:
        return None
    file = shell_path(arguments.token_file)
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        token = ""
    if not token:
        raise WrongValue("shell.http.no_token", file=str(file))
    return token


def serve(settings: Settings, arguments: argparse.Namespace) -> None:
    """Serve the people of the data directory. Raises WrongValue or UsersFileError when that cannot be."""
    file = settings.home / FILE
    names = read_users(file)
    require_own_accounts(names.values())
    require_separate_accounts(settings, bool(names) or settings.http_issuer is not None)
    _require_nobodys_work(settings, file)
    people = UserStore(file)
    options = options_of(settings, arguments)
    with bind_socket(options) as listener:
        options = replace(options, port=listener.getsockname()[1])
        options = replace(options, access=access_of(settings, people, options))
        app = shared_app(settings, people, options)
        sys.stderr.write(f"{say('shell.http.serving', at=options.resource, callers=callers(settings, names))}\n")
        with use_language(None):  # whoever calls is answered in a language of their own
            run_http(app, listener)


def options_of(settings: Settings, arguments: argparse.Namespace) -> HttpOptions:
    """What the command line and the settings say of the server; who may call is added to it."""
    return HttpOptions(
        host=arguments.host,
        port=arguments.port,
        allowed_hosts=tuple(arguments.allow_host or ()),
        allowed_origins=tuple(arguments.allow_origin or ()),
        public_url=arguments.public_url,
        issuer=settings.http_issuer,
    )


def callers(settings: Settings, names: Iterable[str]) -> Message:
    """Who may call, in words."""
    known = [verbatim(name) for name in names]
    if settings.http_token is not None:
        known.append(message("shell.http.token_holders"))
    if settings.http_issuer is not None:
        known.append(message("shell.http.known_to", issuer=settings.http_issuer))
    return message("shell.http.callers", who=tuple(known)) if known else message("shell.http.everybody")


def _require_nobodys_work(settings: Settings, file: Path) -> None:
    """A server that ever had people stays closed, also when the file of them is lost. Raises WrongValue."""
    folder = settings.home / USERS
    if file.exists() or settings.http_token or settings.http_issuer or not folder.exists():
        return
    raise WrongValue("shell.http.people_lost", folder=str(folder), file=str(file))


def access_of(settings: Settings, people: UserStore, options: HttpOptions) -> AccessVerifier:
    """Who may call: the people, the holders of the shared token, and those whom the issuer knows."""
    issuer = Issuer(options.issuer, options.resource) if options.issuer is not None else None
    return AccessVerifier(settings.http_token, people, issuer.holder if issuer is not None else None)


def shared_app(settings: Settings, people: UserStore, options: HttpOptions) -> ASGIApp:
    """The application for the people of a data directory. Raises WrongValue like `http_app`."""
    uploads, reels = UploadLinks(options.base_now, people.mark), ReelLinks(options.base_now, people.mark)
    file_links = FileLinks(uploads, reels, _is_same_machine(options))
    server = build_shared_server(workspace_configs(settings, people, file_links))
    return http_app(server, options, [*upload_routes(uploads), *reel_routes(reels)])


def _is_same_machine(options: HttpOptions) -> bool:
    """True when callers without a name are at this machine, as far as its address tells."""
    return is_loopback(options.host) and options.public_url is None and options.issuer is None
