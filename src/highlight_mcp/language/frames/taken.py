"""Words, music and watermarks taken away."""

from typing import Literal

from ...timeline.operations import BgmRemove, ClipTarget, OverlayRemove, Remove, TextRemove
from ..context import ParseContext
from ..lexicon import is_wide
from ..outcome import Finding, ParsedOperation, Unresolved
from ..resolve import union
from ..speech import said
from ..tokens import Token
from . import shown
from .frame import Filled, frame, role
from .texts import NOUN, ordinal


def _taken(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """Words, music and watermarks taken away, in the order in which they are named."""
    found: list[Finding] = []
    if _spares(filled):
        return None
    if not filled.has("kind", "old", "music", "mark") and not filled.says("", "MUSIC", "UNWANTED"):
        return None
    if filled.has("from") and not filled.says("", "MUSIC") and not filled.has("kind", "old", "music", "mark"):
        return None
    if filled.has("file") and not filled.has("mark") and filled.value("file").value != scene.situation.bgm_name:  # type: ignore[union-attr]
        return None  # `把歌撤了，换music.mp3` wants another one
    before = any(t.end <= filled.trigger.start for t in filled.of("file"))
    if before and filled.has("music") and filled.trigger.is_a("NOT"):
        return None  # `lofi.mp3 instead of the song`
    if _of_a_clip(filled, scene):
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, missing=("target",))]
    order = {n: filled.of(n)[0].start for n in ("clips", "kind", "old", "music", "mark") if filled.has(n)}
    if not order and filled.says("", "MUSIC"):
        order = {"music": filled.at}
    if scene.planned("highlights", "keep") and not scene.situation.has_bgm and list(order) == ["music"]:
        return []  # `a two minute reel, no music`: there is none
    for name, at in sorted(order.items(), key=lambda entry: entry[1]):
        op = _gone(filled, scene, name)
        if op is None or isinstance(op, Unresolved):
            return None if op is None or filled.says("", "NOT") else [op]
        found.append(ParsedOperation(op, at, targeted=True))
    again = (
        not found
        and filled.says("", "UNWANTED")
        and scene.planned("text_remove", "bgm_remove", "overlay_remove", "remove")
    )
    return [] if again else found or None  # `标题删掉吧，不需要了` says it twice


def _spares(filled: Filled) -> bool:
    """`delete clip 3, not the music`, `no, music is fine`, `without the title but with music`: what is to stay."""
    if filled.inherited and any(t.text in said("STAYS_WITH") for t in filled.tokens):
        return True
    no = filled.trigger
    if not no.is_a("NOT"):
        return False
    things = [t for name in ("kind", "music", "mark") for t in filled.of(name)]
    behind = bool(things) and things[-1].start < no.start and not is_wide(no.text[0])  # `music no, title yes`
    parted = any(
        t.kind == "separator" and no.start < t.start < max(x.start for x in things or [no]) for t in filled.tokens
    )
    return no.text in said("DENIES_ONLY") or behind or parted or not filled.is_plain


def _of_a_clip(filled: Filled, scene: ParseContext) -> bool:
    """Whether what lies over one clip is meant; the first one shows the only text there is."""
    clips = [
        t for name in ("from", "kind") for t in filled.of(name) if t.kind == "clips" and (name == "from" or _is_clip(t))
    ]
    first = len(scene.situation.texts) == 1 and filled.has("kind") and not filled.has("music", "mark", "old")
    return bool(clips) and not (first and union(clips, scene.count) == (1,))


_Gone = TextRemove | BgmRemove | OverlayRemove | Remove | Unresolved


def _is_clip(token: Token) -> bool:
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
        shown_words = shown.words(filled, scene, "old")
        index: int | Literal["all"] | None = shown.named(shown_words[0], scene) if shown_words else None
        return None if index is None else TextRemove(index=index)
    index = _which(filled, len(here.texts))
    gap = Unresolved(scene.words(filled.clause(name)), filled.at, missing=("target",))
    return gap if index is None else TextRemove(index=index)


def _which(filled: Filled, count: int) -> int | Literal["all"] | None:
    """The number of the text to take away; None where one of several is meant."""
    if (token := filled.value("kind", "clips")) and not _is_clip(token):
        return ordinal(filled, count)
    if filled.has("all"):
        return "all"
    titled = filled.says("kind", "TITLE") and not filled.says("kind", "CAPTION", "SUBTITLES")
    return 1 if count == 1 else None if titled else "all"


_OFF = "REMOVE|UNWANTED|CUT|SKIP|TRIM"
_TAKEN = frame(
    "taken",
    [_OFF, "NOT", f"{_OFF} OFF|'out'|'away'|'down'", "CHANGE OFF", "OFF"],
    [
        role("kind", NOUN, "CAPTION CAPTION", "TITLE CAPTION", f"clips {NOUN}"),
        role("old", "quote", "TITLE|CAPTION quote", "quote TITLE|CAPTION"),
        role("why", "DROWNS|VAGUE"),
        role("which", "'那个'|'这个'|'那首'|'这首'|'那条'|'这条'|'那行'|'这行'"),
        role("wholly", "'altogether'|'entirely'|'completely'|'for_good'"),
        role("clips", "clips AND", "AND clips"),
        role("from", "'from'|'in'|'of'|'on'|'for'|'during' clips", "clips"),
        role("music", "MUSIC", "MUTE MUSIC"),
        role("mark", "OVERLAY"),
        role("file", "asset"),
        role("all", "ALL|EVERYTHING"),
        role("at", "START|FRONT|END|BACK"),
    ],
    _taken,
    light="CHANGE AUDIO VIDEO REEL CAPTION",
    elliptic="kind old music mark",
)

FRAMES = (_TAKEN,)
