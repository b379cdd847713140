"""Errands on couriers' trips (代办上路): what is due for a run, its stops, and what stays behind.

An errand is fetched where it lies and brought to the slot of the household's stairwell. A medicine
errand begins at that slot: the card and the box are collected there first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from logistics.domain.errands import ErrandKind

CARRIED_KINDS = frozenset(
    {ErrandKind.MEDICINE, ErrandKind.PARCEL, ErrandKind.DOCUMENT, ErrandKind.OTHER}
)
"""What a courier can do; repairs and counsel take somebody else."""

AMOUNTS: Mapping[ErrandKind, tuple[int, int]] = MappingProxyType(
    {
        ErrandKind.MEDICINE: (1_000, 3_000),
        ErrandKind.PARCEL: (3_000, 12_000),
        ErrandKind.DOCUMENT: (500, 1_000),
        ErrandKind.OTHER: (3_000, 12_000),
    }
)
"""Grams and millilitres that are kept free for what nobody has weighed (ours)."""


class Leg(StrEnum):
    """What a courier does at a stop of an errand."""

    COLLECT = "collect"  # card and box, from the household's slot
    FETCH = "fetch"
    BRING = "bring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a thing lies: a place of the district, or a site of its map."""

    code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueErrand:
    """An errand that is due for a run and that nobody has.

    ``until_s`` is the second of the service day by which it has to be there; ``place`` is the code
    that was said for where the thing lies, ``site`` that place, once it is known.
    """

    id: str
    kind: ErrandKind
    household_code: str
    room: str
    need_tier: int  # 0 most urgent … 2 ordinary
    stairwell_id: str
    until_s: int | None = None
    place: str = ""
    site: Site | None = None

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Its stops, in their order."""
        first = (Leg.COLLECT,) if self.kind is ErrandKind.MEDICINE else ()
        return (*first, Leg.FETCH, Leg.BRING)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLeg:
    """A stop of an errand on a trip; ``stairwell_id`` is None where the thing lies."""

    errand_id: str
    leg: Leg
    seq: int
    stairwell_id: str | None
    place_code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    arrival_s: int
    leave_s: int
    drop_mode: str = "stairwell"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftErrand:
    """An errand that no trip takes along, why, and what to do next."""

    errand_id: str
    code: str
    facts: Mapping[str, int | str]
    next_action: str
