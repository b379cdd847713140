"""Every kind of relaxation eases one rule by what its facts say and leaves the rest alone."""

from dataclasses import fields, replace
from typing import Any

import pytest

from solver.plan import Relaxation
from solver.problem import Bay, Break, Place, Problem, Vehicle
from solver.relax import KINDS, RelaxationUnknown, open_up, relax, widen


def problem_of(good: Any) -> Problem:
    """Take the rich problem, with limits on its first courier and a tie on a job."""
    problem: Problem = good.problem
    first = replace(
        problem.vehicles[0],
        max_tasks=9,
        max_travel_time_s=5000,
        max_distance_m=9000,
        max_duration_s=14400,
    )
    return replace(problem, vehicles=(first, *problem.vehicles[1:]))


def courier(problem: Problem, number: int) -> Vehicle:
    return next(v for v in problem.vehicles if v.id == number)


def place(problem: Problem, name: str) -> Place:
    return next(p for p in problem.places if p.id == name)


CASES: dict[str, tuple[dict[str, int | str], str, Any]] = {
    "longer-search": ({}, "separation_s", 600),
    "any-courier": ({"stop": "job", "id": 12}, "jobs.1.courier", None),
    "one-more-trip": ({"courier": 1, "by": 1}, "vehicles.0.max_trips", 4),
    "more-tasks": ({"courier": 1, "by": 2}, "vehicles.0.max_tasks", 11),
    "more-travel": ({"courier": 1, "by_s": 60}, "vehicles.0.max_travel_time_s", 5060),
    "more-distance": ({"courier": 1, "by_m": 50}, "vehicles.0.max_distance_m", 9050),
    "longer-duration": ({"courier": 1, "by_s": 60}, "vehicles.0.max_duration_s", 14460),
    "wider-window": (
        {"stop": "job", "id": 11, "later_by_s": 600},
        "jobs.0.windows",
        ((28800, 31200), (32400, 40200)),
    ),
    "longer-shift": ({"courier": 2, "by_s": 900}, "vehicles.1.window", (28800, 44100)),
    "earlier-shift": ({"courier": 2, "by_s": 900}, "vehicles.1.window", (27900, 43200)),
    "slot-open": (
        {"place": "slot-1", "from_s": 31500, "until_s": 33000},
        "places.0.closed",
        ((31000, 31500),),
    ),
    "further-clearing": (
        {"place": "slot-1", "at_s": 30000},
        "places.0.cleared",
        (30000, 32400),
    ),
    "larger-shelf": ({"place": "slot-1", "by": "[0, 2]"}, "places.0.shelf", (30, 4)),
    "second-bay-lane": ({"location": 0, "by": 1}, "bays.0", Bay(location=0, lanes=2)),
    "earlier-release": ({"stop": "job", "id": 11, "by_s": 600}, "jobs.0.release_s", 28800),
    "further-courier": (
        {"like": 2, "from_s": 36000, "until_s": 39600},
        "vehicles.3.window",
        (36000, 39600),
    ),
    "without-break": ({"courier": 1, "break": 1}, "vehicles.0.breaks", ()),
    "goods-at-point": ({"stop": "job", "id": 12, "point": 8}, "jobs.1.points", (0, 8)),
    "skill-added": ({"courier": 2, "skills": "1, 7"}, "vehicles.1.skills", frozenset({1, 7})),
    "zone-permit": ({"courier": 2, "zone": 2}, "vehicles.1.zone_max", 2),
    "larger-load": ({"courier": 2, "by": "[0, 1]"}, "vehicles.1.capacity", (40, 4)),
    "second-lane": ({"place": "slot-2", "by": 1}, "places.1.lanes", 2),
    "cohort-free": ({"courier": 1}, "vehicles.0.cohort", None),
    "together": (
        {
            "first": "longer-shift",
            "first_courier": 1,
            "first_by_s": 60,
            "second": "zone-permit",
            "second_courier": 2,
            "second_zone": 2,
        },
        "vehicles.1.zone_max",
        2,
    ),
    "shorter-separation": ({"place": "slot-3", "by_s": 300}, "places.2.separation_s", 300),
}


def at(thing: Any, path: str) -> Any:
    for step in path.split("."):
        thing = thing[int(step)] if step.isdigit() else getattr(thing, step)
    return thing


def test_every_kind_is_tried_here() -> None:
    assert set(CASES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_relaxation_eases_what_it_says_and_nothing_else(good: Any, kind: str) -> None:
    problem = problem_of(good)
    facts, path, wanted = CASES[kind]
    eased = relax(problem, Relaxation(code=kind, facts=facts))
    assert at(eased, path) == wanted
    changed = {
        f.name for f in fields(problem) if getattr(problem, f.name) != getattr(eased, f.name)
    }
    assert changed == ({path.split(".")[0]} if kind != "longer-search" else set())


def test_a_further_courier_is_of_the_class_but_has_neither_break_nor_locked_step(
    good: Any,
) -> None:
    problem = problem_of(good)
    facts: dict[str, int | str] = {"like": 1, "from_s": 0, "until_s": 60}
    eased = relax(problem, Relaxation(code="further-courier", facts=facts))
    added = eased.vehicles[-1]
    assert (added.id, added.breaks, added.locked) == (4, (), ())
    assert added.capacity == courier(problem, 1).capacity
    assert isinstance(problem.vehicles[0].breaks[0], Break)


def test_the_window_of_a_middle_stop_can_be_widened(good: Any) -> None:
    facts: dict[str, int | str] = {"stop": "via", "id": 22, "earlier_by_s": 400}
    eased = relax(good.problem, Relaxation(code="wider-window", facts=facts))
    via = eased.shipments[0].via
    assert via is not None
    assert via.windows == ((32000, 43200),)


def test_windows_that_meet_become_one() -> None:
    assert widen(((0, 10), (20, 30)), later_s=10) == ((0, 40),)
    assert widen(((5, 10),), earlier_s=10) == ((0, 10),)


def test_a_span_is_taken_out_of_the_middle_of_a_closing() -> None:
    assert open_up(((0, 100), (200, 300)), 40, 60) == ((0, 40), (60, 100), (200, 300))


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("free-lunch", {}),  # no such kind
        ("longer-shift", {"courier": 99, "by_s": 60}),  # nobody
        ("longer-shift", {"courier": 1}),  # by how much?
        ("second-lane", {"place": "slot-9", "by": 1}),  # no such slot
        ("wider-window", {"stop": "courtyard", "id": 11, "later_by_s": 1}),  # no such stop
        ("larger-load", {"courier": 1, "by": "much"}),  # no amounts
        ("larger-load", {"courier": 1, "by": "[1]"}),  # of other dimensions
    ],
)
def test_a_relaxation_that_does_not_fit_is_refused(
    good: Any, kind: str, facts: dict[str, int | str]
) -> None:
    with pytest.raises(RelaxationUnknown) as refused:
        relax(good.problem, Relaxation(code=kind, facts=facts))
    assert refused.value.facts["kind"] == kind
