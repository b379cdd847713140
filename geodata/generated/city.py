"""A city: as many subdistricts side by side as are asked for, each an ordinary district."""

import math
from collections.abc import Iterator

from geodata.district import District, DistrictUnreadable
from geodata.generated.canvas import PREFIX, Spot
from geodata.generated.making import generate_district

SUBDISTRICTS = 100
"""Of a thousand stairwells each: the city among the reference sizes of the field."""
MOST_SUBDISTRICTS = 999
PITCH_M = 3200.0
"""From one corner to the next: no subdistrict is wider, however it is bent and turned."""


def generate_city(
    seed: int, *, subdistricts: int = SUBDISTRICTS, name: str = "合成街道"
) -> Iterator[District]:
    """Make up the subdistricts of a city, one at a time, so that only one is in memory.

    Open country lies between them: each is a district of its own, whose streets lead to no
    other. A subdistrict is the same however many are asked for.

    Parameters
    ----------
    name
        Of each subdistrict, before its number.

    Raises
    ------
    DistrictUnreadable
        If there are to be none, or more than have codes.
    """
    if not 1 <= subdistricts <= MOST_SUBDISTRICTS:
        raise DistrictUnreadable(
            "district.subdistricts-refused",
            value=subdistricts,
            mend=f"ask for 1 to {MOST_SUBDISTRICTS}",
        )
    return (_subdistrict(seed, number, name) for number in range(1, subdistricts + 1))


def _subdistrict(seed: int, number: int, name: str) -> District:
    return generate_district(
        "subdistrict",
        seed * (MOST_SUBDISTRICTS + 1) + number,
        f"{name} {number:03d}",
        prefix=f"{PREFIX}{number:03d}",
        shift_m=_corner(number - 1),
    )


def _corner(place: int) -> Spot:
    """Give a place on a grid that grows by one column and one row at a time."""
    column = math.isqrt(place)
    row = place - column**2
    if row > column:
        column, row = 2 * column - row, column
    return (column * PITCH_M, row * PITCH_M)
