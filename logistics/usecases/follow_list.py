"""Tell a household how far its list has come: lines, bags, receipt (跟进)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from logistics.domain.allocation_told import ToldLine
from logistics.domain.lists import HouseholdList
from logistics.domain.money_views import Receipt
from logistics.domain.progress import HouseholdBag, Stage, stage_of
from logistics.domain.runs import Run, RunState
from logistics.store import household_bags, lists, runs, shares
from logistics.usecases.explain_shares import NoShareHere, explain_shares
from logistics.usecases.show_money import household_money


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A list, its run, and how far it has come.

    ``told`` says by line what it got and why; ``others`` that the household has more lists in the
    run, whose goods may lie in the same bags; ``receipt`` is that of the whole run.
    """

    list: HouseholdList
    run: Run
    stage: Stage
    bags: tuple[HouseholdBag, ...]
    told: Mapping[str, ToldLine]
    others: bool
    receipt: Receipt | None

    @property
    def changeable(self) -> bool:
        """Say whether it can still be changed, as far as its state goes."""
        return self.run.state is RunState.OPEN and self.list.state in ("accepted", "needs-review")


def follow_list(session: Session, list_id: str, *, since: datetime | None = None) -> Followed:
    """Read how far a list has come.

    Parameters
    ----------
    since
        The reader came in by the door then: where the household sent other lists of this run
        before, what lies in its bags, and the receipt, are not told.

    Raises
    ------
    ListUnknown
        If there is no such list.
    """
    found = lists.get(session, list_id)
    run = runs.get(session, found.run_id)
    bags = household_bags.of_household(session, run.id, found.household_id)
    earlier = [
        one
        for one in lists.of_household(session, run.id, found.household_code)
        if one.id != found.id and one.lines
    ]
    hidden = any(since is not None and one.created_at < since for one in earlier)
    own = {line.id for line in found.lines}
    if hidden:
        bags = tuple(_only(bag, own) for bag in bags)
    return Followed(
        list=found,
        run=run,
        stage=stage_of(run.state, bags),
        bags=bags,
        told=_told(session, run, found),
        others=bool(earlier),
        receipt=None if hidden else _receipt(session, run, found.household_code),
    )


def stage_of_list(session: Session, found: HouseholdList) -> Stage:
    """Say how far a list has come."""
    run = runs.get(session, found.run_id)
    return stage_of(run.state, household_bags.of_household(session, run.id, found.household_id))


def _only(bag: HouseholdBag, lines: set[str]) -> HouseholdBag:
    return HouseholdBag(
        id=bag.id,
        code=bag.code,
        no=bag.no,
        compartment=bag.compartment,
        state=bag.state,
        custodian=bag.custodian,
        items=tuple(one for one in bag.items if one.line_id in lines),
    )


def _told(session: Session, run: Run, found: HouseholdList) -> dict[str, ToldLine]:
    """Give what each line of the list was told, by the line's id."""
    rows = shares.of_household(session, run.id, found.household_code)
    ids = [
        next(of_line).line_id
        for _, of_line in groupby(rows, key=lambda row: (row.list_id, row.line_no))
    ]
    try:
        (home,) = explain_shares(session, run.id, found.household_code)
    except NoShareHere:
        return {}
    told = dict(zip(ids, home.lines, strict=True))
    return {line.id: told[line.id] for line in found.lines if line.id in told}


def _receipt(session: Session, run: Run, household: str) -> Receipt | None:
    receipts = household_money(session, household, run.code).receipts
    return receipts[0] if receipts else None
