"""When, where and how words or pictures are shown: the roles that titles, captions and watermarks share.

A title may have a second line: `a title “Finals” with the subtitle “2026”`.
"""

import re
from collections.abc import Sequence
from typing import Any

from ...timeline.operations import TextAdd, TextEdit
from ..context import ParseContext
from ..lexicon import is_wide_text
from ..outcome import Finding, ParsedOperation, Unresolved
from ..resolve import union
from ..tokens import Token
from . import aim
from .frame import Filled, role

# What of a text is changed, and none of its words.
TRAITS = frozenset({
    "颜色", "字体", "字号", "大小", "样式", "风格", "描边", "位置", "字色", "底色", "透明度", "边框", "阴影",
    "动画", "时长",
    "font", "colour", "color", "size", "style", "typeface", "outline", "shadow",
})  # fmt: skip

LOWER_THIRDS = frozenset({"lower third", "lower-third", "人名条", "姓名条", "名条"})
DEFAULT_MS = 3000
_BEFORE = frozenset({"it", "to", "uh", "um", "erm", "er", "uhm", "like"})
_BEHIND = frozenset({"instead", "please", "thanks"})
_LEADS = ("SAYING", "COLON")
_NOUNS = ("TITLE", "CAPTION", "SUBTITLES", "OVERLAY")
_LEADING_WORDS = frozenset(
    {
        "write",
        "title",
        "caption",
        "to",
        "as",
        "called",
        "for",
        "with",
        "by",
        "写",
        "写上",
        "写着",
        "打",
        "打上",
        "打字",
        "放上",
        "放",
        "显示",
        "加",
        "加上",
        "名为",
        "叫",
        "字幕",
        "标题",
        "文字",
        "一行字",
        "it",
        "the",
        "a",
        "成",
        "为",
        "换成",
        "改成",
        "改为",
        "把",
    }
)

WHEN = [
    role("span", "OVER? range|head|tail", "'across' range|head|tail", "time TO? 'until'|'till' time"),
    role("point", "time", "POINT time", "time ADD", "time ~START"),
    role("till", "UNTIL time", "time UNTIL"),
    role("lasting", "duration", "duration EACH"),
    role("clip", "clips", "POINT clips", "CLIP clips", "OVER clips", "clips ~ALL|EACH", "EACH clips"),
    role("start", "START|FRONT", "POINT START|FRONT"),
    role("end", "END|BACK", "POINT END|BACK"),
    role("all", "THROUGHOUT", "ALL VIDEO"),
]
WHERE = [role("place", "POSITION:*", "ADD POSITION:*")]
HOW = [role("colour", "COLOUR:*"), role("large", "LARGE", "number LARGE"), role("small", "SMALL")]
_EDGES = {"start": ("START", "FRONT"), "end": ("END", "BACK")}
_TIMED = ("span", "point", "till", "lasting", "clip", "all")


def times(filled: Filled, scene: ParseContext, *, title: bool = False) -> tuple[dict[str, int], bool] | None:
    """`start_ms` and `end_ms` as far as they are said, and whether a time was; None for times that are none."""
    total = scene.situation.duration_ms
    found = _times(filled, scene, total, title=title)
    if found is None:
        return None
    start, end = found.get("start_ms", 0), found.get("end_ms")
    if (total and start >= total) or (end is not None and end <= start):
        return None
    return found, filled.has(*_TIMED)


def beyond(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """A question where the time or the clip said is not in the reel; None where the times only do not fit together."""
    total = scene.situation.duration_ms
    point = filled.value("point", "time") or filled.value("span", "range")
    start = None if point is None else point.value if point.kind == "time" else point.value[0]
    clips = [t for t in filled.of("clip") if t.kind == "clips"]
    gone = bool(clips) and union(clips, scene.count) is None
    if not total or not (gone or (start is not None and start >= total)):
        return None
    return [
        Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, missing=("target",) if gone else ("value",))
    ]


