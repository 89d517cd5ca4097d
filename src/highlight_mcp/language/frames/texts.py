"""Words over the picture: titles with their second line, captions, numbers of clips."""

from dataclasses import replace
from typing import Any

from ...timeline.operations import TextAdd, TextEdit
from ..context import ParseContext
from ..lexicon import is_wide
from ..outcome import Finding, ParsedOperation, Unresolved
from ..speech import endings
from ..tokens import Token
from . import narration, shown
from .frame import Filled, frame, role

NOUN = "TITLE|CAPTION|SUBTITLES"
WRITES = frozenset({"write", "写", "写上", "写个", "打", "打上", "打字"})
_LONGEST, _SHOWN = 500, 40
_OPENS = frozenset({"a", "an", "the", "some", "something", "one", "another", "个", "一个", "点"})
_ANY = frozenset({"something", "anything", "some", "whatever", "什么", "点什么", "别的", "else"})
_VAGUE = ("TITLE", "CAPTION", "SUBTITLES", "CARD", "CLIP", "MUSIC", "TRANSITION", "OVERLAY")
_KIND = role(
    "kind",
    NOUN,
    "CAPTION CAPTION",
    "TITLE CAPTION",
    "SUBTITLES CAPTION",
    "'as'|'with'|'for' TITLE|CAPTION",
    "number CAPTION",
)
QUOTED = ("quote", "SAYING quote", "COLON quote", "SAYING COLON quote")
_UNQUOTED = (
    f"{NOUN} 'it'? COLON? <words>",
    f"{NOUN} SAYING COLON? <words>",
    "SAYING COLON? <words>",
    "COLON <words>",
    "'it'|'this' <words>",
)


def _role_of(filled: Filled, scene: ParseContext) -> str:
    if _says(filled, "TITLE"):
        return "title"
    if any(t.text in shown.LOWER_THIRDS for name in ("", "kind") for t in filled.of(name)):
        return "lower_third"
    subtitle = _says(filled, "SUBTITLES") and not _says(filled, "CAPTION") and scene.language != "zh"
    return "subtitle" if subtitle else "caption"


def _says(filled: Filled, *concepts: str) -> bool:
    return any(t.is_a(*concepts) for name in ("", "kind") for t in filled.of(name)) or any(
        t.is_a(*concepts) for t in filled.of("words")[:1]
    )


