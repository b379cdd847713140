"""Vans that bring goods from suppliers to points, and their tours (货车)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from logistics.domain.closures import Closure
from logistics.domain.suppliers import DAY_S
from logistics.errors import Invalid


class VansMissing(Invalid):
    """The district has no van in use, so no tour can be planned."""

    code = "vans.none"


class TourKind(StrEnum):
    """Whether a tour collects from suppliers, or takes from the depot to the points (调拨)."""

    COLLECT = "collect"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Van:
    """A van; it stands at a point, and its shift is in seconds since midnight."""

    id: str
    district_id: str
    code: str
    capacity_g: int
    capacity_ml: int
    cold: bool
    shift_start_s: int
    shift_end_s: int
    depot_id: str
    depot_code: str = ""
    active: bool = True

    def __post_init__(self) -> None:
        if min(self.capacity_g, self.capacity_ml) < 1:
            raise ValueError(self.code)
        if self.shift_end_s <= self.shift_start_s:
            raise ValueError(self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class VanPlace:
    """A supplier or a point that vans go to."""

    id: str
    code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """Goods of one order, or for one point, that go from a place to another.

    They can be fetched from ``ready_s`` until ``until_s``.
    """

    code: str  # of the order; of a transfer the point's
    source_id: str
    target_id: str
    cold: bool
    weight_g: int
    volume_ml: int
    ready_s: int = 0
    until_s: int = DAY_S

    def parts(self, most_g: int, most_ml: int) -> tuple[tuple[int, int], ...]:
        """Cut it into the fewest even parts of at most so much each."""
        count = max(1, -(-self.weight_g // most_g), -(-self.volume_ml // most_ml))
        return tuple(
            (_part(self.weight_g, count, n), _part(self.volume_ml, count, n)) for n in range(count)
        )


def _part(whole: int, count: int, number: int) -> int:
    return (number + 1) * whole // count - number * whole // count


@dataclass(frozen=True, slots=True, kw_only=True)
class VanInputs:
    """Everything that the tours of a run are made from, as it was read."""

    run_id: str
    run_code: str
    day: date
    district_folder: str
    district_digest: str
    closed_gates: tuple[str, ...]
    closures: tuple[Closure, ...]
    since: datetime  # the service day, while vans drive
    until: datetime
    places: tuple[VanPlace, ...]
    vans: tuple[Van, ...]
    collect: tuple[Consignment, ...]  # from suppliers
    transfer: tuple[Consignment, ...]  # from point to point, once everything has come there
    load_s: int  # at a stop, whatever is loaded
    count_pack_s: int
    wave_start_s: int
    goods_by_s: int

    def digest(self) -> str:
        """Hash all that was read: two equal digests mean that the tours still hold."""
        text = json.dumps(asdict(self), sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class VanStop:
    """Where a van stops, and what it loads or unloads there, by code."""

    seq: int
    kind: str  # pickup delivery
    place_id: str
    arrival_s: int
    leave_s: int
    weight_g: int
    volume_ml: int
    loads: tuple[tuple[str, int], ...]  # code of the consignment, grams


@dataclass(frozen=True, slots=True, kw_only=True)
class VanTour:
    """One round of a van."""

    code: str
    van_id: str
    kind: TourKind
    departs_s: int
    returns_s: int
    distance_m: int
    stops: tuple[VanStop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Goods that no van brings, and why."""

    consignment: str
    weight_g: int
    code: str
    facts: Mapping[str, int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class VanPlan:
    """The tours of a run, with the solver's own files beside them."""

    tours: tuple[VanTour, ...]
    left_out: tuple[LeftOut, ...]
    files: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0


def arrivals(tours: Iterable[VanTour]) -> dict[str, int]:
    """Say when the last van has unloaded at each point, by place id."""
    found: dict[str, int] = {}
    for tour in tours:
        for stop in tour.stops:
            if stop.kind == "delivery":
                found[stop.place_id] = max(found.get(stop.place_id, 0), stop.leave_s)
    return found


def releases(tours: Iterable[VanTour], count_pack_s: int) -> dict[str, int]:
    """Say from when on couriers may leave each point with what the vans bring, by place id.

    Half of ``count_pack_s`` is counting, half is packing: goods that go on to another point were
    counted where they came from (ours).
    """
    every = tuple(tours)
    collected = arrivals(t for t in every if t.kind is TourKind.COLLECT)
    brought = arrivals(t for t in every if t.kind is TourKind.TRANSFER)
    found = {place: moment + count_pack_s for place, moment in collected.items()}
    for place, moment in brought.items():
        found[place] = max(found.get(place, 0), moment + count_pack_s - count_pack_s // 2)
    return found
