"""One-to-one care in the database: who looks after whom, the calls, whom to ask about medicine."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, exists, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from logistics.domain.care import (
    LOOKED_AFTER,
    Assignment,
    Contact,
    Doctor,
    Duty,
    How,
    LookedAfter,
    Outcome,
)
from logistics.domain.ids import new_id
from logistics.domain.needs import Need
from logistics.domain.places import Household
from logistics.store.tables import (
    doctor_contact,
    household,
    need_statement,
    staff_account,
    steward_assignment,
    steward_contact,
)

_HOME: Final = tuple(column.name for column in household.c)


def assign(
    session: Session,
    household_id: str,
    duty: Duty,
    account_id: str | None,
    *,
    since: datetime,
    until: datetime | None,
    actor: str,
    at: datetime,
) -> None:
    """Write who looks after a household from when on; without an account: nobody."""
    session.execute(
        insert(steward_assignment).values(
            id=new_id("sa", at), household_id=household_id, duty=duty.value, account_id=account_id,
            since=since, until=until, actor=actor, at=at,
        )
    )  # fmt: skip


def codes_of(session: Session, account_id: str, at: datetime) -> frozenset[str]:
    """Return the codes of the households that an account looks after, as steward or deputy."""
    return frozenset(one.home.code for one in homes_of(session, account_id, at))


def homes_of(session: Session, account_id: str, at: datetime) -> tuple[LookedAfter, ...]:
    """Read the households that an account looks after, by code; each once, as steward first."""
    said = steward_assignment
    rows = session.execute(
        select(household, said.c.duty, said.c.since.label("duty_since"))
        .join(said, household.c.id == said.c.household_id)
        .where(said.c.account_id == account_id, _in_force(at))
        .order_by(household.c.code, said.c.duty)
    ).mappings()
    found: dict[str, LookedAfter] = {}
    for row in rows:
        home = Household(**{name: row[name] for name in _HOME})
        found[home.id] = LookedAfter(home=home, duty=Duty(row["duty"]), since=row["duty_since"])
    return tuple(found.values())


def of_households(
    session: Session, household_ids: Collection[str], at: datetime
) -> dict[str, dict[Duty, Assignment]]:
    """Read who looks after each of some households at an instant."""
    found: dict[str, dict[Duty, Assignment]] = {}
    query = _assignments().where(
        steward_assignment.c.household_id.in_(list(household_ids)), _in_force(at)
    )
    for row in session.execute(query):
        found.setdefault(row.household_id, {})[Duty(row.duty)] = _assignment(row)
    return found


def history(session: Session, household_id: str) -> tuple[Assignment, ...]:
    """Read all that was said of who looks after a household, oldest first."""
    query = _assignments().where(steward_assignment.c.household_id == household_id)
    rows = session.execute(query.order_by(steward_assignment.c.seq))
    return tuple(_assignment(row) for row in rows)


def of_district(
    session: Session, district_id: str, at: datetime, *, after: str = "", limit: int = 100
) -> tuple[Assignment, ...]:
    """Read who looks after a district's households, by household code after one."""
    rows = session.execute(
        _assignments()
        .where(
            household.c.district_id == district_id,
            household.c.code > after,
            _in_force(at),
        )
        .order_by(household.c.code, steward_assignment.c.duty.desc())
        .limit(limit)
    )
    return tuple(_assignment(row) for row in rows)


def count_without(session: Session, district_id: str, day: date, at: datetime) -> int:
    """Count the households that need a steward and have none."""
    query = _without(district_id, day, at)
    return int(session.scalar(select(func.count()).select_from(query.subquery())) or 0)


def without(
    session: Session,
    district_id: str,
    day: date,
    at: datetime,
    *,
    after: str = "",
    limit: int = 100,
) -> tuple[str, ...]:
    """Return the codes of households that need a steward and have none, in order after one."""
    query = _without(district_id, day, at).where(household.c.code > after)
    return tuple(session.scalars(query.order_by(household.c.code).limit(limit)))


def log(session: Session, household_id: str, contact: Contact, *, recorded_at: datetime) -> None:
    """Write a call down."""
    session.execute(
        insert(steward_contact).values(
            id=new_id("sc", recorded_at), household_id=household_id, how=contact.how.value,
            outcome=contact.outcome.value, note=contact.note, next_due=contact.next_due,
            actor=contact.actor, at=contact.at, recorded_at=recorded_at,
        )
    )  # fmt: skip


def contacts(session: Session, household_id: str, limit: int = 50) -> tuple[Contact, ...]:
    """Read the calls to a household, the latest first."""
    rows = session.execute(
        select(steward_contact)
        .where(steward_contact.c.household_id == household_id)
        .order_by(steward_contact.c.seq.desc())
        .limit(limit)
    )
    return tuple(_contact(row) for row in rows)


