"""Write down a call to a household that somebody looks after (回访), and whom to ask (医生)."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from logistics.domain.care import (
    Contact,
    ContactInvalid,
    Doctor,
    How,
    Outcome,
    call_again,
    clean_doctor,
)
from logistics.domain.needs import Need
from logistics.domain.places import Household
from logistics.store import audit, care, places

_LATE: Final = timedelta(days=2)  # a call is written down on the day, or the day after


def log_contact(
    session: Session,
    household_code: str,
    outcome: Outcome,
    *,
    how: How = How.PHONE,
    note: str = "",
    called_at: datetime | None = None,
    next_due: datetime | None = None,
    actor: str,
    at: datetime,
) -> Contact:
    """Write a call down; the next is due as the needs say, unless it is said.

    Parameters
    ----------
    called_at
        When it was; without it just now.

    Raises
    ------
    HouseholdUnknown
        If there is no such household.
    ContactInvalid
        If it is yet to be, or long past, or the next would be too late; or the note is too long.
    """
    home = places.household_by_code(session, household_code.strip())
    when = called_at or at
    if not at - _LATE <= when <= at:
        raise ContactInvalid(
            field="at", value=when.isoformat(), mend="give when the call was, since yesterday"
        )
    contact = Contact(
        at=when,
        how=how,
        outcome=outcome,
        next_due=next_due or when + call_again(outcome, needs_now(session, home, at)),
        note=" ".join(note.split()),
        actor=actor,
    )
    care.log(session, home.id, contact, recorded_at=at)
    audit.record(
        session, actor=actor, command="steward contact", subject=home.id,
        facts={"outcome": outcome.value}, at=at,
    )  # fmt: skip
    return contact


def needs_now(session: Session, home: Household, at: datetime) -> frozenset[Need]:
    """Return what a household needs today in its district's zone."""
    zone = ZoneInfo(places.district(session, home.district_id).zone_name)
    day = at.astimezone(zone).date()
    return care.needs_on(session, [home.id], day).get(home.id, frozenset())


def name_doctor(
    session: Session,
    household_code: str | None,
    said: str,
    *,
    district: str | None = None,
    actor: str,
    at: datetime,
) -> Doctor | None:
    """Say whom to ask about a household's medicine, or a district's; empty words take it back.

    Raises
    ------
    HouseholdUnknown, DistrictUnknown
        If there is none such.
    DoctorInvalid
        If the words are too long.
    """
    text = clean_doctor(said) if said.strip() else ""
    if household_code is None:
        area = places.district_by_name(session, district or "")
        care.name_doctor(session, area.id, None, text, actor=actor, at=at)
        subject = area.id
    else:
        home = places.household_by_code(session, household_code.strip())
        care.name_doctor(session, home.district_id, home.id, text, actor=actor, at=at)
        subject = home.id
    audit.record(session, actor=actor, command="doctor name", subject=subject, at=at)
    return Doctor(text=text, own=household_code is not None, at=at) if text else None
