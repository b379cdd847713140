"""Amounts, days and times as a household reads them."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from api.i18n import texts
from logistics.domain.catalogue import Item
from logistics.domain.quantities import say_decimal


def words(language: str) -> Mapping[str, Any]:
    """Return the texts of the household's pages."""
    found: Mapping[str, Any] = texts(language)["pages"]["my"]
    return found


def name(item: Item, language: str) -> str:
    """Name an item in the reader's language."""
    return item.name_zh if language == "zh" else item.name_en


def unit_word(unit: str, language: str) -> str:
    """Say a unit in the reader's language; one that has no other word stays as it is."""
    return str(words(language)["units"].get(unit, unit))


def amount(item: Item, count: int, language: str, unit: str = "") -> str:
    """Say base units as people do: in the unit asked, else the usual one, else grams or pieces.

    An English reader is told the kilograms of what goes by 斤.
    """
    for one in (unit, item.default_unit, item.base):
        held = 1 if one == item.base else item.base_count(one)
        number = say_decimal(Fraction(count, held)) if held else None
        if number is not None and len(number) <= 7:  # noqa: PLR2004  0.33333 helps nobody
            said = f"{number} {unit_word(one, language)}"
            if one == "斤" and language == "en":
                said += f" ({_kilograms(count)})"
            return said
    return f"{count} {unit_word(item.base, language)}"


def _kilograms(grams: int) -> str:
    return f"{grams / 1000:g} kg"


def step_of(unit: str) -> str:
    """Say by how much an amount of a unit is raised at one touch: half a 斤, else one."""
    return "0.5" if unit in ("斤", "kg") else "1"


def moment(at: datetime, zone: str, language: str, now: datetime) -> str:
    """Say day and time in the district's zone: 今天 20:00, tomorrow 08:00, 30 Nov 08:00."""
    own = ZoneInfo(zone)
    local, today = at.astimezone(own), now.astimezone(own).date()
    clock = f"{local:%H:%M}"
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((local.date() - today).days)
    if near is not None:
        return f"{words(language)[near]} {clock}"
    return f"{day(local, language)} {clock}"


def day(local: Any, language: str) -> str:
    """Say a date: 11月30日 周一, Mon 30 Nov."""
    said = words(language)
    weekday = said["weekdays"][local.weekday()]
    month = said["months"][local.month - 1]
    if language == "zh":
        return f"{month}{local.day}日 {weekday}"
    return f"{weekday} {local.day} {month}"


def left(until: datetime, now: datetime, language: str) -> str:
    """Say how long it is until an instant, in words; empty once it has come."""
    minutes = int((until - now).total_seconds() // 60)
    if minutes < 0:
        return ""
    said = words(language)["left"]
    hours, rest = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return str(said["days"].format(days=days, hours=hours_left))
    if hours:
        return str(said["hours"].format(hours=hours, minutes=rest))
    return str(said["minutes"].format(minutes=rest))


def yuan(fen: int) -> str:
    """Say fen as yuan with two decimals, minus sign first."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02}"
