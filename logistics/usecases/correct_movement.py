"""Correct a movement of goods by further entries: never by an edit (更正)."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.stock import Explanation, Move, MoveKind, kind_of
from logistics.errors import Conflict, Invalid
from logistics.store import audit, ledger


class MovementOfCustody(Conflict):
    """The movement follows from where a bag went: what was scanned decides, nothing else."""

    code = "movement.of-custody"


class MovementCorrected(Conflict):
    """The movement was taken back before, or takes another one back itself."""

    code = "movement.corrected"


class GoodsGone(Conflict):
    """What would be taken back has gone on since."""

    code = "movement.goods-gone"


class CorrectionInvalid(Invalid):
    """What is said to be right cannot be."""

    code = "movement.correction-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """The movement, the number of the one that takes it back, and of the right one, if any."""

    movement: int
    reversal: int
    right: int | None


_BY_HAND = (
    MoveKind.PURCHASE,
    MoveKind.DONATION,
    MoveKind.COUNT,
    MoveKind.TRANSFER,
    MoveKind.SEND_BACK,
    MoveKind.LOSS,
    MoveKind.DESTROY,
)
_BAGS = ("bag", "return", "household")


def correct_movement(
    session: Session,
    seq: int,
    *,
    quantity: int | None,
    target: str | None = None,
    reason: Explanation,
    actor: str,
    at: datetime,
) -> Corrected:
    """Take a movement back, and write what was right instead.

    Parameters
    ----------
    quantity
        What really moved, in base units; 0: nothing did. None: the quantity was right.
    target
        Where it really went; None: that was right.

    Raises
    ------
    MovementUnknown
        If there is no such movement.
    MovementOfCustody
        If it belongs to a bag.
    MovementCorrected
        If it was corrected before, or is a correction.
    CorrectionInvalid
        If nothing would be different, or goods would go to a place that only bags reach.
    GoodsGone
        If the goods are no longer where the movement brought them.
    """
    wrong = ledger.entry(session, seq)
    if wrong.kind not in {kind.value for kind in _BY_HAND}:
        of_bags = wrong.kind != MoveKind.CORRECTION.value
        raise (MovementOfCustody if of_bags else MovementCorrected)(
            movement=seq,
            kind=wrong.kind,
            mend="scan what became of the bag" if of_bags else "correct the movement it is for",
        )
    if (by := ledger.corrected_by(session, seq)) is not None:
        raise MovementCorrected(movement=seq, by=by, mend="correct what was written instead")
    amount = wrong.quantity if quantity is None else quantity
    place = target or wrong.target
    _check(wrong, amount, place)
    back = Move(
        lot_id=wrong.lot_id,
        quantity=wrong.quantity,
        source=wrong.target,
        target=wrong.source,
        kind=MoveKind.CORRECTION,
        reason=reason.value,
        corrects=seq,
    )
    moves = [back]
    if amount:
        right = replace(back, quantity=amount, source=wrong.source, target=place, corrects=None)
        moves = _ordered(session, wrong, back, right)
    else:
        _require(session, wrong, wrong.quantity)
    cause = f"correction:{seq}"
    ledger.post(session, moves, run_id=wrong.run_id, cause=cause, actor=actor, at=at)
    written = ledger.caused_by(session, [wrong.lot_id], [cause])[cause]
    done = Corrected(
        movement=seq,
        reversal=next(entry.seq for entry in written if entry.corrects is not None),
        right=next((entry.seq for entry in written if entry.corrects is None), None),
    )
    audit.record(
        session,
        actor=actor,
        command="ledger.correct",
        subject=str(seq),
        facts={"reversal": done.reversal, "right": done.right, "reason": reason.value},
        at=at,
    )
    return done


def _check(wrong: ledger.Entry, amount: int, place: str) -> None:
    if amount < 0:
        raise CorrectionInvalid(field="quantity", value=amount, mend="give 0 or more")
    if (amount, place) == (wrong.quantity, wrong.target):
        raise CorrectionInvalid(
            field="quantity", value=amount, mend="say what was different: a quantity or a place"
        )
    kind, _, code = place.partition(":")
    if place != wrong.target and (not code or kind in _BAGS or place == wrong.source):
        raise CorrectionInvalid(
            field="target", value=place, mend="name a stock, a van, a supplier or a loss"
        )
    if place != wrong.target and kind_of(wrong.target) != kind and kind not in _OPEN:
        raise CorrectionInvalid(field="target", value=place, mend=f"use one of {', '.join(_OPEN)}")


_OPEN = ("stock", "van", "supplier", "loss", "destroyed")


def _ordered(session: Session, wrong: ledger.Entry, back: Move, right: Move) -> list[Move]:
    """Put the two so that nothing falls below zero between them, where that can be."""
    there = _there(session, wrong, back.source)
    if there is None or there >= back.quantity:
        return [back, right]
    from_where = _there(session, wrong, right.source)
    stays = right.quantity if right.target == back.source else 0
    if there + stays >= back.quantity and (from_where is None or from_where >= right.quantity):
        return [right, back]
    raise _gone(wrong, back.quantity - stays, there)


def _require(session: Session, wrong: ledger.Entry, quantity: int) -> None:
    there = _there(session, wrong, wrong.target)
    if there is not None and there < quantity:
        raise _gone(wrong, quantity, there)


def _gone(wrong: ledger.Entry, quantity: int, there: int) -> GoodsGone:
    return GoodsGone(
        movement=wrong.seq,
        place=wrong.target,
        quantity=quantity,
        there=there,
        mend="correct first what took the goods away from there",
    )


def _there(session: Session, wrong: ledger.Entry, place: str) -> int | None:
    """Say how much of the lot is at a place; a supplier has any amount."""
    if kind_of(place) == "supplier":
        return None
    return ledger.at_location(session, place, [wrong.lot_id]).get(wrong.lot_id, 0)
