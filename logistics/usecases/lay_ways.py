"""Lay the trips of a plan on the map once, and keep their ways beside the plan (配送路线).

Nothing of a plan ever changes, but what is closed does, and so may the map: ways are kept by the
digest of all that decides them. Laying needs the network of each mode, which takes a new process
half a minute of a large district; reading what is kept needs none.
"""

import logging
from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from logistics.domain.sheets import SheetBook
from logistics.errors import SupplyLoopError
from logistics.exchange.closed_ground import ClosedTo
from logistics.exchange.trip_tracks import Ways, digests_of, lay_trip, pack, unpack
from logistics.store import map_pieces, plan_views, plans, runs, sheets
from logistics.store.session import Database
from logistics.usecases.read_map import read_map

log = logging.getLogger(__name__)

_AT_ONCE = 100
"""Trips that are laid before they are written: who waits for the rest sees these."""


def read_plan_book(session: Session, plan_id: str) -> SheetBook:
    """Read the trips of a plan, released or not, without what is carried.

    Raises
    ------
    PlanUnknown
        If there is no such plan.
    """
    found = plan_views.get(session, plan_id)
    inputs = plans.inputs_of(session, runs.get(session, found.run_id), with_bags=False)
    return sheets.book_of(session, plan_id, inputs, with_bags=False)


def known_ways(session: Session, book: SheetBook) -> Ways:
    """Read the ways of a book that were laid for the map and closures of now, by trip code."""
    digests = digests_of(book)
    found = map_pieces.known(session, digests.values())
    read = {digest: unpack(content) for digest, content in found.items()}
    return {code: read[digest] for code, digest in digests.items() if digest in read}


def lay_ways(
    database: Database, book: SheetBook, *, should_stop: Callable[[], bool] | None = None
) -> Ways:
    """Lay what is missing of a book's ways, keep it, and return them all.

    No transaction is open while ways are laid. When ``should_stop`` says so what was laid by then
    is returned.

    Raises
    ------
    MapUnreadable
        If the district's folder is missing or damaged.
    """
    with database.read() as session:
        ways = dict(known_ways(session, book))
    lacking = [trip for trip in book.trips if trip.code not in ways]
    if not lacking:
        return ways
    digests = digests_of(book)
    district = read_map(book.district_folder)
    closed = ClosedTo(book, district)
    for begin in range(0, len(lacking), _AT_ONCE):
        if should_stop is not None and should_stop():
            break
        some = lacking[begin : begin + _AT_ONCE]
        laid = {trip.code: lay_trip(trip, district, closed) for trip in some}
        _keep(database, {digests[code]: pack(way) for code, way in laid.items()})
        ways |= laid
    return ways


def lay_current(
    database: Database, run_id: str, *, should_stop: Callable[[], bool] | None = None
) -> None:
    """Lay the ways of the plan that a run was just given, while its networks are still at hand.

    Where that fails they are laid when somebody asks for them.
    """
    try:
        with database.read() as session:
            plan = plans.current(session, runs.get(session, run_id).id)
            book = read_plan_book(session, plan.id)
        lay_ways(database, book, should_stop=should_stop)
    except SupplyLoopError as refusal:
        log.warning("the ways of run %s are not laid: %s", run_id, refusal.code)


def _keep(database: Database, laid: Mapping[str, bytes]) -> None:
    database.run(lambda session: map_pieces.keep(session, laid))
