from dataclasses import replace

import pytest

from logistics.domain.catalogue import Catalogue, Item, ItemInvalid, QuantityAbsurd
from logistics.domain.lists import AskedLine, read_lines
from logistics.domain.packages import Package, PackageInvalid, PackagePart

EGG = Item(
    name_zh="鸡蛋", name_en="egg", base="piece", default_unit="个", weight_mg=60_000,
    volume_ul=90_000, category="egg", household_limit=60, person_limit=20,
    units={"个": 1, "板": 30},
)  # fmt: skip
GREENS = Item(
    name_zh="青菜", name_en="bok choy", base="g", default_unit="斤", weight_mg=1000,
    volume_ul=4500, category="vegetable", household_limit=6000,
)  # fmt: skip
PACK = Package(
    name_zh="蔬菜包", name_en="vegetable package", kind="vegetable", scope="person",
    parts=(PackagePart("青菜", 1000, "斤"), PackagePart("鸡蛋", 5, "个")), aliases=("菜包",),
)  # fmt: skip
GOODS = Catalogue([EGG, GREENS], packages=[PACK])


def read(item: str, quantity: str, persons: int | None) -> list[tuple[str, int, str, str]]:
    clean, doubts = read_lines(GOODS, [AskedLine(item, quantity, "份")], persons)
    assert doubts == []
    return [(line.item.name_zh, line.quantity, line.unit, line.package) for line in clean]


def test_a_package_becomes_lines_of_its_items_and_stays_known() -> None:
    assert read("菜包", "2", 3) == [
        ("青菜", 6000, "斤", PACK.version_id),
        ("鸡蛋", 30, "个", PACK.version_id),
    ]


def test_a_package_per_household_does_not_grow_with_it() -> None:
    goods = Catalogue([EGG, GREENS], packages=[replace(PACK, scope="household")])
    clean, _ = read_lines(goods, [AskedLine("蔬菜包", "1", "份")], 5)
    assert [line.quantity for line in clean] == [1000, 5]


def test_a_package_for_nobody_knows_how_many_is_for_one() -> None:
    assert [line[1] for line in read("蔬菜包", "一", None)] == [1000, 5]


def test_a_package_above_a_limit_waits_as_a_whole() -> None:
    clean, doubts = read_lines(GOODS, [AskedLine("蔬菜包", "3", "份")], 4)
    assert clean == []
    assert [(doubt.code, doubt.facts["asked"]["item"]) for doubt in doubts] == [
        ("quantity.absurd", "蔬菜包")
    ]


def test_each_member_has_a_limit_of_their_own() -> None:
    assert GOODS.within(EGG, 40, 2) == 40
    with pytest.raises(QuantityAbsurd) as refused:
        GOODS.within(EGG, 41, 2)
    assert refused.value.facts["limit"] == 40


def test_a_package_weighs_what_it_holds() -> None:
    stand = GOODS.get("vegetable package")
    assert stand.weight_mg == 1000 * 1000 + 5 * 60_000
    assert stand not in GOODS.items


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "gold"},
        {"scope": "street"},
        {"parts": ()},
        {"parts": (PackagePart("青菜", 1, "g"), PackagePart("青菜", 2, "g"))},
        {"parts": (PackagePart("青菜", 0, "g"),)},
        {"most": 0},
    ],
)
def test_a_package_that_breaks_a_rule_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(PackageInvalid):
        replace(PACK, **change)  # type: ignore[arg-type]


def test_a_package_of_what_is_no_item_is_refused() -> None:
    with pytest.raises(ItemInvalid):
        Catalogue([EGG], packages=[PACK])
