import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.ids import new_id

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=60_000)).map(lambda since: FIRST + since)


@given(MOMENTS)
def test_an_id_is_a_prefix_and_25_characters_that_cannot_be_misread(at: datetime) -> None:
    assert re.fullmatch(r"li_[0-9a-hjkmnp-tv-z]{25}", new_id("li", at))


@given(MOMENTS, st.integers(min_value=1, max_value=10**9))
def test_ids_are_sorted_by_their_millisecond(at: datetime, later_ms: int) -> None:
    assert new_id("li", at) < new_id("li", at + timedelta(milliseconds=later_ms + 1))


def test_ids_of_one_moment_differ() -> None:
    at = datetime(2026, 11, 29, tzinfo=UTC)
    made = {new_id("li", at) for _ in range(2000)}
    assert len(made) == 2000
    assert all(len({one[n] for one in made}) > 8 for n in range(12, 28))  # all of it is by chance
