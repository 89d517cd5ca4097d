"""Footage as it is: whole files, and stretches of them.

See `omissions` for all but a stretch, and `shares` for some of each file.
"""

from dataclasses import replace
from typing import Any

from ...timeline.media import MediaInfo
from ...timeline.operations import Highlights, Keep
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from ..stretches import bounds_of, of_footage
from ..tokens import Token
from . import reel_facts
from .frame import Filled, frame, role

STRETCHES = ("range", "head", "tail")
STRETCH = "range|head|tail"
FILES = "VIDEO|GAME|SOURCE_SOUND"
ALL = "ALL|EVERYTHING"
USING = (
    "'use'|'using'|'used'|'take'|'want'|'need'|'i_want'|'i_need'|'give'|'给我'|'要'|'用'|'用上'|'留'|'想要'|'放'|'都要'"
)

_PAIR = 2
Bounds = tuple[int, int]
Piece = tuple[MediaInfo | None, list[Bounds]]


def videos(scene: ParseContext) -> dict[str, MediaInfo]:
    return {m.name.casefold(): m for m in scene.situation.footage}


def bounds(filled: Filled, name: str, end: int) -> list[Bounds] | None:
    found = [bounds_of(t, end) for t in filled.of(name) if t.kind in STRETCHES]
    return found if all(a < b for a, b in found) else None


def named_files(tokens: tuple[Token, ...], scene: ParseContext) -> list[MediaInfo] | None:
    """The files named, in order, each once; None where one is no footage."""
    known = videos(scene)
    said = [str(t.value).casefold() for t in tokens if t.kind == "asset"]
    return [known[n] for n in dict.fromkeys(said)] if all(n in known for n in said) else None


def _pieces(filled: Filled, scene: ParseContext) -> list[Piece] | None:
    """Of each file the stretches beside its name, else all of it; stretches without a name stand alone."""
    known = videos(scene)
    found: list[Piece] = []
    waiting: list[Token] = []
    for part in filled.roles.get("piece", ()):
        names = [t for t in part if t.kind == "asset"]
        stretches = [_at_an_end(t, part) for t in part if t.kind in (*STRETCHES, "duration")]
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
        if last[0] is None or (not last[1] and len(found) > 1):
            return None
        found[-1] = (last[0], [*last[1], *(bounds_of(t, last[0].duration_ms) for t in waiting)])
    elif waiting:
        end = end_of(filled, scene)
        found.append((None, [bounds_of(t, end) for t in waiting]))
    if any(len(set(bounds)) < len(bounds) for _, bounds in found):
        return None  # `开头十秒用a.mp4的前十秒`: the same stretch twice
    return found if all(a < b for _, bounds in found for a, b in bounds) else None


def _at_an_end(token: Token, part: tuple[Token, ...]) -> Token:
    """`开场那三分钟`: a length at the beginning or the end."""
    if token.kind != "duration":
        return token
    return replace(token, kind="head" if any(t.is_a("FRONT", "START") for t in part) else "tail")


def is_of_source(filled: Filled, scene: ParseContext) -> bool:
    return scene.count <= 1 or any(of_footage(t) for t in filled.tokens)


def end_of(filled: Filled, scene: ParseContext) -> int:
    return scene.situation.source_ms if is_of_source(filled, scene) else scene.situation.duration_ms


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
    if (
        cut
        and pieces[0][0] is None
        and not is_of_source(filled, scene)
        and any(a >= end_of(filled, scene) for a, _ in pieces[0][1])
    ):
        return None
    several = len(scene.situation.footage) > 1 and not cut
    if several and any(media is None for media, _ in pieces):
        return None
    ref = "source" if pieces[0][0] is not None or is_of_source(filled, scene) else "timeline"
    out: list[Finding] = []
    for place, (media, bounds) in enumerate(pieces):
        facts: dict[str, Any] = ({"ranges_ms": tuple(bounds), "ref": ref} if bounds else {}) | (
            {"source": media.name} if media else {}
        )
        out.append(ParsedOperation(Keep.model_validate(facts), filled.at + place, targeted=True))
    return out


