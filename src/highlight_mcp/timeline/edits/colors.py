"""Colours by name or as `#rrggbb`."""

import re

NAMED = {
    "black": "#000000", "white": "#ffffff", "red": "#e53935", "green": "#43a047", "blue": "#1e88e5",
    "yellow": "#fdd835", "orange": "#fb8c00", "purple": "#8e24aa", "pink": "#ec407a", "gold": "#ffc107",
    "golden": "#ffc107", "silver": "#c0c0c0", "gray": "#808080", "grey": "#808080", "cyan": "#00bcd4",
    "teal": "#009688", "magenta": "#d81b60", "brown": "#795548", "navy": "#1a237e", "lime": "#c0ca33",
    "maroon": "#800000", "beige": "#f5f5dc", "turquoise": "#40e0d0", "violet": "#7e57c2",
}  # fmt: skip
_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")


def color_of(text: str) -> str | None:
    """`#rrggbb` for a colour; None when it is not known."""
    name = text.strip().casefold()
    if name in NAMED:
        return NAMED[name]
    match = _HEX.fullmatch(name)
    if match is None:
        return None
    digits = match[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def readable_on(color: str) -> str:
    """Black or white, whichever reads better on a colour (ITU-R BT.601 luma)."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return "#000000" if 299 * red + 587 * green + 114 * blue > 150_000 else "#ffffff"
