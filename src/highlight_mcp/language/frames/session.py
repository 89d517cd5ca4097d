"""Beside the edit: undo and redo, versions, starting over, exports, and what is not done here."""

import re

from ...timeline.operations import Redo, Reset, Restore, Undo
from ..context import ParseContext
from ..outcome import ExportRequest, Finding, ParsedOperation, Unresolved
from ..tokens import Token, is_head
from .files import file_kind, is_made, preset_of_file, service_named
from .frame import Filled, frame, role

_MAX_FPS = 120
_MOST_STEPS = 1000
_FEW = {"both": 2, "两": 2, "三": 3, "四": 4, "五": 5}


def _count(filled: Filled) -> int | None:
    """How many steps are said; None where none are."""
    if word := next((t.text for t in filled.of("steps") if t.text in _FEW), None):
        return _FEW[word]
    token = filled.value("steps") or filled.value("", "steps")
    return min(_MOST_STEPS, max(1, int(token.value))) if token else None


_PART = role(
    "part",
    "clips",
    "EXCEPT <name>",
    "quote|time|range|head|tail|percent|decibels|duration",
    "TITLE|CAPTION|CARD|MUSIC|AUDIO|SOURCE_SOUND|TRANSITION|SUBTITLES|OVERLAY|MUTE|FADE|ROTATE|FLIP|SPLIT|VOLUME|FILTER",
    "JOIN:*|LOOK:*|SHAPE:*",
    many=True,
)


