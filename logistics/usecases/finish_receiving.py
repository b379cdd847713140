"""Say that no more goods of a run are awaited (收货完毕)."""

from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.procurement import OrderState
from logistics.domain.runs import Run, Step, require
from logistics.domain.stock import kind_of
from logistics.errors import Conflict
from logistics.store import audit, ledger, orders, runs


class OrdersAwaited(Conflict):
    """Of some orders it is not known what came."""

    code = "run.orders-awaited"


class GoodsOnTheWay(Conflict):
    """Goods that were counted at a market were not counted at their point yet."""

    code = "run.goods-on-the-way"


def finish_receiving(session: Session, run: str, *, actor: str, at: datetime) -> Run:
    """Move a run on when every order has a receipt or is known to have brought nothing.

    Raises
    ------
    RunUnknown
        If there is no such run.
    RunOutOfOrder
        If it is not ordered.
    OrdersAwaited
        If an order has neither.
    GoodsOnTheWay
        If goods are still on a van.
    """
    found = runs.get_for_update(session, run)
    becomes = require(found, Step.FINISH_RECEIVING)
    states = orders.states(session, found.id)
    awaited = sorted(code for code, state in states.items() if state is OrderState.SENT)
    if awaited:
        raise OrdersAwaited(
            run=found.code,
            orders=", ".join(awaited),
            count=len(awaited),
            mend="receive each order, or mark that nothing came",
        )
    on_vans = sorted(
        {place for place, _ in ledger.held(session, found.id) if kind_of(place) == "van"}
    )
    if on_vans:
        raise GoodsOnTheWay(
            run=found.code,
            vans=", ".join(on_vans),
            mend=f"supplyloop receive count {found.code}",
        )
    runs.set_state(session, found.id, becomes)
    audit.record(
        session,
        actor=actor,
        command="run.receive-finish",
        subject=found.id,
        facts={"orders": len(states)},
        at=at,
    )
    return runs.get(session, found.id)
