"""Clips taken out, kept, or let be."""

from dataclasses import replace
from itertools import pairwise, zip_longest

from ...timeline.operations import BgmRemove, ClipTarget, Remove, Split, TextRemove, Trim
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..resolve import Numbers, complement
from ..speech import said
from ..tokens import Clause, Token
from . import aim
from .frame import Filled, frame, is_plain, role
from .targets import FILMS, is_pronoun

TARGET = role(
    "target",
    "<target>",
    "'of'|'from'|'in'|'on'|'to'|'for' <target>",
    "<target> 'the'? CLIP",
    "<target> ~ALL|EACH",
    "<target> 'each'|'both'|'all'",
    "'both' clips",
    "'both' number AND number",
)
SPARED = role("spared", "EXCEPT NOT? 'the'? clips", "EXCEPT clips AND clips", "clips ~EXCEPT", "EXCEPT 'the'? number")
# Verbs that only say that something is to become so.
BE = role(
    "be",
    "CHANGE",
    "'get'|'let'|'have'|'put'|'show'|'turn'|'bring'|'play'|'want'|'need'|'wants'|'needs'|'use'|'give'",
    "'to' 'be'",
    many=True,
)
PART = "ALL|EVERYTHING|THAT_CLIP|CLIP|MOMENT? 'the'? range|head|tail MOMENT|THAT_CLIP? ~ALL?"
TAKING = ("REMOVE", "UNWANTED", "CUT", "SKIP", "TRIM")


def removal(clips: Numbers, at: int) -> ParsedOperation:
    return ParsedOperation(Remove(target=ClipTarget(clips=clips)), at, targeted=True)


