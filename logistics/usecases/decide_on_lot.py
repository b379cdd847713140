"""Hold a lot, release it, or have it destroyed, each with its reason (批次处置)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.stock import LotState, Move, MoveKind, destroyed, kind_of
from logistics.errors import Conflict, Invalid
from logistics.store import audit, ledger, lots


class LotDestroyed(Conflict):
    """The lot was destroyed: nothing more can be decided about it."""

    code = "lot.destroyed"


class ProvenanceMissing(Conflict):
    """Cold goods are given out only with provenance."""

    code = "lot.no-provenance"


class ReasonMissing(Invalid):
    """A decision about a lot says why."""

    code = "lot.no-reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A lot after a decision; ``still_out`` says what of it is in bags and with households."""

    lot: str
    state: LotState
    destroyed: int
    still_out: Mapping[str, int]


_SHOWN_KINDS = ("bag", "return", "household")


def decide_on_lot(
    session: Session,
    lot: str,
    becomes: LotState,
    *,
    reason: str,
    provenance: str = "",
    actor: str,
    at: datetime,
) -> Decided:
    """Write a decision about a lot; the same again changes nothing.

    A held lot is given to nobody; what of it is in bags already has to be brought back bag by
    bag (``trace lot`` names them). Destroying takes all that stands at points and in vans.

    Parameters
    ----------
    provenance
        Given with a release, it is written where the lot had none.

    Raises
    ------
    LotUnknown, LotAmbiguous
        If there is no such lot, or several.
    ReasonMissing
        If no reason is given.
    LotDestroyed
        If it was destroyed before.
    ProvenanceMissing
        If cold goods would be released without provenance.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason", value="", mend="say why")
    card = lots.card(session, lot, lock=True)
    if card.state is becomes:
        return _decided(session, card.id, becomes, 0)
    if card.state is LotState.DESTROYED:
        raise LotDestroyed(lot=card.id, mend="receive the goods as another lot")
    if becomes is LotState.RELEASED and card.cold and not (card.provenance or provenance.strip()):
        raise ProvenanceMissing(
            lot=card.id, field="provenance", mend="give the code on the goods or their papers"
        )
    if provenance.strip():
        lots.name_provenance(session, card.id, provenance.strip())
    lots.state(session, card.id, becomes, reason=reason.strip(), actor=actor, at=at)
    gone = 0
    if becomes is LotState.DESTROYED:
        gone = _destroy(session, card, actor=actor, at=at)
    audit.record(
        session,
        actor=actor,
        command=f"lot.{becomes.value}",
        subject=card.id,
        facts={"destroyed": gone},
        at=at,
    )
    return _decided(session, card.id, becomes, gone)


def _destroy(session: Session, card: lots.LotCard, *, actor: str, at: datetime) -> int:
    there = ledger.of_lots(session, [card.id])
    moves = [
        Move(
            lot_id=card.id,
            quantity=quantity,
            source=place,
            target=destroyed(card.run_code),
            kind=MoveKind.DESTROY,
        )
        for (place, _), quantity in sorted(there.items())
        if kind_of(place) in ("stock", "van")
    ]
    ledger.post(session, moves, run_id=card.run_id, cause=f"lot:{card.id}", actor=actor, at=at)
    return sum(move.quantity for move in moves)


def _decided(session: Session, lot_id: str, state: LotState, gone: int) -> Decided:
    out: dict[str, int] = {}
    for (place, _), quantity in ledger.of_lots(session, [lot_id]).items():
        if (kind := kind_of(place)) in _SHOWN_KINDS:
            out[kind] = out.get(kind, 0) + quantity
    return Decided(lot=lot_id, state=state, destroyed=gone, still_out=dict(sorted(out.items())))
