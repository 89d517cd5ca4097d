"""Files that an export cannot make: other containers, sound alone, a size in megabytes, projects of other editors."""

from collections.abc import Iterator

from ..clause import Clause
from ..heads import NOUNS, VERBS
from ..outcome import Finding, Gap
from ..scene import Scene
from ..token import Token

_MADE = ("CONTAINER:mp4",)
_WISHING = ("EXPORT", "MAKE", "CHANGE", "KEEP", "ONLY", "FIND", "AUDIO")


def read(clause: Clause, scene: Scene) -> Iterator[Finding]:
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
            yield Gap("file:" + _words(clause, scene, token), token.start, code="unsupported_op")


def _file_of(token: Token) -> str:
    """The concept of a file that is not made here."""
    found = (c for c in sorted(token.concepts) if c.startswith(("FILE:", "CONTAINER:")) and c not in _MADE)
    return next(found, "")


def _words(clause: Clause, scene: Scene, token: Token) -> str:
    """The words with the bound before them: `under 16 MB`."""
    before = [t for t in clause.tokens if t.end <= token.start][-1:]
    bound = token.kind == "size" and before and before[0].is_a("AT_MOST")
    return scene.source.verbatim(before[0].start if bound else token.start, token.end)
