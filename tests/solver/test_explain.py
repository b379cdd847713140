"""What is left out says why with figures to recheck, and what would help was solved again."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from solver.engines.dispatch import dispatch
from solver.engines.instance import prepare
from solver.engines.solution import Solution
from solver.engines.timing import time_trip
from solver.explain import CODES, explain, take_in
from solver.formats.native import read_problem
from solver.plan import Relaxation, Unassigned
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
from solver.reasons.mends import KINDS_FOR
from solver.relax import KINDS, relax
from solver.search import solve

HOUR = 3600


def street(*, blocked: bool = False) -> dict[str, Matrix]:
    """Three locations in a row, a hundred seconds and metres apart."""
    at = np.arange(3, dtype=np.int64) * 100
    ways = abs(at[:, None] - at[None, :])
    if blocked:
        ways[2, :2] = ways[:2, 2] = UNREACHABLE
    return {"car": Matrix(duration_s=ways, distance_m=ways, cost=ways)}


def courier(number: int = 1, **more: object) -> Vehicle:
    given: dict[str, object] = {
        "id": number,
        "start": 0,
        "end": 0,
        "capacity": (10,),
        "points": (0,),
        "max_trips": 2,
        "window": (0, 2 * HOUR),
    }
    return Vehicle(**{**given, **more})  # type: ignore[arg-type]


def drop(number: int = 1, **more: object) -> Job:
    return Job(**{"id": number, "location": 1, "delivery": (5,), **more})  # type: ignore[arg-type]


def problem_of(*parts: Vehicle | Job | Place | Bay | Shipment, **more: object) -> Problem:
    given: dict[str, object] = {
        "vehicles": tuple(p for p in parts if isinstance(p, Vehicle)),
        "jobs": tuple(p for p in parts if isinstance(p, Job)),
        "places": tuple(p for p in parts if isinstance(p, Place)),
        "bays": tuple(p for p in parts if isinstance(p, Bay)),
        "shipments": tuple(p for p in parts if isinstance(p, Shipment)),
        "matrices": street(),
        "dimensions": 1,
    }
    return Problem(**{**given, **more})  # type: ignore[arg-type]


def dispatched(problem: Problem) -> Solution:
    solution = Solution(prepare(problem))
    dispatch(solution, list(range(len(problem.vehicles))), random.Random(1))
    return solution


def why(problem: Problem) -> Unassigned:
    """Explain the one job that is left; a problem of one job may not be solved at all."""
    (left,) = solve(problem, step_limit=5).unassigned
    return left


def served(problem: Problem, relaxation: Relaxation) -> bool:
    """Say whether solving the relaxed problem serves what was left, and drops nothing else."""
    return solve(relax(problem, relaxation), step_limit=30).unassigned == ()


AT_P = {"place": "p", "service_s": 60}
FULL = {"delivery": (10,), "service_s": 1000}
"""A load of its own that takes twenty minutes with the way."""

PAUSE = Break(id=7, time_windows=((150, 160),), service_s=10, max_load=(0,))
PICKED_UP = drop(delivery=(), pickup=(5,), windows=((100, 110),))
"""On board from before the break, which is to be taken with nothing on board, until the end."""

PROVEN: dict[str, tuple[Problem, dict[str, int | str], str | None]] = {
    "no-courier": (
        problem_of(courier(), drop(courier=9)),
        {"courier": 9, "couriers": 1},
        "any-courier",
    ),
    "no-courier-with-skill": (
        problem_of(courier(skills=frozenset({3})), drop(skills=frozenset({3, 4}))),
        {"skills": "3, 4", "most_held": 1, "couriers": 1},
        "skill-added",
    ),
    "zone-not-permitted": (
        problem_of(courier(zone_max=0), drop(zone=2)),
        {"zone": 2, "highest": 0, "couriers": 1},
        "zone-permit",
    ),
    "goods-elsewhere": (
        problem_of(courier(), drop(points=(2,))),
        {"points": "2", "couriers": 1},
        "goods-at-point",
    ),
    "too-heavy": (
        problem_of(courier(), drop(delivery=(11,))),
        {"dimension": 0, "amount": 11, "largest": 10, "couriers": 1},
        "larger-load",
    ),
    "unreachable": (
        problem_of(courier(), drop(location=2), matrices=street(blocked=True)),
        {"location": 2, "couriers": 1},
        None,
    ),
    "slot-closed": (
        problem_of(courier(), drop(**AT_P), Place(id="p", closed=((0, 7100),))),
        {
            "courier": 1,
            "place": "p",
            "earliest_s": 100,
            "stay_s": 60,
            "closed_from_s": 0,
            "closed_until_s": 7100,
            "separation_s": 0,
        },
        "longer-shift",
    ),
    "shelf-too-small": (
        problem_of(courier(), drop(**AT_P), Place(id="p", shelf=(4,))),
        {"place": "p", "dimension": 0, "amount": 5, "shelf": 4},
        "larger-shelf",
    ),
    "release-too-late": (
        problem_of(courier(), drop(release_s=7100)),
        {"release_s": 7100, "latest_s": 7000},
        "longer-shift",
    ),
    "window-too-short": (
        problem_of(courier(), drop(windows=((0, 50),))),
        {"courier": 1, "stop": "job", "earliest_s": 100, "from_s": 0, "until_s": 50},
        "wider-window",
    ),
    "shift-too-short": (
        problem_of(courier(), drop(service_s=2 * HOUR)),
        {"courier": 1, "home_s": 7400, "until_s": 7200, "by_s": 200},
        "longer-shift",
    ),
    "limit-too-tight": (
        problem_of(courier(max_distance_m=150), drop()),
        {"courier": 1, "limit": "distance", "needed": 200, "most": 150},
        "more-distance",
    ),
    "break-in-the-way": (
        problem_of(courier(window=(0, 250), breaks=(PAUSE,)), PICKED_UP),
        {"courier": 1, "breaks": 1, "break_s": 10},
        "further-courier",
    ),
    "rules-conflict": (
        problem_of(courier(), drop(windows=((0, 50),), release_s=7150)),
        {"rules": "window-too-short, shift-too-short", "couriers": 1},
        None,
    ),
}

CROWDED: dict[str, tuple[Problem, dict[str, int | str], str]] = {
    "no-trips-left": (
        problem_of(courier(max_trips=1), drop(1, **FULL), drop(2, **FULL)),
        {"courier": 1, "free_s": 6000, "needed_s": 1200, "trips": 1, "couriers": 1},
        "one-more-trip",
    ),
    "no-time-left": (
        problem_of(courier(window=(0, 1800)), drop(1, **FULL), drop(2, **FULL)),
        {"courier": 1, "free_s": 600, "needed_s": 1200, "couriers": 1},
        "longer-shift",
    ),
    "no-capacity-left": (
        problem_of(courier(points=(), max_trips=1), drop(1, **FULL), drop(2, **FULL)),
        {"dimension": 0, "amount": 10, "free": 0, "couriers": 1},
        "further-courier",
    ),
    "slot-busy": (
        problem_of(
            courier(1),
            courier(2),
            drop(1, courier=1, windows=((100, 150),), **AT_P),
            drop(2, courier=2, windows=((100, 150),), **AT_P),
            Place(id="p", separation_s=600),
        ),
        {
            "place": "p",
            "visits": 1,
            "lanes": 1,
            "stay_s": 60,
            "separation_s": 600,
            "couriers": 1,
        },
        "wider-window",
    ),
    "shelf-full": (
        problem_of(
            courier(),
            drop(1, **AT_P, delivery=(10,)),
            drop(2, **AT_P, delivery=(10,)),
            Place(id="p", shelf=(15,)),
        ),
        {
            "place": "p",
            "at_s": 360,
            "dimension": 0,
            "amount": 10,
            "free": 5,
            "shelf": 15,
            "couriers": 1,
        },
        "further-clearing",
    ),
    "bay-full": (
        problem_of(
            courier(1, reload_service_s=300),
            courier(2, reload_service_s=300),
            drop(1, courier=1, windows=((400, 410),)),
            drop(2, courier=2, windows=((400, 410),)),
            Bay(location=0),
        ),
        {"location": 0, "lanes": 1, "loadings": 1, "couriers": 1},
        "wider-window",
    ),
    "limit-used-up": (
        problem_of(courier(max_tasks=1), drop(1), drop(2)),
        {"courier": 1, "limit": "tasks", "needed": 2, "most": 1, "couriers": 1},
        "more-tasks",
    ),
    "cohort-taken": (
        problem_of(
            courier(1, cohort="north"),
            courier(2, cohort="south"),
            drop(1, courier=1, **AT_P),
            drop(2, courier=2, **AT_P),
            Place(id="p"),
        ),
        {"place": "p", "cohort": "north", "couriers": 1},
        "any-courier",
    ),
    "no-room-left": (
        problem_of(
            courier(max_trips=1),
            drop(1, **FULL, windows=((100, 150),)),
            drop(2, **FULL, windows=((100, 150),)),
        ),
        {
            "courier": 1,
            "free_s": 50,
            "needed_s": 1200,
            "short": "trips, window",
            "couriers": 1,
        },
        "further-courier",
    ),
}


def test_every_code_has_a_problem_here() -> None:
    assert {*PROVEN, *CROWDED, "fits-now", "not-worth-its-prize"} == set(CODES)


def test_every_kind_that_is_tried_is_one() -> None:
    assert {kind for kinds in KINDS_FOR.values() for kind in kinds} <= set(KINDS)


@pytest.mark.parametrize("code", [*CODES, *KINDS])
def test_every_code_and_kind_is_in_the_list_for_people(code: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "why-not.md").read_text()
    assert f"`{code}`" in page


@pytest.mark.parametrize("code", PROVEN)
def test_what_nobody_can_serve_even_alone_is_proven_with_its_figures(code: str) -> None:
    problem, facts, _ = PROVEN[code]
    left = why(problem)
    assert (left.code, left.proven, left.facts) == (code, True, facts)


@pytest.mark.parametrize("code", CROWDED)
def test_what_is_short_in_a_full_plan_is_named_with_its_figures(code: str) -> None:
    problem, facts, _ = CROWDED[code]
    left = why(problem)
    assert (left.code, left.proven) == (code, False)
    assert left.facts == facts


@pytest.mark.parametrize("code", [c for c, case in PROVEN.items() if case[2]] + list(CROWDED))
def test_what_helps_least_comes_first_and_lets_it_be_served(code: str) -> None:
    problem, _, first = (PROVEN | CROWDED)[code]
    left = why(problem)
    assert left.would_help[0].code == first
    for relaxation in left.would_help:
        assert served(problem, relaxation), relaxation


def explained(problem: Problem) -> Unassigned:
    """Explain why a plan without any trip serves nothing."""
    (left,) = explain(Solution(prepare(problem)), seconds=9)
    return left


def test_what_search_has_only_not_put_in_fits_now() -> None:
    left = explained(problem_of(courier(), drop()))
    assert (left.code, left.proven) == ("fits-now", False)
    assert left.facts == {"courier": 1, "trip": 0}
    assert left.would_help == (Relaxation(code="longer-search", facts={}),)


def test_what_fits_now_can_be_taken_in() -> None:
    problem = problem_of(courier(), *(drop(n, delivery=(6,)) for n in (1, 2, 3)))
    solution = Solution(prepare(problem))
    assert take_in(solution, seconds=9) == 2  # two trips of one load each
    assert [len(left) for left in solution.left] == [0, 0, 1]
    assert explain(solution, seconds=0)[0].code == "no-trips-left"


def test_what_fits_of_a_split_drop_is_taken_in() -> None:
    problem = problem_of(courier(max_trips=1), drop(delivery=(16,), parts=((8,), (8,))))
    solution = Solution(prepare(problem))
    assert take_in(solution, seconds=9) == 1
    assert len(solution.left[0]) == 1


def test_a_prize_is_compared_with_what_the_way_costs() -> None:
    left = explained(problem_of(courier(fixed_cost=50), drop(prize=249)))
    assert (left.code, left.proven) == ("not-worth-its-prize", False)
    assert left.facts == {"courier": 1, "prize": 249, "cost": 250}
    assert explained(problem_of(courier(fixed_cost=50), drop(prize=251))).code == "fits-now"


def alone_at_a_slot() -> Problem:
    """Two loads for one slot at once, one of them a heavy one that one courier alone carries."""
    return problem_of(
        courier(1, window=(0, 400)),
        courier(2, window=(0, 400), capacity=(20,), skills=frozenset({5})),
        drop(1, **AT_P, delivery=(10,), windows=((100, 250),), priority=9),
        drop(2, **AT_P, delivery=(20,), windows=((100, 300),), skills=frozenset({5})),
        Place(id="p", separation_s=600),
    )


def narrow_bay() -> Problem:
    base = CROWDED["bay-full"][0]
    jobs = tuple(replace(j, skills=frozenset({j.id}), courier=None) for j in base.jobs)
    vehicles = tuple(replace(v, skills=frozenset({v.id})) for v in base.vehicles)
    return replace(base, jobs=jobs, vehicles=vehicles)


def mixed_cohorts() -> Problem:
    base = CROWDED["cohort-taken"][0]
    jobs = tuple(replace(j, skills=frozenset({j.id}), courier=None) for j in base.jobs)
    vehicles = tuple(replace(v, skills=frozenset({v.id})) for v in base.vehicles)
    return replace(base, jobs=jobs, vehicles=vehicles)


MENDS: dict[str, tuple[Callable[[], Problem], dict[str, int | str]]] = {
    # how much less would do, to the second or the piece
    "longer-shift": (
        lambda: CROWDED["no-time-left"][0],
        {"courier": 1, "by_s": 600},
    ),
    "one-more-trip": (lambda: CROWDED["no-trips-left"][0], {"courier": 1, "by": 1}),
    "wider-window": (
        lambda: PROVEN["window-too-short"][0],
        {"stop": "job", "id": 1, "later_by_s": 50},
    ),
    "slot-open": (
        lambda: PROVEN["slot-closed"][0],
        {"place": "p", "from_s": 100, "until_s": 160},
    ),
    "larger-load": (lambda: PROVEN["too-heavy"][0], {"courier": 1, "by": "[1]"}),
    "larger-shelf": (lambda: PROVEN["shelf-too-small"][0], {"place": "p", "by": "[1]"}),
    "earlier-release": (
        lambda: PROVEN["release-too-late"][0],
        {"stop": "job", "id": 1, "by_s": 120},
    ),
    "skill-added": (
        lambda: PROVEN["no-courier-with-skill"][0],
        {"courier": 1, "skills": "4"},
    ),
    "second-lane": (alone_at_a_slot, {"place": "p", "by": 1}),
    "shorter-separation": (alone_at_a_slot, {"place": "p", "by_s": 540}),
    "second-bay-lane": (narrow_bay, {"location": 0, "by": 1}),
    "cohort-free": (mixed_cohorts, {"courier": 2}),
    "further-courier": (
        lambda: CROWDED["no-room-left"][0],
        {"like": 1, "from_s": 0, "until_s": 1200},
    ),
    "earlier-shift": (
        lambda: problem_of(courier(window=(HOUR, 2 * HOUR)), drop(windows=((0, 3600),))),
        {"courier": 1, "by_s": 120},
    ),
    "without-break": (
        lambda: PROVEN["break-in-the-way"][0],
        {"courier": 1, "break": 7},
    ),
}


@pytest.mark.parametrize("kind", MENDS)
def test_a_relaxation_is_as_small_as_can_be(kind: str) -> None:
    make, facts = MENDS[kind]
    problem = make()
    left = why(problem)
    found = {r.code: r.facts for r in left.would_help}
    assert found.get(kind) == facts, (left.code, left.would_help)
    assert served(problem, Relaxation(code=kind, facts=facts))


def test_two_changes_are_named_where_no_single_one_helps() -> None:
    # Whoever may enter is at work until the end, whoever has time may not enter.
    problem = problem_of(
        courier(1, window=(0, 1200), zone_max=0),
        drop(1, **FULL),
        drop(2, **FULL, zone=2),
    )
    left = why(problem)
    assert (left.code, left.proven) == ("zone-not-permitted", True)
    together = left.would_help[0]
    assert together.code == "together"
    assert together.facts["first"] == "zone-permit"
    assert served(problem, together)


def test_bags_that_are_left_of_a_split_drop_are_all_brought() -> None:
    problem = problem_of(
        courier(max_trips=1),
        drop(delivery=(24,), parts=((8,), (8,), (8,))),
    )
    left = why(problem)
    assert (left.code, left.facts["bags"], len(left.parts)) == ("no-trips-left", 2, 2)
    assert left.would_help[0] == Relaxation(code="one-more-trip", facts={"courier": 1, "by": 2})
    assert served(problem, left.would_help[0])


def test_drops_that_are_alike_get_the_same_help_in_their_own_name() -> None:
    problem = problem_of(courier(), *(drop(n, windows=((0, 50),)) for n in (1, 2, 3)))
    plan = solve(problem, step_limit=5)
    assert [u.would_help[0].facts["id"] for u in plan.unassigned] == [1, 2, 3]


def test_every_reason_is_there_when_no_time_is_left() -> None:
    problem = problem_of(
        courier(max_trips=1),
        *(drop(n, **FULL) for n in range(1, 40)),
        drop(50, delivery=(11,)),
    )
    left = explain(Solution(prepare(problem)), seconds=0)
    assert {u.code for u in left} == {"fits-now", "too-heavy"}
    assert all(u.would_help == () for u in left)


def test_explaining_leaves_the_plan_as_it_is() -> None:
    problem = CROWDED["no-time-left"][0]
    instance = prepare(problem)
    solution = Solution(instance)
    before = solution.snapshot()
    explain(solution, seconds=9)
    assert (solution.snapshot(), solution.instance) == (before, instance)


def test_both_ends_of_a_shipment_are_named() -> None:
    errand = Shipment(
        pickup=ShipmentStep(id=1, location=1),
        delivery=ShipmentStep(id=2, location=2),
        amount=(11,),
    )
    left = solve(problem_of(courier(), errand), step_limit=3).unassigned
    assert [(u.type, u.id, u.code) for u in left] == [
        ("pickup", 1, "too-heavy"),
        ("delivery", 2, "too-heavy"),
    ]


def test_the_middle_stop_of_an_errand_can_be_what_is_too_late() -> None:
    errand = Shipment(
        pickup=ShipmentStep(id=1, location=1),
        via=ShipmentStep(id=2, location=2, windows=((0, 150),)),
        delivery=ShipmentStep(id=3, location=1),
        amount=(1,),
    )
    left = solve(problem_of(courier(), errand), step_limit=3).unassigned[0]
    assert left.code == "window-too-short"
    assert (left.facts["stop"], left.facts["earliest_s"]) == ("via", 200)
    assert left.would_help[0].facts == {"stop": "via", "id": 2, "later_by_s": 50}


def held(solution: Solution) -> Solution:
    """Hold every stop to the instant that it has, as the compiled search does."""
    copy = Solution(solution.instance)
    for vehicle, shift in enumerate(solution.shifts):
        for trip in shift:
            begins = {id(v.stop): v.begin_s for v in trip.visits if v.stop is not None}
            stops = tuple(
                replace(s, windows=((begins[id(s)], begins[id(s)]),)) for s in trip.stops
            )
            timed = time_trip(
                copy.instance,
                copy.occupancy,
                vehicle,
                copy.progress(vehicle),
                point=trip.point,
                stops=stops,
            )
            assert timed is not None
            copy.append(vehicle, timed)
    return copy


@pytest.mark.parametrize("code", CROWDED)
def test_a_plan_with_its_stops_held_is_explained_alike(code: str) -> None:
    problem = CROWDED[code][0]
    solution = dispatched(problem)
    free, fixed = explain(solution, seconds=9), explain(held(solution), seconds=9)
    assert free == fixed


def test_a_trip_whose_stops_are_held_is_lengthened() -> None:
    # The first drop is held at 100; the shorter way to both serves the second on the way out.
    problem = problem_of(
        courier(max_trips=1, capacity=(30,), window=(0, 400)),
        drop(1, location=2),
        drop(2, location=1, windows=((0, 120),)),
    )
    instance = prepare(problem)
    alone = Solution(instance)
    trip = time_trip(
        instance,
        alone.occupancy,
        0,
        alone.progress(0),
        point=0,
        stops=instance.tasks[0].stops,
    )
    assert trip is not None
    alone.append(0, trip)
    (left,) = explain(held(alone), seconds=9)
    assert left.code == "fits-now"


def test_the_longest_shift_is_compared_with_the_shortest_day_that_serves_it() -> None:
    late = drop(windows=((1000, 1010),))
    left = why(problem_of(courier(max_duration_s=150), late))
    assert (left.code, left.proven) == ("limit-too-tight", True)
    # Who sets out at 900 is back after 200 s, though the window is 1,000 s off.
    assert left.facts == {"courier": 1, "limit": "duration", "needed": 200, "most": 150}
    assert left.would_help[0] == Relaxation(
        code="longer-duration", facts={"courier": 1, "by_s": 60}
    )


def test_nobody_at_all_is_a_reason() -> None:
    left = explained(problem_of(drop()))
    assert (left.code, left.facts) == ("no-courier", {"couriers": 0})


# ---------------------------------------------------------------- edges that people meet


def edge(job: dict[str, object], **keys: object) -> Unassigned:
    """Leave the only job out; every relaxation serves it when solved again."""
    raw = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [4]}],
        "jobs": [{"id": 1, "location_index": 1, "delivery": [1]} | job],
        "matrices": {"car": {"durations": [[0, 10], [10, 0]]}},
    } | keys
    problem = read_problem(raw)
    (left,) = solve(problem, step_limit=2, engine="dispatch").unassigned
    for relaxation in left.would_help:
        eased = solve(relax(problem, relaxation), step_limit=2, engine="dispatch")
        assert eased.unassigned == ()
    return left


def test_who_stays_no_time_needs_a_closed_slot_open_for_a_moment() -> None:
    left = edge({"place": "a"}, places=[{"id": "a", "closed": [[0, 10 * 86_400]]}])
    assert left.code == "slot-closed"
    assert [one.code for one in left.would_help] == ["slot-open"]


def test_somebody_who_could_come_but_not_carry_it_helps_where_no_way_leads() -> None:
    left = edge(
        {},
        vehicles=[
            {"id": 1, "profile": "bike", "start_index": 0, "end_index": 0, "capacity": [4]},
            {"id": 2, "profile": "car", "start_index": 0, "end_index": 0, "capacity": [0]},
        ],
        matrices={
            "car": {"durations": [[0, 10], [10, 0]]},
            "bike": {"durations": [[0, None], [None, 0]]},
        },
    )
    assert left.code == "unreachable"
    assert [(one.code, one.facts["courier"]) for one in left.would_help] == [("larger-load", 2)]
