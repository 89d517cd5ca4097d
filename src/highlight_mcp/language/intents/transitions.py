"""Transitions at the cuts, fades at the ends."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ...timeline.operations import Fade, TransitionAdd
from .. import resolve
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..resolve import union
from ..tokens import Clause, Token


def read_transitions(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """Transitions before fades: "fade between the clips" is a transition."""
    kind = clause.names("JOIN:")
    fading = clause.has("FADE", "FADE_IN", "FADE_OUT")
    plain_fade = kind in ("fade_black", "fade_white") and fading and not clause.has("TRANSITION", "BETWEEN")
    if (
        (
            kind
            and not plain_fade
            and (kind == "none" or not fading or clause.has("TRANSITION", "BETWEEN", "ALL", "EACH"))
        )
        or clause.has("TRANSITION")
        or (fading and clause.has("BETWEEN") and not clause.has("MUSIC"))
    ):
        yield _transition(clause, scene)
    if clause.has("FADE", "FADE_IN", "FADE_OUT"):
        yield from _fade(clause, scene)


def _transition(clause: Clause, scene: ParseContext) -> Finding:
    token = next(
        (t for t in clause.free() if t.is_a("TRANSITION") or any(c.startswith("JOIN:") for c in t.concepts)),
        clause.tokens[0],
    )
    kind = clause.prefixed("JOIN:")
    while clause.prefixed("JOIN:"):
        pass
    removed = clause.verb("REMOVE", "UNWANTED", "NOT") and kind != "none" and not clause.has("ADD")
    if removed:
        kind = "none"
    lasting = clause.value("duration", "time")
    facts: dict[str, Any] = {"type": kind or "crossfade"}
    if lasting and kind != "none":
        facts["duration_ms"] = max(40, min(5000, lasting.value))
    where: tuple[int, ...] | None = None
    refs, spared = resolve.split_exceptions(clause)
    clause.used |= {t.start for t in (*refs, *spared)}
    if spared and scene.count > 1:
        apart = _excepted(clause, spared, scene.count)
        if refs or not apart or len(apart) == scene.count - 1:
            return Unresolved(scene.words(clause), token.start, missing=("target",))
        where = resolve.complement(apart, scene.count - 1)
        clause.take("EXCEPT")
    elif refs and scene.count:
        chosen = union(refs, scene.count)
        if chosen is None:
            return Unresolved(scene.words(clause), token.start, missing=("target",))
        where = _cuts(clause, chosen, scene.count)
    facts["where"] = where or "all"
    clause.take(
        "TRANSITION",
        "FADE",
        "FADE_IN",
        "FADE_OUT",
        "ADD",
        "CHANGE",
        "BETWEEN",
        "ALL",
        "EACH",
        "REMOVE",
        "UNWANTED",
        "CLIP",
        "CUT_NOUN",
        "AFTER",
        "BEFORE",
        "MAKE",
    )
    assumed = {k for k, ok in (("type", kind), ("duration_s", lasting or kind == "none")) if not ok}
    return ParsedOperation(TransitionAdd.model_validate(facts), token.start, frozenset(assumed), targeted=True)


def _excepted(clause: Clause, spared: list[Token], count: int) -> tuple[int, ...] | None:
    """`every cut bar the first one`: a cut by its number; `but not before the last clip`: a cut by a clip beside it."""
    if clause.has("BEFORE", "AFTER") and (clips := union(spared, count)):
        return _cuts(clause, clips, count)
    return union(spared, count - 1)


def _cuts(clause: Clause, chosen: tuple[int, ...], count: int) -> tuple[int, ...] | None:
    if clause.has("BEFORE") and not clause.has("BETWEEN"):
        return tuple(n - 1 for n in chosen if n > 1) or None
    if clause.has("BETWEEN") or (len(chosen) > 1 and not clause.has("AFTER")):
        pairs = tuple(n for n in chosen if n + 1 in chosen)
        return pairs or (min(chosen),)
    return tuple(n for n in chosen if n < count) or (max(1, count - 1),)


def _fade(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    token = clause.find("FADE", "FADE_IN", "FADE_OUT") or clause.tokens[0]
    into, out = clause.has("FADE_IN"), clause.has("FADE_OUT")
    if into != out and (second := _other_end(clause, "out" if into else "in")):
        clause.used.add(second.start)
        into = out = True
    if not (into or out):
        into = clause.has("START", "BOTH_ENDS", "FRONT") or not clause.has("END", "BACK")
        out = clause.has("END", "BOTH_ENDS", "BACK") or not clause.has("START", "FRONT")
    times = [t.value for t in clause.values("duration", "tail", "head", "time")]
    target = (
        "bgm"
        if clause.has("MUSIC") or "music" in token.text or _same_music(clause, scene)
        else "audio"
        if clause.has("AUDIO", "SOURCE_SOUND")
        else _picture(clause)
    )
    clause.take(
        "FADE",
        "FADE_IN",
        "FADE_OUT",
        "MUSIC",
        "AUDIO",
        "SOURCE_SOUND",
        "START",
        "END",
        "BOTH_ENDS",
        "FRONT",
        "BACK",
        "EACH",
        "ADD",
        "CHANGE",
        "VIDEO",
        "MAKE",
        "ALL",
        "QUIETER",
    )
    clause.prefixed("JOIN:")
    clause.prefixed("COLOUR:")
    if target == "bgm" and not (scene.situation.has_bgm or scene.planned("bgm_add")):
        if last := next((f for f in scene.findings if isinstance(f, Unresolved) and "asset" in f.missing), None):
            yield last
            return
        yield Unresolved("fade bgm", token.start, missing=("asset",), code="asset_missing")
        return
    in_ms, out_ms = (
        (times[0], times[1]) if len(times) > 1 and into and out else ((times[0],) * 2 if times else (1000, 1000))
    )
    facts: dict[str, Any] = {} if target == "both" else {"target": target}
    if into:
        facts["in_ms"] = in_ms
    if out:
        facts["out_ms"] = out_ms
    assumed = frozenset() if times else frozenset({"in_s", "out_s"} & {k.replace("_ms", "_s") for k in facts})
    yield ParsedOperation(Fade.model_validate(facts), token.start, frozenset(assumed), targeted=True)


def _other_end(clause: Clause, word: str) -> Token | None:
    """`fade in and out`, `fade it in and out`: the second end shares the verb of the first."""
    pairs = pairwise(clause.tokens)
    return next((b for a, b in pairs if b.text == word and (a.is_a("AND") or a.text in ("/", "&"))), None)


def _same_music(clause: Clause, scene: ParseContext) -> bool:
    """`lower the music and fade it out`."""
    last = next((f for f in reversed(scene.findings) if isinstance(f, ParsedOperation)), None)
    about_music = last is not None and (
        getattr(last.op, "op", "") in ("bgm_add", "duck") or getattr(last.op, "target", None) == "bgm"
    )
    return (
        about_music
        and not any(
            t.text in ("video", "picture", "image", "screen", "画面", "视频", "影像", "clip") for t in clause.tokens
        )
        and not clause.peek("clips")
    )


def _picture(clause: Clause) -> str:
    words = ("picture", "video", "image", "画面", "视频", "visuals")
    return (
        "video"
        if any(t.text in ("picture", "image", "画面", "visuals") for t in clause.tokens if t.text in words)
        else "both"
    )
