"""Opening hours of gates, in OpenStreetMap's grammar, at the gate's own clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, validate

from geodata.district import District, Finding

_ZULU = ZoneInfo("UTC")  # the library wants a zone with a key
_KEPT_RULES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class GateHours:
    """When a gate is open; time zone and public holidays follow from where it stands.

    Notes
    -----
    The grammar is https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification. What it
    calls unknown ("by appointment") is not open: nobody may count on it.
    """

    gate: str
    rule: str
    lon: float
    lat: float

    def open_at(self, instant: datetime) -> bool:
        """Tell whether the gate is open at an aware instant."""
        return _parsed(self.rule, self.lon, self.lat).is_open(instant.astimezone(_ZULU))

    def changes(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """Give the instants after ``since`` and before ``until`` at which it opens or closes."""
        spans = _parsed(self.rule, self.lon, self.lat).intervals(
            since.astimezone(_ZULU), until.astimezone(_ZULU)
        )
        for begin, *_ in spans:
            if since < begin < until:
                yield begin.astimezone(UTC)


def gate_hours(district: District) -> tuple[GateHours, ...]:
    """Read the hours that the map states; those that cannot be read count as not stated."""
    return tuple(hours for hours in _stated(district) if _readable(hours))


def hours_findings(district: District) -> tuple[Finding, ...]:
    """Report the gates whose hours cannot be read."""
    return tuple(
        Finding(
            code="map.hours-unreadable",
            place=hours.gate,
            message=f"{hours.rule!r} is not in the grammar of opening_hours; taken as no hours",
        )
        for hours in _stated(district)
        if not _readable(hours)
    )


def _stated(district: District) -> Iterator[GateHours]:
    gates = district.gates
    if "hours" not in gates.columns:
        return
    stated = gates[gates["hours"] != ""]
    for gate, rule, spot in zip(stated["id"], stated["hours"], stated.geometry, strict=True):
        yield GateHours(gate=gate, rule=rule, lon=float(spot.x), lat=float(spot.y))


def _readable(hours: GateHours) -> bool:
    return validate(hours.rule)


@lru_cache(maxsize=_KEPT_RULES)
def _parsed(rule: str, lon: float, lat: float) -> OpeningHours:
    return OpeningHours(rule, coords=(lat, lon), auto_timezone=True, auto_country=True)
