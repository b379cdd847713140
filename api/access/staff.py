"""Members of the staff: taken on, given roles, signed in, shut out."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from api.access import limits, passwords
from api.deps import Work
from api.roles import Role
from logistics.domain.access import Account, StaffGrant, WebSession
from logistics.errors import Forbidden, Invalid
from logistics.store import audit, couriers, places, staff, web_sessions

SESSION: Final = timedelta(hours=12)  # since it was last used: a shift, and not the next day's
SHORTEST_LOGIN: Final = 2
LONGEST_LOGIN: Final = 64
_OVER_PLACES: Final = frozenset({Role.LEADER, Role.POINT_TEAM})


class LoginMalformed(Invalid):
    """A login has letters, digits, and . _ - between them."""

    code = "account.login-malformed"


class SignInRefused(Forbidden):
    """Login and password do not fit, or the account is shut: which of them is not said."""

    code = "sign-in.refused"


class GrantUnclear(Invalid):
    """A role needs its place or courier, or cannot have one."""

    code = "grant.unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A new session and its secret, which is known this once."""

    session: WebSession
    secret: str
    account: Account
    grants: tuple[StaffGrant, ...]


def take_on(session: Session, login: str, password: str, *, actor: str, at: datetime) -> Account:
    """Make an account; it may do nothing until it is granted a role.

    Raises
    ------
    LoginMalformed, PasswordTooWeak, LoginTaken
        If login or password cannot be taken.
    """
    name = clean_login(login)
    made = staff.add(session, name, passwords.digest(password, name), actor=actor, at=at)
    audit.record(session, actor=actor, command="staff add", subject=made.id, at=at)
    return made


def give_role(
    session: Session,
    login: str,
    role: str,
    *,
    district: str | None = None,
    place: str | None = None,
    courier: str | None = None,
    actor: str,
    at: datetime,
) -> StaffGrant:
    """Give an account a role, over a district, a building or a point.

    Raises
    ------
    AccountUnknown, DistrictUnknown, PlaceUnknown, CourierUnknown
        If the one named does not exist.
    GrantUnclear
        If the role is unknown, or needs what is not named.
    """
    account = staff.get(session, login)
    known = [one.value for one in Role if one is not Role.HOUSEHOLD]
    if role not in known:
        raise GrantUnclear(field="role", value=role[:40], known=", ".join(known))
    wants = {"place": Role(role) in _OVER_PLACES, "courier": role == Role.COURIER}
    for field, value in (("place", place), ("courier", courier)):
        if wants[field] != (value is not None):
            raise GrantUnclear(field=field, value=value or "none", role=role)
    area = places.district_by_name(session, district) if district is not None else None
    if area is None and (place or courier or role == Role.STEWARD):
        raise GrantUnclear(field="district", value="none", role=role)
    area_id = area.id if area else None
    given = staff.grant(
        session,
        account.id,
        role,
        district_id=area_id,
        place_id=places.by_code(session, area_id, place).id if area_id and place else None,
        courier_id=couriers.by_code(session, area_id, courier).id if area_id and courier else None,
        actor=actor,
        at=at,
    )
    facts = {"role": role, "grant": given.id}
    audit.record(
        session, actor=actor, command="staff grant", subject=account.id, facts=facts, at=at
    )
    return given


def end_role(session: Session, grant_id: str, *, actor: str, at: datetime) -> StaffGrant:
    """Take a role back, from the next request on.

    Raises
    ------
    GrantUnknown
        If there is no such grant.
    """
    ended = staff.end_grant(session, grant_id, actor=actor, at=at)
    facts = {"role": ended.role, "grant": grant_id}
    audit.record(
        session, actor=actor, command="staff end", subject=ended.account_id, facts=facts, at=at
    )
    return ended


def sign_in(
    work: Work, login: str, password: str, *, address: str, language: str, at: datetime
) -> SignedIn:
    """Open a session for who knows the password.

    Raises
    ------
    SignInRefused
        If login and password do not fit, or the account is shut or may do nothing.
    TooManyTries
        If this login, or this address, failed too often; the right password is refused too.
    """
    name = unicodedata.normalize("NFKC", login).strip().casefold()[:LONGEST_LOGIN]
    account, hashed = check_password(work, name, password, address=address, at=at)

    def open_one(session: Session) -> SignedIn | None:
        now = staff.by_id(session, account.id)
        given = tuple(staff.grants(session, account.id))
        if now.disabled_at is not None or not given:
            return None
        if passwords.weaker(hashed):
            staff.rehash(session, account.id, passwords.again(password))
        opened, secret = web_sessions.open_one(
            session, account_id=account.id, language=language, expires_at=at + SESSION, at=at
        )
        audit.record(session, actor=f"account:{account.id}", command="sign in",
                     subject=opened.id, at=at)  # fmt: skip
        return SignedIn(session=opened, secret=secret, account=now, grants=given)

    signed = work(open_one)
    if signed is None:
        raise SignInRefused
    return signed


def check_password(
    work: Work, login: str, password: str, *, address: str, at: datetime
) -> tuple[Account, str]:
    """Find the account whose password this is, and its hash.

    Raises
    ------
    SignInRefused, TooManyTries
        As at the sign-in.
    """
    tries = ((limits.PASSWORD, login), (limits.PASSWORDS_FROM, address))

    def look(session: Session) -> tuple[Account, str] | None:
        limits.must_wait(session, at, *tries)
        return staff.find(session, login)

    found = work.read(look)
    if not passwords.fits(password, found[1] if found else None) or found is None:
        limits.note(work, at, *tries)
        raise SignInRefused
    return found


def change_password(
    session: Session,
    login: str,
    password: str,
    *,
    kept_session: str | None = None,
    actor: str,
    at: datetime,
) -> int:
    """Change a password and end the account's other sessions; return how many ended.

    Raises
    ------
    AccountUnknown, PasswordTooWeak
        If there is no such account, or the password cannot be taken.
    """
    account = staff.get(session, login)
    staff.set_password(session, account.id, passwords.digest(password, account.login), at)
    ended = web_sessions.revoke_of_account(session, account.id, at=at, but=kept_session)
    audit.record(session, actor=actor, command="staff password", subject=account.id, at=at)
    return ended


def shut_out(session: Session, login: str, *, actor: str, at: datetime) -> int:
    """Shut an account and end its sessions; return how many ended.

    Raises
    ------
    AccountUnknown
        If there is no such account.
    """
    account = staff.get(session, login)
    staff.set_disabled(session, account.id, at)
    ended = web_sessions.revoke_of_account(session, account.id, at=at)
    audit.record(session, actor=actor, command="staff shut", subject=account.id, at=at)
    return ended


def let_in(session: Session, login: str, *, actor: str, at: datetime) -> None:
    """Open an account that was shut.

    Raises
    ------
    AccountUnknown
        If there is no such account.
    """
    account = staff.get(session, login)
    staff.set_disabled(session, account.id, None)
    audit.record(session, actor=actor, command="staff open", subject=account.id, at=at)


def clean_login(login: str) -> str:
    """Write a login as it is kept: width and case folded.

    Raises
    ------
    LoginMalformed
        If it holds something else than letters, digits and . _ - within.
    """
    name = unicodedata.normalize("NFKC", login).strip().casefold()
    plain = name.replace(".", "").replace("_", "").replace("-", "")
    long = SHORTEST_LOGIN <= len(name) <= LONGEST_LOGIN
    if not long or not plain.isalnum() or not name[0].isalnum():
        raise LoginMalformed(field="login", value=login[:LONGEST_LOGIN])
    return name
