"""Weigh where to buy what the lists ask: cheaper, with less contact, or both (比选采购方案)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time

from sqlalchemy.orm import Session

from logistics.domain.buying import BuyingInputs, Option, Pool, pools, usable
from logistics.domain.procurement import NotBought, Wish, cut_off_by, queued
from logistics.domain.runs import Step, require
from logistics.errors import Invalid
from logistics.routing.buying import buying_of, cases_of, option_of, reasons_of
from logistics.store import buying, runs, suppliers

BALANCED = "balanced"
OPTIONS = ("cheap", "contact", BALANCED)


class OptionUnknown(Invalid):
    """There is no such option."""

    code = "buying.option-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One option as orders are made from it: cases by supplier and item id, and why some lack."""

    option: Option
    cases: Mapping[tuple[str, str], int]
    reasons: Mapping[str, NotBought]
    buyers: Mapping[str, int]  # by supplier id


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The options of a run, and what they were made from.

    ``refused`` names by item id the suppliers that may not be bought from, with the reason.
    """

    inputs: BuyingInputs
    plans: Mapping[str, Plan]
    ready_s: Mapping[str, int]
    refused: Mapping[str, tuple[tuple[str, NotBought], ...]]
    asked: Mapping[tuple[str, str], int]  # by building code and item id

    def plan(self, name: str) -> Plan:
        """Return the option of a name.

        Raises
        ------
        OptionUnknown
            If there is none.
        """
        require_option(name)
        return self.plans[name]


def require_option(name: str) -> None:
    """Refuse a name that no option has.

    Raises
    ------
    OptionUnknown
        If there is no such option.
    """
    if name not in OPTIONS:
        raise OptionUnknown(
            field="option", value=name[:40], mend=f"use one of {', '.join(OPTIONS)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A snapshot: what orders are made from, what each building asks, and who waits in queues."""

    inputs: BuyingInputs
    asked: Mapping[tuple[str, str], int]
    wishes: Mapping[str, tuple[Wish, ...]]  # by item id, of the items that may be short


def read_demand(session: Session, run: str, *, at: datetime, goods_by: time | None = None) -> Read:
    """Read everything that the orders of a cut off run are made from.

    Parameters
    ----------
    goods_by
        When goods must be at the point, local time; None: as the district's policy says.

    Raises
    ------
    RunUnknown
        If there is no such run.
    RunOutOfOrder
        If it is not cut off.
    """
    found = runs.get(session, run)
    require(found, Step.ORDER)
    inputs = _by(buying.inputs_of(session, found, at=at), goods_by)
    minimum = {offer.item_id for offer in inputs.offers if offer.minimum_cases > 1}
    whole_orders = {one.id for one in inputs.suppliers if one.minimum_fen}
    pooled = minimum | {o.item_id for o in inputs.offers if o.market_id in whole_orders}
    return Read(
        inputs=inputs,
        asked=buying.by_building(session, found.id, pooled) if pooled else {},
        wishes=_queues(session, inputs),
    )


def _by(inputs: BuyingInputs, goods_by: time | None) -> BuyingInputs:
    if goods_by is None:
        return inputs
    second = goods_by.hour * 3600 + goods_by.minute * 60 + goods_by.second
    return replace(inputs, policy=replace(inputs.policy, goods_by_s=second))


def _queues(session: Session, inputs: BuyingInputs) -> dict[str, tuple[Wish, ...]]:
    """Read the wishes for items of which there may be too little: only these are cut."""
    found = usable(inputs)
    endless: set[str] = set()
    stock: dict[str, int] = {}
    limits = {
        one.id
        for one in found.suppliers
        if one.minimum_fen or any(s.cases is not None or s.buyers is not None for s in one.slots)
    }
    for offer in found.offers:
        if offer.minimum_cases > 1 or offer.market_id in limits:
            continue
        if offer.stock_base is None:
            endless.add(offer.item_id)
        else:
            stock[offer.item_id] = stock.get(offer.item_id, 0) + offer.stock_base
    scarce = {
        one.item_id
        for one in inputs.demand
        if one.item_id not in endless and stock.get(one.item_id, 0) < one.quantity
    }
    if not scarce:
        return {}
    waiting: dict[str, list[Wish]] = {item: [] for item in scarce}
    for wish in buying.wishes(session, inputs.run_id, scarce):
        waiting[wish.item_id].append(wish)
    return {item: tuple(queued(mine, inputs.run_code)) for item, mine in waiting.items()}


def weigh(read: Read) -> Weighed:
    """Make the options from what was read; touches no database."""
    # OR-Tools takes seconds to load: only who buys waits for it
    from solver.buying.split import split  # noqa: PLC0415

    inputs = read.inputs
    found = usable(inputs)
    arrays, weights, shelf = buying_of(inputs, found)
    options = split(arrays, weights)
    plans = {}
    for name in OPTIONS:
        choice = options.named(name)
        plans[name] = Plan(
            option=option_of(
                name,
                choice,
                arrays,
                weights,
                suppliers=found.suppliers,
                cut_off=lambda n, short: cut_off_by(read.wishes.get(shelf.items[n], ()), short),
            ),
            cases=cases_of(choice, shelf),
            reasons=reasons_of(choice, arrays, shelf, found.refused),
            buyers=dict(zip(shelf.suppliers, choice.buyers, strict=True)),
        )
    return Weighed(
        inputs=inputs,
        plans=plans,
        ready_s=found.ready_s,
        refused=found.refused,
        asked=read.asked,
    )


def pools_of(session: Session, weighed: Weighed, name: str) -> tuple[Pool, ...]:
    """Say which buildings reach smallest orders together in an option, and who waits for whom."""
    found = usable(weighed.inputs)
    sizes = {(o.market_id, o.item_id): o.case_base for o in found.offers}
    return pools(
        found.offers,
        found.suppliers,
        weighed.asked,
        suppliers.item_names(session),
        {key: cases * sizes[key] for key, cases in weighed.plan(name).cases.items()},
    )
