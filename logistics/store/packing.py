"""Packing in the database: what bags are meant to hold, what was done with them, their tokens."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.packing_events import UNSEALED, PackingEvent, new_tokens, read_token
from logistics.errors import NotFound
from logistics.store.tables import (
    bag,
    bag_line,
    bag_plan_line,
    bag_token,
    item,
    lot,
    packing_event,
    packing_short,
    place,
    share,
)

_CHUNK = 500  # parameters in one statement; SQLite allows at least 999
_UNSEALED = tuple(state.value for state in UNSEALED)


class BagUnknown(NotFound):
    """No bag of the run has this code, id or token."""

    code = "bag.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackGood:
    """What packing knows of an item."""

    id: str
    name_zh: str
    name_en: str
    base: str
    default_unit: str
    weight_mg: int
    volume_ul: int
    category: str
    cold: bool
    fragile: bool
    aisle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeantLine:
    """What a bag holds or is meant to hold of one share, in base units."""

    bag_id: str
    share_id: str
    line_id: str
    lot_id: str
    item_id: str
    quantity: int
    lot_state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackBag:
    """A bag as those who pack it know it."""

    id: str
    code: str
    no: int
    household_id: str
    point_code: str
    compartment: str
    weight_g: int
    volume_ml: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """What was not there, or broken, when a bag was packed."""

    key: str
    digest: str
    bag_id: str
    share_id: str
    lot_id: str
    quantity: int
    reason: str


def goods(session: Session) -> dict[str, PackGood]:
    """Read what packing knows of all items, by id."""
    names = ("id", "name_zh", "name_en", "base", "default_unit", "weight_mg", "volume_ul")
    columns = [item.c[name] for name in (*names, "category", "cold", "fragile", "aisle")]
    return {row["id"]: PackGood(**row) for row in session.execute(select(*columns)).mappings()}


def add_tokens(session: Session, bag_ids: Iterable[str]) -> dict[str, str]:
    """Give each bag a token of its own."""
    made = new_tokens(bag_ids)
    if made:
        session.execute(
            insert(bag_token),
            [{"bag_id": bag_id, "token": token} for bag_id, token in made.items()],
        )
    return made


def tokens(session: Session, run_id: str) -> dict[str, str]:
    """Read the tokens of a run's bags, by bag id."""
    rows = session.execute(
        select(bag_token.c.bag_id, bag_token.c.token)
        .join(bag, bag.c.id == bag_token.c.bag_id)
        .where(bag.c.run_id == run_id)
    )
    return {row.bag_id: row.token for row in rows}


def ids_of(session: Session, run_id: str, names: Iterable[str]) -> dict[str, str]:
    """Find bags of a run by code, id or token; what is not found is left out."""
    wanted = sorted(set(names))
    tokens_said = {name: token for name in wanted if (token := read_token(name))}
    found: dict[str, str] = {}
    for chunk in _chunks(wanted):
        upper = [name.strip().upper() for name in chunk]
        rows = session.execute(
            select(bag.c.id, bag.c.code).where(
                bag.c.run_id == run_id, bag.c.code.in_(upper) | bag.c.id.in_(chunk)
            )
        )
        by_name = {name: row.id for row in rows for name in (row.id, row.code)}
        for name in chunk:
            bag_id = by_name.get(name) or by_name.get(name.strip().upper())
            if bag_id is not None:
                found[name] = bag_id
    for chunk in _chunks(sorted(set(tokens_said.values()))):
        rows = session.execute(
            select(bag_token.c.token, bag.c.id)
            .join(bag, bag.c.id == bag_token.c.bag_id)
            .where(bag.c.run_id == run_id, bag_token.c.token.in_(chunk))
        )
        by_token = {row.token: row.id for row in rows}
        found |= {
            name: by_token[token] for name, token in tokens_said.items() if token in by_token
        }
    return found


def run_of_token(session: Session, said: str) -> str | None:
    """Return the id of the run that a token's bag is of; None if it is of none."""
    token = read_token(said)
    if token is None:
        return None
    found: str | None = session.execute(
        select(bag.c.run_id)
        .join(bag_token, bag_token.c.bag_id == bag.c.id)
        .where(bag_token.c.token == token)
    ).scalar()
    return found