def _in_part(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`undo the mute of clip 3`: one change among others cannot be undone, only the last ones."""
    if not filled.has("part"):
        return None
    words = scene.words(filled.clause(*filled.roles))
    return [Unresolved(words, filled.at, missing=("operation", "target"))]


def _undo(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if gap := _in_part(filled, scene):
        return gap
    numbers = filled.of("steps")
    ahead = [t for t in filled.tokens if numbers and filled.trigger.start < t.start < numbers[0].start]
    if any(t.kind == "separator" or t.is_a("AND", "THEN") for t in ahead):
        return None  # `undo, 3`: three steps, or clip 3?
    said = _count(filled)
    if filled.has("all") and not said:
        return [ParsedOperation(Undo(steps="all"), filled.at)]
    further = 1 if filled.has("further") else 0
    count = (said or 1) + further
    before = scene.findings[-1] if scene.findings else None
    if isinstance(before, ParsedOperation) and isinstance(before.op, Undo) and "MORE" in scene.sentence_has:
        return [ParsedOperation(Undo(steps=1 + count), filled.at)] if before.vague else None
    return [ParsedOperation(Undo(steps=count), filled.at, vague=said is None and not further)]


_UNDO = frame(
    "undo",
    ["UNDO", "RESTORE UNDO", "UNDO UNDO"],
    [
        role(
            "steps",
            "steps",
            "number",
            "number CHANGE|VERSION|'things'|'of'",
            "'both'",
            "'两'|'三'|'四'|'五' '次'|'下'|'回'",
            "number '次'|'下'|'回'",
        ),
        role("further", "ONE_BEFORE"),
        role("all", "EVERYTHING|ALL"),
        role("last", "BACK CHANGE?", "'last' CHANGE?"),
        role("just", "'just'|'only'|'只'"),
        role("fault", "'不' '好'|'行'|'对'", "ALL? SKIP", "'不行'|'不好看'|'难看'|'不对'|'不满意'|'不好'|'不喜欢'"),
        _PART,
    ],
    _undo,
    light="CHANGE MOVE THAT_CLIP",
)


_STEP_BACK = frame(
    "undo",
    ["'go'|'step'|'jump'|'roll'|'wind'|'take'|'move'|'skip' steps 'back'|'backwards'", "'back' steps"],
    [role("it", "'it'|'us'|'me'|'things'")],
    _undo,
    light="CHANGE MOVE THAT_CLIP",
)


def _redo(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if gap := _in_part(filled, scene):
        return gap
    count = _count(filled)
    return [ParsedOperation(Redo(steps=count) if count else Redo(), filled.at)]


_REDO = frame(
    "redo",
    ["REDO", "MOVE|SORT|UNDO|LENGTHEN REDO"],
    [role("steps", "steps", "number"), _PART],
    _redo,
    light="CHANGE MOVE END BACK UNDO",
)


def _restore(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    token = filled.value("version")
    return [ParsedOperation(Restore(version=token.value), filled.at)] if token else None


_RESTORE = frame(
    "restore",
    ["RESTORE", "UNDO", "MOVE", "CHANGE"],
    [role("version", "version")],
    _restore,
    light="MOVE CHANGE END BACK",
    required=["version"],
)


def _reset(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if filled.says("", "REMOVE") and any(t.kind in ("range", "head", "tail") for t in filled.of("part")):
        return None  # `delete everything after 5:00` takes a stretch out
    if gap := _in_part(filled, scene):
        return gap
    if any(t.value for t in filled.of("nothing")):
        return None
    if scene.sentence_has & {"REEL", "BEST"}:
        return []  # the reel asked for takes the place of the old one
    return [ParsedOperation(Reset(), filled.at)]


_RESET = frame(
    "reset",
    ["RESET"],
    [
        role("again", "RESET", many=True),
        role("all", "ALL|EVERYTHING", "ALL VIDEO"),
        role("undone", "UNDO|REMOVE ALL|EVERYTHING CHANGE?"),
        role("nothing", "number"),
        _PART,
    ],
    _reset,
    light="ALL MAKE CHANGE REMOVE",
)


_FILE = re.compile(r"\bfile\b|文件")


def _export(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    resolution, size = (filled.value(name) for name in ("resolution", "size"))
    size, rate = size or filled.value("", "size"), _rate_of(filled)
    if filled.has("pace") and (rate is None or filled.has("rate") or not filled.has("resolution", "container")):
        return None
    wanted = filled.says("", "MAKE", "ADD", "CHANGE", "GAME", "SHORTEN")
    bounded = filled.says("", "AT_MOST") and (filled.has("resolution", "rate") or _FILE.search(scene.source.work))
    bounded = bounded or (any(t.text in ("fit", "fits") for t in filled.of("")) and not _is_told(filled))
    bounded = bounded or all(t.kind == "size" or t.is_a("AT_MOST") for t in filled.tokens)  # `under 16 MB`
    goes_on = scene.planned("export") and (filled.has("resolution", "rate", "container") or filled.says("", "AT_MOST"))
    asked = any(t.value == "courtesy" for t in filled.tokens) and filled.has("resolution")
    details = bounded or goes_on or asked or (wanted and filled.has("resolution", "rate", "size"))
    if filled.says("", "SHORTEN") and not filled.has("size"):
        return None
    made = [file for token in filled.tokens if (file := preset_of_file(token))[0] is not None]
    preset, ending = next((file for file in made if file[1]), made[0] if made else (None, None))
    if not filled.says("", "EXPORT") and not details and not any(_is_a_file(t) for t in filled.tokens):
        return list(_not_made(filled, scene)) or None
    too_large = resolution and resolution.value.endswith("k") and resolution.value not in ("2k", "4k")
    if too_large or (rate and rate > _MAX_FPS):
        return [Unresolved(scene.words(filled.clause("", "resolution", "rate")), filled.at, code="limit")]
    request = ExportRequest(
        resolution={"hd": "1080p"}.get(resolution.value, resolution.value) if resolution else None,
        fps=rate,
        container=filled.named("container", "CONTAINER:") or (ending if preset else None),
        max_mb=size.value if size else None,
        preset=preset or service_named(scene.source.work),
    )
    beyond = [gap for gap in _not_made(filled, scene) if not size or gap.at != size.start]
    return [*beyond, ParsedOperation(request, filled.at)]


def _is_a_file(token: Token) -> bool:
    """`just the audio`, `as a gif`: words that only make sense of a file that is to be made, and that can be."""
    return file_kind(token).startswith("FILE:") and preset_of_file(token)[0] is not None


def _is_told(filled: Filled) -> bool:
    """`it fits in 16 MB`: a file that is there, and not one that is to be made."""
    return not any(t.text in _OUGHT for t in filled.tokens)


_OUGHT = frozenset({"has", "must", "should", "needs", "need", "to", "so", "make", "can"})


def _rate_of(filled: Filled) -> float | None:
    """Frames per second; with a bare number, as in `a 4K mov at 24`, only where it is one that films have."""
    token = filled.value("rate", "rate")
    number = filled.value("pace", "number")
    if token is None and number is not None:
        return float(number.value) if number.value in _RATES else None
    return token.value if token else None


_RATES = frozenset({23.976, 23.98, 24.0, 25.0, 29.97, 30.0, 48.0, 50.0, 59.94, 60.0, 100.0, 120.0})


def _not_made(filled: Filled, scene: ParseContext) -> list[Unresolved]:
    """One gap with the user's own words for each kind of file that is not made and each bound that none can keep."""
    found: dict[str, Unresolved] = {}
    for i, token in enumerate(filled.tokens):
        kind = "" if is_made(token) else file_kind(token)
        bound = filled.tokens[i - 1] if i and token.kind == "size" and filled.tokens[i - 1].is_a("AT_MOST") else token
        if kind or token.kind == "size":
            words = "file:" + scene.source.verbatim(bound.start, token.end)
            found.setdefault(kind, Unresolved(words, token.start, code="unsupported_op"))
    return list(found.values())


_EXPORT = frame(
    "export",
    [
        "EXPORT",
        "MAKE|ADD|CHANGE",
        "FILE:*",
        "'file'|'文件'",
        "CONTAINER:*",
        "AT_MOST size",
        "size AT_MOST",
        "SHORTEN",
        "'fit'|'fits' 'in'|'into'|'within'|AT_MOST size",
        "resolution",
    ],
    [
        role("pace", "'at' number"),
        role("stays", "KEEP|'stay'|'stays'|'remain'|'come'|'be'", "'to' 'be'|'fit'|'stay'|KEEP", many=True),
        role("resolution", "resolution"),
        role("rate", "rate"),
        role("container", "CONTAINER:*"),
        role("file", "FILE:*"),
        role("size", "AT_MOST? size", "size AT_MOST", "SMALL 'than'? size"),
        role("small", "SMALL"),
        role("again", "EXPORT"),
        role("all", "ALL|EVERYTHING|THROUGHOUT"),
    ],
    _export,
    light="VIDEO TO GAME MOVE POINT VERSION CHANGE ADD MAKE BACK END AT_MOST ASPECT FIND",
    own=False,
)


_WISHES = (
    "ADD",
    "REMOVE",
    "UNWANTED",
    "MAKE",
    "CHANGE",
    "MOVE",
    "FIND",
    "CUT",
    "MUTE",
    "QUIETER",
    "KEEP",
    "AUDIO",
    "SOURCE_SOUND",
)


def _refused(token: Token) -> bool:
    return any(c.startswith(("UNSUPPORTED:", "ASR:")) for c in token.concepts)


def _refuse(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """What is not done here, by its name. It is only refused, so what else is said of it does not matter."""
    what, heard = filled.named("", "UNSUPPORTED:"), filled.named("", "ASR:")
    if (
        any(t.kind == "separator" or t.is_a("AND", "BUT", "NOT", "EXCEPT") for t in filled.tokens)
        or heard == "subtitles"
    ):
        return None
    if any(is_head(t) and not t.is_a(*_WISHES) and not _refused(t) for t in filled.of("about")):
        return None
    taken = filled.says("about", "UNWANTED", "REMOVE", "SKIP", "CUT")
    if taken and any(t.kind in ("range", "head", "tail") for t in filled.of("about")):
        return None  # `from 50:00 on they ask questions, cut that`: what is told of a stretch that is to go
    if heard and not what and (scene.situation.hears or scene.situation.subtitle_files):
        return None
    words = scene.words(filled.clause(*filled.roles))
    name = words if what == "other" else heard or what or ""
    return [Unresolved(name, filled.at, code="unsupported_op" if what else "needs_extra:asr")]


_REFUSE = frame(
    "refused",
    ["UNSUPPORTED:*", "ASR:*"],
    [role("about", "<name>", "<target>", "quote", "time|duration|range|head|tail|percent|clips", many=True)],
    _refuse,
)


def _cancel(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`forget it, …` at the opening takes nothing back yet."""
    return None if scene.findings else []


_CANCEL = frame("cancel", ["CANCEL"], [], _cancel)

FRAMES = (_CANCEL, _UNDO, _STEP_BACK, _REDO, _RESTORE, _RESET, _EXPORT, _REFUSE)