def _times(filled: Filled, scene: ParseContext, total: int, *, title: bool) -> dict[str, int] | None:
    told = [name for name in ("span", "point", "clip", "all") if filled.has(name)]
    ends = [name for name, said in _EDGES.items() if filled.has(name) or filled.says("", *said)]
    lasting = filled.value("lasting", "duration")
    length = int(lasting.value) if lasting else None
    if told == ["span", "clip"] and not ends and length is None:
        return _inside(filled, scene)
    if len(told) > 1 or len(ends) > 1 or (told and ends and told != ["span"]):
        return None
    till = filled.value("till", "time")
    if filled.has("span") and till:
        whole = _span(filled, total, None)
        return None if whole is None or _closed(filled.value("span")) else whole | {"end_ms": int(till.value)}
    if filled.has("span"):
        return None if length and _closed(filled.value("span")) else _span(filled, total, length)
    if point := filled.value("point", "time"):
        end = till.value if till else point.value + length if length else None
        return {"start_ms": int(point.value)} | ({"end_ms": int(end)} if end else {})
    if filled.has("till"):
        return None
    if filled.has("all") and scene.planned("highlights", "keep"):
        return {} if length is None else None  # how long the reel will be is not known yet
    if filled.has("all"):
        return {"start_ms": 0, "end_ms": total} if total and length is None else None
    if filled.has("clip"):
        return _of_clips(filled, scene, length)
    if ends == ["end"]:
        return {"start_ms": max(0, total - (length or DEFAULT_MS)), "end_ms": total} if total else None
    if ends or (title and length):
        return {"start_ms": 0} | ({"end_ms": length} if length else {})
    return {} if length is None else None


def _inside(filled: Filled, scene: ParseContext) -> dict[str, int] | None:
    """`on the first 2 seconds of clip 2`: times of the reel; None where they are not of one clip."""
    chosen = union([t for t in filled.of("clip") if t.kind == "clips"], scene.count)
    spans = [t for t in filled.of("span") if t.kind in ("head", "tail", "range")]
    if not chosen or len(chosen) != 1 or len(spans) != 1:
        return None
    found = aim.within(chosen[0], spans[0], scene)
    return None if found is None else {"start_ms": found[0], "end_ms": found[1]}


def over_each(filled: Filled, scene: ParseContext) -> list[dict[str, int]]:
    """`on clips 2 and 4`: start and end of each of several clips that do not follow one another; else nothing."""
    chosen = union([t for t in filled.of("clip") if t.kind == "clips"], scene.count)
    if not chosen or len(chosen) == 1 or chosen[-1] - chosen[0] < len(chosen):
        return []
    if filled.has("span", "point", "till", "lasting", "start", "end", "all"):
        return []
    clips = [scene.situation.clips[number - 1] for number in chosen]
    return [{"start_ms": clip.start_ms, "end_ms": clip.start_ms + clip.duration_ms} for clip in clips]


def _closed(token: Token | None) -> bool:
    return token is not None and (token.kind in ("head", "tail") or token.value[1] is not None)


def _span(filled: Filled, total: int, length: int | None) -> dict[str, int] | None:
    token = filled.value("span")
    if token is None:
        return None
    if token.kind == "head":
        return {"start_ms": 0, "end_ms": int(token.value)}
    if token.kind == "tail":
        return {"start_ms": max(0, total - int(token.value)), "end_ms": total} if total else None
    if token.kind == "time":
        pair = [int(t.value) for t in filled.of("span") if t.kind == "time"]
        return {"start_ms": pair[0], "end_ms": pair[-1]}
    start, end = token.value
    return {"start_ms": start, "end_ms": (start + length if length else total) if end is None else end}


def _of_clips(filled: Filled, scene: ParseContext, length: int | None) -> dict[str, int] | None:
    chosen = union([t for t in filled.of("clip") if t.kind == "clips"], scene.count)
    if not chosen or chosen != tuple(range(chosen[0], chosen[-1] + 1)):
        return None
    first, last = (scene.situation.clips[chosen[i] - 1] for i in (0, -1))
    end = first.start_ms + length if length else last.start_ms + last.duration_ms
    return {"start_ms": first.start_ms, "end_ms": end}


def style(filled: Filled) -> dict[str, Any]:
    """Place, colour and size as far as they are said."""
    large = filled.has("large") or any(t.is_a("LARGE") for name in ("", "kind") for t in filled.of(name))
    size = "large" if large else "small" if filled.has("small") else None
    facts = {"position": filled.named("place", "POSITION:"), "color": filled.named("colour", "COLOUR:"), "size": size}
    return {name: value for name, value in facts.items() if value}


