import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.addresses import Address, find, parse


def read(text: str) -> Address | None:
    parsed = parse(text)
    return parsed.address if parsed else None


@pytest.mark.parametrize(
    "said",
    [
        "3幢2单元501",
        "3-2-501",
        "3#2-501",
        "3#-2-501",
        "三号楼二单元五零一",
        "3栋二单元501室",
        "3号楼2门501",
        "3楼2单元501",  # 楼 before a unit is a building
        "3幢2楼道501户",
        "３幢２单元５０１",
        "３－２－５０１",
        "3棟2單元501室",
        "三號樓二單元五〇一",
        "3.2.501",
        "3/2/501",
        "3 2 501",
        "3—2—501",
        "3~2~501",
        "3幢-2单元-501室",
        " 3 幢 2 单元 501 室 ",
        "03-02-501",
        "Building 3 Unit 2 Room 501",
        "bldg. 3, stairwell 2, flat 501",
        "Room 501, Unit 2, Building 3",
    ],
)
def test_one_flat_is_said_in_many_ways(said: str) -> None:
    assert read(said) == Address(building="3", unit="2", room="501")


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("3号楼501", Address(building="3", room="501")),
        ("3幢2单元501A", Address(building="3", unit="2", room="501A")),
        ("３幢２单元５０１ａ", Address(building="3", unit="2", room="501A")),
        ("3幢2单元甲室", Address(building="3", unit="2", room="甲")),
        ("3幢2单元501-2室", Address(building="3", unit="2", room="501-2")),  # let by rooms
        ("3幢2单元5楼501", Address(building="3", unit="2", floor="5", room="501")),
        ("3幢负一层", Address(building="3", floor="B1")),
        ("A座1203", Address(building="A", room="1203")),
        ("Tower A 1203", Address(building="A", room="1203")),
        ("东座1203室", Address(building="东", room="1203")),
        ("一百零三幢501", Address(building="103", room="501")),
        ("十二幢一单元1201", Address(building="12", unit="1", room="1201")),
        ("3幢2单元", Address(building="3", unit="2")),
        ("底商12号", Address(kind="shop", room="12")),
        ("3幢底商12号", Address(kind="shop", building="3", room="12")),
        ("车库3", Address(kind="garage", room="3")),
        ("3幢2单元地下室", Address(kind="cellar", building="3", unit="2")),
        ("春江花园门卫室", Address(kind="lodge", compound="春江花园")),
    ],
)
def test_flats_towers_and_odd_places(said: str, address: Address) -> None:
    assert read(said) == address


@pytest.mark.parametrize(
    ("said", "address"),
    [
        (
            "笕桥村12号 3楼302房",
            Address(kind="house", compound="笕桥村", building="12", floor="3", room="302"),
        ),
        ("12号后屋2室", Address(kind="house", building="12", room="后屋2")),
        ("12号后屋二室", Address(kind="house", building="12", room="后屋2")),
        ("李家12号东间", Address(kind="house", compound="李家", building="12", room="东间")),
        ("笕桥村十二号", Address(kind="house", compound="笕桥村", building="12")),
        (
            "凯旋路123弄4号501室",
            Address(kind="house", compound="凯旋路123弄", building="4", room="501"),
        ),
        ("House 12, Room 3", Address(kind="house", building="12", room="3")),
    ],
)
def test_houses_of_villages_and_lanes(said: str, address: Address) -> None:
    assert read(said) == address


@pytest.mark.parametrize(
    ("said", "compound"),
    [
        ("春江花园3-2-501", "春江花园"),
        ("春江花园三期3-2-501", "春江花园三期"),
        ("春江花园三期三号楼二单元五零一", "春江花园三期"),
        ("春江花园，3幢2单元501", "春江花园"),
        ("翠苑一区3幢2单元501", "翠苑一区"),
        ("三里亭三幢二单元501", "三里亭"),  # 三 begins the name too
        ("文三路12号3幢2单元501", "文三路12号"),
        ("春江花园B区3-2-501", "春江花园B区"),
        ("Mannerheimintie 18 3幢2单元501", "Mannerheimintie 18"),
        ("Spring Garden, Building 3, Unit 2, Room 501", "Spring Garden"),
        ("3-2-501, Spring Garden", "Spring Garden"),
        ("Flat 501, Unit 2, Building 3, Spring Garden", "Spring Garden"),
        ("KX-07-03-2-501", "KX-07"),
        ("hk-07-3-02-501", "HK-07"),
        ("SY-01-03-2-501", "SY-01"),
        ("HK-07 3-2-501", "HK-07"),
    ],
)
def test_names_and_codes_in_front_are_the_compound(said: str, compound: str) -> None:
    assert read(said) == Address(compound=compound, building="3", unit="2", room="501")


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ("3-2-2022", "may-be-date"),
        ("22-4-13", "may-be-date"),
        ("3-2", "unit-or-room"),
        ("3幢2", "unit-or-room"),
        ("3-501", "building-or-unit"),
        ("KX-07-03-2", "stairwell-or-room"),
        ("3幢2单元4楼501", "floor-and-room-differ"),
    ],
)
def test_what_could_be_read_otherwise_is_told(said: str, doubt: str) -> None:
    parsed = parse(said)
    assert parsed is not None
    assert parsed.ambiguities == (doubt,)


