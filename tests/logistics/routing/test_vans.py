"""Goods as pickups and deliveries, and the solver's plan as tours; on a small grid of ways."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.vans import (
    Consignment,
    TourKind,
    Van,
    VanInputs,
    VanPlace,
    VanStop,
    VanTour,
    arrivals,
    releases,
)
from logistics.routing.vans import left_out_of, tours_of, van_problem
from solver.check import check
from solver.problem import UNREACHABLE, Matrix
from solver.search import solve

HOUR = 3600
PLACES = ("P1", "P2", "M1", "M2")


def matrix(*, cut: tuple[int, int] | None = None) -> Matrix:
    size = len(PLACES)
    seconds = np.full((size, size), 600, dtype=np.int64)
    np.fill_diagonal(seconds, 0)
    if cut is not None:
        seconds[cut] = UNREACHABLE
    metres = np.where(seconds == UNREACHABLE, UNREACHABLE, seconds * 5)
    return Matrix(duration_s=seconds, distance_m=metres, cost=seconds)


def van(code: str = "V1", **more) -> Van:
    usual = {"capacity_g": 1000, "capacity_ml": 2000, "cold": False, "shift_start_s": 5 * HOUR,
             "shift_end_s": 20 * HOUR, "depot_id": "P1"}  # fmt: skip
    return Van(**{"id": code, "district_id": "d", "code": code, **usual, **more})


def goods(code: str = "R-M1", **more) -> Consignment:
    usual = {"source_id": "M1", "target_id": "P1", "cold": False, "weight_g": 900,
             "volume_ml": 1500, "ready_s": 6 * HOUR, "until_s": 18 * HOUR}  # fmt: skip
    return Consignment(**{"code": code, **usual, **more})


def inputs(**more) -> VanInputs:
    usual = {
        "run_id": "r", "run_code": "R", "day": date(2022, 4, 13), "district_folder": "",
        "district_digest": "", "closed_gates": (), "closures": (),
        "since": datetime(2022, 4, 12, 16, tzinfo=UTC), "until": datetime(2022, 4, 13, tzinfo=UTC),
        "places": tuple(
            VanPlace(id=p, code=p, name_zh=p, name_en=p, lon=0.0, lat=0.0) for p in PLACES
        ),
        "vans": (van(),), "collect": (), "transfer": (), "load_s": 300, "count_pack_s": HOUR,
        "wave_start_s": 9 * HOUR, "goods_by_s": 16 * HOUR,
    }  # fmt: skip
    return VanInputs(**{**usual, **more})


def planned(consignments, vans, *, ways: Matrix | None = None, until_s: int = 16 * HOUR):
    told, ways = inputs(), ways or matrix()
    problem, cargo = van_problem(told, consignments, ways, vans=vans, until_s=until_s)
    plan = solve(problem, step_limit=20, engine="dispatch", seed=1)
    assert not check(problem, plan)
    return tours_of(told, cargo, plan, ways, TourKind.COLLECT), left_out_of(cargo, plan)


def carried(tours, kind: str) -> int:
    return sum(stop.weight_g for tour in tours for stop in tour.stops if stop.kind == kind)


def test_goods_are_fetched_when_they_are_ready_and_all_of_them_come() -> None:
    tours, left = planned([goods(ready_s=7 * HOUR)], [van()])
    assert left == ()
    assert carried(tours, "pickup") == carried(tours, "delivery") == 900
    (tour,) = tours
    first = tour.stops[0]
    assert (first.place_id, first.arrival_s) == ("M1", 7 * HOUR)
    assert tour.departs_s == 7 * HOUR - 600
    assert tour.distance_m == 6000
    assert tour.code == "R-V1-A"


def test_more_than_a_van_holds_goes_in_several_rounds() -> None:
    tours, left = planned([goods(weight_g=3100, volume_ml=100)], [van()])
    assert left == ()
    loads = [stop.weight_g for tour in tours for stop in tour.stops if stop.kind == "pickup"]
    assert sum(loads) == 3100
    assert max(loads) <= 1000


def test_cold_goods_go_with_a_cold_van_or_stay() -> None:
    tours, left = planned([goods(cold=True)], [van("V1"), van("V2", cold=True)])
    assert {tour.van_id for tour in tours} == {"V2"}
    tours, left = planned([goods(cold=True)], [van("V1")])
    assert tours == ()
    assert [(one.code, one.weight_g) for one in left] == [("no-cold-van", 900)]


def test_what_no_way_leads_to_is_said() -> None:
    tours, left = planned([goods()], [van()], ways=matrix(cut=(2, 0)))
    assert tours == ()
    assert [one.code for one in left] == ["unreachable"]


def test_what_comes_too_late_is_left_out_with_its_cause() -> None:
    tours, (left,) = planned([goods(ready_s=15 * HOUR)], [van()], until_s=15 * HOUR)
    assert tours == ()
    assert (left.consignment, left.weight_g) == ("R-M1", 900)
    assert left.code not in ("unreachable", "no-cold-van")


@given(
    weight=st.integers(0, 10**7),
    volume=st.integers(0, 10**7),
    most=st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
)
def test_parts_add_up_and_fit(weight: int, volume: int, most: tuple[int, int]) -> None:
    one = goods(weight_g=weight, volume_ml=volume)
    if -(-weight // most[0]) > 5000 or -(-volume // most[1]) > 5000:
        return
    parts = one.parts(*most)
    assert (sum(w for w, _ in parts), sum(v for _, v in parts)) == (weight, volume)
    assert all(w <= most[0] and v <= most[1] for w, v in parts)


def tour(kind: TourKind, *unloaded: tuple[str, int]) -> VanTour:
    return VanTour(
        code="T", van_id="V1", kind=kind, departs_s=0, returns_s=0, distance_m=0,
        stops=tuple(
            VanStop(seq=n, kind="delivery", place_id=place, arrival_s=leave, leave_s=leave,
                    weight_g=1, volume_ml=1, loads=())
            for n, (place, leave) in enumerate(unloaded, start=1)
        ),
    )  # fmt: skip


def test_the_last_van_that_is_needed_sets_when_couriers_may_leave() -> None:
    collect = tour(TourKind.COLLECT, ("P1", 7 * HOUR), ("P1", 8 * HOUR), ("P2", 6 * HOUR))
    transfer = tour(TourKind.TRANSFER, ("P2", 9 * HOUR))
    assert arrivals([collect, transfer]) == {"P1": 8 * HOUR, "P2": 9 * HOUR}
    # what comes from a supplier is counted and packed, what comes from a point only packed
    assert releases([collect, transfer], 1800) == {"P1": 8 * HOUR + 1800, "P2": 9 * HOUR + 900}


@pytest.mark.parametrize("change", [{"capacity_g": 0}, {"shift_end_s": 5 * HOUR}])
def test_a_van_that_cannot_be_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="V1"):
        replace(van(), **change)


def test_the_digest_knows_a_new_order() -> None:
    one = inputs(collect=(goods(),))
    assert one.digest() == inputs(collect=(goods(),)).digest()
    assert one.digest() != inputs(collect=(goods(weight_g=901),)).digest()
