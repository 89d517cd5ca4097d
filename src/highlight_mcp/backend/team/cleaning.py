"""What lies in the store of a team without being needed, and what is missing there."""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ...messages import Message, message
from ..database import Database, now_ms
from ..tables import OPEN_RENDER, media, renders
from .blobs import Blob, Blobs, key_of_path
from .queue import TeamQueue
from .tables import people

log = logging.getLogger(__name__)

GRACE = timedelta(days=1)
"""What is younger may be about to be used."""
AT_ONCE = 50
"""Objects that are removed by one look at what is needed."""
DIRECTORY, ACCOUNT, KIND, REST = range(4)


def clean_store(database: Database, blobs: Blobs, queue: TeamQueue, history_ms: int) -> None:
    """Forget old jobs, and remove objects that nobody needs once they are a day old."""
    queue.forget(now_ms() - history_ms)
    before = datetime.now(UTC) - GRACE
    with database.read() as connection:
        used = _Used(connection)
    doomed = [each for each in blobs.below("accounts") if each.changed < before and not used.needs(each)]
    starts = range(0, len(doomed), AT_ONCE)
    removed = sum(_remove_needless(database, blobs, doomed[start : start + AT_ONCE], before) for start in starts)
    if removed:
        log.warning("removed %s objects that nothing needs", removed)


def _remove_needless(database: Database, blobs: Blobs, doomed: Iterable[Blob], before: datetime) -> int:
    """Remove those that nothing needs even now, and that were not stored anew meanwhile. Returns how many."""
    with database.read() as connection:
        used = _Used(connection)
    removed = 0
    for each in doomed:
        now = blobs.look(each.key)
        if now is not None and now.changed < before and not used.needs(now):
            blobs.delete(each.key)
            removed += 1
    return removed


class _Used:
    """What rows of the database name."""

    def __init__(self, connection: sa.Connection) -> None:
        self.accounts = set(connection.scalars(sa.select(people.c.account_id)))
        self.media = set(connection.scalars(sa.select(media.c.path)))
        done = sa.select(renders.c.path).where(renders.c.status == "completed")
        self.reels = set(connection.scalars(done))
        self.working = set(connection.scalars(sa.select(renders.c.id).where(renders.c.status.in_(OPEN_RENDER))))

    def needs(self, found: Blob) -> bool:
        """Whether an object is in use; what was handed over and pictures are not, once they are old."""
        parts = found.key.split("/")
        if len(parts) <= REST or parts[ACCOUNT] not in self.accounts:
            return False
        if parts[KIND] == "media":
            return f"blob:{found.key}" in self.media
        if parts[KIND] == "reels":
            return parts[REST] in self.working or any(f"blob:{key}" in self.reels for key in _with_folder(found.key))
        return parts[KIND] == "cache"


def _with_folder(key: str) -> tuple[str, str]:
    """A reel, and the folder of one in parts."""
    return key, key.rpartition("/")[0]


def missing_objects(connection: sa.Connection, blobs: Blobs) -> Iterator[Message]:
    """Footage and reels that rows name and the store has not, or has in another size."""
    there = {each.key: each.size_bytes for each in blobs.below("accounts")}
    for row in connection.execute(sa.select(media.c.path, media.c.size_bytes).where(media.c.owned)):
        if there.get(key_of_path(row.path) or "") != row.size_bytes:
            yield message("backend.broken.stored_file", path=row.path)
    done = sa.select(renders.c.id, renders.c.path).where(renders.c.status == "completed")
    for row in connection.execute(done):
        key = key_of_path(row.path or "") or ""
        if key not in there and not any(each.startswith(f"{key}/") for each in there):
            yield message("backend.broken.no_reel", job=row.id)


def needless_objects(connection: sa.Connection, blobs: Blobs) -> Iterator[Message]:
    """Reels of attempts that were not settled, and objects of accounts that are gone."""
    used = _Used(connection)
    for each in blobs.below("accounts"):
        parts = each.key.split("/")
        is_gone = len(parts) > REST and parts[ACCOUNT] not in used.accounts
        if is_gone or (len(parts) > REST and parts[KIND] == "reels" and not used.needs(each)):
            yield message("backend.needless_object", key=each.key)
