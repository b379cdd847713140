"""Tell households what they got of what they asked, why, and what comes next (分配说明)."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from sqlalchemy.orm import Session

from logistics.domain.allocation import Reason
from logistics.domain.allocation_told import (
    Instead,
    ToldHousehold,
    ToldLine,
    main_reason,
    next_for,
)
from logistics.errors import NotFound
from logistics.store import fills, runs, shares, wishes
from logistics.store.shares import GivenShare
from logistics.store.wishes import Good


class NoShareHere(NotFound):
    """The household has no shares in this run: it asked for nothing, or it is not yet shared."""

    code = "shares.none-of-household"


def explain_shares(
    session: Session, run: str, household: str | None = None
) -> tuple[ToldHousehold, ...]:
    """Explain the shares of a run by household and line, or those of one household.

    Raises
    ------
    RunUnknown
        If there is no such run.
    NoShareHere
        If the household named has no shares in it.
    """
    found = runs.get(session, run)
    rows = (
        shares.of_run(session, found.id)
        if household is None
        else shares.of_household(session, found.id, household)
    )
    if household is not None and not rows:
        raise NoShareHere(
            run=found.code,
            field="household",
            value=household,
            state=found.state.value,
            mend="check the household's code; a run is shared by: supplyloop run allocate",
        )
    goods = wishes.goods(session)
    known = fills.of_run(session, found.id, rows[0].household_id if household else None)
    told = []
    for code, of_home in groupby(rows, key=lambda row: row.household_code):
        mine = list(of_home)
        fill = known.get(code)
        told.append(
            ToldHousehold(
                household_code=code,
                tier=mine[0].tier,
                fill_permille=fill.fill_permille if fill else None,
                debt_permille=fill.debt_permille if fill else None,
                proven=fill.proven if fill else False,
                lines=tuple(
                    _line(no, list(of_line), goods)
                    for no, (_, of_line) in enumerate(
                        groupby(mine, key=lambda row: (row.list_id, row.line_no)), start=1
                    )
                ),
            )
        )
    return tuple(told)


def _line(no: int, rows: Sequence[GivenShare], goods: Mapping[str, Good]) -> ToldLine:
    first = rows[0]
    asked = goods[first.asked_item_id]
    got = sum(row.quantity for row in rows)
    standing = [row for row in rows if row.quantity or row.taken_back or len(rows) == 1]
    reason = main_reason(row.reason for row in standing or rows)
    other = [row for row in rows if row.quantity and row.item_id != first.asked_item_id]
    complete = got >= first.asked
    if complete:
        reason = Reason.SUBSTITUTE if other else Reason.AS_ASKED
    return ToldLine(
        line_no=no,
        name_zh=asked.name_zh,
        name_en=asked.name_en,
        base=asked.base,
        asked=first.asked,
        got=got,
        instead=tuple(
            Instead(
                name_zh=goods[row.item_id].name_zh,
                name_en=goods[row.item_id].name_en,
                quantity=row.quantity,
            )
            for row in other
            if row.item_id is not None
        ),
        ration=min(row.entitled for row in rows) if first.entitled < first.asked else None,
        reason=reason,
        next=next_for(reason, complete=complete),
    )
