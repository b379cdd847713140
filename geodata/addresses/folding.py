"""Characters and numerals that mean the same, made the same; every position kept."""

import re
import unicodedata
from functools import lru_cache

HAN_NUMERALS = "零〇一二三四五六七八九十百千两"

# Only what addresses are written with; names of compounds are compared, never rewritten.
_TRADITIONAL = str.maketrans(
    "號樓單門東間廳層戶區莊園灣廈廣場華國學鎮鄉組隊庫鋪儲兩閣龍鳳橋濱陽麗慶豐興業後裏裡棟頭舊師範車",
    "号楼单门东间厅层户区庄园湾厦广场华国学镇乡组队库铺储两阁龙凤桥滨阳丽庆丰兴业后里里栋头旧师范车",
)
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣－─━〜～~", "-"),
        **dict.fromkeys("○◯", "〇"),
        **dict.fromkeys("＃♯№", "#"),
        **dict.fromkeys("壹弌", "一"),
        **dict.fromkeys("贰貳弍", "二"),
        **dict.fromkeys("叁參叄", "三"),
        **dict.fromkeys("\t\u3000\xa0\u200b\ufeff", " "),
    }
)
_DIGITS = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_STEPS = {"十": 10, "百": 100, "千": 1000}
_COUNTED = re.compile(rf"[{HAN_NUMERALS}]{{1,5}}(?=期|区|弄|组|队|号|村|社|院|苑|里)")
_ESTATE = re.compile(r"(?:小区|社区|compound)$")


def fold(text: str) -> str:
    """Fold widths, traditional characters, dashes and spaces; each position stays what it was."""
    return "".join(_folded(char) for char in text)


@lru_cache(maxsize=8192)
def _folded(char: str) -> str:
    alike = char.translate(_ALIKE)
    plain = unicodedata.normalize("NFKC", alike)
    return (plain if len(plain) == 1 else alike).translate(_TRADITIONAL).translate(_ALIKE)


def read_numeral(text: str) -> str | None:
    """Read a folded numeral as plain digits without zeros in front; None if it is none.

    Chinese numerals are numbers (十二, 一百零三) or digits said one by one (五零一). What mixes
    both, such as 十二零一, is no numeral: it could be 1201 or a slip of the pen.
    """
    if text.isascii():
        return (text.lstrip("0") or "0") if text.isdigit() else None
    if not text or any(char not in _DIGITS and char not in _STEPS for char in text):
        return None
    if not any(char in _STEPS for char in text):
        digits = "".join(str(_DIGITS[char]) for char in text)
        return digits.lstrip("0") or "0"
    return _read_steps(text)


def _read_steps(text: str) -> str | None:
    total, digit, last, zero = 0, None, 10_000, False
    for place, char in enumerate(text):
        step = _STEPS.get(char)
        if step is None:
            value = _DIGITS[char]
            if digit is not None or (value == 0 and (zero or not total)):
                return None
            zero, digit = (True, None) if value == 0 else (zero, value)
            continue
        if step >= last or (digit is None and (step != 10 or (place and not zero))):  # noqa: PLR2004
            return None
        total, digit, last, zero = total + (digit or 1) * step, None, step, False
    if zero and digit is None:
        return None
    if digit is not None and last > 10 and not zero:  # noqa: PLR2004
        return None  # 一百二 is said for 120, hardly ever for a house
    return str(total + (digit or 0))


def name_key(name: str) -> str:
    """Return what two ways of writing a compound's name have in common.

    Case, width, spaces, punctuation, a closing 小区, and 三期 for 3期 make no difference.
    """
    folded = _COUNTED.sub(lambda m: read_numeral(m[0]) or m[0], fold(name))
    plain = "".join(char for char in folded.casefold() if char.isalnum())
    return _ESTATE.sub("", plain) or plain
