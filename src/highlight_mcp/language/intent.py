"""Which way a free-text request goes: one of the plain calls, or an edit turn.

First hit wins, in the order export, credits, state, upload. A keyword (whole word in English,
substring in Chinese) routes only when, with that row's keywords removed, nothing but filler is
left: "balance the audio levels" is an edit.
"""

import re
import unicodedata
from typing import Literal

Intent = Literal["export", "credits", "state", "upload", "edit"]

_KEYWORDS: tuple[tuple[Intent, tuple[str, ...], tuple[str, ...]], ...] = (
    ("export", ("send me the video", "export", "download"), ("导出",)),
    ("credits", ("credits", "balance"), ("积分", "余额")),
    ("state", ("show tracks", "status"), ("状态",)),
    ("upload", ("upload",), ("上传",)),
)
_FILLER_EN = frozenset(
    [
        "please",
        "now",
        "the",
        "my",
        "it",
        "this",
        "that",
        "video",
        "videos",
        "file",
        "files",
        "clip",
        "a",
        "an",
        "can",
        "could",
        "you",
        "i",
        "me",
        "for",
        "as",
        "of",
        "to",
        "is",
        "what",
        "in",
        "mp4",
        "1080p",
        "hd",
        "show",
        "check",
        "get",
        "give",
        "how",
        "many",
        "much",
        "do",
        "have",
        "left",
        "want",
        "need",
        "final",
        "result",
        "reel",
        "current",
        "remaining",
    ]
)
_FILLER_ZH = (
    "请",
    "帮我",
    "一下",
    "视频",
    "我的",
    "多少",
    "还有",
    "现在",
    "查看",
    "查",
    "看",
    "吧",
    "了",
    "有",
    "我",
    "这个",
    "成片",
    "把",
    "给",
)
_WORD = re.compile(r"[^\W\u3400-\u9fff]+")
_WIDE = re.compile(r"[\u3400-\u9fff]")
_FILLERS_ZH = re.compile("|".join(sorted(_FILLER_ZH, key=len, reverse=True)))
_CLAUSES = re.compile(r"\b(?:and|then)\b|[,;.。，；\n]|并且?|然后|接着|之后|最后|再|后(?=导出)")
_QUOTED = re.compile(r"[\"'“”‘’「」『』《》«»]")


def classify_intent(text: str) -> Intent:
    """`export`, `credits`, `state` or `upload` for a bare request for it, else `edit`."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if _QUOTED.search(plain):
        return "edit"
    for name, english, chinese in _KEYWORDS:
        rest = _without(plain, english, chinese)
        if rest != plain and _only_filler(rest):
            return name
    return "edit"


def follow_up_intent(text: str) -> Intent | None:
    """What an edit asks for in the same breath: `export` of "trim the first 5 seconds and export", else None.

    Only the last clause counts, and only when it is a bare request, so that content is never taken for a wish.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    if _QUOTED.search(plain):
        return None
    clauses = [clause for clause in _CLAUSES.split(plain) if clause.strip(" .!")]
    return "export" if len(clauses) > 1 and classify_intent(clauses[-1]) == "export" else None


def _without(plain: str, english: tuple[str, ...], chinese: tuple[str, ...]) -> str:
    for phrase in english:
        plain = re.sub(rf"(?<![a-z0-9_]){re.escape(phrase)}(?![a-z0-9_])", " ", plain)
    for phrase in chinese:
        plain = plain.replace(phrase, " ")
    return plain


def _only_filler(rest: str) -> bool:
    rest = _FILLERS_ZH.sub(" ", rest)
    return not _WIDE.search(rest) and all(word in _FILLER_EN for word in _WORD.findall(rest))
