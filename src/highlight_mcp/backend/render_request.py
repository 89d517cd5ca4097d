"""Reading a render request: limits of the draft, its links, what it needs, and its identity."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from ..contract.draft_codec import parse_draft
from ..contract.draft_validation import check_draft
from ..contract.errors import ApiError, error_info
from ..contract.exports import ExportChoice, check_hardware, choose_export
from ..contract.local_api import JobSettings
from ..contract.render import RenderOutput, RenderRequest
from ..contract.session import exportable
from ..contract.wire import dumps
from ..timeline.model import Timeline
from .config import BackendConfig, BackendLimits
from .media_store import MediaRecord

ANY_FORMAT = "mp4"
"""What every published client says, whether it means it or not."""

SHOWN = 3
_MEDIA_PATH = re.compile(r"/media/[^/]+/([^/]+)$")


@dataclass(frozen=True)
class RenderSpec:
    """A checked request: what to render from what, and a hash that is equal for equal requests."""

    timeline: Timeline
    sources: tuple[MediaRecord, ...]
    choice: ExportChoice
    filename: str | None
    identity: str
    settings: JobSettings
    most_bytes: int | None = None
    split: bool = False
    hardware: bool = False
    chapters: bool = False

    def as_json(self) -> str:
        """The engine job without its output, and with the folder of the reel."""
        media = [source.as_job() for source in self.sources]
        timeline = self.timeline.model_dump(mode="json")
        job = {"job": self.choice.job, "timeline": timeline, "media": media, **self.settings.as_job()}
        job |= {"preset": self.choice.name, "ending": self.choice.ending}
        if self.most_bytes is not None:
            job["most_bytes"] = self.most_bytes
        if self.split:
            job["split"] = True
        if self.hardware:
            job["hardware"] = True
        if self.chapters:
            job["chapters"] = True
        return json.dumps({**job, "output_dir": self.settings.output_dir})


def read_request(
    request: RenderRequest, sources: Mapping[str, MediaRecord], config: BackendConfig, settings: JobSettings
) -> RenderSpec:
    """Check a request against the session's media (by id).

    Raises ApiError `nothing_to_export`, `bad_request` or `asset_missing`.
    """
    if not exportable(request.draft):
        raise ApiError(error_info("nothing_to_export"))
    _check_links(request.draft, sources)
    _check_sound(request.draft, sources, config.limits)
    timeline = parse_draft(request.draft, lambda link: media_of(link, sources))
    needed = timeline.media_ids
    missing = sorted(needed - set(sources))
    if missing:
        raise ApiError(error_info("asset_missing", "backend.draft_media_missing", missing=", ".join(missing)))
    choice = _choice(request.output)
    used = tuple(source for media_id, source in sources.items() if media_id in needed)
    most_bytes = None if request.output.max_size_mb is None else max(1, int(request.output.max_size_mb * 1e6))
    split, hardware = bool(request.output.split), bool(request.output.hardware)
    chapters = bool(request.output.chapters)
    check_hardware(hardware, several=config.shared)
    if (split or chapters) and choice.job != "render":
        raise ApiError(error_info("bad_request", "backend.no_split", preset=choice.name))
    if split and chapters:
        raise ApiError(error_info("bad_request", "backend.no_chapters_of_parts"))
    wanted = [choice.name, choice.ending, most_bytes, split, hardware, chapters, request.output.filename or ""]
    place = [request.output.folder] if request.output.folder else []
    parts = [timeline.model_dump_json(), *wanted, *place, request.session_id]
    identity = hashlib.sha256(dumps(parts).encode()).hexdigest()
    return RenderSpec(
        timeline, used, choice, request.output.filename, identity, settings, most_bytes, split, hardware, chapters
    )


def media_of(link: str, known: Mapping[str, Any]) -> str | None:
    """The media id in a link of ours, or the id itself; None for anything else."""
    if link in known:
        return link
    match = _MEDIA_PATH.search(urlsplit(link).path)
    name = unquote(match.group(1)) if match else None
    return name if name in known else None


def _check_sound(draft: dict[str, Any], sources: Mapping[str, MediaRecord], limits: BackendLimits) -> None:
    if len(dumps(draft)) > limits.draft:
        raise ApiError(error_info("bad_request", "backend.draft_too_large", draft=limits.draft // 2**20))
    violations = check_draft(draft, {name: source.info.duration_ms for name, source in sources.items()})
    if violations:
        shown = "; ".join(violations[:SHOWN])
        more = f" (and {len(violations) - SHOWN} more)" if len(violations) > SHOWN else ""
        raise ApiError(error_info("bad_request", "backend.draft_unsound", shown=shown, more=more))


def _check_links(draft: dict[str, Any], known: Mapping[str, Any]) -> None:
    for track in _objects(draft.get("t")):
        for segment in _objects(track.get("sg")):
            meta = segment.get("m")
            link = meta.get("src") if isinstance(meta, dict) else None
            if link is not None and (not isinstance(link, str) or media_of(link, known) is None):
                raise ApiError(error_info("bad_request", "backend.draft_src", id=str(segment.get("id"))))


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _choice(output: RenderOutput) -> ExportChoice:
    """Our own client names a preset or leaves the choice to the file name, others may name a resolution or a format."""
    wanted = output.format.strip().lower()
    return choose_export(output.preset or output.resolution, output.filename, None if wanted == ANY_FORMAT else wanted)
