"""What is said back to a sentence that frames do not account for: a question, a refusal, or an answer.

The pieces that were understood are carried out beside the others only where none of them takes material away, chooses
or times it anew, and nothing in the others could be about them. Else they are offered, and what is missing is asked.
"""

from collections.abc import Callable, Sequence

from ..timeline.operations import (
    BeatSync,
    BgmRemove,
    Highlights,
    Keep,
    OverlayRemove,
    Redo,
    Remove,
    Reorder,
    Reset,
    Restore,
    SfxRemove,
    SilenceRemove,
    Speed,
    Split,
    TextRemove,
    Trim,
    Undo,
)
from . import contradictions, doubts
from .context import ParseContext
from .frames import narration, parse
from .frames.catalogue import nearest
from .frames.passing import KINDS
from .intent import topic_of
from .outcome import ExportRequest, Finding, ParsedOperation, ParseResult, Query, Unresolved
from .policy import decide, merge_findings
from .resolve import union
from .speech import said
from .tokens import Clause, Token, is_head, is_object

LASTING = (
    Remove, Keep, Trim, Split, Highlights, SilenceRemove, Speed, BeatSync, Reorder, Undo, Redo, Restore, Reset,
    BgmRemove, SfxRemove, TextRemove, OverlayRemove,
)  # fmt: skip
"""What takes material away, chooses or times it anew: never carried out beside a piece that nobody understood."""
_Piece = Sequence[Token]
_FEW = 3  # words: `that's a joke`; `the camera hung upside down` has five
_EMPTY = frozenset({"FILLER", "PARTICLE", "LINK"})


def answer(tokens: list[Token], scene: ParseContext) -> ParseResult:
    """The outcome of a sentence that frames account for only in part, or not at all."""
    again = ParseContext(scene.source, scene.situation, scene.language, sentence_has=scene.sentence_has)
    parts = parse.read_parts(tokens, again)
    if clash := contradictions.resolve_contradictions(tokens, again):
        again.findings = [clash]
    doubt = _rivals(tokens, scene)
    deeds = [f for f in again.findings if isinstance(f, ParsedOperation)]
    unread = [piece for piece in parts.unread if any(map(_counts, piece))]
    words = tuple(_words(piece, scene) for piece in unread)
    if deeds and not scene.findings and not doubt and _apart(deeds, unread, tokens):
        again.findings += [_unknown(piece, again) for piece in unread if any(map(is_head, piece))]
        return decide(again, words, batch=False)
    scene.findings += [*doubt, *(f for f in again.findings if not isinstance(f, ParsedOperation))]
    scene.findings += _left_open(unread, scene)
    if not scene.findings and not deeds and (topic := topic_of(tokens)):
        scene.findings = [Query(topic, 0)]
    outcome = decide(scene, words, batch="BATCH" in scene.sentence_has)
    if outcome.kind != "clarify":
        return outcome
    return _asked(outcome, parts, max(deeds, _guessed(tokens, scene), key=len), words, scene)


def _guessed(tokens: list[Token], scene: ParseContext) -> list[ParsedOperation]:
    """What the sentence would ask for without the words that no frame accounts for: never done, only offered.

    Never another choice of moments where there is a cut, which it may not have been about.
    """
    again = ParseContext(scene.source, scene.situation, scene.language, sentence_has=scene.sentence_has)
    parse.guess(tokens, again)
    deeds = merge_findings([f for f in again.findings if isinstance(f, ParsedOperation)])
    return [d for d in deeds if scene.uncut or not (isinstance(d.op, Highlights) and d.op.mode == "replace")]


def _left_open(unread: Sequence[_Piece], scene: ParseContext) -> list[Finding]:
    """Questions about the pieces that nobody understood; beside a question of the user only those that may order."""
    asked = any(isinstance(f, Query) for f in scene.findings)
    return [f for piece in unread if not asked or any(map(is_head, piece)) for f in _finding(piece, scene)]


def _asked(
    outcome: ParseResult, parts: parse.SentenceReading, deeds: Sequence[ParsedOperation], words: tuple[str, ...],
    scene: ParseContext,
) -> ParseResult:  # fmt: skip
    """The question with what was understood, which is offered, and the words that were not."""
    missing = outcome.missing
    if not scene.situation.media:
        missing = (*(name for name in missing if name != "media"), "media")
    told = {"missing": missing, "nearest": nearest([t for piece in (*parts.read, *parts.unread) for t in piece])}
    offered = tuple(d.op for d in deeds if not isinstance(d.op, ExportRequest))
    if deeds or ("operation" in missing and "anew" not in missing and any(map(_said, parts.unread))):
        told |= {"unread": words, "understood": tuple(_words(piece, scene) for piece in parts.read)}
    return outcome.model_copy(update={**told, "offered": offered})


def _words(piece: _Piece, scene: ParseContext) -> str:
    return scene.words(Clause(list(piece)))


def _counts(token: Token) -> bool:
    return token.kind != "separator" and not (token.kind == "word" and token.concepts <= {"FILLER", "PARTICLE"})


def _strange(piece: _Piece) -> bool:
    return any(t.kind == "unknown" for t in piece)