def bags_of(session: Session, bag_ids: Iterable[str], *, lock: bool = False) -> dict[str, PackBag]:
    """Read bags by id; with ``lock`` nobody else changes them, in one order for everybody."""
    found: dict[str, PackBag] = {}
    for chunk in _chunks(sorted(set(bag_ids))):
        if lock:
            session.execute(
                select(bag.c.id).where(bag.c.id.in_(chunk)).order_by(bag.c.id).with_for_update()
            ).all()
        rows = session.execute(_bags().where(bag.c.id.in_(chunk))).mappings()
        found |= {row["id"]: PackBag(**row) for row in rows}
    return found


def of_run(
    session: Session,
    run_id: str,
    *,
    point: str = "",
    states: Sequence[str] = (),
    after: str = "",
    limit: int | None = None,
) -> tuple[PackBag, ...]:
    """Read the bags of a run by code: of one point, in some states, after a code."""
    query = _bags().where(bag.c.run_id == run_id).order_by(bag.c.code)
    if point:
        query = query.where(place.c.code == point)
    if states:
        query = query.where(bag.c.state.in_(states))
    if after:
        query = query.where(bag.c.code > after)
    if limit is not None:
        query = query.limit(limit)
    return tuple(PackBag(**row) for row in session.execute(query).mappings())


def counts(
    session: Session, run_id: str, *, point: str = "", states: Sequence[str] = ()
) -> dict[str, int]:
    """Count the bags of a run by state: of one point, in some states."""
    query = select(bag.c.state, func.count()).join(place, place.c.id == bag.c.point_id)
    query = query.where(bag.c.run_id == run_id)
    if point:
        query = query.where(place.c.code == point)
    if states:
        query = query.where(bag.c.state.in_(states))
    rows = session.execute(query.group_by(bag.c.state).order_by(bag.c.state))
    return {state: int(number) for state, number in rows}


def _bags() -> Any:
    names = ("id", "code", "no", "household_id", "compartment", "weight_g", "volume_ml", "state")
    return select(*(bag.c[name] for name in names), place.c.code.label("point_code")).join(
        place, place.c.id == bag.c.point_id
    )


def add_plan_lines(
    session: Session, lines: Sequence[Mapping[str, Any]], *, actor: str, at: datetime
) -> None:
    """Write what bags are meant to hold: bag, share, quantity, reason and cause of each entry."""
    if lines:
        session.execute(
            insert(bag_plan_line),
            [{"id": new_id("bp", at), "actor": actor, "at": at} | dict(line) for line in lines],
        )


def meant(session: Session, bag_ids: Iterable[str]) -> dict[str, list[MeantLine]]:
    """Read what bags are meant to hold, before they are sealed; nothing of what was taken out."""
    return _lines(session, bag_ids, bag_plan_line)


def packed(session: Session, bag_ids: Iterable[str]) -> dict[str, list[MeantLine]]:
    """Read what was packed into bags, from the bottom up."""
    return _lines(session, bag_ids, bag_line)


def _lines(session: Session, bag_ids: Iterable[str], table: Any) -> dict[str, list[MeantLine]]:
    total = func.sum(table.c.quantity)
    found: dict[str, list[MeantLine]] = defaultdict(list)
    for chunk in _chunks(sorted(set(bag_ids))):
        rows = session.execute(
            select(
                table.c.bag_id,
                table.c.share_id,
                share.c.line_id,
                share.c.lot_id,
                lot.c.item_id,
                lot.c.state.label("lot_state"),
                total.label("quantity"),
            )
            .join(share, share.c.id == table.c.share_id)
            .join(lot, lot.c.id == share.c.lot_id)
            .where(table.c.bag_id.in_(chunk))
            .group_by(
                table.c.bag_id,
                table.c.share_id,
                share.c.line_id,
                share.c.lot_id,
                lot.c.item_id,
                lot.c.state,
            )
            .having(total > 0)
            .order_by(table.c.bag_id, func.min(table.c.id))
        ).mappings()
        for row in rows:
            found[row["bag_id"]].append(
                MeantLine(**dict(row) | {"quantity": int(row["quantity"])})
            )
    return found


