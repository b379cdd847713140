"""Sessions of browsers."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.access import WebSession
from logistics.domain.ids import new_id
from logistics.store.secrets import digest, new_bearer_secret
from logistics.store.tables import web_session

SEEN_EVERY: Final = timedelta(minutes=10)
"""How exactly it is kept when a session was last used: a write for each request would be waste."""

_COLUMNS = [c for c in web_session.c if c.name != "digest"]


def open_one(
    session: Session,
    *,
    account_id: str | None = None,
    link_id: str | None = None,
    language: str = "",
    expires_at: datetime,
    at: datetime,
) -> tuple[WebSession, str]:
    """Open a session; its secret is returned this once."""
    secret = new_bearer_secret()
    opened = WebSession(
        id=new_id("ses", at),
        account_id=account_id,
        link_id=link_id,
        language=language,
        created_at=at,
        seen_at=at,
        expires_at=expires_at,
        revoked_at=None,
    )
    session.execute(
        insert(web_session).values(
            id=opened.id,
            digest=digest(secret),
            account_id=account_id,
            link_id=link_id,
            language=language,
            created_at=at,
            seen_at=at,
            expires_at=expires_at,
        )
    )
    return opened, secret


def find(session: Session, secret: str, at: datetime) -> WebSession | None:
    """Find an open session; none where it is unknown, revoked or past its time."""
    query = select(*_COLUMNS).where(
        web_session.c.digest == digest(secret),
        web_session.c.revoked_at.is_(None),
        web_session.c.expires_at > at,
    )
    row = session.execute(query).mappings().one_or_none()
    return None if row is None else WebSession(**row)


def touch(session: Session, session_id: str, *, expires_at: datetime, at: datetime) -> None:
    """Note that a session is in use, and let it live on."""
    session.execute(
        update(web_session)
        .where(web_session.c.id == session_id)
        .values(seen_at=at, expires_at=expires_at)
    )


def set_language(session: Session, session_id: str, language: str) -> None:
    """Keep the language that a reader chose."""
    session.execute(
        update(web_session).where(web_session.c.id == session_id).values(language=language)
    )


def of_account(session: Session, account_id: str, at: datetime) -> tuple[WebSession, ...]:
    """List an account's open sessions, the newest first."""
    query = (
        select(*_COLUMNS)
        .where(
            web_session.c.account_id == account_id,
            web_session.c.revoked_at.is_(None),
            web_session.c.expires_at > at,
        )
        .order_by(web_session.c.id.desc())
    )
    return tuple(WebSession(**row) for row in session.execute(query).mappings())


def revoke(session: Session, session_id: str, *, at: datetime) -> bool:
    """End a session; False where it had ended."""
    done = session.execute(
        update(web_session)
        .where(web_session.c.id == session_id, web_session.c.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(web_session.c.id)
    )
    return done.one_or_none() is not None


def revoke_of_account(
    session: Session, account_id: str, *, at: datetime, but: str | None = None
) -> int:
    """End an account's sessions, but for one; return how many."""
    done = session.execute(
        update(web_session)
        .where(
            web_session.c.account_id == account_id,
            web_session.c.revoked_at.is_(None),
            web_session.c.id != (but or ""),
        )
        .values(revoked_at=at)
        .returning(web_session.c.id)
    )
    return len(done.all())
