"""Exports, formats that none can make, and a reel given up for another."""

from collections.abc import Iterator

from ..context import ParseContext
from ..outcome import ExportRequest, Finding, ParsedOperation, Unresolved
from ..tokens import NOUNS, VERBS, Clause, Token

_MAX_FPS = 120


def read_export(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """Export with resolution, frame rate, container and size; alone or as details of one read before."""
    if clause.has("WHERE", "TITLE") and clause.has("CUT", "REMOVE", "KEEP", "FIND", "ADD"):
        return
    facts = clause.peek("resolution", "rate", "size")
    if not clause.has("EXPORT") and not (facts or clause.names("CONTAINER:")):
        return
    if not clause.has("EXPORT") and not (
        (facts and clause.has("MAKE", "CHANGE", "ADD", "FILLER", "VIDEO")) or scene.planned("export")
    ):
        return
    at = token.start if (token := clause.take("EXPORT") or facts) else clause.at
    resolution, rate, size = clause.value("resolution"), clause.value("rate"), clause.value("size")
    if (resolution and resolution.value.endswith("k") and resolution.value not in ("2k", "4k")) or (
        rate and rate.value > _MAX_FPS
    ):
        yield Unresolved(scene.words(clause), at, code="limit")
        return
    clause.take("AT_MOST", "VIDEO", "MAKE")
    yield ParsedOperation(
        ExportRequest(
            resolution={"hd": "1080p"}.get(resolution.value, resolution.value) if resolution else None,
            fps=rate.value if rate else None,
            container=clause.prefixed("CONTAINER:"),
            max_mb=size.value if size else None,
        ),
        at,
    )


_MADE = ("CONTAINER:mp4",)
_WISHING = ("EXPORT", "MAKE", "CHANGE", "KEEP", "ONLY", "FIND", "AUDIO")


def read_format(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """One gap with the user's own words for each such file; the words stay for the readers of exports and sound."""
    if clause.peek("quote") or (clause.has("NOT") and not clause.peek("size")):
        return
    exports = clause.has("EXPORT") or scene.planned("export")
    about_sound = not exports and any(t.concepts & (VERBS | NOUNS) and not t.is_a(*_WISHING) for t in clause.free())
    adds = clause.has("ADD", "MUSIC") and not exports
    told = set[str]()
    for token in list(clause.free()):
        kind = "size" if token.kind == "size" else _file_of(token)
        if kind and kind not in told and (kind == "size" or not adds) and not (kind == "FILE:audio" and about_sound):
            told.add(kind)
            yield Unresolved("file:" + _words(clause, scene, token), token.start, code="unsupported_op")


def _file_of(token: Token) -> str:
    """The concept of a file that is not made here."""
    found = (c for c in sorted(token.concepts) if c.startswith(("FILE:", "CONTAINER:")) and c not in _MADE)
    return next(found, "")


def _words(clause: Clause, scene: ParseContext, token: Token) -> str:
    """The words with the bound before them: `under 16 MB`."""
    before = [t for t in clause.tokens if t.end <= token.start][-1:]
    bound = token.kind == "size" and before and before[0].is_a("AT_MOST")
    return scene.source.verbatim(before[0].start if bound else token.start, token.end)


def read_given_up(clause: Clause, scene: ParseContext) -> None:
    """What is asked for anew takes the place of what is there, so giving that up asks for nothing by itself."""
    if _given_up(clause, scene):
        clause.spend()
    elif clause.has("RESET") and (clause.has("REEL", "BEST") or clause.peek("duration")):
        clause.take("RESET")


def _given_up(clause: Clause, scene: ParseContext) -> bool:
    """`这版不要了，重新做一个…`, `scrap this one, make me a new reel`: the reel at hand, not one of its clips."""
    if not scene.reel_wanted or scene.last or not clause.has("UNWANTED", "REMOVE"):
        return False
    if not any(
        t.is_a("THAT_CLIP", "VIDEO", "REEL") or t.text in ("版", "版本", "这版", "这", "one") for t in clause.tokens
    ):
        return False
    said = ("UNWANTED", "REMOVE", "SKIP", "NOT", "THAT_CLIP", "VIDEO", "FILLER", "CLIP")
    return all(t.kind == "separator" or t.is_a(*said) for t in clause.tokens)
