"""Turn the frozen lists of a run into one order per supplier (下单采购)."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.buying import Option, Pool
from logistics.domain.procurement import NotBought, Offer, PurchaseOrder, purchase
from logistics.domain.runs import Run, Step, require
from logistics.errors import Conflict
from logistics.store import audit, buying, new_orders, orders, places, runs, suppliers
from logistics.store.new_orders import Terms
from logistics.store.places import PlaceUnknown
from logistics.usecases.weigh_orders import (
    BALANCED,
    OPTIONS,
    Weighed,
    pools_of,
    read_demand,
    require_option,
    weigh,
)

log = logging.getLogger(__name__)


class OrdersStale(Conflict):
    """Lists, offers or inspections have changed since the options were weighed."""

    code = "buying.stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """The orders of a run; ``not_bought`` counts lines that stand behind no purchase.

    ``options`` are what could have been bought, ``chosen`` names the one that was; ``pools`` say
    which buildings reach smallest orders together, and which wait for others.
    """

    run: Run
    orders: tuple[PurchaseOrder, ...]
    lines: int
    not_bought: Mapping[NotBought, int]
    chosen: str = BALANCED
    options: tuple[Option, ...] = ()
    pools: tuple[Pool, ...] = ()

    @property
    def total_fen(self) -> int:
        """Return what all orders cost."""
        return sum(order.total_fen for order in self.orders)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What ordering would bring; nothing was written.

    ``refused`` names by item the suppliers that may not be bought from, with the reason.
    """

    run: str
    chosen: str
    lines: int
    items: int
    options: tuple[Option, ...]
    pools: tuple[Pool, ...]
    not_bought: Mapping[str, NotBought] = field(default_factory=dict)
    refused: Mapping[str, tuple[tuple[str, NotBought], ...]] = field(default_factory=dict)


def propose(session: Session, weighed: Weighed, option: str = BALANCED) -> Proposed:
    """Say what ordering would bring, with all options.

    Raises
    ------
    OptionUnknown
        If there is no such option.
    """
    plan = weighed.plan(option)
    return Proposed(
        run=weighed.inputs.run_code,
        chosen=option,
        lines=sum(one.lines for one in weighed.inputs.demand),
        items=len(weighed.inputs.demand),
        options=tuple(weighed.plans[name].option for name in OPTIONS),
        pools=pools_of(session, weighed, option),
        not_bought=plan.reasons,
        refused=weighed.refused,
    )


def place_orders(
    session: Session,
    run: str,
    *,
    option: str = BALANCED,
    weighed: Weighed | None = None,
    deliver_to: Mapping[str, str] | None = None,
    actor: str,
    at: datetime,
) -> Ordered:
    """Order what the lists ask for as an option says, in whole cases.

    Parameters
    ----------
    weighed
        The options, as :func:`logistics.usecases.weigh_orders.weigh` made them outside of any
        transaction; without them they are weighed here.
    deliver_to
        The service point by supplier code, where goods go straight to a point; the goods of all
        others go to the depot.

    Raises
    ------
    RunUnknown
        If there is no such run.
    RunOutOfOrder
        If it is not cut off.
    OptionUnknown
        If there is no such option.
    OrdersStale
        If what the options were made from has changed.
    PlaceUnknown
        If a point or supplier of ``deliver_to`` does not exist.
    """
    require_option(option)
    found = runs.get_for_update(session, run)
    becomes = require(found, Step.ORDER)
    if weighed is None:
        weighed = weigh(read_demand(session, found.id, at=at))
    else:
        _require_fresh(session, found, weighed)
    plan = weighed.plan(option)
    lines = buying.wishes(session, found.id)
    bought = purchase(lines, _offers(weighed), plan.cases, plan.reasons, salt=found.code)
    points = _points(session, found.district_id, deliver_to or {})
    terms = {
        market: Terms(
            point_id=points.get(market),
            buyers=plan.buyers[market],
            ready_s=weighed.ready_s[market],
        )
        for market, _ in plan.cases
    }
    new_orders.add_all(session, found, bought, terms=terms, at=at)
    runs.set_state(session, found.id, becomes)
    placed = orders.of_run(session, found.id)
    missing = {
        reason: len({b.line_id for b in bought.backings if b.reason is reason})
        for reason in NotBought
    }
    done = Ordered(
        run=runs.get(session, found.id),
        orders=placed,
        lines=len(lines),
        not_bought={reason: count for reason, count in missing.items() if count},
        chosen=option,
        options=tuple(weighed.plans[name].option for name in OPTIONS),
        pools=pools_of(session, weighed, option),
    )
    _record(session, found, done, actor=actor, at=at)
    return done


def _require_fresh(session: Session, run: Run, weighed: Weighed) -> None:
    now = buying.inputs_of(session, run, at=weighed.inputs.at)
    by = replace(now.policy, goods_by_s=weighed.inputs.policy.goods_by_s)
    if replace(now, policy=by).digest() != weighed.inputs.digest():
        raise OrdersStale(run=run.code, mend=f"supplyloop run order {run.code}")


def _offers(weighed: Weighed) -> tuple[Offer, ...]:
    """Let what donors give cost nothing."""
    free = {one.id for one in weighed.inputs.suppliers if one.free}
    return tuple(
        replace(offer, price_fen=0) if offer.market_id in free else offer
        for offer in weighed.inputs.offers
    )


def _points(session: Session, district_id: str, deliver_to: Mapping[str, str]) -> dict[str, str]:
    """Find the ids of the points to which the goods of some suppliers go, by supplier id."""
    return {
        suppliers.named(session, district_id, supplier).id: _point(session, district_id, point)
        for supplier, point in deliver_to.items()
    }


def _point(session: Session, district_id: str, code: str) -> str:
    known = [one for one in places.places(session, district_id) if one.kind == "point"]
    for one in known:
        if one.code == code:
            return one.id
    raise PlaceUnknown(
        field="point", value=code[:64], mend="use one of " + ", ".join(one.code for one in known)
    )


def _record(session: Session, run: Run, done: Ordered, *, actor: str, at: datetime) -> None:
    buying.keep_choice(
        session,
        run.id,
        done.chosen,
        {
            "options": [asdict(one) for one in done.options],
            "pools": [asdict(one) for one in done.pools],
        },
        actor=actor,
        at=at,
    )
    audit.record(
        session,
        actor=actor,
        command="run.order",
        subject=run.id,
        facts={
            "option": done.chosen,
            "orders": len(done.orders),
            "lines": done.lines,
            "total_fen": done.total_fen,
            **{reason.value: count for reason, count in done.not_bought.items()},
        },
        at=at,
    )
    log.info("run %s: %d orders for %d lines", run.id, len(done.orders), done.lines)
