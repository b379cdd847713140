"""No wish is lost, and no line stands beside an amount that is not understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.exchange.messages import Household, Reader
from logistics.exchange.messages.entries import Body, read_body
from logistics.exchange.messages.shipped import shipped_lexicon

GOODS = ["盐", "大米", "鸡蛋", "青菜", "生抽", "红薯", "牛奶", "milk", "洋芋"]
AMOUNTS = ["", "2斤", "一包", "两袋", "3", "半斤", "几个", "30枚/板 ×2", "2-3斤"]
FRAMES = [
    "{g}没了来{a}", "有{g}吗？有的话来{a}", "{g}如果有的话{a}",
    "如果有{g}就买{a}", "没有{g}的话来{a}", "{g}缺货就不要了{a}",
    "要是{g}新鲜就来{a}", "{g}吃完了 {a}", "{g}快没了，补{a}",
    "if you have {g} {a}", "请问{g}怎么卖{a}", "{g}{a}没有的话算了",
    "备注{g}{a}", "不放{g}{a}", "{g}不够{a}",
    "放门口{g}{a}", "{a}{g}", "{g}，{a}",
    "{g}-{a}", "大家好{g}{a}谢谢", "没货{g}{a}也行",
    "对{g}过敏{a}", "{g}({a})",
]  # fmt: skip


def said(body: Body) -> list[tuple[str, str, str]]:
    return [(line.item, str(line.quantity), line.unit) for line in body.lines]


def codes(body: Body) -> list[str]:
    return [doubt.code for doubt in body.doubts]


@given(
    goods=st.sampled_from(GOODS),
    frames=st.lists(st.sampled_from(FRAMES), min_size=1, max_size=2),
    amount=st.sampled_from(AMOUNTS),
    home=st.sampled_from(["", "3-2-501 ", "王阿姨："]),
)
def test_words_that_name_goods_or_an_amount_never_come_to_nothing(
    goods: str, frames: list[str], amount: str, home: str
) -> None:
    text = home + "，".join(frame.format(g=goods, a=amount) for frame in frames)
    body = read_body(text)
    assert body.lines or body.doubts or body.note, text


@given(
    goods=st.sampled_from(GOODS),
    frame=st.sampled_from(FRAMES),
    amount=st.sampled_from(AMOUNTS),
)
def test_a_household_s_wish_is_in_its_reading(goods: str, frame: str, amount: str) -> None:
    text = frame.format(g=goods, a=amount)
    reading = Reader(shipped_lexicon()).read("3-2-501 " + text)
    for home in reading.households:
        assert home.lines or home.questions, text
    assert reading.households or reading.code == "message.not-an-order"


@pytest.mark.parametrize(
    ("text", "line", "note"),
    [
        ("盐没了来一包", ("盐", "1", "包"), ""),
        ("家里酱油没了，来两瓶", ("酱油", "2", "瓶"), ""),
        ("土豆吃完了 两斤", ("土豆", "2", "斤"), ""),
        ("没有酱油了，来一瓶", ("酱油", "1", "瓶"), ""),
        ("有大米吗？有的话来1袋", ("大米", "1", "袋"), "有的话"),
        ("鸡蛋如果有的话2板", ("鸡蛋", "2", "板"), "如果有的话"),
        ("如果有青菜就买2斤", ("青菜", "2", "斤"), "如果有青菜"),
        ("如果有青菜，就来2斤", ("青菜", "2", "斤"), "如果有青菜"),
        ("有青菜的话来2斤", ("青菜", "2", "斤"), "有青菜的话"),
    ],
)
def test_a_wish_with_a_condition_or_a_reason_is_a_line(
    text: str, line: tuple[str, str, str], note: str
) -> None:
    body = read_body(text)
    assert (said(body), body.doubts) == ([line], ())
    assert body.lines[0].note == note


@pytest.mark.parametrize(
    "text",
    [
        "生抽缺货就不要了两瓶",
        "没有土豆的话来2斤红薯",
        "青菜没了来2斤菠菜",
        "我家土豆不够，再要2斤",
    ],
)
def test_what_may_mean_two_things_is_asked(text: str) -> None:
    body = read_body(text)
    assert body.lines == ()
    assert body.doubts


def test_what_should_come_instead_is_a_note_of_the_line_before() -> None:
    body = read_body("青菜2斤，没了就菠菜2斤")
    assert (said(body), body.doubts) == ([("青菜", "2", "斤")], ())
    assert body.lines[0].note == "没了就菠菜2斤"
    body = read_body("土豆2斤 如果有西红柿来3斤")
    assert [(line.item, line.note) for line in body.lines] == [
        ("土豆", ""), ("西红柿", "如果有西红柿"),
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["黄心薯", "黄金薯", "蓝皮果", "山药蛋"])
def test_an_unknown_word_is_asked_about_whole(word: str) -> None:
    body = read_body(f"{word}2斤 青菜1斤")
    doubt = body.doubts[0]
    assert doubt.code == "item.unknown"
    assert doubt.facts["asked"] == {"item": word, "quantity": "2", "unit": "斤"}


def test_families_are_still_told_from_goods() -> None:
    reader = Reader(shipped_lexicon())
    for text in ("黄小明2斤青菜", "黄小明 2斤 青菜", "黄小明 青菜2斤", "黄 青菜2斤"):
        (home,) = reader.read("3-2-501 " + text).households
        assert (home.surname, home.questions) == ("黄", ())


@pytest.mark.parametrize("text", ["土豆青菜各1斤", "土豆、青菜各1斤"])
def test_goods_that_share_an_amount_are_not_one_word(text: str) -> None:
    assert said(read_body(text)) == [("土豆", "1", "斤"), ("青菜", "1", "斤")]


@pytest.mark.parametrize(
    "text",
    [
        "五花肉(约500g) ×2",
        "五花肉原来2斤现在要4斤",
        "4×五花肉3斤",
        "鸡蛋2板，4份",
        "土豆3斤/天",
        "青菜2斤/人",
    ],
)
def test_a_line_waits_beside_an_amount_that_is_not_understood(text: str) -> None:
    body = read_body(text)
    assert body.lines == ()
    assert "line.unsure" in codes(body)


def test_a_line_further_off_does_not_wait() -> None:
    body = read_body("土豆2斤。鸡蛋2板，4份")
    assert said(body) == [("土豆", "2", "斤")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("鸡蛋 30枚/板 ×2", ("鸡蛋", "2", "板")),
        ("纯牛奶 250ml*24盒/箱 ×1", ("纯牛奶", "1", "箱")),
        ("纯牛奶 250ml×24盒 1箱", ("纯牛奶", "1", "箱")),
        ("来个冬瓜一斤", ("冬瓜", "1", "斤")),
        ("买点苹果 3斤", ("苹果", "3", "斤")),
    ],
)
def test_of_two_amounts_the_one_that_is_asked_for_counts(
    text: str, line: tuple[str, str, str]
) -> None:
    body = read_body(text)
    assert (said(body), body.doubts) == ([line], ())


def test_one_dash_may_be_a_minus_and_many_are_none() -> None:
    assert codes(read_body("土豆-2斤")) == ["line.unsure"]
    assert said(read_body("青菜-2斤 鸡蛋-1板")) == [("青菜", "2", "斤"), ("鸡蛋", "1", "板")]
    assert said(read_body("土豆——2斤")) == [("土豆", "2", "斤")]


def door(home: Household) -> tuple[str, str, str, str]:
    return home.building, home.unit, home.room, home.surname


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("2单元301，6幢，菠菜1斤", ("6", "2", "301", "")),
        ("6幢301，2单元，菠菜1斤", ("6", "2", "301", "")),
        ("301室2单元6幢 菠菜1斤", ("6", "2", "301", "")),
        ("张三-6-2-301：菠菜1斤", ("6", "2", "301", "张")),
        ("楼栋：6\n单元：2\n房号：301\n姓名：冯小姐\n需求：菠菜1斤", ("6", "2", "301", "冯")),
        (
            "【姓名】郑爽【楼栋】6幢【单元】2单元【房号】301【需求】菠菜1斤",
            ("6", "2", "301", "郑"),
        ),
        ("6-2-301 小雨妈妈：菠菜1斤", ("6", "2", "301", "")),
        ("[2022/4/13 9:20] 王五: 6-2-301 菠菜1斤", ("6", "2", "301", "王")),
        ("4月13日 09:12 张三\n6-2-301 菠菜1斤", ("6", "2", "301", "")),
        ("门牌\t姓名\t物品\n6-2-301\t赵敏\t菠菜1斤", ("6", "2", "301", "赵")),
    ],
)
def test_doors_are_found_in_forms_chats_and_tables(
    text: str, where: tuple[str, str, str, str]
) -> None:
    reading = Reader(shipped_lexicon()).read(text)
    (home,) = reading.households
    assert (door(home), home.questions) == (where, ())
    assert [line.item.name_zh for line in home.lines] == ["菠菜"]


def test_rooms_of_the_next_row_are_no_part_of_an_address() -> None:
    reading = Reader(shipped_lexicon()).read("6幢301 土豆1斤\n2单元302 青菜1斤")
    assert [(home.building, home.unit, home.room) for home in reading.households] == [
        ("6", "", "301"), ("", "2", "302"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["小同志给我买三斤土豆两根黄瓜", "阿拉要三斤土豆 两根黄瓜"])
def test_who_speaks_is_no_goods(text: str) -> None:
    body = read_body(text)
    assert said(body) == [("土豆", "3", "斤"), ("黄瓜", "2", "根")]
    assert body.doubts == ()


def test_an_unknown_thing_with_its_amount_behind_it_is_asked() -> None:
    body = read_body("火参果要2斤土豆3斤")
    assert said(body) == [("土豆", "3", "斤")]
    assert codes(body) == ["item.unknown"]


def test_those_who_speak_in_an_exported_chat_are_different_households() -> None:
    text = "2022-04-13 09:12:33 张三: 青菜2斤\n2022-04-13 09:13:00 李四: 土豆1斤"
    homes = Reader(shipped_lexicon()).read(text).households
    assert [(home.surname, len(home.lines)) for home in homes] == [("张", 1), ("李", 1)]
    assert {q.code for home in homes for q in home.questions} == {"household.missing"}


def test_a_remark_ends_where_something_is_asked_for() -> None:
    body = read_body("楼下小李要2斤排骨")
    assert (said(body), body.doubts) == ([("排骨", "2", "斤")], ())
