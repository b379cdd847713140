"""Staff accounts and what they may do where."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.access import Account, StaffGrant
from logistics.domain.ids import new_id
from logistics.errors import Conflict, NotFound
from logistics.store.tables import staff_account, staff_grant

_COLUMNS = [c for c in staff_account.c if c.name not in ("password_hash", "created_by")]
_GRANT = [c for c in staff_grant.c if c.name not in ("granted_by", "ended_by")]


class AccountUnknown(NotFound):
    """No member of the staff has this login."""

    code = "account.unknown"


class LoginTaken(Conflict):
    """Another account has this login."""

    code = "account.login-taken"


class GrantUnknown(NotFound):
    """No grant has this id."""

    code = "grant.unknown"


def add(session: Session, login: str, password_hash: str, *, actor: str, at: datetime) -> Account:
    """Add an account without any role.

    Raises
    ------
    LoginTaken
        If another account has the login.
    """
    if _row(session, login) is not None:
        raise LoginTaken(login=login)
    account = Account(
        id=new_id("acc", at), login=login, created_at=at, password_at=at, disabled_at=None
    )
    session.execute(
        insert(staff_account).values(
            id=account.id,
            login=login,
            password_hash=password_hash,
            created_at=at,
            created_by=actor,
            password_at=at,
        )
    )
    return account


def find(session: Session, login: str) -> tuple[Account, str] | None:
    """Find an account and the hash of its password."""
    row = _row(session, login)
    return None if row is None else (_account(row), row["password_hash"])


def get(session: Session, login: str) -> Account:
    """Load an account by its login.

    Raises
    ------
    AccountUnknown
        If nobody has it.
    """
    found = find(session, login)
    if found is None:
        raise AccountUnknown(login=login)
    return found[0]


def by_id(session: Session, account_id: str) -> Account:
    """Load an account by its id.

    Raises
    ------
    AccountUnknown
        If none has it.
    """
    query = select(*_COLUMNS).where(staff_account.c.id == account_id)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise AccountUnknown(login=account_id)
    return Account(**row)


def accounts(session: Session) -> tuple[Account, ...]:
    """List the staff by login."""
    rows = session.execute(select(*_COLUMNS).order_by(staff_account.c.login)).mappings()
    return tuple(Account(**row) for row in rows)


def set_password(session: Session, account_id: str, password_hash: str, at: datetime) -> None:
    """Replace the hash of a password."""
    _set(session, account_id, password_hash=password_hash, password_at=at)


def rehash(session: Session, account_id: str, password_hash: str) -> None:
    """Keep the same password under stronger parameters."""
    _set(session, account_id, password_hash=password_hash)


def set_disabled(session: Session, account_id: str, at: datetime | None) -> None:
    """Shut an account, or open it again."""
    _set(session, account_id, disabled_at=at)


def grant(
    session: Session,
    account_id: str,
    role: str,
    *,
    district_id: str | None,
    place_id: str | None = None,
    courier_id: str | None = None,
    actor: str,
    at: datetime,
) -> StaffGrant:
    """Give an account a role; the same twice is one."""
    for one in grants(session, account_id):
        if (one.role, one.district_id, one.place_id, one.courier_id) == (
            role,
            district_id,
            place_id,
            courier_id,
        ):
            return one
    new = StaffGrant(
        id=new_id("gra", at),
        account_id=account_id,
        role=role,
        district_id=district_id,
        place_id=place_id,
        courier_id=courier_id,
        since=at,
        ended_at=None,
    )
    session.execute(
        insert(staff_grant).values(
            id=new.id,
            account_id=account_id,
            role=role,
            district_id=district_id,
            place_id=place_id,
            courier_id=courier_id,
            since=at,
            granted_by=actor,
        )
    )
    return new


def end_grant(session: Session, grant_id: str, *, actor: str, at: datetime) -> StaffGrant:
    """Take a role back; a second time changes nothing.

    Raises
    ------
    GrantUnknown
        If no grant has this id.
    """
    session.execute(
        update(staff_grant)
        .where(staff_grant.c.id == grant_id, staff_grant.c.ended_at.is_(None))
        .values(ended_at=at, ended_by=actor)
    )
    row = session.execute(select(*_GRANT).where(staff_grant.c.id == grant_id)).mappings()
    found = row.one_or_none()
    if found is None:
        raise GrantUnknown(grant=grant_id)
    return StaffGrant(**found)


def grants(session: Session, account_id: str) -> Sequence[StaffGrant]:
    """List the roles that an account has now, the oldest first."""
    query = (
        select(*_GRANT)
        .where(staff_grant.c.account_id == account_id, staff_grant.c.ended_at.is_(None))
        .order_by(staff_grant.c.id)
    )
    return [StaffGrant(**row) for row in session.execute(query).mappings()]


def _row(session: Session, login: str) -> RowMapping | None:
    query = select(*_COLUMNS, staff_account.c.password_hash).where(staff_account.c.login == login)
    return session.execute(query).mappings().one_or_none()


def _account(row: RowMapping) -> Account:
    return Account(**{name: value for name, value in row.items() if name != "password_hash"})


def _set(session: Session, account_id: str, **values: Any) -> None:
    session.execute(update(staff_account).where(staff_account.c.id == account_id).values(**values))
