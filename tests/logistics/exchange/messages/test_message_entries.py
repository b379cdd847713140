"""Readings as entries of lists, with any district's catalogue."""

from logistics.domain.catalogue import Catalogue, Item
from logistics.exchange.messages.entries import lexicon_of, read_body, read_text

POTATO = Item(
    name_zh="土豆", name_en="potato", base="g", default_unit="斤", weight_mg=1000, volume_ul=1600,
    category="vegetable", household_limit=10_000, aliases=("洋芋",),
)  # fmt: skip
SIGN_UP = """#接龙 HK-07 今日买菜，截止今晚八点
例：1-1-101 土豆1斤
1. 3-2-501 土豆2斤 牛奶1箱
2、3-2-502 王女士 二斤二两青菜、千张2张，八角1包
3) 三号楼二单元五零一 鸡蛋３０个🥚 大米一袋 谢谢
   苹果3斤
"""


def test_a_sign_up_becomes_one_entry_for_each_household() -> None:
    first, second, third = read_text(SIGN_UP)
    assert {entry.compound for entry in (first, second, third)} == {"HK-07"}
    assert [(a.item, a.quantity, a.unit) for a in first.lines] == [
        ("土豆", "2", "斤"), ("牛奶", "1", "箱"),
    ]  # fmt: skip
    assert [(a.item, a.quantity) for a in second.lines] == [
        ("青菜", "2.2"), ("千张", "2"), ("八角", "1"),
    ]  # fmt: skip
    assert third.household == "三号楼二单元五零一"
    assert [a.line for a in third.lines] == [5, 5, 6]


def test_the_district_s_own_catalogue_is_read() -> None:
    own = Catalogue([POTATO])
    body = read_body("洋芋2斤 牛肉1斤", own)
    assert [(a.item, a.quantity, a.unit) for a in body.lines] == [("洋芋", "2", "斤")]
    assert [(d.code, d.said) for d in body.doubts] == [("item.unknown", "牛肉1斤")]
    assert lexicon_of(own) is lexicon_of(Catalogue([POTATO]))


def test_changes_wait_for_somebody_to_carry_them_out() -> None:
    (entry,) = read_text("3-2-501 不要鸡蛋了")
    assert entry.lines == ()
    (doubt,) = entry.doubts
    assert doubt.code == "list.change-asked"
    assert doubt.facts["changes"] == [
        {"item": "鸡蛋", "quantity": "0", "unit": "个", "change": "remove"}
    ]


def test_an_unsure_line_waits_with_what_it_was_taken_for() -> None:
    (entry,) = read_text("3-2-501 蓬蓬西红柿2斤")
    assert entry.lines == ()
    (doubt,) = entry.doubts
    assert doubt.code == "line.unsure"
    assert doubt.facts["asked"] == {"item": "西红柿", "quantity": "2", "unit": "斤"}


def test_words_of_a_known_household_need_no_address() -> None:
    body = read_body("土豆2斤，放门口")
    assert [a.item for a in body.lines] == ["土豆"]
    assert (body.doubts, body.note) == ((), "放门口")
    assert read_body("  ").lines == ()
