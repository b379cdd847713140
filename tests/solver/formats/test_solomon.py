"""Solomon's text format, and Gehring and Homberger's, which is the same."""

import pytest

from solver.formats.faults import ProblemInvalid
from solver.formats.solomon import read_solomon

SMALL = """\
T101

VEHICLE
NUMBER     CAPACITY
  3         20

CUSTOMER
CUST NO.  XCOORD.  YCOORD.  DEMAND  READY TIME  DUE DATE  SERVICE TIME

    0      0         0         0          0        200          0
    1      1         1        10          5        100         10
    2      3         4         7          0        150         10
"""


def faults(text: str) -> dict[str, str]:
    with pytest.raises(ProblemInvalid) as refused:
        read_solomon(text)
    return {fault.path: fault.code for fault in refused.value.faults}


def test_customers_become_jobs_in_tenths() -> None:
    problem = read_solomon(SMALL)
    first = problem.jobs[0]
    assert (first.id, first.location, first.delivery, first.service_s) == (1, 1, (10,), 100)
    assert first.windows == ((50, 1000),)
    assert problem.matrices["car"].duration_s[0, 1] == 14  # 1.414…, cut to one decimal
    assert problem.cost_scale == 10


def test_vehicles_keep_the_depot_s_hours() -> None:
    vehicles = read_solomon(SMALL).vehicles
    assert [v.id for v in vehicles] == [1, 2, 3]
    assert {(v.start, v.end, v.capacity, v.window, v.fixed_cost) for v in vehicles} == {
        (0, 0, (20,), (0, 2000), 0)
    }


def test_fewer_vehicles_can_come_first() -> None:
    problem = read_solomon(SMALL, rounding="double", fewest_vehicles=True)
    longest = int(problem.matrices["car"].cost.max()) * (3 + 3)
    assert {v.fixed_cost for v in problem.vehicles} == {1_000_000}
    assert longest < 1_000_000


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ("VEHICLE\n", "", "VEHICLE", "section.missing"),
        ("  3         20", "  3", "line 5", "row.width"),
        ("  3         20", "  0         20", "line 5", "number.too-small"),
        ("CUSTOMER\n", "", "CUSTOMER", "section.missing"),
        ("150         10", "150", "line 12", "row.width"),
        ("150         10", "150       soon", "line 12", "value.type"),
        ("    2      3", "    5      3", "line 12", "row.order"),
        ("         5        100", "         5          4", "line 11", "window.reversed"),
        ("      10          5", "      -1          5", "customer 1", "number.negative"),
        ("      10          5", "     1.5          5", "line 11", "number.not-integer"),
        ("    2      3         4         7          0        150         10\n", "", "", ""),
    ],
)
def test_a_fault_is_named_by_its_line(old: str, new: str, place: str, code: str) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    if not place:  # one customer is enough
        assert len(read_solomon(text).jobs) == 1
        return
    assert faults(text)[place] == code


def test_a_depot_alone_is_no_problem() -> None:
    assert faults(SMALL[: SMALL.index("    1 ")]) == {"customers": "row.missing"}


def test_an_unknown_rounding_is_refused() -> None:
    with pytest.raises(ProblemInvalid, match="rounding"):
        read_solomon(SMALL, rounding="up")


def test_a_country_that_is_too_large_is_refused() -> None:
    far = SMALL.replace("2      3 ", "2 99999999 ").replace("1      1 ", "1 -99999999 ")
    with pytest.raises(ProblemInvalid, match="longest arc"):
        read_solomon(far, rounding="double")
