"""What stands on paper: trips as a courier reads them, without names and health facts."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from logistics.domain.closures import NOTHING_CLOSED, ClosedGround


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetBag:
    """A bag on a route sheet: its own code and the room it goes to."""

    code: str
    room: str
    compartment: str  # ambient cold chemical
    weight_g: int
    volume_ml: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetErrand:
    """An errand at a stop: what the courier does there, and for which room.

    What exactly is wanted is not said on paper: the household told it, or the card tells it.
    """

    id: str
    kind: str  # medicine parcel document other
    leg: str  # collect fetch bring
    room: str
    household: str  # the stairwell that it is for, and the room: what the thing is labelled with
    ticket: str = ""  # what the thing is handed out for, where the household told it
    cancelled: bool = False  # taken back since the plan was made


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetStop:
    """A stop as people say it: compound, building, stairwell, or the place where a thing lies."""

    seq: int
    stairwell_code: str
    names_zh: tuple[str, str, str]
    names_en: tuple[str, str, str]
    note: str
    lon: float
    lat: float
    protected: bool  # protective clothing and drop at the gate or slot only; the zone is not said
    arrival_s: int
    leave_s: int
    bags: tuple[SheetBag, ...]
    drop_mode: str = "stairwell"  # door gate stairwell; site: where things for errands lie
    errands: tuple[SheetErrand, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTrip:
    """One trip of a courier."""

    code: str
    courier_code: str
    mode: str
    no: int
    trips: int  # of this courier's shift
    point_code: str
    point_zh: str
    point_en: str
    point_lon: float
    point_lat: float
    departs_s: int
    returns_s: int
    weight_g: int
    volume_ml: int
    stops: tuple[SheetStop, ...]
    closed: ClosedGround = NOTHING_CLOSED  # to this courier, at some time of the wave


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetBook:
    """All trips of a released plan, by courier and number."""

    run_code: str
    day: date
    district_name: str
    district_folder: str
    attribution: str
    synthetic: bool
    closed_gates: tuple[str, ...]  # ids of the map
    trips: tuple[SheetTrip, ...]
    wave: tuple[datetime, datetime] | None = None
    district_digest: str = ""  # of the map

    def of_courier(self, courier_code: str) -> "SheetBook":
        """Keep only the trips of one courier."""
        trips = tuple(trip for trip in self.trips if trip.courier_code == courier_code)
        return replace(self, trips=trips)

    def couriers(self) -> tuple[str, ...]:
        """List the codes of the couriers that have a trip, in the book's order."""
        return tuple(dict.fromkeys(trip.courier_code for trip in self.trips))
