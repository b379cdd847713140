"""What a column holds: how its cells are read, and how its values are written."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from typing_extensions import override

from logistics.domain.catalogue import fold
from logistics.domain.quantities import Amount, plain, read_amount, read_number
from logistics.errors import SupplyLoopError
from logistics.exchange.tables.cells import (
    BadCell,
    Cell,
    Language,
    Written,
    number_words,
    text_of,
    unguard,
)

_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_NUMBER: Final = re.compile(r"[+-]?\d{1,18}(\.\d{1,12})?")
_MONEY: Final = re.compile(r"^(rmb|cny|[¥$])|(元|块|块钱|rmb|cny)$", re.IGNORECASE)
_PARTS: Final = re.compile(r"[;；、，,\n]")
_YES: Final = frozenset({"yes", "y", "true", "1", "是", "有", "对", "√", "✓", "✔"})
_NO: Final = frozenset({"no", "n", "false", "0", "否", "无", "没有", "不是", "×", "✗"})


class Kind(ABC):
    """What a column holds."""

    width: int = 12

    @abstractmethod
    def read(self, cell: Cell) -> object:
        """Give the value of a cell that is not blank.

        Raises
        ------
        BadCell
            If it holds no such value.
        """

    @abstractmethod
    def write(self, value: object, language: Language) -> Written:
        """Give the cell of a value; reading it gives the value again."""


@dataclass(frozen=True, slots=True)
class AsIs(Kind):
    """A cell as it stands, formulas and faults too: whoever takes the row judges it."""

    @override
    def read(self, cell: Cell) -> Cell:
        return unguard(cell) if isinstance(cell, str) else cell

    @override
    def write(self, value: object, language: Language) -> Written:
        return value if isinstance(value, int | float | Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """A text: trimmed, runs of space made one, at most ``most`` characters; 007 stays 007."""

    most: int = 1000
    multiline: bool = False

    @override
    def read(self, cell: Cell) -> str:
        text = text_of(cell, multiline=self.multiline)
        if len(text) > self.most:
            raise BadCell("cell.too-long", f"use at most {self.most} characters", most=self.most)
        return text

    @override
    def write(self, value: object, language: Language) -> Written:
        return str(value)


@dataclass(frozen=True, slots=True)
class Integer(Kind):
    """A whole number within bounds: 12, 2.0, １２, 1,200, 十二."""

    least: int = 0
    most: int = 10**15

    @override
    def read(self, cell: Cell) -> int:
        number = exact_number(cell)
        if number.denominator != 1:
            raise BadCell("cell.not-whole", "give a whole number")
        return int(_within(number, self.least, self.most))

    @override
    def write(self, value: object, language: Language) -> Written:
        return int(str(value))


@dataclass(frozen=True, slots=True)
class Number(Kind):
    """A decimal number within bounds, of at most ``places`` decimals, as `Decimal`."""

    least: Decimal = Decimal(0)
    most: Decimal = Decimal(10**15)
    places: int = 6

    @override
    def read(self, cell: Cell) -> Decimal:
        number = _within(exact_number(cell), self.least, self.most)
        scaled = number * 10**self.places
        if scaled.denominator != 1:
            raise BadCell(
                "cell.too-fine", f"give at most {self.places} decimals", places=self.places
            )
        return Decimal(int(scaled)).scaleb(-self.places).normalize() + 0

    @override
    def write(self, value: object, language: Language) -> Written:
        return Decimal(str(value))


@dataclass(frozen=True, slots=True)
class Yuan(Kind):
    """Money: yuan in the cell (12.50, ¥12.5, 12.5元), whole fen as the value."""

    least: int = 0
    most: int = 10**12

    @override
    def read(self, cell: Cell) -> int:
        if isinstance(cell, str):
            cell = _MONEY.sub("", plain(text_of(cell)).strip()).strip()
        fen = exact_number(cell) * 100
        if fen.denominator != 1:
            raise BadCell("cell.not-money", "give yuan with at most two decimals")
        if not self.least <= fen <= self.most:
            least, most = (str(Decimal(end).scaleb(-2)) for end in (self.least, self.most))
            raise BadCell(
                "cell.out-of-bounds", f"give {least} to {most} yuan", least=least, most=most
            )
        return int(fen)

    @override
    def write(self, value: object, language: Language) -> Written:
        return Decimal(str(value)).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Quantity(Kind):
    """A count with its unit in one cell, as `Amount`: 2斤, 一斤半, 1.5 kg, 3."""

    @override
    def read(self, cell: Cell) -> Amount:
        try:
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                return read_amount(number_words(cell))
            return read_amount(text_of(cell))
        except SupplyLoopError as refusal:
            raise BadCell(
                refusal.code, "give one positive amount, such as 2斤 or 1.5 kg"
            ) from None

    @override
    def write(self, value: object, language: Language) -> Written:
        if not isinstance(value, Amount):
            raise TypeError(value)
        return f"{decimal_of(value.count):f}{value.word}"


@dataclass(frozen=True, slots=True)
class YesNo(Kind):
    """Yes or no: 是 否, yes no, 1 0, √ ×."""

    width: int = field(default=8, init=False)

    @override
    def read(self, cell: Cell) -> bool:
        said = fold(text_of(cell))
        if said in _YES or said in _NO:
            return said in _YES
        raise BadCell("cell.not-yes-no", "give yes or no (是 or 否)")

    @override
    def write(self, value: object, language: Language) -> Written:
        return (("否", "是") if language == "zh" else ("no", "yes"))[bool(value)]


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One of some keys, each with its Chinese word, its English word and others accepted."""

    options: Mapping[str, tuple[str, ...]]
    _keys: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys: dict[str, str] = {}
        for key, words in self.options.items():
            for word in (key, *words):
                if keys.setdefault(fold(word), key) != key:
                    raise ValueError(word)
        object.__setattr__(self, "_keys", keys)

    @override
    def read(self, cell: Cell) -> str:
        key = self._keys.get(fold(text_of(cell)))
        if key is None:
            known = "、".join(words[0] for words in self.options.values())
            english = ", ".join(words[1] for words in self.options.values())
            raise BadCell("cell.unknown-choice", f"give one of {english}", known=known)
        return key

    @override
    def write(self, value: object, language: Language) -> Written:
        return self.options[str(value)][0 if language == "zh" else 1]


