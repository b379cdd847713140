"""Bags: what is in each, whose it is, where it stands and where it has to go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from logistics.domain.bags import Compartment
from logistics.domain.custody import BagState
from logistics.store.tables import (
    bag,
    bag_line,
    household,
    item,
    lot,
    place,
    plan,
    share,
    stop_bag,
    unserved,
)

_STRUCK = BagState.STRUCK.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A household's way out: its stairwell and the service point of that stairwell."""

    household_id: str
    code: str
    need_tier: int
    stairwell_id: str
    stairwell_code: str
    point_id: str | None
    point_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """A packed bag."""

    id: str
    code: str
    no: int
    household_id: str
    household_code: str
    need_tier: int
    stairwell_id: str
    point_id: str
    compartment: Compartment
    weight_g: int
    volume_ml: int
    state: str
    custodian: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BagContent:
    """One line in a bag, from the bottom up; base units."""

    name_zh: str
    name_en: str
    base: str
    quantity: int


def homes(session: Session, household_ids: Sequence[str] | None, of_district: str) -> list[Home]:
    """Read the ways out of households, by code; ``None`` reads the whole district."""
    point = place.alias("point")
    rows = session.execute(
        select(
            household.c.id.label("household_id"),
            household.c.code,
            household.c.need_tier,
            place.c.id.label("stairwell_id"),
            place.c.code.label("stairwell_code"),
            point.c.id.label("point_id"),
            point.c.code.label("point_code"),
        )
        .join(place, place.c.id == household.c.stairwell_id)
        .outerjoin(point, point.c.id == place.c.point_id)
        .where(household.c.district_id == of_district)
        .order_by(household.c.code)
    )
    found = [Home(**row) for row in rows.mappings()]
    if household_ids is None:
        return found
    wanted = set(household_ids)
    return [home for home in found if home.household_id in wanted]


def add_all(
    session: Session, bags: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]]
) -> None:
    """Write bags and their lines in bulk, as rows of their tables."""
    if bags:
        session.execute(insert(bag), [dict(row) for row in bags])
    if lines:
        session.execute(insert(bag_line), [dict(row) for row in lines])


def of_run(session: Session, run_id: str) -> tuple[Bag, ...]:
    """Read the bags of a run by household and number."""
    rows = session.execute(
        select(
            bag.c.id,
            bag.c.code,
            bag.c.no,
            bag.c.household_id,
            household.c.code.label("household_code"),
            household.c.need_tier,
            household.c.stairwell_id,
            bag.c.point_id,
            bag.c.compartment,
            bag.c.weight_g,
            bag.c.volume_ml,
            bag.c.state,
            bag.c.custodian,
        )
        .join(household, household.c.id == bag.c.household_id)
        .where(bag.c.run_id == run_id, bag.c.state != _STRUCK)
        .order_by(household.c.code, bag.c.no)
    )
    return tuple(
        Bag(**dict(row) | {"compartment": Compartment(row["compartment"])})
        for row in rows.mappings()
    )


def contents(session: Session, bag_id: str) -> tuple[BagContent, ...]:
    """Read what is in a bag, from the bottom up."""
    rows = session.execute(
        select(item.c.name_zh, item.c.name_en, item.c.base, bag_line.c.quantity)
        .join(share, share.c.id == bag_line.c.share_id)
        .join(lot, lot.c.id == share.c.lot_id)
        .join(item, item.c.id == lot.c.item_id)
        .where(bag_line.c.bag_id == bag_id)
        .order_by(bag_line.c.id)
    )
    return tuple(BagContent(**row) for row in rows.mappings())


def of_stairwell(session: Session, run_id: str, stairwell: str) -> frozenset[str]:
    """Read the ids of the bags that go to a stairwell, by its code."""
    rows = session.scalars(
        select(bag.c.id)
        .join(household, household.c.id == bag.c.household_id)
        .join(place, place.c.id == household.c.stairwell_id)
        .where(bag.c.run_id == run_id, place.c.code == stairwell)
    )
    return frozenset(rows)


def totals(session: Session, run_id: str) -> tuple[int, int, int]:
    """Count the bags of a run, their grams and their millilitres."""
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(bag.c.weight_g), 0),
            func.coalesce(func.sum(bag.c.volume_ml), 0),
        ).where(bag.c.run_id == run_id, bag.c.state != _STRUCK)
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def count(session: Session, run_id: str) -> int:
    """Count all bags that a run ever had, those that were struck off, too."""
    query = select(func.count()).select_from(bag).where(bag.c.run_id == run_id)
    return int(session.execute(query).scalar_one())


def packed_by_share(session: Session, run_id: str) -> dict[str, int]:
    """Sum what lies in bags of each share."""
    rows = session.execute(
        select(bag_line.c.share_id, func.sum(bag_line.c.quantity))
        .join(bag, bag.c.id == bag_line.c.bag_id)
        .where(bag.c.run_id == run_id)
        .group_by(bag_line.c.share_id)
    )
    return {share_id: int(quantity) for share_id, quantity in rows}


def planned(session: Session, run_id: str) -> tuple[set[str], dict[str, str]]:
    """Read the bags on trips of the run's plan in force, and those left out with the reason."""
    plan_id = session.execute(
        select(plan.c.id)
        .where(plan.c.run_id == run_id, plan.c.state.in_(("draft", "released")))
        .order_by(plan.c.created_at.desc(), plan.c.id.desc())
        .limit(1)
    ).scalar()
    on_trips = session.execute(
        select(stop_bag.c.bag_id)
        .join(bag, bag.c.id == stop_bag.c.bag_id)
        .where(stop_bag.c.plan_id == plan_id, bag.c.state != _STRUCK)
    ).scalars()
    left_out = session.execute(
        select(unserved.c.bag_id, unserved.c.code)
        .join(bag, bag.c.id == unserved.c.bag_id)
        .where(unserved.c.plan_id == plan_id, bag.c.state != _STRUCK)
    )
    return set(on_trips), dict(left_out.all())
