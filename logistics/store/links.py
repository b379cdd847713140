"""Personal links and the sessions of browsers: only digests of their secrets are kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.access import Link
from logistics.domain.ids import new_id
from logistics.errors import NotFound
from logistics.store.secrets import digest, new_link_secret
from logistics.store.tables import access_link, web_session

_AT_ONCE = 500  # parameters in one statement; SQLite allows at least 999
_COLUMNS = [c for c in access_link.c if c.name not in ("digest", "created_by")]


class LinkUnknown(NotFound):
    """No link has this id."""

    code = "link.unknown"


def create(
    session: Session,
    role: str,
    *,
    district_id: str,
    label: str,
    expires_at: datetime,
    place_id: str | None = None,
    household_id: str | None = None,
    courier_id: str | None = None,
    actor: str,
    at: datetime,
) -> tuple[Link, str]:
    """Make a link; its secret is returned this once and never again."""
    secret = new_link_secret()
    link = Link(
        id=new_id("lnk", at),
        role=role,
        district_id=district_id,
        place_id=place_id,
        household_id=household_id,
        courier_id=courier_id,
        label=label,
        created_at=at,
        expires_at=expires_at,
        bound_at=None,
        revoked_at=None,
    )
    session.execute(
        insert(access_link).values(
            id=link.id,
            digest=digest(secret),
            role=role,
            district_id=district_id,
            place_id=place_id,
            household_id=household_id,
            courier_id=courier_id,
            label=label,
            created_at=at,
            created_by=actor,
            expires_at=expires_at,
        )
    )
    return link, secret


def find(session: Session, secret: str) -> Link | None:
    """Find a link by its secret, valid or not."""
    return _one(session, access_link.c.digest == digest(secret))


def get(session: Session, link_id: str) -> Link:
    """Load a link by its id.

    Raises
    ------
    LinkUnknown
        If none has it.
    """
    found = _one(session, access_link.c.id == link_id)
    if found is None:
        raise LinkUnknown(link=link_id)
    return found


def bind(session: Session, link_id: str, at: datetime) -> bool:
    """Bind a link to the browser that opens it now; False where another one was first."""
    done = session.execute(
        update(access_link)
        .where(access_link.c.id == link_id, access_link.c.bound_at.is_(None))
        .values(bound_at=at)
        .returning(access_link.c.id)
    )
    return done.one_or_none() is not None


def revoke(session: Session, link_id: str, *, at: datetime) -> Link:
    """Close a link and every session that came in by it; a second time changes nothing.

    Raises
    ------
    LinkUnknown
        If none has this id.
    """
    _close(session, [link_id], at)
    return get(session, link_id)


def revoke_of_household(session: Session, household_id: str, *, at: datetime) -> int:
    """Close all links of a household, as before it is given a new one; return how many."""
    query = select(access_link.c.id).where(
        access_link.c.household_id == household_id, access_link.c.revoked_at.is_(None)
    )
    ids = list(session.scalars(query))
    _close(session, ids, at)
    return len(ids)


def revoke_at_places(
    session: Session, role: str, place_ids: Sequence[str], *, at: datetime
) -> int:
    """Close the links of a role at places, such as earlier notices at doors; return how many."""
    closed = 0
    for start in range(0, len(place_ids), _AT_ONCE):
        query = select(access_link.c.id).where(
            access_link.c.role == role,
            access_link.c.place_id.in_(place_ids[start : start + _AT_ONCE]),
            access_link.c.revoked_at.is_(None),
        )
        ids = list(session.scalars(query))
        for part in range(0, len(ids), _AT_ONCE):
            _close(session, ids[part : part + _AT_ONCE], at)
        closed += len(ids)
    return closed


def live_of_household(session: Session, household_id: str, at: datetime) -> tuple[Link, ...]:
    """List the links that open a household's page at an instant."""
    return _some(
        session,
        access_link.c.household_id == household_id,
        access_link.c.revoked_at.is_(None),
        access_link.c.expires_at > at,
    )


def of_district(
    session: Session,
    district_id: str,
    role: str | None = None,
    *,
    after: str = "",
    limit: int = 100,
) -> tuple[Link, ...]:
    """Read a page of a district's links by id."""
    terms = [access_link.c.district_id == district_id, access_link.c.id > after]
    if role is not None:
        terms.append(access_link.c.role == role)
    return _some(session, *terms, limit=limit)


def _close(session: Session, link_ids: Sequence[str], at: datetime) -> None:
    if not link_ids:
        return
    session.execute(
        update(access_link)
        .where(access_link.c.id.in_(link_ids), access_link.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    session.execute(
        update(web_session)
        .where(web_session.c.link_id.in_(link_ids), web_session.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def _one(session: Session, where: ColumnElement[bool]) -> Link | None:
    row = session.execute(select(*_COLUMNS).where(where)).mappings().one_or_none()
    return None if row is None else Link(**row)


def _some(
    session: Session, *where: ColumnElement[bool], limit: int | None = None
) -> tuple[Link, ...]:
    query = select(*_COLUMNS).where(*where).order_by(access_link.c.id).limit(limit)
    return tuple(Link(**row) for row in session.execute(query).mappings())
