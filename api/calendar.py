"""Days and instants as people say them, and what is meant where they say nothing."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from logistics.errors import Invalid

CUT_OFF_AT = time(20)  # tomorrow's first wave is cut off at 20:00; ours, from the usual day


class TimeUnreadable(Invalid):
    """A day or an instant is not written as ISO 8601 has it."""

    code = "time.unreadable"


@dataclass(frozen=True, slots=True)
class RunTimes:
    """The day of a run and its cut-off."""

    day: date
    cutoff_at: datetime


def run_times(day: str, cutoff: str, *, zone_name: str, at: datetime) -> RunTimes:
    """Read day and cut-off; without a day tomorrow, without a cut-off the evening before it.

    A cut-off that would already lie behind ``at`` is put one hour after it, so that a run opened
    on its own day can take lists at all. A cut-off without a time zone is local.

    Raises
    ------
    TimeUnreadable
        If either is not ISO 8601.
    """
    zone = ZoneInfo(zone_name)
    chosen = _day(day) if day else at.astimezone(zone).date() + timedelta(days=1)
    if cutoff:
        said = _instant(cutoff)
        local = said if said.tzinfo else said.replace(tzinfo=zone)
        return RunTimes(chosen, local.astimezone(UTC))
    evening = datetime.combine(chosen - timedelta(days=1), CUT_OFF_AT, zone).astimezone(UTC)
    return RunTimes(chosen, evening if evening > at else at + timedelta(hours=1))


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as fault:
        raise TimeUnreadable(field="day", value=said[:40]) from fault


def _instant(said: str) -> datetime:
    try:
        return datetime.fromisoformat(said)
    except ValueError as fault:
        raise TimeUnreadable(field="cutoff", value=said[:40]) from fault
