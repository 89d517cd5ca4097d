"""The same of every file, or of each what is said: `20 seconds from each video`, `10 s of a.mp4 and 5 of b.mov`."""

from typing import Any

from ...timeline.media import MediaInfo
from ...timeline.operations import Highlights, Keep, Trim
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..stretches import bounds_of
from ..tokens import Token
from . import reel_facts
from .footage import BESIDE, STRETCH, STRETCHES, videos
from .frame import Filled, frame, role


def _shares(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`20 seconds from each video`, `the first five seconds of each file`, `10 s from a.mp4 and 5 from b.mov`."""
    footage = scene.situation.footage
    if len(footage) < 2 or (scene.situation.has_timeline and not scene.uncut):
        return None
    counted = filled.value("each", "number") or filled.value("both", "number")
    if counted is not None and counted.value != len(footage):
        return None  # `three videos` where there are two
    apart = any(t.is_a("EACH") or t.text == "apiece" or t.text.startswith("各") for t in filled.of("share"))
    listed = [str(t.value) for t in filled.of("listed") if t.kind == "asset"]
    if lost := next((name for name in listed if name.casefold() not in videos(scene)), None):
        return [Unresolved(lost, filled.at, code="asset_missing")] if apart else None
    if listed:
        footage = tuple(dict.fromkeys(videos(scene)[name.casefold()] for name in listed))
    one_by_one = filled.has("each") or ((len(listed) > 1 or filled.has("both")) and apart)
    shares = _of_each(filled, footage) if one_by_one else _of_named(filled, scene)
    if not shares:
        return None
    criterion, caveats = reel_facts.criterion(filled)
    scene.sentence_has -= {"BATCH"}  # it is one reel of them all
    out: list[Finding] = []
    for place, (media, facts) in enumerate(shares):
        stretch = facts.pop("range_ms", None)
        if stretch and (criterion or stretch[0] >= stretch[1]):
            return None
        facts |= {"source": media.name} | ({"criterion": criterion} if criterion else {})
        facts |= {"mode": "append"} if place else {}
        op = Keep.model_validate(facts | {"ranges_ms": [stretch]}) if stretch else Highlights.model_validate(facts)
        out.append(ParsedOperation(op, filled.at + place, caveats=caveats, targeted=True))
    return out


def _share(token: Token, media: MediaInfo) -> dict[str, Any]:
    if token.kind == "duration":
        return {"total_ms": min(token.value, media.duration_ms or token.value)}
    return {"range_ms": bounds_of(token, media.duration_ms)}


def _of_each(filled: Filled, footage: tuple[MediaInfo, ...]) -> list[tuple[MediaInfo, dict[str, Any]]]:
    size = next((t for t in filled.of("share") if t.kind in ("duration", "number", *STRETCHES)), None)
    total = filled.value("total", "duration")
    if size is None:
        return []
    if size.kind == "number":
        seconds = total is not None and size.value * 1000 * len(footage) == total.value
        counted = (
            total is None
            and (filled.says("share", "MOMENT", "BEST", "CLIP") or reel_facts.criterion(filled)[0])
            and float(size.value).is_integer()
        )
        if not seconds and not counted:
            return []
        return [(m, {"total_ms": round(size.value * 1000)} if seconds else {"count": int(size.value)}) for m in footage]
    if total is not None and (size.kind != "duration" or size.value * len(footage) != total.value):
        return []
    return [(m, _share(size, m)) for m in footage]


def _of_named(filled: Filled, scene: ParseContext) -> list[tuple[MediaInfo, dict[str, Any]]]:
    known = videos(scene)
    out: list[tuple[MediaInfo, dict[str, Any]]] = []
    for part in filled.roles.get("portion", ()):
        media = next((known.get(str(t.value).casefold()) for t in part if t.kind == "asset"), None)
        size = next((t for t in part if t.kind in ("duration", "number")), None)
        if media is None or size is None or any(m is media for m, _ in out):
            return []
        ms = size.value if size.kind == "duration" else round(size.value * 1000)
        if size.kind == "number" and not out:
            return []
        out.append((media, {"total_ms": min(ms, media.duration_ms or ms)}))
    return out if len(out) > 1 else []


_SOURCES = "VIDEO|GAME|CLIP"
_EACH = role(
    "each",
    f"'from'|'of'|'out_of'|'per'|'for' EACH {_SOURCES}?",
    "'from'|'of'|'for'? BATCH GAME? EACH?",
    "BATCH EACH?",
    f"number|'both' {_SOURCES} EACH",
    f"number|'both' CLIP? {_SOURCES}? '各取'|'各截'|'各'|'各要'|'各来'",
    f"EACH {_SOURCES}",
)
_SHARES = frame(
    "shares",
    [],
    [
        *BESIDE,
        _EACH,
        role("listed", "'from'|'of'|'out_of'|'从'? asset AND? asset", "AND? asset", many=True),
        role(
            "share",
            "BEST? duration",
            "duration EACH|'apiece'",
            "EACH CUT|MAKE|FIND|ADD|KEEP? duration",
            "'各取'|'各截'|'各要'|'各来'|'各选'|'各挑' duration",
            STRETCH,
            "number BEST? MOMENT|CLIP|CRITERION:*",
            "BEST number MOMENT|CLIP|CRITERION:*",
            "number",
        ),
        role("total", "duration REEL|VIDEO", "duration TOTAL", "TOTAL duration"),
        role("portion", "BEST? duration|number 'of'|'from'? asset", "asset BEST? duration", many=True),
        role("best", "BEST", many=True),
        role("named", "CRITERION:*", many=True),
        role("both", f"number|'both' {_SOURCES}"),
        role("joined", "ASSEMBLE"),
    ],
    _shares,
    light="MOMENT CLIP VIDEO THEN ADD CHANGE AROUND COLON",
)


def _from_each(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`cut the first five seconds off each video`: off every file, when they are laid down one behind the other."""
    if len(scene.situation.footage) < 2 or scene.situation.has_timeline:
        return None
    number = filled.value("each", "number")
    if number is not None and number.value != len(scene.situation.footage):
        return None
    if not any(t.is_a("REMOVE", "CUT", "TRIM", "SKIP", "SHORTEN") for t in filled.tokens):
        return None
    facts: dict[str, int] = {}
    for part in (*filled.roles.get("head", ()), *filled.roles.get("tail", ())):
        token = next(t for t in part if t.kind in ("duration", "head", "tail"))
        end = token.kind == "tail" or any(t.is_a("END", "BACK") for t in part)
        facts["tail_ms" if end else "head_ms"] = token.value
    if not facts:
        return None
    scene.sentence_has -= {"BATCH"}
    trim = Trim.model_validate({"target": "all", **facts})
    return [ParsedOperation(Keep(), filled.at, targeted=True), ParsedOperation(trim, filled.at + 1, targeted=True)]


_FROM_EACH = frame(
    "from_each",
    [],
    [
        role("verb", "REMOVE|CUT|TRIM|SKIP|SHORTEN", "TRIM|CUT OFF|'off'"),
        role(
            "each",
            "EACH VIDEO|GAME|CLIP",
            "BATCH GAME? ALL?",
            "number|'both' CLIP? VIDEO|GAME EACH|ALL?",
            "ALL VIDEO|GAME",
        ),
        role("head", "head", "START|FRONT ALL? REMOVE|TRIM|CUT? duration", "duration OFF? START|FRONT"),
        role("tail", "tail", "END|BACK ALL? REMOVE|TRIM|CUT? duration", "duration OFF? END|BACK"),
    ],
    _from_each,
    light="MOMENT ALL OFF",
    required=["each", "head|tail"],
)


FRAMES = (_SHARES, _FROM_EACH)
