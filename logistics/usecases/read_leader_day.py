"""Read what a building leader needs today, and nothing of another building (楼长当日)."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from logistics.domain.leader_days import CareNeed, Heard, LeaderDay, Unheard, in_walk
from logistics.domain.places import Place
from logistics.domain.roll_call import Answer
from logistics.domain.runs import Run
from logistics.store import audit, door_visits, leader_days, open_runs, places, runs


def runs_today(session: Session, district_id: str, *, at: datetime) -> tuple[Run, ...]:
    """List the released runs of the service day, by wave; without one, those of the day before."""
    zone = ZoneInfo(places.district(session, district_id).zone_name)
    today = at.astimezone(zone).date()
    found = leader_days.runs_out(session, district_id, [today])
    return found or leader_days.runs_out(session, district_id, [_before(today)])


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def read_leader_day(session: Session, spot: Place, run: str, *, at: datetime) -> LeaderDay:
    """Read what comes to a place's stairwells in a run, and how far each door is.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    area = places.district(session, found.district_id)
    wells = leader_days.stairwells(session, spot.id, at)
    midnight = datetime.combine(found.day, time(), ZoneInfo(area.zone_name))
    doors = leader_days.doors(session, found.id, wells)
    visits = door_visits.last_of(session, found.id, [one.household_id for one in doors])
    doors = leader_days.with_reports(doors, leader_days.open_reports(session, found.id, wells))
    return LeaderDay(
        run=found,
        zone_name=area.zone_name,
        stairwells=wells,
        arrivals=leader_days.arrivals(session, found, midnight, wells),
        doors=in_walk(replace(one, visit=visits.get(one.household_id)) for one in doors),
    )


def read_unheard(session: Session, spot: Place, *, at: datetime) -> Heard | None:
    """Read who has sent nothing to the run that takes lists now; None where none does."""
    run = open_runs.next_cut_off(session, spot.district_id, at)
    if run is None:
        return None
    wells = leader_days.stairwells(session, spot.id, at)
    homes = leader_days.homes_of(session, wells)
    sent = leader_days.sent(session, run.id, wells)
    marks = leader_days.marks(session, run.id, wells)
    cared = leader_days.care_needs(session, run.day, wells)
    there = [home for home in homes if home.in_scope or home.id in sent]
    declined = {
        home.id for home in there
        if home.id in marks and marks[home.id].answer is Answer.DECLINED
    } - sent  # fmt: skip
    left = [
        Unheard(
            household=home.code,
            room=home.room,
            floor=home.floor,
            stairwell_code=home.stairwell_code,
            persons=home.persons,
            cared_for=home.id in cared,
            last_mark=marks.get(home.id),
        )
        for home in there
        if home.id not in sent and home.id not in declined
    ]
    return Heard(
        run=run,
        households=len(there),
        sent=len(sent),
        declined=len(declined),
        left=tuple(sorted(left, key=lambda one: one.place_in_walk)),
    )


def read_care(session: Session, spot: Place, *, actor: str, at: datetime) -> tuple[CareNeed, ...]:
    """Read who needs help, as far as a leader acts on it; that it was read is recorded."""
    area = places.district(session, spot.district_id)
    day = at.astimezone(ZoneInfo(area.zone_name)).date()
    wells = leader_days.stairwells(session, spot.id, at)
    needs = leader_days.care_needs(session, day, wells)
    audit.record(
        session,
        actor=actor,
        command="need.read",
        subject=spot.id,
        facts={"groups": ["care"], "households": len(needs)},
        at=at,
    )
    return tuple(
        CareNeed(
            household=home.code,
            room=home.room,
            floor=home.floor,
            stairwell_code=home.stairwell_code,
            needs=needs[home.id],
        )
        for home in leader_days.homes_of(session, wells)
        if home.id in needs
    )
