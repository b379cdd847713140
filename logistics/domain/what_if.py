"""What would be if a gate closed, a zone changed or couriers stayed away: values alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from logistics.domain.closures import Closure
from logistics.domain.planning import Carrier, DropSlot, Notice, PlanInputs
from logistics.errors import Invalid

_AWAY: Final = re.compile(r"-?(\d{1,5})(%?)")
_WHOLE: Final = 100  # per cent

T = TypeVar("T")


class CouriersUnclear(Invalid):
    """How many couriers stay away is not said as a number or a share of them."""

    code = "what-if.couriers"


class NothingSupposed(Invalid):
    """A what-if without an if."""

    code = "what-if.nothing-supposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """What is supposed; ``zones`` are the new ranks of all places."""

    closures: tuple[Closure, ...] = ()
    zones: Mapping[str, int] | None = None
    away: tuple[str, ...] = ()  # ids of couriers
    since: datetime | None = None  # None: all of the wave
    until: datetime | None = None

    def applied(self, inputs: PlanInputs) -> PlanInputs:
        """Return the inputs as they would be; those that were read stay as they are."""
        return replace(
            inputs,
            closures=(*inputs.closures, *self.closures),
            carriers=tuple(c for c in inputs.carriers if c.id not in self.away),
            slots=self._zoned(inputs.slots),
            errand_slots=self._zoned(inputs.errand_slots),
        )

    def _zoned(self, slots: tuple[DropSlot, ...]) -> tuple[DropSlot, ...]:
        ranks = self.zones
        if ranks is None:
            return slots
        return tuple(replace(slot, zone=ranks.get(slot.id, 0)) for slot in slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropEffect:
    """A stairwell whose drop would be touched, by how much its way is longer, and why.

    ``causes`` are of ``unreachable``, ``longer``, ``zone``, ``nobody-permitted`` and
    ``courier-away``; ``trips`` are the codes of those that go there now.
    """

    stairwell: str
    point: str
    bags: int
    households: int
    causes: tuple[str, ...]
    longer_s: int
    zone_before: int
    zone_after: int
    trips: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TripEffect:
    """A trip of the plan in force that could not be ridden as it is, or takes longer.

    ``causes`` are of ``courier-away``, ``unreachable``, ``longer``, ``zone-not-permitted`` and
    ``clean-to-dirty``.
    """

    trip: str
    courier: str
    point: str
    stops: int
    bags: int
    causes: tuple[str, ...]
    longer_s: int
    unreachable: tuple[str, ...]  # codes of stairwells


@dataclass(frozen=True, slots=True, kw_only=True)
class PointEffect:
    """What would be touched at one service point."""

    point: str
    drops: int
    bags: int
    households: int
    unreachable_bags: int
    trips: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """All that a supposition touches, before anything is planned again."""

    drops: tuple[DropEffect, ...]
    trips: tuple[TripEffect, ...]
    points: tuple[PointEffect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One plan in the figures that are compared."""

    bags: int
    households: int
    left_out: int  # bags
    travel_s: int
    distance_m: int
    contacts: int
    faces: int
    excess_faces: int
    couriers: int
    trips: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDrop:
    """A stairwell that other couriers would come to; no courier at all: it is left out."""

    stairwell: str
    bags: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The answer; ``before`` and ``after`` only where there is a plan, and where one was made."""

    run: str
    plan_id: str | None
    away: tuple[str, ...]  # codes of couriers
    effects: Effects
    notices: tuple[Notice, ...]
    before: Side | None
    after: Side | None
    moved: tuple[MovedDrop, ...]


def away_count(said: str, couriers: int) -> int:
    """Read how many couriers stay away: ``-3``, or ``-20%`` of them and at least one.

    Raises
    ------
    CouriersUnclear
        If it is neither, or more than there are.
    """
    found = _AWAY.fullmatch(said.strip())
    if found is None:
        raise CouriersUnclear(field="couriers", value=said[:40], mend="write -20% or -3")
    number = int(found[1])
    if found[2]:
        number = max(1, (number * couriers + _WHOLE // 2) // _WHOLE) if number else 0
    if number > couriers:
        raise CouriersUnclear(
            field="couriers", value=said[:40], mend=f"there are {couriers} couriers"
        )
    return number


def spread(carriers: Sequence[Carrier], count: int) -> tuple[Carrier, ...]:
    """Choose couriers evenly over points and codes: the same each time, no point emptied first."""
    return _spread(sorted(carriers, key=lambda c: (c.point_id, c.code)), count)


def _spread(ordered: Sequence[T], count: int) -> tuple[T, ...]:
    return tuple(ordered[(2 * n + 1) * len(ordered) // (2 * count)] for n in range(count))
