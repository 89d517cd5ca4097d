"""What a user is told about an edit: done, assumed, not understood, not possible; a question back, an answer.

It is made of messages: whoever shows it puts it into words, in the language of who reads it, then and later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from ...language import ParseResult
from ...messages import Message, has, in_each_language, lines, message, next_step_of, sentences, verbatim
from ...timeline.media import MediaInfo, Pick
from ...timeline.model import TextTrack, Timeline
from ...timeline.operations import OPERATIONS, AnyOperation, EditResult, Operation
from ...timeline.summary import summary
from ...timeline.time import format_length, format_time
from ..errors import EngineError
from ..render.text_overlay import drawable

Rows = list[dict[str, Any]]
MOST_CHANGES = 12
MOST_EXPLAINED = 12
MOST_OFFERED = 3
NEEDS_MUSIC = ("volume bgm", "fade bgm", "duck", "bgm_remove")
_ADDED = "timeline.highlights.added"
_CHOICE_SHORTFALLS = frozenset({"engine.note.fewer", "engine.note.shorter", "engine.note.shorter_next"})
_REEL_SHORTFALLS = frozenset({"timeline.highlights.shortfall", "timeline.highlights.fewer"})


@dataclass(frozen=True)
class EditReport:
    """The message and the lists that it was made of."""

    message: Message
    changes: list[Message] = field(default_factory=list)
    assumed: list[Message] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)
    refused: Rows = field(default_factory=list)
    suggested: Rows = field(default_factory=list)


def build_report(edited: EditResult, outcome: ParseResult | None, operations: Sequence[AnyOperation]) -> EditReport:
    """What to tell about an edit. `operations` are those that were carried out or refused."""
    changes = list(edited.changes)
    assumed = [*read_by(outcome), *respelled_in(outcome), *assumed_in(edited, outcome, operations)]
    refused = _refused(edited, outcome)
    not_understood = list(outcome.not_understood) if outcome else []
    suggested = suggested_by(outcome)
    parts = [*done(edited, operations), *caveats_of(outcome, edited.picks)]
    if assumed:
        parts.append(message("engine.told.assumed", what=sentences(*assumed)))
    if not_understood:
        parts.append(not_read(not_understood))
    if refused:
        parts.append(not_possible(refused))
    if outcome is not None and outcome.kind == "query":
        answer, more = answer_question(outcome, edited.timeline, {})
        parts.append(answer)
        suggested += more
    if edited.changed and edited.timeline is not None and edited.timeline.clips and edited.content is None:
        parts.append(message("engine.told.undo"))
    parts.append(illegible(edited.timeline or Timeline()))
    return EditReport(sentences(*parts), changes, assumed, not_understood, refused, suggested)


def done(edited: EditResult, operations: Sequence[Operation]) -> list[Message]:
    """What was done, or that nothing was, with the remarks about it."""
    parts = _shortened(_in_one(edited.changes))
    if not edited.changed and operations and not edited.remarks:
        parts.append(message("engine.told.nothing"))
    return [*parts, *_remarks(edited)]


def _in_one(changes: Iterable[Message]) -> list[Message]:
    """The changes, with moments that were added one file after the other told as one."""
    told: list[Message] = []
    for change in changes:
        if told and change.key == told[-1].key == _ADDED:
            first, last = told.pop().arguments, change.arguments
            change = message(_ADDED, n=first["n"] + last["n"], before=first["before"], total=last["total"])
        told.append(change)
    return told


def caveats_of(outcome: ParseResult | None, picks: Sequence[Pick] = ()) -> list[Message]:
    """What of the words can only be approximated; goals that were read off a score board are what they are."""
    read = bool(picks) and all(pick.signals.get("kind") == "score" for pick in picks)
    names = [name for name in (outcome.caveats if outcome else ()) if not (read and name == "approx_semantic")]
    return [message(f"engine.told.caveat.{name}") for name in names if has(f"engine.told.caveat.{name}")]


def not_read(words: Iterable[str]) -> Message:
    """That some words were not understood."""
    return message("engine.told.not_understood", what=_quoted(words))


def not_possible(refused: Rows) -> Message:
    """That something cannot be done, and what would work."""
    return message("engine.told.not_possible", what=_sentences(refused))


def answer_question(
    outcome: ParseResult, timeline: Timeline | None, media: Mapping[str, MediaInfo]
) -> tuple[Message, Rows]:
    """The answer to a question, and what to call for more."""
    free = message("engine.told.free")
    if outcome.topic == "credits":
        return free, [suggestion("credits", message("engine.suggest.credits"))]
    suggested = [suggestion("get_state", message("engine.suggest.state"))]
    if timeline is None or not timeline.clips:
        nothing = message("engine.told.nothing_cut")
        return sentences(nothing, free) if outcome.topic == "status" else nothing, suggested
    if outcome.topic == "explain":
        return _explained(outcome, timeline, media), []
    length = format_time(timeline.duration_ms)
    return message("engine.told.length", summary=summary(timeline), length=length), suggested


def ask_back(outcome: ParseResult, *, clips: int = 0) -> EditReport:
    """What to ask, or why something is not done; behind it, what a language model made of the words."""
    asked = _asked_back(outcome, clips)
    return asked if outcome.note is None else replace(asked, message=sentences(asked.message, outcome.note))


def _asked_back(outcome: ParseResult, clips: int) -> EditReport:
    suggested = [*suggested_by(outcome), *_offers(outcome)]
    if outcome.kind == "refuse":
        rows = refusals(outcome) or [_row(outcome.code or "unsupported_op", "")]
        return EditReport(_sentences(rows), refused=rows, suggested=suggested)
    if outcome.unread:
        return EditReport(_unread(outcome), not_understood=list(outcome.not_understood), suggested=suggested)
    if outcome.choices:
        asked = lines(message("engine.ask.one_of"), *map(_described, outcome.choices))
        return EditReport(asked, suggested=suggested)
    names = outcome.missing
    if outcome.unsupported and all(gap.what in NEEDS_MUSIC for gap in outcome.unsupported):
        names = ()
    names = ("anew",) if "anew" in names else names
    rows = [row for row in refusals(outcome) if not row["code"].startswith("clarify")]
    questions = [_question(name, outcome, clips) for name in names]
    text = sentences(*_distinct([*map(_reason_and_step, rows), *questions])) or message("engine.ask.operation")
    if "media" in outcome.missing:
        suggested = [suggest_upload(), *suggested]
    missed = [] if names == ("anew",) else list(outcome.not_understood)  # what would be replaced was understood
    return EditReport(text, not_understood=missed, refused=rows, suggested=suggested)


def refusals(outcome: ParseResult) -> Rows:
    """One row for each part of the words that is not carried out."""
    return [_row(gap.code, gap.what) for gap in outcome.unsupported]


def ask_for_reel(outcome: ParseResult) -> EditReport:
    """The answer to an export of a reel that is not there."""
    rows = refusals(outcome)
    return EditReport(sentences(*map(_reason_and_step, rows), message("engine.ask.no_reel")), refused=rows)


def suggest_upload() -> dict[str, Any]:
    """The suggestion to add footage."""
    return suggestion("upload", message("engine.suggest.upload"))


def read_by(outcome: ParseResult | None) -> list[Message]:
    """That it was no rule that read the words, which is the first thing to know about what was assumed."""
    reader = outcome.reader if outcome else None
    return [] if reader is None else [message("engine.reader.read", model=reader)]


def respelled_in(outcome: ParseResult | None) -> list[Message]:
    """The words that were read as others which sound alike."""
    return [message("engine.told.respelled", was=was, now=now) for was, now in outcome.respelled] if outcome else []


def suggested_by(outcome: ParseResult | None) -> Rows:
    """The calls that the words ask for beside the edit."""
    return [suggestion(one.tool, one.text) for one in outcome.suggested] if outcome else []


def _offers(outcome: ParseResult) -> Rows:
    """What may have been meant, as edits that can be sent as they are: what was understood, then the nearest ones."""
    if outcome.kind != "clarify" or "media" in outcome.missing:
        return []
    rows: Rows = []
    for plan in outcome.choices or ((outcome.offered,) if outcome.offered else ()):
        text = message("engine.suggest.meant", what=_described(plan))
        rows.append({**suggestion("edit", text), "operations": [_sent(op) for op in plan]})
    known = [name for name in outcome.nearest if name in OPERATIONS]
    for name in known[: MOST_OFFERED - len(rows)]:
        example = OPERATIONS[name].example
        rows.append({**suggestion("edit", message("engine.suggest.such_as", op=name)), "operations": [example]})
    return rows


def _described(operations: Sequence[AnyOperation]) -> Message:
    return sentences(*(in_each_language(en=op.sentence("en"), zh=op.sentence("zh")) for op in operations))


def _sent(op: AnyOperation) -> dict[str, Any]:
    return op.to_json()


def suggestion(tool: str, text: Message) -> dict[str, Any]:
    """A further call, and what it is for."""
    return {"tool": tool, "text": text}


def _sentences(rows: Rows) -> Message:
    return sentences(*_distinct([_reason_and_step(row) for row in rows]))


def _reason_and_step(row: Mapping[str, Any]) -> Message:
    return sentences(row["what"], row["next_step"])


def _distinct(parts: Sequence[Message]) -> list[Message]:
    return [one for place, one in enumerate(parts) if one not in parts[:place]]


def _shortened(changes: list[Message]) -> list[Message]:
    more = len(changes) - MOST_CHANGES
    return [*changes[:MOST_CHANGES], message("engine.told.more", n=more)] if more > 0 else changes[:]


def _remarks(edited: EditResult) -> Iterable[Message]:
    """Our own remarks, and those of the choice of moments, which says more exactly what it did not find."""
    exact = any(note.key in _CHOICE_SHORTFALLS for note in edited.notes)
    yield from (remark for remark in edited.remarks if not (exact and remark.key in _REEL_SHORTFALLS))
    yield from edited.notes


def assumed_in(edited: EditResult, outcome: ParseResult | None, operations: Sequence[Operation]) -> list[Message]:
    """The values that were invented or bent, for people."""
    own = list(edited.assumed)
    for name in outcome.assumed if outcome else ():
        base = name.removesuffix("_s").removesuffix("_ms")
        if has(f"engine.assumed.{base}") and (value := _value(base, edited, operations)):
            own.append(message(f"engine.assumed.{base}", value=value))
    return _distinct(own)


def _value(base: str, edited: EditResult, operations: Sequence[Operation]) -> Message | str:
    """What an invented argument came to, for people."""
    for op in operations:
        for name in (f"{base}_ms", base):
            value: Any = getattr(op, name, None)
            if value is not None:
                return _shown(name, value)
    if base == "total" and edited.timeline is not None and edited.timeline.clips:
        return format_time(edited.timeline.clips[-1].end_ms)
    return ""


def _shown(name: str, value: Any) -> Message | str:
    if name.endswith("_ms") and isinstance(value, int):
        return format_length(value)
    if name in ("amount", "level"):
        return f"{round(100 * value)}%"
    if isinstance(value, Fraction):
        return f"{float(value):g}×"
    if isinstance(value, str) and has(f"timeline.term.{value}"):
        return message(f"timeline.term.{value}")
    return f"{value:g} dB" if name == "db" else str(value)


def rejections(edited: EditResult) -> Rows:
    """One row for each operation that was refused."""
    return [{"code": no.code, "what": no.what, "next_step": no.next_step} for no in edited.refused]


def _refused(edited: EditResult, outcome: ParseResult | None) -> Rows:
    rows = rejections(edited)
    if outcome is not None:
        rows += refusals(outcome)
        if outcome.kind == "refuse" and not outcome.unsupported:
            rows += ask_back(outcome).refused
    return rows


def _row(code: str, what: str) -> dict[str, Any]:
    if what in NEEDS_MUSIC:
        missing = message("engine.no_music")
        row_code = "asset_missing" if code.startswith("clarify:") else code
        return {"code": row_code, "what": missing, "next_step": next_step_of(missing)}
    kind, subject = _subject(what)
    if code.startswith("clarify:"):
        told = message("engine.told.about", subject=subject, reason=message("engine.told.something_missing"))
        name = "picture" if (code, what) == ("clarify:asset", "mark") else code.removeprefix("clarify:").split(",")[0]
        return {"code": code, "what": told, "next_step": _ask(name)}
    reason = _reason(code, kind)
    told = (
        message("engine.told.about", subject=subject, reason=reason)
        if subject
        else message("engine.told.reason", reason=reason)
    )
    return {"code": code, "what": told, "next_step": next_step_of(reason)}


_VALUED = frozenset({"file", "zoom", "size", "opacity", "words", "watermark"})  # `zoom:50x`: with what was said of it


def _subject(what: str) -> tuple[str, Message]:
    """What a gap is about: its kind, and how it is called."""
    kind, _, value = what.partition(":")
    if value and kind in _VALUED:
        return kind, _quote(value)
    if has(f"engine.topic.{what}"):
        return what, message(f"engine.topic.{what}")
    return what, _quote(what) if what else verbatim("")


def _reason(code: str, kind: str) -> Message:
    """The words for a code; those for this very kind come first."""
    keys = (f"engine.cannot.{code}:{kind}", f"engine.cannot.{code}", "engine.cannot.unsupported_op")
    return message(next(key for key in keys if has(key)))


def _ask(name: str) -> Message:
    if name == "music":
        return message("engine.no_music")
    return message(f"engine.ask.{name}" if has(f"engine.ask.{name}") else "engine.ask.operation")


def _question(name: str, outcome: ParseResult, clips: int) -> Message:
    if name == "asset" and any(gap.what == "mark" for gap in outcome.unsupported):
        return message("engine.ask.picture")
    if name != "target":
        return _ask(name)
    if clips:
        return message("engine.ask.which_clip", n=clips)
    return message("engine.ask.media" if "media" in outcome.missing else "engine.ask.no_reel")


def _unread(outcome: ParseResult) -> Message:
    """What of the words was understood, and what was not, as the user wrote it."""
    exact = [words for words in outcome.not_understood if words not in outcome.unread]
    what = _quoted(outcome.unread)
    missed = (
        message("engine.told.not_understood_in", what=what, where=_quoted(exact))
        if exact
        else message("engine.told.not_understood", what=what)
    )
    heard = [message("engine.told.understood", what=_quoted(outcome.understood))] if outcome.understood else []
    return sentences(*heard, missed, message("engine.ask.reading"))


def _explained(outcome: ParseResult, timeline: Timeline, media: Mapping[str, MediaInfo]) -> Message:
    reasons = []
    for number, clip in enumerate(timeline.clips, 1):
        if clip.media_id is None or (outcome.clips and number not in outcome.clips):
            continue
        source = media.get(clip.media_id)
        place = source.name if source else clip.label
        if clip.source is not None:
            place += f" {format_time(clip.source.start_ms)}-{format_time(clip.source.end_ms)}"
        why = clip.why or message("engine.told.by_hand")
        reasons.append(message("engine.told.clip", n=number, place=place, why=why))
    more = len(reasons) - MOST_EXPLAINED
    return lines(*reasons[:MOST_EXPLAINED], *([message("engine.told.more_clips", n=more)] if more > 0 else []))


def illegible(timeline: Timeline) -> Message:
    """About the first text that is not drawn as it is: said when it is added, not when the reel is there."""
    for track in timeline.tracks:
        for text in track.texts if isinstance(track, TextTrack) else ():
            try:
                left = drawable(text.text.strip())
            except EngineError as error:
                return message("engine.told.illegible", problem=error.what, step=error.step)
            if left != text.text.strip():
                return message("engine.told.pictographs", text=text.text, left=left)
    return verbatim("")


def _quoted(words: Iterable[str]) -> tuple[Message, ...]:
    return tuple(map(_quote, words))


def _quote(text: str) -> Message:
    return message("engine.told.quote", text=text)
