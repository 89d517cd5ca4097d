"""Footage as it is: whole files, stretches of them, the same share of each, and all but a stretch."""

from dataclasses import replace
from typing import Any

from ...timeline.media import MediaInfo
from ...timeline.operations import Highlights, Keep, RangeTarget, Remove, SilenceRemove, Trim
from ..context import ParseContext
from ..intents.source_ranges import bounds_of, of_footage
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Token
from . import reel_facts
from .frame import Filled, frame, role

_STRETCHES = ("range", "head", "tail")
_STRETCH = "range|head|tail"
_FILES = "VIDEO|GAME|SOURCE_SOUND"
_ALL = "ALL|EVERYTHING"
_USING = (
    "'use'|'using'|'used'|'take'|'want'|'need'|'i_want'|'i_need'|'need'|'give'|'给我'|'要'|'用'|'用上'|'留'|'想要'|'放'|'都要'"
)

Bounds = tuple[int, int]
Piece = tuple[MediaInfo | None, list[Bounds]]


def _footage(scene: ParseContext) -> dict[str, MediaInfo]:
    return {m.name.casefold(): m for m in scene.situation.footage}


def _named(tokens: tuple[Token, ...], scene: ParseContext) -> list[MediaInfo] | None:
    """The files named, in order, each once; None where one is no footage."""
    known = _footage(scene)
    said = [str(t.value).casefold() for t in tokens if t.kind == "asset"]
    return [known[n] for n in dict.fromkeys(said)] if all(n in known for n in said) else None


def _pieces(filled: Filled, scene: ParseContext) -> list[Piece] | None:
    """Of each file the stretches beside its name, else all of it; stretches without a name stand alone."""
    known = _footage(scene)
    found: list[Piece] = []
    waiting: list[Token] = []
    for part in filled.roles.get("piece", ()):
        names = [t for t in part if t.kind == "asset"]
        stretches = [_at_an_end(t, part) for t in part if t.kind in (*_STRETCHES, "duration")]
        if not names:
            waiting += stretches
            continue
        media = known.get(str(names[0].value).casefold())
        if media is None:
            return None
        if waiting and part[0].kind == "asset":
            return None  # `0:10-0:20, a.mp4`: of which file?
        found.append((media, [bounds_of(t, media.duration_ms) for t in (*waiting, *stretches)]))
        waiting = []
    if waiting and found:
        last = found[-1]
        if last[0] is None or not last[1]:
            return None
        found[-1] = (last[0], [*last[1], *(bounds_of(t, last[0].duration_ms) for t in waiting)])
    elif waiting:
        end = _end(filled, scene)
        found.append((None, [bounds_of(t, end) for t in waiting]))
    return found if all(a < b for _, bounds in found for a, b in bounds) else None


def _at_an_end(token: Token, part: tuple[Token, ...]) -> Token:
    """`开场那三分钟`: a length at the beginning or the end."""
    if token.kind != "duration":
        return token
    return replace(token, kind="head" if any(t.is_a("FRONT", "START") for t in part) else "tail")


def _of_source(filled: Filled, scene: ParseContext) -> bool:
    return scene.count <= 1 or any(of_footage(t) for t in filled.tokens)


def _end(filled: Filled, scene: ParseContext) -> int:
    return scene.situation.source_ms if _of_source(filled, scene) else scene.situation.duration_ms