def _said(piece: _Piece) -> bool:
    """Whether there is something in a piece to quote: a strange word, or a value that nobody took."""
    return any(t.kind == "unknown" or t.kind in KINDS for t in piece)


_TURNING = ("NO_ORDER", "NOT", "EXCEPT", "UNLESS", "CORRECTION", "CANCEL", "REST", "ONLY", "LEAVE_ALONE")


def _apart(deeds: Sequence[ParsedOperation], unread: Sequence[_Piece], tokens: _Piece) -> bool:
    """Whether what was understood may be done though other pieces were not: `make it square and yeet the music`."""
    if any(isinstance(d.op, LASTING) for d in deeds) or any(t.is_a(*_TURNING) or t.text in said("IF") for t in tokens):
        return False
    if any(t.text in said("IT") for t in tokens) and any(narration.names_no_clip(piece) for piece in unread):
        return False  # `the intro clip is too loud, knock it down`: which one is meant?
    if any(getattr(d.op, "target", None) == "all" for d in deeds) and any(map(_points, unread)):
        return False  # `刚才挪的那段顺便静音`: not all of it
    if any(d.vague for d in deeds) and any(map(_strange, unread)):
        return False  # `把门关上，太吵了`: a fault beside a strange order may be its reason
    if any(t.kind in KINDS or t.is_a("LATER") for piece in unread for t in piece):
        return False
    last = max(d.at for d in deeds)
    changes = any(not isinstance(d.op, ExportRequest) for d in deeds)
    return not changes or not any(_takes_back(piece) for piece in unread if piece[0].start > last)


def _takes_back(piece: _Piece) -> bool:
    """`mute clip 2, nvm`: a few words behind an order that name nothing of ours; a remark is a longer sentence."""
    words = [t for t in piece if t.kind != "separator"]
    return _strange(words) and len(words) <= _FEW and all(t.concepts <= _EMPTY for t in words)


def _points(piece: _Piece) -> bool:
    """Whether a piece speaks of one clip without its number."""
    return any(t.is_a("THAT_CLIP", "NEXT_CLIP", "PREVIOUS_CLIP") for t in piece)


def _rivals(tokens: list[Token], scene: ParseContext) -> list[Finding]:
    """A question about two values of one thing, or a length of nothing."""
    name = doubts.rival(tokens)
    return [Unresolved(_words(tokens, scene), tokens[0].start, missing=(name,))] if name else []


def _finding(piece: _Piece, scene: ParseContext) -> list[Finding]:
    """What a piece that no frame accounts for asks, cannot have, or leaves open."""
    if topic := topic_of(piece):
        named = [t for t in piece if t.kind == "clips"]
        return [Query(topic, piece[0].start, (union(named, scene.count) or ()) if named else ())]
    if not any(is_head(t) or t.kind in KINDS or t.kind == "unknown" or _code_of(t) for t in piece):
        return []
    found = next((gap for rule in _RULES if (gap := rule(piece, scene))), None)
    return [found or _unknown(piece, scene)]


def _unknown(piece: _Piece, scene: ParseContext) -> Unresolved:
    pointed = any(t.kind in KINDS for t in piece) or any(map(is_head, piece))
    return _gap(piece, scene, "operation", *(("target",) if pointed else ()))


def _gap(piece: _Piece, scene: ParseContext, *missing: str, what: str | None = None) -> Unresolved:
    return Unresolved(_words(piece, scene) if what is None else what, piece[0].start, missing=missing)


_CODES = {"UNSUPPORTED:": "unsupported_op", "ASR:": "needs_extra:asr", "VISION:": "needs_extra:vision"}
_SEEN, _HEARD = "VISION:", "ASR:"
_OF_CONTENT = (
    "FIND", "MAKE", "KEEP", "REMOVE", "CUT", "ONLY", "WHERE", "MOMENT", "REEL", "ADD", "CHANGE", "BEST", "UNWANTED",
    "SKIP", "CLIP", "MOVE", "ALL",
)  # fmt: skip


def _code_of(token: Token) -> str | None:
    """The concept of something that is not done here."""
    return next((c for c in sorted(token.concepts) if c.startswith(tuple(_CODES))), None)


def _refused(piece: _Piece, scene: ParseContext) -> Unresolved | None:
    """What is not done here at all, or not without an extra."""
    if _wants_subtitles(piece, scene):
        return Unresolved("subtitles", piece[0].start, code="needs_extra:asr")
    concepts = [c for prefix in _CODES for t in piece if (c := _code_of(t)) and c.startswith(prefix)]
    for concept in concepts:
        prefix = next(prefix for prefix in _CODES if concept.startswith(prefix))
        name = concept.removeprefix(prefix)
        if prefix == _SEEN and (not _has(piece, *_OF_CONTENT) or any(t.kind == "quote" for t in piece)):
            continue
        if name == "subtitles" and (_has_words(scene) or any(t.kind in ("quote", "asset") for t in piece)):
            continue
        heard = prefix == _HEARD and scene.situation.hears and name != "subtitles"
        code = "unsupported_op" if heard else _CODES[prefix]
        return Unresolved(_words(piece, scene) if name == "other" else name, piece[0].start, code=code)
    return _unseen(piece, scene)


