import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.lists import Entry
from logistics.exchange.freetext import messages, read_body, read_text

SIGN_UP = """#接龙 HK-07 今日买菜，截止今晚八点
例：1-1-101 土豆1斤
1. 3-2-501 土豆2斤 牛奶1箱
2、3-2-502 王女士 二斤二两青菜、千张2张，八角1包
3) 三号楼二单元五零一 鸡蛋３０个🥚 大米一袋 谢谢
   苹果3斤
"""


def asked(text: str) -> list[tuple[str, object]]:
    return [(line.item, line.quantity) for line in read_body(text).lines]


def doubts(text: str) -> list[str]:
    return [doubt.said for doubt in read_body(text).doubts]


def entries(text: str) -> list[Entry]:
    return list(read_text(text))


def test_a_message_becomes_lines_and_a_note() -> None:
    (entry,) = entries("HK-07-03-2-501 土豆2斤 鸡蛋一板 五花肉1斤半 不要香菜")
    assert entry.household == "HK-07-03-2-501"
    assert [(a.item, a.quantity, a.said) for a in entry.lines] == [
        ("土豆", "2斤", "土豆2斤"),
        ("鸡蛋", "一板", "鸡蛋一板"),
        ("五花肉", "1斤半", "五花肉1斤半"),
    ]
    assert entry.note == "不要香菜"
    assert entry.doubts == ()


def test_a_surname_is_no_order() -> None:
    (entry,) = read_text("3幢2单元501 王 青菜2斤", compound="HK-07")
    assert (entry.household, entry.compound) == ("3幢2单元501", "HK-07")
    assert [a.item for a in entry.lines] == ["青菜"]
    assert entry.doubts == ()


def test_a_sign_up_becomes_one_entry_for_each_household() -> None:
    first, second, third = entries(SIGN_UP)
    assert {e.compound for e in (first, second, third)} == {"HK-07"}
    assert [(a.item, a.quantity) for a in first.lines] == [("土豆", "2斤"), ("牛奶", "1箱")]
    assert [a.item for a in second.lines] == ["青菜", "千张", "八角"]
    assert third.household == "三号楼二单元五零一"
    assert [(a.item, a.quantity) for a in third.lines] == [
        ("鸡蛋", "30个"), ("大米", "一袋"), ("苹果", "3斤"),
    ]  # fmt: skip
    assert [a.line for a in third.lines] == [5, 5, 6]
    assert third.note == "谢谢"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("2 kg potatoes, 3 boxes of milk and 1 bunch coriander",
         [("potatoes", "2 kg"), ("milk", "3 boxes"), ("coriander", "1 bunch")]),
        ("sweet potato 2 kg", [("sweet potato", "2 kg")]),
        ("青菜一斤三文鱼一盒", [("青菜", "一斤"), ("三文鱼", "一盒")]),  # 三 is of the fish
        ("土豆一斤八角一包", [("土豆", "一斤"), ("八角", "一包")]),  # 八 is of the anise
        ("五花肉2斤", [("五花肉", "2斤")]),
        ("葱 2把、10个苹果", [("葱", "2把"), ("苹果", "10个")]),
        ("5号电池1盒 84消毒液 1瓶", [("5号电池", "1盒"), ("84消毒液", "1瓶")]),
        ("鸡蛋*2板；牛奶x2箱", [("鸡蛋", "2板"), ("牛奶", "2箱")]),
        ("我要土豆2斤，还要青菜1斤", [("土豆", "2斤"), ("青菜", "1斤")]),
        ("土豆：2斤\n鸡蛋：一板", [("土豆", "2斤"), ("鸡蛋", "一板")]),
    ],
)  # fmt: skip
def test_lines_are_read_however_they_are_written(text: str, lines: list[tuple[str, str]]) -> None:
    assert asked(text) == lines
    assert doubts(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "随便来点",
        "豆腐5块钱",  # money is no quantity
        "50块钱的菜",
        "十来个苹果",
        "鸡蛋-2个",
        "土豆2-3斤",
        "土豆2斤不要了",  # a correction
        "土豆改成3斤",
        "矿泉水550ml 2瓶",  # a size and a number
        "大米5kg装2袋",
        "5kg大米2袋",
        "王建国 2斤 土豆",  # whose are the 2斤?
        "土豆 2斤 苹果",  # of which?
        "sweet potato2斤",  # not 2斤 of potato
        "+1",
    ],
)
def test_what_can_be_read_in_two_ways_is_asked(text: str) -> None:
    assert asked(text) == []
    assert "".join(doubts(text)).replace(" ", "") == text.replace(" ", "")


def test_what_is_clear_stands_beside_what_is_not() -> None:
    assert asked("土豆2斤 随便来点水果，鸡蛋一板") == [("土豆", "2斤"), ("鸡蛋", "一板")]
    assert doubts("土豆2斤 随便来点水果，鸡蛋一板") == ["随便来点水果"]


def test_goods_before_an_address_belong_to_nobody_for_sure() -> None:
    (entry,) = entries("土豆2斤 3-2-501")
    assert (entry.household, entry.lines) == ("", ())
    assert [d.said for d in entry.doubts] == ["土豆2斤 3-2-501"]


def test_two_households_on_one_line_are_two_entries() -> None:
    first, second = entries("3-2-501 土豆2斤 3-2-502 鸡蛋1板")
    assert (first.household, first.lines[0].item) == ("3-2-501", "土豆")
    assert (second.household, second.lines[0].item) == ("3-2-502", "鸡蛋")


def test_an_address_alone_is_asked_about() -> None:
    (entry,) = entries("3-2-501")
    assert [d.code for d in entry.doubts] == ["text.not-understood"]


SAID = (
    "土豆 2斤 鸡蛋 一板 半 3-2-501 HK-07-03-2-501 王 不要香菜 ， #接龙 1. 🥚 × -"
    " kg potato ５ 十 两 例 ( +1 改成"
)
WORDS = [*SAID.split(), " ", "\n"]
messy = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS), max_size=14).map("".join))


@given(messy)
def test_every_character_ends_in_a_piece(text: str) -> None:
    pieces = [piece for message in messages(text) for _, piece in message.pieces]
    assert "".join(piece.text for piece in pieces) == text


@given(messy)
def test_nothing_but_spaces_headings_and_names_is_left_out(text: str) -> None:
    kept = []
    for entry in entries(text):
        kept += [entry.household, *(a.said for a in entry.lines)]
        kept += [*(d.said for d in entry.doubts), entry.note]
    passed_over = [
        piece.text
        for message in messages(text)
        for _, piece in message.pieces
        if piece.kind in {"space", "heading", "number", "name"}
    ]
    rest = "".join(kept + passed_over)
    assert not {c for c in text if not c.isspace()} - set(rest)
    assert len("".join(text.split())) <= len("".join(rest.split()))


@given(messy)
def test_spaces_hold_nothing_that_can_be_read(text: str) -> None:
    for message in messages(text):
        for _, piece in message.pieces:
            if piece.kind == "space":
                assert not any("一" <= char <= "鿿" for char in piece.text) or set(
                    piece.text
                ) <= set("小区户室：: \n")
