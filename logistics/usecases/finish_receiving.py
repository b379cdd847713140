"""Say that no more goods of a run are awaited (收货完毕)."""

from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.procurement import OrderState
from logistics.domain.runs import Run, Step, require
from logistics.errors import Conflict
from logistics.store import audit, orders, runs


class OrdersAwaited(Conflict):
    """Of some orders it is not known what came."""

    code = "run.orders-awaited"


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
