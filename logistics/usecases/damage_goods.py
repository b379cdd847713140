"""Write off pieces of a bag that were found damaged; the bag stays with whoever has it (破损)."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.custody import ScanKind, goods_at
from logistics.domain.damage import (
    STANDS_IN,
    BagNotThere,
    Damage,
    DamageInvalid,
    DamageReused,
    DamageTooMuch,
    take_from,
    write_off,
)
from logistics.domain.ids import new_id
from logistics.domain.money import Booking
from logistics.domain.runs import Run, RunState
from logistics.domain.stock import Explanation, kind_of
from logistics.store import accounts, audit, custody, damage, ledger, money, runs, wishes
from logistics.store.custody import Held
from logistics.store.packing import BagUnknown
from logistics.usecases.record_scans import BagsNotOut

REASONS = (Explanation.DAMAGE, Explanation.SPOILED, Explanation.OTHER)
BY = ("household", "leader", "courier", "point")
_KEY, _BY = 96, 96  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """So many base units of an item, by its name or an alias."""

    item: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """What was written off, in base units by the item's Chinese name, and who has the bag."""

    bag: str
    custodian: str
    state: str
    pieces: Mapping[str, int]
    repeated: bool


def damage_goods(
    session: Session,
    run: str,
    bag: str,
    pieces: Sequence[Pieces],
    *,
    reason: Explanation = Explanation.DAMAGE,
    by: str,
    note: str = "",
    key: str,
    actor: str,
    at: datetime,
) -> Damaged:
    """Move what is damaged from where the bag's goods are to the losses of the run.

    Who has the bag does not change. What the household has not got it does not pay for: the books
    follow the movement when they are next posted, so it is not refunded besides.

    Parameters
    ----------
    by
        Who says so: ``household:CODE``, ``leader:CODE``, ``courier:CODE`` or ``point:CODE``.
    key
        The same key and content again writes nothing off.

    Raises
    ------
    RunUnknown, BagUnknown, ItemUnknown
        If there is no such run, bag or item.
    BagsNotOut
        If the run was not released; before that, what is missing is reported at the point.
    DamageInvalid
        If nothing is named, a quantity is not above zero, or key, reason or ``by`` cannot be.
    BagNotThere
        If the bag was lost, or was not sealed.
    DamageTooMuch
        If the bag holds less of an item, or the household was refunded for it already.
    DamageReused
        If the key was used for another report about this bag.
    """
    said = _checked(pieces, reason, by, key)
    found = runs.get(session, run)
    if found.state not in (RunState.RELEASED, RunState.CLOSED):
        raise BagsNotOut(
            run=found.code, state=found.state.value, mend=f"supplyloop run release {found.code}"
        )
    bag_id = custody.ids_of(session, found.id, [bag]).get(bag)
    if bag_id is None:
        raise BagUnknown(run=found.code, field="bag", value=bag[:80])
    wanted: Counter[str] = Counter()
    for one in pieces:
        wanted[wishes.item_named(session, one.item)] += one.quantity
    digest = _digest(wanted, reason, by, note)
    held = custody.lock(session, [bag_id])[bag_id]
    before = damage.of_bags(session, [bag_id]).get(bag_id, [])
    if same := [one for one in before if one.key == said]:
        if any(one.digest != digest for one in same):
            raise DamageReused(field="key", value=said, mend="use a new key for another report")
        return _told(session, held, same, found, repeated=True)
    where = _where(session, held)
    if kind_of(where) not in STANDS_IN or kind_of(where) == "stock":
        raise BagNotThere(bag=held.code, state=held.state, mend="there is nothing to write off")
    new = _taken(session, found, held, where, wanted, before=before, reason=reason, key=said,
                 digest=digest, at=at)  # fmt: skip
    damage.add(session, new, by=by, note=note, actor=actor, at=at)
    ledger.post(
        session, write_off(new, where, held.route.lost), run_id=found.id, cause="damage",
        actor=actor, at=at,
    )  # fmt: skip
    audit.record(
        session, actor=actor, command="bag.damage", subject=bag_id,
        facts={"by": by, "reason": reason.value, "pieces": dict(wanted)}, at=at,
    )  # fmt: skip
    return _told(session, held, new, found, repeated=False)


