"""Amounts as people write them: 一斤半, 2.5kg, 二斤二两, three boxes. Exact, or refused."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from logistics.errors import Invalid


class QuantityNotUnderstood(Invalid):
    """The amount is not one number: empty, words, NaN, or two numbers in one (两三斤)."""

    code = "quantity.not-understood"


class QuantityNotPositive(Invalid):
    """The amount is zero or below."""

    code = "quantity.not-positive"


class UnitNotUnderstood(Invalid):
    """No unit goes by this word."""

    code = "unit.not-understood"


MASS: Mapping[str, int] = MappingProxyType({"g": 1, "kg": 1000, "斤": 500, "两": 50})  # in g
VOLUME: Mapping[str, int] = MappingProxyType({"ml": 1, "L": 1000})  # in ml
COUNTED = (
    *"个只颗棵根块把捆板提箱盒袋瓶桶份包罐条支片卷打筐扎双套头朵听杯串节枚尾粒管刀张件",
    *"对穗坛碗屉笼筒托排壶篓篮枝段截盘株瓣碟贴台本副饼",
    "人份",
)

# What a word may mean. More than one meaning is settled by the item's own units, or not at all.
_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{unit: (unit,) for unit in (*MASS, *VOLUME, *COUNTED)},
        **dict.fromkeys(("克", "gr", "gram", "grams", "gramme", "grammes"), ("g",)),
        **dict.fromkeys(
            ("公斤", "千克", "kgs", "kilo", "kilos", "kilogram", "kilograms"), ("kg",)
        ),
        **dict.fromkeys(("市斤", "jin", "catty", "catties"), ("斤",)),
        **dict.fromkeys(("市两", "liang"), ("两",)),
        **dict.fromkeys(
            ("毫升", "millilitre", "millilitres", "milliliter", "milliliters"), ("ml",)
        ),
        **dict.fromkeys(("升", "l", "litre", "litres", "liter", "liters"), ("L",)),
        **dict.fromkeys(("個", "piece", "pieces", "pc", "pcs"), ("个", "只", "颗", "块", "根")),
        **dict.fromkeys(("head", "heads"), ("颗", "棵", "个", "头")),
        **dict.fromkeys(("版",), ("板",)),  # a slip of the input method
        **dict.fromkeys(("bunch", "bunches"), ("把", "捆", "扎")),
        **dict.fromkeys(("box", "boxes"), ("盒", "箱")),
        **dict.fromkeys(("case", "cases", "carton", "cartons"), ("箱",)),
        **dict.fromkeys(("tray", "trays"), ("板",)),
        **dict.fromkeys(("dozen", "dozens"), ("打",)),
        **dict.fromkeys(("bag", "bags", "sack", "sacks"), ("袋",)),
        **dict.fromkeys(("pack", "packs", "packet", "packets"), ("包", "提", "袋", "盒")),
        **dict.fromkeys(("bottle", "bottles"), ("瓶", "桶")),
        **dict.fromkeys(("bucket", "buckets", "drum", "drums", "jug", "jugs"), ("桶",)),
        **dict.fromkeys(("can", "cans", "tin", "tins"), ("罐", "听")),
        **dict.fromkeys(("jar", "jars"), ("瓶", "罐")),
        **dict.fromkeys(("roll", "rolls"), ("卷",)),
        **dict.fromkeys(("portion", "portions", "set", "sets"), ("份", "套")),
        **dict.fromkeys(("bar", "bars"), ("块", "条")),
        **dict.fromkeys(("tube", "tubes"), ("支", "管")),
        **dict.fromkeys(("loaf", "loaves"), ("条", "袋", "个")),
        **dict.fromkeys(("pair", "pairs"), ("对", "双")),
        **dict.fromkeys(("string", "strings"), ("串",)),
        **dict.fromkeys(("slice", "slices"), ("片",)),
        **dict.fromkeys(("basket", "baskets"), ("筐", "篮")),
        **dict.fromkeys(("cup", "cups"), ("杯",)),
        **dict.fromkeys(("stick", "sticks", "stalk", "stalks"), ("根", "支")),
        **dict.fromkeys(("whole",), ("只", "个", "条")),
        **dict.fromkeys(("磅", "lb", "lbs", "pound", "pounds"), ("磅",)),
        **dict.fromkeys(("oz", "ounce", "ounces"), ("盎司",)),
    }
)
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")  # as on cheques
_OLD = {"廿": "二十", "卅": "三十"}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_FINER = {"斤": "两"}  # 一斤八 is one 斤 and eight 两; 一公斤二 is anybody's guess
_HALF = Fraction(1, 2)

HAN_NUMERALS = "零〇一二两三四五六七八九十百千万廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
NUMBER = rf"(?:\d+(?:[.]\d+)?|[{HAN_NUMERALS}]+(?:点[零〇一二三四五六七八九]+)?)"
UNIT_WORD = "|".join(
    re.escape(word) + (r"(?![A-Za-z])" if word.isascii() else "")
    for word in sorted(_WORDS, key=len, reverse=True)
)
_AMOUNT = re.compile(
    rf"(?P<number>{NUMBER}|半|俩|仨)?\s*(?P<unit>{UNIT_WORD})?\s*(?P<tail>.*)", re.IGNORECASE
)
_TAIL = re.compile(rf"(?P<number>{NUMBER})\s*(?P<unit>{UNIT_WORD})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A positive count, and the word of its unit; the word is empty if none was said."""

    count: Fraction
    word: str

    @property
    def meanings(self) -> tuple[str, ...]:
        """The units that the word may mean; empty when no unit was said."""
        return meanings(self.word) if self.word else ()


def plain(text: str) -> str:
    """Fold full-width and other look-alike characters, character by character."""
    return "".join(unicodedata.normalize("NFKC", char) for char in text)


