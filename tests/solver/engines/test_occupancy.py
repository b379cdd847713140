"""Slots, shelves and bays grant only times that keep people apart."""

from solver.engines.instance import Instance
from solver.engines.occupancy import Demand, Occupancy
from solver.problem import Bay, Place, Problem, Vehicle


def occupancy(place: Place, *cohorts: str | None, lanes: int = 1) -> Occupancy:
    vehicles = tuple(
        Vehicle(id=n, cohort=c, reload_service_s=300) for n, c in enumerate(cohorts or (None,) * 4)
    )
    problem = Problem(
        vehicles=vehicles,
        jobs=(),
        matrices={},
        places=(place,),
        bays=(Bay(location=0, lanes=lanes),),
    )
    return Occupancy(
        Instance(
            problem=problem,
            travel=(),
            vehicles=vehicles,
            tasks=(),
            zero=(0,),
            locked=(),
            allowed=(),
        )
    )


def ask(vehicle: int, length_s: int = 100, amount: int = 0) -> Demand:
    return Demand(place=0, vehicle=vehicle, length_s=length_s, amount=(amount,))


def test_a_gap_between_two_presences_is_used_only_when_it_is_wide_enough() -> None:
    slots = occupancy(Place(id="p", separation_s=50))
    slots.enter(0, (0, 100, 0), (0,))
    slots.enter(0, (400, 500, 0), (0,))
    assert slots.earliest(ask(1), 0, ()) == 150
    assert slots.earliest(ask(1, length_s=201), 0, ()) == 550


def test_the_same_courier_may_come_back_at_once() -> None:
    slots = occupancy(Place(id="p", separation_s=50))
    slots.enter(0, (0, 100, 0), (0,))
    assert slots.earliest(ask(0), 100, ()) == 100


def test_a_window_that_ends_before_the_slot_is_free_is_passed_over() -> None:
    slots = occupancy(Place(id="p", separation_s=50))
    slots.enter(0, (0, 100, 0), (0,))
    assert slots.earliest(ask(1), 0, ((0, 120), (300, 400))) == 300
    assert slots.earliest(ask(1), 0, ((0, 120),)) is None


def test_what_is_taken_back_is_free_again() -> None:
    slots = occupancy(Place(id="p", separation_s=50, shelf=(5,)))
    slots.enter(0, (0, 100, 0), (5,))
    assert slots.earliest(ask(1, amount=1), 0, ()) is None
    slots.leave(0, (0, 100, 0), (5,))
    assert slots.earliest(ask(1, amount=1), 0, ()) == 0


def test_a_second_lane_takes_a_second_courier_but_no_third() -> None:
    slots = occupancy(Place(id="p", lanes=2, separation_s=50))
    slots.enter(0, (0, 100, 0), (0,))
    assert slots.earliest(ask(1), 0, ()) == 0
    slots.enter(0, (0, 100, 1), (0,))
    assert slots.earliest(ask(2), 0, ()) == 150


def test_another_cohort_never_comes_on_the_same_day() -> None:
    slots = occupancy(Place(id="p"), "a", "b", None)
    slots.enter(0, (0, 100, 0), (0,))
    assert slots.earliest(ask(1), 9000, ()) is None
    assert slots.earliest(ask(2), 9000, ()) == 9000


def test_a_bay_loads_one_after_the_other() -> None:
    slots = occupancy(Place(id="p"))
    slots.load(0, (0, 300, 0))
    assert slots.earliest_loading(0, 1, 100, 300) == 300
    assert slots.earliest_loading(5, 1, 100, 300) == 100  # no bay stated: no limit
    slots.unload(0, (0, 300, 0))
    assert slots.earliest_loading(0, 1, 100, 300) == 100


def test_two_who_load_one_after_the_other_leave_a_lane_free() -> None:
    slots = occupancy(Place(id="p"), lanes=2)
    slots.load(0, (0, 300, 0))
    slots.load(0, (300, 600, 1))
    assert slots.earliest_loading(0, 2, 150, 300) == 150
    slots.load(0, (250, 550, 3))
    assert slots.earliest_loading(0, 2, 150, 300) == 550


def test_two_who_come_one_after_the_other_leave_a_lane_free() -> None:
    slots = occupancy(Place(id="p", lanes=2, separation_s=50))
    slots.enter(0, (0, 100, 0), (0,))
    slots.enter(0, (150, 250, 1), (0,))
    assert slots.earliest(ask(2), 60, ()) == 60
    assert slots.earliest(ask(2, length_s=20), 149, ()) == 149
    slots.enter(0, (140, 160, 3), (0,))
    assert slots.earliest(ask(2), 60, ()) == 210
