"""Lots as they stand, what was decided about them, and donors."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.procurement import OrderState
from logistics.domain.runs import Run
from logistics.domain.stock import LotState
from logistics.errors import Conflict, NotFound
from logistics.store.tables import (
    item,
    lot,
    lot_statement,
    place,
    purchase_order,
    receipt,
    run,
    supplier,
)

DONOR = "donor"


class LotUnknown(NotFound):
    """No lot has this id or provenance code."""

    code = "lot.unknown"


class LotAmbiguous(Conflict):
    """Several lots have this provenance code."""

    code = "lot.ambiguous"


class NotADonor(Conflict):
    """The code belongs to a supplier that is paid."""

    code = "supplier.not-donor"


@dataclass(frozen=True, slots=True, kw_only=True)
class LotCard:
    """A lot, its item, and where it came from."""

    id: str
    run_id: str
    run_code: str
    district_id: str
    item_id: str
    item_zh: str
    item_en: str
    base: str
    cold: bool
    quantity: int
    state: LotState
    provenance: str
    weight_g: int | None
    price_fen: int | None
    photo: str
    supplier_code: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LotStatement:
    """What somebody decided about a lot, and why."""

    seq: int
    id: str
    lot_id: str
    state: LotState
    reason: str
    actor: str
    at: datetime


def card(session: Session, code: str, *, lock: bool = False) -> LotCard:
    """Read a lot by id, or by its provenance code where only one has it.

    Raises
    ------
    LotUnknown
        If there is none.
    LotAmbiguous
        If several have the code; the facts name some.
    """
    ids = session.scalars(
        select(lot.c.id).where(or_(lot.c.id == code, lot.c.provenance == code)).order_by(lot.c.id)
    ).all()
    if code in ids:
        ids = [code]
    if not ids:
        raise LotUnknown(field="lot", value=code, mend="supplyloop lot list RUN")
    if len(ids) > 1:
        raise LotAmbiguous(
            field="lot", value=code, lots=", ".join(ids[:5]), mend="give the id of one lot"
        )
    if lock:
        session.execute(select(lot.c.id).where(lot.c.id == ids[0]).with_for_update()).all()
    (found,) = cards(session, ids)
    return found


def of_run(session: Session, run_id: str) -> tuple[LotCard, ...]:
    """Read the lots of a run, by item and receipt."""
    ids = session.scalars(select(lot.c.id).where(lot.c.run_id == run_id)).all()
    return cards(session, ids)


def cards(session: Session, lot_ids: Iterable[str]) -> tuple[LotCard, ...]:
    """Read lots by id, by item and time."""
    rows = session.execute(
        select(
            lot.c.id,
            lot.c.run_id,
            run.c.code.label("run_code"),
            run.c.district_id,
            lot.c.item_id,
            item.c.name_zh.label("item_zh"),
            item.c.name_en.label("item_en"),
            item.c.base,
            item.c.cold,
            lot.c.quantity,
            lot.c.state,
            lot.c.provenance,
            lot.c.weight_g,
            lot.c.price_fen,
            lot.c.photo,
            place.c.code.label("supplier_code"),
            lot.c.received_at,
        )
        .join(run, run.c.id == lot.c.run_id)
        .join(item, item.c.id == lot.c.item_id)
        .join(receipt, receipt.c.id == lot.c.receipt_id)
        .join(purchase_order, purchase_order.c.id == receipt.c.order_id)
        .join(place, place.c.id == purchase_order.c.market_id)
        .where(lot.c.id.in_(sorted(lot_ids)))
        .order_by(item.c.name_zh, lot.c.received_at, lot.c.id)
    ).mappings()
    return tuple(LotCard(**dict(row) | {"state": LotState(row["state"])}) for row in rows)


def state(
    session: Session, lot_id: str, becomes: LotState, *, reason: str, actor: str, at: datetime
) -> None:
    """Write a decision; the database carries it over to the lot."""
    session.execute(
        insert(lot_statement).values(
            id=new_id("ls", at),
            lot_id=lot_id,
            state=becomes.value,
            reason=reason,
            actor=actor,
            at=at,
        )
    )


def statements(session: Session, lot_id: str) -> tuple[LotStatement, ...]:
    """Read what was decided about a lot, in order."""
    rows = session.execute(
        select(lot_statement).where(lot_statement.c.lot_id == lot_id).order_by(lot_statement.c.seq)
    ).mappings()
    return tuple(LotStatement(**dict(row) | {"state": LotState(row["state"])}) for row in rows)


def name_provenance(session: Session, lot_id: str, provenance: str) -> None:
    """Write the provenance of a lot that came without."""
    session.execute(
        update(lot).where(lot.c.id == lot_id, lot.c.provenance == "").values(provenance=provenance)
    )


def donor_order(
    session: Session, of_run: Run, code: str, *, name_zh: str, name_en: str, at: datetime
) -> str:
    """Return the order under which a donor's gifts to a run stand; both are made where missing.

    Raises
    ------
    NotADonor
        If the code belongs to a supplier that is paid.
    """
    found = session.execute(
        select(place.c.id, place.c.kind, supplier.c.kind.label("terms"))
        .outerjoin(supplier, supplier.c.place_id == place.c.id)
        .where(place.c.district_id == of_run.district_id, place.c.code == code)
    ).one_or_none()
    if found is None:
        market_id = _new_donor(session, of_run.district_id, code, name_zh, name_en)
    elif found.kind == "market" and found.terms == DONOR:
        market_id = found.id
    else:
        raise NotADonor(field="donor", value=code, mend="use a code of a donor, or a new one")
    order_id = session.execute(
        select(purchase_order.c.id).where(
            purchase_order.c.run_id == of_run.id, purchase_order.c.market_id == market_id
        )
    ).scalar()
    if order_id is not None:
        return str(order_id)
    made = new_id("po", at)
    session.execute(
        insert(purchase_order).values(
            id=made,
            run_id=of_run.id,
            market_id=market_id,
            code=f"{of_run.code}-{code}",
            state=OrderState.RECEIVED.value,
            created_at=at,
        )
    )
    return made


def _new_donor(
    session: Session, district_id: str, code: str, name_zh: str, name_en: str
) -> str:  # fmt: skip
    made = f"{district_id}/donor/{code}"
    session.execute(
        insert(place).values(
            id=made,
            district_id=district_id,
            parent_id=None,
            kind="market",
            code=code,
            name_zh=name_zh or code,
            name_en=name_en or name_zh or code,
            lon=0.0,
            lat=0.0,
            levels=0,
            open=True,
            note="",
            depot=False,
            point_id=None,
        )
    )
    session.execute(
        insert(supplier).values(
            place_id=made,
            kind=DONOR,
            minimum_fen=0,
            lead_s=0,
            cold=True,
            entered=False,
            provenance=None,
            note="",
        )
    )
    return made
