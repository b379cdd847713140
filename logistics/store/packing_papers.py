"""What packing lists and labels say, read from a run's rows in a few statements."""

from collections import defaultdict
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session, aliased

from logistics.domain.custody import BagState
from logistics.domain.packing_papers import BagPaper, PaperGood
from logistics.store import packing
from logistics.store.tables import (
    bag,
    bag_token,
    household,
    household_list,
    item_unit,
    place,
    plan,
    stop,
    stop_bag,
    trip,
)

_KINDS = ("compound", "building", "stairwell")


def goods(session: Session) -> dict[str, PaperGood]:
    """Read the catalogue as packers see it, by item id."""
    units: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in session.execute(select(item_unit).order_by(item_unit.c.base_count.desc())):
        units[row.item_id].append((row.unit, row.base_count))
    return {
        good.id: PaperGood(
            id=good.id,
            name_zh=good.name_zh,
            name_en=good.name_en,
            base=good.base,
            default_unit=good.default_unit,
            category=good.category,
            aisle=good.aisle,
            cold=good.cold,
            fragile=good.fragile,
            units=tuple(units[good.id]),
        )
        for good in packing.goods(session).values()
    }


def of_run(
    session: Session, run_id: str, *, point: str = "", stairwell: str = ""
) -> tuple[BagPaper, ...]:
    """Read the bags of a run; their lines and floors are told apart."""
    counted = session.execute(
        select(bag.c.household_id, func.count())
        .where(bag.c.run_id == run_id, bag.c.state != BagState.STRUCK.value)
        .group_by(bag.c.household_id)
    )
    of_home = {home: int(number) for home, number in counted}
    notes, trips = _notes(session, run_id), _trips(session, run_id)
    found = []
    numbers: dict[str, int] = defaultdict(int)
    for row in session.execute(_bags(run_id)).mappings():
        numbers[row["household_id"]] += 1
        if point not in ("", row["point_code"]) or stairwell not in ("", row["stairwell_code"]):
            continue
        on = trips.get(row["id"])
        found.append(
            BagPaper(
                id=row["id"],
                household_id=row["household_id"],
                code=row["code"],
                token=row["token"] or "",
                no=numbers[row["household_id"]],
                of=of_home[row["household_id"]],
                state=row["state"],
                compartment=row["compartment"],
                weight_g=row["weight_g"],
                volume_ml=row["volume_ml"],
                point_code=row["point_code"],
                stairwell_code=row["stairwell_code"],
                names_zh=_names(row, "name_zh"),
                names_en=_names(row, "name_en"),
                room=row["room"],
                floor=None,
                tier=row["need_tier"],
                notes=tuple(notes.get(row["household_id"], ())),
                lines=(),
                trip=on[1] if on else "",
                trip_order=on or (0, "", 0),
            )
        )
    return tuple(found)


def _bags(run_id: str) -> Any:
    point, building, compound = aliased(place), aliased(place), aliased(place)
    names = ("id", "code", "household_id", "state", "compartment", "weight_g", "volume_ml")
    places = [
        of.c[name].label(f"{kind}_{name}")
        for kind, of in zip(_KINDS, (compound, building, place), strict=True)
        for name in ("name_zh", "name_en")
    ]
    return (
        select(
            *(bag.c[name] for name in names),
            bag_token.c.token,
            household.c.room,
            household.c.need_tier,
            place.c.code.label("stairwell_code"),
            point.c.code.label("point_code"),
            *places,
        )
        .join(household, household.c.id == bag.c.household_id)
        .join(place, place.c.id == household.c.stairwell_id)
        .join(point, point.c.id == bag.c.point_id)
        .outerjoin(building, building.c.id == place.c.parent_id)
        .outerjoin(compound, compound.c.id == building.c.parent_id)
        .outerjoin(bag_token, bag_token.c.bag_id == bag.c.id)
        .where(bag.c.run_id == run_id, bag.c.state != BagState.STRUCK.value)
        .order_by(household.c.code, bag.c.no)
    )


def _names(row: RowMapping, name: str) -> tuple[str, str, str]:
    compound, building, stairwell = (row[f"{kind}_{name}"] or "" for kind in _KINDS)
    return compound, building, stairwell


def _notes(session: Session, run_id: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for home, note in session.execute(
        select(household_list.c.household_id, household_list.c.note)
        .where(
            household_list.c.run_id == run_id,
            household_list.c.state == "frozen",
            household_list.c.note != "",
        )
        .order_by(household_list.c.id)
    ):
        found[home].append(note)
    return found


def _trips(session: Session, run_id: str) -> dict[str, tuple[int, str, int]]:
    """Read when, on which trip and as which stop bags go, by the plan in force."""
    newest = (
        select(plan.c.id)
        .where(plan.c.run_id == run_id, plan.c.state.in_(("draft", "released")))
        .order_by(plan.c.created_at.desc(), plan.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(stop_bag.c.bag_id, trip.c.departs_s, trip.c.code, stop.c.seq)
        .join(stop, stop.c.id == stop_bag.c.stop_id)
        .join(trip, trip.c.id == stop.c.trip_id)
        .where(stop_bag.c.plan_id == newest)
    )
    return {bag_id: (departs_s, code, seq) for bag_id, departs_s, code, seq in rows}
