from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.bags import Fragility
from logistics.domain.custody import BagState
from logistics.domain.ids import ALPHABET
from logistics.domain.packing_events import (
    PackingKind,
    compare,
    fragility_of,
    goes_on,
    new_token,
    new_tokens,
    read_token,
)


def test_tokens_are_long_and_all_different() -> None:
    made = new_tokens(f"b{n}" for n in range(2000))
    assert len(set(made.values())) == 2000
    assert {len(token) for token in made.values()} == {19}  # what the smallest QR holds, level M


def test_a_token_says_nothing_of_its_bag() -> None:
    assert not {new_token() for _ in range(50)} & {new_token() for _ in range(50)}


@given(place=st.integers(2, 17), other=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(place: int, other: str) -> None:
    token = new_token()
    wrong = token[:place] + other.upper() + token[place + 1 :]
    # the weights of the check count modulo 31: one of the alphabet's 32 characters is like 0
    same = ALPHABET.index(other) % 31 == ALPHABET.index(token[place].lower()) % 31
    assert read_token(wrong) == (wrong if same else None)


def test_a_scanner_may_add_spaces_and_small_letters() -> None:
    token = new_token()
    assert read_token(f" {token.lower()}\n") == token


@pytest.mark.parametrize(
    "said", ["", "B:", "001-3", "B:short", "CXMNKP7E1288RJKZN", "B:" + "!" * 17]
)
def test_what_is_no_token_is_none(said: str) -> None:
    assert read_token(said) is None


@pytest.mark.parametrize(
    ("state", "kind", "becomes"),
    [
        ("planned", "pack", "packing"),
        ("planned", "stage", "staged"),  # sealing is implied
        ("packing", "seal", "sealed"),
        ("sealed", "seal", None),
        ("staged", "pack", None),  # late
        ("loaded", "stage", None),  # it has left
        ("planned", "check", None),  # says nothing of how far it is
    ],
)
def test_a_bag_only_goes_on(state: str, kind: str, becomes: str | None) -> None:
    found = goes_on(BagState(state), PackingKind(kind))
    assert (found.value if found else None) == becomes


@pytest.mark.parametrize(
    ("category", "fragile", "is_"),
    [
        ("egg", False, Fragility.FRAGILE),
        ("staple", True, Fragility.FRAGILE),  # the catalogue knows better
        ("fruit", False, Fragility.FIRM),
        ("oil", False, Fragility.STURDY),
    ],
)
def test_what_a_thing_bears_follows_its_mark_and_its_category(
    category: str, fragile: object, is_: Fragility
) -> None:
    assert fragility_of(category, fragile=bool(fragile)) is is_


@pytest.mark.parametrize(
    ("expected", "found", "rows"),
    [
        ({"a": 2}, {"a": 2}, (("a", 2, 2),)),
        ({"a": 2, "b": 1}, {"b": 1}, (("a", 2, 0), ("b", 1, 1))),
        ({"a": 2}, {"c": 1}, (("a", 2, 0), ("c", 0, 1))),
    ],
)
def test_what_is_counted_stands_beside_what_should_be_there(
    expected: Mapping[str, int], found: Mapping[str, int], rows: tuple[tuple[str, int, int], ...]
) -> None:
    assert compare(expected, found) == rows
