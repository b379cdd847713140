"""Custody in the database: what was said of bags, their chains, and what lies in them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from logistics.domain.custody import BagState, Route, Scan, ScanKind
from logistics.domain.ids import new_id
from logistics.store.tables import (
    bag,
    bag_line,
    bag_move,
    bag_scan,
    courier,
    household,
    place,
    plan,
    run,
    share,
    stop,
    stop_bag,
    trip,
)

UNDO = "undo"
"""The kind of a move that takes an earlier one back."""

_LINK = (
    "seq", "id", "bag_id", "source", "target", "kind", "implied", "at", "cause", "corrects",
    "actor", "recorded_at",
)  # fmt: skip

_CHUNK = 500  # parameters in one statement; SQLite allows at least 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A bag, its way, and who has it now."""

    route: Route
    code: str
    custodian: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One move of a bag's chain as it stands; ``kind`` is that of the scan, or ``undo``."""

    seq: int
    id: str
    bag_id: str
    source: str
    target: str
    kind: str
    implied: bool
    at: datetime
    cause: str
    corrects: str | None
    actor: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A move of custody before it has its place in the chain."""

    id: str
    bag_id: str
    source: str
    target: str
    kind: str
    implied: bool
    at: datetime
    cause: str
    corrects: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A scan as it is kept."""

    bag_id: str
    digest: str
    scan: Scan


def ids_of(session: Session, run_id: str, names: Iterable[str]) -> dict[str, str]:
    """Find bags of a run by code or id; what is not found is left out."""
    found: dict[str, str] = {}
    for chunk in _chunks(sorted(set(names))):
        rows = session.execute(
            select(bag.c.id, bag.c.code).where(
                bag.c.run_id == run_id, or_(bag.c.code.in_(chunk), bag.c.id.in_(chunk))
            )
        )
        for row in rows:
            found[row.id] = found[row.code] = row.id
    return found


def lock(session: Session, bag_ids: Iterable[str]) -> dict[str, Held]:
    """Read bags with their ways and keep others from moving them; in one order for everybody."""
    ids = sorted(set(bag_ids))
    for chunk in _chunks(ids):
        session.execute(
            select(bag.c.id).where(bag.c.id.in_(chunk)).order_by(bag.c.id).with_for_update()
        ).all()
    return read(session, ids)


def read(session: Session, bag_ids: Iterable[str]) -> dict[str, Held]:
    """Read bags with their ways."""
    ids = sorted(set(bag_ids))
    carried = _planned_couriers(session, ids)
    point, building = aliased(place), aliased(place)
    found: dict[str, Held] = {}
    for chunk in _chunks(ids):
        rows = session.execute(
            select(
                bag.c.id,
                bag.c.code,
                bag.c.custodian,
                bag.c.state,
                run.c.code.label("run_code"),
                household.c.code.label("household_code"),
                place.c.code.label("stairwell_code"),
                building.c.code.label("building_code"),
                point.c.code.label("point_code"),
            )
            .join(run, run.c.id == bag.c.run_id)
            .join(household, household.c.id == bag.c.household_id)
            .join(place, place.c.id == household.c.stairwell_id)
            .join(point, point.c.id == bag.c.point_id)
            .outerjoin(building, building.c.id == place.c.parent_id)
            .where(bag.c.id.in_(chunk))
        )
        for row in rows:
            route = Route(
                bag_id=row.id,
                run_code=row.run_code,
                point_code=row.point_code,
                stairwell_code=row.stairwell_code,
                building_code=row.building_code or row.stairwell_code,
                household_code=row.household_code,
                courier_code=carried.get(row.id),
            )
            found[row.id] = Held(
                route=route, code=row.code, custodian=row.custodian, state=row.state
            )
    return found


