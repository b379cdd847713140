"""When couriers are on duty and when they ride (班次): times, codes and counts, no household."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftTrip:
    """A released trip; its point is named, its stairwells are only counted."""

    id: str
    code: str
    no: int
    point_code: str
    point_zh: str
    point_en: str
    point_lon: float
    point_lat: float
    starts: datetime
    ends: datetime
    stops: int
    bags: int
    weight_g: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A courier's shift on the day of a run, with the trips of that run."""

    run_id: str
    run_code: str
    run_closed: bool
    courier_id: str
    courier_code: str
    mode: str
    starts: datetime
    ends: datetime
    planned_at: datetime
    trips: tuple[ShiftTrip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftBook:
    """Shifts of one district, by time; instants are in its zone."""

    title: str
    zone_name: str
    shifts: tuple[Shift, ...]
