"""Where people work: at this machine by its settings, over HTTP with data, reels and inbox of their own."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..backend_locator import open_client
from ..messages.reasons import WrongValue
from ..server.file_links import Address, LinkProvider, ReelLinks
from ..server.http.upload_links import GIB, INBOX_GIB, UploadLinks
from ..server.http.users import ANONYMOUS, UsersFileError, UserStore, hash_of, require_own_accounts
from ..server.options import OpenClient, ServerOptions, UserPathPolicy
from ..server.workspace.workspace import FindConfig, WorkspaceConfig
from ..settings import LOCAL, USERS, Settings, folder_of
from .language import native_language
from .shell import readable

log = logging.getLogger(__name__)
INBOX = "inbox"


def server_options(settings: Settings) -> ServerOptions:
    """Hints and completion name only files inside the media roots, messages keep the language that was set."""
    return ServerOptions(
        language=settings.language,
        native=native_language(),
        media_roots=settings.media_roots,
        readable=readable(settings),
        open_here=opening_here(settings),
    )


def opening_here(settings: Settings) -> OpenClient | None:
    """What opens the local backend beside a distant one, None where the work is done locally anyway."""
    if settings.backend == LOCAL:
        return None
    beside = settings.model_copy(update={"backend": LOCAL})
    return lambda: open_client(beside)


@dataclass(frozen=True)
class FileLinks:
    """How files come in and go out over HTTP. `same_machine`: callers without a name are at this machine."""

    uploads: UploadLinks
    reels: ReelLinks
    same_machine: bool


def inbox_of(settings: Settings, person: str) -> Path:
    """Where the files that a person hands over land."""
    return folder_of(settings, person) / INBOX


def workspace_configs(settings: Settings, people: UserStore, file_links: FileLinks | None = None) -> FindConfig:
    """The place of each person, as the people are now; None for an unknown name, and without a good account."""

    def place(person: str) -> WorkspaceConfig | None:
        if not person:
            several = bool(people.all()) or settings.http_issuer is not None
            return _place(settings, settings, person, file_links, several=several)
        everybody = people.all()
        known = everybody.get(person)
        if known is None and not person.startswith(ANONYMOUS):
            return None
        try:
            if known is not None and known.nemo_token_file is not None:
                require_own_accounts(everybody.values())
            token = known.nemo_token() if known is not None else None
        except UsersFileError as error:
            log.error("%s is not served: %s", person, error)
            return None
        own = _own(settings, person, known.media_roots if known else (), token)
        _close_to_others(own.output_dir)
        room = known.inbox_gib if known is not None else None
        return _place(own, settings, person, file_links, room_gib=room or INBOX_GIB)

    return place


def require_separate_accounts(settings: Settings, several: bool) -> None:
    """Raises WrongValue when several people would share one account of a remote backend."""
    if several and settings.backend != LOCAL and settings.nemo_token:
        raise WrongValue("shell.http.one_account")


def _own(settings: Settings, person: str, roots: tuple[Path, ...], token: str | None) -> Settings:
    """The settings of one person. What stands for the owner of this machine does not pass to them."""
    return settings.model_copy(
        update={
            "home": folder_of(settings, person),
            "output_dir": settings.output_dir / person,
            "media_roots": (inbox_of(settings, person), *roots),
            "nemo_token": token,
            "nemo_client_id": None,
        }
    )


def _close_to_others(folder: Path) -> None:
    """The reels of one person on a shared server are for nobody else with an account on this machine."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        log.warning("%s could not be made private: %s", folder, error.strerror)


def _place(
    own: Settings,
    data_root: Settings,
    person: str,
    file_links: FileLinks | None,
    *,
    several: bool = True,
    room_gib: int = INBOX_GIB,
) -> WorkspaceConfig:
    inbox = inbox_of(data_root, person)
    path_policy = UserPathPolicy(
        inbox=inbox,
        roots=own.media_roots,
        data_root=data_root.home if person else data_root.home / USERS,
        reels=data_root.output_dir,
        own=(own.output_dir,) if person else None,
        room=room_gib * GIB,
    )
    page: Callable[[str | None], str] | None = None
    link_provider: LinkProvider | None = None
    if file_links is not None:
        page = partial(file_links.uploads.page, person, inbox, room=path_policy.room)
        link_provider = LinkProvider(
            _address(file_links.reels, person, own.output_dir), own.output_dir, not several and file_links.same_machine
        )
    client_id_file = own.home / "client" / "client_id" if person else None
    options = ServerOptions(
        language=own.language,
        media_roots=own.media_roots,
        path_policy=path_policy,
        page=page,
        link_provider=link_provider,
        open_here=opening_here(own),
        several=several,
    )
    return WorkspaceConfig(
        lambda: open_client(own, client_id_file),
        options,
        mark=hash_of(own.nemo_token) if own.nemo_token else "",
    )


def _address(reels: ReelLinks, person: str, folder: Path) -> Address:
    def address(render_id: str, file: Path, least_s: float) -> str:
        return reels.address(person, render_id, file, folder, least_s)

    return address
