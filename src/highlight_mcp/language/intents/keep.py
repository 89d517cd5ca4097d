"""Keeping some of it: clips, all but some clips, ranges, whole files."""

from collections.abc import Iterator
from typing import Any

from ...timeline.media import MediaInfo
from ...timeline.operations import ClipTarget, Keep, Remove
from .. import resolve
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import NOUNS, VERBS, Clause, Token, is_object
from .source_ranges import bounds_of, footage_named, of_footage

_TAKING = ("REMOVE", "CUT", "TRIM", "SKIP", "UNWANTED", "SHORTEN")


def read_keep(clause: Clause, scene: ParseContext) -> Finding | None:
    token = clause.find("KEEP", "ONLY", "EXCEPT", "REST") or clause.tokens[0]
    removing = clause.verb("REMOVE", "UNWANTED", "CUT", "SKIP", "NOT")
    refs, spared = resolve.split_exceptions(clause)
    if spared and refs and scene.count:
        return _less(clause, scene, refs, spared, removing, token.start)
    refs = refs or spared
    if refs and not clause.has("REST", "EXCEPT") and _of_a_clip(clause, refs):
        clause.spend()
        return Unresolved(scene.words(clause), token.start, missing=("operation", "target"))
    if refs and scene.count:
        chosen = resolve.union(refs, scene.count)
        if chosen is None:
            clause.spend()
            return Unresolved(scene.words(clause), token.start, missing=("target",))
        if clause.has("EXCEPT", "REST") or clause.has("ONLY", "KEEP"):
            return _complement(clause, scene, chosen, removing, token.start)
        return None
    outside = removing and clause.has("EXCEPT") and clause.has("ALL", "EVERYTHING")
    if (
        clause.peek("range", "head", "tail")
        and (outside or clause.has("KEEP") or (clause.has("ONLY") and not clause.verb("REMOVE", "UNWANTED", "SKIP")))
        and not clause.has("REEL", "BEST")
    ):
        return _keep_range(clause, scene, token.start)
    return None


def _of_a_clip(clause: Clause, refs: list[Token]) -> bool:
    """`只要第三段的声音`, `keep only the sound of clip 3`: its sound is to stay, which is not the clip alone."""
    told = [i for i, t in enumerate(clause.tokens) if t.is_a("AUDIO", "SOURCE_SOUND", "VOLUME")]
    places = [clause.tokens.index(t) for t in refs if t in clause.tokens]
    near = [(i, j) for i in told for j in places]
    return any(
        (j < i <= j + 2 and clause.tokens[j + 1].text == "的")
        or (i < j <= i + 2 and clause.tokens[j - 1].text in ("of", "in"))
        for i, j in near
    )


def _less(
    clause: Clause, scene: ParseContext, refs: list[Token], spared: list[Token], removing: bool, at: int
) -> Finding | None:
    """`remove 2-4 except 3`, `keep 2-5 but not 3`; to keep one clip and not another says nothing of the others."""
    keeps = clause.has("KEEP", "ONLY")
    if not keeps and not removing:
        return None
    chosen = resolve.remaining_clips(refs, spared, scene.count)
    inside = set(resolve.union(spared, scene.count) or ()) <= set(resolve.union(refs, scene.count) or ())
    words = scene.words(clause)
    clause.used |= {t.start for t in (*refs, *spared)}
    clause.take("KEEP", "ONLY", "EXCEPT", "REST", "ALL", *_TAKING, "CLIP", "NOT", "EVERYTHING", "CHANGE")
    scene.last = None
    if not chosen or (keeps and not inside):
        return Unresolved(words, at, missing=("target",))
    gone = resolve.complement(chosen, scene.count) if keeps else chosen
    return ParsedOperation(Remove(target=ClipTarget(clips=gone)), at, targeted=True)


