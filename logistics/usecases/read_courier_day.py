"""Read all that a courier needs for the shift, and nothing of others (骑手当班资料)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from logistics.domain.courier_days import FINISHED, KEPT_AFTER_SHIFT, CourierDay, CourierRun
from logistics.domain.people import Courier
from logistics.domain.places import District
from logistics.domain.planning import PlanInputs
from logistics.store import courier_days, couriers, places, sheets
from logistics.store.courier_days import Ridden

_DAY = timedelta(days=1)


def read_courier_day(session: Session, courier_id: str, *, at: datetime) -> CourierDay:
    """Read the released runs of a courier's service day, and what is left of the day before.

    Of a trip that is finished no address is given any more; of a shift that ended 24 hours ago,
    nothing.

    Raises
    ------
    CourierUnknown
        If there is no such courier.
    """
    rider = couriers.get(session, courier_id)
    area = places.district(session, rider.district_id)
    today = at.astimezone(ZoneInfo(area.zone_name)).date()
    found = courier_days.ridden(session, rider.id, (today - _DAY, today))
    read = [_read(session, area, rider, one) for one in found]
    return CourierDay(
        courier=rider.code,
        district=area.name,
        zone_name=area.zone_name,
        day=today,
        runs=tuple(
            one for one in read
            if at < one.forget_at and (one.run.day == today or one.book.trips)
        ),
    )  # fmt: skip


def _read(session: Session, area: District, rider: Courier, one: Ridden) -> CourierRun:
    midnight = courier_days.midnight_of(area, one.run.day)
    inputs = courier_days.inputs_of(session, area, rider, one, midnight)
    book = sheets.book_of(session, one.plan_id, inputs, courier_id=rider.id)
    back = max((trip.returns_s for trip in book.trips), default=0)
    ends = midnight + timedelta(seconds=max(back, rider.shift_end_s))
    going = tuple(trip for trip in book.trips if one.states[trip.code] != FINISHED)
    return CourierRun(
        run=one.run,
        plan_id=one.plan_id,
        midnight=midnight,
        forget_at=ends + KEPT_AFTER_SHIFT,
        book=replace(book, trips=going),
        states=one.states,
        bags=courier_days.bags_of(session, one.plan_id, rider.id),
        errands=courier_days.errands_of(session, one.plan_id, rider.id),
        slots=_slots(inputs),
    )


def _slots(inputs: PlanInputs) -> Mapping[str, str]:
    return {slot.code: slot.drop(inputs.policy).place for slot in inputs.slots}
