"""Where people live and goods wait: districts, places and households as values."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from logistics.domain.setup import Policy

_METRES_PER_DEGREE = 111_195  # of latitude, on a sphere of 6,371 km


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A district and the rules it lives by."""

    id: str
    name: str
    folder: str  # where its map is kept
    attribution: str
    synthetic: bool
    source_digest: str
    zone_name: str  # IANA time zone of its service days
    policy: Policy
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A compound, building, stairwell, gate, point or market."""

    id: str
    district_id: str
    parent_id: str | None
    kind: str
    code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    levels: int = 0
    open: bool = True
    note: str = ""
    depot: bool = False
    point_id: str | None = None  # of a stairwell: the service point that serves it
    bays: int | None = None  # of a point: couriers that load at once
    opens_s: int | None = None  # of a market: seconds since local midnight
    closes_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A household behind one door; ``need_tier`` 0 is most urgent, 2 ordinary."""

    id: str
    district_id: str
    stairwell_id: str
    code: str
    room: str
    persons: int
    need_tier: int


def straight_m(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    """Measure the straight way between two positions; good to 0.1 % within a district."""
    east = (to_lon - lon) * math.cos(math.radians((lat + to_lat) / 2))
    return math.hypot(east, to_lat - lat) * _METRES_PER_DEGREE


def nearest(place: Place, candidates: Iterable[Place]) -> Place:
    """Return the candidate with the shortest straight way; ties go to the smaller code."""
    return min(candidates, key=lambda c: (straight_m(place.lon, place.lat, c.lon, c.lat), c.code))
