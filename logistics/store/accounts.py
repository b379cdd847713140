"""Sums over a run's record: by item for its books, by household for its completeness."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from logistics.domain.accounts import HouseholdFacts
from logistics.domain.custody import BagState
from logistics.domain.packing_events import UNSEALED
from logistics.domain.roll_call import Answer
from logistics.domain.stock import MoveKind
from logistics.store import registry, registry_calls
from logistics.store.bags import by_household
from logistics.store.tables import (
    bag_line,
    household,
    household_list,
    line_demand,
    lot,
    movement,
    order_line,
    purchase_line,
    purchase_order,
    share,
    share_correction,
    triage,
)


def asked(session: Session, run_id: str) -> dict[str, int]:
    """Sum the frozen lines by item."""
    return _sums(
        session,
        select(order_line.c.item_id, func.sum(order_line.c.quantity))
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .where(household_list.c.run_id == run_id, household_list.c.state == "frozen")
        .group_by(order_line.c.item_id),
    )


def backed(session: Session, run_id: str, *, bought: bool) -> dict[str, int]:
    """Sum by item what of the lines stands behind a purchase, or behind none."""
    behind = line_demand.c.purchase_line_id
    return _sums(
        session,
        select(order_line.c.item_id, func.sum(line_demand.c.quantity))
        .join(order_line, order_line.c.id == line_demand.c.line_id)
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .where(
            household_list.c.run_id == run_id,
            behind.is_not(None) if bought else behind.is_(None),
        )
        .group_by(order_line.c.item_id),
    )


def demanded(session: Session, run_id: str) -> dict[str, int]:
    """Sum by item the demand that the purchase lines state."""
    return _purchases(session, run_id, purchase_line.c.demand)


def ordered(session: Session, run_id: str) -> dict[str, int]:
    """Sum by item what was ordered in whole cases."""
    return _purchases(session, run_id, purchase_line.c.cases * purchase_line.c.case_base)


def _purchases(session: Session, run_id: str, what: Any) -> dict[str, int]:
    return _sums(
        session,
        select(purchase_line.c.item_id, func.sum(what))
        .join(purchase_order, purchase_order.c.id == purchase_line.c.order_id)
        .where(purchase_order.c.run_id == run_id)
        .group_by(purchase_line.c.item_id),
    )


def received(session: Session, run_id: str) -> dict[str, int]:
    """Sum by item of the lots what was counted."""
    return _sums(
        session,
        select(lot.c.item_id, func.sum(lot.c.quantity))
        .where(lot.c.run_id == run_id)
        .group_by(lot.c.item_id),
    )


def moved(session: Session, run_id: str, kind: MoveKind) -> dict[str, int]:
    """Sum by item of the lots what moved for one reason."""
    return _sums(
        session,
        select(lot.c.item_id, func.sum(movement.c.quantity))
        .join(lot, lot.c.id == movement.c.lot_id)
        .where(movement.c.run_id == run_id, movement.c.kind == kind.value)
        .group_by(lot.c.item_id),
    )


def allocated(session: Session, run_id: str) -> dict[str, int]:
    """Sum the shares by item of their lots, less what was taken back."""
    given = _sums(
        session,
        select(lot.c.item_id, func.sum(share.c.quantity))
        .join(lot, lot.c.id == share.c.lot_id)
        .where(share.c.run_id == run_id)
        .group_by(lot.c.item_id),
    )
    back = _sums(
        session,
        select(lot.c.item_id, func.sum(share_correction.c.quantity))
        .select_from(share_correction)
        .join(share, share.c.id == share_correction.c.share_id)
        .join(lot, lot.c.id == share.c.lot_id)
        .where(share_correction.c.run_id == run_id)
        .group_by(lot.c.item_id),
    )
    return {item_id: quantity - back.get(item_id, 0) for item_id, quantity in given.items()}


def packed(session: Session, run_id: str) -> dict[str, int]:
    """Sum what lies in bags by item of its lot."""
    return _sums(
        session,
        select(lot.c.item_id, func.sum(bag_line.c.quantity))
        .join(share, share.c.id == bag_line.c.share_id)
        .join(lot, lot.c.id == share.c.lot_id)
        .where(share.c.run_id == run_id)
        .group_by(lot.c.item_id),
    )


def lines_without_share(session: Session, run_id: str) -> int:
    """Count frozen lines that have no share row at all."""
    return int(
        session.execute(
            select(func.count())
            .select_from(order_line)
            .join(household_list, household_list.c.id == order_line.c.list_id)
            .outerjoin(share, share.c.line_id == order_line.c.id)
            .where(
                household_list.c.run_id == run_id,
                household_list.c.state == "frozen",
                share.c.id.is_(None),
            )
        ).scalar_one()
    )


def lots_by_item(session: Session, run_id: str) -> dict[str, str]:
    """Map each lot of a run to its item."""
    rows = session.execute(select(lot.c.id, lot.c.item_id).where(lot.c.run_id == run_id))
    return dict(rows.all())


def households(session: Session, run_id: str, district_id: str) -> Mapping[str, HouseholdFacts]:
    """Read what the record says of every household of a district, by code."""
    counts = _counted(session, run_id, district_id)
    codes: dict[str, str] = dict(
        session.execute(
            select(household.c.id, household.c.code)
            .where(household.c.district_id == district_id)
            .order_by(household.c.code)
        ).all()
    )
    return {
        code: HouseholdFacts(**counts[id_]) if id_ in counts else _NOTHING
        for id_, code in codes.items()
    }


def alike(session: Session, run_id: str, district_id: str) -> Mapping[HouseholdFacts, int]:
    """Count the households of a district by what the record says of them, whoever they are."""
    counts = _counted(session, run_id, district_id)
    found = Counter(HouseholdFacts(**of_home) for of_home in counts.values())
    everybody = session.execute(
        select(func.count()).where(household.c.district_id == district_id)
    ).scalar_one()
    found[_NOTHING] += everybody - len(counts)
    return +found


def _counted(session: Session, run_id: str, district_id: str) -> dict[str, Counter[str]]:
    """Count what is known of households, by id; of most of a large district that is nothing."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    _count_lists(session, run_id, counts)
    _count_questions(session, run_id, district_id, counts)
    _count_bags(session, run_id, counts)
    _count_answers(session, run_id, district_id, counts)
    return counts


