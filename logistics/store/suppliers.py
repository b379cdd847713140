"""Suppliers with their terms, what they offer, and what inspectors said of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.procurement import Offer
from logistics.domain.suppliers import (
    Inspection,
    InspectionState,
    Slot,
    Supplier,
    SupplierKind,
    SupplierUnknown,
)
from logistics.store.rows import Put, put
from logistics.store.tables import (
    inspection,
    item,
    offer,
    offer_terms,
    order_flag,
    place,
    purchase_order,
    supplier,
    supplier_slot,
)

_OPEN_ORDERS = ("sent", "part-received")


def suppliers(session: Session, district_id: str) -> tuple[Supplier, ...]:
    """Read the suppliers of a district by code; a market without terms has the usual ones."""
    slots: dict[str, list[Slot]] = defaultdict(list)
    for slot in session.execute(
        select(supplier_slot).order_by(supplier_slot.c.place_id, supplier_slot.c.starts_s)
    ):
        slots[slot.place_id].append(
            Slot(starts_s=slot.starts_s, ends_s=slot.ends_s, cases=slot.cases, buyers=slot.buyers)
        )
    rows = session.execute(
        select(place, supplier)
        .outerjoin(supplier, supplier.c.place_id == place.c.id)
        .where(place.c.district_id == district_id, place.c.kind == "market")
        .order_by(place.c.code)
    )
    found = []
    for row in rows.mappings():
        of_place = {name: row[place.c[name]] for name in _PLACE}
        terms = {} if row[supplier.c.place_id] is None else {n: row[supplier.c[n]] for n in _TERMS}
        if terms:
            terms["kind"] = SupplierKind(terms["kind"])
        found.append(Supplier(**of_place, **terms, slots=tuple(slots[of_place["id"]])))
    return tuple(found)


_PLACE = (
    "id", "district_id", "code", "name_zh", "name_en", "lon", "lat", "opens_s", "closes_s",
)  # fmt: skip
_TERMS = ("kind", "minimum_fen", "lead_s", "cold", "entered", "provenance", "note")


def named(session: Session, district_id: str, code: str) -> Supplier:
    """Read a supplier by its code.

    Raises
    ------
    SupplierUnknown
        If the district has none of this code.
    """
    known = suppliers(session, district_id)
    for one in known:
        if one.code == code:
            return one
    raise SupplierUnknown(
        field="supplier",
        value=code[:64],
        mend="give one of " + (", ".join(one.code for one in known) or "none, import some first"),
    )


def put_suppliers(session: Session, given: Collection[Supplier]) -> Put:
    """Write suppliers, their places and slots, or what differs; forget none."""
    places = put(
        session,
        place,
        [
            {name: getattr(one, name) for name in _PLACE}
            | {"kind": "market", "parent_id": None, "levels": 0, "open": True, "note": "",
               "depot": False, "point_id": None, "bays": None}
            for one in given
        ],
    )  # fmt: skip
    ids = [one.id for one in given]
    known = {
        row["place_id"]: dict(row)
        for row in session.execute(select(supplier).where(supplier.c.place_id.in_(ids))).mappings()
    }
    slots_known = defaultdict(set)
    for slot in session.execute(select(supplier_slot).where(supplier_slot.c.place_id.in_(ids))):
        slots_known[slot.place_id].add((slot.starts_s, slot.ends_s, slot.cases, slot.buyers))
    differing = set()
    for one in given:
        terms = {"place_id": one.id} | {name: getattr(one, name) for name in _TERMS}
        terms["kind"] = one.kind.value
        if known.get(one.id) != terms:
            session.execute(delete(supplier).where(supplier.c.place_id == one.id))
            session.execute(insert(supplier).values(terms))
            differing.add(one.id)
        wanted = {(s.starts_s, s.ends_s, s.cases, s.buyers) for s in one.slots}
        if slots_known[one.id] != wanted:
            session.execute(delete(supplier_slot).where(supplier_slot.c.place_id == one.id))
            rows = [
                {"place_id": one.id, "starts_s": s.starts_s, "ends_s": s.ends_s,
                 "cases": s.cases, "buyers": s.buyers}
                for s in one.slots
            ]  # fmt: skip
            if rows:
                session.execute(insert(supplier_slot), rows)
            differing.add(one.id)
    fresh = places.added
    return Put(fresh, max(places.changed, len(differing) - fresh if differing else 0))


def offers(session: Session, district_id: str) -> tuple[Offer, ...]:
    """Read what the suppliers of a district offer, with all terms, by supplier and item."""
    rows = session.execute(
        select(
            offer,
            offer_terms.c.minimum_cases,
            offer_terms.c.aisle,
            offer_terms.c.keeps_h,
        )
        .join(place, place.c.id == offer.c.market_id)
        .outerjoin(
            offer_terms,
            (offer_terms.c.market_id == offer.c.market_id)
            & (offer_terms.c.item_id == offer.c.item_id),
        )
        .where(place.c.district_id == district_id)
        .order_by(offer.c.market_id, offer.c.item_id)
    )
    return tuple(
        Offer(
            market_id=row.market_id,
            item_id=row.item_id,
            case_base=row.case_base,
            price_fen=row.price_fen,
            stock_cases=row.stock_cases,
            minimum_cases=row.minimum_cases or 1,
            aisle=row.aisle or "",
            keeps_h=row.keeps_h,
        )
        for row in rows
    )


def put_offers(session: Session, given: Collection[Offer]) -> Put:
    """Write offers with their terms, or what differs; offers that are not named stay."""
    added = changed = 0
    for table, values in ((offer, _PRICES), (offer_terms, _OFFER_TERMS)):
        keys = {(one.market_id, one.item_id) for one in given}
        markets = {market for market, _ in keys}
        known = {
            (row["market_id"], row["item_id"]): dict(row)
            for row in session.execute(
                select(table).where(table.c.market_id.in_(markets))
            ).mappings()
        }
        fresh = []
        for one in given:
            row = {"market_id": one.market_id, "item_id": one.item_id}
            row |= {name: getattr(one, name) for name in values}
            before = known.get((one.market_id, one.item_id))
            if before == row:
                continue
            if before is None:
                added += table is offer
            else:
                changed += 1
                session.execute(
                    delete(table).where(
                        table.c.market_id == one.market_id, table.c.item_id == one.item_id
                    )
                )
            fresh.append(row)
        if fresh:
            session.execute(insert(table), fresh)
    return Put(added, changed)


_PRICES = ("case_base", "price_fen", "stock_cases")
_OFFER_TERMS = ("minimum_cases", "aisle", "keeps_h")


def item_names(session: Session) -> dict[str, tuple[str, str]]:
    """Read the Chinese and English name of every item by id."""
    rows = session.execute(select(item.c.id, item.c.name_zh, item.c.name_en))
    return {row.id: (row.name_zh, row.name_en) for row in rows}


def inspections(session: Session, district_id: str) -> tuple[Inspection, ...]:
    """Read all that was said of the suppliers of a district, in the order it was said."""
    rows = session.execute(
        select(inspection)
        .join(place, place.c.id == inspection.c.place_id)
        .where(place.c.district_id == district_id)
        .order_by(inspection.c.seq)
    )
    return tuple(
        Inspection(**dict(row) | {"state": InspectionState(row["state"])})
        for row in rows.mappings()
    )


def say(
    session: Session,
    supplier_id: str,
    state: InspectionState,
    *,
    since: datetime,
    until: datetime | None,
    reason: str,
    actor: str,
    at: datetime,
) -> Inspection:
    """Add what somebody says of a supplier.

    Raises
    ------
    InspectionInvalid
        If it has no reason, or ends before it begins.
    """
    said = Inspection(
        seq=0,
        id=new_id("insp", at),
        place_id=supplier_id,
        state=state,
        since=since,
        until=until,
        reason=reason,
        actor=actor,
        at=at,
    )
    session.execute(
        insert(inspection).values(
            id=said.id,
            place_id=supplier_id,
            state=state.value,
            since=since,
            until=until,
            reason=reason,
            actor=actor,
            at=at,
        )
    )
    return said


def flag_open_orders(session: Session, said: Inspection) -> tuple[str, ...]:
    """Mark the supplier's orders that have not wholly come; return their codes."""
    rows = session.execute(
        select(purchase_order.c.id, purchase_order.c.code)
        .where(
            purchase_order.c.market_id == said.place_id,
            purchase_order.c.state.in_(_OPEN_ORDERS),
        )
        .order_by(purchase_order.c.code)
    ).all()
    flags = [
        {"id": new_id("flag", said.at), "order_id": row.id, "inspection_id": said.id,
         "at": said.at}
        for row in rows
    ]  # fmt: skip
    if flags:
        session.execute(insert(order_flag), flags)
    return tuple(row.code for row in rows)


def flags(session: Session, order_ids: Iterable[str]) -> dict[str, str]:
    """Read why orders are marked, by order id; an order that was cleared again is left out."""
    wanted = list(order_ids)
    rows = session.execute(
        select(order_flag.c.order_id, inspection.c.state, inspection.c.reason)
        .join(inspection, inspection.c.id == order_flag.c.inspection_id)
        .where(order_flag.c.order_id.in_(wanted))
        .order_by(order_flag.c.seq)
    )
    latest = {row.order_id: (row.state, row.reason) for row in rows}
    return {
        order: reason
        for order, (state, reason) in latest.items()
        if state != InspectionState.OK.value
    }
