"""Instants as people say them: with their offset, or refused with what was likely meant."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from logistics.errors import Invalid


class InstantUnreadable(Invalid):
    """An instant is not written as ISO 8601 has it."""

    code = "time.unreadable"


class InstantNaive(Invalid):
    """An instant does not say its time zone."""

    code = "time.naive"


def read_instant(said: str, *, field: str, zone_name: str, at: datetime) -> datetime:
    """Read an instant with its offset, or ``now``; in UTC.

    Raises
    ------
    InstantUnreadable
        If it is not ISO 8601.
    InstantNaive
        If it says no offset; the facts say what it would be in the district's time zone, both
        where the clocks are set back and it comes twice.
    """
    if said.strip().lower() in ("now", "现在"):
        return at
    try:
        found = datetime.fromisoformat(said.strip())
    except ValueError as fault:
        raise InstantUnreadable(
            field=field, value=said[:40], mend="write it as 2026-04-13T09:00+08:00"
        ) from fault
    if found.tzinfo is None:
        meant = " | ".join(_meant(found, zone_name))
        raise InstantNaive(field=field, value=said[:40], meant=meant, mend=f"write {meant}")
    return found.astimezone(UTC)


def _meant(naive: datetime, zone_name: str) -> list[str]:
    zone = ZoneInfo(zone_name)
    both = [naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    said = [one.astimezone(UTC).astimezone(zone).isoformat(timespec="minutes") for one in both]
    return list(dict.fromkeys(said))
