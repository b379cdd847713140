"""Read what a point team has before it: goods, packing, and turns at its bays (点位当班)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from logistics.domain.catalogue import Catalogue
from logistics.domain.places import Place
from logistics.domain.planning import RoutingPolicy
from logistics.domain.point_days import (
    ExpectedOrder,
    PointDay,
    ShelfPick,
    StairwellPacking,
    StockLot,
    VanArrival,
    VanLot,
    at_bays,
)
from logistics.domain.runs import Run
from logistics.store import catalogue, places, point_days, point_runs, runs


@dataclass(frozen=True, slots=True, kw_only=True)
class PointGoods:
    """What comes to a point, what is on its way, and what lies there."""

    orders: tuple[ExpectedOrder, ...]
    vans: tuple[VanArrival, ...]
    on_vans: tuple[VanLot, ...]
    stock: tuple[StockLot, ...]
    goods: Catalogue
    others: Mapping[str, Place]  # the district's other points, by code


@dataclass(frozen=True, slots=True, kw_only=True)
class PointPacking:
    """What is to be picked along the shelves, and how far each stairwell's bags are."""

    picks: tuple[ShelfPick, ...]
    stairwells: tuple[StairwellPacking, ...]
    goods: Catalogue


def runs_at_point(session: Session, district_id: str, *, at: datetime) -> tuple[Run, ...]:
    """List the runs that a point works on now: today's and later ones that were ordered."""
    zone = ZoneInfo(places.district(session, district_id).zone_name)
    return point_runs.worked_on(session, district_id, at.astimezone(zone).date())


def read_point_day(session: Session, point: Place, run: str, *, at: datetime) -> PointDay:
    """Read how far a point is in a run, with the trips in the order of departure.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    zone_name, midnight = _midnight(session, found)
    plan_id = point_days.plan_in_force(session, found.id)
    turns = () if plan_id is None else at_bays(
        point_days.turns(
            session, plan_id, point.id, midnight, _loading_s(session, found.district_id)
        ),
        at.replace(second=0, microsecond=0),  # who looks twice in a minute sees the same
    )  # fmt: skip
    return PointDay(
        run=found,
        zone_name=zone_name,
        bays=point.bays,
        counts=point_days.counts(session, found.id, point.id),
        turns=tuple(turns),
    )


def read_point_goods(session: Session, point: Place, run: str) -> PointGoods:
    """Read what a run's orders bring to a point, and what lies there.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    _, midnight = _midnight(session, found)
    return PointGoods(
        orders=point_days.expected(session, found.id, point),
        vans=point_days.vans_to(session, found.id, point, midnight),
        on_vans=point_days.on_vans(session, found.id, point),
        stock=point_days.in_stock(session, found.id, point.code),
        goods=catalogue.load(session),
        others={
            one.code: one
            for one in places.places(session, found.district_id, "point")
            if one.id != point.id
        },
    )


def read_point_packing(session: Session, point: Place, run: str) -> PointPacking:
    """Read what a point still picks, and how far the bags of each stairwell are.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    plan_id = point_days.plan_in_force(session, found.id)
    return PointPacking(
        picks=point_days.picks(session, found.id, point.id),
        stairwells=point_days.stairwells(session, found.id, plan_id, point.id),
        goods=catalogue.load(session),
    )


def _midnight(session: Session, run: Run) -> tuple[str, datetime]:
    zone_name = places.district(session, run.district_id).zone_name
    return zone_name, datetime.combine(run.day, time(), ZoneInfo(zone_name))


def _loading_s(session: Session, district_id: str) -> int:
    return RoutingPolicy.of(runs.policy(session, district_id)).reload_s
