"""What is not done here, refused with a code; and questions about the reel and the work."""

from collections.abc import Iterator

from .. import resolve
from ..context import ParseContext
from ..outcome import Finding, Query, Topic, Unresolved
from ..tokens import Clause

_PARTIAL = ("REEL", "BEST")


def read_unsupported(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """Refusals; inside a request for a reel only their own words are set aside."""
    if _wants_subtitles(clause, scene):
        at = clause.at
        clause.spend()
        yield Unresolved("subtitles", at, code="needs_extra:asr")
        return
    what = clause.names("UNSUPPORTED:")
    heard, seen = clause.names("ASR:"), clause.names("VISION:")
    if what is None and heard is None and seen is None:
        return
    if seen and not what and not heard and (clause.peek("quote") or not _about_content(clause)):
        return
    if heard == "subtitles" and (_has_words(scene) or clause.peek("quote", "asset") or clause.has("COLON")):
        return
    able = heard and scene.situation.hears and heard != "subtitles"
    code = (
        "unsupported_op"
        if able
        else "needs_extra:asr"
        if heard
        else "needs_extra:vision"
        if seen and not what
        else "unsupported_op"
    )
    if seen and any("face" in t.text or "脸" in t.text for t in clause.tokens) and clause.names("LOOK:") == "blur":
        code = "unsupported_op"
    name = heard or what or seen or ""
    name = scene.words(clause) if name == "other" else name
    at = clause.at
    whole = not (clause.has(*_PARTIAL) and code == "unsupported_op")
    for prefix in ("UNSUPPORTED:", "ASR:", "VISION:"):
        while clause.prefixed(prefix):
            pass
    if whole:
        clause.spend()
    yield Unresolved(name, at, code=code)


def _wants_subtitles(clause: Clause, scene: ParseContext) -> bool:
    """Subtitles without words or a file have to be heard first."""
    if not clause.has("SUBTITLES") or clause.has("REMOVE", "UNWANTED", "NOT") or _has_words(scene):
        return False
    return (
        clause.peek("quote", "asset") is None
        and not clause.has("COLON", "TITLE")
        and not (scene.situation.texts and clause.has("CHANGE"))
    )


def _has_words(scene: ParseContext) -> bool:
    return scene.situation.hears or bool(scene.situation.subtitle_files)


def _about_content(clause: Clause) -> bool:
    # "my car broke down" in small talk is not a request to find cars.
    return clause.has(
        "FIND",
        "MAKE",
        "KEEP",
        "REMOVE",
        "CUT",
        "ONLY",
        "WHERE",
        "MOMENT",
        "REEL",
        "ADD",
        "CHANGE",
        "BEST",
        "UNWANTED",
        "SKIP",
        "CLIP",
        "MOVE",
        "ALL",
    )


_EDITS = ("ADD", "TITLE", "CAPTION", "CARD", "SAYING")


def read_question(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """A question takes its whole clause."""
    topic = _topic(clause)
    if topic is None:
        return
    tokens = clause.values("clips")
    clips = resolve.union(tokens, scene.count) if tokens else None
    at = clause.at
    clause.spend()
    yield Query(topic, at, clips or ())


def _asks(clause: Clause) -> bool:
    """Whether a question word opens the clause; Chinese ones may stand anywhere."""
    token = clause.find("HOW_TO")
    if token is None:
        return False
    if not token.text.isascii():
        return True
    before = [t for t in clause.tokens if t.start < token.start and t.kind != "separator"]
    return all(t.is_a("FILLER", "DONE_WITH", "CORRECTION", "AND", "BUT") for t in before)


def _topic(clause: Clause) -> Topic | None:
    if clause.has("WHY") and not clause.has("MUSIC", "AUDIO", "UNSUPPORTED:other"):
        return "explain"
    if _asks(clause):
        if clause.has("CREDITS"):
            return "credits"
        if clause.has("STATUS"):
            return "status"
        return (
            "state"
            if clause.has("STATE", "MUSIC", "CLIP") and not clause.has("REMOVE", "CUT", "ADD", "MAKE")
            else "explain"
        )
    found = any(clause.names(prefix) for prefix in ("ASR:", "VISION:")) or (clause.has("FIND") and clause.has("MOMENT"))
    rolling = any(t.text in ("roll", "rolling", "end") for t in clause.tokens)
    if clause.has("CREDITS") and not clause.has(*_EDITS) and clause.peek("quote") is None and not found and not rolling:
        return "credits"
    if clause.has("STATUS") and not clause.has("ADD", "CAPTION"):
        return "status"
    if clause.has("STATE"):
        return "state"
    return None
