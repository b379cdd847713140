"""The registry in the database: what was said last is read, what is said anew is added."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.needs import Need, NeedRecord, Steps, TierTable, fold_steps
from logistics.domain.places import Household, Place
from logistics.domain.registry import (
    Band,
    HouseholdKind,
    HouseholdRecord,
    MemberRecord,
    NeedKey,
    PlaceRecord,
    Standing,
)
from logistics.domain.registry_changes import Changes
from logistics.store import tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Who writes, from which file, and when."""

    source: str
    actor: str
    at: datetime


def hold(session: Session, district_id: str) -> None:
    """Let only one register of a district be written at a time."""
    session.execute(
        select(tables.district.c.id)
        .where(tables.district.c.id == district_id)
        .with_for_update(key_share=True)  # others may go on adding what refers to the district
    )


def place_records(session: Session, district_id: str) -> dict[str, PlaceRecord]:
    """Read what was said last of each place of a district, by id."""
    table = tables.place_statement.c
    rows = session.execute(
        select(table.place_id, table.levels, table.leader)
        .join(tables.place, tables.place.c.id == table.place_id)
        .where(tables.place.c.district_id == district_id)
        .order_by(table.seq)
    )
    return {row.place_id: PlaceRecord(levels=row.levels, leader=row.leader) for row in rows}


def records(session: Session, district_id: str) -> dict[str, HouseholdRecord]:
    """Read what was said last of each household of a district, by id."""
    rows = session.execute(_last(tables.household_statement, district_id))
    return {row.household_id: _record(row) for row in rows}


def members(session: Session, district_id: str) -> dict[str, dict[int, MemberRecord]]:
    """Read what was said last of each member, by household and number."""
    rows = session.execute(_of(tables.member_statement, district_id))
    found: dict[str, dict[int, MemberRecord]] = {}
    for row in rows:
        found.setdefault(row.household_id, {})[row.no] = MemberRecord(
            no=row.no, label=row.label, band=Band(row.band), here=row.here
        )
    return found


def needs(session: Session, district_id: str) -> dict[str, dict[NeedKey, NeedRecord]]:
    """Read what was said last of each need, by household, withdrawn ones too."""
    found: dict[str, dict[NeedKey, NeedRecord]] = {}
    for row in session.execute(_of(tables.need_statement, district_id)):
        need = _need(row)
        found.setdefault(row.household_id, {})[need.member_no, need.need] = need
    return found


def needs_of(session: Session, household_id: str) -> tuple[NeedRecord, ...]:
    """Read what was said last of each need of one household."""
    table = tables.need_statement
    rows = session.execute(
        select(table).where(table.c.household_id == household_id).order_by(table.c.seq)
    )
    last = {(need.member_no, need.need): need for need in map(_need, rows)}
    return tuple(last.values())


def steps(session: Session, district_id: str) -> dict[str, Steps]:
    """Read from which day on each household has which tier, where anything was said."""
    said: dict[str, list[tuple[date, int]]] = {}
    for row in session.execute(_of(tables.tier_statement, district_id)):
        said.setdefault(row.household_id, []).append((row.since, row.tier))
    return {household_id: fold_steps(one) for household_id, one in said.items()}


def tier_table(session: Session, district_id: str) -> TierTable | None:
    """Read the table of tiers that a district published last; None if it never did."""
    table = tables.need_tier_table.c
    rules = session.scalar(
        select(table.rules)
        .where(table.district_id == district_id)
        .order_by(table.seq.desc())
        .limit(1)
    )
    return None if rules is None else TierTable.of_facts(rules)


def publish_tiers(
    session: Session, district_id: str, table: TierTable, *, actor: str, at: datetime
) -> None:
    """Publish a table of tiers after all others."""
    session.execute(
        insert(tables.need_tier_table).values(
            id=new_id("ntt", at), district_id=district_id, rules=table.facts(),
            digest=table.digest, actor=actor, at=at,
        )
    )  # fmt: skip


