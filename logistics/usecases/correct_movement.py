"""Correct a movement of goods by further entries: never by an edit (更正)."""

from collections.abc import Mapping
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
        moves.append(
            replace(back, quantity=amount, source=wrong.source, target=place, corrects=None)
        )
    moves = _ordered(session, wrong, moves)
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


def _ordered(session: Session, wrong: ledger.Entry, moves: list[Move]) -> list[Move]:
    """Put the two so that nothing falls below zero between them.

    Raises
    ------
    GoodsGone
        If that cannot be; the facts say what is missing where.
    """
    there = {
        place: quantity for (place, _), quantity in ledger.of_lots(session, [wrong.lot_id]).items()
    }
    lacking = _lacking(moves, there)
    if lacking is None:
        return moves
    if _lacking(moves[::-1], there) is None:
        return moves[::-1]
    place, quantity = lacking
    raise GoodsGone(
        movement=wrong.seq,
        place=place,
        quantity=quantity,
        there=there.get(place, 0),
        mend="correct first what took the goods away from there",
    )


def _lacking(moves: list[Move], there: Mapping[str, int]) -> tuple[str, int] | None:
    """Name the first place that would fall below zero, and how much it would have to have."""
    held = dict(there)
    for move in moves:
        if kind_of(move.source) != "supplier" and held.get(move.source, 0) < move.quantity:
            return move.source, move.quantity
        held[move.source] = held.get(move.source, 0) - move.quantity
        held[move.target] = held.get(move.target, 0) + move.quantity
    return None
