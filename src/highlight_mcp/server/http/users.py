"""The people of a shared server: a private file of names, hashed tokens and what each may read.

The file is looked at again whenever it has changed. One that cannot be read lets nobody in.
"""

import hashlib
import json
import logging
import re
import secrets
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...client.json_store import write_private
from ...messages import Refusal
from ...messages.reasons import reason_of

log = logging.getLogger(__name__)

FILE = "people.toml"
ANONYMOUS = "id-"
"""Names of people who come with tokens of an issuer begin so; nobody else's may."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_HASH = re.compile(r"[0-9a-f]{64}")


class UsersFileError(Refusal):
    """The people cannot be read or changed."""


@dataclass(frozen=True)
class User:
    """One person. `token_hash` is the SHA-256 of the token in hexadecimal; the token itself is not kept.

    `inbox_gib` is how much they may have handed over at a time, None: as much as anybody.
    """

    name: str
    token_hash: str
    media_roots: tuple[Path, ...] = ()
    nemo_token_file: Path | None = None
    inbox_gib: int | None = None

    def nemo_token(self) -> str | None:
        """The token of this person's cloud account, None without one. Raises UsersFileError."""
        if self.nemo_token_file is None:
            return None
        try:
            token = self.nemo_token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            token = ""
        if not token:
            raise UsersFileError("server.users.no_token", name=self.name, file=str(self.nemo_token_file))
        return token


def check_name(name: str, others: Iterable[str]) -> str:
    """A name that may be a folder everywhere and is like no other's. Raises UsersFileError."""
    odd = not _NAME.fullmatch(name) or name.endswith(".") or _DEVICES.fullmatch(name)
    if odd or name.lower().startswith(ANONYMOUS):
        raise UsersFileError("server.users.no_name", name=name, anonymous=ANONYMOUS)
    taken = next((other for other in others if other.casefold() == name.casefold()), None)
    if taken is not None:
        raise UsersFileError("server.users.taken", name=taken)
    return name


def new_token() -> str:
    """A fresh token of 256 bits."""
    return f"hl_{secrets.token_urlsafe(32)}"


def hash_of(token: str) -> str:
    """What is kept of a token. It is random and long, so that a plain hash cannot be turned around."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def read_users(file: Path) -> dict[str, User]:
    """The people of a file, by name; none when there is no file. Raises UsersFileError."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsersFileError("server.users.unreadable", file=str(file), reason=reason_of(error)) from None
    people: dict[str, User] = {}
    for name, entry in document.get("people", {}).items():
        check_name(name, people)
        people[name] = _person(file, name, entry)
    return people


def write_users(file: Path, people: dict[str, User]) -> None:
    """Replace the file as a whole, readable by its owner only. Raises ApiError."""
    write_private(file, "# Made by `highlight-mcp user`.\n" + "".join(_entry(each) for each in people.values()))


def require_own_accounts(people: Iterable[User]) -> None:
    """One account of the cloud is one person's: its sessions and files are seen by all who hold its token.

    Raises UsersFileError for a token that two have, and for one that cannot be read.
    """
    owners: dict[str, str] = {}
    for person in people:
        token = person.nemo_token()
        if token is None:
            continue
        if token in owners:
            raise UsersFileError("server.users.one_account", one=owners[token], other=person.name)
        owners[token] = person.name


def _person(file: Path, name: str, entry: Any) -> User:
    try:
        digest, token_file = entry["token_hash"], entry.get("nemo_token_file")
        roots = tuple(Path(root) for root in entry.get("media_roots", ()))
        room = entry.get("inbox_gib")
        made = User(name, digest, roots, Path(token_file) if token_file else None, room)
        fitting = room is None or (type(room) is int and room > 0)
        whole = fitting and _HASH.fullmatch(digest) and all(root.is_absolute() for root in roots)
    except (KeyError, TypeError, AttributeError):
        whole = None
    if not whole:
        raise UsersFileError("server.users.wrong_entry", file=str(file), name=name)
    return made


def _entry(person: User) -> str:
    lines = [f"\n[people.{_text(person.name)}]", f"token_hash = {_text(person.token_hash)}"]
    if person.media_roots:
        lines.append(f"media_roots = [{', '.join(_text(str(root)) for root in person.media_roots)}]")
    if person.nemo_token_file is not None:
        lines.append(f"nemo_token_file = {_text(str(person.nemo_token_file))}")
    if person.inbox_gib is not None:
        lines.append(f"inbox_gib = {person.inbox_gib}")
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A basic string of TOML, which is one of JSON but for one control character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


KnownUser = Callable[[str], object]
"""Something that is false for somebody unknown, and changes when a name passes to somebody else."""


class UserStore:
    """The people of a file as it stands now."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int, int] | None = None
        self._people: dict[str, User] = {}
        self._by_hash: dict[str, User] = {}
        self.ever = False

    def all(self) -> dict[str, User]:
        """Everybody, by name. `ever` stays true once there has been a file, also one that is empty by now."""
        seen = _signature(self._file)
        if seen != self._seen:
            self._seen = seen
            try:
                self._people = read_users(self._file)
            except UsersFileError as error:
                log.error("nobody can be let in: %s", error)
                self._people, self.ever = {}, True
            self._by_hash = {each.token_hash: each for each in self._people.values()}
        self.ever = self.ever or seen is not None
        return self._people

    def mark(self, person: str) -> object:
        """Whether somebody may have addresses here, as `Known`; people of an issuer and "" always may."""
        if not person or person.startswith(ANONYMOUS):
            return True
        user = self.all().get(person)
        return user.token_hash if user is not None else None

    def find(self, token: str) -> User | None:
        """Whose token this is."""
        self.all()
        return self._by_hash.get(hash_of(token))


def _signature(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