def _remove(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if _is_gone(filled, scene):
        return []  # `no music please, remove it`
    if _removes_nothing(filled):
        return None
    if "EVERY_OTHER" in scene.sentence_has and not filled.says("target", "EVERY_OTHER"):
        return None  # `隔一段删一段，从第二段开始删`
    older = filled.inherited and all(t.start < filled.at for t in filled.of("part"))
    if filled.has("part") and not (older and filled.has("target")):
        return _remove_both(filled, scene) if filled.has("target") else _remove_parts(filled, scene)
    if filled.says("", "TRIM") and not filled.says("", "REMOVE", "CUT"):
        return None
    if not filled.has("target", "spared") and scene.removed and not scene.last:
        return []  # `i don't need clip 6, take it out` says it twice
    if not filled.has("target", "spared") and not scene.last and not scene.told:
        return None
    if filled.says("", "RESET") and not filled.says("target", "EXCEPT"):
        return None
    if filled.trigger.text in said("BARELY_UNWANTED") and aim.done_to_all(scene):
        return None  # `全部加速，最后一段不要`: without it, or faster?
    if filled.says("", "CUT") and filled.of("target") and filled.of("target")[0].text in ("to", "from", "on", "for"):
        return None  # `cut to clip 3`
    chosen = _alternate(filled, scene) if filled.has("since") else aim.clips(filled, scene)
    if not chosen or len(chosen) == scene.count > 1 or _of_a_split(filled, scene):
        return None
    scene.last, scene.removed = None, chosen
    return [removal(chosen, filled.at)]


def _removes_nothing(filled: Filled) -> bool:
    """`clip 5 came out nice`, `from 10 to 15 seconds and from 30 to 35`, an edge beside a stretch that it is not."""
    remarked = filled.trigger.text in ("out", "away") and not filled.is_plain
    edged = filled.says("", "LEFT_OUT") or (filled.has("intro") and not _names_edge(filled))
    return remarked or edged or (filled.has("since") and filled.has("part"))


def _is_gone(filled: Filled, scene: ParseContext) -> bool:
    """Whether what is pointed at is no clip, and was taken away by the order before."""
    pointed = filled.roles.keys() == {"", "target"} and all(is_pronoun(t) for t in filled.of("target"))
    last = scene.findings[-1] if scene.findings else None
    return pointed and isinstance(last, ParsedOperation) and isinstance(last.op, BgmRemove | TextRemove)


def _alternate(filled: Filled, scene: ParseContext) -> Numbers | None:
    """`every other clip, starting with the third`."""
    first = aim.listed(filled, "since", scene) or ()
    if len(first) != 1 or not filled.says("target", "EVERY_OTHER"):
        return None
    return tuple(range(first[0], scene.count + 1, 2))


def _names_edge(filled: Filled) -> bool:
    """`skip the intro, the first 90 seconds`: the stretch says what the word before it means."""
    early = filled.of("intro")[0].text in ("intro", "opening", "片头", "开场")
    return [t.kind for t in filled.of("part")] == ["head" if early else "tail"]


def _remove_both(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`the last 3 seconds and the first clip can go`."""
    bare = {name: parts for name, parts in filled.roles.items() if name != "target"}
    parts = _remove_parts(replace(filled, roles=bare), scene)
    chosen = aim.listed(filled, "target", scene)
    if any(t.kind == "clips" for t in filled.of("target")) and not chosen:
        return None
    if not aim.severed(filled):
        return _remove_parts(filled, scene)
    if not parts or not chosen or filled.says("target", "EXCEPT"):
        return None
    first = min(t.start for t in filled.of("target"))
    return [*parts, removal(chosen, first)]


def _remove_parts(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if filled.has("target"):
        inner = aim.inside(filled, scene, "part") if any(t.kind == "range" for t in filled.of("part")) else None
        return [ParsedOperation(Remove(target=inner), filled.at, targeted=True)] if inner else None
    if any(is_pronoun(a) and b.kind in ("head", "tail") and b.start == a.end for a, b in pairwise(filled.of("part"))):
        return None  # `它结尾两秒` shortens a clip
    parts = aim.stretches(filled, scene, "part")
    whole = scene.situation.duration_ms
    if not scene.situation.has_timeline and scene.planned("highlights"):
        return None  # `a reel, but skip the first ten minutes`: of the footage it is made from
    if not parts or filled.has("target", "spared") or filled.trigger.text.endswith(("到", "成", "至")):
        return None
    if filled.says("", "TRIM") and not filled.says("", "REMOVE", "CUT"):
        loose = any(t.text in FILMS or t.text in ("take", "takes", "it") for t in filled.tokens)
        if loose and not any(t.text in ("out", "off") for t in filled.tokens):
            return None  # `trim the video from 0:10 to 0:20` may as well keep what it names
    if scene.last or any(t.text.endswith(("到", "成", "至")) for t in filled.tokens if t.kind == "word"):
        return None  # `delete its last two seconds` shortens a clip; `裁到10:00到20:00` keeps what it names
    if any(p.ref == "timeline" and whole and p.range_ms[0] >= whole for p in parts):
        return None
    return [ParsedOperation(Remove(target=p), filled.at + n, targeted=True) for n, p in enumerate(parts)]


_REMOVE = frame(
    "remove",
    ["REMOVE|UNWANTED|CUT|SKIP|TRIM", "REMOVE|CUT|TRIM 'out'|'away'|OFF", "RESET", "'out'|'away' 'goes'|'go'|'with'?"],
    [
        TARGET,
        SPARED,
        role("part", PART, many=True),
        role("file", "'of'|'from'|'in'? asset", "'of'|'from'|'in'? REEL|VIDEO|'the_footage'|'the_original'", many=True),
        role("be", "'want'|'need'|'wants'|'needs'|'get'|'let'", "'to' 'be'"),
        role("intro", "'intro'|'opening'|'片头'|'开场'|'outro'|'ending'|'片尾'"),
        role("off", "OFF|'off'|'out'|'altogether'|'completely'"),
        role("since", "'starting_with'|'beginning_with'|'starting'|'beginning'|'from' clips", "MOVE|FRONT clips"),
    ],
    _remove,
    light="CLIP MOMENT VIDEO OFF ALL GAME",
    elliptic="target part",
)


def _all_but(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`keep everything except 10:00-20:00`."""
    parts = aim.stretches(filled, scene, "part")
    but = next((t.start for t in filled.tokens if t.is_a("EXCEPT")), 0)
    sides = {t.start > but for t in filled.of("part") if t.kind in ("range", "head", "tail")}
    if not parts or filled.says("keep", "ONLY") or len(sides) > 1:
        return None
    return [ParsedOperation(Remove(target=p), filled.at + n, targeted=True) for n, p in enumerate(parts)]


_ALL_BUT = frame(
    "all_but",
    ["EXCEPT"],
    [
        role("part", PART, "'for'|'from' range|head|tail", many=True),
        role("keep", "KEEP"),
        role("all", "ALL|EVERYTHING"),
        role("rest", "REST ALL?", "EXCEPT ALL? REST?", "REST 'in'"),
        role("file", "'of'|'from'|'in'? asset"),
        role("use", "'use'|'want'|'take'"),
    ],
    _all_but,
    light="CLIP MOMENT VIDEO GAME",
    required=["part", "keep|all|rest|use"],
)
# `all but` and `外全部` say both in one word.
_BUT = frame(
    "all_but",
    ["'all_but'|'everything_but'|'anything_but'|'外全部'|'外全都'"],
    list(_ALL_BUT.roles),
    _all_but,
    light="CLIP MOMENT VIDEO GAME EXCEPT",
    required=["part"],
)


def _merely_stays(filled: Filled) -> bool:
    """`clip 3 stays`, `第三段先留着`: said of a clip it takes no others away."""
    trigger = filled.trigger
    first = filled.of("target") and filled.of("target")[0].start < trigger.start
    return bool(first) and (trigger.text.startswith(("stay", "should stay")) or trigger.text == "留着")


def _says_how(filled: Filled) -> bool:
    """`keep clip 2 in colour`, `第二段留彩色`: how a clip is to be is no word about the others."""
    end = max(filled.starts)
    behind = [t for t in filled.tokens if t.start > end and t.kind != "separator"]
    return any(not is_plain(token, after) for token, after in zip_longest(behind, behind[1:]))


def _keep(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    if filled.says("", "AUDIO", "MUSIC", "SOURCE_SOUND"):
        return None  # `only the sound of clip 3` takes no clips away
    only = filled.says("", "ONLY") or filled.has("rest", "nothing")
    if any(t.kind == "word" and t.concepts == {"FILLER"} and any(c.isdigit() for c in t.text) for t in filled.tokens):
        return None  # a clip that was taken back: `keep clip 2 but not clip 3`
    if scene.findings and not only:
        return _spare(filled, scene)
    if any(a.text in ("只", "就") and b.text == "有" for a, b in pairwise(filled.tokens)):
        return None  # `只有第三段能看` tells what there is
    if not only and _says_how(filled):
        return None
    kept = aim.clips(filled, scene, follow=False)
    if not only and not scene.findings and _merely_stays(filled) and not scene.sentence_has & {"BUT", *TAKING}:
        return [Unresolved(scene.words(Clause(list(filled.tokens))), filled.at, missing=("operation",))]
    taken_back = any(t.text == "but not" for t in filled.tokens)
    if not kept or not scene.count or scene.findings or taken_back:
        return None
    if not only and scene.sentence_has & {"BUT", "REMOVE", "UNWANTED", "SKIP", "CUT", "TRIM", "MUTE"}:
        return None if "REST" in scene.sentence_has else []  # `keep clip 2, remove clip 3` keeps the others as well
    gone = complement(kept, scene.count)
    scene.last = kept if not gone else None
    return [removal(gone, filled.at)] if gone else None


_KEEP = frame(
    "keep",
    ["ONLY KEEP", "KEEP ONLY", "ONLY", "KEEP", "ONLY 'want'|'use'|'need'|'take'"],
    [
        TARGET,
        SPARED,
        role(
            "rest",
            "REMOVE|UNWANTED|SKIP REST",
            "REST REMOVE|UNWANTED|SKIP",
            "NOT REST",
            "REST NOT|UNWANTED",
            "REST ALL REMOVE|UNWANTED|SKIP",
        ),
        role("nothing", "'nothing_else'"),
        role("be", "'let'|'can'|'want'"),
    ],
    _keep,
    light="CLIP",
    required=["target"],
)


def _spare(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`… but keep clip 4 as it is`: takes clips out of what was said just before."""
    before = scene.last
    spared = aim.clips(filled, scene, follow=False)
    if not spared:
        return None
    if not scene.findings:
        everything = "ALL" in scene.sentence_has and "REST" not in scene.sentence_has
        scene.last = spared
        return [] if filled.says("", "LEAVE_ALONE", "NOT") and not everything else None
    changed = aim.without(scene.findings[-1], spared, scene)
    if filled.says("as", "AUDIO", "SOURCE_SOUND", "VOLUME") and not scene.planned("volume"):
        return None
    if changed is None or (filled.says("", "EXCEPT") and changed == [scene.findings[-1]]):
        return None
    scene.findings[-1:] = changed
    scene.last = before if filled.says("", "EXCEPT", "NOT") else spared
    return []


PLAINLY = "LEAVE_ALONE|KEEP|'normal'|'colour'|'color'|'彩色'|'正常'|'alone'"
_STAYING, _SOUND = "KEEP|LEAVE_ALONE", "AUDIO|SOURCE_SOUND|VOLUME"
_SPARE = frame(
    "spare",
    ["LEAVE_ALONE", "EXCEPT", "KEEP LEAVE_ALONE?", "LENGTHEN|'leave' LEAVE_ALONE|'alone'", "'彩色'|'原色'"],
    [
        role("target", "<target>"),
        role("as", PLAINLY, "NORMAL_SPEED", f"{_STAYING} {_SOUND}", f"{_SOUND} {_STAYING}", many=True),
        role("only", "ONLY"),
    ],
    _spare,
    light="CLIP",
    required=["target"],
)


_DENIED = (
    "REMOVE|CUT|TRIM|MUTE|FASTER|SLOWER|MOVE|SPLIT|FLIP|ROTATE|STABILIZE|SWAP|REPLAY|FREEZE|DARKER|BRIGHTER|LOOK:*"
    "|CHANGE"
)
DOES = {
    "remove": ("REMOVE", "CUT"),
    "speed": ("FASTER", "SLOWER"),
    "trim": ("TRIM", "CUT"),
    "volume": ("MUTE",),
    "flip": ("FLIP",),
    "rotate": ("ROTATE",),
    "stabilize": ("STABILIZE",),
}


def _deny(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`… but don't flip it`: asks for nothing; what was to be done to more clips is not done to these."""
    if filled.says("target", "REST", "EXCEPT"):
        return None
    clips = aim.clips(filled, scene) if filled.has("target") else None
    last = scene.findings[-1] if scene.findings else None
    op = getattr(getattr(last, "op", None), "op", "")
    if clips and aim.done_to_all(scene) and any(t.text in said("BARE_CHANGE") for t in filled.of("")):
        return None  # `每段都转黑白，第六段别转` is an exception
    if last is not None and filled.says("", *DOES.get(op, ())):
        changed = aim.without(last, clips, scene) if clips else None
        if changed is None:
            return None
        scene.findings[-1:] = changed
    elif last is None and filled.says("target", "ALL", "EVERYTHING") and not filled.says("", *TAKING):
        return None
    return []


_DENY = frame(
    "deny",
    [f"NOT {_DENIED}", f"{_DENIED} NOT_BEHIND"],
    [role("target", "<target>"), role("much", "'anything'|'any'"), role("off", "'out'|'up'|'down'")],
    _deny,
    light="CLIP VIDEO",
)


def _drop_part(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """`split clip 2 at 3 seconds and delete the second part` cuts clip 2 down to its first three seconds."""
    last = scene.findings[-1] if scene.findings else None
    if not isinstance(last, ParsedOperation) or not isinstance(last.op, Split):
        return None
    at, target = last.op.at_ms, last.op.target
    if target is not None and target.clips[0] > scene.count:
        return None
    if target is not None:
        clip = scene.situation.clips[target.clips[0] - 1]
        at = clip.start_ms + clip.duration_ms // 2
    assert at is not None
    found = next((c for c in scene.situation.clips if c.start_ms < at < c.start_ms + c.duration_ms), None)
    which = _which_part(filled.of("part")[0])
    if found is None or not which:
        return None
    clip = found
    head, tail = at - clip.start_ms, clip.start_ms + clip.duration_ms - at
    if filled.says("", "KEEP"):
        which = 3 - which
    cut = {"head_ms": head} if which == 1 else {"tail_ms": tail}
    trimmed = Trim.model_validate({"target": ClipTarget(clips=(clip.number,)), **cut})
    scene.findings[-1:] = [ParsedOperation(trimmed, last.at, targeted=True)]
    scene.last = (clip.number,)
    return []


def _of_a_split(filled: Filled, scene: ParseContext) -> bool:
    """Whether `the second part` is one of the two that have just been cut."""
    split = bool(scene.findings) and isinstance(getattr(scene.findings[-1], "op", None), Split)
    return split and any(_which_part(t) for t in filled.of("target"))


def _which_part(token: Token) -> int:
    if token.kind == "clips":
        said = token.text.split()[-1] if " " in token.text else token.text
        if said not in ("part", "half", "piece", "bit", "one", "section") and not token.text.endswith(
            ("部分", "半", "段")
        ):
            return 0
        return {((1, 1),): 1, ((2, 2),): 2, ((-1, -1),): 2}.get(token.value, 0)
    return 1 if token.is_a("FIRST_HALF", "START", "FRONT", "BEFORE") else 2


_DROP_PART = frame(
    "drop_part",
    ["REMOVE|UNWANTED|CUT|SKIP", "KEEP", "KEEP ONLY", "ONLY KEEP"],
    [role("part", "clips", "FIRST_HALF|SECOND_HALF", "START|END|BACK|FRONT|BEFORE|AFTER CLIP|HALF|MOMENT|THAT_CLIP?")],
    _drop_part,
    light="CLIP MOMENT HALF",
    required=["part"],
)

FRAMES = (_DROP_PART, _REMOVE, _ALL_BUT, _BUT, _KEEP, _SPARE, _DENY)
