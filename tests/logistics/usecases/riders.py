"""A released run on a small map with two couriers, made row by row: no solver has to run."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.store import couriers, places
from logistics.store import tables as t

MINE, OTHERS = "KX-01-01-1-101", "KX-01-01-1-102"
TOKENS = {"001-A": "tokenone", "002-B": "tokentwo", "003-C": "tokenthree"}


@dataclass(frozen=True)
class Ridden:
    """Trips of K1 (two bags at one stop) and of K2 (one bag), by their codes."""

    run: str
    mine: str
    others: str


def release(
    session: Session, run_id: str, at: datetime, *, drop_mode: str = "stairwell"
) -> Ridden:
    """Give an open run bags, a released plan, and a second courier."""
    run = session.execute(select(t.run).where(t.run.c.id == run_id)).one()
    area = places.district(session, run.district_id)
    today = at.astimezone(ZoneInfo(area.zone_name)).date()
    session.execute(
        update(t.run).where(t.run.c.id == run_id).values(
            state="released", day=today, created_at=at - timedelta(days=1)
        )
    )  # fmt: skip
    first = couriers.by_code(session, area.id, "K1")
    row = session.execute(select(t.courier).where(t.courier.c.id == first.id)).mappings().one()
    session.execute(insert(t.courier).values(**{**row, "id": new_id("co", at), "code": "K2"}))
    second = couriers.by_code(session, area.id, "K2")
    plan_id = new_id("plan", at)
    session.execute(insert(t.plan).values(
        id=plan_id, run_id=run_id, digest="x", problem={}, plan={}, state="released", seed=1,
        created_at=at,
    ))  # fmt: skip
    point = session.scalar(select(t.place.c.id).where(t.place.c.kind == "point"))
    for code, rider, bags in (
        ("T-1", first, (("001-A", MINE), ("002-B", OTHERS))), ("T-2", second, (("003-C", MINE),)),
    ):  # fmt: skip
        trip_id, stop_id = new_id("trip", at), new_id("stop", at)
        session.execute(insert(t.trip).values(
            id=trip_id, plan_id=plan_id, courier_id=rider.id, point_id=point, no=1, code=code,
            departs_s=32_400, returns_s=36_000, weight_g=4000, volume_ml=9000, state="released",
        ))  # fmt: skip
        home = places.household_by_code(session, MINE)
        session.execute(insert(t.stop).values(
            id=stop_id, trip_id=trip_id, seq=1, stairwell_id=home.stairwell_id, arrival_s=33_000,
            leave_s=33_200, drop_mode=drop_mode,
        ))  # fmt: skip
        for number, (bag, household) in enumerate(bags):
            bag_id = new_id("bag", at)
            session.execute(insert(t.bag).values(
                id=bag_id, run_id=run_id, point_id=point, code=bag, no=number + 1,
                household_id=places.household_by_code(session, household).id,
                compartment="ambient", weight_g=2000, volume_ml=4500, state="staged",
                custodian="point:P1",
            ))  # fmt: skip
            session.execute(insert(t.bag_token).values(bag_id=bag_id, token=TOKENS[bag]))
            session.execute(insert(t.stop_bag).values(
                plan_id=plan_id, bag_id=bag_id, stop_id=stop_id
            ))  # fmt: skip
    return Ridden(run.code, "T-1", "T-2")
