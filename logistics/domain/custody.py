"""Who has a bag: what people say of it (scans), and the chain of custodians that follows.

A bag has one custodian at any time. What is scanned late or in another order leads to the same
chain, since the chain is worked out from all that was said, by the time at which it happened.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from logistics.domain.stock import (
    MoveKind,
    in_bag,
    kind_of,
    loss,
    returned,
    stock,
    with_household,
)
from logistics.errors import Invalid


class ScanInvalid(Invalid):
    """What was scanned says something that cannot be; nothing of it was recorded."""

    code = "scan.invalid"


class BagState(StrEnum):
    """How far a bag has come."""

    PLANNED = "planned"
    PACKING = "packing"
    SEALED = "sealed"
    STAGED = "staged"  # on a released trip, waiting at its point
    LOADED = "loaded"
    ON_SHELF = "on-shelf"
    TAKEN = "taken"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"  # the household says that it did not get it, or got it wrong
    RETURNED = "returned"
    DAMAGED = "damaged"
    LOST = "lost"
    REDIRECTED = "redirected"
    STRUCK = "struck"  # all that it was meant to hold was short when it was packed


class ScanKind(StrEnum):
    """What happened to a bag, in the order of a usual day."""

    LOAD = "load"  # a courier or van takes it along
    DROP = "drop"  # left at the slot
    TAKE = "take"  # a leader or the household takes it from there
    HAND = "hand"  # left at the household's door
    CONFIRM = "confirm"  # the household says that it has it
    DISPUTE = "dispute"
    RETURN = "return"
    UNPACK = "unpack"  # what is in it goes back into the stock
    DAMAGE = "damage"
    LOSE = "lose"
    REDIRECT = "redirect"


RUNG: Mapping[ScanKind, int] = {kind: n for n, kind in enumerate(ScanKind)}

BY: Mapping[ScanKind, tuple[str, ...]] = {
    ScanKind.LOAD: ("courier", "van"),
    ScanKind.DROP: ("courier", "van"),
    ScanKind.TAKE: ("leader", "household"),
    ScanKind.HAND: ("leader", "courier"),
    ScanKind.CONFIRM: ("household", "leader"),
    ScanKind.DISPUTE: ("household", "leader"),
    ScanKind.RETURN: ("courier", "van", "leader", "household", "point"),
    ScanKind.UNPACK: ("point",),
    ScanKind.DAMAGE: ("courier", "van", "leader", "point"),
    ScanKind.LOSE: ("courier", "van", "leader", "point"),
    ScanKind.REDIRECT: ("courier", "leader", "point"),
}
"""Who may say what of a bag."""

_PLACES: Mapping[ScanKind, tuple[str, ...]] = {
    ScanKind.DROP: ("slot", "point"),
    ScanKind.RETURN: ("point",),
    ScanKind.REDIRECT: ("household", "point"),
}


class Verdict(StrEnum):
    """What a scan did to the chain."""

    APPLIED = "applied"
    KNOWN = "known"  # it fits, and says nothing new
    # set aside: it contradicts what is known, and somebody has to look
    DELIVERED = "aside-delivered"  # the household has the bag already
    ELSEWHERE = "aside-elsewhere"  # somebody else had it then
    DESTROYED = "aside-destroyed"  # it was given up as damaged before
    EMPTIED = "aside-emptied"  # it was unpacked before

    @property
    def aside(self) -> bool:
        """Say whether somebody has to look."""
        return self not in (Verdict.APPLIED, Verdict.KNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One thing that somebody said of a bag; ``at`` is when it happened.

    ``by`` names who had a hand in it (``courier:C1``, ``leader:KX-01-02``, ``household:…``,
    ``point:P1``, ``van:V1``); ``place`` where it was left, empty for the usual place.
    """

    key: str
    kind: ScanKind
    at: datetime
    by: str
    place: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.key or len(self.key) > MAX_KEY:
            raise ScanInvalid(
                field="key", value=self.key[:80], mend=f"give a key of 1 to {MAX_KEY} characters"
            )
        if self.at.tzinfo is None:
            raise ScanInvalid(
                field="at", value=self.at.isoformat(), mend="give the instant with its time zone"
            )
        self._check("by", self.by, BY[self.kind])
        if self.place:
            self._check("place", self.place, _PLACES.get(self.kind, ()))
        elif self.kind is ScanKind.REDIRECT:
            raise ScanInvalid(
                field="place", value="", mend="say where it goes: household:CODE or point:CODE"
            )

    def _check(self, field: str, value: str, kinds: tuple[str, ...]) -> None:
        kind, _, code = value.partition(":")
        if kind not in kinds or not code or len(value) > MAX_PARTY:
            said = " or ".join(f"{one}:CODE" for one in kinds) or "nothing"
            raise ScanInvalid(
                field=field, value=value[:80], event=self.kind.value, mend=f"give {said}"
            )

    def digest(self, bag_id: str) -> str:
        """Hash what is said: the same key with another digest is another statement."""
        said = [bag_id, self.kind, self.at.isoformat(), self.by, self.place, self.note]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


MAX_KEY = 180
MAX_PARTY = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The way that a bag is meant to go."""

    bag_id: str
    run_code: str
    point_code: str
    stairwell_code: str
    building_code: str
    household_code: str
    courier_code: str | None = None  # of the released plan

    @property
    def point(self) -> str:
        """The custodian of a packed bag."""
        return f"point:{self.point_code}"

    @property
    def slot(self) -> str:
        """The slot where it is usually left."""
        return f"slot:{self.stairwell_code}"

    @property
    def household(self) -> str:
        """Whose it is."""
        return f"household:{self.household_code}"

    @property
    def lost(self) -> str:
        """Where it is when nobody knows, or nobody wants it."""
        return loss(self.run_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """A bag passes from one custodian to the next.

    ``implied`` marks what nobody scanned but must have happened before what was scanned.
    """

    at: datetime
    source: str
    target: str
    kind: ScanKind
    cause: str
    implied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What follows from all scans of a bag."""

    passings: tuple[Passing, ...]
    custodian: str
    state: BagState
    verdicts: Mapping[str, Verdict]


def goods_kind(target: str, kind: ScanKind) -> MoveKind:
    """Name the movement that brings a bag's goods to a location."""
    where = kind_of(target)
    if kind is ScanKind.REDIRECT:
        return MoveKind.REDIRECT
    if where == "household":
        return MoveKind.DELIVER
    if where == "bag":
        return MoveKind.RELOAD
    if where == "stock":
        return MoveKind.RESTOCK
    return MoveKind.LOSE if where == "loss" else MoveKind.RETURN


def goods_at(route: Route, custodian: str, kind: ScanKind | None) -> str:
    """Name the location of a bag's goods in the ledger, after a passing of this kind.

    Goods stay in their bag until it is handed over, given up, brought back or redirected.
    """
    who, _, code = custodian.partition(":")
    if who == "household":
        return with_household(code)
    if who == "loss":
        return loss(code)
    if who == "stock":
        return stock(code)
    if who == "point" and kind is ScanKind.RETURN:
        return returned(route.bag_id)
    if who == "point" and kind is ScanKind.REDIRECT:
        return stock(code)
    return in_bag(route.bag_id)
