"""Values of operations as people write them: exact to the millisecond, never longer than needed."""

from collections.abc import Iterable
from fractions import Fraction


def moment(ms: int) -> str:
    """`0:07`, `42:11.25`, `1:02:30`: a place in time."""
    thousandths, total = ms % 1000, ms // 1000
    hours, minutes, seconds = total // 3600, total // 60 % 60, total % 60
    head = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return f"{head}.{thousandths:03d}".rstrip("0") if thousandths else head


def amount(ms: int) -> str:
    """`2`, `1.5`, `0.04`: a number of seconds."""
    return decimal(Fraction(ms, 1000))


def decimal(number: Fraction | float) -> str:
    """`1.5`, `0.333`, `-6`: at most three decimals."""
    text = f"{float(number):.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(level: float) -> str:
    """`35%`, `12.5%`."""
    return f"{decimal(100 * level)}%"


def listed(parts: Iterable[object], last: str) -> str:
    """`1, 2 and 3`, `1、2、3`: `last` joins the last two; a list in Chinese has one mark throughout."""
    *head, tail = map(str, parts)
    separator = last if last == "、" else ", "
    return f"{separator.join(head)}{last}{tail}" if head else tail


def english_quoted(words: object) -> str:
    """Words in quotation marks that do not stand in them."""
    text = str(words)
    return f"“{text}”" if '"' in text else f'"{text}"'


def chinese_quoted(words: object) -> str:
    """Words in quotation marks that do not stand in them."""
    text = str(words)
    return f"「{text}」" if "“" in text or "”" in text else f"“{text}”"
