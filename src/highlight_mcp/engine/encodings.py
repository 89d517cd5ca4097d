"""Which encoding a text without a label is in: by its mark, else by what its bytes spell."""

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_HIGH = re.compile(rb"[\x80-\xff]+")
_SAMPLE = 200_000
_COMMON = {
    "gb18030": "的是不了在有我他这们来到个说就会要为上和你地出也时可下过得自着里后么那好看起没把还多国样",
    "big5": "的是不了在有我他這們來到個說就會要為上和你地出也時可下過得自著裡後麼那好看起沒把還多國樣",
    "euc_kr": "이다는을를가에고지하의그나니어요은도아기서로사한",
}
_KANA, _CYRILLIC = re.compile(r"[\u3041-\u30ff]"), re.compile(r"[а-яё]")


def decoded(raw: bytes) -> str:
    """The text of `raw`: UTF by its mark or shape, else Chinese, Japanese, Korean, Cyrillic or western.

    Never fails: bytes that no encoding explains become replacement signs.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    if wide := _without_mark(raw):
        return raw.decode(wide, errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(_guess(raw[:_SAMPLE]), errors="replace")


def _without_mark(raw: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of western text and line ends is zero."""
    head = raw[:4000]
    if head.count(0) < len(head) // 10:
        return None
    return "utf-16-be" if head[0::2].count(0) > head[1::2].count(0) else "utf-16-le"


def _guess(raw: bytes) -> str:
    """Chinese and Korean text has its bytes above 127 in long runs, western text one by one.

    In Big5 and Shift JIS every second byte may be ASCII; their commonest signs tell them apart.
    """
    runs = _HIGH.findall(raw)
    high = b"".join(runs)
    if _share(_KANA, raw, "shift_jis") > 0.4:
        return "shift_jis"
    if _familiar(raw, "big5") > max(2, len(high) // 20) and _familiar(raw, "big5") > _familiar(raw, "gb18030"):
        return "big5"
    if len(high) < 2.5 * len(runs):
        return "cp1252"
    if sum(byte >= 0xC0 for byte in high) > 0.95 * len(high) and _share(_CYRILLIC, raw, "cp1251") > 0.6:
        return "cp1251"
    return max(_COMMON, key=lambda name: _familiar(raw, name))


def _share(kind: re.Pattern[str], raw: bytes, encoding: str) -> float:
    """How much of the text that is not ASCII is of a kind; 0 where the encoding does not fit."""
    text = _tried(raw, encoding)
    wide = sum(sign > "\x7f" for sign in text)
    return len(kind.findall(text)) / wide if wide else 0.0


def _familiar(raw: bytes, encoding: str) -> int:
    text = _tried(raw, encoding)
    return sum(text.count(sign) for sign in _COMMON[encoding]) - 5 * (not text)


def _tried(raw: bytes, encoding: str) -> str:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(raw)
    except UnicodeDecodeError:
        return ""
