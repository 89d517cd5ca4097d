"""Operations as sentences for a service that only understands words; its words about buttons turned into ours."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..contract.errors import ApiError, error_info
from ..contract.turn import Suggestion
from ..messages import Language, say
from ..timeline.operations import InvalidOperation, parse_operations

_HAN = re.compile(r"[\u3400-\u9fff]")


def verbalize(operations: Sequence[Any], language: str = "en") -> str:
    """One sentence per operation, in order; languages that are not spoken here get English.

    Raises ApiError `bad_request` for an operation that cannot be read.
    """
    spoken = spoken_language(language)
    try:
        parsed = parse_operations(list(operations))
    except InvalidOperation as error:
        raise ApiError(error_info("bad_request", error.what, next_step=error.step)) from None
    return ("" if spoken == "zh" else " ").join(operation.sentence(spoken) for operation in parsed)


def spoken_language(language: str) -> Language:
    """`zh` for `zh-CN` and `zh_TW`, `en` for everything that is not spoken here."""
    return "zh" if re.split(r"[-_.]", language.strip().casefold())[0] == "zh" else "en"


def language_of_words(words: str, fallback: str) -> str:
    """The language that somebody writes in, as far as it is spoken here; `fallback` where words do not tell."""
    if _HAN.search(words):
        return "zh"
    return "en" if any(each.isalpha() for each in words) else fallback


_LEAD = r"(?:^|\b(?:please|can|could|to|then|and|or|just|simply|now|should|first)\s+)\W*"
_EXPORT = re.compile(r"\b(?:export|download|save)\b|导出|下载", re.IGNORECASE)
_CREDITS = re.compile(r"\b(?:account|billing|credits?|balance|plan)\b|账户|账单|积分|余额", re.IGNORECASE)
_UPLOAD = re.compile(r"\bupload\b|上传", re.IGNORECASE)


class GuiPhrase(NamedTuple):
    """One phrase of the list; without a tool the words that follow the verb decide."""

    phrase: re.Pattern[str]
    tool: str | None


_PREVIEW = (
    r"\bpreview\b[^.]*\b(?:in|on) the timeline\b|\bpreview in timeline\b"
    r"|在?时间[轴线][上中里]?预览"
)
_ACCOUNT = (
    r"(?:check|view|see|visit|go to)\s+(?:your |the )?(?:account|billing)\b"
    r"|(?:查看|检查)(?:您的|你的)?(?:账户|账单)"
)
_PANEL = (
    r"open\s+(?:up\s+)?(?:the |your )?[^.]{0,40}\b(?:panel|tab|menu|sidebar|settings|editor|timeline|window)\b"
    r"|打开[^。，]{0,20}(?:面板|菜单|标签|设置|窗口|时间[轴线]|编辑器)"
)

PHRASES: tuple[GuiPhrase, ...] = (
    GuiPhrase(re.compile(_PREVIEW, re.IGNORECASE), "get_state"),
    GuiPhrase(re.compile(r"\bexport button\b|导出按钮|[点击按][“\"「]?导出", re.IGNORECASE), "export"),
    GuiPhrase(re.compile(_LEAD + _ACCOUNT, re.IGNORECASE), "credits"),
    GuiPhrase(re.compile(_LEAD + r"(?:drag|drop)\b|拖拽|拖放|拖动", re.IGNORECASE), "edit"),
    GuiPhrase(re.compile(_LEAD + r"(?:click|tap|press)\b|点击|点按", re.IGNORECASE), None),
    GuiPhrase(re.compile(_LEAD + _PANEL, re.IGNORECASE), "get_state"),
)

_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|「[^」\n]*」|`[^`\n]*`|\[[^\]\n]*\]")
_CLAUSE = re.compile(r"[^.,;:!?，。；：！？\n]+[.,;:!?，。；：！？\n]*|[.,;:!?，。；：！？\n]+")


class Rewrite(NamedTuple):
    """Text without instructions for buttons, and the actions they stood for, each once."""

    text: str
    actions: tuple[Suggestion, ...]


def rewrite(text: str) -> Rewrite:
    """Translate one text of a service; text without such phrases comes back as it was."""
    quotes: list[str] = []
    # Zero bytes stand for quotations below; one that was sent would stand for a quotation that is not there.
    masked = _QUOTED.sub(lambda match: _hide(match.group(), quotes), text.replace("\x00", ""))
    kept: list[str] = []
    tools: list[str] = []
    for clause in _CLAUSE.findall(masked):
        tool = _tool_of(clause, quotes)
        if tool is None:
            kept.append(clause)
        else:
            _close(kept, clause)
            tools.append(tool)
    if not tools:
        return Rewrite(text, ())
    restored = re.sub(r"\x00(\d+)\x00", lambda match: quotes[int(match.group(1))], "".join(kept))
    actions = tuple(Suggestion(tool=tool, text=say(f"client.suggest.{tool}")) for tool in dict.fromkeys(tools) if tool)
    return Rewrite(restored.strip(), actions)


def _hide(quoted: str, quotes: list[str]) -> str:
    quotes.append(quoted)
    return f"\x00{len(quotes) - 1}\x00"


def _tool_of(clause: str, quotes: list[str]) -> str | None:
    """The tool that a clause stands for, empty when it names none, None when it is content."""
    shown = re.sub(r"\x00(\d+)\x00", lambda match: f" {quotes[int(match.group(1))]} ", clause)
    for row in PHRASES:
        if row.phrase.search(clause.strip()):
            return _target(shown) if row.tool is None else row.tool
        if row.tool == "export" and row.phrase.search(shown) and _is_button(clause):
            return "export"
    return None


def _is_button(clause: str) -> bool:
    """True when a quoted name is pressed rather than quoted content."""
    return bool(re.search(r"(?:click|tap|press|点击|点按|按)\D{0,8}\x00", clause, re.IGNORECASE))


def _target(words: str) -> str:
    for pattern, tool in ((_EXPORT, "export"), (_CREDITS, "credits"), (_UPLOAD, "upload")):
        if pattern.search(words):
            return tool
    return ""


def _close(kept: list[str], dropped: str) -> None:
    """Give the sentence the ending of the clause that was cut off it."""
    if kept and (ending := re.search(r"[.!?。！？\n]+\s*$", dropped)):
        kept[-1] = re.sub(r"[,;:，；：]\s*$", ending.group(), kept[-1])
