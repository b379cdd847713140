"""Change what unsealed bags of a run are meant to hold, by further entries (改装袋单)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.domain.bags import Compartment, PackedBag, Parcel, bag_code
from logistics.domain.custody import BagState
from logistics.domain.ids import new_id
from logistics.domain.packing import pack
from logistics.domain.packing_events import UNSEALED
from logistics.domain.runs import Run
from logistics.domain.stock import Move, MoveKind, stock
from logistics.store import bags, custody, ledger, packing, runs, stocks, wishes
from logistics.store.bags import Home
from logistics.store.packing import MeantLine, PackGood
from logistics.store.shares import GivenShare
from logistics.usecases.pack_bags import bag_limit, parcel_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """What a bag is meant to hold more (or, below zero, less) of an item; base units."""

    bag: str
    household: str
    item_id: str
    name_zh: str
    name_en: str
    quantity: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _OpenBag:
    """A bag of a household that nobody sealed, or one that is made now."""

    id: str
    code: str
    no: int
    household_id: str
    household_code: str
    compartment: str


class BagChange:
    """Changes of one cause; the caller holds the run, so that nobody changes it meanwhile.

    Sealed bags are never touched: what comes further goes into bags that are open, or new ones.
    """

    def __init__(
        self, session: Session, run: Run, *, cause: str, actor: str, at: datetime
    ) -> None:
        self._session, self._run, self._cause = session, run, cause
        self._actor, self._at = actor, at
        self._goods: Mapping[str, PackGood] = packing.goods(session)
        self._limit = bag_limit(runs.policy(session, run.district_id))
        self._steps: dict[str, int] = {}
        self._depot = runs.depot_code(session, run.district_id)
        self._made = bags.count(session, run.id)
        self._states: dict[str, set[bool]] = defaultdict(set)
        self._open: dict[str, _OpenBag] = {}
        self._numbers: dict[str, int] = defaultdict(int)
        for bag in bags.of_run(session, run.id):
            unsealed = BagState(bag.state) in UNSEALED
            self._states[bag.household_code].add(unsealed)
            self._numbers[bag.household_id] = max(self._numbers[bag.household_id], bag.no)
            if unsealed:
                self._open[bag.id] = _OpenBag(
                    id=bag.id,
                    code=bag.code,
                    no=bag.no,
                    household_id=bag.household_id,
                    household_code=bag.household_code,
                    compartment=bag.compartment.value,
                )
        self._filled: dict[str, PackedBag] = {}
        self._changed: set[str] = set()
        self._told: list[LineChange] = []

    def closed_households(self) -> frozenset[str]:
        """Name the households all of whose bags are sealed: they can get nothing further."""
        return frozenset(code for code, unsealed in self._states.items() if unsealed == {False})

    def lessen(self, bag_id: str, shares: Mapping[str, int], reason: str) -> None:
        """Take amounts of shares out of what an open bag is meant to hold."""
        filled = self._fill(bag_id)
        parcels = {parcel.share_id: parcel for parcel, _ in filled.lines}
        for share_id, quantity in shares.items():
            filled.take(parcels[share_id], quantity)
            self._enter(self._open[bag_id], parcels[share_id], -quantity, reason)

    def add(self, share: GivenShare, reason: str) -> None:
        """Find room for a further share: in open bags of its household, else in new ones."""
        if share.lot_id is None or share.item_id is None:
            msg = f"share {share.id} gives {share.quantity} of no lot"
            raise ValueError(msg)
        (home,) = bags.homes(self._session, [share.household_id], self._run.district_id)
        parcel = self._parcel(share.item_id, share.id, share.line_id, share.lot_id, share.quantity)
        self._bring(home, parcel)
        left = parcel.quantity
        for bag in list(self._open.values()):
            fits = (bag.household_id, bag.compartment) == (home.household_id, parcel.compartment)
            room = self._fill(bag.id).room(parcel, left, self._limit) if fits and left else 0
            if room := min(left, room):
                self._put(bag, parcel, room, reason)
                left -= room
        if left:
            rest = self._parcel(share.item_id, share.id, share.line_id, share.lot_id, left)
            for one in pack([rest], self._limit).bags:
                bag = self._new_bag(home, parcel.compartment.value)
                self._put(bag, parcel, one.lines[0][1], reason)

    def finish(self) -> tuple[LineChange, ...]:
        """Write how large changed bags are; strike off those that hold nothing any more."""
        sizes = {bag_id: self._filled[bag_id] for bag_id in sorted(self._changed)}
        packing.set_size(
            self._session, {key: (one.weight_g, one.volume_ml) for key, one in sizes.items()}
        )
        struck = {key: BagState.STRUCK for key, one in sizes.items() if not one.lines}
        custody.set_states(self._session, struck)
        return tuple(self._told)

    def _put(self, bag: _OpenBag, parcel: Parcel, quantity: int, reason: str) -> None:
        self._fill(bag.id).put(parcel, quantity)
        self._enter(bag, parcel, quantity, reason)

    def _enter(self, bag: _OpenBag, parcel: Parcel, quantity: int, reason: str) -> None:
        entry: dict[str, Any] = {
            "bag_id": bag.id,
            "share_id": parcel.share_id,
            "quantity": quantity,
            "reason": reason,
            "cause": self._cause,
        }
        packing.add_plan_lines(self._session, [entry], actor=self._actor, at=self._at)
        self._changed.add(bag.id)
        good = self._goods[parcel.item_id]
        self._told.append(
            LineChange(
                bag=bag.code,
                household=bag.household_code,
                item_id=good.id,
                name_zh=good.name_zh,
                name_en=good.name_en,
                quantity=quantity,
                reason=reason,
            )
        )

    def _bring(self, home: Home, parcel: Parcel) -> None:
        """Bring goods from the point that they came to, to the household's point."""
        lies = stocks.landed(self._session, [parcel.lot_id]).get(parcel.lot_id, self._depot)
        if home.point_code is not None and home.point_code != lies:
            move = Move(
                lot_id=parcel.lot_id,
                quantity=parcel.quantity,
                source=stock(lies),
                target=stock(home.point_code),
                kind=MoveKind.TRANSFER,
            )
            ledger.post(
                self._session,
                [move],
                run_id=self._run.id,
                cause=self._cause,
                actor=self._actor,
                at=self._at,
            )

    def _new_bag(self, home: Home, compartment: str) -> _OpenBag:
        self._made += 1
        self._numbers[home.household_id] += 1
        made = _OpenBag(
            id=new_id("bg", self._at),
            code=bag_code(self._made),
            no=self._numbers[home.household_id],
            household_id=home.household_id,
            household_code=home.code,
            compartment=compartment,
        )
        row: dict[str, Any] = {
            "id": made.id,
            "run_id": self._run.id,
            "household_id": home.household_id,
            "point_id": home.point_id,
            "code": made.code,
            "no": made.no,
            "compartment": compartment,
            "weight_g": 0,
            "volume_ml": 0,
            "state": BagState.PLANNED.value,
            "custodian": f"point:{home.point_code}",
        }
        bags.add_all(self._session, [row], ())
        packing.add_tokens(self._session, [made.id])
        self._open[made.id] = made
        return made

    def _fill(self, bag_id: str) -> PackedBag:
        """Lay out in memory what an open bag is meant to hold."""
        if bag_id not in self._filled:
            lines: list[MeantLine] = packing.meant(self._session, [bag_id]).get(bag_id, [])
            parcels = [
                self._parcel(one.item_id, one.share_id, one.line_id, one.lot_id, one.quantity)
                for one in lines
            ]
            compartment = self._open[bag_id].compartment
            filled = PackedBag(Compartment(compartment))
            for parcel in parcels:
                filled.put(parcel, parcel.quantity)
            self._filled[bag_id] = filled
        return self._filled[bag_id]

    def _parcel(
        self, item_id: str, share_id: str, line_id: str, lot_id: str, quantity: int
    ) -> Parcel:
        if line_id not in self._steps:
            self._steps |= wishes.steps(self._session, [line_id])
        return parcel_of(
            self._goods[item_id],
            share_id=share_id,
            lot_id=lot_id,
            quantity=quantity,
            step=self._steps[line_id],
        )
