"""Share what came among the households that asked (分配): read, solve, write."""

import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.allocation import (
    Allocation,
    Answer,
    ItemFacts,
    Part,
    Question,
    Substitution,
    Supply,
    Terms,
    Want,
)
from logistics.domain.allocation_report import AllocationReport, report
from logistics.domain.allocation_rounds import allocate
from logistics.domain.allocation_tally import Tally, tally
from logistics.domain.runs import Run, Step, require
from logistics.domain.stock import Lot, LotState
from logistics.errors import Conflict
from logistics.store import audit, fills, orders, runs, shares, stocks, tallies, wishes
from logistics.store.session import Database
from logistics.store.wishes import FrozenLine
from solver.sharing.problem import Claim, Problem, Sharing, Taker
from solver.sharing.share import Effort, share

log = logging.getLogger(__name__)

_PROOFS, _PROOFS_A_ROUND = 30.0, 16.0  # CP-SAT's deterministic time: the same on any machine


class SharingStale(Conflict):
    """Goods, lists or rations changed while the sharing was worked out; nothing was written."""

    code = "sharing.stale"


class SharingStopped(Conflict):
    """Somebody stopped the sharing before it was worked out; nothing was written."""

    code = "sharing.stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingInputs:
    """What a sharing is worked out from; ``digest`` tells whether it still holds.

    ``wants`` are in the order in which the lists came: it matters to the report alone.
    """

    run: Run
    wants: tuple[Want, ...]
    supplies: tuple[Supply, ...]
    terms: Terms
    lots: tuple[Lot, ...]

    @property
    def digest(self) -> str:
        """Fingerprint all that decides about the shares."""
        terms = self.terms
        what = (
            self.wants,
            sorted((s.lot_id, s.item_id, s.quantity, s.instead_of or "") for s in self.supplies),
            sorted(terms.situations.items(), key=lambda pair: pair[0]),
            sorted(terms.items.items(), key=lambda pair: pair[0]),
            sorted(terms.rations.items()),
            sorted(terms.person_rations.items()),
            sorted(terms.persons.items()),
            sorted(terms.debts.items()),
            terms.spread,
            self.run.state.value,
        )
        return hashlib.sha256(repr(what).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SharedOut:
    """A run after its goods were shared, or as it would be; ``parts`` say what is proven."""

    run: Run
    report: AllocationReport
    parts: tuple[Part, ...] = ()


def share_out(
    session: Session, run: str, *, actor: str, at: datetime, spread: bool = False
) -> SharedOut:
    """Give every line its share of what came, or the reason why there is none.

    The rules stand in :mod:`logistics.domain.allocation`; the order in which lists came plays no
    part in them. All in one transaction: where others wait for it, use `share_out_apart`. With
    ``spread`` what is too much goes to those who asked for it, too; else it stays in stock.

    Raises
    ------
    RunUnknown
        If there is no such run.
    RunOutOfOrder
        If it is not received.
    """
    require(runs.get_for_update(session, run), Step.ALLOCATE)
    inputs = read_sharing(session, run, spread=spread)
    return write_sharing(session, inputs, solve_sharing(inputs), actor=actor, at=at)


def share_out_apart(
    database: Database,
    run: str,
    *,
    actor: str,
    at: datetime,
    spread: bool = False,
    dry_run: bool = False,
) -> SharedOut:
    """Share a run with no transaction open while it is worked out; as `share_out` else.

    With ``dry_run`` nothing is written.

    Raises
    ------
    RunUnknown, RunOutOfOrder
        As `share_out`.
    SharingStale
        If what was read has changed by the time of writing.
    """
    with database.read() as session:
        require(runs.get(session, run), Step.ALLOCATE)
        inputs = read_sharing(session, run, spread=spread)
    result = solve_sharing(inputs)
    if dry_run:
        told = _reported(_tally(inputs, result), inputs.lots)
        return SharedOut(inputs.run, told, result.parts)

    return database.run(
        lambda session: write_if_fresh(session, inputs, result, actor=actor, at=at)
    )


def write_if_fresh(
    session: Session, inputs: SharingInputs, result: Allocation, *, actor: str, at: datetime
) -> SharedOut:
    """Write a sharing that was worked out in no transaction, if what was read still holds.

    Raises
    ------
    RunOutOfOrder
        If the run was moved on meanwhile.
    SharingStale
        If what was read has changed.
    """
    run = inputs.run
    require(runs.get_for_update(session, run.id), Step.ALLOCATE)
    if read_sharing(session, run.id, spread=inputs.terms.spread).digest != inputs.digest:
        raise SharingStale(run=run.code, mend="share again")
    return write_sharing(session, inputs, result, actor=actor, at=at)


def read_sharing(session: Session, run: str, *, spread: bool = False) -> SharingInputs:
    """Read what a sharing is worked out from, whatever the state of the run.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    lots = [lot for lot in orders.lots_of_run(session, found.id) if lot.state is LotState.RELEASED]
    there: Counter[str] = Counter()
    for (_, lot_id), quantity in stocks.at_points(session, (lot.id for lot in lots)).items():
        there[lot_id] += quantity
    prices = fills.prices(session, found.district_id)
    limits = fills.limits(session, found)
    return SharingInputs(
        run=found,
        wants=tuple(_wants(wishes.frozen_lines(session, found.id))),
        supplies=tuple(
            Supply(
                lot_id=lot.id,
                item_id=lot.item_id,
                quantity=there[lot.id],
                instead_of=lot.instead_of,
            )
            for lot in lots
            if lot.id in there
        ),
        terms=Terms(
            situations=shares.situations(session, found.id),
            items={
                good.id: ItemFacts(
                    category=good.category,
                    kind=good.substitute_class,
                    base=good.base,
                    price=prices.get(good.id),
                )
                for good in wishes.goods(session).values()
            },
            rations=limits.per_household,
            person_rations=limits.per_person,
            persons=limits.persons,
            debts=fills.debts(session, found),
            spread=spread,
            salt=found.code,
        ),
        lots=tuple(lots),
    )


def solve_sharing(
    inputs: SharingInputs, *, should_stop: Callable[[], bool] | None = None
) -> Allocation:
    """Work the shares out; needs no database. The same inputs give the same shares.

    Raises
    ------
    SharingStopped
        If ``should_stop`` says so between two questions: half a sharing is none.
    """
    left = _PROOFS

    def answer(question: Question) -> Answer:
        nonlocal left
        if should_stop is not None and should_stop():
            raise SharingStopped(run=inputs.run.code, mend="share again")
        done = share(_problem(question), Effort(budget_all=min(_PROOFS_A_ROUND, left)))
        left -= done.work
        return _answer(done)

    return allocate(inputs.wants, inputs.supplies, inputs.terms, answer)


def write_sharing(
    session: Session, inputs: SharingInputs, result: Allocation, *, actor: str, at: datetime
) -> SharedOut:
    """Write shares and fills and move the run on; the caller has locked and judged it."""
    found = inputs.run
    shares.add_all(
        session,
        result.shares,
        run_id=found.id,
        tiers={want.line_id: want.tier for want in inputs.wants},
        at=at,
    )
    fills.add_all(session, result.fills, run_id=found.id, district_id=found.district_id, at=at)
    runs.set_state(session, found.id, require(found, Step.ALLOCATE))
    counted = _tally(inputs, result)
    tallies.put(session, found.id, counted)
    told = _reported(counted, inputs.lots)
    audit.record(
        session,
        actor=actor,
        command="run.allocate",
        subject=found.id,
        facts={kind.value: count for kind, count in told.lines.items()}
        | {
            "parts": len(result.parts),
            "parts_proven": sum(part.proven for part in result.parts),
            "takers_unproven": sum(part.takers for part in result.parts if not part.proven),
            "takers_not_sure": sum(part.takers - part.sure for part in result.parts),
        },
        at=at,
    )
    log.info("run %s allocated: %d shares", found.id, len(result.shares))
    return SharedOut(runs.get(session, found.id), told, result.parts)


def allocation_report(session: Session, run: str) -> AllocationReport:
    """Report on the sharing of a run from its record; empty before it was shared.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    known = tallies.of_run(session, found.id) or count_shares(session, found.id)
    lots = [
        lot
        for lot in orders.lots_of_run(session, found.id)
        # also what was held after it had been shared
        if lot.state is LotState.RELEASED or lot.id in known.used
    ]
    return _reported(known, lots)


def keep_tally(session: Session, run_id: str) -> None:
    """Count a run's shares as they stand, and keep what was counted; nothing before it is shared.

    Whoever changes shares calls it; it reads all of them, and so takes seconds of a large run.
    """
    if any(shares.stamp(session, run_id)):
        tallies.put(session, run_id, count_shares(session, run_id))


def count_shares(session: Session, run_id: str) -> Tally:
    """Count a run's shares from its record."""
    rows = shares.of_run(session, run_id)
    if not rows:
        return tally((), ())
    known = fills.of_run(session, run_id).values()
    return tally(
        _wants(wishes.frozen_lines(session, run_id)),
        rows,
        proven=all(one.proven for one in known),
        debts={one.household_code: one.debt_permille for one in known},
    )


def solver_answer(question: Question) -> Answer:
    """Answer one question of the rules by the solver."""
    return _answer(share(_problem(question)))


def _problem(question: Question) -> Problem:
    return Problem(
        stock=question.stock,
        takers=tuple(map(Taker, question.starts, question.empty)),
        claims=tuple(
            Claim(taker=b.taker, good=b.good, step=b.step, limit=b.limit, worth=b.worth)
            for b in question.bids
        ),
    )


def _answer(done: Sharing) -> Answer:
    return Answer(
        given=done.given,
        unproven=frozenset(t for c in done.components if not c.proven for t in c.takers),
        parts=tuple(
            Part(
                takers=len(c.takers),
                goods=len(c.goods),
                method=c.method,
                proven=c.proven,
                lowest=c.lowest,
                bound=c.bound,
                levels=len(c.fractional_levels),
                levels_exact=sum(level.exact for level in c.fractional_levels),
                shortfall=c.shortfall,
                steps=c.steps,
                sure=c.sure,
            )
            for c in done.components
        ),
    )


def _wants(lines: Sequence[FrozenLine]) -> list[Want]:
    return [
        Want(
            line_id=line.line_id,
            household_code=line.household_code,
            item_id=line.item_id,
            quantity=line.quantity,
            tier=line.need_tier,
            step=line.step,
            substitution=Substitution(line.substitution),
            substitutes=line.substitutes,
            cap_fen=line.substitute_cap_fen,
        )
        for line in lines
    ]


def _tally(inputs: SharingInputs, result: Allocation) -> Tally:
    return tally(
        inputs.wants,
        result.shares,
        proven=all(fill.proven for fill in result.fills),
        debts={fill.household_code: fill.debt_permille for fill in result.fills},
    )


def _reported(known: Tally, lots: Sequence[Lot]) -> AllocationReport:
    supply: dict[str, int] = defaultdict(int)
    used: dict[str, int] = defaultdict(int)
    if known.items:
        for lot in lots:
            supply[lot.item_id] += lot.quantity - lot.damaged
            used[lot.item_id] += known.used.get(lot.id, 0)
    return report(known, supply, used)
