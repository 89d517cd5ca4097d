"""Which worker is which, and who is dead: a worker holds a lock of the database for as long as it lives.

Locks go when their connection does, so that nobody's clock decides. A worker that is stopped, not dead, keeps its
connection; it is told from others by a sign of life in the clock of the database, and its connection is ended there.
What it does when it wakes is fenced: it owns no job any more, and a job is settled once.
"""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from ... import __version__
from .. import postgres

log = logging.getLogger(__name__)

NAMESPACE = 0x686C
"""The first half of the keys of our locks; the second is the number of a worker."""
LEADER = 0
MOST = 1_000
NAME = "worker-"
BEAT_S = 5.0
SILENT_S = 30
"""A worker that has given no sign of life for so long is taken for stopped."""
SETTLE_S = 15.0
"""After a time without the database others may not have claimed their locks again yet."""


class SlotLost(Exception):
    """Another worker has our number: what ran here goes on there."""


class Slot:
    """The number of this worker. Thread-safe."""

    def __init__(self, url: str) -> None:
        self._url = postgres.for_dbos(url)
        self._lock = threading.RLock()
        self._connection = self._connected()
        self.number = next((number for number in range(1, MOST) if self._take(number)), 0)
        self._leads = False
        self._connected_at = time.monotonic()  # the database may have come back just now, for the others too
        self._beaten = float("-inf")
        if not self.number:
            raise SlotLost

    @property
    def name(self) -> str:
        """What the queue calls this worker."""
        return f"{NAME}{self.number}"

    def keep(self) -> None:
        """Look after the lock, and give a sign of life; to be called every second. Raises SlotLost."""
        with self._lock:
            try:
                if time.monotonic() - self._beaten >= BEAT_S:
                    self._connection.execute(_BEAT, (self.number, socket.gethostname(), __version__))
                    self._connection.execute(_END_STOPPED, (NAMESPACE, SILENT_S))
                    self._beaten = time.monotonic()
                else:
                    self._connection.execute("SELECT 1")
            except psycopg.Error as error:
                log.warning("the lock of %s is gone: %s", self.name, error)
                self._again()

    def leads(self) -> bool:
        """Whether this worker looks after the jobs of all; one does at a time."""
        with self._lock:
            try:
                self._leads = self._leads or self._take(LEADER)
            except psycopg.Error:
                self._leads = False
            return self._leads and time.monotonic() - self._connected_at >= SETTLE_S

    @contextmanager
    def dead(self, name: str) -> Iterator[bool]:
        """Whether nobody is the worker of a name; nobody becomes it within the context."""
        number = name.removeprefix(NAME)
        with self._lock:
            if not number.isdecimal() or int(number) == self.number or not self._take(int(number)):
                yield False
                return
            try:
                yield True
            finally:
                self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", (NAMESPACE, int(number)))

    def close(self) -> None:
        """Give the number back."""
        with self._lock:
            self._connection.close()

    def _connected(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(self._url, autocommit=True, **postgres.connect_args())

    def _take(self, number: int) -> bool:
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (NAMESPACE, number)).fetchone()
        return bool(row and row[0])

    def _again(self) -> None:
        """A new connection, and the same number; what is not reached is tried again at the next call."""
        self._leads = False
        self._connection.close()
        try:
            self._connection = self._connected()
            if not self._take(self.number):
                raise SlotLost
        except psycopg.Error:
            return
        self._connected_at = time.monotonic()


_BEAT = """
INSERT INTO workers (number, backend_pid, host, version, beat_at) VALUES (%s, pg_backend_pid(), %s, %s, now())
ON CONFLICT (number) DO UPDATE
SET backend_pid = excluded.backend_pid, host = excluded.host, version = excluded.version, beat_at = now()
"""
_END_STOPPED = """
SELECT pg_terminate_backend(w.backend_pid) FROM workers w
JOIN pg_locks l ON l.locktype = 'advisory' AND l.classid = %s AND l.objid = w.number AND l.pid = w.backend_pid
JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
WHERE l.granted AND w.beat_at < now() - make_interval(secs => %s)
"""
