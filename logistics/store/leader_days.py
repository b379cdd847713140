"""One leader's stairwells: what comes, who lives there, who was heard; nothing of others."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from logistics.domain.custody import BagState
from logistics.domain.leader_days import SEALED_RANK, Arrival, Door, DoorBag, Home, Stairwell
from logistics.domain.needs import GROUP_OF, Need, NeedGroup
from logistics.domain.registry import Standing
from logistics.domain.roll_call import Answer, How, Mark
from logistics.domain.runs import Run, RunState
from logistics.domain.zones import ZoneBook, ZoneStatement
from logistics.store import runs, whereabouts
from logistics.store.tables import (
    access_link,
    bag,
    bag_report,
    bag_report_answer,
    household,
    household_list,
    household_statement,
    need_statement,
    place,
    plan,
    roll_call_mark,
    run,
    stop,
    stop_bag,
    triage,
    trip,
    zone_statement,
)

_OUT = (RunState.RELEASED.value, RunState.CLOSED.value)
_THERE = (
    BagState.ON_SHELF.value,
    BagState.TAKEN.value,
    BagState.CONFIRMED.value,
    BagState.DISPUTED.value,
)


def stairwells(session: Session, place_id: str, at: datetime) -> tuple[Stairwell, ...]:
    """Read the stairwells of a building or compound by code, with their zones at an instant."""
    below = whereabouts.under(session, place_id)
    building, compound = aliased(place), aliased(place)
    rows = session.execute(
        select(
            place.c.id, place.c.code, place.c.district_id,
            *(
                of.c[name].label(f"{kind}_{name}")
                for kind, of in (("compound", compound), ("building", building), ("own", place))
                for name in ("name_zh", "name_en")
            ),
        )
        .outerjoin(building, building.c.id == place.c.parent_id)
        .outerjoin(compound, compound.c.id == building.c.parent_id)
        .where(place.c.id.in_(below), place.c.kind == "stairwell")
        .order_by(place.c.code)
    ).mappings().all()  # fmt: skip
    if not rows:
        return ()
    ranks = _ranks(session, rows[0]["district_id"], [row["id"] for row in rows], at)
    return tuple(
        Stairwell(
            id=row["id"],
            code=row["code"],
            names_zh=_names(row, "name_zh"),
            names_en=_names(row, "name_en"),
            zone=ranks.get(row["id"], 0),
        )
        for row in rows
    )


def _names(row: Any, name: str) -> tuple[str, str, str]:
    compound, building, own = (row[f"{k}_{name}"] or "" for k in ("compound", "building", "own"))
    return compound, building, own


def _ranks(
    session: Session, district_id: str, stairwell_ids: Collection[str], at: datetime
) -> dict[str, int]:
    """Rank the zones of a few stairwells, reading only what was said of them and above."""
    line = whereabouts.rise(session, stairwell_ids)
    rows = session.execute(
        select(zone_statement)
        .where(
            zone_statement.c.district_id == district_id,
            or_(zone_statement.c.place_id.is_(None), zone_statement.c.place_id.in_(line)),
        )
        .order_by(zone_statement.c.seq)
    ).mappings()
    parents = session.execute(select(place.c.id, place.c.parent_id).where(place.c.id.in_(line)))
    book = ZoneBook(
        {row.id: row.parent_id for row in parents}, tuple(ZoneStatement(**row) for row in rows)
    )
    return book.ranks_at(at)


def runs_out(session: Session, district_id: str, days: Collection[date]) -> tuple[Run, ...]:
    """Read the released runs of some days, by day and wave."""
    ids = session.scalars(
        select(run.c.id)
        .where(run.c.district_id == district_id, run.c.day.in_(list(days)), run.c.state.in_(_OUT))
        .order_by(run.c.day, run.c.wave)
    )
    return tuple(runs.get(session, one) for one in ids)


def arrivals(
    session: Session, of_run: Run, midnight: datetime, at: Collection[Stairwell]
) -> tuple[Arrival, ...]:
    """Read when couriers come to some stairwells in a run, by time."""
    codes = {one.id: one.code for one in at}
    rows = session.execute(
        select(
            stop.c.stairwell_id, stop.c.arrival_s, stop.c.leave_s, stop.c.drop_mode,
            trip.c.code, trip.c.state, func.count(stop_bag.c.bag_id).label("bags"),
            func.count(bag.c.id).label("dropped"),
        )
        .join(trip, trip.c.id == stop.c.trip_id)
        .join(plan, plan.c.id == trip.c.plan_id)
        .join(stop_bag, stop_bag.c.stop_id == stop.c.id)
        .outerjoin(bag, and_(bag.c.id == stop_bag.c.bag_id, bag.c.state.in_(_THERE)))
        .where(
            plan.c.run_id == of_run.id, plan.c.state == "released", stop.c.stairwell_id.in_(codes)
        )
        .group_by(
            stop.c.id, stop.c.stairwell_id, stop.c.arrival_s, stop.c.leave_s, stop.c.drop_mode,
            trip.c.code, trip.c.state,
        )
        .order_by(stop.c.arrival_s, trip.c.code)
    )  # fmt: skip
    return tuple(
        Arrival(
            stairwell_code=codes[row.stairwell_id],
            trip=row.code,
            trip_state=row.state,
            arrives_at=midnight + timedelta(seconds=row.arrival_s),
            leaves_at=midnight + timedelta(seconds=row.leave_s),
            separation=timedelta(seconds=of_run.separation_s),
            drop_mode=row.drop_mode,
            bags=int(row.bags),
            dropped=int(row.dropped),
        )
        for row in rows
    )


def doors(session: Session, run_id: str, at: Collection[Stairwell]) -> tuple[Door, ...]:
    """Read which doors of some stairwells get bags in a run."""
    known = {one.id: one for one in at}
    rides = (
        select(stop_bag.c.bag_id, stop.c.drop_mode)
        .join(stop, stop.c.id == stop_bag.c.stop_id)
        .join(plan, plan.c.id == stop_bag.c.plan_id)
        .where(plan.c.run_id == run_id, plan.c.state == "released", stop.c.stairwell_id.in_(known))
        .subquery()
    )
    rows = session.execute(
        select(
            household.c.id, household.c.code, household.c.room, household.c.stairwell_id,
            bag.c.code.label("bag"), bag.c.compartment, bag.c.weight_g, bag.c.state,
            bag.c.custodian, rides.c.drop_mode,
        )
        .join(bag, bag.c.household_id == household.c.id)
        .outerjoin(rides, rides.c.bag_id == bag.c.id)
        .where(
            household.c.stairwell_id.in_(known),
            bag.c.run_id == run_id,
            bag.c.state != BagState.STRUCK.value,
        )
        .order_by(household.c.code, bag.c.no)
    ).all()  # fmt: skip
    held: dict[str, list[DoorBag]] = defaultdict(list)
    homes: dict[str, Any] = {}
    for row in rows:
        homes[row.id] = row
        held[row.id].append(
            DoorBag(
                code=row.bag,
                compartment=row.compartment,
                weight_g=row.weight_g,
                state=row.state,
                custodian=row.custodian,
                drop_mode=row.drop_mode or "",
            )
        )
    floors = {home.id: home.floor for home in homes_of(session, known.values())} if rows else {}
    return tuple(
        Door(
            household_id=home,
            household=row.code,
            room=row.room,
            floor=floors.get(home),
            stairwell_code=known[row.stairwell_id].code,
            at_the_door=known[row.stairwell_id].zone >= SEALED_RANK
            or any(one.drop_mode == "door" for one in held[home]),
            bags=tuple(held[home]),
        )
        for home, row in homes.items()
    )


def homes_of(session: Session, at: Iterable[Stairwell]) -> tuple[Home, ...]:
    """Read who lives in some stairwells, as the register says it last, as doors are walked."""
    codes = {one.id: one.code for one in at}
    last = (
        select(func.max(household_statement.c.seq))
        .join(household, household.c.id == household_statement.c.household_id)
        .where(household.c.stairwell_id.in_(codes))
        .group_by(household_statement.c.household_id)
    )
    said = {
        row.household_id: row
        for row in session.execute(
            select(
                household_statement.c.household_id,
                household_statement.c.floor,
                household_statement.c.standing,
            ).where(household_statement.c.seq.in_(last))
        )
    }
    rows = session.execute(select(household).where(household.c.stairwell_id.in_(codes)))
    found = [
        Home(
            id=row.id,
            code=row.code,
            room=row.room,
            persons=row.persons,
            stairwell_code=codes[row.stairwell_id],
            floor=said[row.id].floor if row.id in said else None,
            in_scope=row.id not in said or said[row.id].standing == Standing.HERE.value,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: one.place_in_walk))


def open_reports(session: Session, run_id: str, at: Collection[Stairwell]) -> dict[str, int]:
    """Count what households of some stairwells reported in a run and nobody answered yet."""
    rows = session.execute(
        select(bag_report.c.household_id, func.count())
        .join(household, household.c.id == bag_report.c.household_id)
        .outerjoin(bag_report_answer, bag_report_answer.c.report_id == bag_report.c.id)
        .where(
            _lives(at), bag_report.c.run_id == run_id, bag_report_answer.c.id.is_(None)
        )
        .group_by(bag_report.c.household_id)
    )  # fmt: skip
    return {home: int(count) for home, count in rows}


def sent(session: Session, run_id: str, at: Collection[Stairwell]) -> frozenset[str]:
    """Name the households of some stairwells with a list in a run, or a message that waits."""
    lists = session.scalars(
        _of(household_list.c.household_id, household_list, at)
        .where(household_list.c.run_id == run_id)
        .distinct()
    )
    waiting = session.scalars(
        select(household.c.id)
        .join(triage, triage.c.household_code == household.c.code)
        .where(_lives(at), triage.c.run_id == run_id)
        .distinct()
    )
    return frozenset(lists) | frozenset(waiting)


def marks(session: Session, run_id: str, at: Collection[Stairwell]) -> dict[str, Mark]:
    """Read what came last of asking households of some stairwells."""
    rows = session.execute(
        select(roll_call_mark)
        .join(household, household.c.id == roll_call_mark.c.household_id)
        .where(_lives(at), roll_call_mark.c.run_id == run_id)
        .order_by(roll_call_mark.c.seq)
    )
    return {
        row.household_id: Mark(
            answer=Answer(row.answer), how=How(row.how), asked_at=row.asked_at,
            asked_by=row.asked_by,
        )
        for row in rows
    }  # fmt: skip


def care_needs(
    session: Session, day: date, at: Collection[Stairwell]
) -> dict[str, tuple[Need, ...]]:
    """Read who needs care on a day, with consent that stands; nothing of anybody's health."""
    care = [one.value for one, group in GROUP_OF.items() if group is NeedGroup.CARE]
    rows = session.execute(
        select(need_statement)
        .join(household, household.c.id == need_statement.c.household_id)
        .where(_lives(at), need_statement.c.need.in_(care))
        .order_by(need_statement.c.seq)
    )
    last = {(row.household_id, row.member_no, row.need): row for row in rows}
    found: dict[str, set[Need]] = defaultdict(set)
    for (home, _, need), row in last.items():
        begun = row.consent_on <= day and (row.since is None or row.since <= day)
        if begun and (row.until is None or day <= row.until) and row.withdrawn_on is None:
            found[home].add(Need(need))
    return {home: tuple(sorted(needs)) for home, needs in found.items()}


def links_of(
    session: Session, at: Collection[Stairwell], now: datetime
) -> dict[str, tuple[str, bool]]:
    """Read the newest live link of each household of some stairwells: its id, and if opened."""
    rows = session.execute(
        select(access_link.c.household_id, access_link.c.id, access_link.c.bound_at)
        .join(household, household.c.id == access_link.c.household_id)
        .where(_lives(at), access_link.c.revoked_at.is_(None), access_link.c.expires_at > now)
        .order_by(access_link.c.id)
    )
    return {row.household_id: (row.id, row.bound_at is not None) for row in rows}


def with_reports(found: Iterable[Door], counts: dict[str, int]) -> tuple[Door, ...]:
    """Say of each door how many reports wait."""
    return tuple(replace(one, reports=counts.get(one.household_id, 0)) for one in found)


def _lives(at: Collection[Stairwell]) -> Any:
    return household.c.stairwell_id.in_([one.id for one in at])


def _of(column: Any, table: Any, at: Collection[Stairwell]) -> Select[Any]:
    return select(column).join(household, household.c.id == table.c.household_id).where(_lives(at))
