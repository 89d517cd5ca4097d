"""Fonts for titles and captions: one that has every sign of the text, or an error that names the script.

Look-up order: the font of the user's setting (`prefer`), well-known fonts of the system, the small
Latin font inside Pillow, then every other font of the system.
"""

import os
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from ...messages import Message, message
from ..errors import EngineError

_CHECK_PX = 20
_MAX_FACES = 12
_NOT_A_CHARACTER = "\U0010ffff"
_IGNORED = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_PLACEHOLDERS = ("lastresort", "adobeblank", "emoji", "symbol", "wingdings", "webdings", "dingbats")
_KNOWN = (
    "NotoSans-Regular", "DejaVuSans", "LiberationSans-Regular", "Arial", "SFNS", "HelveticaNeue", "segoeui", "Roboto",
    "NotoSansCJK-Regular", "NotoSansSC-Regular", "SourceHanSansSC-Regular", "wqy-microhei", "wqy-zenhei",
    "DroidSansFallbackFull", "DroidSansFallback", "PingFang", "Hiragino Sans GB", "STHeiti Light", "Arial Unicode",
    "msyh", "Deng", "simhei", "simsun", "YuGothR", "malgun", "AppleSDGothicNeo",
)  # fmt: skip
_NAMED_SCRIPTS = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "LATIN", "SYMBOL"})
_FACES = {"HIRAGANA": "JP", "KATAKANA": "JP", "HANGUL": "KR"}
_preferred: Path | None = None


def prefer(path: Path | None) -> None:
    """Make the font file of the user's setting the first choice of this process."""
    global _preferred
    _preferred = path


def font_for(text: str, size_px: int) -> ImageFont.FreeTypeFont:
    """A font of `size_px` pixels that has a glyph for every sign of `text`.

    Raises EngineError: `asset_missing` names the script that no font has, or the font file of the
    setting when it cannot be read.
    """
    needed = signs_of(text)
    for path, index in _candidates(needed):
        font = _font(path, index, size_px)
        if font is not None and not missing(needed, path, index):
            return font
    raise _no_font(needed)


def signs_of(text: str) -> frozenset[str]:
    """The signs of a text that need a glyph: no spaces, controls or variation selectors."""
    return frozenset(
        sign for sign in text if unicodedata.category(sign) not in _IGNORED and not "\ufe00" <= sign <= "\ufe0f"
    )


def missing(signs: frozenset[str], path: str | None, index: int) -> frozenset[str]:
    """Those of `signs` for which a font draws its placeholder; the font is the bundled one for None."""
    return frozenset(sign for sign in signs if not _has_glyph(sign, path, index))


@lru_cache(maxsize=16_384)
def _has_glyph(sign: str, path: str | None, index: int) -> bool:
    font = _font(path, index, _CHECK_PX)
    return font is not None and _drawn(font, sign) not in (_drawn(font, _NOT_A_CHARACTER), None)


def _drawn(font: ImageFont.FreeTypeFont, sign: str) -> tuple[tuple[int, int], bytes] | None:
    mask = font.getmask(sign)
    return (mask.size, bytes(mask)) if mask.size[0] and mask.size[1] else None


def _candidates(needed: frozenset[str]) -> Iterator[tuple[str | None, int]]:
    if _preferred is not None:
        if _font(str(_preferred), 0, _CHECK_PX) is None:
            raise EngineError("asset_missing", "engine.font_unreadable", preferred=str(_preferred))
        yield str(_preferred), 0
    files = system_fonts()
    known = [files[name.lower()] for name in _KNOWN if name.lower() in files]
    for path in known:
        yield from ((path, index) for index in _faces(path, needed))
    yield None, 0
    for path in sorted(set(files.values()) - set(known), key=_oddness):
        yield from ((path, index) for index in _faces(path, needed))


def _faces(path: str, needed: frozenset[str]) -> list[int]:
    """Faces of a font collection, the one for the language of the signs first."""
    if not path.lower().endswith((".ttc", ".otc")):
        return [0]
    names = []
    for index in range(_MAX_FACES):
        font = _font(path, index, _CHECK_PX)
        if font is None:
            break
        names.append(f"{font.getname()[0]}")
    scripts = {script_of(sign) for sign in needed}
    wanted = next((_FACES[script] for script in sorted(scripts) if script in _FACES), "SC")
    return sorted(range(len(names)), key=lambda index: (f" {wanted}" not in names[index], "Mono" in names[index]))


@lru_cache(maxsize=64)
def _font(path: str | None, index: int, size_px: int) -> ImageFont.FreeTypeFont | None:
    try:
        if path is None:
            bundled = ImageFont.load_default(size_px)
            return bundled if isinstance(bundled, ImageFont.FreeTypeFont) else None
        return ImageFont.truetype(path, size_px, index=index)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=1)
def system_fonts() -> dict[str, str]:
    """Font files of the system by lower-case stem."""
    files: dict[str, str] = {}
    for folder in _folders():
        for root, _, names in os.walk(folder):
            for name in sorted(names):
                stem, extension = os.path.splitext(name.lower())  # noqa: PTH122 - names, not paths
                plain = stem.replace(" ", "").replace("-", "")
                if extension in (".ttf", ".otf", ".ttc", ".otc") and not any(odd in plain for odd in _PLACEHOLDERS):
                    files.setdefault(stem, f"{root}{os.sep}{name}")
    return files


def _folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "darwin":
        return [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", str(home))
        return [Path(os.environ.get("WINDIR", "C:\\Windows")) / "Fonts", Path(local) / "Microsoft/Windows/Fonts"]
    own = [home / ".local/share/fonts", home / ".fonts"]
    return [*own, Path("/usr/local/share/fonts"), Path("/usr/share/fonts")]


def _oddness(path: str) -> tuple[int, str]:
    """Upright sans faces first."""
    name = Path(path).stem.lower()
    marks = ("mono", "serif", "bold", "italic", "oblique", "light", "thin", "black", "condensed", "math")
    return sum(mark in name for mark in marks) - ("sans" in name), name


def script_of(sign: str) -> str:
    """The script of a sign by its Unicode name: `CJK`, `HANGUL`, `ARABIC`, …"""
    words = unicodedata.name(sign, "UNKNOWN").split()
    return words[0] if unicodedata.category(sign).startswith("L") else "SYMBOL"


def _no_font(needed: frozenset[str]) -> EngineError:
    """Name what the best of the fonts here still lacks."""
    fonts = [(path, index) for path, index in _candidates(needed)]
    lacking = min((missing(needed, path, index) for path, index in fonts), key=len, default=needed)
    scripts = sorted({script_of(sign) for sign in lacking})
    return EngineError(
        "asset_missing",
        "engine.no_font",
        scripts=tuple(map(_script_name, scripts)),
        signs=" ".join(sorted(lacking)[:5]),
    )


def _script_name(script: str) -> Message | str:
    return message(f"engine.script.{script}") if script in _NAMED_SCRIPTS else script.capitalize()
