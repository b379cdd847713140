"""Vans, what they have to bring in a run, and the tours that were planned for it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.buying import BuyingPolicy
from logistics.domain.ids import new_id
from logistics.domain.vans import (
    LeftOut,
    TourKind,
    Van,
    VanPlan,
    VanStop,
    VanTour,
    releases,
)
from logistics.store.rows import Put, put
from logistics.store.tables import place, van, van_plan, van_stop, van_tour

_COLUMNS = (
    "id", "district_id", "code", "capacity_g", "capacity_ml", "cold", "shift_start_s",
    "shift_end_s", "depot_id", "active",
)  # fmt: skip


def vans(session: Session, district_id: str, *, idle_too: bool = False) -> tuple[Van, ...]:
    """Read the vans of a district by code; those out of use only where asked for."""
    query = (
        select(van, place.c.code.label("depot_code"))
        .join(place, place.c.id == van.c.depot_id)
        .where(van.c.district_id == district_id)
        .order_by(van.c.code)
    )
    if not idle_too:
        query = query.where(van.c.active.is_(True))
    return tuple(Van(**row) for row in session.execute(query).mappings())


def put_vans(session: Session, given: Collection[Van]) -> Put:
    """Write vans, or what differs; forget none."""
    return put(session, van, [{name: getattr(one, name) for name in _COLUMNS} for one in given])


def add(session: Session, run_id: str, made: VanPlan, *, digest: str, at: dt.datetime) -> str:
    """Store tours as those in force; earlier ones are kept, marked as superseded."""
    session.execute(
        update(van_plan)
        .where(van_plan.c.run_id == run_id, van_plan.c.state == "current")
        .values(state="superseded")
    )
    plan_id = new_id("vp", at)
    session.execute(
        insert(van_plan).values(
            id=plan_id,
            run_id=run_id,
            digest=digest,
            state="current",
            files=dict(made.files),
            left_out=[asdict(one) | {"facts": dict(one.facts)} for one in made.left_out],
            seed=made.seed,
            at=at,
        )
    )
    tours, stops = [], []
    for tour in made.tours:
        tour_id = new_id("vt", at)
        tours.append(
            {
                "id": tour_id,
                "plan_id": plan_id,
                "van_id": tour.van_id,
                "code": tour.code,
                "kind": tour.kind.value,
                "departs_s": tour.departs_s,
                "returns_s": tour.returns_s,
                "distance_m": tour.distance_m,
            }
        )
        stops += [
            {
                "id": new_id("vs", at),
                "tour_id": tour_id,
                "seq": stop.seq,
                "kind": stop.kind,
                "place_id": stop.place_id,
                "arrival_s": stop.arrival_s,
                "leave_s": stop.leave_s,
                "weight_g": stop.weight_g,
                "volume_ml": stop.volume_ml,
                "loads": [list(load) for load in stop.loads],
            }
            for stop in tour.stops
        ]
    for table, rows in ((van_tour, tours), (van_stop, stops)):
        if rows:
            session.execute(insert(table), rows)
    return plan_id


def current(session: Session, run_id: str) -> VanPlan | None:
    """Read the tours in force; None: none were planned."""
    row = session.execute(
        select(van_plan)
        .where(van_plan.c.run_id == run_id, van_plan.c.state == "current")
        .order_by(van_plan.c.at.desc(), van_plan.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    stops: dict[str, list[VanStop]] = defaultdict(list)
    for stop in session.execute(
        select(van_stop)
        .join(van_tour, van_tour.c.id == van_stop.c.tour_id)
        .where(van_tour.c.plan_id == row.id)
        .order_by(van_stop.c.tour_id, van_stop.c.seq)
    ):
        stops[stop.tour_id].append(
            VanStop(
                seq=stop.seq,
                kind=stop.kind,
                place_id=stop.place_id,
                arrival_s=stop.arrival_s,
                leave_s=stop.leave_s,
                weight_g=stop.weight_g,
                volume_ml=stop.volume_ml,
                loads=tuple((code, grams) for code, grams in stop.loads),
            )
        )
    tours = session.execute(
        select(van_tour).where(van_tour.c.plan_id == row.id).order_by(van_tour.c.code)
    )
    return VanPlan(
        tours=tuple(
            VanTour(
                code=tour.code,
                van_id=tour.van_id,
                kind=TourKind(tour.kind),
                departs_s=tour.departs_s,
                returns_s=tour.returns_s,
                distance_m=tour.distance_m,
                stops=tuple(stops[tour.id]),
            )
            for tour in tours
        ),
        left_out=tuple(LeftOut(**one) for one in row.left_out),
        files=row.files,
        seed=row.seed,
    )


def releases_of(
    session: Session, run_id: str, policy: Mapping[str, Any]
) -> tuple[tuple[str, int], ...]:
    """Say from when on the bags of each point may leave, by point id; nothing without tours.

    Parameters
    ----------
    policy
        The district's, as the store keeps it.
    """
    plan = current(session, run_id)
    if plan is None:
        return ()
    found = releases(plan.tours, BuyingPolicy.of(policy).count_pack_s)
    return tuple(sorted(found.items()))
