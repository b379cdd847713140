from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.addresses import Address, Style, format_address, normalise, parse, style_of
from geodata.addresses.address import AddressInvalid

STYLES = [
    Style(form=form, building=building, unit=unit)
    for form in ("words", "dash", "en")
    for building in Style.BUILDINGS
    for unit in Style.UNITS
]
styles = st.sampled_from(STYLES)


def numbers(most: int) -> st.SearchStrategy[str]:
    return st.integers(1, most).map(str)


letters = st.sampled_from("ABCDEFGHJK")
sides = st.sampled_from("甲乙丙丁东西南北中")
stems = st.text(alphabet="春江花采荷翠清和兰湖景云栖三里亭十五", min_size=1, max_size=4)
kinds_of_estate = st.sampled_from(
    ["花园", "新村", "苑", "公寓", "家园三期", "2期", "B区", "村", "路123弄"]
)
compounds = st.one_of(
    st.just(""),
    st.builds(str.__add__, stems, kinds_of_estate),
    st.sampled_from(["HK-07", "KX-12", "Spring Garden", "Mannerheimintie 18", "Lotus Village"]),
)
buildings = st.one_of(numbers(999), letters, sides, st.builds(str.__add__, numbers(99), letters))
units = st.one_of(st.just(""), numbers(29), letters, sides)
floors = st.one_of(st.just(""), numbers(60), st.sampled_from(["B1", "B2"]))
flats = st.one_of(
    numbers(99999), letters, sides,
    st.builds(str.__add__, numbers(3999), letters),
    st.builds("{}-{}".format, st.integers(100, 3999), st.integers(1, 9)),
    st.sampled_from(["东间", "后屋", "后屋2", "西厢房", "大套"]),
)  # fmt: skip
addresses = st.one_of(
    st.builds(
        Address, compound=compounds, building=buildings, unit=units, floor=floors,
        room=st.one_of(st.just(""), flats),
    ),
    st.builds(
        Address, kind=st.just("house"), compound=compounds, building=numbers(999),
        floor=floors, room=st.one_of(st.just(""), flats),
    ),
    st.builds(
        Address, kind=st.sampled_from(["shop", "garage", "cellar", "lodge"]), compound=compounds,
        building=st.one_of(st.just(""), buildings), room=numbers(999),
    ),
    st.builds(
        Address, kind=st.just("lodge"), compound=compounds.filter(bool),
    ),
)  # fmt: skip


@given(address=addresses, style=styles)
def test_reading_what_is_printed_gives_the_address_again(address: Address, style: Style) -> None:
    parsed = parse(format_address(address, style))
    assert parsed is not None
    assert parsed.address == address


@given(address=addresses, said=styles, style=styles)
def test_normalising_is_done_once_and_for_all(address: Address, said: Style, style: Style) -> None:
    once = normalise(format_address(address, said), style)
    assert once is not None
    assert normalise(once, style) == once == format_address(address, style)


SAID = (
    "春江花园 三期 三 十 3幢 4號樓 二单元 2門 5楼 501室 五零一 3-2 -501 3#2 .2.501 KX-07 １２号"
    " 底商 A座 甲室"
)
said_parts = st.sampled_from(SAID.split())


@given(parts=st.lists(said_parts, min_size=1, max_size=5), style=styles)
def test_whatever_is_said_normalises_once_and_for_all(parts: list[str], style: Style) -> None:
    once = normalise("".join(parts), style)
    assert once is None or normalise(once, style) == once


@pytest.mark.parametrize(
    ("style", "printed"),
    [
        (Style(), "春江花园3幢2单元501室"),
        (Style(building="号楼", unit="门"), "春江花园3号楼2门501室"),
        (Style(building="栋", unit="楼道"), "春江花园3栋2楼道501室"),
        (Style(form="dash"), "春江花园3-2-501"),
        (Style(form="en"), "春江花园, Building 3, Unit 2, Room 501"),
    ],
)
def test_one_address_is_printed_in_each_style(style: Style, printed: str) -> None:
    assert normalise("春江花园三號樓二單元五零一", style) == printed


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("A座1203", "A座1203室"),  # letters are towers in every style
        ("笕桥村12号 3楼302房", "笕桥村12号3楼302室"),
        ("12号后屋2室", "12号后屋2室"),
        ("李家12号东间", "李家12号东间"),
        ("3幢底商12", "3幢底商12号"),
        ("Mannerheimintie 18 3幢", "Mannerheimintie 18 3幢"),
    ],
)
def test_words_are_those_that_people_say(said: str, printed: str) -> None:
    assert normalise(said) == printed


def test_no_address_is_not_printed() -> None:
    assert normalise("土豆2斤") is None


@dataclass(frozen=True)
class Named:
    kind: str
    name_zh: str


def test_a_district_s_style_is_what_most_of_its_places_use() -> None:
    places = [
        Named("building", "春江花园3号楼"),
        Named("building", "春江花园4号楼"),
        Named("building", "采荷新村1幢"),
        Named("stairwell", "春江花园3号楼2门"),
        Named("gate", "东门"),
    ]
    assert style_of(places) == Style(building="号楼", unit="门")
    assert style_of([]) == Style()


@pytest.mark.parametrize(
    "parts",
    [{"building": "03"}, {"building": "三"}, {"unit": "x"}, {"room": "5 01"}, {"compound": " 村"}],
)
def test_an_address_that_exists_is_well_written(parts: dict[str, str]) -> None:
    with pytest.raises(AddressInvalid) as refused:
        Address(**parts)
    assert refused.value.facts["part"] in parts


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(AddressInvalid, match="号楼"):
        Style(building="楼")
