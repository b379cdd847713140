"""What is left out says why, and what would help was tried."""

from dataclasses import replace

import numpy as np
import pytest

from solver.plan import Unassigned
from solver.problem import (
    UNREACHABLE,
    Bay,
    Break,
    Job,
    Matrix,
    Place,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
)
from solver.search import solve

HOUR = 3600


def street(*, blocked: bool = False) -> dict[str, Matrix]:
    at = np.arange(3, dtype=np.int64) * 100
    ways = abs(at[:, None] - at[None, :])
    if blocked:
        ways[2, :2] = ways[:2, 2] = UNREACHABLE
    return {"car": Matrix(duration_s=ways, distance_m=ways, cost=ways)}


def courier(**more: object) -> Vehicle:
    given: dict[str, object] = {
        "id": 1,
        "start": 0,
        "end": 0,
        "capacity": (10,),
        "points": (0,),
        "max_trips": 2,
        "window": (0, 2 * HOUR),
    }
    return Vehicle(**{**given, **more})  # type: ignore[arg-type]


def why(job: Job, *couriers: Vehicle, place: Place | None = None, **more: object) -> Unassigned:
    problem = Problem(
        vehicles=couriers or (courier(),),
        jobs=(job,),
        matrices=more.pop("matrices", street()),  # type: ignore[arg-type]
        places=(place,) if place else (),
        dimensions=1,
        **more,  # type: ignore[arg-type]
    )
    (left,) = solve(problem, step_limit=3).unassigned
    return left


def drop(**more: object) -> Job:
    return Job(**{"id": 1, "location": 1, "delivery": (5,), **more})  # type: ignore[arg-type]


AT_P = {"place": "p", "service_s": 60}


@pytest.mark.parametrize(
    ("job", "vehicle", "place", "code"),
    [
        (drop(courier=9), courier(), None, "no-courier"),  # tied to nobody who is there
        (drop(skills=frozenset({4})), courier(), None, "no-courier-with-skill"),
        (drop(zone=2), courier(zone_max=0), None, "zone-not-permitted"),
        (drop(points=(2,)), courier(), None, "goods-elsewhere"),
        (drop(delivery=(11,)), courier(), None, "too-heavy"),
        (drop(delivery=(22,), parts=((11,), (11,))), courier(), None, "too-heavy"),  # any bag
        (drop(**AT_P), courier(), Place(id="p", closed=((0, 7100),)), "slot-closed"),
        (drop(**AT_P), courier(), Place(id="p", shelf=(4,)), "shelf-too-small"),
        (drop(release_s=7100), courier(), None, "release-too-late"),
        (drop(windows=((0, 50),)), courier(), None, "window-too-short"),
        (drop(service_s=2 * HOUR), courier(), None, "shift-too-short"),
        (drop(), courier(max_distance_m=150), None, "limit-too-tight"),
        (drop(windows=((0, 50),), release_s=7150), courier(), None, "rules-conflict"),
    ],
)
def test_a_job_that_nobody_can_serve_even_alone_is_proven(
    job: Job, vehicle: Vehicle, place: Place | None, code: str
) -> None:
    left = why(job, vehicle, place=place)
    assert (left.code, left.proven) == (code, True)


def test_no_way_is_unreachable() -> None:
    left = why(drop(location=2), matrices=street(blocked=True))
    assert (left.code, left.proven, left.facts) == (
        "unreachable",
        True,
        {"location": 2, "couriers": 1},
    )


def test_a_break_in_the_way_can_be_left_out() -> None:
    pause = Break(id=1, time_windows=((0, 0),), service_s=300)
    left = why(drop(windows=((0, 150),)), courier(breaks=(pause,)))
    assert (left.code, left.proven) == ("window-too-short", True)
    assert {"wider-window", "without-break"} <= {r.code for r in left.would_help}


def test_what_would_help_is_named_with_its_facts() -> None:
    left = why(drop(windows=((0, 50),)))
    assert [(r.code, r.facts) for r in left.would_help] == [
        ("wider-window", {"stop": "job", "id": 1, "later_by_s": 50})
    ]


def crowd(jobs: int, vehicle: Vehicle) -> tuple[Problem, tuple[Unassigned, ...]]:
    problem = Problem(
        vehicles=(vehicle,),
        jobs=tuple(drop(id=n + 1, delivery=(10,), service_s=1000) for n in range(jobs)),
        matrices=street(),
        bays=(Bay(location=0),),
        dimensions=1,
    )
    return problem, solve(problem, step_limit=5).unassigned


def test_overtime_that_would_help_really_does() -> None:
    # Two trips of 1,200 s each; the shift leaves room for one and a half.
    problem, (left,) = crowd(2, courier(window=(0, 1800)))
    assert (left.code, left.proven) == ("no-time-left", False)
    longer = next(r for r in left.would_help if r.code == "longer-shift")
    assert longer.facts == {"courier": 1, "by_s": 600}
    eased = replace(problem, vehicles=(courier(window=(0, 1800 + 600)),))
    assert solve(eased, step_limit=5).unassigned == ()


def test_one_more_trip_helps_where_time_is_left() -> None:
    _, (left,) = crowd(3, courier())
    assert left.code == "no-trips-left"
    assert [r.code for r in left.would_help] == ["one-more-trip", "further-courier"]


def test_both_ends_of_a_shipment_are_named() -> None:
    problem = Problem(
        vehicles=(courier(),),
        jobs=(),
        shipments=(
            Shipment(
                pickup=ShipmentStep(id=1, location=1),
                delivery=ShipmentStep(id=2, location=2),
                amount=(11,),
            ),
        ),
        matrices=street(),
        dimensions=1,
    )
    left = solve(problem, step_limit=3).unassigned
    assert [(u.type, u.id, u.code) for u in left] == [
        ("pickup", 1, "too-heavy"),
        ("delivery", 2, "too-heavy"),
    ]
