"""Report what is missing or broken at packing, and share what is left again (装袋缺货)."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.custody import MAX_KEY, BagState
from logistics.domain.packing_events import UNSEALED, PackingEventInvalid, ShortReason
from logistics.domain.runs import Run, RunState
from logistics.domain.stock import Explanation, Move, MoveKind, loss, stock
from logistics.errors import Conflict, Invalid
from logistics.store import audit, ledger, packing, runs, wishes
from logistics.store.packing import BagUnknown, MeantLine, PackBag, Short
from logistics.usecases.change_bags import BagChange, LineChange
from logistics.usecases.confirm_packing import require_bags
from logistics.usecases.reshare import Missing, reshare

log = logging.getLogger(__name__)

_EXPLAINED = {
    ShortReason.MISSING: Explanation.MISCOUNT,
    ShortReason.DAMAGED: Explanation.DAMAGE,
}


class BagSealed(Conflict):
    """The bag is closed, or has left: what is in it is not counted at packing any more."""

    code = "packing.bag-sealed"


class ShortTooMuch(Invalid):
    """More is said to be short than the bag is meant to hold of the item."""

    code = "packing.short-too-much"


class ShortKeyReused(Conflict):
    """The key was used for another report."""

    code = "packing.key-reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortReport:
    """What became of a report: ``repeated`` says that the same one was recorded before.

    ``reshared`` is whether what is left could still be shared: not once trips are planned.
    """

    run: Run
    bag: str
    item_id: str
    quantity: int
    reason: ShortReason
    changes: tuple[LineChange, ...] = ()
    reshared: bool = False
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortSaid:
    """What somebody reports: a bag, an item by any of its names, base units, why, and a key."""

    bag: str
    item: str
    quantity: int
    reason: ShortReason
    key: str

    def __post_init__(self) -> None:
        if not self.key or len(self.key) > MAX_KEY:
            raise PackingEventInvalid(
                field="key", value=self.key[:80], mend=f"give a key of 1 to {MAX_KEY} characters"
            )
        if self.quantity < 1:
            raise PackingEventInvalid(
                field="quantity", value=self.quantity, mend="give an amount above 0"
            )

    def digest(self, bag_id: str, item_id: str) -> str:
        """Hash what is said: the same key with another digest is another statement."""
        said = json.dumps([bag_id, item_id, self.quantity, self.reason])
        return hashlib.sha256(said.encode()).hexdigest()


def report_short(
    session: Session, run: str, said: ShortSaid, *, actor: str, at: datetime
) -> ShortReport:
    """Record that a piece for a bag is not there or broken; once per key.

    The goods leave the point's stock as an explained loss, the household's share is corrected,
    and what is left is shared again among those who lack it. Who gets something gets it into a
    bag that is not sealed yet, or into a further one; sealed bags are never touched.

    Raises
    ------
    RunUnknown, BagsNotMade
        If there is no such run, or its bags were not made up.
    BagUnknown
        If the run has no such bag.
    ItemUnknown
        If no item goes by that name.
    BagSealed
        If the bag is sealed.
    ShortTooMuch
        If the bag is not meant to hold so much of the item.
    ShortKeyReused
        If the key was used for another report.
    """
    found = require_bags(session, run)
    runs.get_for_update(session, found.id)
    ids = packing.ids_of(session, found.id, [said.bag])
    if said.bag not in ids:
        raise BagUnknown(run=found.code, field="bag", value=said.bag[:40])
    bag = packing.bags_of(session, ids.values(), lock=True)[ids[said.bag]]
    item_id = wishes.item_named(session, said.item)
    digest = said.digest(bag.id, item_id)
    before = packing.shorts(session, key=said.key)
    if before:
        if before[0].digest != digest:
            raise ShortKeyReused(field="key", value=said.key, mend="give each report its own key")
        return _report(found, bag, item_id, said, repeated=True)
    if BagState(bag.state) not in UNSEALED:
        raise BagSealed(
            run=found.code, field="bag", value=bag.code, state=bag.state,
            mend=f"supplyloop bag scan {found.code} --bag {bag.code} --event return",
        )  # fmt: skip
    taken = _taken(found, bag, packing.meant(session, [bag.id]).get(bag.id, []), item_id, said)
    rows = [
        Short(
            key=said.key,
            digest=digest,
            bag_id=bag.id,
            share_id=line.share_id,
            lot_id=line.lot_id,
            quantity=quantity,
            reason=said.reason.value,
        )
        for line, quantity in taken
    ]
    packing.add_shorts(session, rows, actor=actor, at=at)
    _write_off(session, found, bag, rows, said, actor=actor, at=at)
    change = BagChange(session, found, cause=f"short:{bag.id}", actor=actor, at=at)
    change.lessen(bag.id, {row.share_id: row.quantity for row in rows}, said.reason.value)
    open_still = found.state is RunState.PACKED
    again = reshare(
        session,
        found.id,
        [Missing(share_id=s.share_id, quantity=s.quantity, written_off=True) for s in rows],
        closed_households=change.closed_households(),
        give=open_still,
        actor=actor,
        at=at,
    )
    for share in again.given:
        change.add(share, "shared-again")
    changes = change.finish()
    audit.record(
        session,
        actor=actor,
        command="bag.short",
        subject=bag.id,
        facts={
            "item": item_id,
            "quantity": said.quantity,
            "reason": said.reason.value,
            "shares": len(again.given),
        },
        at=at,
    )
    log.info("bag %s: %d of %s short, %d shares again", bag.id, said.quantity, item_id,
             len(again.given))  # fmt: skip
    return _report(found, bag, item_id, said, changes=changes, reshared=open_still)


def _report(
    run: Run,
    bag: PackBag,
    item_id: str,
    said: ShortSaid,
    *,
    changes: tuple[LineChange, ...] = (),
    reshared: bool = False,
    repeated: bool = False,
) -> ShortReport:
    return ShortReport(
        run=run,
        bag=bag.code,
        item_id=item_id,
        quantity=said.quantity,
        reason=said.reason,
        changes=changes,
        reshared=reshared,
        repeated=repeated,
    )


def _taken(
    run: Run, bag: PackBag, lines: Sequence[MeantLine], item_id: str, said: ShortSaid
) -> list[tuple[MeantLine, int]]:
    """Say from which shares of the bag the short amount goes."""
    own = [line for line in lines if line.item_id == item_id]
    most = sum(line.quantity for line in own)
    if said.quantity > most:
        raise ShortTooMuch(
            run=run.code, bag=bag.code, field="quantity", value=said.quantity, most=most,
            mend=f"give at most {most}",
        )  # fmt: skip
    left, taken = said.quantity, []
    for line in own:
        if part := min(left, line.quantity):
            taken.append((line, part))
            left -= part
    return taken


def _write_off(
    session: Session,
    run: Run,
    bag: PackBag,
    rows: Sequence[Short],
    said: ShortSaid,
    *,
    actor: str,
    at: datetime,
) -> None:
    ledger.post(
        session,
        [
            Move(
                lot_id=row.lot_id,
                quantity=row.quantity,
                source=stock(bag.point_code),
                target=loss(run.code),
                kind=MoveKind.LOSS,
                reason=_EXPLAINED[said.reason].value,
            )
            for row in rows
        ],
        run_id=run.id,
        cause=f"short:{bag.id}",
        actor=actor,
        at=at,
    )