def _add(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    said = shown.words(filled, scene)
    if said is None or (filled.has("large") and filled.has("small")) or is_a_card(filled):
        return None
    if _lasts_before(filled):
        return None
    text, certain = said
    quoted = any(t.kind == "quote" for t in filled.of("words"))
    if not quoted and scene.situation.texts and any(t.text in ("the", "my") for t in filled.tokens):
        return None  # `make the title disappear` is about the one that is there
    if not quoted and (filled.inherited or text.casefold().split(" ")[0] in _ANY):
        return None
    if scene.situation.texts and any(_demands(t) for t in filled.tokens):
        return None  # `the title should say …` is about the one that is there
    if any(t.text in ("says", "reads") for t in filled.tokens) and not filled.says("", "ADD", "MAKE", "START", "FRONT"):
        return None  # `the title says …` only tells
    named = _says(filled, NOUN.split("|")[0], "CAPTION", "SUBTITLES")
    if not certain and not _plainly(filled, scene, text):
        return None
    if (
        not named
        and not filled.has("place", "colour", "large", "small", "span", "point", "clip", "start", "end", "all")
        and not any(t.text in WRITES for t in filled.of(""))
    ):
        return None
    if shown.is_second_line(filled, scene):
        return shown.under_title(scene, text)
    kind = _role_of(filled, scene)
    timed = shown.times(filled, scene, title=kind == "title")
    if len(text) > _LONGEST:
        return [Unresolved(f"words:{text[:_SHOWN]}…", filled.at, code="limit")]
    facts: dict[str, Any] = {"text": text, "role": kind, **shown.style(filled)}
    if timed is None:
        each = [facts | span for span in shown.over_each(filled, scene)]
        added = [ParsedOperation(TextAdd.model_validate(one), filled.at, targeted=True) for one in each]
        return [*added] or shown.beyond(filled, scene)
    known = {f"{key[:-3]}_s" for key in timed[0]} if timed[1] else set[str]()
    assumed = frozenset({"start_s", "end_s"} - known)
    one = ParsedOperation(TextAdd.model_validate(facts | timed[0]), filled.at, assumed, targeted=True)
    return [one, *shown.beside_title(filled, one)]


def _lasts_before(filled: Filled) -> bool:
    """`a one minute reel, title “…”`, `剪一个90秒的，开头加标题“决赛”`: the length is that of the reel."""
    if filled.says("reel", "REEL") and filled.has("lasting") and not filled.says("", "ADD"):
        return True
    lasting, words = filled.of("lasting"), filled.of("words")
    if not lasting or not words or lasting[0].start > words[0].start:
        return False
    made = any(t.is_a("MAKE") and t.end <= lasting[0].start for t in filled.tokens)
    return made and any(t.kind == "separator" and lasting[-1].end <= t.start < words[0].start for t in filled.tokens)


def is_a_card(filled: Filled) -> bool:
    """`片尾来一张写“…”`: the measure word is that of a card."""
    counted = any(t.is_a("ADD", "MAKE") and t.text.endswith(endings("CARD_MEASURE")) for t in filled.tokens)
    return counted and any(t.is_a("CARD") for t in filled.tokens)


def _demands(token: Token) -> bool:
    return token.is_a("SAYING") and (token.is_a("CHANGE") or token.text in ("say", "read"))


def _plainly(filled: Filled, scene: ParseContext, text: str) -> bool:
    """Whether words without quotation marks are meant to be read: a name, capitals, or words at a time or place."""
    tokens = [t for t in filled.of("words") if t.kind != "quote"]
    if (
        any(t.is_a(*_VAGUE) for t in tokens[1:])
        or any(t.is_a("OVERLAY") for t in tokens)
        or text.split(" ")[0].casefold() in _OPENS
    ):
        return False
    told = [t for t in filled.tokens if not t.is_a(*NOUN.split("|"))]
    ordered = filled.says("", "ADD", "MAKE", "SAYING") or any(t.is_a("COLON") for t in filled.tokens)
    if not ordered and is_wide(text[0]) and narration.tells(told, opening=False):
        return False  # `标题颜色看不清`, `那行字太违和了` tell of one that is there
    if text[:1].isupper() or any(t.kind == "unknown" for t in tokens[1:]):
        return True
    return filled.has("place", "span", "point") and filled.trigger.text in WRITES


_TEXT = frame(
    "text",
    ["ADD", "MAKE", NOUN, f"ADD {NOUN}", "SAYING", "'give'", "FRONT|START|BACK|END"],
    [
        _KIND,
        role("words", *QUOTED, *_UNQUOTED),
        shown.SECOND_LINE,
        role("showing", "ADD"),
        role("reel", "TO? REEL|VIDEO"),
        role("score", "END? 'score'|'scoreline'|'result'|'比分'"),
        *shown.WHEN,
        *shown.WHERE,
        *shown.HOW,
    ],
    _add,
    light="ADD MAKE CHANGE VIDEO POINT MOVE SAYING CAPTION COLON GAME",
    required=["words"],
    elliptic="words",
    own=False,
)


def _written(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    named = filled.has("kind", "place", "span", "point", "clip", "start", "end", "colour", "large", "small", "all")
    if not named:
        return None  # `write Tom an email`
    return _add(filled, scene) if filled.trigger.text in WRITES or _shouted(filled, scene) else None


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


def _quoted(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`“Goal!” bottom left from 20 s to 24 s`: words with a place or a time, and no verb."""
    said = shown.words(filled, scene, "")
    if said is None or shown.named(said[0], scene) or not filled.has("place", "span", "point", "clip", "all"):
        return None
    if any(t.is_a(*NOUN.split("|")) for t in filled.of("place")):
        return None  # `lower third “…”` names what it is
    return _add(replace(filled, roles={**filled.roles, "words": filled.roles[""]}), scene)


_QUOTED = frame(
    "quoted",
    ["quote"],
    [*shown.WHEN, *shown.WHERE, *shown.HOW],
    _quoted,
    light="VIDEO POINT",
    operation="text_add",
)


def _number(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    facts = {"template": "{n}", "per_clip": True, **shown.style(filled)}
    return [ParsedOperation(TextAdd.model_validate(facts), filled.at, frozenset({"template"}), targeted=True)]


_NUMBER = frame(
    "number",
    ["NUMBER_CLIPS", "ADD NUMBER_CLIPS"],
    [role("each", "EACH|ALL", "EACH|ALL CLIP", many=True), *shown.WHERE, *shown.HOW],
    _number,
    light="CLIP ADD CAPTION",
)


def _edit(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    said = shown.words(filled, scene)
    if said is None or (filled.has("kind") and filled.says("kind", "CARD")) or _passes_a_quote(filled):
        return None
    text, certain = said
    if swapped := shown.swapped(filled, scene.situation.texts, text):
        return [ParsedOperation(swapped, filled.at, targeted=True)]
    if not certain and scene.source.verbatim(filled.at, filled.of("words")[0].start).split(" ")[-1:][0][:1].isupper():
        return None  # `make the title Go Team`: the first word is one of it
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
    index = olds[0] if olds else ordinal(filled, len(texts))
    if index is None:
        return [Unresolved(scene.words(filled.clause("", "kind", "words")), filled.at, missing=("target",))]
    if not olds and not filled.has("kind", "it") and not filled.says("", "SAYING"):
        return None
    if filled.says("", "MAKE") and not olds and not any(_demands(t) for t in filled.tokens):
        return None
    op = TextEdit(index=index, text=text) if index != 1 else TextEdit(text=text)
    return [ParsedOperation(op, filled.at, targeted=True)]


def _passes_a_quote(filled: Filled) -> bool:
    """Whether something is quoted, and other words were taken for those to be read."""
    quotes = [t for t in filled.tokens if t.kind == "quote" and t not in filled.of("old")]
    return bool(quotes) and not any(t.kind == "quote" for t in filled.of("words"))


def _name(filled: Filled, text: str) -> bool:
    """Whether words without quotation marks look like a name; behind `字体` or `颜色` they are none."""
    styled = any(t.text in shown.TRAITS for t in filled.tokens)
    return not styled and (text[:1].isupper() or any(t.kind == "unknown" for t in filled.of("words")))


def _leads(filled: Filled) -> bool:
    """Whether the words stand right behind what says that they come in place of others."""
    part = filled.of("words")
    before = [t for t in filled.tokens if part and t.end <= part[0].start]
    return bool(part) and (
        part[0].is_a("TO", "CHANGE", "SAYING") or (bool(before) and before[-1].is_a("CHANGE", "TO", *NOUN.split("|")))
    )


def _instead(filled: Filled, scene: ParseContext, text: str) -> list[Finding] | None:
    role_name = "title" if filled.says("kind", "TITLE") else "caption"
    op = TextAdd.model_validate({"text": text, "role": role_name})
    return [ParsedOperation(op, filled.at, frozenset({"start_s", "end_s"}), targeted=True)]


def ordinal(filled: Filled, count: int) -> int | None:
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
        role("kind", NOUN),
        role("number", "clips", "number"),
        role("it", "THAT_CLIP|'it'", "'it'"),
        role(
            "words",
            "quote",
            "TO|SAYING|COLON quote",
            "'for'|'with'|'by'|'as' quote",
            "'with'|'by' <words>",
            "TO|SAYING COLON? <words>",
            "<words>",
        ),
        role("old", "quote", "'from' quote", "'the_word'|'word'|'words' quote"),
        role("rest", "REST? 'word'|'words' KEEP|LEAVE_ALONE", "REST 'word'|'words'|CAPTION KEEP|LEAVE_ALONE"),
        role("not", "NOT quote"),
    ],
    _edit,
    light="MAKE TO SAYING CHANGE",
    required=["words"],
    own=False,
)


def _restyled(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`move the title to the bottom`, `show it until second 6`, `make the caption yellow`."""
    if not filled.has(
        "place", "colour", "large", "small", "span", "point", "till", "lasting", "start", "end", "clip", "larger"
    ):
        return None
    if filled.has("large") and filled.has("small"):
        return None
    if filled.says("", "ADD") and not any(t.text in _DEFINITE for t in filled.tokens):
        return None  # `show a title at the top` wants another one
    if filled.has("kind") and filled.has("old") and any(t.is_a("AND") for t in filled.tokens):
        return None  # `replace the title with 'Game Over' and move it to the bottom` orders two things
    facts: dict[str, Any] = shown.style(filled)
    upwards = any(t.text == "to the top" for t in filled.of("start"))
    facts |= {"position": "top"} if upwards else {}
    facts |= {"size": "large"} if filled.has("larger") else {}
    timed = {} if upwards else _retimed(filled, scene)
    if timed is None or not (facts or timed):
        return shown.beyond(filled, scene) if timed is None else None
    facts |= timed
    last = scene.findings[-1] if scene.findings else None
    if filled.has("it") and isinstance(last, ParsedOperation) and isinstance(last.op, TextAdd | TextEdit):
        given = last.op.model_dump(exclude_unset=True)
        merged = type(last.op).model_validate({**given, **facts} | {"op": last.op.op})
        scene.findings[-1] = ParsedOperation(merged, last.at, last.assumed - {"start_s", "end_s"}, targeted=True)
        return []
    said = shown.words(filled, scene, "old")
    spoken = filled.has("it") and not scene.findings and not scene.sentence_has.isdisjoint(NOUN.split("|"))
    if not scene.situation.texts or not (filled.has("kind", "old", "number") or spoken):
        return None
    index = shown.named(said[0], scene) if said else ordinal(filled, len(scene.situation.texts))
    if index is None:
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, missing=("target",))]
    facts |= {"index": index} if index != 1 else {}
    return [ParsedOperation(TextEdit.model_validate(facts), filled.at, targeted=True)]


def _retimed(filled: Filled, scene: ParseContext) -> dict[str, int] | None:
    """The new times as far as they are said; None for times that fit nowhere."""
    till, lasting = filled.value("till", "time"), filled.value("lasting", "duration")
    span = filled.value("span")
    if span and span.kind == "range" and span.text.startswith(_UNTIL):
        return {"end_ms": int(span.value[1])}
    if span and span.kind == "tail" and span.text.startswith("last ") and not _article(filled, span):
        return {"duration_ms": int(span.value)}  # `make the title last 6 seconds`
    placed = filled.has("span", "point", "start", "end", "clip") or filled.says("", "START", "END", "FRONT", "BACK")
    if (till or lasting) and not placed:
        return {"end_ms": int(till.value)} if till else {"duration_ms": int(lasting.value)} if lasting else None
    found = shown.times(filled, scene)
    return None if found is None else found[0]


def _article(filled: Filled, token: Token) -> bool:
    return any(t.end + 1 == token.start and t.text in ("the", "for", "in", "during") for t in filled.tokens)


_UNTIL = ("until", "till", "up to", "直到", "到")
_WHEN_SAID = ("span", "point", "till", "lasting", "start", "end", "clip")
_DEFINITE = frozenset({"the", "my", "our", "that", "it", "this", "把", "将"})
_RESTYLED = frame(
    "text_restyled",
    [
        "CHANGE|MAKE",
        "MOVE",
        "LENGTHEN|SHORTEN|KEEP",
        "ZOOM",
        "'show'|'display'|'put'|'stay'|'stays'|'want'|'last'|'lasts'|'显示'",
    ],
    [
        role("kind", NOUN),
        role("number", f"clips {NOUN}", f"{NOUN} number"),
        role("old", "quote"),
        role("it", "'it'|'它'"),
        role("larger", "ZOOM A_BIT?"),
        role("verb", "KEEP|'stay'|'stays'|'on'|'up'|'visible'|'shown'|'show'|'last'|'be'", many=True),
        *shown.WHERE,
        *shown.WHEN,
        *shown.HOW,
    ],
    _restyled,
    light="MAKE TO POINT VIDEO CHANGE MOVE ADD LENGTHEN SHORTEN",
    own=False,
    operation="text_edit",
)


FRAMES = (_TEXT, _WRITTEN, _QUOTED, _NUMBER, _EDIT, _RESTYLED)
