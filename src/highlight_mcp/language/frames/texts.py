"""Words over the picture: titles, captions, subtitles from a file, numbers of clips, cards, watermarks."""

from pathlib import PurePath
from typing import Any, Literal

from ...timeline.operations import BgmRemove, CardAdd, ClipTarget, Overlay, OverlayRemove, Remove, SubtitlesAdd, TextAdd, TextEdit, TextRemove
from ..context import ParseContext
from ..lexicon import is_wide
from ..outcome import Finding, ParsedOperation, Unresolved
from ..resolve import union
from ..tokens import Token
from . import shown
from .frame import Filled, frame, role

_NOUN = "TITLE|CAPTION|SUBTITLES"
_WRITES = frozenset({"write", "写", "写上", "写个", "打", "打上", "打字"})
_OPENS = frozenset({"a", "an", "the", "some", "something", "one", "another", "个", "一个", "点"})
_ANY = frozenset({"something", "anything", "some", "whatever", "什么", "点什么", "别的", "else"})
_VAGUE = ("TITLE", "CAPTION", "SUBTITLES", "CARD", "CLIP", "MUSIC", "TRANSITION", "OVERLAY")
_KIND = role(
    "kind", _NOUN, "CAPTION CAPTION", "TITLE CAPTION", "SUBTITLES CAPTION", "'as'|'with'|'for' TITLE|CAPTION", "number CAPTION"
)
_QUOTED = ("quote", "SAYING quote", "COLON quote", "SAYING COLON quote")
_UNQUOTED = (f"{_NOUN} 'it'? COLON? <words>", f"{_NOUN} SAYING COLON? <words>", "SAYING COLON? <words>", "COLON <words>", "'it'|'this' <words>")


def _role_of(filled: Filled, scene: ParseContext) -> str:
    if _says(filled, "TITLE"):
        return "title"
    subtitle = _says(filled, "SUBTITLES") and not _says(filled, "CAPTION") and scene.language != "zh"
    return "subtitle" if subtitle else "caption"


def _says(filled: Filled, *concepts: str) -> bool:
    return any(t.is_a(*concepts) for name in ("", "kind") for t in filled.of(name)) or any(
        t.is_a(*concepts) for t in filled.of("words")[:1]
    )


