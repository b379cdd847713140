"""What a cell may hold, and how a text is kept from coming alive as a formula."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Final, Literal

Language = Literal["zh", "en"]
Cell = str | int | float | Decimal | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
"""What a spreadsheet or a CSV file gives for one cell."""

Written = str | int | float | Decimal | None
"""What is written into one cell."""

ERRORS: Final = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"}
)
_STARTS: Final = "=+\\-@＝＋－＠\t\r"  # to some programs the wide signs are formulas, too
_ALIVE: Final = f"[{_STARTS}]|(?:{'|'.join(map(re.escape, sorted(ERRORS)))})$"
_LIVE: Final = re.compile(f"'*(?:{_ALIVE})")
_GUARDED: Final = re.compile(f"'+(?:{_ALIVE})")
_UNSEEN: Final = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ODD: Final = re.compile(r"[\s\x00-\x1f\x7f-\xa0\xad\u2000-\u206f\ufeff\ud800-\udfff]|_x000D_")
_EXACT: Final = 2**53  # above it a spreadsheet's number has lost digits


class BadCell(Exception):
    """A cell cannot be read as what its column holds; the table's reader says where it stands.

    ``code`` is the key of its text in every language, ``mend`` the same in English and more
    exact, ``facts`` fill the text.
    """

    def __init__(self, code: str, mend: str, **facts: str | int) -> None:
        self.code, self.mend, self.facts = code, mend, facts
        super().__init__(code)


def guard(text: str) -> str:
    """Keep programs from taking a text for a formula or a fault; `unguard` takes it back."""
    return f"'{text}" if _LIVE.match(text) else text


def unguard(text: str) -> str:
    """Give the text that was guarded; any other text stays as it is."""
    return text[1:] if _GUARDED.match(text) else text


def is_blank(cell: Cell) -> bool:
    """Say whether a cell holds nothing, or nothing but space."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def words_of(cell: Cell) -> str:
    """Say what stands in a cell, for people: never refuses."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return number_words(cell)
    return str(cell).strip()


def number_words(number: float) -> str:
    """Write a float as spreadsheet programs show it: 15 digits, 2 for 2.0, no exponent."""
    exact = Decimal(f"{number:.15g}") if number == number else None  # noqa: PLR0124  NaN
    if exact is None or not exact.is_finite():
        return str(number)
    return f"{exact:f}".rstrip("0").rstrip(".") if "." in f"{exact:f}" else f"{exact:f}"


def text_of(cell: Cell, *, multiline: bool = False) -> str:
    """Give a cell's text: trimmed, without unseen characters, its guard taken off.

    Raises
    ------
    BadCell
        If a program made a date of the text, lost digits of it, or it holds control characters.
    """
    if isinstance(cell, dt.datetime | dt.date | dt.time | dt.timedelta):
        raise BadCell(
            "cell.became-date", "the program made a date of it; format the column as text"
        )
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= _EXACT:
        raise BadCell(
            "cell.digits-lost", "the program lost its last digits; format the column as text"
        )
    if isinstance(cell, str) and not _ODD.search(cell):
        return unguard(cell)  # nearly all of them
    text = words_of(cell)
    if isinstance(cell, str):
        text = unguard(text.translate(_UNSEEN).replace("_x000D_", "")).strip()
    if multiline:
        text = "\n".join(text.splitlines())
    else:
        text = " ".join(text.split()) if re.search(r"\s", text) else text
    if any(_is_control(char) for char in text):
        raise BadCell("cell.control-character", "write it again without control characters")
    return text


def _is_control(char: str) -> bool:
    return char in _TURNING or (char != "\n" and unicodedata.category(char) in {"Cc", "Cs"})
