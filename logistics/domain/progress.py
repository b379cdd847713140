"""How far a household's goods have come, as it is told (进度)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from logistics.domain.custody import BagState
from logistics.domain.runs import RunState


class Stage(StrEnum):
    """The stages of a list, in their order."""

    SENT = "sent"
    ORDERED = "ordered"
    BOUGHT = "bought"
    PACKED = "packed"
    ON_THE_WAY = "on-the-way"
    AT_SLOT = "at-slot"
    AT_DOOR = "at-door"


@dataclass(frozen=True, slots=True, kw_only=True)
class BagItem:
    """What lies in a bag of a line; base units."""

    line_id: str
    item_id: str
    name_zh: str
    name_en: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdBag:
    """A household's bag: where it is, and what is in it."""

    id: str
    code: str
    no: int
    compartment: str
    state: str
    custodian: str
    items: tuple[BagItem, ...] = ()

    @property
    def with_leader(self) -> bool:
        """Say whether the building leader has taken it from the slot."""
        return self.custodian.startswith("leader:")

    @property
    def at_home(self) -> bool:
        """Say whether it is with the household."""
        return self.custodian.startswith("household:")

    @property
    def astray(self) -> bool:
        """Say whether it will not come as it was planned."""
        return BagState(self.state) in _ASTRAY

    @property
    def stage(self) -> Stage:
        """Say how far it has come."""
        if self.at_home:
            return Stage.AT_DOOR
        if self.custodian.startswith(("slot:", "leader:")) or self.state == BagState.ON_SHELF:
            return Stage.AT_SLOT
        if self.custodian.startswith(("courier:", "van:")):
            return Stage.ON_THE_WAY
        return Stage.BOUGHT if BagState(self.state) in _NOT_PACKED else Stage.PACKED


_ASTRAY: Final = frozenset(
    {BagState.RETURNED, BagState.DAMAGED, BagState.LOST, BagState.REDIRECTED}
)
_NOT_PACKED: Final = frozenset({BagState.PLANNED, BagState.PACKING})
_OF_RUN: Final = {
    RunState.OPEN: Stage.SENT,
    RunState.CUT_OFF: Stage.SENT,
    RunState.ORDERED: Stage.ORDERED,
    RunState.RECEIVED: Stage.BOUGHT,
    RunState.ALLOCATED: Stage.BOUGHT,
}


def stage_of(run: RunState, bags: Iterable[HouseholdBag]) -> Stage:
    """Say how far a list has come: as far as the bag that is furthest behind.

    Bags that were given up, or go elsewhere, hold nobody up: they are told by themselves.
    """
    if run in _OF_RUN:
        return _OF_RUN[run]
    stages = [bag.stage for bag in bags if not bag.astray]
    order = list(Stage)
    return min(stages, key=order.index) if stages else Stage.PACKED