def meant_by_item(session: Session, run_id: str) -> dict[str, int]:
    """Sum by item what bags of a run that nobody sealed yet are meant to hold."""
    rows = session.execute(
        select(lot.c.item_id, func.sum(bag_plan_line.c.quantity))
        .join(share, share.c.id == bag_plan_line.c.share_id)
        .join(lot, lot.c.id == share.c.lot_id)
        .join(bag, bag.c.id == bag_plan_line.c.bag_id)
        .where(bag.c.run_id == run_id, bag.c.state.in_(_UNSEALED))
        .group_by(lot.c.item_id)
    )
    return {item_id: int(total) for item_id, total in rows if total}


def set_size(session: Session, sizes: Mapping[str, tuple[int, int]]) -> None:
    """Write the grams and millilitres of bags whose contents changed."""
    for bag_id, (weight_g, volume_ml) in sorted(sizes.items()):
        session.execute(
            update(bag).where(bag.c.id == bag_id).values(weight_g=weight_g, volume_ml=volume_ml)
        )


def add_events(
    session: Session,
    events: Sequence[tuple[str, PackingEvent]],
    *,
    actor: str,
    recorded_at: datetime,
) -> None:
    """Write what was done with bags, given by id."""
    if events:
        session.execute(
            insert(packing_event),
            [
                {
                    "bag_id": bag_id,
                    "key": event.key,
                    "digest": event.digest(bag_id),
                    "kind": event.kind.value,
                    "how": event.how,
                    "at": event.at,
                    "note": event.note,
                    "actor": actor,
                    "recorded_at": recorded_at,
                }
                for bag_id, event in events
            ],
        )


def digests(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Read what was said under keys that were used before, as digests."""
    found: dict[str, str] = {}
    for chunk in _chunks(sorted(set(keys))):
        rows = session.execute(
            select(packing_event.c.key, packing_event.c.digest).where(
                packing_event.c.key.in_(chunk)
            )
        )
        found |= {row.key: row.digest for row in rows}
    return found


def add_shorts(session: Session, shorts: Sequence[Short], *, actor: str, at: datetime) -> None:
    """Write what was not there, one row per share."""
    if shorts:
        session.execute(
            insert(packing_short),
            [
                {
                    "id": new_id("ps", at),
                    "key": one.key,
                    "digest": one.digest,
                    "bag_id": one.bag_id,
                    "share_id": one.share_id,
                    "lot_id": one.lot_id,
                    "quantity": one.quantity,
                    "reason": one.reason,
                    "actor": actor,
                    "at": at,
                }
                for one in shorts
            ],
        )


def shorts(
    session: Session, *, key: str = "", run_id: str = "", bag_id: str = ""
) -> tuple[Short, ...]:
    """Read what was short: under a key, in a run, or in a bag, in the order it was said."""
    query = select(packing_short).order_by(packing_short.c.seq)
    if key:
        query = query.where(packing_short.c.key == key)
    if bag_id:
        query = query.where(packing_short.c.bag_id == bag_id)
    if run_id:
        query = query.join(bag, bag.c.id == packing_short.c.bag_id).where(bag.c.run_id == run_id)
    return tuple(
        Short(
            key=row.key,
            digest=row.digest,
            bag_id=row.bag_id,
            share_id=row.share_id,
            lot_id=row.lot_id,
            quantity=row.quantity,
            reason=row.reason,
        )
        for row in session.execute(query)
    )


def progress(session: Session, run_id: str) -> dict[tuple[str, str], int]:
    """Count the bags of a run by point and state."""
    rows = session.execute(
        select(place.c.code, bag.c.state, func.count())
        .join(place, place.c.id == bag.c.point_id)
        .where(bag.c.run_id == run_id)
        .group_by(place.c.code, bag.c.state)
        .order_by(place.c.code, bag.c.state)
    )
    return {(point, state): int(count) for point, state, count in rows}


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