def _complement(
    clause: Clause, scene: ParseContext, chosen: tuple[int, ...], removing: bool, at: int
) -> Finding | None:
    """`all but 2`, `only 2`, `drop the rest but 2`, and `keep all but 2`, which removes 2 itself."""
    others = resolve.complement(chosen, scene.count)
    keeps = clause.has("KEEP", "ONLY")
    excepted = clause.has("EXCEPT")
    if not keeps and not (excepted and removing):
        return None
    if keeps and removing and not excepted and not clause.has("REST", "ONLY", "NOT"):
        words = scene.words(clause)
        clause.spend()
        return Unresolved(words, at, missing=("target",))
    gone = chosen if excepted and keeps and not removing else others
    clause.used |= {t.start for t in resolve.split_exceptions(clause)[1]}
    clause.values("clips")
    clause.take("KEEP", "ONLY", "EXCEPT", "REST", "ALL", *_TAKING, "CLIP", "NOT", "EVERYTHING", "CHANGE")
    scene.last = None
    return (
        ParsedOperation(Remove(target=ClipTarget(clips=gone)), at, targeted=True)
        if gone
        else Unresolved(scene.words(clause), at, missing=("target",))
    )


def _keep_range(clause: Clause, scene: ParseContext, at: int) -> Finding | None:
    total = scene.situation.duration_ms if scene.situation.has_timeline else scene.situation.source_ms
    ranges = []
    for token in clause.values("range", "head", "tail"):
        if token.kind == "head":
            ranges.append((0, token.value))
        elif token.kind == "tail":
            ranges.append((max(0, total - token.value), total))
        else:
            ranges.append((token.value[0], total if token.value[1] is None else token.value[1]))
    clause.take(
        "KEEP", "ONLY", "CRITERION:speech", "MOMENT", "MAKE", "ALL", "BETWEEN", "CHANGE", "EXCEPT", "EVERYTHING"
    )
    clause.take(*_TAKING)
    if any(a >= b for a, b in ranges):
        return Unresolved(scene.words(clause), at, missing=("target",))
    sources = footage_named(clause, scene)
    whole = scene.count <= 1 or bool(sources) or any(of_footage(t) for t in clause.tokens)
    facts: dict[str, Any] = {"ranges_ms": tuple(ranges), "ref": "source" if whole else "timeline"}
    if len(sources) == 1:
        facts["source"] = sources[0].name
        clause.used |= {t.start for t in clause.tokens if t.kind == "asset"}
    return ParsedOperation(Keep.model_validate(facts), at, targeted=True)


_STRETCHES = ("range", "head", "tail")
_VALUES = ("clips", "quote", "duration", "percent", "factor", "time", "named")
_CHOOSING = (
    "BEST", "BORING", "SEMANTIC", "SILENCE", "EXCEPT", "REST", "REMOVE", "UNWANTED", "SKIP", "VAGUE", "NOT",
    "DONE_WITH", "BATCH",
)  # fmt: skip
_WHOLE = ("ALL", "EVERYTHING")
_BOTH = "both"
_SMALL_WORDS = frozenset({
    "the", "a", "an", "of", "in", "from", "just", "please", "my", "our", "your", "this", "these", "with",
    "to", "as", "的", "把", "请", "那", "这", "给", "一个", "成", "那段",
})  # fmt: skip
_FILES = ("VIDEO", "GAME", "CLIP", *_WHOLE)
_WISHES = frozenset({
    "use", "using", "take", "want", "need", "i want", "i need", "i'd like", "i would like", "give me", "get me",
    "include", "make", "put", "show", "build", "create", "put together", "the footage", "用", "用上", "要", "都要",
    "我要", "给我", "想要", "做成", "做", "剪", "剪成", "拼成", "放", "取", "弄成", "整个", "出", "需要",
})  # fmt: skip
_USING = ("use", "using", "take", "用", "用上")
_PUTTING = ("append", "add", "attach", "put")
_OWN = (
    "KEEP", "ONLY", "ASSEMBLE", "EACH", "AND", "THEN", "TO", "AFTER", "BEFORE", "CHRONO", "LEAVE_ALONE", "BACK", "END",
    "THAT_CLIP", "SORT", *_FILES,
)  # fmt: skip