def _planned_couriers(session: Session, bag_ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in _chunks(bag_ids):
        runs = select(bag.c.run_id).where(bag.c.id.in_(chunk)).distinct()
        released = list(
            session.scalars(
                select(plan.c.id).where(plan.c.run_id.in_(runs), plan.c.state == "released")
            )
        )
        rows = session.execute(  # by plan and bag, which is the key of the table
            select(stop_bag.c.bag_id, courier.c.code)
            .join(stop, stop.c.id == stop_bag.c.stop_id)
            .join(trip, trip.c.id == stop.c.trip_id)
            .join(courier, courier.c.id == trip.c.courier_id)
            .where(stop_bag.c.plan_id.in_(released), stop_bag.c.bag_id.in_(chunk))
        )
        found.update(rows.all())
    return found


def scans(session: Session, bag_ids: Iterable[str]) -> dict[str, list[Said]]:
    """Read all that was said of bags, in the order in which it was heard."""
    found: dict[str, list[Said]] = defaultdict(list)
    for chunk in _chunks(sorted(set(bag_ids))):
        columns = ("bag_id", "digest", "key", "kind", "at", "by", "place", "note")
        rows = session.execute(
            select(*(bag_scan.c[name] for name in columns))
            .where(bag_scan.c.bag_id.in_(chunk))
            .order_by(bag_scan.c.seq)
        )
        for bag_id, digest, key, kind, at, by, spot, note in rows:
            scan = Scan(key=key, kind=ScanKind(kind), at=at, by=by, place=spot, note=note)
            found[bag_id].append(Said(bag_id=bag_id, digest=digest, scan=scan))
    return found


def digests(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Read what was said under keys that were used before, as digests."""
    found: dict[str, str] = {}
    for chunk in _chunks(sorted(set(keys))):
        found.update(
            session.execute(
                select(bag_scan.c.key, bag_scan.c.digest).where(bag_scan.c.key.in_(chunk))
            ).all()
        )
    return found


def chains(session: Session, bag_ids: Iterable[str]) -> dict[str, list[Link]]:
    """Read the chains of bags in the order in which they were written, undone moves included."""
    found: dict[str, list[Link]] = defaultdict(list)
    for chunk in _chunks(sorted(set(bag_ids))):
        rows = session.execute(
            select(*(bag_move.c[name] for name in _LINK))
            .where(bag_move.c.bag_id.in_(chunk))
            .order_by(bag_move.c.seq)
        )
        for row in rows:
            found[row[2]].append(Link(**dict(zip(_LINK, row, strict=True))))
    return found


def standing(chain: Sequence[Link]) -> list[Link]:
    """Leave out what was undone, and the undoing."""
    undone = {link.corrects for link in chain if link.corrects}
    return [link for link in chain if link.kind != UNDO and link.id not in undone]


def contents(session: Session, bag_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """Read what was packed into bags: base units by lot."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for chunk in _chunks(sorted(set(bag_ids))):
        rows = session.execute(
            select(bag_line.c.bag_id, share.c.lot_id, func.sum(bag_line.c.quantity))
            .join(share, share.c.id == bag_line.c.share_id)
            .where(bag_line.c.bag_id.in_(chunk))
            .group_by(bag_line.c.bag_id, share.c.lot_id)
        )
        for bag_id, lot_id, quantity in rows:
            found[bag_id][lot_id] = int(quantity)
    return found


def add_scans(
    session: Session, said: Sequence[Said], *, actor: str, recorded_at: datetime
) -> None:
    """Write what was said, in bulk."""
    if said:
        session.execute(
            insert(bag_scan),
            [
                {
                    "bag_id": one.bag_id,
                    "key": one.scan.key,
                    "digest": one.digest,
                    "kind": one.scan.kind.value,
                    "at": one.scan.at,
                    "by": one.scan.by,
                    "place": one.scan.place,
                    "note": one.scan.note,
                    "actor": actor,
                    "recorded_at": recorded_at,
                }
                for one in said
            ],
        )


def new_link_id(at: datetime) -> str:
    """Make the id of a move of custody."""
    return new_id("bm", at)


def add_links(
    session: Session, links: Sequence[NewLink], *, actor: str, recorded_at: datetime
) -> None:
    """Write moves of custody in their order; the database refuses a chain that breaks."""
    if links:
        session.execute(
            insert(bag_move),
            [
                {
                    "id": link.id,
                    "bag_id": link.bag_id,
                    "source": link.source,
                    "target": link.target,
                    "kind": link.kind,
                    "implied": link.implied,
                    "at": link.at,
                    "cause": link.cause,
                    "corrects": link.corrects,
                    "actor": actor,
                    "recorded_at": recorded_at,
                }
                for link in links
            ],
        )


def set_states(session: Session, states: Mapping[str, BagState]) -> None:
    """Write how far bags have come."""
    by_state: dict[BagState, list[str]] = defaultdict(list)
    for bag_id, state in states.items():
        by_state[state].append(bag_id)
    for state, ids in sorted(by_state.items()):
        for chunk in _chunks(sorted(ids)):
            session.execute(update(bag).where(bag.c.id.in_(chunk)).values(state=state.value))


def by_custodian(session: Session, run_id: str) -> dict[tuple[str, str], int]:
    """Count the bags of a run by state and custodian."""
    rows = session.execute(
        select(bag.c.state, bag.c.custodian, func.count())
        .where(bag.c.run_id == run_id)
        .group_by(bag.c.state, bag.c.custodian)
        .order_by(bag.c.state, bag.c.custodian)
    )
    return {(state, custodian): count for state, custodian, count in rows}


def in_parts(session: Session, run_id: str | None, size: int) -> Iterator[list[str]]:
    """Give the ids of the bags of which something was said, of a run or of all, in parts."""
    said, moved = select(bag_scan.c.bag_id).distinct(), select(bag_move.c.bag_id).distinct()
    if run_id is not None:
        own = select(bag.c.id).where(bag.c.run_id == run_id)
        said = said.where(bag_scan.c.bag_id.in_(own))
        moved = moved.where(bag_move.c.bag_id.in_(own))
    found = sorted({*session.scalars(said), *session.scalars(moved)})
    for start in range(0, len(found), size):
        yield found[start : start + size]


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
