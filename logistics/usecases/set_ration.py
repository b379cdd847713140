"""Limit what one household gets of an item in a run, before it is shared (限购)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.quantities import read_amount
from logistics.domain.runs import Run, RunState
from logistics.errors import Conflict
from logistics.store import audit, catalogue, fills, runs, wishes

_ORDER = tuple(RunState)


class RationTooLate(Conflict):
    """The run's goods are shared already; a ration changes nothing any more."""

    code = "ration.too-late"


@dataclass(frozen=True, slots=True, kw_only=True)
class RationSet:
    """A ration as it holds now, in base units per household; None: lifted."""

    run: Run
    item: str
    quantity: int | None


def set_ration(
    session: Session,
    run: str,
    item: str,
    amount: str | None,
    *,
    reason: str = "",
    actor: str,
    at: datetime,
) -> RationSet:
    """Let each household get at most so much of an item in a run; None lifts the ration.

    Parameters
    ----------
    item
        Its name or an alias.
    amount
        As people say it: 2板, 半斤, 30.

    Raises
    ------
    RunUnknown, ItemUnknown
        If run or item are not known.
    QuantityNotUnderstood, QuantityNotPositive, UnitUnknownForItem, QuantityNotWhole
        If the amount is none of the item's.
    RationTooLate
        If the run has been shared.
    """
    found = runs.get_for_update(session, run)
    if _ORDER.index(found.state) >= _ORDER.index(RunState.ALLOCATED):
        raise RationTooLate(
            run=found.code, state=found.state.value, mend="set it for the next run"
        )
    known = catalogue.load(session)
    thing = known.get(item)
    item_id = wishes.names(session)[thing.name_zh]
    count = None
    if amount is not None:
        count = known.quantity(thing, read_amount(amount)).count
    fills.set_ration(session, found.id, item_id, count, reason=reason, actor=actor, at=at)
    audit.record(
        session,
        actor=actor,
        command="run.ration",
        subject=found.id,
        facts={"item": item_id, "quantity": count, "reason": reason},
        at=at,
    )
    return RationSet(run=found, item=thing.name_zh, quantity=count)
