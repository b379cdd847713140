import csv
from fractions import Fraction
from pathlib import Path

import pytest

from logistics.domain.catalogue import NEVER_SUBSTITUTED, Match
from logistics.domain.quantities import read_amount
from logistics.exchange.starting import starting_catalogue

GOODS = starting_catalogue()
EXAMPLE = Path(__file__).parents[4] / "examples" / "catalogue.csv"


def test_it_is_large_enough_to_start_with() -> None:
    assert len(GOODS.items) >= 450


@pytest.mark.parametrize(
    ("word", "item", "kind"),
    [
        ("青菜", "青菜", "name"),
        ("番茄", "西红柿", "alias"),
        ("西红市", "西红柿", "misspelling"),
        ("tomatoes", "西红柿", "alias"),
        ("纯牛奶", "牛奶", "alias"),
        ("鸡旦", "鸡蛋", "misspelling"),
        ("雪菜", "雪里蕻", "alias"),
        ("榴莲", "榴莲", "name"),
        ("奶粉1段", "婴儿奶粉一段", "alias"),
        ("Ｍ码尿不湿", "纸尿裤M码", "alias"),  # full width
    ],
)
def test_everyday_words_find_their_item(word: str, item: str, kind: str) -> None:
    found = GOODS.match(word)
    assert isinstance(found, Match)
    assert (found.item.name_zh, found.kind) == (item, kind)


@pytest.mark.parametrize("word", ["肉", "油", "面", "纸", "奶", "奶粉", "纸尿裤", "醋", "药"])
def test_a_word_that_could_be_several_items_is_none_of_them(word: str) -> None:
    assert GOODS.match(word) is None
    assert len(GOODS.candidates(word)) > 1
    assert set(GOODS.close_to(word)) <= {item.name_zh for item in GOODS.candidates(word)}


@pytest.mark.parametrize(
    ("name", "said", "base"),
    [
        ("青菜", "2斤", 1000),
        ("鸡蛋", "一板", 30),
        ("鸡蛋", "一斤半", 12),
        ("五花肉", "一斤半", 750),
        ("牛奶", "1箱", 3000),
        ("大米", "一袋", 5000),
        ("布洛芬", "1盒", 1),
    ],
)
def test_usual_amounts_are_understood(name: str, said: str, base: int) -> None:
    assert GOODS.quantity(GOODS.get(name), read_amount(said)).count == base


def test_nothing_that_heals_or_feeds_an_infant_is_substituted() -> None:
    kept = {item.substitution for item in GOODS.items if item.category in NEVER_SUBSTITUTED}
    assert kept == {"none"}


def test_each_item_can_be_carried_and_asked_for_once() -> None:
    for item in GOODS.items:
        grams = Fraction(item.base_count(item.default_unit) or 0) * item.weight_mg / 1000
        assert 5 <= grams <= 20_000, item.name_zh
        assert item.household_limit >= (item.base_count(item.default_unit) or 0), item.name_zh


def test_each_name_of_the_example_catalogue_is_known() -> None:
    with EXAMPLE.open(encoding="utf-8-sig", newline="") as file:
        names = [row["name_zh"] for row in csv.DictReader(file)]
    assert [name for name in names if GOODS.find(name) is None] == []
