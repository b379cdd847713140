"""Li and Lim's text format: shipments, fewest vehicles first."""

import pytest

from solver.check import check
from solver.formats.faults import ProblemInvalid
from solver.formats.lilim import read_lilim, vehicles_and_distance
from solver.formats.solutions import read_solution

SMALL = """\
2	10	1
0	0	0	0	0	1000	0	0	0
1	3	4	6	0	500	10	0	3
2	1	1	5	0	500	10	0	4
3	6	8	-6	0	500	10	1	0
4	2	2	-5	0	500	10	2	0
"""


def test_pairs_become_shipments_at_real_distances() -> None:
    problem = read_lilim(SMALL)
    assert [(s.pickup.id, s.delivery.id, s.amount) for s in problem.shipments] == [
        (1, 3, (6,)),
        (2, 4, (5,)),
    ]
    assert problem.shipments[0].delivery.windows == ((0, 5_000_000),)
    assert problem.matrices["car"].distance_m[0, 2] == 14_142


def test_one_vehicle_fewer_is_worth_any_distance() -> None:
    problem = read_lilim(SMALL)
    far = read_solution("Route 1 : 1 3 2 4\n", problem)
    near = read_solution("Route 1 : 1 3\nRoute 2 : 2 4\n", problem)
    assert check(problem, far) == check(problem, near) == ()
    assert far.summary.cost < near.summary.cost


def test_vehicles_and_distance_come_apart_as_they_are_published() -> None:
    problem = read_lilim(SMALL)
    plan = read_solution("Route 1 : 1 3\nRoute 2 : 2 4\n", problem)
    vehicles, distance = vehicles_and_distance(problem, plan)
    assert vehicles == 2
    assert distance == pytest.approx(20 + 2 * 8**0.5, abs=1e-3)


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ("2\t10\t1", "2", "line 1", "row.width"),
        ("2\t10\t1", "2\t10\t3", "line 1", "value.unknown"),  # a speed that nobody publishes
        ("2\t10\t1", "x\t10\t1", "line 1", "value.type"),
        ("10\t0\t3", "10\t0\t9", "customer 1", "pair.unknown"),
        ("10\t0\t3", "10\t0\t0", "customer 1", "pair.wrong"),
        ("10\t0\t3", "10\t3\t3", "customer 1", "pair.wrong"),
        ("10\t1\t0", "10\t2\t0", "customer 1", "pair.wrong"),
        ("8\t-6", "8\t-5", "customer 1", "pair.amount"),
        ("1000\t0\t0\t0", "1000\t0\t1\t0", "customer 0", "pair.wrong"),
        ("3\t4\t6\t0\t500", "3\t4\t6\t501\t500", "line 3", "window.reversed"),
        ("3\t4\t6\t0\t500\t10", "3\t4\t6\t0\t500", "line 3", "row.width"),
    ],
)
def test_a_fault_is_named_by_its_place(old: str, new: str, place: str, code: str) -> None:
    assert old in SMALL
    with pytest.raises(ProblemInvalid) as refused:
        read_lilim(SMALL.replace(old, new, 1))
    assert {fault.path: fault.code for fault in refused.value.faults}[place] == code


def test_what_is_fetched_is_not_negative() -> None:
    text = SMALL.replace("4\t6\t0", "4\t-6\t0").replace("8\t-6", "8\t6")
    with pytest.raises(ProblemInvalid, match=r"pair\.amount"):
        read_lilim(text)
