from dataclasses import replace
from fractions import Fraction

import pytest

from logistics.domain.catalogue import (
    Catalogue,
    Item,
    ItemInvalid,
    ItemUnknown,
    Quantity,
    QuantityAbsurd,
    QuantityNotWhole,
    UnitUnknownForItem,
)
from logistics.domain.quantities import read_amount

EGG = Item(
    name_zh="鸡蛋", name_en="egg", base="piece", default_unit="个", weight_mg=60_000,
    volume_ul=90_000, category="egg", household_limit=60, aliases=("土鸡蛋",),
    units={"个": 1, "板": 30, "盒": 10},
)  # fmt: skip
POTATO = Item(
    name_zh="土豆", name_en="potato", base="g", default_unit="斤", weight_mg=1000,
    volume_ul=1600, category="vegetable", household_limit=10_000, substitute_class="root",
    aliases=("洋芋", "马铃薯"), units={"个": 200},
)  # fmt: skip
MILK = Item(
    name_zh="纯牛奶", name_en="milk", base="ml", default_unit="箱", weight_mg=1030,
    volume_ul=1150, category="dairy", household_limit=12_000, units={"箱": 3000, "盒": 250},
)  # fmt: skip
GOODS = Catalogue([EGG, POTATO, MILK])


@pytest.mark.parametrize(
    "name", ["土豆", "洋芋", "Potato", "potatoes", " 马铃薯 ", "ＰＯＴＡＴＯ"]
)
def test_items_are_found_by_any_of_their_names(name: str) -> None:
    assert GOODS.get(name) is POTATO


def test_an_unknown_item_is_refused_with_close_ones() -> None:
    with pytest.raises(ItemUnknown) as refused:
        GOODS.get("鸡旦")
    assert refused.value.facts == {"item": "鸡旦", "close": "鸡蛋"}


@pytest.mark.parametrize(
    ("item", "said", "count", "unit"),
    [
        (POTATO, "一斤半", 750, "斤"),
        (POTATO, "3个", 600, "个"),  # that is this catalogue's fact
        (EGG, "一板", 30, "板"),
        (EGG, "6", 6, "个"),  # counted by the piece, so clear without a unit
        (MILK, "2L", 2000, "L"),
        (MILK, "3 cartons", 9000, "箱"),
    ],
)
def test_amounts_become_base_units(item: Item, said: str, count: int, unit: str) -> None:
    assert GOODS.quantity(item, read_amount(said)) == Quantity(count, unit)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (EGG, "一斤"),  # how many eggs weigh a 斤 is not known
        (POTATO, "2瓶"),
        (POTATO, "2"),  # two of which unit?
        (MILK, "2 boxes"),  # 盒 and 箱 are both boxes, and differ
        (POTATO, "1L"),
    ],
)
def test_units_convert_only_as_the_catalogue_says(item: Item, said: str) -> None:
    with pytest.raises(UnitUnknownForItem) as refused:
        GOODS.quantity(item, read_amount(said))
    assert refused.value.facts["known"]


def test_half_an_egg_is_refused() -> None:
    with pytest.raises(QuantityNotWhole):
        GOODS.convert(EGG, Fraction(1, 2), "个")


def test_an_absurd_amount_is_refused_with_the_limit() -> None:
    with pytest.raises(QuantityAbsurd) as refused:
        GOODS.quantity(POTATO, read_amount("9999斤"))
    assert refused.value.facts["limit"] == 10_000


def test_a_name_of_two_items_is_refused() -> None:
    with pytest.raises(ItemInvalid, match="洋芋"):
        Catalogue([POTATO, replace(EGG, aliases=("洋芋",))])


@pytest.mark.parametrize(
    "change",
    [{"weight_mg": 0}, {"base": "kg"}, {"default_unit": "瓶"}, {"units": {"板": 0}}],
)
def test_an_item_that_breaks_a_rule_does_not_exist(change: dict[str, object]) -> None:
    with pytest.raises(ItemInvalid):
        replace(EGG, **change)


def test_an_item_keeps_its_id_when_its_row_changes() -> None:
    assert replace(EGG, weight_mg=1).id == EGG.id != POTATO.id


BEET = replace(POTATO, name_zh="甜菜", name_en="beet", aliases=(), misspellings=("甜莱",))
WIDE = Catalogue([EGG, POTATO, BEET], {"菜": ["土豆", "甜菜"]})


def test_a_misspelling_is_matched_but_not_found_as_a_name() -> None:
    found = WIDE.match("甜莱")
    assert found is not None
    assert (found.item, found.kind) == (BEET, "misspelling")
    assert WIDE.find("甜莱") is None
    assert WIDE.close_to("甜莱")[0] == "甜菜"


@pytest.mark.parametrize(
    ("word", "kind"), [("土豆", "name"), ("potatoes", "name"), ("洋芋", "alias")]
)
def test_a_match_says_what_the_word_is(word: str, kind: str) -> None:
    found = WIDE.match(word)
    assert found is not None
    assert (found.item, found.kind) == (POTATO, kind)


def test_an_ambiguous_word_names_those_it_could_be() -> None:
    assert WIDE.match("菜") is None
    assert WIDE.candidates("菜") == (POTATO, BEET)
    with pytest.raises(ItemUnknown) as refused:
        WIDE.get("菜")
    assert refused.value.facts["close"] == "土豆、甜菜"


@pytest.mark.parametrize(
    ("items", "ambiguous"),
    [
        ([POTATO, replace(BEET, misspellings=("马铃薯",))], {}),  # another's alias
        ([replace(EGG, misspellings=("甜莱",)), BEET], {}),  # another's misspelling
        ([POTATO, BEET], {"土豆": ["甜菜"]}),  # a name
        ([POTATO, BEET], {"菜": ["金子"]}),  # no item
    ],
)
def test_a_word_means_one_thing(items: list[Item], ambiguous: dict[str, list[str]]) -> None:
    with pytest.raises(ItemInvalid):
        Catalogue(items, ambiguous)


@pytest.mark.parametrize(
    ("chain", "cold", "kept"),
    [
        ("", False, "ambient"),
        ("", True, "chilled"),
        ("frozen", False, "frozen"),
        ("ambient", True, "ambient"),
    ],
)
def test_whether_it_is_cold_follows_from_its_chain(chain: str, cold: bool, kept: str) -> None:  # noqa: FBT001
    item = replace(BEET, cold_chain=chain, cold=cold)
    assert (item.cold_chain, item.cold) == (kept, kept != "ambient")


def test_medicine_is_never_substituted() -> None:
    assert replace(BEET, category="medicine", substitute_class="x").substitution == "none"
