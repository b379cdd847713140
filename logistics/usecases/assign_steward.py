"""Say who looks after a household one to one, and who stands in (一对一管家、代管)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from os import PathLike

from sqlalchemy.orm import Session

from logistics.domain.care import Assignment, Duty, StewardInvalid, StewardTwice
from logistics.domain.places import Household
from logistics.domain.registry_report import Fault
from logistics.errors import SupplyLoopError
from logistics.exchange.steward_files import read_stewards
from logistics.store import audit, care, lists, places, staff

STEWARD = "steward"
"""The role that an account needs to look after anybody."""


def assign_steward(
    session: Session,
    household_code: str,
    login: str | None,
    *,
    duty: Duty = Duty.STEWARD,
    since: datetime | None = None,
    until: datetime | None = None,
    actor: str,
    at: datetime,
) -> Assignment:
    """Say who looks after a household from now on, or from an instant; said again it adds nothing.

    Parameters
    ----------
    login
        Who; None: nobody from then on.

    Raises
    ------
    HouseholdUnknown, AccountUnknown
        If there is no such household or account.
    StewardInvalid
        If the account is shut or no steward in this district, or it would end before it begins.
    StewardTwice
        If the account already has the other duty.
    """
    home = places.household_by_code(session, household_code.strip())
    lists.hold_household(session, home.id)
    account_id = _account(session, home, login) if login else None
    new = Assignment(
        household_code=home.code, duty=duty, login=login, since=since or at, until=until,
        actor=actor, at=at,
    )  # fmt: skip
    now = care.of_households(session, [home.id], at).get(home.id, {})
    other = now.get(Duty.DEPUTY if duty is Duty.STEWARD else Duty.STEWARD)
    if login and other is not None and other.login == login:
        raise StewardTwice(household=home.code, value=login, mend="name somebody else")
    before = now.get(duty)
    told = (before.login, before.until) if before else (None, None)
    if since is None and told == (login, until):
        return before or new
    care.assign(
        session, home.id, duty, account_id, since=new.since, until=until, actor=actor, at=at
    )
    audit.record(
        session, actor=actor, command="steward assign", subject=home.id,
        facts={"duty": duty.value, "account": account_id or ""}, at=at,
    )  # fmt: skip
    return new


def _account(session: Session, home: Household, login: str) -> str:
    account = staff.get(session, login)
    stands = [
        one
        for one in staff.grants(session, account.id)
        if one.role == STEWARD and one.district_id in (None, home.district_id)
    ]
    if account.disabled_at is not None or not stands:
        raise StewardInvalid(
            field="login", value=login[:64], mend="give the account the role of steward first"
        )
    return account.id


@dataclass(frozen=True, slots=True, kw_only=True)
class StewardsRead:
    """How many households of a file have their steward now, and the rows that say nothing."""

    assigned: int
    faults: tuple[Fault, ...]


def import_stewards(
    session: Session, path: str | PathLike[str], *, actor: str, at: datetime
) -> StewardsRead:
    """Read who looks after whom from a table; a row that cannot be kept is told, others are kept.

    Raises
    ------
    TableUnreadable
        If the whole file cannot be read.
    """
    reading = read_stewards(path)
    faults: list[Fault] = list(reading.faults)
    assigned = 0
    for row in reading.rows:
        try:
            _assign_row(session, row.household, [row.steward, row.deputy], actor=actor, at=at)
        except SupplyLoopError as refusal:
            faults.append(
                Fault(
                    code=refusal.code, file=reading.file, sheet="", row=row.line,
                    column="household", value=row.household,
                    mend=str(refusal.facts.get("mend", "")), more=dict(refusal.facts),
                )
            )  # fmt: skip
            continue
        assigned += 1
    return StewardsRead(assigned=assigned, faults=tuple(faults))


def _assign_row(
    session: Session, household: str, logins: Sequence[str], *, actor: str, at: datetime
) -> None:
    home = places.household_by_code(session, household.strip())
    named = dict(zip(Duty, logins, strict=True))
    if named[Duty.STEWARD] == named[Duty.DEPUTY]:
        raise StewardTwice(household=household, value=logins[0], mend="name somebody else")
    for login in filter(None, logins):
        _account(session, home, login)  # before anything of the row is written
    now = care.of_households(session, [home.id], at).get(home.id, {})
    for duty, held in now.items():  # who changes places is let go first
        if held.login != named[duty] and held.login in logins:
            assign_steward(session, home.code, None, duty=duty, actor=actor, at=at)
    for duty, login in named.items():
        if login:
            assign_steward(session, home.code, login, duty=duty, actor=actor, at=at)
