"""Shifts and trips as an iCalendar file (RFC 5545), for the calendar of a phone or an office."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from logistics.domain.shifts import Shift, ShiftBook, ShiftTrip

if TYPE_CHECKING:
    from icalendar import Event

Language = Literal["zh", "en"]

MEDIA: Final = "text/calendar; charset=utf-8"

_TEXTS: Final[dict[str, dict[str, str]]] = {
    "zh": {
        "name": "配送班次 {title}",
        "shift": "配送班次 · 骑手 {courier}",
        "shift_note": "波次 {run}，{trips} 趟",
        "trip": "第 {no} 趟 · {code}",
        "trip_note": "波次 {run}；骑手 {courier}；{stops} 站，{bags} 袋，{kg} 公斤",
    },
    "en": {
        "name": "Delivery shifts {title}",
        "shift": "Delivery shift · courier {courier}",
        "shift_note": "Run {run}, trips: {trips}",
        "trip": "Trip {no} · {code}",
        "trip_note": "Run {run}; courier {courier}; stops {stops}, bags {bags}, {kg} kg",
    },
}


def write_calendar(book: ShiftBook, *, language: Language = "zh") -> bytes:
    """Write shifts and trips: each keeps its UID for ever, so that a calendar updates it.

    Notes
    -----
    RFC 5545; without METHOD, DTSTAMP says when the entry was last revised (section 3.8.7.2):
    when its plan was made. So the same shifts give the same bytes. Lines end in CRLF and are
    folded at 75 octets by the library.
    """
    from icalendar import Calendar  # noqa: PLC0415  only who exports a calendar waits for it

    words = _TEXTS[language]
    calendar = Calendar()
    calendar.add("prodid", f"-//SupplyLoop//shifts//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", words["name"].format(title=book.title))  # RFC 7986
    calendar.add("x-wr-calname", words["name"].format(title=book.title))  # what older ones read
    for shift in book.shifts:
        calendar.add_component(_of_shift(shift, words))
        for event in _of_trips(shift, words, language):
            calendar.add_component(event)
    if book.shifts:
        first = min(shift.starts for shift in book.shifts).date()
        last = max(shift.ends for shift in book.shifts).date()
        calendar.add_missing_timezones(first, last.replace(year=last.year + 1))
    made: bytes = calendar.to_ical()
    return made


def _of_shift(shift: Shift, words: dict[str, str]) -> "Event":
    event = _event(f"shift-{shift.run_id}-{shift.courier_id}", shift, shift.starts, shift.ends)
    event.add("summary", words["shift"].format(courier=shift.courier_code))
    event.add(
        "description", words["shift_note"].format(run=shift.run_code, trips=len(shift.trips))
    )
    event.add("transp", "TRANSPARENT")  # the trips within it take up time, not it
    return event


def _of_trips(shift: Shift, words: dict[str, str], language: Language) -> Iterator["Event"]:
    for trip in shift.trips:
        event = _event(f"trip-{trip.id}", shift, trip.starts, trip.ends)
        event.add("summary", words["trip"].format(no=trip.no, code=trip.code))
        event.add("description", words["trip_note"].format(**_facts(shift, trip)))
        event.add("location", trip.point_zh if language == "zh" else trip.point_en)
        event.add("geo", (trip.point_lat, trip.point_lon))
        event.add("transp", "OPAQUE")
        yield event


def _facts(shift: Shift, trip: ShiftTrip) -> dict[str, Any]:
    return {
        "run": shift.run_code,
        "courier": shift.courier_code,
        "stops": trip.stops,
        "bags": trip.bags,
        "kg": f"{trip.weight_g / 1000:.1f}",
    }


def _event(name: str, shift: Shift, starts: datetime, ends: datetime) -> "Event":
    from icalendar import Event  # noqa: PLC0415  as above

    event = Event()
    event.add("uid", f"{name}@supplyloop")
    event.add("dtstamp", shift.planned_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("status", "CONFIRMED")
    event.add("class", "PRIVATE")
    return event
