"""Fonts for whatever is written: for each cluster of signs one that has them all, or an error that names the script.

Look-up order: the font of the user's setting (`prefer`), the fonts that come with the product (Noto Sans in twenty
scripts, Noto Sans CJK, Noto Emoji; SIL Open Font License), well-known fonts of the system, then all others of it.
Pictographs are taken from a colour font of the system where there is one.
"""

import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import uharfbuzz as hb

from ...messages import Message, message
from ..errors import EngineError

UNITS = 64
"""Steps in a pixel in which places of glyphs are counted."""
_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
_FIRST, _EMOJI = "NotoSans[wght].ttf", "NotoEmoji[wght].ttf"
_IGNORED = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_PLACEHOLDERS = ("lastresort", "adobeblank", "symbol", "wingdings", "webdings", "dingbats")
_COLOURED = ("Apple Color Emoji", "seguiemj", "NotoColorEmoji", "NotoColorEmoji-Regular", "Noto-COLRv1", "Twemoji")
_KNOWN = (
    "NotoSans-Regular", "DejaVuSans", "LiberationSans-Regular", "Arial", "SFNS", "HelveticaNeue", "segoeui", "Roboto",
    "NotoSansCJK-Regular", "NotoSansSC-Regular", "SourceHanSansSC-Regular", "wqy-microhei", "wqy-zenhei",
    "DroidSansFallbackFull", "DroidSansFallback", "PingFang", "Hiragino Sans GB", "STHeiti Light", "Arial Unicode",
    "msyh", "Deng", "simhei", "simsun", "YuGothR", "malgun", "AppleSDGothicNeo",
)  # fmt: skip
_NAMED_SCRIPTS = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "LATIN", "SYMBOL"})
_MOST_FACES = 12
_preferred: Path | None = None


@dataclass(frozen=True)
class FontFile:
    """One face of a font file."""

    path: str
    index: int = 0


def prefer(path: Path | None) -> None:
    """Make the font file of the user's setting the first choice of this process."""
    global _preferred
    _preferred = path


def preferred() -> Path | None:
    """The font file of the user's setting, by which what is kept of a text differs."""
    return _preferred


def require_fonts(text: str) -> None:
    """Raises EngineError: `asset_missing` names the scripts that no font has, or a setting that is no font."""
    lacking = missing(text)
    if lacking:
        raise EngineError(
            "asset_missing",
            "engine.no_font",
            scripts=tuple(_script_name(script) for script in sorted({script_of(sign) for sign in lacking})),
            signs=" ".join(sorted(lacking)[:5]),
        )


def missing(text: str) -> frozenset[str]:
    """The signs of a text that no font here has."""
    language = language_of(text)
    return frozenset(sign for sign in signs_of(text) if font_with(sign, language) is None)


def signs_of(text: str) -> frozenset[str]:
    """The signs of a text that need a glyph: no spaces, controls or variation selectors."""
    return frozenset(
        sign for sign in text if unicodedata.category(sign) not in _IGNORED and not "\ufe00" <= sign <= "\ufe0f"
    )


def font_with(cluster: str, language: str, emoji: bool = False) -> FontFile | None:
    """The first font with all signs of a cluster; None where none has. Raises EngineError for a setting that is none.

    `language` is that of Chinese characters (`language_of`); with `emoji` fonts of pictographs come first.
    """
    return _font_with(cluster, language, emoji, _preferred)


@lru_cache(maxsize=8192)
def _font_with(cluster: str, language: str, emoji: bool, own: Path | None) -> FontFile | None:
    needed = signs_of(cluster)
    return next((file for file in _candidates(language, emoji, own) if _covers(file, needed)), None)


def language_of(text: str) -> str:
    """Whose forms its Chinese characters take: `JP`, `KR`, `TC` or `SC`."""
    if any("\u3041" <= sign <= "\u30ff" for sign in text):
        return "JP"
    if any("\uac00" <= sign <= "\ud7a3" for sign in text):
        return "KR"
    return "TC" if _fits(text, "big5") and not _fits(text, "gb2312") else "SC"


