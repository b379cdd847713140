import pytest

from logistics.domain.addresses import Address, HouseholdBook, find_address, read_address

BOOK = HouseholdBook({"HK-07-03-2-501": "h1", "HK-07-03-1-501": "h2", "HK-07-04-1-601": "h3"})


@pytest.mark.parametrize(
    "said",
    ["3幢2单元501", "3栋2单元501室", "3-2-501", "3#2-501", "三号楼二单元五零一", "３－２－５０１",
     "Building 3 Unit 2 Room 501", "3号楼2单元 501"],
)  # fmt: skip
def test_one_address_is_said_in_many_ways(said: str) -> None:
    assert read_address(said) == Address(None, "3", "2", "501")
    assert BOOK.find(said, compound="hk-07") == ("HK-07-03-2-501", "h1")


@pytest.mark.parametrize("code", ["HK-07-03-2-501", "hk-07-03-2-501", "HK-07-3-02-501"])
def test_codes_are_found_whatever_their_case_and_zeros(code: str) -> None:
    assert BOOK.find(code) == ("HK-07-03-2-501", "h1")


@pytest.mark.parametrize(
    ("said", "compound"),
    [
        ("3-2-501", None),  # in which compound?
        ("3-2-501", "HK-08"),
        ("3幢501", "HK-07"),  # two stairwells have a 501
        ("9-9-999", "HK-07"),
        ("", "HK-07"),
    ],
)
def test_a_household_is_never_guessed(said: str, compound: str | None) -> None:
    assert BOOK.find(said, compound=compound) is None


def test_an_address_without_stairwell_is_found_where_only_one_fits() -> None:
    assert BOOK.find("4幢601", compound="HK-07") == ("HK-07-04-1-601", "h3")


def test_tens_are_read_in_chinese_numerals() -> None:
    assert read_address("十二幢一单元十二零一") is None
    assert read_address("十二幢一单元1201") == Address(None, "12", "1", "1201")


@pytest.mark.parametrize("text", ["2022-4-13 土豆2斤", "电话 0571-88-3-21", "土豆2斤"])
def test_dates_and_numbers_are_no_addresses(text: str) -> None:
    assert find_address(text) is None