_NOTHING = HouseholdFacts()  # most households of a large district: one is enough for them all

_FAR = {
    BagState.LOADED: "bags_out",
    BagState.ON_SHELF: "bags_on_shelf",
    BagState.TAKEN: "bags_taken",
    BagState.CONFIRMED: "bags_confirmed",
    BagState.DISPUTED: "bags_disputed",
    BagState.RETURNED: "bags_returned",
    BagState.REDIRECTED: "bags_returned",
    BagState.DAMAGED: "bags_lost",
    BagState.LOST: "bags_lost",
}


def _count_lists(session: Session, run_id: str, counts: dict[str, Counter[str]]) -> None:
    """Count lists, frozen lines, and those that have a share: all, as three sums can tell."""
    of_run = household_list.c.run_id == run_id
    is_frozen = household_list.c.state == "frozen"
    by_home = household_list.join(order_line, order_line.c.list_id == household_list.c.id)
    of_list = (
        select(func.count()).where(order_line.c.list_id == household_list.c.id).scalar_subquery()
    )
    frozen = 0
    for household_id, state, lists, lines in session.execute(
        select(household_list.c.household_id, household_list.c.state, func.count(),
               func.sum(of_list))
        .where(of_run)
        .group_by(household_list.c.household_id, household_list.c.state)
    ):  # fmt: skip
        of_home = counts[household_id]
        of_home["lists"] += lists
        if state == "cancelled":
            of_home["cancelled"] += lists
        elif state == "frozen":
            of_home["lines"] = of_home["lines_with_share"] = int(lines)
            frozen += int(lines)
    with_share = func.count(func.distinct(share.c.line_id))
    shared = session.execute(select(with_share).where(share.c.run_id == run_id)).scalar_one()
    others = session.execute(  # of lists that were taken back since
        select(with_share)
        .select_from(by_home.join(share, share.c.line_id == order_line.c.id))
        .where(of_run, ~is_frozen)
    ).scalar_one()
    if shared - others == frozen:
        return
    given = select(share.c.id).where(share.c.line_id == order_line.c.id).exists()
    for household_id, lines in session.execute(
        select(household_list.c.household_id, func.count())
        .select_from(by_home)
        .where(of_run, is_frozen, ~given)
        .group_by(household_list.c.household_id)
    ):
        counts[household_id]["lines_with_share"] -= int(lines)


def _count_bags(session: Session, run_id: str, counts: dict[str, Counter[str]]) -> None:
    found = by_household(session, run_id)
    scanned = any(some.state in _FAR for some in found)
    for household_id, state, on_trip, left_out, count in found:
        of_home, far = counts[household_id], _FAR.get(state)
        of_home["bags"] += count
        of_home["bags_on_trips"] += count if on_trip else 0
        of_home["bags_unserved"] += count if left_out else 0
        if far is not None:
            of_home[far] += count
        elif state in UNSEALED or (scanned and on_trip):
            of_home["bags_waiting"] += count


def _count_answers(
    session: Session, run_id: str, district_id: str, counts: dict[str, Counter[str]]
) -> None:
    """Count who declined, and who is not there to be supplied."""
    for household_id, said in registry_calls.marks(session, run_id).items():
        counts[household_id]["declined"] += said[-1].answer is Answer.DECLINED
    for household_id in registry.out_of_scope(session, district_id):
        counts[household_id]["out_of_scope"] += 1


def _count_questions(
    session: Session, run_id: str, district_id: str, counts: dict[str, Counter[str]]
) -> None:
    through_list = (
        select(household_list.c.household_id)
        .select_from(triage)
        .join(household_list, household_list.c.id == triage.c.list_id)
        .where(triage.c.run_id == run_id)
    )
    by_code = (
        select(household.c.id)
        .select_from(triage)
        .join(household, household.c.code == triage.c.household_code)
        .where(
            triage.c.run_id == run_id,
            triage.c.list_id.is_(None),
            household.c.district_id == district_id,  # nobody else's door that it may name
        )
    )
    for query in (through_list, by_code):
        for household_id in session.execute(query).scalars():
            counts[household_id]["questions"] += 1


def _sums(session: Session, query: Select[Any]) -> dict[str, int]:
    return {item_id: int(total) for item_id, total in session.execute(query)}
