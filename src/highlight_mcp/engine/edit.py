"""The `edit` job: plain words and typed operations become the next version of a timeline."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..timeline.edits import Edited, apply
from ..timeline.history import Version
from ..timeline.media import MediaInfo
from ..timeline.model import Timeline
from ..timeline.operations import OPERATIONS, AnyOperation, operation_adapter
from ..timeline.say import Language, language_of
from .errors import EngineError
from .interpret import Outcome, Situation, Suggested, interpret
from .narrate import answered, asked_back, told
from .progress import Progress
from .senses import Footage
from .subtitles import subtitle_files


def run(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Carry out one request.

    The result holds `status` (`done`, or `needs_input` when nothing could be done without an answer),
    `timeline` (null when nothing changed), `content` (the version returned to, null for a new timeline;
    -1 for the empty one) and what to tell the user. Raises EngineError for a wrong operation and for
    footage that cannot be read.
    """
    media = {entry["info"]["media_id"]: MediaInfo.model_validate(entry["info"]) for entry in spec["media"]}
    paths = {entry["info"]["media_id"]: Path(entry["path"]) for entry in spec["media"]}
    timeline = Timeline.model_validate(spec["timeline"]) if spec.get("timeline") else None
    operations = typed(spec.get("operations") or [])
    outcome = _understood(spec, timeline, media, paths) if spec.get("instruction") else None
    language = language_of(outcome.language if outcome else spec.get("language"))
    if not operations and outcome is not None and outcome.kind != "plan":
        return _unedited(outcome, timeline, language)
    planned = [*operations, *(outcome.operations if outcome else ())]
    if not planned and outcome is None:
        raise EngineError("bad_request", "There is nothing to do.", "Say what you want, or give typed operations.")
    cache = Path(spec["cache"]) if spec.get("cache") else None
    footage = Footage(media, paths, cache, progress)
    edited = apply(timeline, planned, media, footage, _history(spec), _contents(spec))
    return _result(edited, outcome, language)


def typed(given: Sequence[Any]) -> list[AnyOperation]:
    """Validate operations as a host sent them. Raises EngineError that names the operation and the field."""
    return [_typed(number, one) for number, one in enumerate(given, 1)]


def _typed(number: int, given: Any) -> AnyOperation:
    name = given.get("op") if isinstance(given, dict) else None
    if name not in OPERATIONS:
        known = ", ".join(OPERATIONS)
        raise EngineError("bad_request", f"Operation {number} has op {name!r}, which does not exist.", f"Use: {known}.")
    try:
        return operation_adapter.validate_python(given)
    except ValidationError as error:
        problems = "; ".join(_problem(one) for one in error.errors(include_url=False))
        fields = ", ".join(field for field in OPERATIONS[name].model_fields if field != "op")
        message = f"Operation {number} ({name}) is wrong: {problems}."
        raise EngineError("bad_request", message, f"{name} takes: {fields or 'nothing'}.") from None


def _problem(problem: Any) -> str:
    place = ".".join(str(part) for part in problem["loc"][1:]) or "it"
    if problem["type"] == "extra_forbidden":
        return f"it has no argument {place!r}"
    if problem["type"] == "missing":
        return f"{place} is missing"
    return f"{place} = {problem['input']!r}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"


def _understood(
    spec: dict[str, Any], timeline: Timeline | None, media: Mapping[str, MediaInfo], paths: Mapping[str, Path]
) -> Outcome:
    beside = tuple(file.name for path in paths.values() for file in subtitle_files(path))
    situation = Situation.of(timeline, tuple(media.values()), language=spec.get("language"), subtitle_files=beside)
    return interpret(spec["instruction"], situation)


def _history(spec: dict[str, Any]) -> list[Version]:
    return [
        Version(rev=one["rev"], content=one["content"], parent=one.get("parent")) for one in spec.get("versions") or []
    ]


def _contents(spec: dict[str, Any]) -> dict[int, Timeline]:
    return {
        one["rev"]: Timeline.model_validate(one["timeline"])
        for one in spec.get("versions") or []
        if one.get("timeline") and one["rev"] == one["content"]
    }


def _unedited(outcome: Outcome, timeline: Timeline | None, language: Language) -> dict[str, Any]:
    answers = outcome.kind == "query"
    message = answered(outcome, timeline, language) if answers else asked_back(outcome, language)
    suggested = list(outcome.suggested)
    if answers and outcome.topic == "credits" and not suggested:
        suggested.append(Suggested(tool="credits", text="Show the balance."))
    refused = [{"code": outcome.code, "what": message, "next_step": ""}] if outcome.kind == "refuse" else []
    return {
        **_EMPTY,
        "status": "done" if answers else "needs_input",
        "message": message,
        "not_understood": list(outcome.not_understood),
        "refused": refused,
        "suggested": [one.model_dump() for one in suggested],
        "query": outcome.topic,
    }


_EMPTY: dict[str, Any] = {
    "timeline": None, "content": None, "changes": [], "picks": [], "assumed": [], "not_understood": [], "refused": [],
    "suggested": [], "query": None,
}  # fmt: skip


def _result(edited: Edited, outcome: Outcome | None, language: Language) -> dict[str, Any]:
    stuck = bool(edited.refused) and not edited.changed and not edited.changes
    suggested = list(outcome.suggested) if outcome else []
    if outcome is not None and outcome.exports and edited.timeline.clips and not _suggests_export(suggested):
        suggested.append(Suggested(tool="export", text="Export the reel."))
    return {
        **_EMPTY,
        "status": "needs_input" if stuck else "done",
        "timeline": edited.timeline.model_dump(mode="json") if edited.changed else None,
        "content": edited.content,
        "message": told(edited, outcome, language),
        "changes": [say.within(language) for say in edited.changes],
        "picks": [pick.model_dump(mode="json") for pick in edited.picks],
        "assumed": [say.within(language) for say in edited.assumed],
        "not_understood": [
            *(outcome.not_understood if outcome else ()),
            *(gap.what for gap in (outcome.unsupported if outcome else ())),
        ],
        "refused": [
            {
                "code": refusal.code,
                "what": refusal.what.within(language),
                "next_step": refusal.next_step.within(language),
            }
            for refusal in edited.refused
        ],
        "suggested": [one.model_dump() for one in suggested],
    }


def _suggests_export(suggested: Sequence[Suggested]) -> bool:
    return any(one.tool == "export" for one in suggested)
