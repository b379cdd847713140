"""Hours of ways, where the map states them for everybody and without doubt."""

from collections.abc import Mapping

from geodata.access import is_judged
from geodata.conditions import ENDING
from geodata.gates import gate_hours, hours_fault

_SPECIAL = ("foot", "bicycle", "vehicle", "motor_vehicle", "motorcar", "goods")
_KEYS = frozenset(("opening_hours", f"access{ENDING}"))
_ROOTS = frozenset(("access", "oneway", *_SPECIAL))


def way_hours(tags: Mapping[str, str]) -> str:
    """Give the hours in which a way may be used, empty where there are none without doubt.

    Notes
    -----
    ``opening_hours``, or ``access:conditional`` with a single condition. Where some traffic has
    conditions of its own, or a more special key opens the way at all times, no hours hold for
    all: https://wiki.openstreetmap.org/wiki/Conditional_restrictions.
    """
    if any(f"{kind}{ENDING}" in tags for kind in _SPECIAL):
        return ""
    opening, condition = tags.get("opening_hours", ""), tags.get(f"access{ENDING}", "")
    if opening and condition:
        return ""
    overruled = any(tags.get(kind, "no") != "no" for kind in _SPECIAL)
    if condition and (condition.count("@") != 1 or overruled):
        return ""
    hours = gate_hours({"opening_hours": opening, f"access{ENDING}": condition})
    return "" if hours_fault(hours) else hours


def in_hours(tags: Mapping[str, str]) -> dict[str, str]:
    """Give the tags that hold in the hours of a way: ``access=no`` holds outside them."""
    stays_shut = tags.get("access") != "no" or not way_hours(tags)
    return {key: value for key, value in tags.items() if key != "access" or stays_shut}


def unread_conditions(tags: Mapping[str, str]) -> list[str]:
    """List the keys of a way that say who may pass when, and were not read."""
    read = {key for key in _KEYS if way_hours(tags)}
    read |= {key for key in tags if key.endswith(ENDING) and is_judged(tags, key)}
    told = [key for key in tags if key.endswith(ENDING) and key.partition(":")[0] in _ROOTS]
    return [key for key in ("opening_hours", *told) if key in tags and key not in read]
