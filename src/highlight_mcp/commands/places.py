"""Where each person of an HTTP server works: data, reels and inbox of their own, and only the folders given to them."""

import logging
from collections.abc import Callable
from pathlib import Path

from ..runtime import open_client
from ..server.confines import Confines
from ..server.desk import Place, Places
from ..server.handover import Tickets
from ..server.options import ServerOptions
from ..server.people import OUTSIDER, People, PeopleError, hash_of, require_own_accounts
from ..settings import LOCAL, Settings
from .options import opening_here

log = logging.getLogger(__name__)
USERS, INBOX = "users", "inbox"


def folder_of(settings: Settings, person: str) -> Path:
    """The data directory of a person."""
    return settings.home / USERS / person if person else settings.home


def inbox_of(settings: Settings, person: str) -> Path:
    """Where the files that a person hands over land."""
    return folder_of(settings, person) / INBOX


def places_of(settings: Settings, people: People, tickets: Tickets | None = None) -> Places:
    """The place of each person, as the people are now; None for an unknown name, and without a good account."""

    def place(person: str) -> Place | None:
        if not person:
            return _place(settings, settings, person, tickets)
        everybody = people.all()
        known = everybody.get(person)
        if known is None and not person.startswith(OUTSIDER):
            return None
        try:
            if known is not None and known.nemo_token_file is not None:
                require_own_accounts(everybody.values())
            token = known.nemo_token() if known is not None else None
        except PeopleError as error:
            log.error("%s is not served: %s", person, error)
            return None
        return _place(_own(settings, person, known.media_roots if known else (), token), settings, person, tickets)

    return place


def require_separate_accounts(settings: Settings, several: bool) -> None:
    """Raises ValueError when several people would share one account of a remote backend."""
    if several and settings.backend != LOCAL and settings.nemo_token:
        raise ValueError(
            "NEMO_TOKEN is the account of one, but this server has several people: each would see the others' work. "
            "Unset it, and give each person a token of their own with `highlight-mcp user add NAME "
            "--nemo-token-file FILE`, or none: then they get an anonymous one each."
        )


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


def _place(own: Settings, house: Settings, person: str, tickets: Tickets | None) -> Place:
    inbox = inbox_of(house, person)
    confines = Confines(
        inbox=inbox,
        roots=own.media_roots,
        house=house.home if person else house.home / USERS,
        reels=house.output_dir,
        own=(own.output_dir,) if person else None,
    )
    page: Callable[[str | None], str] | None = None
    if tickets is not None:
        page = lambda session_id: tickets.page(person, inbox, session_id)  # noqa: E731
    client_id_file = own.home / "client" / "client_id" if person else None
    options = ServerOptions(
        language=own.language,
        media_roots=own.media_roots,
        confines=confines,
        page=page,
        open_here=opening_here(own),
    )
    return Place(
        lambda: open_client(own, client_id_file),
        options,
        mark=hash_of(own.nemo_token) if own.nemo_token else "",
    )
