"""Send goods back to their supplier (退货)."""

from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.stock import Explanation, Move, MoveKind, stock, supplier
from logistics.store import lots, places
from logistics.usecases.transfer_goods import MovedStock, move_stock, positive


def send_back(
    session: Session,
    lot: str,
    quantity: int,
    *,
    point: str,
    reason: Explanation,
    key: str,
    actor: str,
    at: datetime,
) -> MovedStock:
    """Move a quantity of a lot, held or not, from a point back to who sold or gave it.

    Raises
    ------
    LotUnknown, LotAmbiguous, PlaceUnknown
        If there is no such lot or point.
    TransferInvalid
        If it is nothing.
    NotThere
        If the point has less.
    KeyReused
        If the key was used for something else.
    """
    card = lots.card(session, lot, lock=True)
    places.named(session, card.district_id, point, "point")
    return move_stock(
        session,
        Move(
            lot_id=card.id,
            quantity=positive(quantity),
            source=stock(point),
            target=supplier(card.supplier_code),
            kind=MoveKind.SEND_BACK,
            reason=reason.value,
        ),
        run_id=card.run_id,
        key=key,
        actor=actor,
        at=at,
    )
