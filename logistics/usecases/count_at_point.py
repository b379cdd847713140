"""Count at the point what a van brought: the second count, its difference explained (到点清点)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.stock import Explanation, Move, MoveKind, loss, stock, supplier, van
from logistics.errors import Conflict, Invalid
from logistics.store import audit, idempotency, ledger, lots, places, runs
from logistics.store.lots import LotCard


class PointCountInvalid(Invalid):
    """A count at the point cannot be; nothing of it was recorded."""

    code = "count.invalid"


class DifferenceUnexplained(Conflict):
    """The second count differs from the first, and it was not said why."""

    code = "count.unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointCount:
    """What was counted of a lot at the point, in base units.

    ``reason`` explains a difference from the count at the market: ``miscount`` says that the
    first count was wrong, anything else that goods were lost on the way.
    """

    lot: str
    quantity: int
    reason: Explanation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLot:
    """Both counts of a lot."""

    lot: str
    item_zh: str
    base: str
    at_market: int
    at_point: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedVan:
    """What a van brought, lot by lot; ``repeated`` if it was said before under the same key."""

    van: str
    lots: tuple[CountedLot, ...]
    repeated: bool


def count_at_point(
    session: Session,
    run: str,
    van_code: str,
    counts: Sequence[PointCount],
    *,
    point: str | None = None,
    key: str,
    actor: str,
    at: datetime,
) -> CountedVan:
    """Move what a van brought into the stock of its point, and explain what differs.

    A lot may be counted once; those that are left out stay on the van.

    Parameters
    ----------
    point
        Code of the point; None: the depot.
    key
        The same key and content again moves nothing.

    Raises
    ------
    RunUnknown, PlaceUnknown, LotUnknown, LotAmbiguous
        If there is no such run, point or lot.
    PointCountInvalid
        If a lot is not on the van, named twice, or below zero.
    DifferenceUnexplained
        If a count differs and no reason is given.
    KeyReused
        If the key was used for something else.
    """
    found = runs.get_for_update(session, run)
    depot = runs.depot_code(session, found.district_id)
    target = places.named(session, found.district_id, point, "point").code if point else depot
    said = json.dumps([found.id, van_code, target, *map(astuple, counts)], default=str)
    digest = hashlib.sha256(said.encode()).hexdigest()
    cards = [lots.card(session, count.lot) for count in counts]
    if earlier := idempotency.claim(session, "count", key, digest, at):
        known = tuple(CountedLot(**one) for one in earlier.answer["lots"])
        return CountedVan(van=van_code, lots=known, repeated=True)
    on_van = ledger.at_location(session, van(van_code), (card.id for card in cards))
    done: list[CountedLot] = []
    moves: list[Move] = []
    for n, (card, count) in enumerate(zip(cards, counts, strict=True), start=1):
        brought = on_van.pop(card.id, 0)
        _check(n, card, count, brought)
        moves += _moves(card, count, brought, van_code, target)
        done.append(
            CountedLot(
                lot=card.id,
                item_zh=card.item_zh,
                base=card.base,
                at_market=brought,
                at_point=count.quantity,
                reason="" if count.reason is None else count.reason.value,
            )
        )
    ledger.post(session, moves, run_id=found.id, cause=f"count:{key}"[:96], actor=actor, at=at)
    answer = [dict(zip(_FIELDS, astuple(one), strict=True)) for one in done]
    idempotency.answer(session, "count", key, 200, {"lots": answer})
    audit.record(
        session,
        actor=actor,
        command="receive.count",
        subject=found.id,
        facts={"van": van_code, "lots": len(done)},
        at=at,
    )
    return CountedVan(van=van_code, lots=tuple(done), repeated=False)


_FIELDS = ("lot", "item_zh", "base", "at_market", "at_point", "reason")


def _check(line: int, card: LotCard, count: PointCount, brought: int) -> None:
    if not brought:
        raise PointCountInvalid(
            line=line, field="lot", value=card.id, mend="count each lot that is on the van once"
        )
    if count.quantity < 0:
        raise PointCountInvalid(
            line=line, field="quantity", value=count.quantity, mend="give 0 when none came"
        )
    if count.quantity != brought and count.reason is None:
        raise DifferenceUnexplained(
            line=line,
            lot=card.id,
            item=card.item_zh,
            at_market=brought,
            at_point=count.quantity,
            mend=f"count again, or give one of {', '.join(Explanation)}",
        )
    if count.quantity > brought and count.reason is not Explanation.MISCOUNT:
        raise PointCountInvalid(
            line=line,
            field="reason",
            value=str(count.reason),
            mend="more than was counted at the market can only be a miscount",
        )


def _moves(
    card: LotCard, count: PointCount, brought: int, van_code: str, target: str
) -> list[Move]:  # fmt: skip
    reason = "" if count.reason is None else count.reason.value
    source = van(van_code)
    miscount = count.reason is Explanation.MISCOUNT
    moves = []
    if more := max(0, count.quantity - brought):  # it came, though nobody had counted it
        moves.append(
            Move(
                lot_id=card.id,
                quantity=more,
                source=supplier(card.supplier_code),
                target=source,
                kind=MoveKind.CORRECTION,
                reason=reason,
            )
        )
    if missing := max(0, brought - count.quantity):
        moves.append(
            Move(
                lot_id=card.id,
                quantity=missing,
                source=source,
                target=supplier(card.supplier_code) if miscount else loss(card.run_code),
                kind=MoveKind.CORRECTION if miscount else MoveKind.LOSS,
                reason=reason,
            )
        )
    if count.quantity:
        moves.append(
            Move(
                lot_id=card.id,
                quantity=count.quantity,
                source=source,
                target=stock(target),
                kind=MoveKind.COUNT,
            )
        )
    return moves
