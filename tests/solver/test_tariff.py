import numpy as np
import pytest

from solver.problem import IntMatrix, Matrix
from solver.tariff import hundredths, priced_by_time


def matrix(cost: IntMatrix, duration: IntMatrix) -> Matrix:
    return Matrix(duration_s=duration, distance_m=duration, cost=cost)


def test_costs_are_time_where_they_say_the_same() -> None:
    one = np.arange(9, dtype=np.int64).reshape(3, 3)
    assert priced_by_time(matrix(one, one))
    assert priced_by_time(matrix(one.copy(), one))
    assert not priced_by_time(matrix(one + 1, one))


def test_a_matrix_that_changes_is_looked_at_again() -> None:
    one = np.zeros((2, 2), dtype=np.int64)
    other = one.copy()
    assert priced_by_time(matrix(other, one))
    other[0, 1] = 5
    assert not priced_by_time(matrix(other, one))


def test_matrices_that_are_gone_are_not_taken_for_new_ones() -> None:
    for n in range(200):
        one = np.full((2, 2), n, dtype=np.int64)
        other = one + n % 2
        one.setflags(write=False)
        other.setflags(write=False)
        for _ in range(2):
            assert priced_by_time(matrix(other, one)) == (n % 2 == 0)


@pytest.mark.parametrize(
    ("duration", "factor", "expected"),
    [
        (100, 1.0, 10_000),
        (100, 2.0, 5_000),
        (1, 1.6, 63),  # 62.5, halves up
        (7, 0.3, 7 * 333),  # two digits
        (9, 5.0, 180),
    ],
)
def test_vroom_s_hundredths_have_two_digits_of_the_factor(
    duration: int, factor: float, expected: int
) -> None:
    assert hundredths(duration, factor) == expected