def last_contacts(session: Session, household_ids: Collection[str]) -> dict[str, Contact]:
    """Read the last call to each of some households."""
    newest = (
        select(func.max(steward_contact.c.seq))
        .where(steward_contact.c.household_id.in_(list(household_ids)))
        .group_by(steward_contact.c.household_id)
    )
    rows = session.execute(select(steward_contact).where(steward_contact.c.seq.in_(newest)))
    return {row.household_id: _contact(row) for row in rows}


def name_doctor(
    session: Session,
    district_id: str,
    household_id: str | None,
    said: str,
    *,
    actor: str,
    at: datetime,
) -> None:
    """Write whom to ask about a household's medicine, or a whole district's; empty: nobody."""
    session.execute(
        insert(doctor_contact).values(
            id=new_id("dc", at), district_id=district_id, household_id=household_id, said=said,
            actor=actor, at=at,
        )
    )  # fmt: skip


def doctor_of(session: Session, district_id: str, household_id: str) -> Doctor | None:
    """Read whom to ask about a household's medicine: its own doctor, else its district's."""
    for condition in (
        doctor_contact.c.household_id == household_id,
        doctor_contact.c.household_id.is_(None),
    ):
        row = session.execute(
            select(doctor_contact)
            .where(doctor_contact.c.district_id == district_id, condition)
            .order_by(doctor_contact.c.seq.desc())
            .limit(1)
        ).one_or_none()
        if row is not None and row.said:
            return Doctor(text=row.said, own=row.household_id is not None, at=row.at)
    return None


def needs_on(
    session: Session, household_ids: Collection[str], day: date
) -> dict[str, frozenset[Need]]:
    """Read which needs count on a day, of each of some households that have any."""
    found: dict[str, set[Need]] = {}
    query = select(need_statement.c.household_id, need_statement.c.need).where(
        need_statement.c.household_id.in_(list(household_ids)), _counts(day)
    )
    for row in session.execute(query):
        found.setdefault(row.household_id, set()).add(Need(row.need))
    return {home: frozenset(needs) for home, needs in found.items()}


def _in_force(at: datetime) -> ColumnElement[bool]:
    """Say that a statement holds at an instant, and none of its household and duty came after."""
    later = aliased(steward_assignment)
    said = steward_assignment.c
    overtaken = exists().where(
        later.c.household_id == said.household_id,
        later.c.duty == said.duty,
        later.c.seq > said.seq,
        later.c.since <= at,
    )
    return and_(
        said.account_id.is_not(None),
        said.since <= at,
        or_(said.until.is_(None), said.until > at),
        ~overtaken,
    )


def _counts(day: date) -> ColumnElement[bool]:
    """Say that a need counts on a day, as :meth:`NeedRecord.on` does, and was not said anew."""
    later = aliased(need_statement)
    said = need_statement.c
    overtaken = exists().where(
        later.c.household_id == said.household_id,
        later.c.member_no == said.member_no,
        later.c.need == said.need,
        later.c.seq > said.seq,
    )
    return and_(
        said.consent_on <= day,
        or_(said.since.is_(None), said.since <= day),
        or_(said.until.is_(None), said.until >= day),
        or_(said.withdrawn_on.is_(None), said.withdrawn_on > day),
        ~overtaken,
    )


def _without(district_id: str, day: date, at: datetime) -> Any:
    needing = exists().where(
        need_statement.c.household_id == household.c.id,
        need_statement.c.need.in_([need.value for need in LOOKED_AFTER]),
        _counts(day),
    )
    has = exists().where(
        steward_assignment.c.household_id == household.c.id,
        steward_assignment.c.duty == Duty.STEWARD.value,
        _in_force(at),
    )
    return select(household.c.code).where(household.c.district_id == district_id, needing, ~has)


def _assignments() -> Any:
    return (
        select(
            steward_assignment,
            household.c.code.label("household_code"),
            staff_account.c.login,
        )
        .join(household, household.c.id == steward_assignment.c.household_id)
        .outerjoin(staff_account, staff_account.c.id == steward_assignment.c.account_id)
    )


def _assignment(row: Row[Any]) -> Assignment:
    return Assignment(
        household_code=row.household_code,
        duty=Duty(row.duty),
        login=row.login,
        since=row.since,
        until=row.until,
        actor=row.actor,
        at=row.at,
    )


def _contact(row: Row[Any]) -> Contact:
    return Contact(
        at=row.at,
        how=How(row.how),
        outcome=Outcome(row.outcome),
        next_due=row.next_due,
        note=row.note,
        actor=row.actor,
    )
