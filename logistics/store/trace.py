"""Goods followed both ways through the record: from lots to doors, from doors to lots."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select, union
from sqlalchemy.orm import Session

from logistics.domain.trace import Door, Hand, Origin, Standing
from logistics.errors import NotFound
from logistics.store import custody
from logistics.store.tables import (
    bag,
    bag_line,
    bag_move,
    balance,
    household,
    item,
    lot,
    place,
    purchase_order,
    receipt,
    run,
    share,
)


class TraceUnknown(NotFound):
    """Nothing in the record has this code."""

    code = "trace.unknown"


def lot_id(session: Session, code: str) -> str:
    """Find a lot by id, or by the provenance code that its supplier gave it, the newest first.

    Raises
    ------
    TraceUnknown
        If there is none.
    """
    newest = (lot.c.received_at.desc(), lot.c.id.desc())
    return _one(
        session,
        (
            select(lot.c.id).where(lot.c.id == code),
            select(lot.c.id).where(lot.c.provenance == code).order_by(*newest),
        ),
        "lot",
        code,
    )


def bag_ids(session: Session, code: str, run_code: str | None) -> list[str]:
    """Find a bag by id, or by its code in a run; without a run the code of the newest run's."""
    bags = select(bag.c.id).join(run, run.c.id == bag.c.run_id)
    if run_code is not None:
        bags = bags.where(or_(run.c.code == run_code, run.c.id == run_code))
    newest = (run.c.day.desc(), run.c.wave.desc(), bag.c.id)
    by_code = bags.where(bag.c.code == code).order_by(*newest)
    return [_one(session, (bags.where(bag.c.id == code), by_code), "bag", code)]


def bags_of_household(session: Session, code: str) -> list[str]:
    """Find all bags that were packed for a household, or that it has, the oldest first."""
    known = _one(
        session, (select(household.c.id).where(household.c.code == code),), "household", code
    )
    own = f"household:{code}"
    packed_for = select(bag.c.id).where(bag.c.household_id == known)
    got = (  # who has a bag is written by moves alone
        select(bag.c.id)
        .join(bag_move, bag_move.c.bag_id == bag.c.id)
        .where(bag_move.c.target == own, bag.c.custodian == own)
    )
    return sorted(session.scalars(union(packed_for, got)))


def bags_of_custodian(session: Session, custodian: str) -> list[str]:
    """Find all bags that somebody ever had, the oldest first."""
    rows = session.scalars(
        select(bag_move.c.bag_id).where(bag_move.c.target == custodian).distinct()
    )
    found = sorted(rows)
    if not found:
        raise TraceUnknown(field="code", value=custodian, mend="nobody of this code had a bag yet")
    return found


def lots_of_supplier(session: Session, code: str) -> list[str]:
    """Find all lots that came from a supplier, the oldest first."""
    market = _one(session, (select(place.c.id).where(place.c.code == code),), "supplier", code)
    rows = session.scalars(
        select(lot.c.id)
        .join(receipt, receipt.c.id == lot.c.receipt_id)
        .join(purchase_order, purchase_order.c.id == receipt.c.order_id)
        .where(purchase_order.c.market_id == market)
        .order_by(lot.c.received_at, lot.c.id)
    )
    return list(rows)