BESIDE = [
    role("kept", "KEEP|ONLY", "ONLY KEEP", "KEEP ONLY", "ONLY ADD", many=True),
    role("using", USING, "MAKE|FIND|TRIM", many=True),
]
_KEPT = frame(
    "kept",
    [],
    [
        *BESIDE,
        role(
            "piece",
            "FRONT|START|BACK|END duration",
            f"{STRETCH} asset",
            f"asset {STRETCH}",
            f"{ALL} asset",
            f"asset {ALL}",
            STRETCH,
            f"{ALL} {STRETCH}",
            "asset",
            many=True,
        ),
        role("of", f"'of'|'from'? {FILES} {FILES}?", "REEL|VIDEO"),
        role("rest", "REMOVE|UNWANTED|SKIP|NOT REST", "REST ALL? REMOVE|UNWANTED|SKIP", "'nothing_else'"),
        role("what", "SAYING|CRITERION:speech"),
        role("called", "'intro'|'introduction'|'outro'|'opening'|'ending'|'conclusion'", many=True),
        role("lasting", "'这'|'那'|'这一段'|'这段'|'那段' duration", "TOTAL duration"),
        role("back", "ASSEMBLE"),
        role(
            "these",
            "THAT_CLIP",
            "number|'both' CLIP|VIDEO|GAME COLON?",
            "'这'|'这些'|'these'|'those' number? 'parts'|'bits'|'块'|'两块'|'段'|'三段'?",
        ),
    ],
    lambda filled, scene: _whole_kept(filled, scene),
    light="MOMENT CLIP VIDEO BETWEEN THEN ADD CHANGE GAME COLON FIND THROUGHOUT",
    required=["piece"],
)


