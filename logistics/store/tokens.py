"""Access tokens: only their digests are kept, so that a stolen database opens nothing."""

from datetime import datetime

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.people import AccessToken
from logistics.errors import NotFound
from logistics.store.secrets import digest, new_bearer_secret
from logistics.store.tables import access_token, token_scope

_COLUMNS = [c for c in access_token.c if c.name != "digest"]


class TokenUnknown(NotFound):
    """No token has this id."""

    code = "token.unknown"


def create(
    session: Session,
    role: str,
    label: str,
    *,
    at: datetime,
    household_id: str | None = None,
    courier_id: str | None = None,
    expires_at: datetime | None = None,
) -> tuple[AccessToken, str]:
    """Make a token; the secret is returned this once and never again."""
    secret = new_bearer_secret()
    token = AccessToken(
        id=new_id("tok", at),
        role=role,
        label=label,
        household_id=household_id,
        courier_id=courier_id,
        created_at=at,
        expires_at=expires_at,
        revoked_at=None,
    )
    session.execute(
        insert(access_token).values(
            id=token.id,
            digest=digest(secret),
            role=role,
            label=label,
            household_id=household_id,
            courier_id=courier_id,
            created_at=at,
            expires_at=expires_at,
        )
    )
    return token, secret


def find(session: Session, secret: str, at: datetime) -> AccessToken | None:
    """Find who a secret belongs to; nobody if it is unknown, revoked or past its time."""
    query = select(*_COLUMNS).where(access_token.c.digest == digest(secret))
    row = session.execute(query).mappings().one_or_none()
    token = _token(row) if row is not None else None
    return token if token is not None and token.valid_at(at) else None


def revoke(session: Session, token_id: str, *, at: datetime) -> AccessToken:
    """Close a token from an instant on; a second time changes nothing.

    Raises
    ------
    TokenUnknown
        If no token has this id.
    """
    session.execute(
        update(access_token)
        .where(access_token.c.id == token_id, access_token.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    row = session.execute(select(*_COLUMNS).where(access_token.c.id == token_id)).mappings()
    found = row.one_or_none()
    if found is None:
        raise TokenUnknown(token=token_id)
    return _token(found)


def limit(
    session: Session, token_id: str, *, district_id: str, place_id: str | None = None
) -> None:
    """Let a token reach a district only, or a place of it."""
    session.execute(
        insert(token_scope).values(token_id=token_id, district_id=district_id, place_id=place_id)
    )


def scope_of(session: Session, token_id: str) -> tuple[str, str | None] | None:
    """Return the district and the place that a token is limited to; none: it reaches all."""
    query = select(token_scope.c.district_id, token_scope.c.place_id)
    row = session.execute(query.where(token_scope.c.token_id == token_id)).one_or_none()
    return None if row is None else (row.district_id, row.place_id)


def tokens(session: Session) -> tuple[AccessToken, ...]:
    """List all tokens, oldest first."""
    rows = session.execute(select(*_COLUMNS).order_by(access_token.c.id)).mappings()
    return tuple(_token(row) for row in rows)


def _token(row: RowMapping) -> AccessToken:
    return AccessToken(**row)
