from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlalchemy import insert, select

from logistics.domain.runs import Run, RunState
from logistics.domain.setup import MarketSetup, PointSetup
from logistics.domain.vans import TourKind, Van, VansMissing
from logistics.store import plans, runs, tables, vans
from logistics.store.session import Database
from logistics.store.van_loads import NothingOrdered
from logistics.usecases.place_orders import place_orders
from logistics.usecases.plan_run import PlanStale
from logistics.usecases.plan_vans import (
    VansTooLate,
    plan_vans,
    read_van_inputs,
    show_vans,
    solve_vans,
    store_vans,
)

NOW = datetime(2026, 4, 12, 14, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "test", "at": NOW}
HOUR = 3600


@pytest.fixture
def asked(
    sqlite_database: Database, town: Any, packed_run: Callable[..., Run]
) -> tuple[Database, Run]:
    """A cut off run of two points, in which two homes of each point ask for potatoes."""
    west, south, east, north = town.district.bounds()

    def at(x: float, y: float) -> dict[str, float]:
        return {"lon": west + x * (east - west), "lat": south + y * (north - south)}

    run = packed_run(
        sqlite_database,
        state=RunState.CUT_OFF,
        bags=4,
        points=(
            PointSetup(code="P-1", name_zh="一", name_en="One", depot=True, **at(0.3, 0.3)),
            PointSetup(code="P-2", name_zh="二", name_en="Two", **at(0.7, 0.7)),
        ),
        markets=(
            MarketSetup(code="M-1", name_zh="市场", name_en="Market", opens=time(5),
                        closes=time(18), **at(0.9, 0.1)),
        ),
    )  # fmt: skip
    with sqlite_database.transaction() as session:
        item_id = session.execute(select(tables.item.c.id)).scalar_one()
        homes = session.execute(
            select(tables.household.c.id, tables.place.c.point_id)
            .join(tables.place, tables.place.c.id == tables.household.c.stairwell_id)
            .order_by(tables.household.c.code)
        ).all()
        chosen = [
            [home for home in homes if home.point_id.endswith(code)][:2] for code in ("P-1", "P-2")
        ]
        for n, home in enumerate(home for pair in chosen for home in pair):
            session.execute(insert(tables.household_list).values(
                id=f"l{n}", run_id=run.id, household_id=home.id, client_ref=None, channel="cli",
                state="frozen", note="", said="", version=1, created_at=NOW, updated_at=NOW,
            ))  # fmt: skip
            session.execute(insert(tables.order_line).values(
                id=f"l{n}-1", list_id=f"l{n}", no=1, item_id=item_id, quantity=5000, unit="g",
                said="", substitution="none", version=1,
            ))  # fmt: skip
        vans.put_vans(session, [a_van(run, "V1")])
    return sqlite_database, run


def a_van(run: Run, code: str, **more: Any) -> Van:
    depot = f"{run.district_id}/point/P-1"
    usual = {"capacity_g": 800_000, "capacity_ml": 4_000_000, "cold": True,
             "shift_start_s": 5 * HOUR, "shift_end_s": 20 * HOUR}  # fmt: skip
    return Van(
        id=code, district_id=run.district_id, code=code, depot_id=depot, **{**usual, **more}
    )


def ordered(database: Database, run: Run, **more: Any) -> None:
    database.run(lambda s: place_orders(s, run.id, **more, **WHO))


def test_goods_come_to_the_depot_and_on_to_the_other_point(asked: tuple[Database, Run]) -> None:
    database, run = asked
    ordered(database, run)
    report = plan_vans(database, run.id, time_limit_s=4, **WHO)
    assert report.left_out == ()
    assert [tour.kind for tour in report.tours] == [TourKind.COLLECT, TourKind.TRANSFER]
    collect, transfer = report.tours
    assert [report.places[s.place_id].code for s in collect.stops] == ["M-1", "P-1"]
    assert collect.stops[0].weight_g == 20_000  # two cases of 10 kg
    assert collect.stops[0].arrival_s >= 5 * HOUR
    assert [report.places[s.place_id].code for s in transfer.stops] == ["P-1", "P-2"]
    assert transfer.stops[0].weight_g == 10_000  # what the homes of P-2 asked for
    # it waits until goods are counted, half an hour, and couriers until they are packed
    assert transfer.stops[0].arrival_s >= collect.stops[1].leave_s + HOUR // 2
    assert report.releases_s == {
        "P-1": collect.stops[1].leave_s + HOUR,
        "P-2": transfer.stops[1].leave_s + HOUR // 2,
    }
    with database.read() as session:
        assert show_vans(session, run.id) == report
        found = plans.inputs_of(session, runs.get(session, run.id))
    codes = {place.id: place.code for place in found.points}
    assert {codes[place]: s for place, s in found.releases} == report.releases_s


def test_an_order_may_go_straight_to_its_point(asked: tuple[Database, Run]) -> None:
    database, run = asked
    ordered(database, run, deliver_to={"M-1": "P-2"})
    report = plan_vans(database, run.id, time_limit_s=4, **WHO)
    collect, transfer = report.tours
    assert report.places[collect.stops[-1].place_id].code == "P-2"
    assert [report.places[s.place_id].code for s in transfer.stops] == ["P-2", "P-1"]


def test_planning_again_replaces_the_tours(asked: tuple[Database, Run]) -> None:
    database, run = asked
    ordered(database, run)
    plan_vans(database, run.id, time_limit_s=2, **WHO)
    second = plan_vans(database, run.id, time_limit_s=2, **WHO)
    with database.read() as session:
        states = session.scalars(select(tables.van_plan.c.state)).all()
        assert sorted(states) == ["current", "superseded"]
        assert show_vans(session, run.id) == second


def test_tours_do_not_outlive_what_they_were_made_from(asked: tuple[Database, Run]) -> None:
    database, run = asked
    ordered(database, run)
    with database.read() as session:
        inputs = read_van_inputs(session, run.id)
    made = solve_vans(inputs, time_limit_s=2)
    database.run(lambda s: vans.put_vans(s, [a_van(run, "V2")]))
    with pytest.raises(PlanStale):
        database.run(lambda s: store_vans(s, inputs, made, **WHO))


def test_what_stands_in_the_way_is_said(asked: tuple[Database, Run]) -> None:
    database, run = asked
    with pytest.raises(NothingOrdered):
        plan_vans(database, run.id, **WHO)
    ordered(database, run)
    database.run(lambda s: vans.put_vans(s, [replace(a_van(run, "V1"), active=False)]))
    with pytest.raises(VansMissing):
        plan_vans(database, run.id, **WHO)
    database.run(lambda s: runs.set_state(s, run.id, RunState.RELEASED))
    with pytest.raises(VansTooLate):
        plan_vans(database, run.id, **WHO)
