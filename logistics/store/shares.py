"""What each line was given, and what explains it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from logistics.domain.allocation import Reason, Share, ShareKind, Situation
from logistics.domain.ids import new_id
from logistics.domain.stock import LotState
from logistics.store.tables import (
    household,
    household_list,
    line_demand,
    lot,
    order_line,
    purchase_line,
    purchase_order,
    share,
    share_correction,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenShare:
    """A share as it stands in the database, with whom and what it is for.

    ``quantity`` is what is left of it after corrections, ``taken_back`` what they took;
    ``entitled`` is what a ration left of what was asked.
    """

    id: str
    line_id: str
    list_id: str
    line_no: int
    household_id: str
    household_code: str
    asked_item_id: str
    asked: int
    unit: str
    tier: int
    lot_id: str | None
    item_id: str | None
    quantity: int
    kind: ShareKind
    reason: Reason
    entitled: int
    taken_back: int = 0


def add_all(
    session: Session,
    shares: Sequence[Share],
    *,
    run_id: str,
    tiers: Mapping[str, int],
    at: datetime,
) -> None:
    """Write the shares of a run in bulk; ``tiers`` gives the need tier of each line."""
    if not shares:
        return
    session.execute(
        insert(share),
        [
            {
                "id": new_id("sh", at),
                "run_id": run_id,
                "line_id": one.line_id,
                "lot_id": one.lot_id,
                "quantity": one.quantity,
                "kind": one.kind.value,
                "reason": one.reason.value,
                "facts": {
                    "asked": one.asked,
                    "got": one.got,
                    "tier": tiers[one.line_id],
                    "entitled": one.entitled,
                },
            }
            for one in shares
        ],
    )


def of_run(session: Session, run_id: str) -> tuple[GivenShare, ...]:
    """Read all shares of a run by household, list and line."""
    return _given(session, run_id, None)


def of_household(session: Session, run_id: str, household_code: str) -> tuple[GivenShare, ...]:
    """Read what one household's lines were given in a run."""
    return _given(session, run_id, household_code)


def _given(session: Session, run_id: str, household_code: str | None) -> tuple[GivenShare, ...]:
    query = (
        select(
            share.c.id,
            share.c.line_id,
            order_line.c.list_id,
            order_line.c.no.label("line_no"),
            household.c.id.label("household_id"),
            household.c.code.label("household_code"),
            order_line.c.item_id.label("asked_item_id"),
            order_line.c.quantity.label("asked"),
            order_line.c.unit,
            household.c.need_tier.label("tier"),
            share.c.lot_id,
            lot.c.item_id,
            share.c.quantity,
            share.c.kind,
            share.c.reason,
            share.c.facts,
        )
        .join(order_line, order_line.c.id == share.c.line_id)
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .join(household, household.c.id == household_list.c.household_id)
        .outerjoin(lot, lot.c.id == share.c.lot_id)
        .order_by(household.c.code, order_line.c.list_id, order_line.c.no, share.c.id)
    )
    if household_code is None:
        query = query.where(share.c.run_id == run_id)
    else:  # by its lists: an index on the run would lead through everybody's shares
        query = query.where(household.c.code == household_code, household_list.c.run_id == run_id)
    rows = [dict(mapping) for mapping in session.execute(query).mappings()]
    of = None if household_code is None else [row["id"] for row in rows]
    corrected = corrections(session, run_id, of)
    return tuple(_given_share(row, corrected) for row in rows)


def _given_share(row: dict[str, Any], corrected: Mapping[str, tuple[int, Reason]]) -> GivenShare:
    facts = row.pop("facts")
    taken, reason = corrected.get(row["id"], (0, Reason(row["reason"])))
    tier = facts.get("tier", row["tier"])
    kind = _kind_left(ShareKind(row["kind"]), row["quantity"], taken)
    return GivenShare(
        **row
        | {
            "quantity": row["quantity"] - taken,
            "taken_back": taken,
            "kind": kind,
            "reason": reason,
            "tier": tier,
            "entitled": facts.get("entitled", row["asked"]),
        }
    )


def _kind_left(kind: ShareKind, quantity: int, taken: int) -> ShareKind:
    """Say what a share is after a part of it, or all, was taken back."""
    if taken and taken == quantity:
        return ShareKind.NONE
    return ShareKind.PART if taken and kind is ShareKind.FULL else kind


def corrections(
    session: Session, run_id: str, share_ids: Sequence[str] | None = None
) -> dict[str, tuple[int, Reason]]:
    """Read per share how much of it was taken back in all, and why the last time.

    Parameters
    ----------
    share_ids
        Only these, a household's few; None: all of the run.
    """
    found: dict[str, tuple[int, Reason]] = {}
    of = (
        share_correction.c.run_id == run_id
        if share_ids is None
        else share_correction.c.share_id.in_(share_ids)
    )
    for share_id, quantity, reason in session.execute(
        select(share_correction.c.share_id, share_correction.c.quantity, share_correction.c.reason)
        .where(of)
        .order_by(share_correction.c.seq)
    ):
        before = found.get(share_id, (0, reason))[0]
        found[share_id] = (before + int(quantity), Reason(reason))
    return found


