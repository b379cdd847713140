from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from logistics.domain.planning import (
    Carrier,
    DropSlot,
    PlanInputs,
    PlannedPlace,
    RoutingPolicy,
    WaitingBag,
)
from logistics.routing.problem import locations
from solver.problem import Matrix

HOUR = 3600


def a_slot(number: int, **changes) -> DropSlot:
    building = (number + 1) // 2
    slot = DropSlot(
        id=f"d/s{number}",
        code=f"JQ-01-0{building}-{number}",
        building_code=f"JQ-01-0{building}",
        names_zh=("东港嘉苑", f"{building}幢", f"{number}单元"),
        names_en=("Donggang", f"Building {building}", f"Stairwell {number}"),
        note="",
        lon=120.2 + number / 1000,
        lat=30.3,
        zone=0,
    )
    return replace(slot, **changes)


def a_bag(number: int, stairwell: int, **changes) -> WaitingBag:
    bag = WaitingBag(
        id=f"bag{number}",
        code=f"B{number:03}",
        stairwell_id=f"d/s{stairwell}",
        point_id="d/P1",
        household_code=f"JQ-01-01-{stairwell}-{number}",
        room=str(number),
        need_tier=2,
        compartment="ambient",
        weight_g=8_000,
        volume_ml=20_000,
    )
    return replace(bag, **changes)


def a_carrier(number: int, **changes) -> Carrier:
    carrier = Carrier(
        id=f"c{number}",
        code=f"E{number:02}",
        mode="ebike",
        capacity_g=80_000,
        capacity_ml=240_000,
        capacity_bags=6,
        shift_start_s=9 * HOUR,
        shift_end_s=18 * HOUR,
        max_trips=6,
        zone_max=2,
        point_id="d/P1",
    )
    return replace(carrier, **changes)


def some_inputs(**changes) -> PlanInputs:
    inputs = PlanInputs(
        run_id="rn_1",
        run_code="JQ-20260413-1",
        day=date(2026, 4, 13),
        separation_s=600,
        district_id="d",
        district_folder="",
        district_digest="x",
        closed_gates=(),
        policy=RoutingPolicy(rounds=((11 * HOUR, 11 * HOUR + 600),)),
        points=(
            PlannedPlace(
                id="d/P1", code="P1", name_zh="点位", name_en="Point", lon=120.2, lat=30.3
            ),
        ),
        slots=tuple(a_slot(n) for n in range(1, 5)),
        bags=tuple(a_bag(n, 1 + n % 4) for n in range(40)),
        carriers=(a_carrier(1), a_carrier(2)),
    )
    return replace(inputs, **changes)


def flat_matrices(inputs: PlanInputs, *, cut_off: tuple[str, ...] = ()) -> dict[str, Matrix]:
    """Two minutes between any two places; none at all to those that are cut off."""
    order = [spot.id for spot in locations(inputs)]
    duration = np.full((len(order), len(order)), 120, dtype=np.int64)
    np.fill_diagonal(duration, 0)
    for name in cut_off:
        n = order.index(name)
        duration[n, :] = duration[:, n] = -1
        duration[n, n] = 0
    distance = np.where(duration < 0, -1, duration * 4)
    matrix = Matrix(duration_s=duration, distance_m=distance, cost=duration)
    return {carrier.mode: matrix for carrier in inputs.carriers}


@pytest.fixture
def make() -> SimpleNamespace:
    """Make inputs and their parts, each with changes."""
    return SimpleNamespace(
        inputs=some_inputs,
        slot=a_slot,
        bag=a_bag,
        carrier=a_carrier,
        matrices=flat_matrices,
    )
