"""Messages as people write them, and what becomes of them."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.exchange.messages import Household, Reader, Reading
from logistics.exchange.messages.judge import REASONS, THRESHOLD, confidence
from logistics.exchange.messages.shipped import shipped_lexicon

HOME = "3-2-501 "


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(shipped_lexicon())


def lines(household: Household) -> list[tuple[str, str]]:
    return [
        (line.item.name_zh, f"{float(line.count):g}{line.unit}") for line in household.lines
    ]  # fmt: skip


def only(reading: Reading) -> Household:
    (household,) = reading.households
    return household


def codes(reading: Reading) -> list[str]:
    return [question.code for home in reading.households for question in home.questions]


def test_the_issue_s_own_message_is_understood(reader: Reader) -> None:
    reading = reader.read("3幢2单元501 王 青菜2斤 鸡蛋一板 五花肉1斤半 不要香菜")
    home = only(reading)
    assert (reading.outcome, reading.code) == ("accepted", None)
    assert (home.building, home.unit, home.room, home.surname) == ("3", "2", "501", "王")
    assert lines(home) == [("青菜", "2斤"), ("鸡蛋", "1板"), ("五花肉", "1.5斤")]
    assert (home.note, home.action) == ("不要香菜", "submit")


@pytest.mark.parametrize(
    ("said", "count", "unit"),
    [
        ("一斤半", "3/2", "斤"),
        ("半斤", "1/2", "斤"),
        ("二斤二两", "11/5", "斤"),
        ("一斤八", "9/5", "斤"),
        ("斤半", "3/2", "斤"),
        ("两斤半", "5/2", "斤"),
        ("２斤", "2", "斤"),
        ("½斤", "1/2", "斤"),
        ("1/2斤", "1/2", "斤"),
        ("2公斤", "2", "kg"),
        ("500克", "500", "g"),
        ("二两", "2", "两"),
        ("廿斤", "20", "斤"),
        ("x2斤", "2", "斤"),
        ("2.5斤", "5/2", "斤"),
        ("两 斤", "2", "斤"),
    ],
)
def test_amounts_stay_in_the_unit_that_was_said(
    reader: Reader, said: str, count: str, unit: str
) -> None:
    for text in (f"土豆{said}", f"土豆 {said}"):
        (line,) = only(reader.read(HOME + text)).lines
        assert (line.count, line.unit) == (Fraction(count), unit)


@pytest.mark.parametrize(
    "said",
    [
        "土豆2-3斤",
        "土豆两三斤",
        "十来个苹果",
        "青菜几斤",
        "来点青菜",
        "50块钱的菜",
        "排骨20元",
        "土豆9999斤",
        "青菜2升",
        "苹果或梨2斤",
        "红毛丹糖2斤",
        "+1",
        "跟楼上一样",
        "青菜",
        "2斤",
        "肉2斤",
        "青菜2",
        "500g牛腩2份",
        "土豆0斤",
    ],
)
def test_what_is_not_clear_is_asked_and_never_bought(reader: Reader, said: str) -> None:
    reading = reader.read(HOME + said)
    assert reading.outcome == "needs_review"
    assert reading.code is not None
    assert only(reading).lines == ()


@pytest.mark.parametrize(
    ("said", "action", "wanted", "changes"),
    [
        ("土豆改成3斤", "amend", [("土豆", "3斤")], ["set"]),
        ("不要鸡蛋了", "amend", [("鸡蛋", "0个")], ["remove"]),
        ("鸡蛋不要了", "amend", [("鸡蛋", "0个")], ["remove"]),
        ("青菜多加一斤", "amend", [("青菜", "1斤")], ["add"]),
        ("再来一板鸡蛋", "amend", [("鸡蛋", "1板")], ["add"]),
        ("鸡蛋换成鸭蛋10个", "amend", [("鸡蛋", "0个"), ("鸭蛋", "10个")], ["remove", "set"]),
        ("取消订单", "cancel", [], []),
        ("都不要了", "cancel", [], []),
        ("土豆2斤 鸡蛋一板，土豆改成3斤", "submit", [("土豆", "3斤"), ("鸡蛋", "1板")],
         ["set", "set"]),  # in one message it is no change of an earlier list
        ("土豆2斤 鸡蛋一板，鸡蛋不要了", "submit", [("土豆", "2斤")], ["set"]),
    ],
)  # fmt: skip
def test_corrections_say_what_changes(
    reader: Reader, said: str, action: str, wanted: list[tuple[str, str]], changes: list[str]
) -> None:
    reading = reader.read(HOME + said)
    home = only(reading)
    assert (reading.outcome, home.action, lines(home)) == ("accepted", action, wanted)
    assert [line.change for line in home.lines] == changes


@pytest.mark.parametrize(
    "said", ["收到 谢谢", "几点截单？", "有没有鸡蛋？", "好的👌", "鸡蛋多少钱一板"]
)
def test_talk_is_no_order(reader: Reader, said: str) -> None:
    reading = reader.read(said)
    assert (reading.outcome, reading.code) == ("rejected", "message.not-an-order")


def test_goods_without_a_household_wait_for_one(reader: Reader) -> None:
    reading = reader.read("青菜2斤")
    assert (reading.outcome, reading.code) == ("needs_review", "household.missing")
    assert lines(only(reading)) == [("青菜", "2斤")]


def test_a_sign_up_takes_the_building_from_its_heading(reader: Reader) -> None:
    reading = reader.read(
        "#接龙 3幢2单元 今晚8点截止\n例 101 青菜1斤\n1. 501 王 青菜2斤\n2. 502 土豆3斤"
    )
    assert [(h.building, h.unit, h.room) for h in reading.households] == [
        ("3", "2", "501"), ("3", "2", "502"),
    ]  # fmt: skip
    assert [lines(h) for h in reading.households] == [[("青菜", "2斤")], [("土豆", "3斤")]]


def test_a_pasted_sign_up_counts_each_row_once(reader: Reader) -> None:
    row = "1. 3-2-501 青菜2斤\n"
    reading = reader.read(f"#接龙\n{row}#接龙\n{row}2. 3-2-502 土豆3斤")
    assert [h.room for h in reading.households] == ["501", "502"]
    changed = reader.read(f"#接龙\n{row}1. 3-2-501 青菜3斤")
    assert codes(changed) == ["household.twice"]


def test_brackets_and_sizes_become_the_line_s_note(reader: Reader) -> None:
    home = only(reader.read(HOME + "五花肉1斤半(切片) 5L花生油1桶 葱1把要小的"))
    assert [(line.item.name_zh, line.note) for line in home.lines] == [
        ("五花肉", "切片"), ("花生油", "5L"), ("小葱", "小的"),
    ]  # fmt: skip


def test_allergies_and_doors_are_notes_of_the_order(reader: Reader) -> None:
    home = only(reader.read(HOME + "青菜2斤 花生过敏 放门口 13812345678"))
    assert lines(home) == [("青菜", "2斤")]
    assert home.note == "花生过敏；放门口"


def test_confidence_is_the_published_table_s_sum() -> None:
    assert confidence(["brand", "much"]) == pytest.approx(1 - REASONS["brand"] - REASONS["much"])
    assert confidence(["unknown-before"]) < THRESHOLD < confidence(["misspelling", "brand"])


def test_a_line_below_the_threshold_waits(reader: Reader) -> None:
    strict = Reader(reader.lexicon, threshold=0.99)
    text = HOME + "蒙牛纯牛奶一箱"
    assert reader.read(text).outcome == "accepted"
    assert codes(strict.read(text)) == ["line.unsure"]


def test_the_same_message_is_always_read_the_same(reader: Reader) -> None:
    text = HOME + "土豆 2斤 苹果，来点水果 🥚×2板"
    assert reader.read(text) == Reader(shipped_lexicon()).read(text)


WORDS = [
    "土豆", "2斤", "鸡蛋", "一板", "半", "3-2-501", "3幢2单元", "王", "不要", "香菜", "，",
    "#接龙", "1.", "🥚", "×", "-", "kg", "potato", "５", "十", "两", "例", "(", ")", "+1",
    "改成", "换成", "了", "各", "再来", "过敏", "放门口", "有没有", "？", "50块", "红毛丹",
    "的话", "或", "都不要了", "切片", "蒙牛", "dozen", "\u200b", "\u202e", "①",
]  # fmt: skip
messy = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from([*WORDS, " ", "\n"]), max_size=14).map("".join),
)


@given(messy)
def test_the_pieces_are_the_message(text: str) -> None:
    reading = Reader(shipped_lexicon()).read(text)
    assert "".join(piece.text for piece in reading.pieces) == text


@given(messy)
def test_marks_hold_no_number_and_no_goods(text: str) -> None:
    lexicon = shipped_lexicon()
    for piece in Reader(lexicon).read(text).pieces:
        if piece.role == "mark":
            assert not any(char.isdigit() and char.isascii() for char in piece.text)
            goods = lexicon.goods(piece.text)
            assert goods is None or goods.how in ("picture", "open")


@given(messy)
def test_an_accepted_message_has_no_question_and_sure_lines(text: str) -> None:
    reading = Reader(shipped_lexicon()).read(text)
    if reading.outcome == "accepted":
        for home in reading.households:
            assert home.questions == ()
            assert all(line.confidence >= THRESHOLD for line in home.lines)
            assert home.building
            assert home.room
    for home in reading.households:
        for line in home.lines:
            assert line.count > 0 or line.change == "remove"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["土豆", "西红柿", "牛肉", "苹果", "洋葱"]),
            st.integers(1, 4),
            st.sampled_from(["斤", "公斤"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[0],
    ),
    st.sampled_from(["", " ", "，", "、", "\n", "；"]),
)
def test_every_way_of_listing_is_read_alike(
    rows: list[tuple[str, int, str, bool]], gap: str
) -> None:
    text = gap.join(
        f"{count}{unit}{item}" if rows[0][3] else f"{item}{count}{unit}"
        for item, count, unit, _ in rows
    )
    (home,) = Reader(shipped_lexicon()).read(HOME + text).households
    units = {"斤": "斤", "公斤": "kg"}
    assert [(line.item.name_zh, line.count, line.unit) for line in home.lines] == [
        (item, count, units[unit]) for item, count, unit, _ in rows
    ]


def test_every_reason_is_published() -> None:
    page = (Path(__file__).parents[4] / "docs" / "messages.md").read_text(encoding="utf-8")
    assert [reason for reason in REASONS if f"`{reason}`" not in page] == []
