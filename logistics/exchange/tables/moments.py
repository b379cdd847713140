"""Columns of days, times of day and instants."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from typing_extensions import override

from logistics.domain.quantities import plain
from logistics.exchange.tables.cells import BadCell, Cell, Language, Written, text_of
from logistics.exchange.tables.kinds import Kind

_DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?")
_INSTANT: Final = re.compile(
    rf"(?P<day>{_DAY.pattern})[T\s]*(?P<clock>{_CLOCK.pattern})?\s*(?P<offset>Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Day(Kind):
    """A date: a date cell, 2022-04-13, 2022/4/13, 2022年4月13日."""

    @override
    def read(self, cell: Cell) -> dt.date:
        if isinstance(cell, dt.datetime) and cell.time() == dt.time():
            return cell.date()
        if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
            return cell
        match = _DAY.fullmatch(plain(text_of(cell)).strip()) if isinstance(cell, str) else None
        if match is None:
            raise _no_day()
        return _day(match.groups())

    @override
    def write(self, value: object, language: Language) -> Written:
        if not isinstance(value, dt.date):
            raise TypeError(value)
        return value.isoformat()


@dataclass(frozen=True, slots=True)
class Clock(Kind):
    """A time of day: a time cell, 9:00, 09:00:30."""

    @override
    def read(self, cell: Cell) -> dt.time:
        if isinstance(cell, dt.time):
            return cell
        match = _CLOCK.fullmatch(plain(text_of(cell)).strip()) if isinstance(cell, str) else None
        if match is None:
            raise _no_clock()
        return _clock(match.groups())

    @override
    def write(self, value: object, language: Language) -> Written:
        if not isinstance(value, dt.time):
            raise TypeError(value)
        return value.isoformat() if value.second or value.microsecond else f"{value:%H:%M}"


@dataclass(frozen=True, slots=True)
class Instant(Kind):
    """An instant, in UTC; a cell without an offset is local time of ``zone``."""

    zone: str = "Asia/Shanghai"
    width = 20

    @override
    def read(self, cell: Cell) -> dt.datetime:
        if isinstance(cell, dt.datetime):
            return self._local(cell)
        if isinstance(cell, dt.date):
            return self._local(dt.datetime.combine(cell, dt.time()))
        said = plain(text_of(cell)).strip() if isinstance(cell, str) else ""
        match = _INSTANT.fullmatch(said)
        if match is None:
            raise BadCell("cell.not-instant", "give day and time, such as 2022-04-13 09:00")
        day, clock = match.groups()[1:4], match.groups()[5:9]
        naive = dt.datetime.combine(_day(day), _clock(clock) if match["clock"] else dt.time())
        if match["offset"]:
            offset = match["offset"].upper().replace("Z", "+00:00")
            return dt.datetime.fromisoformat(f"{naive.isoformat()}{offset}").astimezone(dt.UTC)
        return self._local(naive)

    def _local(self, naive: dt.datetime) -> dt.datetime:
        zone = ZoneInfo(self.zone)
        at = naive.replace(tzinfo=zone).astimezone(dt.UTC)
        if at.astimezone(zone).replace(tzinfo=None) != naive:
            raise BadCell("cell.not-instant", f"no clock of {self.zone} shows this time")
        return at

    @override
    def write(self, value: object, language: Language) -> Written:
        if not isinstance(value, dt.datetime) or value.tzinfo is None:
            raise TypeError(value)
        local = value.astimezone(ZoneInfo(self.zone))
        fine = local.isoformat(
            " ", "minutes" if not (local.second or local.microsecond) else "auto"
        )
        if local.fold or not local.utcoffset():
            return fine  # with its offset: the clock shows this time twice
        return fine[:-6]


def _day(parts: tuple[str | None, ...]) -> dt.date:
    try:
        return dt.date(*(int(part or 0) for part in parts))
    except ValueError:
        raise _no_day() from None


def _clock(parts: tuple[str | None, ...]) -> dt.time:
    hour, minute, second = (int(part or 0) for part in parts[:3])
    try:
        return dt.time(hour, minute, second, int((parts[3] or "").ljust(6, "0")))
    except ValueError:
        raise _no_clock() from None


def _no_day() -> BadCell:
    return BadCell("cell.not-date", "give a date, such as 2022-04-13")


def _no_clock() -> BadCell:
    return BadCell("cell.not-clock", "give a time of day, such as 09:00")


def second_of_day(moment: dt.time) -> int:
    """Count the seconds from midnight to a time of day."""
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def clock_at(second: int) -> dt.time:
    """Tell the time of day so many seconds after midnight."""
    return dt.time(second // 3600, second % 3600 // 60, second % 60)
