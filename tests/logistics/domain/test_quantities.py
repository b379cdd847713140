from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.quantities import (
    MASS,
    QuantityNotPositive,
    QuantityNotUnderstood,
    UnitNotUnderstood,
    read_amount,
    read_number,
)
from logistics.errors import SupplyLoopError


@pytest.mark.parametrize(
    ("said", "gram"),
    [
        ("半斤", 250),
        ("一斤半", 750),
        ("二斤二两", 1100),
        ("一斤八", 900),
        ("两斤", 1000),  # 两 is the number two
        ("二两", 100),  # and here the unit
        ("两两", 100),  # and here both
        ("半两", 25),
        ("3斤半", 1750),
        ("2斤5两", 1250),
        ("1公斤", 1000),
        ("1公斤500克", 1500),
        ("２.５ｋｇ", 2500),  # full-width
        ("一百五十克", 150),
        ("一百五克", 150),  # as it is spoken
        ("一千零五克", 1005),
        ("十两", 500),
        ("一点五斤", 750),
        ("0.5 kg", 500),
        ("500grams", 500),
    ],
)
def test_weights_are_read_exactly(said: str, gram: int) -> None:
    amount = read_amount(said)
    assert amount.count * MASS[amount.meanings[0]] == gram


@pytest.mark.parametrize(
    ("said", "unit", "count", "word"),
    [
        ("一板", "", 1, "板"),
        (3, "boxes", 3, "boxes"),
        ("俩", "个", 2, "个"),
        ("2斤", "斤", 2, "斤"),  # said twice alike
        (Decimal("1.5"), "kg", Fraction(3, 2), "kg"),
        (0.1, "kg", Fraction(1, 10), "kg"),  # a tenth, not the binary fraction
        ("十二", "个", 12, "个"),
        ("7", "", 7, ""),
    ],
)
def test_amounts_keep_the_unit_that_was_said(
    said: str | float | Decimal, unit: str, count: Fraction | int, word: str
) -> None:
    amount = read_amount(said, unit)
    assert (amount.count, amount.word) == (count, word)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "几个",
        "两三斤",  # two or three
        "一两个",  # one or two
        "十来个",
        "一公斤二",  # 1.2 kg or 1 kg and two 斤
        "nan",
        "inf",
        "1e9",
        "2斤kg",
        "一斤二十五",
        "斤",
        "二点",
        float("nan"),
        float("inf"),
        True,
    ],
)
def test_what_is_not_one_amount_is_refused(said: str | float) -> None:
    with pytest.raises(QuantityNotUnderstood):
        read_amount(said)


@pytest.mark.parametrize("said", ["0", "-2", "-2斤", "零", 0, -1.5])
def test_amounts_are_above_zero(said: str | float) -> None:
    with pytest.raises(QuantityNotPositive):
        read_amount(said, "" if isinstance(said, str) and "斤" in said else "斤")


def test_two_units_that_differ_are_refused() -> None:
    with pytest.raises(QuantityNotUnderstood):
        read_amount("2斤", "kg")


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(UnitNotUnderstood):
        read_amount("2", "车")


def chinese(number: int) -> str:
    digits, text = "零一二三四五六七八九", ""
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            text += digits[digit] + name
        elif text and number % power and not text.endswith("零"):
            text += "零"
    return text


@given(st.integers(min_value=1, max_value=9999))
def test_chinese_numerals_mean_their_number(number: int) -> None:
    assert read_number(chinese(number)) == number


@given(st.integers(1, 10**9), st.sampled_from(sorted(MASS)))
def test_digits_mean_their_number_in_every_unit(number: int, unit: str) -> None:
    assert read_amount(f"{number}{unit}").count == number == read_amount(number, unit).count


@given(st.text(max_size=12))
def test_any_text_is_one_positive_amount_or_refused(said: str) -> None:
    try:
        amount = read_amount(said)
    except SupplyLoopError:
        return
    assert amount.count > 0
