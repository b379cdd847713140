"""Locked steps that no plan can keep are told with the file, by the step where it shows."""

from typing import Any

import pytest

from solver.engines.instance import prepare
from solver.formats.native import ProblemInvalid, read_problem
from solver.search import solve

STEPS_1 = "$.vehicles[0].steps[{}]"
STEPS_2 = "$.vehicles[1].steps[{}]"


def step(number: int, at: int | None = None, **keys: Any) -> dict[str, Any]:
    stated = {} if at is None else {"service_at": at}
    return {"type": "job", "id": number, "locked": True} | stated | keys


def loading(at: int) -> dict[str, Any]:
    return {"type": "reload", "locked": True, "service_at": at}


def day(*vehicles: dict[str, Any], job: dict[str, Any] | None = None, **keys: Any) -> Any:
    """Two jobs 10 s and 20 s away from where all vehicles start and end."""
    like = {"start_index": 0, "end_index": 0, "capacity": [4]}
    return {
        "vehicles": [{"id": n} | like | v for n, v in enumerate(vehicles, 1)],
        "jobs": [
            {"id": n, "location_index": n, "delivery": [1]} | (job or {}) for n in (1, 2)
        ],
        "matrices": {"car": {
            "durations": [[0, 10, 20], [10, 0, 10], [20, 10, 0]],
            "distances": [[0, 10, 20], [10, 0, 10], [20, 10, 0]],
        }},
    } | keys  # fmt: skip


SLOT = {"place": "a", "service": 30, "location_index": 1}
BOTH = [step(1), step(2)]
BREAK = {"id": 1, "service": 300, "time_windows": [[0, 50]]}
LOADS = {"points": [0], "max_trips": 2, "reload_service": 100}
TIGHT = {"time_windows": [[0, 60]]}

BROKEN: tuple[tuple[str, Any, str], ...] = (
    ("no time for what is locked before", day({"steps": BOTH}, job=TIGHT | {"service": 100}),
     STEPS_1.format(1)),
    ("home too late", day({"steps": BOTH, "time_window": [0, 35]}), STEPS_1.format(1)),
    ("too much travel", day({"steps": BOTH, "max_travel_time": 39}), STEPS_1.format(1)),
    ("too far", day({"steps": BOTH, "max_distance": 39}), STEPS_1.format(1)),
    ("too long a shift", day({"steps": [step(1, 10), step(2, 20)], "max_duration": 39}),
     STEPS_1.format(1)),
    ("a break in between", day({"breaks": [BREAK], "steps": [
        {"type": "break", "id": 1, "locked": True, "service_at": 12}, step(1, 20)]}),
     STEPS_1.format(1)),
    ("loading takes too long", day(LOADS | {"steps": [loading(0), step(1, 109)]}),
     STEPS_1.format(1)),
    ("goods come too late", day(LOADS | {"steps": [loading(0), step(1)]},
                               job=TIGHT | {"release": 60}), STEPS_1.format(1)),
    ("loading for nothing", day(LOADS | {"steps": [loading(0)]}), STEPS_1.format(0)),
    ("a break of nobody", day({"breaks": [BREAK], "steps": [
        {"type": "break", "id": 1, "locked": True, "service_at": 12}]}), STEPS_1.format(0)),
    ("two meet", day({"steps": [step(1, 100)]}, {"steps": [step(2, 189)]}, job=SLOT,
                     places=[{"id": "a", "separation": 60}]), STEPS_2.format(0)),
    ("strangers at one place", day({"cohort": "x", "steps": [step(1)]},
                                   {"cohort": "y", "steps": [step(2)]}, job=SLOT,
                                   places=[{"id": "a"}]), STEPS_2.format(0)),
    ("a shelf too full", day({"steps": BOTH}, job=SLOT, places=[{"id": "a", "shelf": [1]}]),
     STEPS_1.format(1)),
    ("a bay too few", day(LOADS | {"steps": [loading(10), step(1)]},
                          LOADS | {"steps": [loading(109), step(2)]},
                          bays=[{"location_index": 0}]), STEPS_2.format(0)),
)  # fmt: skip


