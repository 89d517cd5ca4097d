"""Taking in one source of an upload job: a file in place, or an address by fetching it."""

import asyncio

from ..contract.upload_job import UploadSource
from .config import BackendConfig
from .media import Source
from .probing import Prober
from .roots import display_name, readable_roots, resolve
from .uploads import Take
from .web.download import Downloads


def taking(config: BackendConfig, prober: Prober, downloads: Downloads) -> Take:
    """How the job of an upload takes a source in: a path in place, an address by fetching it."""

    async def take(asked: UploadSource, job: str) -> Source:
        if asked.path is not None:
            path = await asyncio.to_thread(resolve, asked.path, readable_roots(config), config.media_roots)
            return await prober.probe(path, display_name(asked.path), owned=False, job=job)
        received = await downloads.fetch(asked.url or "")
        return await prober.probe(received.path, received.name, owned=True, job=job)

    return take