def _add(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    said = shown.words(filled, scene)
    if said is None or filled.has("large") and filled.has("small"):
        return None
    text, certain = said
    quoted = any(t.kind == "quote" for t in filled.of("words"))
    if not quoted and (filled.inherited or text.casefold().split(" ")[0] in _ANY):
        return None
    if scene.situation.texts and any(_demands(t) for t in filled.tokens):
        return None  # `the title should say …` is about the one that is there
    named = _says(filled, _NOUN.split("|")[0], "CAPTION", "SUBTITLES")
    if not certain and not _plainly(filled, scene, text):
        return None
    if not named and not filled.has("place", "colour", "large", "small", "span", "point", "clip", "start", "end", "all"):
        if not any(t.text in _WRITES for t in filled.of("")):
            return None
    kind = _role_of(filled, scene)
    timed = shown.times(filled, scene, title=kind == "title")
    if timed is None:
        return shown.beyond(filled, scene)
    facts: dict[str, Any] = {"text": text, "role": kind, **timed[0], **shown.style(filled)}
    known = {f"{key[:-3]}_s" for key in timed[0]} if timed[1] else set[str]()
    assumed = frozenset({"start_s", "end_s"} - known)
    return [ParsedOperation(TextAdd.model_validate(facts), filled.at, assumed, targeted=True)]


def _demands(token: Token) -> bool:
    return token.is_a("SAYING") and (token.is_a("CHANGE") or token.text in ("say", "read"))


def _plainly(filled: Filled, scene: ParseContext, text: str) -> bool:
    """Whether words without quotation marks are meant to be read: a name, capitals, or words at a time or place."""
    tokens = [t for t in filled.of("words") if t.kind != "quote"]
    if any(t.is_a(*_VAGUE) for t in tokens[1:]) or any(t.is_a("OVERLAY") for t in tokens) or text.split(" ")[0].casefold() in _OPENS:
        return False
    if text[:1].isupper() or any(t.kind == "unknown" for t in tokens[1:]):
        return True
    return filled.has("place", "span", "point") and filled.trigger.text in _WRITES


_TEXT = frame(
    "text",
    ["ADD", "MAKE", _NOUN, f"ADD {_NOUN}", "SAYING", "'give'", "FRONT|START|BACK|END"],
    [
        _KIND, role("words", *_QUOTED, *_UNQUOTED), role("showing", "ADD"), role("reel", "TO? REEL|VIDEO"),
        role("score", "END? 'score'|'scoreline'|'result'|'比分'"),
        *shown.WHEN, *shown.WHERE, *shown.HOW,
    ],
    _add,
    light="ADD MAKE CHANGE VIDEO POINT MOVE SAYING CAPTION COLON GAME",
    required=["words"],
    elliptic="words",
    own=False,
)  # fmt: skip


def _written(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    return _add(filled, scene) if filled.trigger.text in _WRITES or _shouted(filled, scene) else None


def _shouted(filled: Filled, scene: ParseContext) -> bool:
    """`slap a big GOOOAL on it`, `put Game Day as a title`."""
    said = shown.words(filled, scene)
    tokens = filled.of("words")
    if any(t.is_a("OVERLAY", "CARD", "MUSIC") for t in tokens) or is_wide(tokens[0].text[0]):
        return False
    return said is not None and (filled.has("kind") or said[0].isupper()) and len(said[0]) > 1


_WRITTEN = frame(
    "written",
    ["ADD"],
    [_KIND, role("words", "<words>"), *shown.WHEN, *shown.WHERE, *shown.HOW],
    _written,
    light="VIDEO POINT",
    required=["words"],
)


def _number(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    facts = {"template": "{n}", "per_clip": True, **shown.style(filled)}
    return [ParsedOperation(TextAdd.model_validate(facts), filled.at, frozenset({"template"}), targeted=True)]


_NUMBER = frame(
    "number",
    ["NUMBER_CLIPS", "ADD NUMBER_CLIPS"],
    [role("each", "EACH|ALL", "EACH|ALL CLIP"), *shown.WHERE, *shown.HOW],
    _number,
    light="CLIP ADD CAPTION",
)


def _edit(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    said = shown.words(filled, scene)
    if said is None or filled.has("kind") and filled.says("kind", "CARD"):
        return None
    text, certain = said
    if text.casefold().split(" ")[0] in _ANY and not any(t.kind == "quote" for t in filled.of("words")):
        return None
    texts = scene.situation.texts
    if not certain and not (_leads(filled) and filled.has("kind") and _name(filled, text)):
        return None
    if not texts:
        return _instead(filled, scene, text) if filled.has("kind") else None
    olds = [shown.named(str(o[0]), scene) for name in ("old", "not") if (o := shown.words(filled, scene, name))]
    if None in olds or (filled.has("number") and olds):
        return None
    index = olds[0] if olds else _ordinal(filled, len(texts))
    if index is None:
        return [Unresolved(scene.words(filled.clause("", "kind", "words")), filled.at, missing=("target",))]
    if not olds and not filled.has("kind", "it") and not filled.says("", "SAYING"):
        return None
    if filled.says("", "MAKE") and not olds and not any(_demands(t) for t in filled.tokens):
        return None
    op = TextEdit(index=index, text=text) if index != 1 else TextEdit(text=text)
    return [ParsedOperation(op, filled.at, targeted=True)]


def _name(filled: Filled, text: str) -> bool:
    """Whether words without quotation marks look like a name."""
    return text[:1].isupper() or any(t.kind == "unknown" for t in filled.of("words"))


def _leads(filled: Filled) -> bool:
    """Whether the words stand right behind what says that they come in place of others."""
    part = filled.of("words")
    before = [t for t in filled.tokens if part and t.end <= part[0].start]
    return bool(part) and (part[0].is_a("TO", "CHANGE", "SAYING") or (bool(before) and before[-1].is_a("CHANGE", "TO", *_NOUN.split("|"))))


def _instead(filled: Filled, scene: ParseContext, text: str) -> list[Finding] | None:
    role_name = "title" if filled.says("kind", "TITLE") else "caption"
    op = TextAdd.model_validate({"text": text, "role": role_name})
    return [ParsedOperation(op, filled.at, frozenset({"start_s", "end_s"}), targeted=True)]


def _ordinal(filled: Filled, count: int) -> int | None:
    """The number said; without one the only text there is."""
    token = filled.value("number", "clips", "number") or filled.value("kind", "clips")
    if token is not None and token.kind == "number":
        return int(token.value) if 1 <= token.value <= count else None
    if token is None:
        return 1 if count == 1 else None
    n = int(token.value[0][0])
    n = n if n > 0 else count + 1 + n
    return n if 1 <= n <= count and len(token.value) == 1 else None


_EDIT = frame(
    "text_edit",
    ["CHANGE", "SWAP", "MAKE|CHANGE SAYING"],
    [
        role("kind", _NOUN), role("number", "clips", "number"), role("it", "THAT_CLIP|'it'", "'it'"),
        role("words", "quote", "TO|SAYING|COLON quote", "'for'|'with'|'by'|'as' quote", "TO|SAYING COLON? <words>", "<words>"),
        role("old", "quote", "'from' quote"), role("not", "NOT quote"),
    ],
    _edit,
    light="MAKE TO SAYING CHANGE",
    required=["words"],
    own=False,
)  # fmt: skip

_PLACES = frozenset({"片头", "片尾", "intro", "outro", "黑场", "黑屏", "黑底", "白底", "黑底白字", "白底黑字"})
_CLOSING = ("end", "outro", "clos", "final", "尾", "结", "credit", "谢幕")


def _cards(filled: Filled) -> list[Token]:
    return [t for name in ("", "card") for t in filled.of(name) if t.is_a("CARD")]


def _card(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    cards = _cards(filled)
    said = shown.words(filled, scene)
    if not cards or (filled.has("words") and said is None) or (filled.has("start") and filled.has("end")):
        return None
    if all(t.text in _PLACES for t in cards) and not _behind_a_verb(filled, cards):
        return None
    if said is None and any(t.text in _WRITES or t.text.strip() == ":" for t in filled.tokens):
        return None
    if filled.has("point"):
        return [Unresolved(scene.words(filled.clause("", "card", "point")), filled.at, code="unsupported_op")]
    placed = filled.says("", "FRONT", "START"), filled.says("", "BACK", "END")
    begins, ends = (filled.has(n) or p for n, p in zip(("start", "end"), placed, strict=True))
    ending = ends or (not begins and any(s in t.text for t in cards for s in _CLOSING))
    facts: dict[str, Any] = {"text": said[0] if said else "", "at": "end" if ending else "start"}
    lasting = filled.value("lasting")
    if lasting:
        facts["duration_ms"] = lasting.value
    if colour := _paper(cards) or filled.named("colour", "COLOUR:"):
        facts["color"] = colour
    assumed = frozenset[str]() if lasting else frozenset({"duration_s"})
    return [ParsedOperation(CardAdd.model_validate(facts), filled.at, assumed, targeted=True)]


def _behind_a_verb(filled: Filled, cards: list[Token]) -> bool:
    """`加个片头写“…”` makes a card; in `片头加标题“…”` the opening is only a place."""
    verbs = [t for t in filled.of("") if t.is_a("ADD", "MAKE")]
    return bool(verbs) and any(0 <= c.start - verbs[0].end <= 8 for c in cards)


def _paper(cards: list[Token]) -> str | None:
    """The colour inside words such as `白底黑字` and `black card`."""
    if any("白底" in t.text for t in cards):
        return "white"
    return "black" if any("黑" in t.text or "black" in t.text for t in cards) else None


_CARD = frame(
    "card",
    ["ADD", "MAKE", "CARD", "ADD CARD", "BACK|END|FRONT|START"],
    [
        role("card", "CARD", "CARD CARD", "CARD CAPTION", many=True), role("words", *_QUOTED, "SAYING COLON? <words>", "COLON <words>"),
        role("lasting", "duration", "head", "tail", "LASTING duration", "ADD duration"),
        role("start", "START|FRONT", "POINT START|FRONT"), role("end", "END|BACK", "POINT END|BACK"), role("point", "time"),
        role("colour", "COLOUR:*", "COLOUR:* 'background'|'bg'|BACKDROP", "BACKDROP COLOUR:*"),
        role("writing", "ADD"),
    ],
    _card,
    light="ADD MAKE SAYING POINT VIDEO END FRONT START BACK MOVE",
    own=False,
)  # fmt: skip


def _subtitles(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if not scene.situation.hears and not scene.situation.subtitle_files:
        if filled.has("asset"):
            return [Unresolved(str(filled.value("asset").value), filled.at, code="asset_missing")]  # type: ignore[union-attr]
        return [Unresolved("subtitles", filled.at, code="needs_extra:asr")]
    name = str(token.value) if (token := filled.value("asset")) else None
    if name and name not in scene.situation.subtitle_files:
        return [Unresolved(name, filled.at, code="asset_missing")]
    return [ParsedOperation(SubtitlesAdd(asset=name) if name else SubtitlesAdd(), filled.at, targeted=True)]


_SUBTITLES = frame(
    "subtitles",
    ["ADD SUBTITLES", "MAKE SUBTITLES", "SUBTITLES", "ASR:subtitles"],
    [role("asset", "asset", "'from'|'with' asset"), role("all", "ALL|EVERYTHING", "THROUGHOUT")],
    _subtitles,
    light="VIDEO ADD ASR:subtitles",
)



def _taken(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """Words, music and watermarks taken away, in the order in which they are named."""
    found: list[Finding] = []
    if not filled.has("kind", "old", "music", "mark") and not filled.says("", "MUSIC", "UNWANTED"):
        return None
    if filled.has("from") and not filled.says("", "MUSIC") and not filled.has("kind", "old", "music", "mark"):
        return None
    if _of_a_clip(filled, scene):
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, missing=("target",))]
    order = {n: filled.of(n)[0].start for n in ("clips", "kind", "old", "music", "mark") if filled.has(n)}
    if not order and filled.says("", "MUSIC"):
        order = {"music": filled.at}
    for name, at in sorted(order.items(), key=lambda entry: entry[1]):
        op = _gone(filled, scene, name)
        if op is None or isinstance(op, Unresolved):
            return None if op is None else [op]
        found.append(ParsedOperation(op, at, targeted=True))
    again = not found and filled.says("", "UNWANTED") and scene.planned("text_remove", "bgm_remove", "overlay_remove", "remove")
    return [] if again else found or None  # `标题删掉吧，不需要了` says it twice


def _of_a_clip(filled: Filled, scene: ParseContext) -> bool:
    """Whether what lies over one clip is meant; the first one shows the only text there is."""
    clips = [t for name in ("from", "kind") for t in filled.of(name) if t.kind == "clips" and (name == "from" or is_clip(t))]
    first = len(scene.situation.texts) == 1 and filled.has("kind") and not filled.has("music", "mark", "old")
    return bool(clips) and not (first and union(clips, scene.count) == (1,))


_Gone = TextRemove | BgmRemove | OverlayRemove | Remove | Unresolved


def is_clip(token: Token) -> bool:
    """`clip 2` and `第二段` name a clip; `the second` and `第二个` may count anything."""
    return any(noun in token.text for noun in ("clip", "shot", "scene", "段", "镜头", "片段"))


def _gone(filled: Filled, scene: ParseContext, name: str) -> _Gone | None:
    here = scene.situation
    if name == "clips":
        chosen = union([t for t in filled.of(name) if t.kind == "clips"], scene.count)
        return Remove(target=ClipTarget(clips=chosen)) if chosen and len(chosen) < scene.count else None
    if name == "music":
        return BgmRemove() if here.has_bgm else Unresolved("bgm_remove", filled.at, missing=("music", "target"))
    if name == "mark":
        if not here.overlays:
            return Unresolved("logo", filled.at, code="unsupported_op")
        return OverlayRemove(asset=str(file.value)) if (file := filled.value("file")) else OverlayRemove()
    if not here.texts:
        return Unresolved("text_remove", filled.at, missing=("target",)) if name == "kind" else None
    if name == "old":
        said = shown.words(filled, scene, "old")
        index: int | Literal["all"] | None = shown.named(said[0], scene) if said else None
        return None if index is None else TextRemove(index=index)
    index = _which(filled, len(here.texts))
    gap = Unresolved(scene.words(filled.clause(name)), filled.at, missing=("target",))
    return gap if index is None else TextRemove(index=index)


def _which(filled: Filled, count: int) -> int | Literal["all"] | None:
    """The number of the text to take away; None where one of several is meant."""
    if (token := filled.value("kind", "clips")) and not is_clip(token):
        return _ordinal(filled, count)
    if filled.has("all"):
        return "all"
    titled = filled.says("kind", "TITLE") and not filled.says("kind", "CAPTION", "SUBTITLES")
    return 1 if count == 1 else None if titled else "all"


_OFF = "REMOVE|UNWANTED|CUT|SKIP|TRIM"
_TAKEN = frame(
    "taken",
    [_OFF, "NOT", f"{_OFF} OFF|'out'|'away'|'down'", "CHANGE OFF", "OFF"],
    [
        role("kind", _NOUN, "CAPTION CAPTION", "TITLE CAPTION", f"clips {_NOUN}"), role("old", "quote", "TITLE|CAPTION quote", "quote TITLE|CAPTION"), role("why", "DROWNS"),
        role("clips", "clips AND", "AND clips"), role("from", "'from'|'in'|'of'|'on'|'for'|'during' clips", "clips"), role("music", "MUSIC", "MUTE MUSIC"), role("mark", "OVERLAY"), role("file", "asset"),
        role("all", "ALL|EVERYTHING"), role("both", "BOTH"), role("at", "START|FRONT|END|BACK"),
    ],
    _taken,
    light="CHANGE AUDIO VIDEO CAPTION",
    elliptic="kind old music mark",
)  # fmt: skip

_LARGE, _SMALL, _FAINT = 0.25, 0.08, 0.5
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})
_OF_WORDS = ("watermark", "水印")


def _laid(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    file = filled.value("file")
    known = {picture.name.casefold() for picture in scene.situation.pictures}
    if file is not None and str(file.value).casefold() not in known and PurePath(str(file.value)).suffix not in _PICTURES:
        return None
    mark = [t for name in ("", "mark", "words") for t in filled.of(name)[:2] if t.is_a("OVERLAY")]
    said = shown.words(filled, scene) if filled.has("words") else None
    of_words = any(t.text.startswith(_OF_WORDS) for t in mark)
    if (filled.has("words") and (said is None or file)) or not (mark or (file and filled.has("place"))):
        return None
    if said and not said[1] and not of_words:
        return None
    if file is None and said is None and not scene.situation.pictures:
        return [Unresolved("overlay", filled.at, missing=("text",) if of_words else ("asset",))]
    timed = shown.times(filled, scene)
    if timed is None:
        return None
    facts: dict[str, Any] = {"text": said[0] if said else None, "asset": file.value if file else None, **timed[0]}
    facts |= {"position": filled.named("place", "POSITION:"), **_strength(filled)}
    facts["color"] = filled.named("colour", "COLOUR:") if said else None
    given = {name: value for name, value in facts.items() if value is not None}
    return [ParsedOperation(Overlay.model_validate(given), filled.at, targeted=True)]


def _strength(filled: Filled) -> dict[str, float]:
    """Size and opacity; a percentage by itself is the opacity."""
    facts: dict[str, float] = {}
    if token := filled.value("wide", "percent"):
        facts["size"] = token.value
    elif filled.has("large", "small"):
        facts["size"] = _LARGE if filled.has("large") else _SMALL
    if token := filled.value("opaque", "percent"):
        facts["opacity"] = 1 - token.value if filled.says("opaque", "TRANSPARENT") else token.value
    elif filled.has("faint"):
        facts["opacity"] = _FAINT
    return {name: round(value, 4) for name, value in facts.items()}


_LAID = frame(
    "overlay",
    ["ADD", "OVERLAY", "MAKE|CHANGE", "ADD OVERLAY", "ADD CAPTION OVERLAY"],
    [
        role("mark", "OVERLAY", "CAPTION OVERLAY", "OVERLAY CAPTION"), role("file", "asset"),
        role("words", *_QUOTED, "'with'|'of'|'as' quote", "OVERLAY COLON? <words>", "OVERLAY SAYING COLON? <words>"),
        role("wide", "SIZED percent", "percent SIZED"), role("faint", "TRANSPARENT"),
        role("opaque", "percent OPACITY|TRANSPARENT?", "OPACITY|TRANSPARENT percent"), *shown.WHEN, *shown.WHERE, *shown.HOW,
    ],
    _laid,
    light="ADD MAKE CHANGE VIDEO POINT MOVE TO SAYING CAPTION UNSUPPORTED:overlay",
    own=False,
)  # fmt: skip

FRAMES = (_TEXT, _WRITTEN, _NUMBER, _EDIT, _CARD, _SUBTITLES, _TAKEN, _LAID)