def _checked(pieces: Sequence[Pieces], reason: Explanation, by: str, key: str) -> str:
    if not pieces:
        raise DamageInvalid(field="goods", value="", mend="name what is damaged: ITEM=QUANTITY")
    for one in pieces:
        if one.quantity < 1:
            raise DamageInvalid(
                field=one.item[:80], value=one.quantity, mend="give base units, 1 or more"
            )
    if reason not in REASONS:
        raise DamageInvalid(field="reason", value=reason.value, mend=", ".join(REASONS))
    kind, _, code = by.partition(":")
    if kind not in BY or not code or len(by) > _BY:
        raise DamageInvalid(
            field="by", value=by[:80], mend=" or ".join(f"{one}:CODE" for one in BY)
        )
    said = key.strip()
    if not said or len(said) > _KEY or not said.isprintable():
        raise DamageInvalid(field="key", value=key[:80], mend=f"give 1 to {_KEY} characters")
    return said


def _digest(wanted: Mapping[str, int], reason: Explanation, by: str, note: str) -> str:
    said = [sorted(wanted.items()), reason.value, by, note]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _where(session: Session, held: Held) -> str:
    """Name where the bag's goods are in the ledger."""
    if held.state in ("planned", "packing"):
        return ""
    chain = custody.standing(custody.chains(session, [held.route.bag_id])[held.route.bag_id])
    if not chain:
        return goods_at(held.route, held.route.point, None)
    return goods_at(held.route, chain[-1].target, ScanKind(chain[-1].kind))


def _taken(
    session: Session,
    run: Run,
    held: Held,
    where: str,
    wanted: Mapping[str, int],
    *,
    before: Sequence[Damage],
    reason: Explanation,
    key: str,
    digest: str,
    at: datetime,
) -> list[Damage]:
    """Take the pieces from the bag's lots, the newest first, as a refund does."""
    bag_id = held.route.bag_id
    inside = Counter(custody.contents(session, [bag_id]).get(bag_id, {}))
    for one in before:
        inside[one.lot_id] -= one.quantity
    item_of = accounts.lots_by_item(session, run.id)
    names = {good.id: good.name_zh for good in wishes.goods(session).values()}
    new: list[Damage] = []
    for item_id, quantity in sorted(wanted.items()):
        lots = [(lot, inside[lot]) for lot in sorted(inside, reverse=True)
                if item_of[lot] == item_id]  # fmt: skip
        refunded = _refunded(session, run, where, {lot for lot, _ in lots})
        there = sum(count for _, count in lots) - refunded
        if there < quantity:
            raise DamageTooMuch(
                bag=held.code, item=names.get(item_id, item_id), quantity=quantity,
                there=max(0, there), refunded=refunded,
                mend="write off no more than the bag holds and nobody was refunded for",
            )  # fmt: skip
        new += [
            Damage(
                id=new_id("dm", at), bag_id=bag_id, lot_id=lot_id, quantity=part,
                reason=reason.value, key=key, digest=digest,
            )
            for lot_id, part in take_from(lots, quantity)
        ]  # fmt: skip
    return new


def _refunded(session: Session, run: Run, where: str, lots: set[str]) -> int:
    """Count what the household that has the bag was refunded for of these lots already."""
    kind, _, code = where.partition(":")
    if kind != "household":
        return 0
    return sum(
        one.quantity
        for one in money.of_household(session, code)
        if one.kind is Booking.REFUND and one.run_id == run.id and str(one.lot_id) in lots
    )


def _told(
    session: Session, held: Held, written: Sequence[Damage], run: Run, *, repeated: bool
) -> Damaged:
    item_of = accounts.lots_by_item(session, run.id)
    names = {good.id: good.name_zh for good in wishes.goods(session).values()}
    pieces: Counter[str] = Counter()
    for one in written:
        pieces[names[item_of[one.lot_id]]] += one.quantity
    return Damaged(
        bag=held.code,
        custodian=held.custodian,
        state=held.state,
        pieces=dict(sorted(pieces.items())),
        repeated=repeated,
    )
