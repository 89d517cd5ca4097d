"""The sort of a stretch, by its form; the shape of an order: a plain verb, a wish, or words without a finite verb.

What somebody else does or did has a finite verb with a subject of its own, whatever it is about: `coach muted it`,
`we talk highlights`, `他关了声音看的`. Such a stretch orders nothing, unless a wish is spoken in it.
"""

import re
from collections.abc import Callable
from typing import Literal

from ..context import ParseContext
from ..lexicon import Codes, index, is_wide, is_wide_text
from ..speech import endings, form, of_script, said
from ..tokens import VERBS, Token, is_object

UtteranceKind = Literal["question", "remark", "statement", "later", "hypothesis", "reported", "addressed", "told"]

# Forms from the strongest to the weakest; what stands before the questions holds in any mood.
_FIRST: tuple[tuple[str, UtteranceKind | None], ...] = (
    ("ADDRESSED", "addressed"), ("SURROUNDINGS", "told"),
    ("IF_ONLY", None), ("REPORTED", "reported"), ("ANSWER", "statement"),
    ("PUT_OFF", "later"), ("REMARK", "remark"), ("LATER", "later"), ("MAYBE", "hypothesis"), ("QUESTIONS", "question"),
)  # fmt: skip
_LAST: tuple[tuple[str, str, UtteranceKind], ...] = (
    ("PRAISE", "PRAISE_NOT", "remark"), ("STATEMENT", "STATEMENT_NOT", "statement"),
)  # fmt: skip
_LATIN = re.compile("[a-z]")


def sort_of(text: str, languages: Codes, *, asks: bool, opens: bool, named: bool) -> UtteranceKind | None:
    """The sort of a stretch, None for an order.

    `asks`: a question mark ends it; `opens`: a verb in the form of an order opens it; `named`: a name does.
    """
    if _LATIN.search(text):
        own = of_script(languages, wide=False)
        found = "addressed" if named else _sort(text, own, asks=asks and not opens)
        if found is not None:
            return found
    # In a wide script an order and a question are written alike: the mark alone tells.
    return _sort(text, of_script(languages, wide=True), asks=asks) if is_wide_text(text) else None


def _sort(text: str, languages: Codes, *, asks: bool) -> UtteranceKind | None:
    for key, kind in _FIRST:
        if form(key, languages).search(text):
            return kind
    if (asks or form("ASKS", languages).search(text)) and not form("POLITE", languages).search(text):
        return "question"
    for key, unless, kind in _LAST:
        if form(key, languages).search(text) and not form(unless, languages).search(text):
            return kind
    return None


def told(stretch: list[Token], text: str, languages: Codes, *, opens: bool) -> bool:
    """Whether the stretch tells what somebody does or did. `opens`: a verb in its plain form opens it."""
    words = [t for t in stretch if t.kind != "separator"]
    for token in words:
        if token.kind == "named":  # `every time somebody says penalty` names what to look for
            text = text.replace(token.text, " ")
    wide = is_wide_text(text)
    own = of_script(languages, wide=wide)
    text = form("ADMITS", own).sub("", text)
    main = form("SUBORDINATE", own).sub("", text)
    if (opens and not wide) or form("TOLD_NOT", own).search(text) or not main:
        return False
    return bool(form("TOLD", own).search(main) or _past(words, main, own) or _present(words, own))


def _past(words: list[Token], text: str, languages: Codes) -> bool:
    """`coach muted it`, `crossfades gave me chills`: a past form that has a subject, or an object."""
    found = form("PAST", languages).search(text)
    return found is not None and (found.start() > 0 or not _verb(words[0]))


def _present(words: list[Token], languages: Codes) -> bool:
    """`everybody skips clip 5`, `clip 1 follows clip 2`: a verb in -s between what does it and what it is done to."""
    takes_object = form("TAKES", languages)
    for before, token, after in zip(words, words[1:], words[2:], strict=False):
        plain = _unbent(token.text)
        if token.kind not in ("word", "unknown") or not plain or " " in plain:
            continue
        if before.kind == "clips" and token.kind == "unknown" and len(plain) > _SHORT:
            return True  # `the second clip hits different`
        verbal = token.kind == "unknown" or bool(index().get(plain, frozenset()) & VERBS)
        noun = before.is_a("EACH", "ALL", "ADD", "MAKE") or before.text in said("DETERMINER") or before.kind == "number"
        takes = after.kind == "clips" or (after.kind == "word" and takes_object.match(after.text))
        if verbal and not noun and takes and not token.is_a("CLIP", "MOMENT", "MOVE", "REEL", "KEEP", "TRANSITION"):
            return True
    return False


_SHORT = 2


def opens_what_is_unknown(stretch: list[Token]) -> bool:
    """`it's dull and frobnicate clip 1`: a strange word in the form of an order, with what it is to be done to."""
    if not stretch or stretch[0].kind != "unknown" or not stretch[0].text.isalpha() or is_wide_text(stretch[0].text):
        return False
    if stretch[0].text.endswith((*endings("BENT"), *endings("VERB_ENDING"), *endings("ADVERB_ENDING"))):
        return False
    behind = next((t for t in stretch[1:] if t.text not in said("DETERMINER")), None)
    return behind is not None and (behind.kind in _DONE_TO or (behind.kind == "word" and is_object(behind)))


_DONE_TO = ("clips", "time", "range", "head", "tail", "quote", "asset")


def _unbent(text: str) -> str:
    """A verb without the ending of what somebody does; nothing where it has none."""
    ending = next((e for e in said("VERB_ENDING") if text.endswith(e)), "")
    return text.removesuffix(ending) if ending and not text.endswith(endings("VERB_ENDING_NOT")) else ""


def _verb(token: Token) -> bool:
    return bool(token.concepts & VERBS)


_LONGEST_NAME = 6

Orders = Callable[[list[Token]], bool]


def opens(stretch: list[Token], scene: ParseContext, *, orders: Orders) -> bool:
    """`Julia please …`, `Tom, …`, `Anna mute …`: a strange word with a capital, then an order."""
    words = [t for t in stretch if t.kind != "separator" and t.text not in said("GREETING")]
    if not words or words[0].kind != "unknown" or words[0].text in said("ASSISTANT"):
        return False
    if words[0].text.endswith(endings("ADVERB_ENDING")):
        return False
    name = scene.source.verbatim(words[0].start, words[0].end)
    if not (name[:1].isupper() and name[1:].islower() and name.isascii()):
        return False
    rest = words[1:]
    if rest and rest[0].is_a("COLON"):  # `Bob: delete clip 3`, but not `Task: delete clip 3`
        return words[0].text not in said("INTERJECTION") and orders(rest[1:])
    return not rest or rest[0].text in said("PLEASE") or orders(rest)


def calls(tokens: list[Token], a: int, b: int, *, opens: Orders) -> bool:
    """`dave, mute clip 3`, `天猫精灵，声音大一点`: a strange word alone before an order calls somebody else."""
    words = [t for t in tokens[a:b] if t.kind != "separator" and t.text not in said("GREETING")]
    if a or len(words) != 1 or words[0].kind != "unknown" or b >= len(tokens) or tokens[b].value != "weak":
        return False
    name = words[0].text
    if is_wide(name[0]):
        return 1 < len(name) < _LONGEST_NAME
    plain = (
        name.isascii()
        and name.isalpha()
        and not name.endswith(endings("NAME_ENDING_NOT"))
        and not re.search(r"(.)\1\1", name)
    )
    return plain and name not in said("ASSISTANT") | said("INTERJECTION") and opens(tokens[b:])
