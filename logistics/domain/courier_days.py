"""What a courier's phone is given for a shift, and until when it may keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from logistics.domain.runs import Run
from logistics.domain.sheets import SheetBook

KEPT_AFTER_SHIFT: Final = timedelta(hours=24)
"""How long addresses stay on the phone after the shift at the latest; ours."""

FINISHED: Final = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedBag:
    """What the phone has to know of a bag besides the sheet.

    ``token`` is what the label's QR says; pages get only a hash of it.
    """

    state: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierRun:
    """A courier's part of one released run.

    ``book`` holds the trips that are not finished: of a finished one no address is given any more.
    """

    run: Run
    plan_id: str
    midnight: datetime  # where the service day begins
    forget_at: datetime
    book: SheetBook
    states: Mapping[str, str]  # of all trips, by code, in their order: released started finished
    bags: Mapping[str, CarriedBag]  # by code
    errands: Mapping[str, str]  # state by id
    slots: Mapping[str, str]  # where goods for a stairwell are left, by its code


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierDay:
    """All that concerns one courier now: today's runs, and yesterday's that is not over."""

    courier: str
    district: str
    zone_name: str
    day: date
    runs: tuple[CourierRun, ...]