def read_whole_files(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """Files as they are, in the order of upload, or in the order in which they are named."""
    if not scene.situation.footage or clause.has(*_CHOOSING) or clause.peek(*_VALUES) or clause.names("CRITERION:"):
        return
    named = footage_named(clause, scene)
    if sum(t.kind == "asset" for t in clause.tokens) > len(named):
        return
    if scene.situation.has_timeline:
        yield from _of_the_reel(clause, scene, named)
        yield from _behind(clause, scene, named)
        return
    if clause.peek(*_STRETCHES):
        if len(named) > 1 and not any(map(_acts_otherwise, clause.free())):
            yield from _pieces(clause, scene)
        return
    joins = (clause.has("ASSEMBLE") or _is_put_to(clause)) and len(scene.situation.footage) > 1
    if joins and (named or clause.has(*_FILES)) and not _of_else(clause):
        yield from _taken(clause, scene, named, strict=False)
    elif (
        (_is_whole(clause) or (named and _is_kept(clause))) and (named or not scene.reel_wanted) and _is_a_wish(clause)
    ):
        yield from _taken(clause, scene, named, strict=True)


def _of_else(clause: Clause) -> bool:
    return any(t.concepts & NOUNS and not t.is_a("REEL") for t in clause.free())


def _is_whole(clause: Clause) -> bool:
    return clause.has(*_WHOLE) or (_BOTH in (t.text for t in clause.tokens) and clause.has("VIDEO", "GAME", "CLIP"))


def _is_kept(clause: Clause) -> bool:
    return clause.has("KEEP", "ONLY") or any(t.text in _USING for t in clause.tokens)


def _is_a_wish(clause: Clause) -> bool:
    """With a verb of keeping or using, or with no word beside: `the complete footage` wishes, with `… is long` not."""
    if any(map(_acts_otherwise, clause.free())):
        return False
    wishes = any(t.text in _WISHES or t.is_a("KEEP", "ASSEMBLE") for t in clause.tokens)
    return wishes or all(
        t.kind in ("separator", "asset", "number") or t.text in _SMALL_WORDS | {_BOTH} or t.is_a(*_OWN, "REEL")
        for t in clause.tokens
    )


def _acts_otherwise(token: Token) -> bool:
    if token.kind == "unknown":
        return True
    if token.kind != "word" or token.text in _WISHES or token.is_a(*_OWN, "REEL"):
        return False
    return bool(token.concepts & VERBS) or is_object(token)


def _taken(clause: Clause, scene: ParseContext, named: list[MediaInfo], *, strict: bool) -> Iterator[Finding]:
    at, words = clause.at, scene.words(clause)
    numbers = [round(t.value) for t in clause.free() if t.kind == "number" and t.value > 1]
    numbers += [2 for t in clause.free() if t.text == _BOTH]
    known = named or scene.situation.footage
    _account(clause, whole=strict)
    if numbers and len(known) not in numbers:
        yield Unresolved(words, at, missing=("target",))
    elif named:
        yield from (
            ParsedOperation(Keep(source=info.name), at + place, targeted=True)
            for place, info in enumerate(_in_order(clause, named))
        )
    else:
        yield ParsedOperation(Keep(), at, targeted=True)


def _pieces(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """`0:01-0:03 of a.mp4, then all of b.mp4`: of each file the stretches beside its name, else all of it."""
    at, words = clause.at, scene.words(clause)
    found: list[tuple[MediaInfo, list[tuple[int, int]]]] = []
    known = {media.name.casefold(): media for media in scene.situation.footage}
    waiting: list[Token] = []
    for i, token in enumerate(clause.tokens):
        if token.kind == "asset":
            media = known[str(token.value).casefold()]
            found.append((media, [bounds_of(one, media.duration_ms) for one in waiting]))
            waiting = []
        elif token.kind in _STRETCHES:
            if _is_of_the_next(clause.tokens[i + 1 :]) or not found:
                waiting.append(token)
            else:
                found[-1][1].append(bounds_of(token, found[-1][0].duration_ms))
    clause.values(*_STRETCHES)
    _account(clause, whole=True)
    if waiting or any(a >= b for _, bounds in found for a, b in bounds):
        yield Unresolved(words, at, missing=("target",))
        return
    for place, (media, bounds) in enumerate(found):
        facts: dict[str, Any] = {"ranges_ms": bounds, "ref": "source"} if bounds else {}
        yield ParsedOperation(Keep.model_validate({"source": media.name, **facts}), at + place, targeted=True)


def _is_of_the_next(following: list[Token]) -> bool:
    """Whether nothing but `of` or `from` leads to the name of a file."""
    after = next((t for t in following if not (t.is_a("FILLER") and not t.is_a("THEN", "AND"))), None)
    return after is not None and after.kind == "asset" and bool(following) and following[0] is not after


def _in_order(clause: Clause, named: list[MediaInfo]) -> list[MediaInfo]:
    """`B after A` and `append B to A` are A, then B."""
    after = any(t.is_a("AFTER") and not t.is_a("THEN", "ASSEMBLE") for t in _between(clause))
    return named[::-1] if len(named) == 2 and (after or _is_put_to(clause)) else named


def _is_put_to(clause: Clause) -> bool:
    """`add B to A`."""
    return any(t.is_a("TO") for t in _between(clause)) and any(t.text in _PUTTING for t in clause.tokens)


def _between(clause: Clause) -> list[Token]:
    """What stands between the first and the last file that are named."""
    assets = [i for i, t in enumerate(clause.tokens) if t.kind == "asset"]
    return clause.tokens[assets[0] : assets[-1]] if assets else []


def _of_the_reel(clause: Clause, scene: ParseContext, named: list[MediaInfo]) -> Iterator[Finding]:
    """`keep only b.mp4`: of the reel what comes from that file."""
    shown = {clip.media_id for clip in scene.situation.clips}
    if len(named) != 1 or named[0].media_id not in shown or len(shown) < 2 or clause.peek(*_STRETCHES):
        return
    if clause.has("KEEP", "ONLY") and not any(map(_acts_otherwise, clause.free())):
        at = clause.at
        _account(clause, whole=False)
        yield ParsedOperation(Keep(source=named[0].name), at, targeted=True)


def _behind(clause: Clause, scene: ParseContext, named: list[MediaInfo]) -> Iterator[Finding]:
    """`add 0:10-0:20 of b.mp4 at the end`, `append c.mp4`."""
    if not named or not clause.verb("ADD", "ASSEMBLE") or _of_else(clause) or clause.has("FRONT", "START", "BETWEEN"):
        return
    if scene.reel_wanted or clause.has("REEL", "BEFORE", "MUSIC"):
        return
    at, words = clause.at, scene.words(clause)
    stretches = clause.values(*_STRETCHES)
    if stretches and len(named) > 1:
        yield Unresolved(words, at, missing=("target",))
        clause.spend()
        return
    _account(clause, whole=False)
    clause.take("ADD")
    for place, info in enumerate(named):
        bounds = [bounds_of(token, info.duration_ms) for token in stretches]
        facts: dict[str, Any] = {"ranges_ms": bounds} if bounds else {}
        yield ParsedOperation(
            Keep.model_validate({"source": info.name, "mode": "append", **facts}), at + place, targeted=True
        )


def _account(clause: Clause, *, whole: bool) -> None:
    clause.take(*_OWN, *(("REEL",) if whole else ()))
    clause.used |= {t.start for t in clause.tokens if t.text in _WISHES or t.kind in ("asset", "number")}
