"""A list of cuts of another editor becomes the next version of a timeline."""

from collections.abc import Mapping
from typing import Any

from ...interchange import InterchangeError
from ...interchange.formats import format_of_file, import_reel
from ...interchange.sources import SourceFile
from ...messages import Message, as_json, language_of, message, sentences, use_language
from ...timeline.media import MediaInfo
from ...timeline.time import format_length


def take_over(spec: Mapping[str, Any], media: Mapping[str, MediaInfo], empty: Mapping[str, Any]) -> dict[str, Any]:
    """The result of an edit (see `job.run`) whose `cuts` are `name` and `text` of a list.

    Footage is found by path and name among `media`. What cannot be shown so is told; a list that cannot be read is
    refused, with its line.
    """
    language = language_of(spec.get("language"))
    with use_language(language):
        try:
            answer = _imported(spec, media)
        except InterchangeError as error:
            refused = [{"code": "bad_request", "what": error.what, "next_step": error.step}]
            told = sentences(error.what, error.step)
            answer = {"status": "needs_input", "message": told, "refused": refused}
    noted: dict[str, Any] = as_json({**empty, **answer, "language": language})
    return noted


def _imported(spec: Mapping[str, Any], media: Mapping[str, MediaInfo]) -> dict[str, Any]:
    cuts = spec["cuts"]
    paths = {entry["info"]["media_id"]: str(entry["path"]) for entry in spec.get("media") or []}
    sources = [SourceFile(info=info, path=paths.get(media_id)) for media_id, info in media.items()]
    highest = (spec.get("versions") or {}).get("highest_id", 0)
    found = import_reel(format_of_file(cuts["name"]), cuts["text"], sources, highest_id=highest)
    length = format_length(found.timeline.duration_ms)
    done = message("interchange.imported", name=cuts["name"], n=len(found.timeline.clips), length=length)
    told = message("interchange.not_read", what=found.lost) if found.lost else Message.read(None)
    return {
        "timeline": found.timeline.model_dump(mode="json"),
        "message": sentences(done, told, message("engine.told.undo")),
        "changes": [done],
        "assumed": list(found.lost),
    }