def lines_of_lots(session: Session, lot_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Read how much of some lots lies, or lay, in which bags: by bag and lot."""
    return _lines(session, share.c.lot_id, lot_ids)


def lines_of_bags(session: Session, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Read what was packed into bags: by bag and lot."""
    return _lines(session, bag_line.c.bag_id, ids)


def origins(session: Session, quantities: Mapping[str, int]) -> tuple[Origin, ...]:
    """Read where lots came from, by item and receipt; ``quantities`` are those traced of each."""
    found: list[Origin] = []
    for chunk in _chunks(sorted(quantities)):
        rows = session.execute(
            select(
                lot.c.id,
                item.c.name_zh,
                item.c.name_en,
                item.c.base,
                lot.c.quantity,
                lot.c.state,
                lot.c.provenance,
                lot.c.photo,
                place.c.code.label("supplier"),
                place.c.name_zh.label("supplier_zh"),
                place.c.name_en.label("supplier_en"),
                purchase_order.c.code.label("order"),
                receipt.c.id.label("receipt"),
                lot.c.received_at,
                receipt.c.actor,
                run.c.code.label("run"),
            )
            .join(item, item.c.id == lot.c.item_id)
            .join(receipt, receipt.c.id == lot.c.receipt_id)
            .join(purchase_order, purchase_order.c.id == receipt.c.order_id)
            .join(place, place.c.id == purchase_order.c.market_id)
            .join(run, run.c.id == lot.c.run_id)
            .where(lot.c.id.in_(chunk))
        )
        found += [
            Origin(
                lot=row.id,
                item_zh=row.name_zh,
                item_en=row.name_en,
                base=row.base,
                quantity=quantities[row.id],
                counted=row.quantity,
                state=row.state,
                provenance=row.provenance,
                photo=row.photo,
                supplier=row.supplier,
                supplier_zh=row.supplier_zh,
                supplier_en=row.supplier_en,
                order=row.order,
                receipt=row.receipt,
                received_at=row.received_at,
                received_by=row.actor,
                run=row.run,
            )
            for row in rows
        ]
    return tuple(sorted(found, key=lambda one: (one.item_zh, one.received_at, one.lot)))


def doors(
    session: Session, ids: Sequence[str], quantities: Mapping[str, int] | None = None
) -> tuple[Door, ...]:
    """Read whose bags they are and through whose hands each went, by household and bag."""
    hands = hands_of(session, ids)
    found: list[Door] = []
    for chunk in _chunks(sorted(ids)):
        rows = session.execute(
            select(
                bag.c.id,
                bag.c.code,
                bag.c.state,
                bag.c.custodian,
                household.c.code.label("household"),
                run.c.code.label("run"),
            )
            .join(household, household.c.id == bag.c.household_id)
            .join(run, run.c.id == bag.c.run_id)
            .where(bag.c.id.in_(chunk))
        )
        found += [
            Door(
                household=row.household,
                bag=row.code,
                run=row.run,
                state=row.state,
                custodian=row.custodian,
                quantity=None if quantities is None else quantities[row.id],
                hands=hands.get(row.id, ()),
            )
            for row in rows
        ]
    return tuple(sorted(found, key=lambda one: (one.household, one.run, one.bag)))


def hands_of(session: Session, ids: Sequence[str]) -> dict[str, tuple[Hand, ...]]:
    """Read through whose hands bags went, as the chain stands, each with its time."""
    codes: dict[str, str] = {}
    for chunk in _chunks(sorted(ids)):
        codes.update(
            session.execute(select(bag.c.id, bag.c.code).where(bag.c.id.in_(chunk))).all()
        )
    undo = bag_move.alias("undo")
    stood: dict[str, list[Any]] = defaultdict(list)
    for chunk in _chunks(sorted(ids)):
        for row in session.execute(
            select(
                bag_move.c.bag_id,
                bag_move.c.target,
                bag_move.c.at,
                bag_move.c.kind,
                bag_move.c.implied,
            )
            .outerjoin(undo, undo.c.corrects == bag_move.c.id)
            .where(
                bag_move.c.bag_id.in_(chunk),
                bag_move.c.kind != custody.UNDO,
                undo.c.seq.is_(None),
            )
            .order_by(bag_move.c.bag_id, bag_move.c.seq)
        ):
            stood[row[0]].append(row)
    found: dict[str, tuple[Hand, ...]] = {}
    for bag_id, links in stood.items():
        ends = [*(link[2] for link in links[1:]), None]
        found[bag_id] = tuple(
            Hand(
                bag=codes[bag_id],
                custodian=custodian,
                since=since,
                until=until,
                how=how,
                implied=implied,
            )
            for (_, custodian, since, how, implied), until in zip(links, ends, strict=True)
        )
    return found


def standing(session: Session, lot_ids: Sequence[str]) -> tuple[Standing, ...]:
    """Add up where lots are, by kind of place, and by place but for bags and households."""
    held: dict[str, int] = defaultdict(int)
    for chunk in _chunks(sorted(lot_ids)):
        rows = session.execute(
            select(balance.c.location, func.sum(balance.c.quantity))
            .where(balance.c.lot_id.in_(chunk), balance.c.quantity != 0)
            .group_by(balance.c.location)
        )
        for location, quantity in rows:
            kind = location.partition(":")[0]
            many = kind in ("bag", "household", "return")
            held[kind if many else location] += int(quantity)
    return tuple(Standing(place=name, quantity=held[name]) for name in sorted(held))


def _lines(session: Session, column: Any, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for chunk in _chunks(sorted(ids)):
        rows = session.execute(
            select(bag_line.c.bag_id, share.c.lot_id, func.sum(bag_line.c.quantity))
            .join(share, share.c.id == bag_line.c.share_id)
            .where(column.in_(chunk))
            .group_by(bag_line.c.bag_id, share.c.lot_id)
        )
        for bag_id, of_lot, quantity in rows:
            found[bag_id][of_lot] = int(quantity)
    return found


def _one(session: Session, queries: Iterable[Select[Any]], field: str, code: str) -> str:
    """Return the first that any of some queries finds: one question each, so an index each."""
    for query in queries:
        found = session.execute(query.limit(1)).scalar()
        if found is not None:
            return str(found)
    raise TraceUnknown(field=field, value=code, mend=f"give the code of a {field} on record")


def _chunks(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[n : n + 500] for n in range(0, len(ids), 500)]
