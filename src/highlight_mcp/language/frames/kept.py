"""Beside an order for sound and words: what is to stay, what is too loud, and what the order is for."""

from collections.abc import Sequence

from ...timeline.operations import ClipTarget, Fade, Keep, Volume
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from . import aim
from .frame import Filled, frame, role
from .sound import STEP_DB, SoundAim, has_music, says, spoken_of


def _stays(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`keep the music`, `原声别动`: nothing to do, unless what is done before touches it."""
    if any(
        t.kind == "separator" or (t.is_a("MUTE", "REMOVE", "UNWANTED") and t not in filled.of(""))
        for t in filled.tokens
    ):
        return None
    if filled.has("clips"):
        return [Unresolved(scene.words(filled.clause(*filled.roles)), filled.at, code="unsupported_op")]
    if any(c.startswith("FILE:") for t in filled.tokens for c in t.concepts):
        return None
    if filled.has("whose") and not filled.says("", "ONLY"):
        return _of_others(filled, scene)
    if (least := filled.value("", "duration")) and not (least.text.startswith("一") and least.value <= _LEAST_MS):
        return None  # `一秒都别动` means nothing at all
    done = [f.op for f in scene.findings if isinstance(f, ParsedOperation)]
    removed = {getattr(op, "op", "") for op in done}
    touched = {getattr(op, "target", None) for op in done if isinstance(getattr(op, "target", None), str)}
    if filled.has("content"):
        return _content(done, scene)
    if not filled.has("music", "source", "sound", "words", "picture", "time") and not filled.says(
        "", "MUSIC", "AUDIO", "SOURCE_SOUND"
    ):
        it_goes = removed & {"remove", "bgm_remove", "text_remove", "overlay_remove"}
        return None if it_goes or not done else []
    if says(filled, "music", "MUSIC") and (
        touched & {"bgm"} or ("all" in touched and has_music(scene)) or "bgm_remove" in removed
    ):
        return None if filled.says("", "NOT", "LEAVE_ALONE") or "bgm_remove" in removed or "all" in touched else []
    last = done[-1] if done else None
    if isinstance(last, Fade) and last.target == "both" and filled.has("sound", "source"):
        changed = ParsedOperation(last.model_copy(update={"target": "video"}), filled.at, targeted=True)
        scene.findings[-1:] = [changed]  # `fade out at the end, leave the sound alone`
        return []
    if (
        (says(filled, "source", "SOURCE_SOUND", "AUDIO") or filled.has("sound"))
        and touched & {"all", "source", "both", "audio"}
        and removed & {"volume", "fade"}
    ):
        return None
    if filled.has("words") and removed & {"text_remove", "text_edit"}:
        return None
    return None if filled.has("picture") and touched & {"both", "video"} and "fade" in removed else []


def _of_others(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`b.mov声音照旧` beside a change of other clips."""
    own = set(aim.listed(filled, "whose", scene) or ())
    targets = [getattr(f.op, "target", None) for f in scene.findings if isinstance(f, ParsedOperation)]
    changed = {n for t in targets if isinstance(t, ClipTarget) for n in t.clips}
    return [] if own and own.isdisjoint(changed) and "all" not in targets else None


def _content(done: Sequence[object], scene: ParseContext) -> list[Finding] | None:
    """`内容一秒都别动` beside a change of the picture or the sound: all of the footage is laid down."""
    if not done or not all(getattr(op, "op", "") in _WITHOUT_CUTS for op in done):
        return None
    if scene.situation.has_timeline or not scene.situation.footage or scene.planned("keep"):
        return []
    scene.findings.insert(0, ParsedOperation(Keep(), 0, targeted=True))
    return []


_WITHOUT_CUTS = frozenset(
    {"keep", "aspect", "volume", "filter", "fade", "text_add", "bgm_add", "loudness", "flip", "rotate"}
)
_LEAST_MS = 1000
_STAYS = frame(
    "stays",
    [
        "KEEP",
        "LEAVE_ALONE",
        "NOT MOVE|CHANGE|REMOVE|UNWANTED|CUT",
        "ONLY KEEP",
        "KEEP LEAVE_ALONE",
        "ONLY",
        "'leave'|'leaving' MUSIC|SOURCE_SOUND|AUDIO|TITLE|CAPTION 'on'|'in'|'alone'",
        "KEEP ADD",
        "NOT FADE",
        "duration '都'? LEAVE_ALONE",
        "duration '都'? NOT CUT|MOVE|CHANGE|REMOVE",
    ],
    [
        role("whose", "clips 'the'? AUDIO|SOURCE_SOUND|VOLUME", "AUDIO|SOURCE_SOUND|VOLUME 'of'|'on'|'in' clips"),
        role("music", "MUSIC"),
        role("source", "SOURCE_SOUND"),
        role("sound", "AUDIO|VOLUME"),
        role("words", "TITLE|CAPTION|SUBTITLES"),
        role("picture", "'picture'|'image'|'画面'|'visuals'|'images'|'video'"),
        role("on", "ADD"),
        role("time", "'时间'|'timing'"),
        role("content", "'内容'|'画面内容'|'视频内容'|'content'"),
        role("it", "'it'|'its'|'它'"),
        role("just", "'just'|'only'"),
        role("rest", "REST", "REST LEAVE_ALONE"),
        role("clips", "MUSIC|TITLE|CAPTION|SUBTITLES clips"),
    ],
    _stays,
    light="POINT CHANGE",
)


def _drowns(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`the music drowns out the commentary`: what is too loud is to be quieter; how much may follow."""
    loud, soft = filled.of("loud")[:1], filled.of("soft")[:1]
    if not loud or (soft and soft[0].start < loud[0].start):
        return None
    target: SoundAim = "bgm" if loud[0].is_a("MUSIC") else "source"
    if target == "bgm" and not has_music(scene):
        return None
    op = Volume(target=target, db=-STEP_DB)
    return [ParsedOperation(op, filled.at, frozenset({"db"}), targeted=True, vague=True)]


_DROWNS = frame(
    "drowns",
    ["DROWNS"],
    [role("loud", "MUSIC|SOURCE_SOUND"), role("soft", "MUSIC|SOURCE_SOUND|AUDIO")],
    _drowns,
    required=["loud"],
)


def _purpose(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`别盖过解说` behind an order only says what it is for."""
    return [] if spoken_of(scene) is not None else None


_PURPOSE = frame("purpose", ["NOT DROWNS"], [role("soft", "MUSIC|SOURCE_SOUND|AUDIO")], _purpose)


def _without(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`no music, no titles`, `no cuts`: nothing to do where there are none, and none is asked for."""
    if filled.has("cuts") and scene.sentence_has & _CUTTING:
        return None
    if filled.has("music") and scene.situation.has_bgm:
        return None
    return None if filled.has("words") and scene.situation.texts else []


_CUTTING = frozenset({"REMOVE", "UNWANTED", "TRIM", "CUT", "SKIP", "SPLIT", "REEL", "BEST", "SHORTEN", "EXCEPT"})
_WITHOUT = frame(
    "without",
    ["NOT"],
    [
        role("cuts", "CUT_NOUN|'cutting'|'trimming'|'editing'|'edits'|'trims'"),
        role("music", "MUSIC"),
        role("words", "TITLE|CAPTION|SUBTITLES|CARD"),
        role("more", "NOT", many=True),
    ],
    _without,
    required=["cuts|music|words"],
)

FRAMES = (_STAYS, _DROWNS, _PURPOSE, _WITHOUT)
