"""Fixtures of the tests of a team: a database server and a store, where their packages are installed."""

from servers import bucket_server, new_database, postgres

__all__ = ["bucket_server", "new_database", "postgres"]
