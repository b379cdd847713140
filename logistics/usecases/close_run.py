"""Close a run once every household of its area is accounted for (一户不漏)."""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.accounts import Outcome, outcome
from logistics.domain.runs import Run, Step, require
from logistics.errors import Conflict
from logistics.store import accounts, audit, runs
from logistics.usecases.account_for_run import account_for_run

log = logging.getLogger(__name__)

_NAMED = 10  # households or balances that a refusal names; the rest is a count


class HouseholdsUnaccounted(Conflict):
    """Of some households the record does not say what became of what they asked."""

    code = "run.unaccounted"


class BagsOnTheWay(Conflict):
    """Couriers still have bags, or nobody said what became of bags on their trips."""

    code = "run.bags-on-the-way"


class BooksOpen(Conflict):
    """The sums of a run do not agree."""

    code = "run.books-differ"


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed run and how many households had which outcome."""

    run: Run
    outcomes: Mapping[Outcome, int]


def close_run(session: Session, run: str, *, actor: str, at: datetime) -> Closed:
    """Close a released run if nobody was forgotten and nothing is missing.

    Each bag counts by what was scanned of it. In a run where nobody scans, a household counts as
    delivered when all its bags are on released trips: no more than that is known.

    Raises
    ------
    RunUnknown
        If there is no such run.
    RunOutOfOrder
        If it is not released.
    HouseholdsUnaccounted
        If a household has neither bags on a trip, nor a reason, nor no list.
    BagsOnTheWay
        If a courier still has a bag, or some bag of a trip was never scanned while others were.
    BooksOpen
        If goods or lines do not add up.
    """
    found = runs.get_for_update(session, run)
    becomes = require(found, Step.CLOSE)
    by_household = household_outcomes(session, found)
    lost = [code for code, what in by_household.items() if what is Outcome.UNACCOUNTED]
    if lost:
        raise HouseholdsUnaccounted(
            run=found.code,
            count=len(lost),
            households=", ".join(lost[:_NAMED]),
            mend="plan the run again so that each bag is on a trip or left out with a reason",
        )
    under_way = [code for code, what in by_household.items() if what.open]
    if under_way:
        raise BagsOnTheWay(
            run=found.code,
            count=len(under_way),
            households=", ".join(under_way[:_NAMED]),
            mend=f"supplyloop trip finish {found.code} TRIP, or bag scan",
        )
    books = account_for_run(session, found.id)
    if not books.balanced:
        raise BooksOpen(
            run=found.code,
            count=len(books.differences),
            differences="; ".join(
                f"{d.equation} ({d.subject}): {d.left} ≠ {d.right}"
                for d in books.differences[:_NAMED]
            ),
            mend="correct the stock by a further move",
        )
    runs.set_state(session, found.id, becomes)
    outcomes = Counter(by_household.values())
    audit.record(
        session,
        actor=actor,
        command="run.close",
        subject=found.id,
        facts={what.value: count for what, count in sorted(outcomes.items())},
        at=at,
    )
    log.info("run %s closed", found.id)
    return Closed(runs.get(session, found.id), dict(outcomes))


def count_outcomes(session: Session, run: Run) -> dict[Outcome, int]:
    """Count what became of the households of the run's area."""
    found: Counter[Outcome] = Counter()
    for facts, households in accounts.alike(session, run.id, run.district_id).items():
        found[outcome(facts)] += households
    return dict(found)


def household_outcomes(session: Session, run: Run) -> dict[str, Outcome]:
    """Say for every household of the run's area what became of it, by code."""
    facts = accounts.households(session, run.id, run.district_id)
    return {code: outcome(of_household) for code, of_household in facts.items()}
