"""A message made plain: one way of writing each character, and where each one came from."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from logistics.exchange.messages.vocabulary import vocabulary

_SAME = {
    **dict.fromkeys("‐‑‒–—―−﹣－─━", "-"),
    **dict.fromkeys("～〜∼﹏", "~"),
    **dict.fromkeys("✕✖⨯✗╳Ⅹ", "×"),
    **dict.fromkeys("＊﹡∗✱", "*"),
    **dict.fromkeys("○◯", "〇"),
    **dict.fromkeys("＃♯№", "#"),
    **dict.fromkeys("｡．", "."),
    **dict.fromkeys("﹑､", "、"),
    **dict.fromkeys("\t\u3000\xa0\u2028\u2029\x0b\x0c", " "),
    "½": "半", "¼": "0.25", "¾": "0.75",
    "，": ",", "；": ";", "：": ":", "（": "(", "）": ")", "【": "(", "】": ")",
    "〔": "(", "〕": ")", "「": "(", "」": ")", "『": "(", "』": ")",
    "[": "(", "]": ")", "{": "(", "}": ")",
    "！": "!", "？": "?", "“": '"', "”": '"', "‘": "'", "’": "'", "、": "、", "。": "。",
}  # fmt: skip
_CIRCLED = {
    **{chr(0x2460 + n): n + 1 for n in range(20)},
    **{chr(0x2776 + n): n + 1 for n in range(10)},
    **{chr(0x2474 + n): n + 1 for n in range(20)},
    **{chr(0x3220 + n): n + 1 for n in range(10)},
}
_HALVES = {"½": ".5", "¼": ".25", "¾": ".75"}  # after a number: 1½
_KEYCAP = "\u20e3"
_LEFT_OUT = {"Cf", "Mn", "Me", "Cc", "Cs", "Co", "Cn", "Sk"}
CIRCLED = "①"
"""What every circled number becomes: it numbers things and counts none."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A text as it is read: ``text`` in plain characters, ``at`` the place of each in ``said``.

    ``at`` has one entry more than ``text``; what is left out (marks without a width, joiners,
    control characters) belongs to the character before it.
    """

    said: str
    text: str
    at: tuple[int, ...]

    def words(self, start: int, end: int) -> str:
        """Give the words of a stretch of ``text`` as they were written."""
        return self.said[self.at[start] : self.at[end]]


def normalise(said: str) -> Plain:
    """Make a text plain: widths, case, scripts and look-alikes folded, in one pass."""
    chars: list[str] = []
    at: list[int] = []
    for place, char in enumerate(said):
        if char == _KEYCAP and chars and chars[-1].isdigit():
            if not "".join(chars[-4:-1]).strip() or chars[-2] == "\n":
                chars[-1] = CIRCLED
            continue
        for folded in _half_after_digit(char, chars) or _folded(char):
            chars.append(folded)
            at.append(place)
    if at:
        at[0] = 0
    return Plain(said, "".join(chars), (*at, len(said)))


def _half_after_digit(char: str, before: list[str]) -> str:
    return _HALVES.get(char, "") if before and before[-1].isdigit() else ""


@lru_cache(maxsize=20_000)
def _folded(char: str) -> str:
    if char == "\n":
        return "\n"
    if char == "\r":
        return " "
    if char in _CIRCLED:
        return CIRCLED
    if char in _SAME:
        return _SAME[char]
    if unicodedata.category(char) in _LEFT_OUT:
        return ""
    plain = unicodedata.normalize("NFKC", char)
    plain = "".join(_SAME.get(part, part) for part in plain).lower()
    script = vocabulary().script
    return "".join(script.get(part, part) for part in plain)


def alike(plain: str) -> str:
    """Put one character for all that input methods confuse; every position stays."""
    known = vocabulary().alike
    return "".join(known.get(char, char) for char in plain)


@lru_cache(maxsize=20_000)
def fold_name(name: str) -> str:
    """Fold a name of goods as messages are folded; spaces stay between Latin words only."""
    words = normalise(name).text.split()
    joined = ""
    for word in words:
        glue = " " if joined and joined[-1].isascii() and word[0].isascii() else ""
        joined += glue + word
    return joined
