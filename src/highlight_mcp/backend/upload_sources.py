"""Taking in one source of an upload job: a file in place, or an address by fetching it."""

import asyncio

from ..contract.upload import UploadSource
from .api.download import UrlFetcher
from .config import BackendConfig
from .media_roots import display_path, readable_roots, resolve
from .media_store import MediaRecord
from .probing import Prober
from .uploads import Take


def taking(config: BackendConfig, prober: Prober, downloads: UrlFetcher) -> Take:
    """How the job of an upload takes a source in: a path in place, an address by fetching it."""

    async def take(asked: UploadSource, job: str) -> MediaRecord:
        if asked.path is not None:
            path = await asyncio.to_thread(resolve, asked.path, readable_roots(config), config.media_roots)
            return await prober.probe(path, display_path(asked.path), owned=False, job=job)
        received = await downloads.fetch(asked.url or "")
        return await prober.probe(received.path, received.name, owned=True, job=job)

    return take
