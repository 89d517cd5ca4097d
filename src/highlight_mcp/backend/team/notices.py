"""Word between the processes of a team, by LISTEN and NOTIFY: a change, a waiting job, progress, a cancellation.

Nothing rests on it: who misses a notice finds out by looking, a second or so later. It is no write to any table.
"""

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import sqlalchemy as sa

from .. import postgres

log = logging.getLogger(__name__)

CHANGED, QUEUED, PROGRESS, CANCELLED, LOOKED = "changed", "queued", "progress", "cancelled", "looked"
LOOK_S = 1.0
AGAIN_S = 1.0
MOST_CHARS = 7_000
"""PostgreSQL carries just under 8,000 bytes."""

Listener = Callable[[Any], None]


class Notices:
    """Tells all processes of a team, and calls listeners in a thread of its own."""

    def __init__(self, url: str) -> None:
        self._url = postgres.for_dbos(url)
        self._listeners: dict[str, list[Listener]] = {}
        self._telling: psycopg.Connection[Any] | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="notices", daemon=True)

    def on(self, kind: str, listener: Listener) -> None:
        """Call `listener` with the value of each notice of a kind; with None after a time in which some were missed."""
        self._listeners.setdefault(kind, []).append(listener)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(LOOK_S * 3)
        with self._lock:
            if self._telling is not None:
                self._telling.close()
                self._telling = None

    def tell(self, kind: str, value: Any = None) -> None:
        """Tell everybody, this process too. What cannot be told now is not told."""
        text = _text(kind, value)
        with self._lock:
            try:
                if self._telling is None or self._telling.closed:
                    self._telling = psycopg.connect(self._url, autocommit=True, **postgres.connect_args())
                self._telling.execute("SELECT pg_notify(%s, %s)", (postgres.CHANNEL, text))
            except psycopg.Error as error:
                log.info("a notice was not told: %s", error)
                if self._telling is not None:
                    self._telling.close()
                self._telling = None

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, **postgres.connect_args()) as connection:
                    connection.execute(f"LISTEN {postgres.CHANNEL}")
                    self._missed()
                    while not self._over.is_set():
                        for notice in connection.notifies(timeout=LOOK_S):
                            self._hear(notice.payload)
            except psycopg.Error as error:
                log.warning("the database does not answer: %s", error)
                self._over.wait(AGAIN_S)

    def _missed(self) -> None:
        for kind in self._listeners:
            self._call(kind, None)

    def _hear(self, payload: str) -> None:
        try:
            said = json.loads(payload)
            kind, value = str(said[0]), said[1]
        except (ValueError, LookupError, TypeError):
            return
        self._call(kind, value)

    def _call(self, kind: str, value: Any) -> None:
        for listener in self._listeners.get(kind, ()):
            try:
                listener(value)
            except Exception:
                log.exception("a notice of %s was not heard", kind)


def tell_within(connection: sa.Connection, kind: str, value: Any = None) -> None:
    """Tell when the transaction commits, if it does."""
    statement = sa.text("SELECT pg_notify(:channel, :text)")
    connection.execute(statement, {"channel": postgres.CHANNEL, "text": _text(kind, value)})


def _text(kind: str, value: Any) -> str:
    text = json.dumps([kind, value])
    return text if len(text) <= MOST_CHARS else json.dumps([kind, None])