def meanings(word: str) -> tuple[str, ...]:
    """Give the units a word may mean, most usual first.

    Raises
    ------
    UnitNotUnderstood
        If nothing is measured in it.
    """
    found = _WORDS.get(word) or _WORDS.get(word.lower())
    if found is None:
        raise UnitNotUnderstood(unit=word[:40])
    return found


def read_number(text: str) -> Fraction:
    """Read one number in Arabic or Chinese digits; 半 is a half.

    Raises
    ------
    QuantityNotUnderstood
        If it is anything else; 两三 (two or three) is two numbers.
    """
    folded = plain(text).strip().translate(_FORMAL)
    for old, usual in _OLD.items():
        folded = folded.replace(old, usual)
    if folded == "半":
        return _HALF
    if folded in {"俩", "仨"}:
        return Fraction(2 if folded == "俩" else 3)
    if re.fullmatch(r"[+-]?\d{1,12}(\.\d{1,9})?", folded, re.ASCII):
        return Fraction(folded)
    whole, point, rest = folded.partition("点")
    value = Fraction(_chinese(whole, text))
    if point:
        if not rest or any(c not in _DIGITS or c in "两俩" for c in rest):
            raise QuantityNotUnderstood(said=text[:40])
        value += sum(Fraction(_DIGITS[c], 10**n) for n, c in enumerate(rest, start=1))
    return value


def _chinese(folded: str, said: str) -> int:
    total, digit, power, zero = 0, None, 10**9, False
    for char in folded:
        if char in _POWERS:
            step = _POWERS[char]
            if step >= power or (digit is None and (step != 10 or total)):  # noqa: PLR2004
                raise QuantityNotUnderstood(said=said[:40])
            total += (1 if digit is None else digit) * step
            digit, power, zero = None, step, False
        elif char in _DIGITS and digit is None:
            if _DIGITS[char] == 0 and total:
                zero = True
                continue
            digit = _DIGITS[char]
        else:
            raise QuantityNotUnderstood(said=said[:40])
    if not folded:
        raise QuantityNotUnderstood(said=said[:40])
    if digit is None:
        return total
    if total and power > 10 and not zero:  # noqa: PLR2004 - 一百五 is 150
        return total + digit * power // 10
    return total + digit


def read_amount(quantity: str | float | Decimal, unit: str = "") -> Amount:
    """Read an amount whose unit stands apart or in the quantity's own text.

    Parameters
    ----------
    quantity
        ``2``, ``"1.5"``, ``"一斤半"``; text may carry its own unit if ``unit`` is empty.

    Raises
    ------
    QuantityNotUnderstood
        If it is no number, NaN, infinite, or carries other words.
    QuantityNotPositive
        If it is zero or below.
    UnitNotUnderstood
        If nothing is measured in the unit.
    """
    word = plain(unit).strip()
    if word:
        meanings(word)
    if not isinstance(quantity, str):
        amount = Amount(_exact(quantity), word)
    elif re.fullmatch(r"\s*[+-]?[\d.]+\s*", plain(quantity)):
        amount = Amount(read_number(quantity), word)
    else:
        amount = _read_text(quantity, word)
    if amount.count <= 0:
        raise QuantityNotPositive(quantity=str(quantity)[:40])
    return amount


def _exact(quantity: float | Decimal) -> Fraction:
    if isinstance(quantity, bool):
        raise QuantityNotUnderstood(said=str(quantity))
    try:
        return Fraction(str(quantity))  # 0.1 means a tenth, not the nearest binary fraction
    except ValueError:
        raise QuantityNotUnderstood(said=str(quantity)[:40]) from None


def _read_text(said: str, word: str) -> Amount:
    folded = plain(said).strip()
    if folded.startswith("-"):
        negative = _read_text(folded[1:], word)
        return Amount(-negative.count, negative.word)
    match = _AMOUNT.fullmatch(folded)
    if match is None or match["number"] is None:
        raise QuantityNotUnderstood(said=said[:40])
    number, own, tail = match["number"], match["unit"], match["tail"].strip()
    if own is None and number.endswith("两") and len(number) > 1:
        number, own = number[:-1], "两"  # 二两 is two 两; 两 alone is the number two
    if own and word and meanings(own) != meanings(word):
        raise QuantityNotUnderstood(said=f"{said} {word}"[:40])
    count = read_number(number)
    spoken = own or word
    if tail and count.denominator != 1:
        raise QuantityNotUnderstood(said=said[:40])
    if tail:
        count += _tail(tail, meanings(spoken)[0] if spoken else "", said)
    return Amount(count, spoken)


def _tail(tail: str, unit: str, said: str) -> Fraction:
    """Read what follows the unit, in that unit: 半 (一斤半), 八 (一斤八), 二两 (二斤二两)."""
    if tail == "半" and unit:
        return _HALF
    match = _TAIL.fullmatch(tail)
    if match is None or not unit:
        raise QuantityNotUnderstood(said=said[:40])
    number, word = match["number"], match["unit"]
    if word is None and number.endswith("两") and len(number) > 1:
        number, word = number[:-1], "两"
    finer = meanings(word)[0] if word else _FINER.get(unit, "")
    value = read_number(number)
    for scale in (MASS, VOLUME):
        if scale.get(finer, 0) < scale.get(unit, 0) and finer in scale:
            part = value * Fraction(scale[finer], scale[unit])
            if part < 1 and (word is None or value.denominator == 1):
                return part
    raise QuantityNotUnderstood(said=said[:40])


def say_decimal(count: Fraction) -> str | None:
    """Write a count as a plain decimal number, exactly; None where it has no end (1/3)."""
    rest = count.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest > 1:
        return None
    return f"{Decimal(count.numerator) / Decimal(count.denominator):f}"
