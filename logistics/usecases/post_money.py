"""Write into the books what follows from where goods went, and what funds bear of it (记账)."""

import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.money import (
    SUBSIDY,
    Booking,
    LotBook,
    LotTerms,
    Posting,
    fund,
    household,
)
from logistics.domain.prices import Pricing, worth
from logistics.domain.runs import Run
from logistics.domain.stock import kind_of
from logistics.domain.subsidies import Home, MoneyPolicy, subsidise
from logistics.store import audit, money, money_facts, money_rules, runs
from logistics.store.money import Dated
from logistics.store.money_facts import CostedLot
from logistics.store.money_rules import Terms

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What was new: facts, and entries written; ``unpriced`` are lots that nobody said a price of.

    ``subsidies_fen`` is what funds bear in the run in all.
    """

    run: Run
    facts: int
    entries: int
    subsidies_fen: int
    unpriced: tuple[str, ...]


def post_money(session: Session, run: str, *, actor: str, at: datetime) -> Posted:
    """Post every fact of a run that is not in the journal yet; again, and nothing is written.

    Facts are movements of goods that change what somebody owes or has; what they are worth
    follows from what their lot cost. Then subsidies are brought to what the run's policy says of
    all that households owe by now. The policy and the prices that hold for a run are fixed when
    it is first posted.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get_for_update(session, run)
    money_rules.fix_terms(session, found, actor=actor, at=at)
    money_facts.fix_costs(session, found.id, at=at)
    terms = money_rules.terms(session, found) or Terms(policy=MoneyPolicy(since=found.day),
                                                       prices={})  # fmt: skip
    costed = money_facts.lots(session, found.id)
    new = list(money_facts.moves(session, found.id, posted=False))
    books = read_books(session, found.id, costed, terms) if new else {}
    done = [Dated(posting, one.at) for one in new for posting in books[one.lot_id].move(one.move)]
    money.post(
        session, done, district_id=found.district_id, run_id=found.id, actor=actor, recorded_at=at
    )
    further = settle_subsidies(session, found, terms, actor=actor, at=at) if done else 0
    facts = len({one.posting.fact.partition(".")[0] for one in done})
    if done or further:
        audit.record(
            session,
            actor=actor,
            command="money.post",
            subject=found.id,
            facts={"facts": facts, "entries": len(done) + further},
            at=at,
        )
    log.info("run %s: %d facts posted", found.id, facts)
    return Posted(
        run=found,
        facts=facts,
        entries=len(done) + further,
        subsidies_fen=sum(
            fen
            for (_, account), fen in money.sums(session, found.id).items()
            if kind_of(account) == "fund"
        ),
        unpriced=tuple(sorted(lot.id for lot in costed.values() if lot.basis == "unknown")),
    )


def read_books(
    session: Session, run_id: str, costed: Mapping[str, CostedLot], terms: Terms
) -> dict[str, LotBook]:
    """Open the books of all lots of a run as the journal leaves them."""
    held = money.holdings(session, run_id)
    return {
        lot.id: LotBook(terms=lot_terms(lot, terms), held=held.get(lot.id, {}))
        for lot in costed.values()
    }


def lot_terms(lot: CostedLot, terms: Terms) -> LotTerms:
    """Say what a lot cost and is sold for under the terms of its run."""
    by_list = terms.policy.pricing is Pricing.LIST
    return LotTerms(
        lot_id=lot.id,
        quantity=lot.quantity,
        cost_fen=lot.cost_fen,
        supplier_code=lot.supplier_code,
        gift=lot.basis == "gift",
        receipt_id=lot.receipt_id,
        sale=terms.prices.get(lot.item_id) if by_list else None,
        damage=terms.policy.damage,
    )


def settle_subsidies(session: Session, run: Run, terms: Terms, *, actor: str, at: datetime) -> int:
    """Bring what funds bear to what the policy says now; return how many entries that took.

    No entry says which fund bears whose part.
    """
    rules = terms.policy.rules
    if not rules:
        return 0
    stands = money.sums(session, run.id, but=(Booking.PAYMENT, Booking.CORRECTION))
    owes: dict[str, int] = defaultdict(int)
    had: dict[str, int] = {}
    for (kind, account), fen in stands.items():
        if kind is Booking.SUBSIDY or kind is Booking.FUNDING:
            had[account] = had.get(account, 0) + fen
        elif kind_of(account) == "household":
            owes[account.partition(":")[2]] += fen
    should = subsidise(rules, _homes(session, run, terms, owes))
    wanted = {household(code): -fen for code, fen in should.households.items()}
    wanted |= {fund(code): fen for code, fen in should.funds.items()}
    times = money.counts(session, run.id, Booking.SUBSIDY)
    times |= money.counts(session, run.id, Booking.FUNDING)
    done = []
    for account in sorted({*wanted, *had} - {SUBSIDY}):
        more = wanted.get(account, 0) - had.get(account, 0)
        if more:
            debit, credit = (account, SUBSIDY) if more > 0 else (SUBSIDY, account)
            before = times.get((debit, credit), 0) + times.get((credit, debit), 0)
            is_fund = kind_of(account) == "fund"
            done.append(
                Dated(
                    Posting(
                        fact=f"s:{run.id}:{account}:{before + 1}",
                        kind=Booking.FUNDING if is_fund else Booking.SUBSIDY,
                        debit=debit,
                        credit=credit,
                        fen=abs(more),
                        household="" if is_fund else account.partition(":")[2],
                    ),
                    at,
                )
            )
    money.post(
        session, done, district_id=run.district_id, run_id=run.id, actor=actor, recorded_at=at
    )
    return len(done)


def _homes(session: Session, run: Run, terms: Terms, owes: Mapping[str, int]) -> list[Home]:
    rules = terms.policy.rules
    facts = money_facts.homes(session, run, with_needs=any(rule.needs for rule in rules))
    packages: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    if any(rule.package for rule in rules):
        held = money.holdings(session, run.id)
        for (code, lot_id), parts in money_facts.packaged(session, run.id).items():
            home = held.get(lot_id, {}).get(household(code))
            if home is None or not home.quantity:
                continue
            for name, quantity in parts.items():
                part = min(quantity, home.quantity)
                packages[code][name] += worth(home.fen + home.margin, home.quantity, part)
    return [
        Home(
            code=code,
            owes=fen,
            persons=facts[code].persons,
            tier=facts[code].tier,
            needs=facts[code].needs,
            packages=packages.get(code, {}),
        )
        for code, fen in owes.items()
        if code in facts
    ]
