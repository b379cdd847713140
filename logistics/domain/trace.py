"""Where goods came from and whom they reached, read both ways (溯源)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Subject(StrEnum):
    """What a trace begins with."""

    LOT = "lot"
    BAG = "bag"
    HOUSEHOLD = "household"
    SUPPLIER = "supplier"
    COURIER = "courier"
    LEADER = "leader"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A lot and all that is known of where it came from; ``quantity`` of this trace, base units.

    ``counted`` is all that came of the lot, ``state`` what holds of it now.
    """

    lot: str
    item_zh: str
    item_en: str
    base: str
    quantity: int
    counted: int
    state: str
    provenance: str
    photo: str
    supplier: str
    supplier_zh: str
    supplier_en: str
    order: str
    receipt: str
    received_at: datetime
    received_by: str
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Somebody who had a bag, from when until when (None: still); ``implied`` was not scanned."""

    bag: str
    custodian: str
    since: datetime
    until: datetime | None
    how: str
    implied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A household that got something, in which bags, and whether it has them.

    ``quantity`` is of the lot or bag that is traced, else None: items do not add up.
    """

    household: str
    bag: str
    run: str
    state: str
    custodian: str
    quantity: int | None
    hands: tuple[Hand, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How much of a lot is where, by kind of place; suppliers are below zero."""

    place: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One movement of a quantity of a lot, goods in a bag included, in the order of time.

    While goods are in a bag they go where the bag goes: ``source`` and ``target`` are then
    custodians, and ``bag`` says which.
    """

    at: datetime
    lot: str
    quantity: int
    source: str
    target: str
    how: str
    bag: str
    actor: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The answer: origins one way, doors and hands the other."""

    subject: Subject
    code: str
    origins: tuple[Origin, ...]
    doors: tuple[Door, ...]
    standing: tuple[Standing, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def households(self) -> tuple[str, ...]:
        """List the doors that got something, each once."""
        return tuple(sorted({door.household for door in self.doors}))