def write(session: Session, changes: Changes, table: TierTable, by: Writing) -> None:
    """Add what a register says anew, in bulk."""
    if changes.households:
        session.execute(insert(tables.household), [asdict(one) for one in changes.households])
    _add(session, tables.place_statement, "pst", by,
         [{"place_id": id_, **asdict(record)} for id_, record in changes.places])  # fmt: skip
    _add(session, tables.household_statement, "hst", by,
         [_household_row(id_, record) for id_, record in changes.records])  # fmt: skip
    _add(session, tables.member_statement, "mst", by,
         [{"household_id": id_, **_member_row(m)} for id_, m in changes.members])  # fmt: skip
    _add(session, tables.need_statement, "nst", by,
         [{"household_id": id_, **asdict(n), "need": n.need.value}
          for id_, n in changes.needs])  # fmt: skip
    say_tiers(session, changes.tiers, table, actor=by.actor, at=by.at)
    set_current(session, changes.current)


def say_tiers(
    session: Session,
    said: Iterable[tuple[str, date, int]],
    table: TierTable,
    *,
    actor: str,
    at: datetime,
) -> None:
    """Say which tier households have from which day on, by which table."""
    rows = [
        {"id": new_id("tst", at), "household_id": id_, "since": since, "tier": tier,
         "table_digest": table.digest, "actor": actor, "at": at}
        for id_, since, tier in said
    ]  # fmt: skip
    if rows:
        session.execute(insert(tables.tier_statement), rows)


def set_current(session: Session, current: Mapping[str, tuple[int, int]]) -> None:
    """Bring persons and tier of households to what holds today."""
    if not current:
        return
    table = tables.household
    session.connection().execute(
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values(persons=bindparam("row_persons"), need_tier=bindparam("row_tier")),
        [
            {"row_id": id_, "row_persons": persons, "row_tier": tier}
            for id_, (persons, tier) in current.items()
        ],
    )


def set_levels(session: Session, levels: Mapping[str, int]) -> None:
    """Give places the floors of which the map is silent."""
    if not levels:
        return
    table = tables.place
    session.connection().execute(
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values(levels=bindparam("row_levels")),
        [{"row_id": id_, "row_levels": count} for id_, count in levels.items()],
    )


