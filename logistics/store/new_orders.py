"""Orders as they are placed: one for each market, its lines, and the wishes behind them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.procurement import Backing, OrderState, Procurement
from logistics.domain.runs import Run
from logistics.store.tables import (
    household_list,
    line_demand,
    order_line,
    order_terms,
    place,
    purchase_line,
    purchase_order,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Where an order's goods go (None: the depot), and who fetches them from which second on."""

    point_id: str | None = None
    buyers: int = 0
    ready_s: int = 0


def add_all(
    session: Session,
    run: Run,
    bought: Procurement,
    *,
    terms: Mapping[str, Terms] | None = None,
    at: datetime,
) -> None:
    """Write one order per market, its lines, and what stands behind them.

    Parameters
    ----------
    terms
        By market id; a market that is not named here has the usual ones.
    """
    markets = sorted({p.market_id for p in bought.purchases})
    codes = _codes(session, markets)
    order_ids = {market: new_id("po", at) for market in markets}
    line_ids: dict[tuple[str | None, str], str] = {}
    lines = []
    for p in bought.purchases:
        line_ids[p.market_id, p.item_id] = line_id = new_id("pl", at)
        lines.append(
            {
                "id": line_id,
                "order_id": order_ids[p.market_id],
                "item_id": p.item_id,
                "demand": p.demand,
                "case_base": p.case_base,
                "cases": p.cases,
                "price_fen": p.price_fen,
            }
        )
    if markets:
        session.execute(
            insert(purchase_order),
            [
                {
                    "id": order_ids[m],
                    "run_id": run.id,
                    "market_id": m,
                    "code": f"{run.code}-{codes[m]}",
                    "state": OrderState.SENT.value,
                    "created_at": at,
                }
                for m in markets
            ],
        )
        session.execute(insert(purchase_line), lines)
        said = terms or {}
        session.execute(
            insert(order_terms),
            [{"order_id": order_ids[m]} | asdict(said.get(m, Terms())) for m in markets],
        )
    _add_demands(session, bought.backings, line_ids, at)
    _count_households(session, order_ids.values())


def _add_demands(
    session: Session,
    backings: Sequence[Backing],
    line_ids: Mapping[tuple[str | None, str], str],
    at: datetime,
) -> None:
    """Write what stands behind the lines: many rows, whose ids count up from one new id."""
    first = new_id("ld", at)
    rows = [
        {
            "id": f"{first}{number:07d}",
            "line_id": backing.line_id,
            "purchase_line_id": line_ids.get((backing.market_id, backing.item_id)),
            "quantity": backing.quantity,
            "reason": None if backing.reason is None else backing.reason.value,
        }
        for number, backing in enumerate(backings)
    ]
    if rows:
        session.execute(insert(line_demand), rows)


def _count_households(session: Session, order_ids: Iterable[str]) -> None:
    """Keep for how many households each line is: lists are frozen, so that it stays true."""
    behind = (
        select(func.count(func.distinct(household_list.c.household_id)))
        .select_from(line_demand)
        .join(order_line, order_line.c.id == line_demand.c.line_id)
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .where(line_demand.c.purchase_line_id == purchase_line.c.id)
        .scalar_subquery()
    )
    session.execute(
        update(purchase_line)
        .where(purchase_line.c.order_id.in_(list(order_ids)))
        .values(households=behind)
    )


def _codes(session: Session, market_ids: Iterable[str]) -> dict[str, str]:
    rows = session.execute(select(place.c.id, place.c.code).where(place.c.id.in_(market_ids)))
    return dict(rows.all())