def words(filled: Filled, scene: ParseContext, name: str = "words") -> tuple[str, bool] | None:
    """What is to be read, and whether it stood in quotation marks or behind `saying`; None where nothing is said."""
    tokens = list(filled.of(name))
    if quote := next((t for t in tokens if t.kind == "quote"), None):
        return (str(quote.value).strip(), True) if str(quote.value).strip() else None
    opened = next(
        (i for i, t in enumerate(tokens) if not t.is_a(*_LEADS, *_NOUNS) and t.text not in _BEFORE), len(tokens)
    )
    certain = any(t.is_a(*_LEADS) for t in tokens[:opened])
    tokens = tokens[opened:]
    while not certain and len(tokens) > 1 and tokens[0].text in _LEADING_WORDS:
        tokens.pop(0)
    while len(tokens) > 1 and tokens[-1].text in _BEHIND:
        tokens.pop()
    if not tokens:
        return None
    return scene.source.verbatim(tokens[0].start, tokens[-1].end), certain


def named(text: str, scene: ParseContext) -> int | None:
    """The number of the text over the reel that reads like that."""
    found = [i for i, known in enumerate(scene.situation.texts, 1) if known.casefold() == text.casefold()]
    return found[0] if len(found) == 1 else None


def swapped(filled: Filled, texts: Sequence[str], word: str) -> TextEdit | None:
    """`swap “Urban” for “Rural”`, `把“快乐”改成“典礼”`: the text that has some words once, with others for them."""
    old = filled.value("old", "quote")
    if any(t.is_a(*_NOUNS) or t.text in ("in", "on") for t in filled.of("words")):
        return None  # `replace Urban with Rural in the title`: what is read is shorter
    if old is None or any(text.casefold() == str(old.value).casefold() for text in texts):
        return None
    words = re.escape(str(old.value).strip())
    part = re.compile(words if is_wide_text(words) else rf"(?<!\w){words}(?!\w)", re.I)
    found = [(index, text) for index, text in enumerate(texts, 1) for _ in part.findall(text)]
    if len(found) != 1:
        return None
    index, text = found[0]
    made = part.sub(lambda _: word, text)
    return TextEdit(index=index, text=made) if index != 1 else TextEdit(text=made)


SECOND_LINE = role("second", "AND? SUBTITLES quote")


def is_second_line(filled: Filled, scene: ParseContext) -> bool:
    """Whether a subtitle is named right behind a title and has no time or place of its own."""
    named = any(t.is_a("SUBTITLES") for name in ("", "kind") for t in filled.of(name))
    return named and _title(scene) is not None and not filled.has("place", *(r.name for r in WHEN))


def under_title(scene: ParseContext, text: str) -> list[Finding]:
    """The line that belongs under the title named last."""
    title = _title(scene)
    assert title is not None
    return [_line(title, text)]


def beside_title(filled: Filled, title: ParsedOperation) -> list[Finding]:
    """The line that is named in one breath with the title."""
    token = filled.value("second", "quote")
    return [] if token is None else [_line(title, str(token.value).strip())]


def _title(scene: ParseContext) -> ParsedOperation | None:
    last = scene.findings[-1] if scene.findings else None
    if not isinstance(last, ParsedOperation) or not isinstance(last.op, TextAdd):
        return None
    return last if last.op.role == "title" else None


def _line(title: ParsedOperation, text: str) -> ParsedOperation:
    """A caption at the time and place of the title; the renderer keeps the two apart, the later one below."""
    assert isinstance(title.op, TextAdd)
    facts: dict[str, Any] = {"text": text, "role": "caption", "position": title.op.position or "center"}
    facts |= {name: getattr(title.op, name) for name in ("start_ms", "end_ms", "color") if name in title.op.given}
    if "end_ms" not in facts:
        facts |= {"start_ms": facts.get("start_ms", 0)}
    return ParsedOperation(TextAdd.model_validate(facts), title.at + 1, title.assumed, targeted=True)
