"""Travel around what is closed: by mode, by permit, by hours, and for all of the wave."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from geodata.generated import generate_district
from logistics.domain.closures import NOTHING_CLOSED, Closure
from logistics.domain.planning import PlannedPlace
from logistics.exchange.closed_ground import ClosedTo
from logistics.routing.travel import changes, lost, matrices, shut_by_profile

SINCE = datetime(2026, 4, 13, 1, 30, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=8)


@pytest.fixture(scope="module")
def district():
    return generate_district("small", seed=7)


@pytest.fixture
def inputs(make, district):
    """A point in the street, one bag for each stairwell of the second compound, two couriers."""
    compound = district.compounds["id"].iloc[1]
    buildings = district.buildings[district.buildings["compound_id"] == compound]["id"]
    stairwells = district.stairwells[district.stairwells["building_id"].isin(buildings)]
    slots = tuple(
        make.slot(n, id=row.id, code=row.code, lon=row.geometry.x, lat=row.geometry.y)
        for n, row in enumerate(stairwells.itertuples(), start=1)
    )
    west, south, east, north = district.bounds()
    point = PlannedPlace(id="d/P1", code="P1", name_zh="", name_en="", lon=(west + east) / 2,
                         lat=(south + north) / 2)  # fmt: skip
    return make.inputs(
        points=(point,),
        slots=slots,
        bags=tuple(make.bag(n, 1, stairwell_id=s.id) for n, s in enumerate(slots)),
        carriers=(make.carrier(1), make.carrier(2, mode="foot"),
                  make.carrier(3, permits=("P7",))),
        wave=(SINCE, UNTIL),
    )  # fmt: skip


def gates_of(district):
    compound = district.compounds["id"].iloc[1]
    mine = district.gates[(district.gates["compound_id"] == compound) & district.gates["open"]]
    assert len(mine)
    return list(mine["id"])


def closed(target, number=1, **changes_):
    made = Closure(id=f"c{number}", district_id="d", kind="gate", target=target, since=SINCE,
                   until=None)  # fmt: skip
    return replace(made, **changes_)


def reached(matrix):
    return (matrix.duration_s[0, 1:] >= 0).all()


def cut_off(matrix):
    return (matrix.duration_s[0, 1:] < 0).all()


def test_closed_gates_stop_their_modes_and_let_permits_pass(inputs, district):
    before = matrices(inputs, district)
    assert set(before) == {"ebike", "foot"}
    assert reached(before["ebike"])
    shut = tuple(
        closed(gate, n, modes=("ebike",), permits=("P7",))
        for n, gate in enumerate(gates_of(district))
    )
    after = matrices(replace(inputs, closures=shut), district)
    assert set(after) == {"ebike", "ebike+P7", "foot"}
    assert cut_off(after["ebike"])
    assert np.array_equal(after["ebike+P7"].duration_s, before["ebike"].duration_s)
    assert np.array_equal(after["foot"].duration_s, before["foot"].duration_s)


def test_two_gates_that_close_one_after_the_other_are_closed_for_all_of_the_wave(inputs, district):
    gates = gates_of(district)
    hours = [SINCE + timedelta(hours=n) for n in range(len(gates) + 1)]
    shut = tuple(
        closed(gate, n, since=hours[n], until=hours[n + 1]) for n, gate in enumerate(gates)
    )
    supposed = replace(inputs, closures=shut)
    assert cut_off(matrices(supposed, district)["foot"])
    assert changes(supposed, district) == tuple(hours[1:])


def test_a_gate_is_closed_outside_its_hours(inputs, district):
    gates = district.gates.copy()
    own = gates["id"].isin(gates_of(district))
    gates.loc[own, "hours"] = "Mo-Su 00:00-05:00"  # by the gate's own clock: before the wave
    early = replace(district, gates=gates)
    assert cut_off(matrices(inputs, early)["foot"])
    assert shut_by_profile(inputs, early)["foot"][1].gates >= set(gates_of(district))
    gates = gates.copy()
    gates.loc[own, "hours"] = "24/7"
    assert reached(matrices(inputs, replace(district, gates=gates))["foot"])


def test_a_way_is_closed_outside_its_hours_in_plans_and_on_sheets(inputs, district):
    ways = district.ways.copy()
    shut_id = ways["id"].iloc[0]
    ways.loc[ways["id"] == shut_id, "hours"] = "Mo-Su 00:00-05:00"
    early = replace(district, ways=ways)
    assert shut_by_profile(inputs, early)["foot"][1].ways == {shut_id}
    trip = SimpleNamespace(closed=NOTHING_CLOSED)
    book = SimpleNamespace(wave=inputs.wave, closed_gates=())
    assert ClosedTo(book, early).shut(trip).ways == {shut_id}


def test_a_closure_of_what_the_map_has_lost_closes_nothing_and_is_named(inputs, district):
    gone = (closed("g-gone"), closed("w-gone", 2, kind="way"))
    supposed = replace(inputs, closures=gone)
    assert lost(supposed, district) == gone
    assert reached(matrices(supposed, district)["foot"])


def test_a_closed_area_is_entered_by_nobody(inputs, district):
    outline = district.compounds.geometry.iloc[1].buffer(0.0001)
    rings = (tuple(outline.exterior.coords),)
    area = closed("the compound", kind="area", shape=(rings,))
    assert cut_off(matrices(replace(inputs, closures=(area,)), district)["foot"])


def test_closed_ways_are_used_by_nobody(inputs, district):
    ways = tuple(
        closed(way, n, kind="way", modes=("foot",)) for n, way in enumerate(district.ways["id"])
    )
    after = matrices(replace(inputs, closures=ways), district)
    assert cut_off(after["foot"])
    assert reached(after["ebike"])
