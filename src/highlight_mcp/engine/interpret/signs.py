"""Signs before lengths and factors: `-5 seconds`, `minus 2x`, `负5秒`."""

from dataclasses import replace

from .token import Token

_SIGNS = ("-", "−", "–", "负")
_WORDS = ("minus", "negative", "负的", "menos", "moins")
_SIGNED = ("duration", "factor")


def signed(tokens: list[Token]) -> list[Token]:
    """Give lengths and factors the minus that stands right before them."""
    out: list[Token] = []
    for token in tokens:
        sign = out[-1] if out else None
        if token.kind in _SIGNED and sign is not None and _negates(sign, token):
            out[-1] = replace(token, start=sign.start, text=sign.text + token.text, value=-token.value)
        else:
            out.append(token)
    return out


def _negates(sign: Token, token: Token) -> bool:
    if sign.text.strip() in _WORDS:
        return True
    touching = sign.end == token.start and sign.text.rstrip() == sign.text
    return touching and sign.text.strip().endswith(_SIGNS)