def registered(session: Session, household_id: str) -> HouseholdRecord | None:
    """Read what was said last of one household; None where nobody said anything."""
    history = record_history(session, household_id)
    return history[-1].record if history else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said of a household, by whom, from which file and when."""

    record: HouseholdRecord
    source: str
    actor: str
    at: datetime


def record_history(session: Session, household_id: str) -> tuple[Said, ...]:
    """Read all that was ever said of a household, oldest first."""
    table = tables.household_statement
    rows = session.execute(
        select(table).where(table.c.household_id == household_id).order_by(table.c.seq)
    )
    return tuple(
        Said(record=_record(row), source=row.source, actor=row.actor, at=row.at) for row in rows
    )


def tier_history(session: Session, household_id: str) -> Steps:
    """Read from which day on a household has which tier."""
    table = tables.tier_statement.c
    rows = session.execute(
        select(table.since, table.tier)
        .where(table.household_id == household_id)
        .order_by(table.seq)
    )
    return fold_steps((row.since, row.tier) for row in rows)


def members_of(session: Session, household_id: str) -> dict[int, MemberRecord]:
    """Read what was said last of each member of one household."""
    table = tables.member_statement
    rows = session.execute(
        select(table).where(table.c.household_id == household_id).order_by(table.c.seq)
    )
    return {
        row.no: MemberRecord(no=row.no, label=row.label, band=Band(row.band), here=row.here)
        for row in rows
    }


def first_statements(session: Session, district_id: str) -> dict[str, str]:
    """Return the id of what was said first of each household: random, and shown to nobody."""
    table = tables.household_statement
    rows = session.execute(_of(table, district_id))
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(row.household_id, row.id)
    return found


def add_need(session: Session, household_id: str, need: NeedRecord, by: Writing) -> None:
    """Say a need anew."""
    row = {"household_id": household_id, **asdict(need), "need": need.need.value}
    _add(session, tables.need_statement, "nst", by, [row])


def submitted_by(session: Session, household: Household) -> frozenset[str]:
    """Return the codes of the households for which another one sends lists, as said last."""
    table = tables.household_statement
    ever = select(table.c.household_id).where(table.c.submitter == household.code)
    newest = (
        select(func.max(table.c.seq))
        .where(table.c.household_id.in_(ever))
        .group_by(table.c.household_id)
    )
    codes = session.scalars(
        select(tables.household.c.code)
        .join(table, table.c.household_id == tables.household.c.id)
        .where(
            table.c.seq.in_(newest),
            table.c.submitter == household.code,
            table.c.standing == Standing.HERE.value,
            tables.household.c.district_id == household.district_id,
        )
    )
    return frozenset(codes)


def out_of_scope(session: Session, district_id: str) -> frozenset[str]:
    """Return the ids of households that are not there to be supplied: away, gone, unlisted."""
    rows = session.execute(_last(tables.household_statement, district_id))
    return frozenset(row.household_id for row in rows if row.standing != Standing.HERE)


def kept_levels(session: Session, places: Sequence[Place]) -> list[Place]:
    """Give places the floors that a register said, where the map is silent."""
    if not places:
        return []
    said = place_records(session, places[0].district_id)
    return [
        Place(**asdict(place) | {"levels": said[place.id].levels})
        if place.levels == 0 and place.id in said and said[place.id].levels
        else place
        for place in places
    ]


def kept_households(
    session: Session, district_id: str, households: Iterable[Household]
) -> list[Household]:
    """Leave out the households of which a register says who lives there: no rule knows better."""
    known = records(session, district_id)
    return [household for household in households if household.id not in known]


def _last(table: Table, district_id: str) -> Select[Any]:
    """Select the last statement about each household of a district."""
    newest = (
        select(func.max(table.c.seq))
        .join(tables.household, tables.household.c.id == table.c.household_id)
        .where(tables.household.c.district_id == district_id)
        .group_by(table.c.household_id)
    )
    return select(table).where(table.c.seq.in_(newest))


def _of(table: Table, district_id: str) -> Select[Any]:
    """Select all statements about households of a district, oldest first."""
    return (
        select(table)
        .join(tables.household, tables.household.c.id == table.c.household_id)
        .where(tables.household.c.district_id == district_id)
        .order_by(table.c.seq)
    )


def _add(
    session: Session, table: Table, prefix: str, by: Writing, rows: Sequence[dict[str, Any]]
) -> None:
    written = {"source": by.source, "actor": by.actor, "at": by.at}
    if rows:
        session.execute(insert(table), [row | written | {"id": new_id(prefix, by.at)}
                                        for row in rows])  # fmt: skip


def _record(row: Any) -> HouseholdRecord:
    return HouseholdRecord(
        persons=row.persons,
        kind=HouseholdKind(row.kind),
        standing=Standing(row.standing),
        floor=row.floor,
        submitter=row.submitter,
    )


def _need(row: Any) -> NeedRecord:
    return NeedRecord(
        member_no=row.member_no,
        need=Need(row.need),
        since=row.since,
        until=row.until,
        detail=row.detail,
        consent_on=row.consent_on,
        consent_by=row.consent_by,
        withdrawn_on=row.withdrawn_on,
    )


def _household_row(household_id: str, record: HouseholdRecord) -> dict[str, Any]:
    return {
        "household_id": household_id,
        "persons": record.persons,
        "kind": record.kind.value,
        "standing": record.standing.value,
        "floor": record.floor,
        "submitter": record.submitter,
    }


def _member_row(member: MemberRecord) -> dict[str, Any]:
    return {
        "no": member.no,
        "label": member.label,
        "band": member.band.value,
        "here": member.here,
    }
