"""How often somebody may try before they must wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request
from sqlalchemy.orm import Session

from api.deps import Work
from logistics.errors import SupplyLoopError
from logistics.store import attempts


class TooManyTries(SupplyLoopError):
    """There were too many tries; the next is heard later (HTTP 429)."""

    code = "tries.too-many"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries within so long."""

    kind: str
    most: int
    window: timedelta


PASSWORD: Final = Limit("password", 6, timedelta(minutes=15))  # of one login
PASSWORDS_FROM: Final = Limit("passwords-from", 40, timedelta(minutes=15))  # of one address
LINKS_FROM: Final = Limit("links-from", 30, timedelta(minutes=15))
ROOMS_FROM: Final = Limit("rooms-from", 6, timedelta(hours=1))  # rooms named, right or not
ROOMS_AT: Final = Limit("rooms-at", 80, timedelta(hours=1))  # of one notice


def must_wait(session: Session, at: datetime, *tries: tuple[Limit, str]) -> None:
    """Refuse a try where there were too many.

    Raises
    ------
    TooManyTries
        With the seconds after which the oldest of them no longer counts, at the latest.
    """
    for limit, subject in tries:
        if attempts.count(session, limit.kind, subject, at - limit.window) >= limit.most:
            raise TooManyTries(retry_after_s=int(limit.window.total_seconds()))


def note(work: Work, at: datetime, *tries: tuple[Limit, str]) -> None:
    """Count a try; in a transaction of its own, since what was tried leaves none."""

    def write(session: Session) -> None:
        for limit, subject in tries:
            attempts.note(session, limit.kind, subject, at)

    work(write)


def address(request: Request) -> str:
    """Name the address that a request came from; the server resolves trusted proxies."""
    return request.client.host if request.client else "unknown"
