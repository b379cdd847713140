from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.pick_lists import aisle_key, shared_out


def test_aisles_are_walked_as_people_count_them() -> None:
    assert sorted(["A-10", "10", "", "2", "A-2", "B"], key=aisle_key) == [
        "2", "10", "A-2", "A-10", "B", "",
    ]  # fmt: skip


def test_an_aisle_stays_with_one_buyer_where_that_is_near_the_even_share() -> None:
    assert shared_out(["1"] * 5 + ["2"] * 4 + ["3"] * 3, 2) == [1] * 5 + [2] * 7


def test_a_long_aisle_is_cut() -> None:
    assert shared_out([""] * 9, 3) == [1, 1, 1, 2, 2, 2, 3, 3, 3]


@given(runs=st.lists(st.integers(1, 9), max_size=8), buyers=st.integers(0, 5))
def test_everybody_gets_a_stretch_and_a_fair_share(runs: list[int], buyers: int) -> None:
    aisles = [str(n) for n, length in enumerate(runs) for _ in range(length)]
    dealt = shared_out(aisles, buyers)
    assert len(dealt) == len(aisles)
    assert dealt == sorted(dealt)
    people = max(1, min(buyers, len(aisles)))
    assert set(dealt) <= set(range(1, people + 1))
    share = len(aisles) / people
    for number in set(dealt):
        assert dealt.count(number) <= 1.5 * share + 1
