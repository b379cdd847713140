"""Opening hours of gates and ways, in OpenStreetMap's grammar, at their own clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import shapely
from opening_hours import OpeningHours, validate

from geodata.district import District, Finding
from geodata.gates import hours_position

_ZULU = ZoneInfo("UTC")  # the library wants a zone with a key
_KEPT_RULES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a gate or way is open; time zone and public holidays follow from where it is.

    Parameters
    ----------
    target
        ``gate:ID`` or ``way:ID``.

    Notes
    -----
    The grammar is https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification. What it
    calls unknown ("by appointment") is not open: nobody may count on it.
    """

    target: str
    rule: str
    lon: float
    lat: float

    @property
    def kind(self) -> str:
        """Say whether it is a ``gate`` or a ``way``."""
        return self.target.partition(":")[0]

    @property
    def place(self) -> str:
        """Name it by its id in the district."""
        return self.target.partition(":")[2]

    def open_at(self, instant: datetime) -> bool:
        """Tell whether it is open at an aware instant."""
        return _parsed(self.rule, self.lon, self.lat).is_open(instant.astimezone(_ZULU))

    def changes(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """Give the instants after ``since`` and before ``until`` at which it opens or closes."""
        spans = _parsed(self.rule, self.lon, self.lat).intervals(
            since.astimezone(_ZULU), until.astimezone(_ZULU)
        )
        for begin, *_ in spans:
            if since < begin < until:
                yield begin.astimezone(UTC)


def stated_hours(district: District) -> tuple[Hours, ...]:
    """Read the hours that the map states; those that cannot be read count as not stated."""
    return tuple(hours for hours in _stated(district) if _readable(hours))


def hours_findings(district: District) -> tuple[Finding, ...]:
    """Report the gates and ways whose hours cannot be read."""
    return tuple(
        Finding(
            code=f"{hours.kind}.hours-unreadable",
            place=hours.place,
            facts={"hours": hours.rule, "position": hours_position(hours.rule)},
            lon=hours.lon,
            lat=hours.lat,
        )
        for hours in _stated(district)
        if not _readable(hours)
    )


def _stated(district: District) -> Iterator[Hours]:
    for kind, frame in (("gate", district.gates), ("way", district.ways)):
        stated = frame[frame["hours"] != ""]
        spots = shapely.get_coordinates(shapely.point_on_surface(stated.geometry.to_numpy()))
        for mark, rule, (lon, lat) in zip(
            stated["id"], stated["hours"], spots.tolist(), strict=True
        ):
            yield Hours(target=f"{kind}:{mark}", rule=rule, lon=lon, lat=lat)


def _readable(hours: Hours) -> bool:
    return validate(hours.rule)


@lru_cache(maxsize=_KEPT_RULES)
def _parsed(rule: str, lon: float, lat: float) -> OpeningHours:
    return OpeningHours(rule, coords=(lat, lon), auto_timezone=True, auto_country=True)