@pytest.mark.parametrize(("raw", "path"), [r[1:] for r in BROKEN], ids=[r[0] for r in BROKEN])
def test_what_no_plan_can_keep_is_told_by_its_step(raw: Any, path: str) -> None:
    with pytest.raises(ProblemInvalid) as refused:
        read_problem(raw)
    found = [(fault.path, fault.code) for fault in refused.value.faults]
    assert (path, "step.breaks-rule") in found
    assert {code for _, code in found} == {"step.breaks-rule"}


KEPT: tuple[tuple[str, Any], ...] = (
    ("just in time", day({"steps": [step(1), step(2, 120)], "time_window": [0, 240]},
                         job={"service": 100})),
    ("as far as allowed", day({"steps": BOTH, "max_travel_time": 40, "max_distance": 40})),
    ("as long as allowed", day({"steps": [step(1, 10), step(2, 20)], "max_duration": 40})),
    ("a break on the way", day({"breaks": [BREAK], "steps": [
        {"type": "break", "id": 1, "locked": True, "service_at": 0}, step(1, 310)]})),
    ("just apart", day({"steps": [step(1, 100)]}, {"steps": [step(2, 190)]}, job=SLOT,
                       places=[{"id": "a", "separation": 60}])),
    ("two lanes", day({"steps": [step(1, 100)]}, {"steps": [step(2, 110)]}, job=SLOT,
                      places=[{"id": "a", "separation": 60, "lanes": 2}])),
    ("cleared between", day({"steps": [step(1, 100), step(2, 200)]}, job=SLOT,
                            places=[{"id": "a", "shelf": [1], "cleared": [150]}])),
    ("one after the other", day(LOADS | {"steps": [loading(10), step(1)]},
                                LOADS | {"steps": [loading(110), step(2)]},
                                bays=[{"location_index": 0}])),
)  # fmt: skip


@pytest.mark.parametrize("raw", [row[1] for row in KEPT], ids=[row[0] for row in KEPT])
def test_what_can_just_be_kept_is_kept(raw: Any) -> None:
    plan = solve(read_problem(raw), step_limit=2, engine="dispatch")
    assert plan.summary.unassigned == 0
    assert plan.summary.stopped != "refused"


# ---------------------------------------------------------------- shipments


def errand(*steps: dict[str, Any]) -> Any:
    legs = {"pickup": 1, "via": 2, "delivery": 1}
    shipment = {kind: {"id": 7, "location_index": place} for kind, place in legs.items()}
    return day({"steps": list(steps)}, shipments=[shipment | {"amount": [1]}])


@pytest.mark.parametrize("kinds", [("pickup",), ("via",), ("delivery",), ("pickup", "delivery")])
def test_an_errand_that_is_locked_in_part_is_made_whole(kinds: tuple[str, ...]) -> None:
    problem = read_problem(errand(*(step(7, type=kind) for kind in kinds), step(1)))
    (trip,) = prepare(problem).locked[0]
    legs = [stop.type for stop in trip.stops if stop.type != "job"]
    assert legs == ["pickup", "via", "delivery"]
    plan = solve(problem, step_limit=2, engine="dispatch")
    assert plan.summary.unassigned == 0


def test_an_errand_locked_in_two_trips_is_a_fault() -> None:
    raw = errand(step(7, type="pickup"))
    raw["vehicles"].append(raw["vehicles"][0] | {"id": 2, "steps": [step(7, type="delivery")]})
    with pytest.raises(ProblemInvalid) as refused:
        read_problem(raw)
    assert [fault.path for fault in refused.value.faults] == [STEPS_2.format(0)]


def test_a_locked_errand_that_is_too_heavy_is_a_fault_by_whichever_stop() -> None:
    raw = errand(step(7, type="via"))
    raw["shipments"][0]["amount"] = [5]
    with pytest.raises(ProblemInvalid) as refused:
        read_problem(raw)
    assert [fault.path for fault in refused.value.faults] == [STEPS_1.format(0)]
