"""Whole files: all of them in one reel, some by name, or one more behind the reel."""

from collections.abc import Iterator
from typing import Any

from ....timeline.media import MediaInfo
from ....timeline.operations import Keep
from ..clause import Clause
from ..heads import NOUNS, VERBS, is_object
from ..outcome import Deed, Finding, Gap
from ..scene import Scene
from ..token import Token
from .ranges import SMALL_WORDS, bounds_of, footage_named

_STRETCHES = ("range", "head", "tail")
_VALUES = ("clips", "quote", "duration", "percent", "factor", "time", "named")
_CHOOSING = (
    "BEST", "BORING", "SEMANTIC", "SILENCE", "EXCEPT", "REST", "REMOVE", "UNWANTED", "SKIP", "VAGUE", "NOT",
    "DONE_WITH", "BATCH",
)  # fmt: skip
_WHOLE = ("ALL", "EVERYTHING")
_BOTH = "both"
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


def read(clause: Clause, scene: Scene) -> Iterator[Finding]:
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
        t.kind in ("separator", "asset", "number") or t.text in SMALL_WORDS | {_BOTH} or t.is_a(*_OWN, "REEL")
        for t in clause.tokens
    )


def _acts_otherwise(token: Token) -> bool:
    if token.kind == "unknown":
        return True
    if token.kind != "word" or token.text in _WISHES or token.is_a(*_OWN, "REEL"):
        return False
    return bool(token.concepts & VERBS) or is_object(token)


def _taken(clause: Clause, scene: Scene, named: list[MediaInfo], *, strict: bool) -> Iterator[Finding]:
    at, words = clause.at, scene.words(clause)
    numbers = [round(t.value) for t in clause.free() if t.kind == "number" and t.value > 1]
    numbers += [2 for t in clause.free() if t.text == _BOTH]
    known = named or scene.situation.footage
    _account(clause, whole=strict)
    if numbers and len(known) not in numbers:
        yield Gap(words, at, missing=("target",))
    elif named:
        yield from (
            Deed(Keep(source=info.name), at + place, targeted=True)
            for place, info in enumerate(_in_order(clause, named))
        )
    else:
        yield Deed(Keep(), at, targeted=True)


def _pieces(clause: Clause, scene: Scene) -> Iterator[Finding]:
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
        yield Gap(words, at, missing=("target",))
        return
    for place, (media, bounds) in enumerate(found):
        facts: dict[str, Any] = {"ranges_ms": bounds, "ref": "source"} if bounds else {}
        yield Deed(Keep.model_validate({"source": media.name, **facts}), at + place, targeted=True)


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


def _of_the_reel(clause: Clause, scene: Scene, named: list[MediaInfo]) -> Iterator[Finding]:
    """`keep only b.mp4`: of the reel what comes from that file."""
    shown = {clip.media_id for clip in scene.situation.clips}
    if len(named) != 1 or named[0].media_id not in shown or len(shown) < 2 or clause.peek(*_STRETCHES):
        return
    if clause.has("KEEP", "ONLY") and not any(map(_acts_otherwise, clause.free())):
        at = clause.at
        _account(clause, whole=False)
        yield Deed(Keep(source=named[0].name), at, targeted=True)


def _behind(clause: Clause, scene: Scene, named: list[MediaInfo]) -> Iterator[Finding]:
    """`add 0:10-0:20 of b.mp4 at the end`, `append c.mp4`."""
    if not named or not clause.verb("ADD", "ASSEMBLE") or _of_else(clause) or clause.has("FRONT", "START", "BETWEEN"):
        return
    if scene.reel_wanted or clause.has("REEL", "BEFORE", "MUSIC"):
        return
    at, words = clause.at, scene.words(clause)
    stretches = clause.values(*_STRETCHES)
    if stretches and len(named) > 1:
        yield Gap(words, at, missing=("target",))
        clause.spend()
        return
    _account(clause, whole=False)
    clause.take("ADD")
    for place, info in enumerate(named):
        bounds = [bounds_of(token, info.duration_ms) for token in stretches]
        facts: dict[str, Any] = {"ranges_ms": bounds} if bounds else {}
        yield Deed(Keep.model_validate({"source": info.name, "mode": "append", **facts}), at + place, targeted=True)


def _account(clause: Clause, *, whole: bool) -> None:
    clause.take(*_OWN, *(("REEL",) if whole else ()))
    clause.used |= {t.start for t in clause.tokens if t.text in _WISHES or t.kind in ("asset", "number")}