def _kept(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`keep 0:10-0:20`, `the last ten seconds of b.mov`."""
    pieces = _pieces(filled, scene)
    if not pieces or not scene.situation.footage or scene.planned("highlights"):
        return None
    cut = scene.situation.has_timeline and not scene.uncut
    told = filled.has("kept") or filled.says("rest", "REMOVE", "UNWANTED", "SKIP", "NOT")
    if scene.situation.has_timeline and not told:
        return None
    if any(not bounds for _, bounds in pieces) and (cut or not (told or filled.has("using") or len(pieces) > 1)):
        return None
    if cut and len(pieces) > 1:
        return None
    if cut and pieces[0][0] is None and not _of_source(filled, scene) and any(a >= _end(filled, scene) for a, _ in pieces[0][1]):
        return None
    several = len(scene.situation.footage) > 1 and not cut
    if several and any(media is None for media, _ in pieces):
        return None
    ref = "source" if pieces[0][0] is not None or _of_source(filled, scene) else "timeline"
    out: list[Finding] = []
    for place, (media, bounds) in enumerate(pieces):
        facts: dict[str, Any] = ({"ranges_ms": tuple(bounds), "ref": ref} if bounds else {}) | ({"source": media.name} if media else {})
        out.append(ParsedOperation(Keep.model_validate(facts), filled.at + place, targeted=True))
    return out


_BESIDE = [
    role("kept", "KEEP|ONLY", "ONLY KEEP", "KEEP ONLY", "ONLY ADD", many=True),
    role("using", _USING, "MAKE|FIND|TRIM", many=True),
]
_KEPT = frame(
    "kept",
    [],
    [
        *_BESIDE,
        role("piece", "FRONT|START|BACK|END duration", f"{_STRETCH} asset", f"asset {_STRETCH}", f"{_ALL} asset", f"asset {_ALL}", _STRETCH, f"{_ALL} {_STRETCH}", "asset", many=True),
        role("of", f"'of'|'from'? {_FILES} {_FILES}?", "REEL|VIDEO"),
        role("rest", "REMOVE|UNWANTED|SKIP|NOT REST", "REST ALL? REMOVE|UNWANTED|SKIP", "'nothing_else'"),
        role("what", "SAYING|CRITERION:speech"),
        role("back", "ASSEMBLE"),
        role("these", "THAT_CLIP", "number|'both' CLIP|VIDEO|GAME COLON?", "'这'|'这些'|'these'|'those' number? 'parts'|'bits'|'块'|'两块'|'段'|'三段'?"),
    ],
    lambda filled, scene: _whole_kept(filled, scene),
    light="MOMENT CLIP VIDEO BETWEEN THEN ADD CHANGE GAME COLON FIND",
    required=["piece"],
)


def _whole_kept(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    reels = [t for t in filled.tokens if t.is_a("REEL")]
    if reels and (scene.uncut or not all(t.is_a("VIDEO") or reel_facts.is_the_one(filled.tokens, t) for t in reels)):
        return None
    if filled.says("using", "TRIM") and not any(t.text in ("take", "taking", "takes") for t in filled.of("using")):
        return None
    if any(t.text in ("make", "making") for t in filled.tokens) or filled.says("using", "REMOVE", "SHORTEN"):
        return None
    return _kept(filled, scene)


def _all(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`keep everything`, `join the two files`."""
    footage = scene.situation.footage
    if not footage or scene.situation.has_timeline and not scene.uncut or scene.planned("highlights"):
        return None
    number = filled.value("number", "number")
    if (number and number.value != len(footage)) or (filled.says("joined", "ASSEMBLE") and len(footage) < 2 and not filled.has("whole")):
        return None
    named = _named(filled.of("file"), scene) if filled.has("file") else []
    if named is None or (not named and not filled.has("whole", "number", "both") and not filled.says("joined", "ASSEMBLE")):
        return None
    if not named and not filled.has("kept", "using", "joined", "intact", "both") and not _is_bare(filled):
        return None
    placed = filled.says("file", "FRONT", "BACK") or (len(named) > 1 and filled.has("ahead", "swapped"))
    if named and not placed and not filled.has("joined", "kept", "using", "whole"):
        return None
    if scene.situation.has_timeline:
        return []  # it is laid down whole already
    if filled.has("to") and not any(t.text in _PUT_TO for t in filled.tokens):
        return None
    if scene.planned("keep") and not named:
        return []
    ordered = named[::-1] if len(named) == 2 and filled.has("swapped", "to") else named
    if filled.says("file", "FRONT", "BACK"):
        ordered = _placed(filled, named)
    if not ordered:
        return [ParsedOperation(Keep(), filled.at, targeted=True)]
    return [ParsedOperation(Keep(source=m.name), filled.at + n, targeted=True) for n, m in enumerate(ordered)]


def _placed(filled: Filled, named: list[MediaInfo]) -> list[MediaInfo]:
    """`b.mov goes first, then a.mp4`."""
    sides = [1 if any(t.is_a("BACK") for t in p) else -1 if any(t.is_a("FRONT") for t in p) else 0 for p in filled.roles["file"]]
    return [media for _, media in sorted(zip(sides, named, strict=True), key=lambda pair: pair[0])] if len(sides) == len(named) else []


_PUT_TO = frozenset({"append", "add", "attach", "put", "接到", "接在"})


def _is_bare(filled: Filled) -> bool:
    """`the complete footage`, and no more than that."""
    return filled.has("whole") and not filled.has("file")


_WHOLE = frame(
    "whole",
    [],
    [
        *_BESIDE,
        role("whole", f"{_ALL} 'of'? {_FILES}?", "CLIP|VIDEO|GAME ALL", "ALL duration", "'full_length'|'full-length'"),
        role("number", f"number {_FILES}|CLIP"), role("both", f"'both' {_FILES}|CLIP"),
        role("joined", "ASSEMBLE", "ADD ASSEMBLE", "MAKE ASSEMBLE", "ADD", many=True),
        role("into", "TO? 'as'? 'one'|'a_single'|'single'|'一个'|'一条' VIDEO|GAME", "TO 'one'"),
        role("file", "asset MOVE|ADD? FRONT|BACK?", many=True),
        role("swapped", "AFTER"), role("ahead", "BEFORE"), role("to", "TO"), role("them", "THAT_CLIP"),
        role("intact", "LEAVE_ALONE"), role("order", "CHRONO"), role("reel", "REEL 'with'|'of'"),
        role("footage", _FILES),
    ],
    _all,
    light="CLIP ADD VIDEO GAME THEN EACH ALL CHANGE",
)  # fmt: skip


def _append(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`add 0:10-0:20 of b.mov at the end`, `append c.mp4`."""
    if not scene.situation.has_timeline or scene.planned("highlights"):
        return None
    pieces = _pieces(filled, scene)
    if not pieces or len(pieces) > 1 or pieces[0][0] is None:
        return None
    media, bounds = pieces[0]
    facts: dict[str, Any] = {"source": media.name, "mode": "append"} | ({"ranges_ms": tuple(bounds)} if bounds else {})
    return [ParsedOperation(Keep.model_validate(facts), filled.at, targeted=True)]


_APPEND = frame(
    "append",
    ["ADD|ASSEMBLE", "ADD MORE", "ASSEMBLE ADD"],
    [
        role("piece", "FRONT|START|BACK|END duration", f"{_STRETCH} asset", f"asset {_STRETCH}", f"{_ALL} asset", "asset"),
        role("end", "TO|POINT|'on'|'at'|'在'? END|BACK"),
        role("reel", "TO? REEL|VIDEO", "'of' REEL|VIDEO"),
    ],
    _append,
    light="VIDEO CLIP MOMENT",
    required=["piece"],
)


def _but(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`everything except 0:10-0:20`, `keep 0:00-30:00 except 10:00-20:00`, `delete all but 0:10-0:20`."""
    if not scene.situation.footage or scene.planned("highlights"):
        return None
    takes, keeps = filled.has("taken"), filled.has("kept", "using")
    whole = filled.has("whole") or any(t.text.startswith(("all ", "everything ", "anything ")) for t in filled.of(""))
    if takes == keeps and not (whole and not takes):
        return None
    named = _named(filled.of("file"), scene) if filled.has("file") else []
    if named is None or len(named) > 1 or (len(scene.situation.footage) > 1 and not scene.count and not named):
        return None
    source = bool(named) or _of_source(filled, scene)
    end = named[0].duration_ms if named else scene.situation.duration_ms or scene.situation.source_ms
    out = _bounds(filled, "spared", end)
    within = _bounds(filled, "within", end)
    if out is None or within is None or (not source and any(a >= end for a, _ in out)):
        return None
    file = {"source": named[0].name} if named else {}
    ref = "source" if source else "timeline"
    if within:
        out = reel_facts.apart(within, out)
        takes = not takes
    if not out:
        return None
    if takes:
        facts = {"ranges_ms": tuple(out), "ref": ref, **file}
        return [ParsedOperation(Keep.model_validate(facts), filled.at, targeted=True)]
    of_source = source and not scene.uncut
    media = named[0].media_id if named and of_source else None
    targets = [RangeTarget(range_ms=r, ref="source", media_id=media) if of_source else RangeTarget(range_ms=r) for r in out]
    return [ParsedOperation(Remove(target=t), filled.at + n, targeted=True) for n, t in enumerate(targets)]


def _bounds(filled: Filled, name: str, end: int) -> list[Bounds] | None:
    found = [bounds_of(t, end) for t in filled.of(name) if t.kind in _STRETCHES]
    return found if all(a < b for a, b in found) else None


_TAKING = "REMOVE|UNWANTED|SKIP|CUT|TRIM"
_BUT = frame(
    "but",
    [f"EXCEPT {_STRETCH}", f"{_STRETCH} EXCEPT", f"EXCEPT {_STRETCH} EXCEPT", f"EXCEPT THAT_CLIP|CLIP {_STRETCH}"],
    [
        role("kept", "KEEP", "KEEP REST"), role("using", _USING), role("taken", _TAKING),
        role("whole", f"{_ALL} {_FILES}?", "REST ALL?", "EXCEPT ALL"), role("within", _STRETCH),
        role("more", f"AND {_STRETCH}", many=True), role("file", "asset"), role("of", _FILES),
    ],
    lambda filled, scene: _excepted(filled, scene),
    light="MOMENT CLIP VIDEO BETWEEN ALL THAT_CLIP SAYING GAME CHANGE ADD",
)  # fmt: skip


def _excepted(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    filled.roles["spared"] = [*filled.roles[""], *filled.roles.get("more", ())]
    return _but(filled, scene)


def _narrowed(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`trim it to 0:10-0:20`."""
    if not scene.situation.footage or scene.planned("highlights") or scene.last is not None:
        return None
    to = filled.of("to")[0]
    if to.kind in _STRETCHES and not filled.trigger.text.endswith(("到", "成", "至", " to", " down")):
        return None
    parts = _bounds(filled, "to", _end(filled, scene))
    if not parts or any(a >= _end(filled, scene) for a, _ in parts) or (len(scene.situation.footage) > 1 and not scene.count):
        return None
    facts = {"ranges_ms": tuple(parts), "ref": "source" if _of_source(filled, scene) else "timeline"}
    return [ParsedOperation(Keep.model_validate(facts), filled.at, targeted=True)]


_NARROWED = frame(
    "narrowed",
    ["TRIM|CUT|SHORTEN|TIGHTEN", "SHORTEN TRIM", "CUT SHORTEN"],
    [role("to", f"TO|'到'|'成'|'至'|'为' {_STRETCH}", f"TO {_STRETCH} AND {_STRETCH}", _STRETCH), role("target", "VIDEO|REEL|GAME", "ALL VIDEO|GAME?", "'it'|'this'")],
    _narrowed,
    light="MOMENT VIDEO ASPECT",
    required=["to"],
)


def _ends_gone(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`throw out everything before 10:00 and after 50:00`: what lies between stays."""
    if not scene.uncut or len(scene.situation.footage) != 1 or scene.planned("highlights"):
        return None
    end = scene.situation.duration_ms or scene.situation.source_ms
    gone = [bounds_of(t, end) for t in filled.of("gone") if t.kind in _STRETCHES]
    if len(gone) == 1:
        return [ParsedOperation(Remove(target=RangeTarget(range_ms=gone[0])), filled.at, targeted=True)]
    rest = reel_facts.apart([(0, end)], gone)
    if len(gone) != 2 or len(rest) != 1 or rest[0][0] == 0 or rest[0][1] == end:
        return None
    return [ParsedOperation(Keep(ranges_ms=tuple(rest), ref="source"), filled.at, targeted=True)]


_ENDS_GONE = frame(
    "ends_gone",
    ["REMOVE|CUT|SKIP|UNWANTED|TRIM"],
    [role("gone", f"{_ALL}? range AND {_ALL}? range", f"{_ALL} range", many=True)],
    _ends_gone,
    light="ALL EVERYTHING MOMENT VIDEO",
    required=["gone"],
)


def _hushed(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`去掉静音`: one word for taking out the silences."""
    if not filled.trigger.is_a("REMOVE", "TRIM", "SKIP"):
        return None
    return [ParsedOperation(SilenceRemove(), filled.at, targeted=True)]


_HUSHED = frame("hushed", ["SILENCE"], [], _hushed, light="MOMENT CLIP VIDEO ALL")


def _shares(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`20 seconds from each video`, `the first five seconds of each file`, `10 s from a.mp4 and 5 from b.mov`."""
    footage = scene.situation.footage
    if len(footage) < 2 or scene.situation.has_timeline and not scene.uncut:
        return None
    shares = _of_each(filled, footage) if filled.has("each") else _of_named(filled, scene)
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
    size = next((t for t in filled.of("share") if t.kind in ("duration", "number", *_STRETCHES)), None)
    total = filled.value("total", "duration")
    if size is None:
        return []
    if size.kind == "number":
        seconds = total is not None and size.value * 1000 * len(footage) == total.value
        counted = total is None and (filled.says("share", "MOMENT", "BEST", "CLIP") or reel_facts.criterion(filled)[0]) and float(size.value).is_integer()
        if not seconds and not counted:
            return []
        return [(m, {"total_ms": round(size.value * 1000)} if seconds else {"count": int(size.value)}) for m in footage]
    if total is not None and (size.kind != "duration" or size.value * len(footage) != total.value):
        return []
    return [(m, _share(size, m)) for m in footage]


def _of_named(filled: Filled, scene: ParseContext) -> list[tuple[MediaInfo, dict[str, Any]]]:
    known = _footage(scene)
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
    "each", f"'from'|'of'|'out_of'|'per'|'for' EACH {_SOURCES}?", "'from'|'of'|'for'? BATCH GAME? EACH?", "BATCH EACH?",
    f"number|'both' {_SOURCES} EACH", f"EACH {_SOURCES}",
)  # fmt: skip
_SHARES = frame(
    "shares",
    [],
    [
        *_BESIDE,
        _EACH,
        role("share", "BEST? duration", _STRETCH, "number BEST? MOMENT|CLIP|CRITERION:*", "BEST number MOMENT|CLIP|CRITERION:*", "number"),
        role("total", "duration REEL|VIDEO", "duration TOTAL", "TOTAL duration"),
        role("portion", "BEST? duration|number 'of'|'from'? asset", "asset BEST? duration", many=True),
        role("best", "BEST", many=True), role("named", "CRITERION:*", many=True), role("both", f"number|'both' {_SOURCES}"),
        role("joined", "ASSEMBLE"),
    ],
    _shares,
    light="MOMENT CLIP VIDEO THEN ADD CHANGE AROUND COLON",
)  # fmt: skip



def _shaved(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`trim the first ten seconds`: of footage laid down whole, or to be laid down."""
    if not scene.uncut or not scene.situation.footage or filled.trigger.text.endswith(("到", "成", "至")):
        return None
    parts = _bounds(filled, "part", scene.situation.duration_ms or scene.situation.source_ms)
    if not parts or any(t.text in ("take", "taking") for t in filled.of("")):
        return None
    return [ParsedOperation(Remove(target=RangeTarget(range_ms=r)), filled.at + n, targeted=True) for n, r in enumerate(parts)]


_SHAVED = frame(
    "shaved",
    ["TRIM", "TRIM OFF", "TRIM 'off'|'out'|'away'"],
    [role("part", _STRETCH, many=True), role("of", f"OFF? {_FILES}")],
    _shaved,
    light="MOMENT CLIP VIDEO ALL",
    required=["part"],
)


def _left_out(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`the first three seconds are me fumbling, leave them out`, and no word of a reel: all the rest of the footage."""
    footage = scene.situation.footage
    if scene.situation.has_timeline or len(footage) != 1 or scene.sentence_has & _REEL_WORDS:
        return None
    end = footage[0].duration_ms
    rest = reel_facts.apart([(0, end)], [bounds_of(t, end) for t in filled.tokens if t.kind in _STRETCHES])
    return [ParsedOperation(Keep(ranges_ms=tuple(rest)), filled.at, targeted=True)] if rest else None


_REEL_WORDS = frozenset({"REEL", "BEST", "FIND", "MAKE", "SEMANTIC", "SHORTEN"})
_LEFT_OUT = frame("left_out", [f"{_STRETCH} LEFT_OUT", f"LEFT_OUT {_STRETCH}"], [role("gone", "REMOVE")], _left_out)


def _from_each(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`cut the first five seconds off each video`: off every file, when they are laid down one behind the other."""
    if len(scene.situation.footage) < 2 or scene.situation.has_timeline:
        return None
    number = filled.value("each", "number")
    if number is not None and number.value != len(scene.situation.footage):
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
    ["REMOVE|CUT|TRIM|SKIP|SHORTEN", "TRIM OFF|'off'", "CUT OFF|'off'"],
    [
        role("each", "EACH VIDEO|GAME|CLIP", "BATCH GAME? ALL?", "number|'both' CLIP? VIDEO|GAME EACH|ALL?", "ALL VIDEO|GAME"),
        role("head", "head", "START|FRONT ALL? REMOVE|TRIM|CUT? duration", "duration OFF? START|FRONT"),
        role("tail", "tail", "END|BACK ALL? REMOVE|TRIM|CUT? duration", "duration OFF? END|BACK"),
    ],
    _from_each,
    light="MOMENT ALL OFF",
    required=["each", "head|tail"],
)  # fmt: skip


def _rest_stays(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`take out 10:00-20:00 and keep the rest`: what was not taken out stays anyway."""
    return [] if scene.planned("remove", "trim", "silence_remove", "keep") else None


_REST = frame(
    "rest_stays",
    ["KEEP|LEAVE_ALONE REST", "VIDEO|GAME|ALL|EVERYTHING LEAVE_ALONE", "LEAVE_ALONE VIDEO|GAME|ALL|EVERYTHING", "REST ALL? KEEP|LEAVE_ALONE", "REST ALL? 'use'|'要'|'留'|'不动'"],
    [role("as", "LEAVE_ALONE"), role("all", "ALL"), role("else", "'otherwise'|'apart'")],
    _rest_stays,
    light="LENGTHEN MOMENT CLIP VIDEO ALL",
)

FRAMES = (_KEPT, _WHOLE, _APPEND, _BUT, _NARROWED, _ENDS_GONE, _SHARES, _SHAVED, _REST, _LEFT_OUT, _FROM_EACH, _HUSHED)