@dataclass(frozen=True, slots=True)
class Words(Kind):
    """Several texts in one cell, parted by ； ; 、 ， , or a line break, as a tuple."""

    most: int = 200
    each: int = 64
    width: int = field(default=30, init=False)

    @override
    def read(self, cell: Cell) -> tuple[str, ...]:
        parts = _PARTS.split(text_of(cell, multiline=True))
        words = tuple(dict.fromkeys(word for part in parts if (word := " ".join(part.split()))))
        if len(words) > self.most or any(len(word) > self.each for word in words):
            raise BadCell(
                "cell.too-long",
                f"give at most {self.most} words of {self.each} characters",
                most=self.each,
            )
        return words

    @override
    def write(self, value: object, language: Language) -> Written:
        if not isinstance(value, tuple | list) or any(_PARTS.search(str(v)) for v in value):
            raise ValueError(value)  # it would come back as two words
        return ("；" if language == "zh" else "; ").join(map(str, value)) or None


def exact_number(cell: Cell) -> Fraction:
    """Read one number exactly: a number cell as it is shown, text in Arabic or Chinese digits.

    Raises
    ------
    BadCell
        If it is none.
    """
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal | str):
        raise BadCell("cell.not-number", "give a number")
    said = number_words(cell) if isinstance(cell, float) else plain(text_of(cell)).strip()
    if _THOUSANDS.fullmatch(said):
        said = said.replace(",", "")
    try:
        return Fraction(said) if _NUMBER.fullmatch(said) else read_number(said)
    except SupplyLoopError:
        raise BadCell("cell.not-number", "give a number") from None


def decimal_of(number: Fraction) -> Decimal:
    """Give the decimal that is exactly this fraction.

    Raises
    ------
    ValueError
        If it has no end, as a third.
    """
    try:
        value = Decimal(number.numerator) / Decimal(number.denominator)
    except InvalidOperation:
        raise ValueError(number) from None
    if Fraction(value) != number:
        raise ValueError(number)
    return value


def _within(number: Fraction, least: int | Decimal, most: int | Decimal) -> Fraction:
    if not Fraction(least) <= number <= Fraction(most):
        raise BadCell(
            "cell.out-of-bounds", f"give {least} to {most}", least=str(least), most=str(most)
        )
    return number