def _fits(text: str, encoding: str) -> bool:
    han = "".join(sign for sign in text if "\u4e00" <= sign <= "\u9fff")
    try:
        han.encode(encoding)
    except UnicodeEncodeError:
        return False
    return bool(han)


@lru_cache(maxsize=64)
def sized(file: FontFile, size_px: int, weight: int) -> hb.Font:
    """A font in which a pixel is `UNITS` steps, as heavy as it can be made (100 to 900)."""
    font = hb.Font(_face(file))
    font.scale = (size_px * UNITS, size_px * UNITS)
    for axis in font.face.axis_infos:
        if axis.tag == "wght":
            font.set_variations({"wght": min(max(weight, axis.min_value), axis.max_value)})
    return font


@lru_cache(maxsize=512)
def _face(file: FontFile) -> hb.Face:
    """A face of a file, which is mapped, not read. Raises OSError or EngineError where it is no font."""
    face = hb.Face(hb.Blob.from_file_path(file.path), file.index)
    if not face.glyph_count:
        raise EngineError("asset_missing", "engine.font_unreadable", preferred=file.path)
    return face


@lru_cache(maxsize=512)
def _opened(file: FontFile) -> hb.Font | None:
    try:
        return hb.Font(_face(file))
    except (OSError, ValueError, EngineError, hb.HarfBuzzError):
        return None


def _covers(file: FontFile, signs: frozenset[str]) -> bool:
    font = _opened(file)
    return font is not None and all(font.get_nominal_glyph(ord(sign)) for sign in signs)


def _candidates(language: str, emoji: bool, own: Path | None) -> Iterator[FontFile]:
    if own is not None and not emoji:
        if _opened(FontFile(str(own))) is None:
            raise EngineError("asset_missing", "engine.font_unreadable", preferred=str(own))
        yield FontFile(str(own))
    ours, files = bundled_fonts(), system_fonts()
    if emoji:
        yield from (FontFile(files[name.lower()]) for name in _COLOURED if name.lower() in files)
        yield from (FontFile(path) for path in ours if path.endswith(_EMOJI))
    for path in ours:
        yield from _faces(path, language)
    known = [files[name.lower()] for name in _KNOWN if name.lower() in files]
    for path in [*known, *sorted(set(files.values()) - set(known), key=_oddness)]:
        yield from _faces(path, language)


@lru_cache(maxsize=512)
def _faces(path: str, language: str) -> tuple[FontFile, ...]:
    """Faces of a font collection, the one for the language first."""
    if not path.lower().endswith((".ttc", ".otc")):
        return (FontFile(path),)
    files = [FontFile(path, index) for index in range(_MOST_FACES)]
    names = {file: font.face.get_name(1) or "" for file in files if (font := _opened(file)) is not None}
    return tuple(sorted(names, key=lambda file: (f" {language}" not in names[file], "Mono" in names[file])))


@lru_cache(maxsize=1)
def bundled_fonts() -> tuple[str, ...]:
    """The font files that come with the product: Latin, Greek and Cyrillic first, pictographs last."""
    files = [
        str(Path(folder) / name)
        for package in _PACKAGES
        if (spec := find_spec(package)) is not None
        for folder in spec.submodule_search_locations or ()
        for name in sorted(os.listdir(folder))  # noqa: PTH208 - names, not paths
        if name.endswith((".ttf", ".ttc")) and "Italic" not in name
    ]
    return tuple(sorted(files, key=lambda path: (not path.endswith(_FIRST), path.endswith(_EMOJI))))


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
    marks = ("mono", "serif", "bold", "italic", "oblique", "light", "thin", "black", "condensed", "math", "emoji")
    return sum(mark in name for mark in marks) - ("sans" in name), name


def script_of(sign: str) -> str:
    """The script of a sign by its Unicode name: `CJK`, `HANGUL`, `ARABIC`, …"""
    words = unicodedata.name(sign, "UNKNOWN").split()
    return words[0] if unicodedata.category(sign).startswith("L") else "SYMBOL"


def _script_name(script: str) -> Message | str:
    return message(f"engine.script.{script}") if script in _NAMED_SCRIPTS else script.capitalize()