@pytest.mark.parametrize("said", ["3-2-501", "3-2-2008室", "3幢2", "3幢2室"])
def test_what_is_closed_by_its_word_is_no_date(said: str) -> None:
    parsed = parse(said)
    assert parsed is not None
    assert "may-be-date" not in parsed.ambiguities


@pytest.mark.parametrize(
    "said",
    ["", " ", "你好", "土豆2斤", "土豆2斤 3-2-501", "13812345678", "138-1234-5678", "3-2-501-6-7",
     "十二幢一单元十二零一", "3.5", "501", "底商", "0571-88123456", "x" * 300],
)  # fmt: skip
def test_other_texts_are_no_addresses(said: str) -> None:
    assert parse(said) is None


def test_spans_show_where_each_part_stands() -> None:
    text = "  春江花园 ３棟2單元 501A 室 "
    parsed = parse(text)
    assert parsed is not None
    said = {part: text[start:end] for part, (start, end) in parsed.spans.items()}
    assert said == {"compound": "春江花园", "building": "３", "unit": "2", "room": "501A"}
    assert text[parsed.start : parsed.end] == parsed.said == text.strip()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("1. 3-2-501 土豆2斤", "3-2-501"),
        ("1.3-2-501 土豆2斤", "3-2-501"),
        ("12、3幢2单元501 王 青菜", "3幢2单元501"),
        ("你好我是春江花园3-2-501 要土豆2斤", "春江花园3-2-501"),
        ("我住在春江花园三期3幢2单元501，要3-2 斤", "春江花园三期3幢2单元501"),
        ("HK-07 3-2-501 土豆", "HK-07 3-2-501"),
        ("KX-07-03-2-501 土豆2斤 3-2-502", "KX-07-03-2-501"),
        ("电话13812345678，3-2-501，土豆2斤", "3-2-501"),
        ("2022-4-13 3-2-501", "3-2-501"),
        ("3-2-501两个鸡蛋", "3-2-501"),
        ("3-2-501元宵2袋", "3-2-501"),
        ("3-2-501月饼1盒", "3-2-501"),
        ("笕桥村12号3楼302房 大米一袋", "笕桥村12号3楼302房"),
        ("李家12号东间 土豆2斤", "李家12号东间"),
        ("12号后屋2室 大米", "12号后屋2室"),
        ("底商12号 矿泉水2箱", "底商12号"),
        ("A座1203 大米", "A座1203"),
        ("Room 501, Unit 2, Building 3 please 2kg potatoes", "Room 501, Unit 2, Building 3"),
    ],
)
def test_the_first_address_is_found_in_a_message(message: str, said: str) -> None:
    found = find(message)
    assert found is not None
    assert found.said == said


@pytest.mark.parametrize(
    "message",
    [
        "2022-4-13 土豆2斤",
        "11-24-2026 土豆",
        "24/11/2026 大米",
        "22-4-13 发的",
        "电话 0571-88-3-21",
        "电话 88-12-345",
        "热线 400-82-12345",
        "138-1234-5678",
        "土豆 3-2 斤",
        "土豆2-3斤 3-4盒",
        "价格1-2-300元",
        "￥3-2-501",
        "1-2-500克",
        "11月12号3楼见",
        "3幢2斤土豆",
        "3幢 2个人",
        "5号电池1盒 84消毒液 1瓶",
        "版本1.2.3",
        "土豆2斤",
        "3幢有人吗",
    ],
)
def test_dates_numbers_prices_and_amounts_are_passed_over(message: str) -> None:
    assert find(message) is None


def test_known_names_are_taken_with_the_address() -> None:
    found = find("送采荷3-2-501", names=["采荷", "荷"])
    assert found is not None
    assert (found.said, found.address.compound) == ("采荷3-2-501", "采荷")
    alone = find("送采荷3-2-501")
    assert alone is not None
    assert alone.said == "3-2-501"


SAID = (
    "春江花园 三期 3幢 2单元 501室 3-2-501 KX-07-03-2-501 １２号 后屋 东间 三 十 百 - # . / ，"
    " 斤 土豆 Building Room Unit 3 底商 A座 棟 號樓 13812345678 11-24-2026 元 负一层"
    " 5楼 no. 甲 HK-07 🥚"
)
WORDS = st.sampled_from([*SAID.split(), " ", "\n", "\u3000"])
messy = st.one_of(
    st.text(max_size=60),
    st.lists(WORDS, max_size=12).map("".join),
    st.lists(WORDS, max_size=12).map(" ".join),
)


@given(messy)
def test_no_text_breaks_reading_and_spans_stay_within(text: str) -> None:
    for parsed in (parse(text), find(text), find(text, names=["土豆", "园"])):
        if parsed is None:
            continue
        assert text[parsed.start : parsed.end] == parsed.said
        assert parsed.said == parsed.said.strip()
        for part, (start, end) in parsed.spans.items():
            assert parsed.start <= start < end <= parsed.end
            assert getattr(parsed.address, part)


@given(messy)
def test_what_is_found_reads_the_same_on_its_own(text: str) -> None:
    found = find(text)
    if found is not None:
        alone = parse(found.said)
        assert alone is not None
        assert alone.address == found.address
        assert found.address.room


@pytest.mark.parametrize(
    "text", ["3-" * 5000, "幢" * 5000, "春" * 5000, "1 " * 5000, "三" * 5000, "Building " * 900]
)
def test_hostile_texts_take_no_time(text: str) -> None:
    assert find(text) is None
    assert parse(text) is None
