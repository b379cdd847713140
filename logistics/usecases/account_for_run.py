"""Check the books of a run: nothing appears, nothing disappears (守恒对账)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping

from sqlalchemy.orm import Session

from logistics.domain.accounts import (
    Difference,
    ItemAccount,
    Outcome,
    RunAccount,
    Silence,
    outcome,
)
from logistics.domain.roll_call import Answer
from logistics.domain.runs import Run, RunState
from logistics.domain.stock import MoveKind, balances
from logistics.domain.verification import Fault
from logistics.store import (
    accounts,
    bags,
    ledger,
    ledger_checks,
    packing,
    places,
    registry_calls,
    runs,
    wishes,
)

_ORDER = tuple(RunState)

Sums = Mapping[str, int]


def account_for_run(session: Session, run: str) -> RunAccount:
    """Add up a run from its record and name every balance that does not hold.

    Raises
    ------
    RunUnknown
        If there is no such run.

    Notes
    -----
    Balances, per item: asked = bought + not bought, demand of the orders = bought, received =
    purchases and donations, shared = packed or
    meant for a bag that is not sealed, packed = pack moves; for bags: all = on trips + left
    out; and all that must hold of the ledger (:mod:`logistics.store.ledger_checks`): what was
    bought stands somewhere or is explained, what is in a bag is what its lines say, the chains of
    custody have no gaps. Each is checked as soon as the run has come so far.
    """
    found = runs.get(session, run)
    names = {good.id: good.name_zh for good in wishes.goods(session).values()}
    sums: dict[str, Sums] = {
        "asked": accounts.asked(session, found.id),
        "bought": accounts.backed(session, found.id, bought=True),
        "not_bought": accounts.backed(session, found.id, bought=False),
        "ordered": accounts.ordered(session, found.id),
        "received": accounts.received(session, found.id),
        "damaged": accounts.moved(session, found.id, MoveKind.LOSS),
        "allocated": accounts.allocated(session, found.id),
        "packed": accounts.packed(session, found.id),
        "in_stock": _in_stock(session, found.id),
    }
    count, *_ = bags.totals(session, found.id)
    on_trips, left_out = bags.count_planned(session, found.id)
    reached = _ORDER.index(found.state)
    differences = [*_of_ledger(session, found.id), *_of_goods(session, found.id, names, sums)]
    if reached >= _ORDER.index(RunState.ORDERED):
        differences += _of_orders(session, found.id, names, sums)
    if reached >= _ORDER.index(RunState.ALLOCATED):
        missing = accounts.lines_without_share(session, found.id)
        differences += _unequal("lines without a share = 0", {"lines": missing}, {}, {})
    if reached >= _ORDER.index(RunState.PACKED):
        in_bags = _add(sums["packed"], packing.meant_by_item(session, found.id))
        differences += _unequal("shared = packed", sums["allocated"], in_bags, names)
    if reached >= _ORDER.index(RunState.PLANNED):
        differences += _unequal(
            "bags = on trips + unserved",
            {"bags": count},
            {"bags": on_trips + sum(left_out.values())},
            {},
        )
    items = sorted({item_id for of_item in sums.values() for item_id in of_item})
    return RunAccount(
        run=found,
        items=tuple(
            ItemAccount(
                item_id=item_id,
                name_zh=names.get(item_id, item_id),
                **{name: of_item.get(item_id, 0) for name, of_item in sums.items()},
            )
            for item_id in items
        ),
        triage={
            f"{state}:{code}": number
            for (state, code), number in sorted(runs.triage_by(session, found.id).items())
        },
        bags=count,
        bags_on_trips=on_trips,
        bags_unserved=sum(left_out.values()),
        differences=tuple(differences),
        silence=_silence(session, found),
    )


def _silence(session: Session, run: Run) -> Silence:
    """Say of those that asked for nothing how that is known: who was asked, when and how."""
    ids = {home.code: home.id for home in places.households(session, run.district_id)}
    marks = registry_calls.marks(session, run.id)
    count: Counter[Outcome] = Counter()
    ways: dict[Outcome, Counter[str]] = defaultdict(Counter)
    instants = []
    for code, facts in accounts.households(session, run.id, run.district_id).items():
        what = outcome(facts)
        count[what] += 1
        asked = [m for m in marks.get(ids[code], ()) if m.answer is not Answer.REOPENED]
        if what in {Outcome.NO_LIST, Outcome.DECLINED} and asked:
            ways[what][asked[-1].how.value] += 1
            instants += [mark.asked_at for mark in asked]
    return Silence(
        declined=dict(ways[Outcome.DECLINED]),
        asked=dict(ways[Outcome.NO_LIST]),
        never_asked=count[Outcome.NO_LIST] - ways[Outcome.NO_LIST].total(),
        not_in_scope=count[Outcome.NOT_IN_SCOPE],
        asked_from=min(instants, default=None),
        asked_until=max(instants, default=None),
    )


def _in_stock(session: Session, run_id: str) -> Sums:
    item_of = accounts.lots_by_item(session, run_id)
    there: dict[str, int] = defaultdict(int)
    for (location, lot_id), quantity in ledger.held(session, run_id).items():
        if location.startswith("stock:"):
            there[item_of[lot_id]] += quantity
    return there


def _of_ledger(session: Session, run_id: str) -> Iterator[Difference]:
    summed = balances(ledger.moves(session, run_id))
    kept = ledger.held(session, run_id)
    yield from _unequal(
        "kept balance = sum of moves",
        {f"{location} {lot_id}": quantity for (location, lot_id), quantity in kept.items()},
        {f"{location} {lot_id}": quantity for (location, lot_id), quantity in summed.items()},
        {},
    )
    for equation, found in _HOLDS.items():
        for fault in found(session, run_id):
            yield Difference(
                equation=equation, subject=fault.subject, left=fault.expected, right=fault.found
            )


_HOLDS: Mapping[str, Callable[[Session, str | None], Iterator[Fault]]] = {
    "counted of a lot = came from its supplier": ledger_checks.lots,
    "bought = stands somewhere or is explained": ledger_checks.conserved,
    "each move of a bag begins where the last ended": ledger_checks.custody,
    "custody has no gap and no overlap": ledger_checks.intervals,
    "in the bag = its lines": ledger_checks.bags,
    "with the household = the lines of its bags": ledger_checks.households,
}


def _of_orders(
    session: Session, run_id: str, names: Mapping[str, str], sums: Mapping[str, Sums]
) -> Iterator[Difference]:
    both = _add(sums["bought"], sums["not_bought"])
    yield from _unequal("asked = bought + not bought", sums["asked"], both, names)
    demand = accounts.demanded(session, run_id)
    yield from _unequal("demand of orders = bought", demand, sums["bought"], names)


def _of_goods(
    session: Session, run_id: str, names: Mapping[str, str], sums: Mapping[str, Sums]
) -> Iterator[Difference]:
    came = _add(
        accounts.moved(session, run_id, MoveKind.PURCHASE),
        accounts.moved(session, run_id, MoveKind.DONATION),
    )
    yield from _unequal("received = purchases + donations", sums["received"], came, names)
    into_bags = accounts.moved(session, run_id, MoveKind.PACK)
    yield from _unequal("packed = pack moves", sums["packed"], into_bags, names)


def _add(one: Sums, other: Sums) -> Sums:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {*one, *other}}


def _unequal(
    equation: str, left: Sums, right: Sums, names: Mapping[str, str]
) -> Iterator[Difference]:
    for key in sorted({*left, *right}):
        if left.get(key, 0) != right.get(key, 0):
            yield Difference(
                equation=equation,
                subject=names.get(key, key),
                left=left.get(key, 0),
                right=right.get(key, 0),
            )
