"""Looking at a reel that came from elsewhere, in an engine child, before it is called finished."""

import asyncio
import secrets
from pathlib import Path

from pydantic import ValidationError

from .backend.config import BackendConfig
from .backend.engine_runner import EngineCrashed, EngineRunner
from .client.results import ReelFacts
from .contract.errors import ApiError, ErrorInfo, error_info
from .messages import say
from .timeline.media import MediaInfo

LOOK_S = 120.0
CONTAINERS = ("mp4", "mov")


class ReelLook:
    """Looks at files, two at a time at most."""

    def __init__(self, config: BackendConfig) -> None:
        self._children = EngineRunner(config.without_warm_starts())
        self._slots = asyncio.Semaphore(2)

    async def __call__(self, file: Path, name: str) -> ReelFacts:
        """What a file is. Raises ApiError `download_failed` when it is no reel."""
        try:
            async with self._slots, asyncio.timeout(LOOK_S):
                probed = await self._children.run(f"reel:{secrets.token_hex(6)}", {"job": "probe", "path": str(file)})
            media = MediaInfo.model_validate(probed["info"])
        except ApiError as error:
            raise ApiError(_no_reel(error.fault.message.replace(file.name, name))) from None
        except (EngineCrashed, TimeoutError, KeyError, ValidationError):
            raise ApiError(_no_reel(say("client.why.unreadable_reel"))) from None
        if media.kind != "video" or media.container not in CONTAINERS or media.duration_ms <= 0:
            raise ApiError(_no_reel(say("client.why.not_mp4", kind=media.kind, container=media.container)))
        return ReelFacts(media.duration_ms, media.width or 0, media.height or 0)


def _no_reel(why: str) -> ErrorInfo:
    return error_info("download_failed", "client.not_a_reel", why=why)
