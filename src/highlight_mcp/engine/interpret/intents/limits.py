"""What is not done here: refused with a code, never half-guessed."""

from collections.abc import Iterator

from ..clause import Clause
from ..outcome import Finding, Gap
from ..scene import Scene

_PARTIAL = ("REEL", "BEST")


def read(clause: Clause, scene: Scene) -> Iterator[Finding]:
    """Refusals; inside a request for a reel only their own words are set aside."""
    if _wants_subtitles(clause, scene):
        at = clause.at
        clause.spend()
        yield Gap("subtitles", at, code="needs_extra:asr")
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
    yield Gap(name, at, code=code)


def _wants_subtitles(clause: Clause, scene: Scene) -> bool:
    """Subtitles without words or a file have to be heard first."""
    if not clause.has("SUBTITLES") or clause.has("REMOVE", "UNWANTED", "NOT") or _has_words(scene):
        return False
    return (
        clause.peek("quote", "asset") is None
        and not clause.has("COLON", "TITLE")
        and not (scene.situation.texts and clause.has("CHANGE"))
    )


def _has_words(scene: Scene) -> bool:
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
