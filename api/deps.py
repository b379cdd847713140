"""What an endpoint is given: the clock, the database and its unit of work.

Notes
-----
The design named a ``transaction`` dependency with ``scope="function"``; why it is a callable here
stands in ``docs/decisions/0005-work-is-a-callable.md``. ``work(fn)`` opens, decides, commits and
leaves in one thread, may be retried as a whole, and has committed before the endpoint returns its
answer.

What only looks something up in memory is a coroutine: plain functions are each sent to a thread
and back, which costs more than they do.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from api.settings import Settings
from logistics.store.session import Database

T = TypeVar("T")


class Work:
    """The unit of work of one request: commits before it returns, or leaves no trace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, fn: Callable[[Session], T]) -> T:
        """Run ``fn`` in one transaction and return its value once that is committed."""
        return self._database.run(fn)

    def read(self, fn: Callable[[Session], T]) -> T:
        """Run ``fn`` on a snapshot that is never written."""
        with self._database.read() as session:
            return fn(session)


async def settings(request: Request) -> Settings:
    """Return the settings of the service."""
    found: Settings = request.app.state.settings
    return found


async def database(request: Request) -> Database:
    """Return the database of the service."""
    found: Database = request.app.state.database
    return found


async def work(request: Request) -> Work:
    """Return the unit of work; tests of its promise put another in its place."""
    return Work(request.app.state.database)


def clock() -> datetime:
    """Return the instant: the only clock of the service."""
    return datetime.now(UTC)


async def now() -> datetime:
    """Return the instant of the request."""
    return clock()


WorkDep = Annotated[Work, Depends(work)]
DatabaseDep = Annotated[Database, Depends(database)]
SettingsDep = Annotated[Settings, Depends(settings)]
NowDep = Annotated[datetime, Depends(now)]