def take_back(
    session: Session,
    quantities: Mapping[str, int],
    *,
    run_id: str,
    reason: Reason,
    actor: str,
    at: datetime,
) -> None:
    """Write that a part of these shares, by their id, is not given after all."""
    if quantities:
        session.execute(
            insert(share_correction),
            [
                {
                    "id": new_id("sc", at),
                    "run_id": run_id,
                    "share_id": share_id,
                    "quantity": quantity,
                    "reason": reason.value,
                    "actor": actor,
                    "at": at,
                }
                for share_id, quantity in quantities.items()
            ],
        )


def lines_by_kind(session: Session, run_id: str) -> Counter[ShareKind]:
    """Count the lines of a run by the best kind of share that they still have.

    Of a line that got all it asked and lost nothing of it nothing else is read: these are most.
    """
    corrected = (
        select(share.c.line_id)
        .join(share_correction, share_correction.c.share_id == share.c.id)
        .where(share_correction.c.run_id == run_id)
    )
    full_kind = ShareKind.FULL.value
    others = [kind.value for kind in ShareKind if kind is not ShareKind.FULL]
    otherwise = select(share.c.line_id).where(share.c.run_id == run_id, share.c.kind.in_(others))
    unlike = otherwise.union(corrected).subquery()
    full_lines = session.execute(
        select(func.count(func.distinct(share.c.line_id))).where(
            share.c.run_id == run_id, share.c.kind == full_kind
        )
    ).scalar_one()
    taken = (
        select(share_correction.c.share_id, func.sum(share_correction.c.quantity).label("sum"))
        .where(share_correction.c.run_id == run_id)
        .group_by(share_correction.c.share_id)
        .subquery()
    )
    rows = session.execute(
        select(
            share.c.line_id,
            share.c.kind,
            order_line.c.quantity,
            share.c.quantity - func.coalesce(taken.c.sum, 0),
        )
        .join(unlike, unlike.c.line_id == share.c.line_id)
        .join(order_line, order_line.c.id == share.c.line_id)
        .outerjoin(taken, taken.c.share_id == share.c.id)
        .where(share.c.run_id == run_id)
    ).all()
    as_asked = int(full_lines) - len({line_id for line_id, kind, *_ in rows if kind == full_kind})
    missing: dict[str, int] = {}
    lines: dict[str, ShareKind] = {}
    for line_id, kind, asked, left in rows:
        missing[line_id] = missing.get(line_id, asked) - left
        if left and lines.get(line_id) is not ShareKind.SUBSTITUTED:
            swapped = kind == ShareKind.SUBSTITUTED.value
            lines[line_id] = ShareKind.SUBSTITUTED if swapped else ShareKind.PART
        lines.setdefault(line_id, ShareKind.NONE)
    full = (k for k, v in missing.items() if v <= 0 and lines[k] is ShareKind.PART)
    lines.update(dict.fromkeys(full, ShareKind.FULL))
    return Counter(lines.values()) + Counter({ShareKind.FULL: as_asked})


def situations(session: Session, run_id: str) -> dict[str, Situation]:
    """Read per item what was asked, bought, what came and what of it is held."""
    asked: dict[str, int] = defaultdict(int)
    left_out: dict[str, tuple[int, Reason]] = {}
    for item_id, reason, quantity in session.execute(
        select(order_line.c.item_id, line_demand.c.reason, func.sum(line_demand.c.quantity))
        .join(order_line, order_line.c.id == line_demand.c.line_id)
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .where(household_list.c.run_id == run_id)
        .group_by(order_line.c.item_id, line_demand.c.reason)
    ):
        asked[item_id] += int(quantity)
        if reason is not None:
            most = (int(quantity), Reason(reason))
            left_out[item_id] = max(most, left_out.get(item_id, most))
    bought = {
        item_id: int(quantity)
        for item_id, quantity in session.execute(
            select(
                purchase_line.c.item_id,
                func.sum(purchase_line.c.cases * purchase_line.c.case_base),
            )
            .join(purchase_order, purchase_order.c.id == purchase_line.c.order_id)
            .where(purchase_order.c.run_id == run_id)
            .group_by(purchase_line.c.item_id)
        )
    }
    came: dict[str, int] = defaultdict(int)
    held: dict[str, int] = defaultdict(int)
    for item_id, state, quantity in session.execute(
        select(lot.c.item_id, lot.c.state, func.sum(lot.c.quantity))
        .where(lot.c.run_id == run_id)
        .group_by(lot.c.item_id, lot.c.state)
    ):
        came[item_id] += int(quantity)
        if state == LotState.HELD.value:
            held[item_id] += int(quantity)
    return {
        item_id: Situation(
            not_bought=left_out[item_id][1] if item_id in left_out else None,
            bought=bought.get(item_id, 0),
            asked=asked.get(item_id, 0),
            came=came.get(item_id, 0),
            held=held.get(item_id, 0),
        )
        for item_id in {*asked, *bought, *came}
    }


def stamp(session: Session, run_id: str) -> tuple[int, int]:
    """Count the shares and corrections of a run: both are only ever added."""
    given = select(func.count()).where(share.c.run_id == run_id)
    taken = select(func.count()).where(share_correction.c.run_id == run_id)
    return (
        int(session.execute(given).scalar_one()),
        int(session.execute(taken).scalar_one()),
    )
