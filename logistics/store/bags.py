"""Bags: what is in each, whose it is, where it stands and where it has to go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import and_, func, insert, select
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


class HomeBags(NamedTuple):
    """How many bags of a household are in one state and, by the plan in force, on trips or not."""

    household_id: str
    state: BagState
    on_trip: bool
    left_out: bool
    number: int


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


def _plan_in_force(session: Session, run_id: str) -> str | None:
    found: str | None = session.execute(
        select(plan.c.id)
        .where(plan.c.run_id == run_id, plan.c.state.in_(("draft", "released")))
        .order_by(plan.c.created_at.desc(), plan.c.id.desc())
        .limit(1)
    ).scalar()
    return found


def count_planned(session: Session, run_id: str) -> tuple[int, dict[str, int]]:
    """Count the bags on trips of the run's plan in force, and those left out by their reason."""
    plan_id = _plan_in_force(session, run_id)
    if plan_id is None:
        return 0, {}
    on_trips = session.execute(
        select(func.count())
        .select_from(stop_bag)
        .join(bag, bag.c.id == stop_bag.c.bag_id)
        .where(stop_bag.c.plan_id == plan_id, bag.c.state != _STRUCK)
    ).scalar_one()
    left_out = session.execute(
        select(unserved.c.code, func.count())
        .join(bag, bag.c.id == unserved.c.bag_id)
        .where(unserved.c.plan_id == plan_id, bag.c.state != _STRUCK)
        .group_by(unserved.c.code)
        .order_by(unserved.c.code)
    )
    return int(on_trips), {code: int(count) for code, count in left_out}


_STATES = {state.value: state for state in BagState}


def by_household(session: Session, run_id: str) -> tuple[HomeBags, ...]:
    """Count the bags of each household by state, and by what the plan in force does with them."""
    plan_id = _plan_in_force(session, run_id) or ""
    on_trip, left_out = stop_bag.c.bag_id.is_not(None), unserved.c.bag_id.is_not(None)
    rows = session.execute(
        select(bag.c.household_id, bag.c.state, on_trip, left_out, func.count())
        .outerjoin(stop_bag, and_(stop_bag.c.plan_id == plan_id, stop_bag.c.bag_id == bag.c.id))
        .outerjoin(unserved, and_(unserved.c.plan_id == plan_id, unserved.c.bag_id == bag.c.id))
        .where(bag.c.run_id == run_id, bag.c.state != _STRUCK)
        .group_by(bag.c.household_id, bag.c.state, on_trip, left_out)
    )
    return tuple(
        HomeBags(home, _STATES[state], bool(on), bool(left), int(count))
        for home, state, on, left, count in rows
    )
