"""What a stretch of a film shows, said beside the stretch: `10分到12分那段废话`, `最后十二分钟的问答整段`.

It tells why the stretch is to go, and asks for nothing of its own.
"""

from dataclasses import replace

from ..tokens import Token, is_head

_STRETCHES = ("range", "head", "tail")
_TAKING = ("REMOVE", "UNWANTED", "CUT", "TRIM", "SKIP")
_PIECES = frozenset(
    {"那段", "这段", "那一段", "这一段", "整段", "部分", "那部分", "这部分", "那块", "那截", "一段", "全段"}
)
_MOST = 4


def without_descriptions(tokens: list[Token]) -> list[Token]:
    """The tokens with what stretches show passed over, where they are to be taken out."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        if token.kind not in _STRETCHES:
            continue
        end = next((k for k in range(i + 1, len(tokens)) if tokens[k].kind == "separator"), len(tokens))
        verb = next((k for k in range(i + 1, end) if tokens[k].is_a(*_TAKING) and not tokens[k].is_a("SHOWN")), end)
        told = range(i + 1, verb)
        named = any(tokens[k].text in _PIECES for k in told) or token.text.endswith(("那段", "这段"))
        shown = [k for k in told if _is_shown(tokens[k], named=named)]
        if (
            verb == end
            or not shown
            or len(shown) > _MOST
            or tokens[i + 1].text not in (*_PIECES, "的", tokens[shown[0]].text)
        ):
            continue
        for k in shown:
            out[k] = replace(tokens[k], kind="word", concepts=frozenset({"FILLER"}), value="courtesy")
        for k in told:
            if tokens[k].text in _PIECES:
                out[k] = replace(tokens[k], concepts=frozenset({"FILLER"}))
    return out


def _is_shown(token: Token, *, named: bool) -> bool:
    """Whether a word says what is seen; a strange one does so only beside a word for a piece of film."""
    if token.is_a("SHOWN"):
        return True
    strange = token.kind == "unknown" and not token.text.isascii()
    return named and (strange or (token.kind == "word" and token.is_a("BORING") and not is_head(token)))