def _unseen(piece: _Piece, scene: ParseContext) -> Unresolved | None:
    """What would have to be heard or seen first: words, a thing to zoom in on, a logo of the recording."""
    named = next((t.value.criterion for t in piece if t.kind == "named"), "")
    if named in ("words", "topic") and not scene.situation.hears:
        return Unresolved("words", piece[0].start, code="needs_extra:asr")
    if named == "sound" and not scene.situation.names_sounds:
        return Unresolved("sounds", piece[0].start, code="needs_extra:sounds")
    if _has(piece, "ZOOM") and any(t.kind == "unknown" or _chooses(t) for t in piece):
        return Unresolved("zoom", piece[0].start, code="unsupported_op")
    if _has(piece, "OVERLAY") and _has(piece, "REMOVE", "UNWANTED") and not scene.situation.overlays:
        return Unresolved("logo", piece[0].start, code="unsupported_op")
    return None


def _wants_subtitles(piece: _Piece, scene: ParseContext) -> bool:
    """Subtitles without words or a file have to be heard first."""
    if not _has(piece, "SUBTITLES") or _has(piece, "REMOVE", "UNWANTED", "NOT", "COLON", "TITLE") or _has_words(scene):
        return False
    changed = scene.situation.texts and _has(piece, "CHANGE")
    return not changed and not any(t.kind in ("quote", "asset") for t in piece)


def _has_words(scene: ParseContext) -> bool:
    return scene.situation.hears or bool(scene.situation.subtitle_files)


def _file(piece: _Piece, scene: ParseContext) -> Unresolved | None:
    named = any(t.kind == "asset" for t in piece)
    return _gap(piece, scene, "operation", "target", "asset") if named else None


_WORDING = ("TITLE", "CAPTION", "CARD", "SUBTITLES")
_MAKING = ("ADD", "MAKE", "CHANGE", "SWAP", "FIND")
_SPARING = ("NOT", "KEEP", "LEAVE_ALONE", "CANCEL", "BUT", "SKIP")
_TAKING = ("REMOVE", "UNWANTED", "MUTE", "QUIETER", "LOUDER", "FADE", "FADE_IN", "FADE_OUT")


def _text(piece: _Piece, scene: ParseContext) -> Unresolved | None:
    """A title or caption without its words."""
    if not _has(piece, *_WORDING) or _has(piece, *_TAKING, *_SPARING) or any(t.kind == "quote" for t in piece):
        return None
    if not _has(piece, *_MAKING) and not piece[0].is_a(*_WORDING):
        return None
    return _gap(piece, scene, "text", *(("target",) if _has(piece, "CHANGE", "SWAP") else ()), what="text")


def _music(piece: _Piece, scene: ParseContext) -> Unresolved | None:
    """Music without a file, or a change of music that is not there."""
    if not _has(piece, "MUSIC") or _has(piece, *_SPARING) or any(t.kind in ("clips", "quote") for t in piece):
        return None
    if _has(piece, *_TAKING):
        return None if scene.situation.has_bgm else _gap(piece, scene, "music", "target", what="bgm_remove")
    return _gap(piece, scene, "asset", what="music") if _has(piece, *_MAKING) or piece[0].text in said("WITH") else None


_CHOOSING = ("REEL", "BEST", "BORING", "FAST_PACE", "SLOW_PACE")


def _chooses(token: Token) -> bool:
    return token.is_a(*_CHOOSING) or any(c.startswith("CRITERION:") for c in token.concepts)


def _anew(piece: _Piece, scene: ParseContext) -> Unresolved | None:
    """With a cut at hand, what only sounds like a choice of moments asks before it throws the cut away."""
    if scene.uncut or any(t.kind in KINDS for t in piece) or not any(map(_chooses, piece)):
        return None
    spoilt = _has(piece, "REMOVE", "UNWANTED") and not _has(piece, "BORING")  # `remove the goals` chooses nothing
    return None if spoilt else _gap(piece, scene, "operation", "anew")


_ON_CLIPS = ("REMOVE", "UNWANTED", "CUT", "SWAP", "SPLIT", "TRIM", "MUTE", "MOVE", "KEEP", "ROTATE", "FLIP", "SKIP")


def _target(piece: _Piece, scene: ParseContext) -> Unresolved | None:
    """Clips that are not there, or none named for what is done to clips."""
    named = [t for t in piece if t.kind == "clips"]
    if named:
        return None if union(named, scene.count) else _gap(piece, scene, "target")
    told = any(is_object(t) or t.kind == "unknown" or t.kind in KINDS - {"number"} for t in piece)
    aimless = _has(piece, *_ON_CLIPS) and not told and not _has(piece, *_SPARING, "EACH")
    return _gap(piece, scene, "target") if aimless else None


def _has(piece: _Piece, *concepts: str) -> bool:
    return any(t.is_a(*concepts) for t in piece)


_RULES: tuple[Callable[[_Piece, ParseContext], Unresolved | None], ...] = (
    _refused, _file, _text, _music, _anew, _target,
)  # fmt: skip
