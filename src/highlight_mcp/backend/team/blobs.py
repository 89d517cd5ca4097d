"""Where a team's files are: a bucket, or a directory that all machines see. Keys are paths with slashes.

```text
accounts/<account>/inbox/<name>                        handed over, not taken in yet
accounts/<account>/arriving/<name>/<number>            bytes of a file that is being handed over under a name
accounts/<account>/media/<sha256>.<ending>             footage, once per content
accounts/<account>/reels/<render>/<attempt>/<name>     a reel, or the files of one in parts
accounts/<account>/cache/<name>                        what was found in footage, by its content
accounts/<account>/looks/<id>/<name>                   a picture that a front waits for
```

Calls are synchronous, for worker threads, but for those that stream. Their errors are those of obstore, which are
OSErrors only where a file of this machine is concerned; `trouble` turns them into words.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store

from ...contract.errors import ApiError, error_info
from ...contract.formats import mime_of
from ...files import sync_file
from ...messages import verbatim

if TYPE_CHECKING:
    from obstore.store import ObjectStore

PART = 16 * 2**20
"""Bytes of a part of an upload; a bucket takes 10,000 of them."""
AT_ONCE = 3
"""Parts of one upload that are on their way; each is held in memory."""
CHUNK = 4 * 2**20
MARK = "blob:"
"""What a key begins with where paths of files stand otherwise."""
_BACKOFF = {"init_backoff": timedelta(seconds=0.2), "max_backoff": timedelta(seconds=4), "base": 2}
RETRIES: Any = {"max_retries": 200, "retry_timeout": timedelta(seconds=90), "backoff": _BACKOFF}
"""A store that is away for some seconds is waited for."""
PATIENCE: Any = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=300)}
_S3 = {"region": "region", "virtual_hosted": "virtual_hosted_style_request"}


class Blob(NamedTuple):
    """One object of a store."""

    key: str
    size_bytes: int
    changed: datetime


class WrongStore(Exception):
    """The address of a store cannot be understood."""


class Blobs:
    """The files of one store."""

    def __init__(self, store: "ObjectStore", folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder
        self._signs = folder is None

    @classmethod
    def at(cls, address: str) -> Self:
        """The store at `s3://bucket/prefix?endpoint=…&region=…`, or in a directory: a path or `file://`.

        The keys of a bucket come from the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, a role).
        Raises WrongStore.
        """
        parts = urlsplit(address)
        if parts.scheme == "s3" and parts.netloc:
            return cls(_bucket(parts.netloc, parts.path.strip("/"), dict(parse_qsl(parts.query))))
        folder = Path(unquote(parts.path)) if parts.scheme == "file" else Path(address)
        if parts.scheme not in ("", "file") or not folder.is_absolute():
            raise WrongStore(address)
        return cls(LocalStore(prefix=folder, mkdir=True), folder)

    def put(self, key: str, file: Path) -> None:
        """Store a file under its key, in parts; whole or not at all."""
        with file.open("rb") as stream:
            obstore.put(
                self._store, key, stream, attributes=self._attributes(key), chunk_size=PART, max_concurrency=AT_ONCE
            )

    def put_bytes(self, key: str, content: bytes) -> None:
        """Store a few bytes."""
        obstore.put(self._store, key, content, attributes=self._attributes(key))

    def create(self, key: str, content: bytes) -> bool:
        """Store a few bytes unless something is there, then False; True for one of several at once."""
        try:
            obstore.put(self._store, key, content, attributes=self._attributes(key), mode="create")
        except AlreadyExistsError:
            return False
        return True

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes]) -> int:
        """Store what arrives, whole or not at all. Returns its size in bytes; what `chunks` raises goes on."""
        size = 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal size
            async for chunk in chunks:
                size += len(chunk)
                yield chunk

        await obstore.put_async(
            self._store, key, counted(), attributes=self._attributes(key), chunk_size=PART, max_concurrency=AT_ONCE
        )
        return size

    def fetch(self, key: str, place: Path, took: Callable[[int], None] = lambda _bytes: None) -> str:
        """Write an object to a new file. Returns the SHA-256 of its content.

        `took` is told how many more bytes there are before they are written; what it raises ends it.
        """
        digest = hashlib.sha256()
        with place.open("wb") as file:
            for chunk in obstore.get(self._store, key).stream(min_chunk_size=CHUNK):
                took(len(chunk))
                digest.update(chunk)
                file.write(chunk)
        sync_file(place)
        return digest.hexdigest()

    def read(self, key: str) -> bytes:
        """All of a small object."""
        return bytes(obstore.get(self._store, key).bytes())

    async def stream(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`."""
        found = await obstore.get_async(self._store, key, options={"range": (start, end)})
        async for chunk in found.stream(min_chunk_size=CHUNK):
            yield bytes(chunk)

    def size(self, key: str) -> int | None:
        """Bytes of an object, None where there is none."""
        found = self.look(key)
        return None if found is None else found.size_bytes

    def look(self, key: str) -> Blob | None:
        """An object, None where there is none."""
        try:
            found = obstore.head(self._store, key)
        except FileNotFoundError:
            return None
        return Blob(key, int(found["size"]), found["last_modified"])

    def below(self, prefix: str) -> Iterator[Blob]:
        """All objects whose key begins with the folder `prefix`."""
        for page in obstore.list(self._store, prefix=prefix):
            for found in page:
                yield Blob(str(found["path"]), int(found["size"]), found["last_modified"])

    def copy(self, key: str, to: str) -> None:
        """Copy inside the store."""
        obstore.copy(self._store, key, to)

    def delete(self, *keys: str) -> None:
        """Delete objects; those that are not there are no error."""
        for key in keys:
            with suppress(FileNotFoundError):
                obstore.delete(self._store, key)

    def delete_below(self, prefix: str) -> int:
        """Delete all objects of a folder. Returns how many."""
        keys = [each.key for each in self.below(prefix)]
        self.delete(*keys)
        return len(keys)

    def file(self, key: str) -> Path | None:
        """The file of an object, None for a bucket."""
        return None if self._folder is None else self._folder / key

    def address(self, key: str, life_s: float, *, put: bool = False) -> str | None:
        """Where who has no keys may get the object, or put it, for a while; None for a store without such addresses."""
        if not self._signs:
            return None
        store: Any = self._store
        return str(obstore.sign(store, "PUT" if put else "GET", key, timedelta(seconds=life_s)))

    def _attributes(self, key: str) -> Any:
        if not self._signs:
            return None
        kind = mime_of(key.rpartition("/")[2], "application/octet-stream")
        return {"Content-Type": kind, "Content-Disposition": "attachment"}


