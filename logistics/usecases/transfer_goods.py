"""Bring goods of a lot from one point to another (调拨)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.stock import Move, MoveKind, stock
from logistics.errors import Conflict, Invalid
from logistics.store import audit, idempotency, ledger, lots, places


class TransferInvalid(Invalid):
    """Goods cannot be moved like this."""

    code = "stock.move-invalid"


class NotThere(Conflict):
    """Less of the lot is there than would be moved."""

    code = "stock.not-there"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedStock:
    """What moved, in base units; ``repeated`` if it was said before under the same key."""

    lot: str
    quantity: int
    source: str
    target: str
    repeated: bool


def transfer_goods(
    session: Session,
    lot: str,
    quantity: int,
    *,
    source: str,
    target: str,
    key: str,
    actor: str,
    at: datetime,
) -> MovedStock:
    """Move a quantity of a lot from the stock of one point to that of another.

    Parameters
    ----------
    lot
        Its id, or its provenance code.
    quantity
        Base units.
    source, target
        Codes of points.
    key
        The same key and content again moves nothing.

    Raises
    ------
    LotUnknown, LotAmbiguous, PlaceUnknown
        If there is no such lot or point.
    TransferInvalid
        If it goes nowhere, or is nothing.
    NotThere
        If the point has less.
    KeyReused
        If the key was used for something else.
    """
    card = lots.card(session, lot, lock=True)
    if source == target:
        raise TransferInvalid(field="target", value=target, mend="name another point")
    places.named(session, card.district_id, source, "point")
    places.named(session, card.district_id, target, "point")
    return move_stock(
        session,
        Move(
            lot_id=card.id,
            quantity=positive(quantity),
            source=stock(source),
            target=stock(target),
            kind=MoveKind.TRANSFER,
        ),
        run_id=card.run_id,
        key=key,
        actor=actor,
        at=at,
    )


def move_stock(
    session: Session, move: Move, *, run_id: str, key: str, actor: str, at: datetime
) -> MovedStock:
    """Move goods once per key, if they are there.

    Raises
    ------
    NotThere
        If less is there.
    KeyReused
        If the key was used for something else.
    """
    said = [move.kind.value, move.lot_id, move.quantity, move.source, move.target, move.reason]
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    repeated = idempotency.claim(session, "stock", key, digest, at) is not None
    if not repeated:
        require_there(session, move)
        ledger.post(
            session, [move], run_id=run_id, cause=f"{move.kind}:{key}"[:96], actor=actor, at=at
        )
        idempotency.answer(session, "stock", key, 200, {"quantity": move.quantity})
        audit.record(
            session,
            actor=actor,
            command=f"stock.{move.kind.value}",
            subject=move.lot_id,
            facts={"quantity": move.quantity, "source": move.source, "target": move.target},
            at=at,
        )
    return MovedStock(
        lot=move.lot_id,
        quantity=move.quantity,
        source=move.source,
        target=move.target,
        repeated=repeated,
    )


def positive(quantity: int) -> int:
    """Refuse to move nothing.

    Raises
    ------
    TransferInvalid
        If the quantity is below 1.
    """
    if quantity < 1:
        raise TransferInvalid(
            field="quantity", value=quantity, mend="give base units (g, ml, pieces), 1 or more"
        )
    return quantity


def require_there(session: Session, move: Move) -> None:
    """Refuse to move more than there is.

    Raises
    ------
    NotThere
        The facts say how much is there.
    """
    there = ledger.at_location(session, move.source, [move.lot_id]).get(move.lot_id, 0)
    if there < move.quantity:
        raise NotThere(
            lot=move.lot_id,
            place=move.source,
            quantity=move.quantity,
            there=there,
            mend=f"move at most {there}" if there else "trace the lot to see where it is",
        )
