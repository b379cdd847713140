"""Whole courier-days chosen together: everything once, nobody meets, few faces."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.recombine_days import DayColumn, DayRules, recombine_days

LEFT = 1000


def column(key: int, vehicle: int, *parts: int, cost: int = 10, **more: object) -> DayColumn:
    return DayColumn(key=key, vehicle=vehicle, parts=parts, cost=cost, **more)  # type: ignore[arg-type]


def rules(parts: int, **more: object) -> DayRules:
    return DayRules(penalties=dict.fromkeys(range(parts), LEFT), **more)  # type: ignore[arg-type]


def names(found: list[DayColumn] | None) -> set[int]:
    assert found is not None
    return {c.key for c in found}


def test_days_of_different_plans_go_together() -> None:
    first = [column(1, 1, 0, 1, cost=10), column(2, 2, 2, cost=90)]
    others = [column(3, 1, 1, 2, cost=80), column(4, 2, 2, cost=20)]
    found = recombine_days([*first, *others], rules(3), incumbent=first, seconds=2)
    assert names(found) == {1, 4}
    assert recombine_days(first, rules(3), incumbent=first, seconds=1) is None


def test_a_part_that_was_left_is_brought_when_a_day_brings_it() -> None:
    first = [column(1, 1, 0)]
    found = recombine_days([column(2, 1, 0, 1, cost=400)], rules(2), incumbent=first, seconds=1)
    assert names(found) == {2}


@pytest.mark.parametrize(
    ("presences", "limits", "together"),
    [
        (((0, 0, 100), (0, 160, 200)), {"separation_s": {0: 60}}, 1),  # just far enough
        (((0, 0, 100), (0, 159, 200)), {"separation_s": {0: 60}}, 0),  # a second too near
        (((0, 0, 100), (0, 50, 150)), {"lanes": {0: 2}}, 1),  # a lane each
        (((0, 0, 100), (1, 50, 150)), {}, 1),  # elsewhere
        (((0, 50, 50), (0, 0, 100)), {}, 0),  # however short
    ],
)
def test_couriers_are_kept_apart(
    presences: tuple[tuple[int, int, int], ...], limits: dict[str, object], together: int
) -> None:
    alone = [column(1, 1, 0)]
    cheap = [
        column(2, 1, 0, presences=(presences[0],)),
        column(3, 2, 1, presences=(presences[1],)),
    ]
    found = recombine_days(cheap, rules(2, **limits), incumbent=alone[:0], seconds=1)
    assert names(found) == ({2, 3} if together else names(found))
    assert len(names(found)) == (2 if together else 1)


def test_three_fit_into_two_lanes_only_two_at_a_time() -> None:
    stays = [(0, 100), (50, 150), (90, 190)]
    days = [column(n, n, n, presences=((0, *stay),)) for n, stay in enumerate(stays)]
    found = recombine_days(days, rules(3, lanes={0: 2}), incumbent=[], seconds=1)
    assert len(names(found)) == 2


def test_a_shelf_holds_no_more_than_its_room() -> None:
    days = [column(n, n, n, laid=((7, 4),)) for n in range(3)]
    found = recombine_days(days, rules(3, room={7: 8}), incumbent=[], seconds=1)
    assert len(names(found)) == 2


def test_cohorts_do_not_share_a_place() -> None:
    days = [
        column(1, 1, 0, presences=((0, 0, 10),), cohort=0),
        column(2, 2, 1, presences=((0, 500, 510),), cohort=1),
        column(3, 3, 2, presences=((0, 900, 910),), cohort=0),
    ]
    assert names(recombine_days(days, rules(3), incumbent=[], seconds=1)) == {1, 3}


def test_a_further_face_costs_unless_it_is_needed() -> None:
    first = [column(1, 1, 0, buildings=(5,)), column(2, 2, 1, buildings=(5,))]
    one = column(3, 1, 0, 1, cost=40, buildings=(5,))
    assert recombine_days([one], rules(2), incumbent=first, seconds=1) is None
    found = recombine_days([one], rules(2, face=50), incumbent=first, seconds=1)
    assert names(found) == {3}
    told = rules(2, face=50, needed={5: 2})
    assert recombine_days([one], told, incumbent=first, seconds=1) is None


def apart(chosen: tuple[DayColumn, ...], limits: DayRules) -> bool:
    """Judge as the rules of places do."""
    stays = sorted(
        (start, end, c.vehicle, place) for c in chosen for place, start, end in c.presences
    )
    for n, (start, _, vehicle, place) in enumerate(stays):
        gap = limits.separation_s.get(place, 0)
        near = {v for _, e, v, p in stays[:n] if p == place and v != vehicle and e + gap > start}
        if len(near) >= limits.lanes.get(place, 1):
            return False
    return True


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 2))
def test_small_choices_are_as_good_as_trying_all(seed: int, count: int, lanes: int) -> None:
    rng = random.Random(seed)
    limits = rules(6, lanes={0: lanes}, separation_s={0: 5}, face=7)
    days = []
    for key in range(count):
        start = rng.randrange(60)
        days.append(
            column(
                key,
                rng.randrange(4),
                *rng.sample(range(6), rng.randint(1, 3)),
                cost=rng.randint(5, 30),
                presences=((0, start, start + rng.randrange(20)),),
                buildings=(rng.randrange(2),),
            )
        )
    best = limits.value(())
    for size in range(1, 5):
        for chosen in itertools.combinations(days, size):
            parts = [p for c in chosen for p in c.parts]
            alone = len({c.vehicle for c in chosen}) == size and len(parts) == len(set(parts))
            if alone and apart(chosen, limits):
                best = min(best, limits.value(chosen))
    found = recombine_days(days, limits, incumbent=[], seconds=5)
    assert limits.value(found or ()) == best


def test_a_large_day_is_chosen_in_parts() -> None:
    rng = random.Random(4)
    days = []
    for vehicle in range(100):
        for key in range(40):
            parts = [vehicle * 3 + rng.randrange(9) for _ in range(3)]
            start = rng.randrange(10_000)
            days.append(
                column(
                    key,
                    vehicle,
                    *dict.fromkeys(parts),
                    cost=rng.randint(50, 100),
                    presences=((vehicle // 3, start, start + 60),),
                )
            )
    limits = rules(310, separation_s=dict.fromkeys(range(40), 600))
    found = recombine_days(days, limits, incumbent=[], seconds=2, deterministic=True)
    assert found is not None
    assert apart(tuple(found), limits)
    brought = [p for c in found for p in c.parts]
    assert len(brought) == len(set(brought))
    assert len(brought) > 200
