"""Adding footage piece by piece: what works is kept, what fails is named."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ...client.backend import BackendClient
from ...client.results import MediaFile
from ...contract.codes import ContractError, Fault

OF_ONE_FILE = frozenset(
    {
        "unsupported_file", "file_too_large", "file_missing", "file_damaged", "outside_roots", "bad_request",
        "url_refused", "url_failed", "limit", "forbidden", "not_supported", "asset_missing",
    }
)  # fmt: skip


@dataclass
class Upload:
    """An upload under way or finished: files that arrived, sources that did not, in the order of the request."""

    sources: list[str]
    media: list[MediaFile] = field(default_factory=list)
    failed: list[tuple[str, Fault]] = field(default_factory=list)
    done: int = 0
    percent: float = 0
    message: str = ""

    @property
    def total(self) -> int:
        return len(self.sources)


async def upload_each(client: BackendClient, session_id: str, upload: Upload) -> None:
    """Add one source after the other.

    A source that is at fault itself is noted and the next one is taken; any other failure ends the
    upload. Raises ContractError.
    """
    for number, source in enumerate(upload.sources):
        upload.message = f"reading {source.rpartition('/')[2]}"
        try:
            upload.media += await client.upload(session_id, [source], _counting(upload))
        except ContractError as error:
            if error.fault.kind not in OF_ONE_FILE:
                raise
            upload.failed.append((source, error.fault))
        upload.done = number + 1
        upload.percent = 100 * upload.done / upload.total


def _counting(upload: Upload) -> Callable[[int, int, str], None]:
    def sent(done: int, total: int, file: str) -> None:
        upload.message = f"sending {file}"
        upload.percent = 100 * (upload.done + (done / total if total else 0)) / upload.total

    return sent