def _whole_kept(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    reels = [t for t in filled.tokens if t.is_a("REEL")]
    if reels and (scene.uncut or not all(t.is_a("VIDEO") or reel_facts.is_the_one(filled.tokens, t) for t in reels)):
        return None
    if filled.says("using", "TRIM") and not any(t.text in ("take", "taking", "takes") for t in filled.of("using")):
        return None
    if (number := filled.value("these", "number")) and number.value != len(filled.roles.get("piece", ())):
        return None  # `a.mp4, pick seven clips`
    if (size := filled.value("lasting")) and size.value != sum(
        t.value[1] - t.value[0] for t in filled.of("piece") if t.kind == "range" and t.value[1] is not None
    ):
        return None  # `1:10 to 1:18, these nine minutes`: which is meant?
    if any(t.text in ("make", "making") for t in filled.tokens) or filled.says("using", "REMOVE", "SHORTEN"):
        return None
    return _kept(filled, scene)


def _all(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`keep everything`, `join the two files`."""
    footage = scene.situation.footage
    if not footage or (scene.situation.has_timeline and not scene.uncut):
        return None
    if scene.planned("highlights"):
        return _chosen_in_order(filled, scene)
    if filled.says("footage", "REEL"):
        return None  # `make a reel from a.mp4`
    number = filled.value("number", "number")
    named = named_files(filled.of("file"), scene) if filled.has("file") else []
    if named is None or (number and number.value != len(footage)) or not _is_enough(filled, named, len(footage)):
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
        alone = len(ordered) == 1 and filled.roles["file"][0][0].kind == "asset"  # `b.mov放前面`
        if number or alone:
            ordered = _with_others(filled, ordered, [m for m in footage if m not in ordered])
    if not ordered:
        return [ParsedOperation(Keep(), filled.at, targeted=True)]
    return [ParsedOperation(Keep(source=m.name), filled.at + n, targeted=True) for n, m in enumerate(ordered)]


def _chosen_in_order(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`两个视频各来四十五秒，b在前`: the moments of each file, in that order of the files."""
    made = [f for f in scene.findings if isinstance(f, ParsedOperation)]
    wishes = [f.op for f in made if isinstance(f.op, Highlights) and f.op.source]
    named = named_files(filled.of("file"), scene) if filled.says("file", "FRONT", "BACK") else None
    if not named or len(wishes) < _PAIR or len(wishes) != len(scene.findings):
        return None
    ordered = _with_others(filled, _placed(filled, named), [m for m in scene.situation.footage if m not in named])
    places = {media.name: place for place, media in enumerate(ordered)}
    wishes.sort(key=lambda op: places.get(op.source or "", len(places)))
    for place, (found, op) in enumerate(zip(made, wishes, strict=True)):
        facts = op.model_dump(exclude_unset=True, exclude={"mode"}) | ({"mode": "append"} if place else {})
        scene.findings[place] = replace(found, op=Highlights.model_validate(facts))
    return []


def _is_enough(filled: Filled, named: list[MediaInfo], count: int) -> bool:
    """Whether it is said of which files, and that they are to be used."""
    joined = filled.says("joined", "ASSEMBLE")
    if joined and count < _PAIR and not filled.has("whole"):
        return False
    if filled.says("reel", "REEL") and not filled.has("joined", "whole", "both"):
        return False  # `only highlights of a.mp4`
    if not named:
        told = joined or filled.has("whole", "number", "both")
        return told and (filled.has("kept", "using", "joined", "intact", "both") or _is_bare(filled))
    if any(t.is_a("MOVE", "ADD") and not t.is_a("FRONT", "BACK") for t in filled.roles["file"][0][-1:]):
        return False  # `b.mov放在a.mp4前面` is about the place beside another
    placed = filled.says("file", "FRONT", "BACK") or (len(named) > 1 and filled.has("ahead", "swapped"))
    return placed or filled.has("joined", "kept", "using", "whole")


def _placed(filled: Filled, named: list[MediaInfo]) -> list[MediaInfo]:
    """`b.mov goes first, then a.mp4`; one that is named again, with its place, `a和b都要，b在前`, stands there."""
    sides: dict[str, int] = {}
    for part in filled.roles["file"]:
        name = next((str(t.value).casefold() for t in part if t.kind == "asset"), "")
        back, front = (any(t.is_a(end) for t in part) for end in ("BACK", "FRONT"))
        sides[name] = 1 if back else -1 if front else sides.get(name, 0)
    if {m.name.casefold() for m in named} != sides.keys():
        return []
    return sorted(named, key=lambda media: sides[media.name.casefold()])


def _with_others(filled: Filled, ordered: list[MediaInfo], others: list[MediaInfo]) -> list[MediaInfo]:
    """`两个视频接在一起，b.mov放前面`: the files that are not named stand behind, or before."""
    return [*ordered, *others] if filled.says("file", "FRONT") else [*others, *ordered]


_PUT_TO = frozenset({"append", "add", "attach", "put", "接到", "接在"})


def _is_bare(filled: Filled) -> bool:
    """`the complete footage`, and no more than that."""
    return filled.has("whole") and not filled.has("file")


_WHOLE = frame(
    "whole",
    [],
    [
        *BESIDE,
        role(
            "whole",
            f"{ALL} 'of'? {FILES}?",
            "CLIP|VIDEO|GAME ALL",
            "THROUGHOUT",
            "ALL duration",
            "'both'? 'full_length'|'full-length'",
        ),
        role("number", f"number {FILES}|CLIP"),
        role("both", f"'both' {FILES}|CLIP"),
        role("joined", "ASSEMBLE", "ADD ASSEMBLE", "MAKE ASSEMBLE", "ADD", many=True),
        role("into", "TO? 'as'? 'one'|'a_single'|'single'|'一个'|'一条' VIDEO|GAME", "TO 'one'"),
        role(
            "file",
            "asset MOVE|ADD? FRONT|BACK?",
            "'start_with'|'begin_with'|'starting_with'|'open_with' asset",
            many=True,
        ),
        role("swapped", "AFTER"),
        role("ahead", "BEFORE"),
        role("to", "TO"),
        role("them", "THAT_CLIP"),
        role("intact", "LEAVE_ALONE"),
        role("order", "CHRONO"),
        role("reel", "REEL 'with'|'of'"),
        role("footage", FILES),
    ],
    _all,
    light="CLIP ADD VIDEO GAME THEN EACH ALL CHANGE",
)


def _beside(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`b.mov should play before a.mp4`, `b.mov放在a.mp4前面`: both whole, in that order."""
    named = named_files(filled.of("pair"), scene)
    if not named or len(named) != _PAIR or scene.situation.has_timeline or scene.findings:
        return None
    first = any(t.is_a("BEFORE", "FRONT") for t in filled.of("pair"))
    return [
        ParsedOperation(Keep(source=m.name), filled.at + n, targeted=True)
        for n, m in enumerate(named if first else named[::-1])
    ]


_BESIDE = frame(
    "beside",
    [],
    [
        role(
            "pair", "asset MOVE|ADD|SPEED? BEFORE|AFTER|FRONT asset", "asset MOVE|ADD? asset ~FRONT|BEFORE|BACK|AFTER"
        ),
        role("whole", f"{ALL} {FILES}?", "'both' UNCUT?", "UNCUT"),
        *BESIDE,
    ],
    _beside,
    light="MOVE ADD CHANGE",
    required=["pair"],
    operation="keep",
)


def _append(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`add 0:10-0:20 of b.mov at the end`, `append c.mp4`."""
    if not scene.situation.has_timeline or scene.planned("highlights"):
        return None
    pieces = _pieces(filled, scene)
    if not pieces or len(pieces) > 1:
        return None
    media, bounds = pieces[0]
    if media is None:
        return None
    facts: dict[str, Any] = {"source": media.name, "mode": "append"} | ({"ranges_ms": tuple(bounds)} if bounds else {})
    return [ParsedOperation(Keep.model_validate(facts), filled.at, targeted=True)]


_APPEND = frame(
    "append",
    ["ADD|ASSEMBLE", "ADD MORE", "ASSEMBLE ADD"],
    [
        role("piece", "FRONT|START|BACK|END duration", f"{STRETCH} asset", f"asset {STRETCH}", f"{ALL} asset", "asset"),
        role("end", "TO|POINT|'on'|'at'|'在'? END|BACK"),
        role("reel", "TO? REEL|VIDEO", "'of' REEL|VIDEO"),
    ],
    _append,
    light="VIDEO CLIP MOMENT",
    required=["piece"],
)


def _untouched(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`nothing left out`, `I'm not after highlights`, `一刀也别剪`: beside an order, all of the footage is meant."""
    if not scene.situation.footage or not scene.uncut or filled.has("file"):
        return None
    ordered = scene.situation.has_timeline or scene.findings or filled.says("", "UNCUT")
    if scene.sentence_has & _TAKING and not filled.says("", "UNCUT"):
        return None
    if scene.situation.has_timeline or scene.planned("keep"):
        return []
    return [ParsedOperation(Keep(), _FIRST, targeted=True)] if ordered else None


_FIRST = -1  # the footage is laid down before it is changed, wherever that was said
_TAKING = frozenset({"SKIP", "SPLIT", "EXCEPT", "UNWANTED"})
_UNTOUCHED = frame(
    "untouched",
    ["UNCUT", "NOT REEL|BEST", "NOT CUT|TRIM|REMOVE|CUT_NOUN"],
    [
        *BESIDE,
        role("what", f"{ALL} {FILES}?", FILES, "MOMENT|'内容'|'画面'"),
        role("bit", "A_BIT", "'anything'|'any'|'single'|'bit'|'thing'"),
        role("file", "asset"),
        role("just", "ONLY"),
    ],
    _untouched,
    light="MOMENT CLIP VIDEO GAME MAKE ALL ADD CHANGE AFTER",
    operation="keep",
)


FRAMES = (_KEPT, _WHOLE, _BESIDE, _APPEND, _UNTOUCHED)