def _bucket(name: str, prefix: str, options: dict[str, str]) -> S3Store:
    endpoint = options.pop("endpoint", None)
    known: dict[str, Any] = {_S3[option]: value for option, value in options.items() if option in _S3}
    if unknown := set(options) - set(_S3):
        raise WrongStore(", ".join(sorted(unknown)))
    if endpoint is not None:
        known |= {"endpoint": endpoint, "region": known.get("region", "us-east-1")}
    patience: Any = {**PATIENCE, "allow_http": (endpoint or "").startswith("http:")}
    return S3Store(name, prefix=prefix or None, client_options=patience, retry_config=RETRIES, **known)


def trouble(error: Exception) -> ApiError:
    """A failure of the store, in words; what is not there is told as a missing file."""
    if isinstance(error, FileNotFoundError):
        return ApiError(error_info("file_missing"))
    return ApiError(error_info("backend_error", "backend.store_failed", reason=verbatim(str(error).splitlines()[0])))


STORE_ERRORS = (BaseError, OSError)


def folder_of(account: str) -> str:
    """Where everything of an account is."""
    return f"accounts/{account}"


def account_of_key(key: str) -> str:
    """Whose an object is."""
    return key.split("/")[1]


def key_of_path(path: str) -> str | None:
    """The key in what stands for a path, None for a path of a machine."""
    return path.removeprefix(MARK) if path.startswith(MARK) else None
