import pytest

from logistics.exchange.household_book import HouseholdBook, compound_codes

CODES = {"HK-07-03-2-501": "h1", "HK-07-03-1-501": "h2", "HK-07-04-1-601": "h3"}
NAMES = [("HK-07", "春江花园三期", "Spring Garden"), ("HK-08", "采荷新村", "Lotus Village")]
BOOK = HouseholdBook(CODES, compound_codes(NAMES))


@pytest.mark.parametrize(
    "said",
    ["3幢2单元501", "3栋2单元501室", "3-2-501", "3#2-501", "三号楼二单元五零一", "３－２－５０１",
     "Building 3 Unit 2 Room 501", "3号楼2单元 501", "3棟2單元501室", "3幢2单元5楼501"],
)  # fmt: skip
def test_one_address_is_said_in_many_ways(said: str) -> None:
    assert BOOK.find(said, compound="hk-07") == ("HK-07-03-2-501", "h1")
    assert BOOK.find(said, compound="春江花园3期") == ("HK-07-03-2-501", "h1")


@pytest.mark.parametrize("code", ["HK-07-03-2-501", "hk-07-03-2-501", "HK-07-3-02-501"])
def test_codes_are_found_whatever_their_case_and_zeros(code: str) -> None:
    assert BOOK.find(code) == ("HK-07-03-2-501", "h1")


@pytest.mark.parametrize(
    "said",
    ["春江花园三期3-2-501", "春江花园3期三号楼二单元五零一", "hk-07 3-2-501",
     "Spring Garden, Building 3, Unit 2, Room 501", "3-2-501, Spring Garden"],
)  # fmt: skip
@pytest.mark.parametrize("compound", [None, "HK-08"])
def test_a_compound_in_the_address_goes_before_the_one_around_it(
    said: str, compound: str | None
) -> None:
    assert BOOK.find(said, compound=compound) == ("HK-07-03-2-501", "h1")


@pytest.mark.parametrize(
    ("said", "compound"),
    [
        ("3-2-501", None),  # in which compound?
        ("3-2-501", "HK-08"),
        ("春江花园3-2-501", "HK-07"),  # of which phase? the list's own compound does not decide
        ("3幢501", "HK-07"),  # two stairwells have a 501
        ("3幢2单元", "HK-07"),  # a stairwell is no household
        ("4幢底商601", "HK-07"),  # a shop is no flat
        ("9-9-999", "HK-07"),
        ("", "HK-07"),
    ],
)
def test_a_household_is_never_guessed(said: str, compound: str | None) -> None:
    assert BOOK.find(said, compound=compound) is None


def test_an_address_without_stairwell_is_found_where_only_one_fits() -> None:
    assert BOOK.find("4幢601", compound="HK-07") == ("HK-07-04-1-601", "h3")


def test_a_name_that_two_compounds_bear_is_neither_s() -> None:
    codes = compound_codes([*NAMES, ("HK-09", "采荷新村小区", "")])
    assert "采荷新村" not in codes
    assert codes["lotusvillage"] == "HK-08"
    assert codes["hk09"] == "HK-09"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("5-1-101", None),  # three households live there: which one?
        ("5幢101", None),
        ("5幢1单元101-2", "h5"),  # the second
        ("HK-07-05-1-101", "h4"),  # a code leaves no doubt
        ("HK-07-05-1-101.2", "h5"),
        ("5-1-102", "h7"),
        ("笕桥村12号", "h8"),  # a house that is one household
    ],
)
def test_households_that_share_a_room_are_told_apart(said: str, found: str | None) -> None:
    codes = CODES | {
        "HK-07-05-1-101": "h4", "HK-07-05-1-101.2": "h5", "HK-07-05-1-101.3": "h6",
        "HK-07-05-1-102": "h7", "HK-09-12-1-ALL": "h8",
    }  # fmt: skip
    book = HouseholdBook(codes, compound_codes([*NAMES, ("HK-09", "笕桥村", "")]))
    home = book.find(said, compound="HK-07")
    assert (home and home[1]) == found
