"""Show the households that somebody looks after, the next call due first (管家的一天)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from logistics.domain.care import Contact, Duty, LookedAfter, Outcome, call_again
from logistics.domain.places import Household
from logistics.exchange.spoken_doors import doors_of
from logistics.store import address_places, care, home_states, open_runs, places


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A household, and when it is to be called next.

    ``list_state`` is that of its latest list in the run that is open, empty where it sent none;
    ``errands`` counts those that are not done.
    """

    home: Household
    address_zh: str
    address_en: str
    duty: Duty
    next_due: datetime
    last: Contact | None
    list_state: str
    errands: int

    def overdue(self, at: datetime) -> bool:
        """Say whether the call should have been made."""
        return self.next_due < at


def steward_day(session: Session, account_id: str, at: datetime) -> tuple[Due, ...]:
    """Read the households that an account looks after now, those called next on top.

    Who was never called is due from the beginning: two hours after the assignment.
    """
    mine = care.homes_of(session, account_id, at)
    found: list[Due] = []
    for district_id in dict.fromkeys(one.home.district_id for one in mine):
        here = [one for one in mine if one.home.district_id == district_id]
        found += _of_district(session, district_id, here, at)
    return tuple(sorted(found, key=lambda one: (one.next_due, one.home.code)))


def _of_district(
    session: Session, district_id: str, mine: list[LookedAfter], at: datetime
) -> list[Due]:
    area = places.district(session, district_id)
    doors = doors_of(address_places.of_district(session, district_id))
    ids = [one.home.id for one in mine]
    day = at.astimezone(ZoneInfo(area.zone_name)).date()
    calls = care.last_contacts(session, ids)
    needs = care.needs_on(session, ids, day)
    run = open_runs.next_cut_off(session, district_id, at)
    states = home_states.list_states(session, run.id, ids) if run else {}
    waiting = home_states.open_errands(session, ids)
    return [
        Due(
            home=one.home,
            address_zh=doors.address(one.home.stairwell_id, one.home.room, "zh"),
            address_en=doors.address(one.home.stairwell_id, one.home.room, "en"),
            duty=one.duty,
            next_due=calls[one.home.id].next_due
            if one.home.id in calls
            else one.since + call_again(Outcome.NO_ANSWER, needs.get(one.home.id, ())),
            last=calls.get(one.home.id),
            list_state=states.get(one.home.id, ""),
            errands=waiting.get(one.home.id, 0),
        )
        for one in mine
    ]
