"""Answers where nothing was edited: questions of the user, questions back, refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..language import ParseResult
from ..timeline.media import MediaInfo
from ..timeline.model import Timeline
from ..timeline.say import Language, Say
from ..timeline.summary import summary
from ..timeline.time import format_time
from .phrasebook import ADD_MUSIC, HEADS, MISSING, NEEDS_MUSIC, NO_REEL, REASONS, TOPICS, WAYS_OUT
from .reasons import reason

Rows = list[dict[str, str]]
MOST_EXPLAINED = 12
_FREE = Say(
    en="Editing and export on this machine cost nothing; the credits tool shows the balance.",
    zh="在本机剪辑和导出不花积分；余额用 credits 查看。",
)
_NOTHING_CUT = Say(en="Nothing has been cut yet.", zh="还没有剪出内容。")
_NO_REASON = Say(en="chosen by hand", zh="手动选取")
_SHOW_CREDITS = Say(en="show the balance", zh="查看余额")
_SHOW_STATE = Say(en="show the timeline", zh="查看时间线")
_UPLOAD = Say(en="upload a video", zh="上传视频")


@dataclass(frozen=True)
class Asked:
    """A question back or a refusal, ready for the result."""

    message: str
    refused: Rows = field(default_factory=list)
    suggested: Rows = field(default_factory=list)


def answered(
    outcome: ParseResult, timeline: Timeline | None, media: Mapping[str, MediaInfo], language: Language
) -> tuple[str, Rows]:
    """The answer to a question, and what to call for more."""
    if outcome.topic == "credits":
        return _FREE.within(language), [{"tool": "credits", "text": _SHOW_CREDITS.within(language)}]
    suggested = [{"tool": "get_state", "text": _SHOW_STATE.within(language)}]
    if timeline is None or not timeline.clips:
        text = _NOTHING_CUT.within(language)
        return f"{text} {_FREE.within(language)}" if outcome.topic == "status" else text, suggested
    if outcome.topic == "explain":
        return _explained(outcome, timeline, media, language), []
    return f"{summary(timeline)} ({format_time(timeline.duration_ms)})", suggested


def _explained(outcome: ParseResult, timeline: Timeline, media: Mapping[str, MediaInfo], language: Language) -> str:
    lines = []
    for number, clip in enumerate(timeline.clips, 1):
        if clip.media_id is None or (outcome.clips and number not in outcome.clips):
            continue
        info = media.get(clip.media_id)
        place = f"{info.name if info else clip.label}"
        if clip.source is not None:
            place += f" {format_time(clip.source.start_ms)}-{format_time(clip.source.end_ms)}"
        told = reason(clip.why, language) if clip.why else _NO_REASON.within(language)
        lines.append(f"{number}. {place}: {told}")
    more = len(lines) - MOST_EXPLAINED
    return "\n".join([*lines[:MOST_EXPLAINED], *([f"… +{more}"] if more > 0 else [])])


def asked_back(outcome: ParseResult, language: Language, *, clips: int = 0) -> Asked:
    """What to ask, or why something is not done."""
    if outcome.kind == "refuse":
        rows = refusals(outcome, language) or [_row(outcome.code or "unsupported_op", "", language)]
        text = " ".join(f"{row['what']} {row['next_step']}" for row in rows)
        return Asked(text, rows)
    names = outcome.missing
    if outcome.unsupported and all(gap.what in NEEDS_MUSIC for gap in outcome.unsupported):
        names = ()
    if outcome.unread:
        return Asked(_unread(outcome, language), suggested=[])
    names = ("anew",) if "anew" in names else names
    questions = [_question(name, outcome, clips).within(language) for name in names]
    rows = refusals(outcome, language)
    suggested = [{"tool": "upload", "text": _UPLOAD.within(language)}] if "media" in outcome.missing else []
    told = [f"{row['what']} {row['next_step']}" for row in rows if not row["code"].startswith("clarify")]
    message = " ".join(dict.fromkeys([*told, *questions])) or MISSING["operation"].within(language)
    return Asked(message, [row for row in rows if not row["code"].startswith("clarify")], suggested)


def _unread(outcome: ParseResult, language: Language) -> str:
    """What of the words was understood, and what was not, as the user wrote it."""
    end = "。" if language == "zh" else "."
    exact = [words for words in outcome.not_understood if words not in outcome.unread]
    where = f" ({_quoted(tuple(exact))})" if exact else ""
    parts = [HEADS["not_understood"].within(language) + _quoted(outcome.unread) + where + end]
    if outcome.understood:
        parts.insert(0, HEADS["understood"].within(language) + _quoted(outcome.understood) + end)
    return " ".join([*parts, MISSING["reading"].within(language)])


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{one}”" for one in words)


def _question(name: str, outcome: ParseResult, clips: int) -> Say:
    if name == "target" and not clips:
        return MISSING["media"] if "media" in outcome.missing else NO_REEL
    if name == "target":
        return Say(
            en=f"{MISSING[name].en} There {'is 1 clip' if clips == 1 else f'are {clips} clips'}.",
            zh=f"{MISSING[name].zh}现有{clips}段。",
        )
    return MISSING.get(name, MISSING["operation"])


def refusals(outcome: ParseResult, language: Language) -> Rows:
    """One row for each part of the words that is not carried out."""
    return [_row(gap.code, gap.what, language) for gap in outcome.unsupported]


def _row(code: str, what: str, language: Language) -> dict[str, str]:
    if what.startswith("file:"):
        what, said = "file", what.removeprefix("file:")
        subject = f"“{said}”"
    else:
        subject = TOPICS[what].within(language) if what in TOPICS else f"“{what}”" if what else ""
    if what in NEEDS_MUSIC:
        row_code = "asset_missing" if code.startswith("clarify:") else code
        return {
            "code": row_code,
            "what": MISSING["music"].within(language),
            "next_step": ADD_MUSIC.within(language),
        }
    if code.startswith("clarify:"):
        name = code.removeprefix("clarify:").split(",")[0]
        question = MISSING.get(name, MISSING["operation"]).within(language)
        missing = f"{subject}：缺少信息。" if language == "zh" else f"{subject}: something is missing."
        return {"code": code, "what": missing, "next_step": question}
    reason = _told(REASONS, code, what).within(language)
    way_out = _told(WAYS_OUT, code, what).within(language)
    told = f"{subject}：{reason}。" if language == "zh" else f"{subject[:1].upper()}{subject[1:]}: {reason}."
    return {"code": code, "what": told if subject else _sentence(reason, language), "next_step": way_out}


def _told(book: Mapping[str, Say], code: str, what: str) -> Say:
    """The words for a code; those for this very topic come first."""
    return book.get(f"{code}:{what}") or book.get(code) or book["unsupported_op"]


def _sentence(text: str, language: Language) -> str:
    return f"{text}。" if language == "zh" else f"{text[:1].upper()}{text[1:]}."
