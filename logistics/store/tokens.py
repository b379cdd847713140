"""Access tokens: only their digests are kept, so that a stolen database opens nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
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


Scope = tuple[str, str | None]
"""The district, and the place of it, that a token is limited to."""


def find(session: Session, secret: str, at: datetime) -> tuple[AccessToken, Scope | None] | None:
    """Find who a secret belongs to, and what the token is limited to (None: it reaches all).

    Nobody is found if the secret is unknown, revoked or past its time.
    """
    query = (
        select(*_COLUMNS, token_scope.c.district_id, token_scope.c.place_id)
        .outerjoin(token_scope, token_scope.c.token_id == access_token.c.id)
        .where(access_token.c.digest == digest(secret))
    )
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        return None
    token = _token({column.name: row[column] for column in _COLUMNS})
    if not token.valid_at(at):
        return None
    return token, ((row["district_id"], row["place_id"]) if row["district_id"] else None)


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


def tokens(session: Session) -> tuple[AccessToken, ...]:
    """List all tokens, oldest first."""
    rows = session.execute(select(*_COLUMNS).order_by(access_token.c.id)).mappings()
    return tuple(_token(row) for row in rows)


def _token(row: Mapping[Any, Any]) -> AccessToken:
    return AccessToken(**row)
