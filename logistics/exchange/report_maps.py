"""The map of a run's report: the district with its zones and service points."""

import hashlib
from typing import TYPE_CHECKING, Final, Literal

from logistics.domain.run_report import RunReport
from logistics.exchange.map_folders import written

if TYPE_CHECKING:
    from geodata.district import District

_FORMAT: Final = 1
"""Another number where the map is drawn otherwise: what is kept is drawn anew then."""


def draw_report_map(
    report: RunReport, district: "District", *, language: Literal["zh", "en"] = "zh"
) -> str:
    """Draw the map as SVG."""
    # the map's libraries take seconds to load: a map that was drawn before needs none of them
    from geodata.drawing.render import MapLabel, district_map  # noqa: PLC0415

    labels = [
        MapLabel(lon=point.lon, lat=point.lat, text=point.code, kind="point")
        for point in report.points
    ]
    return district_map(district, labels=labels, zones=report.zones, language=language)


def digest_of(report: RunReport, language: Literal["zh", "en"]) -> str:
    """Fingerprint all that decides the map."""
    ground = (report.district_digest, written(report.district_folder), report.district_name)
    what = (_FORMAT, ground, sorted(report.zones.items()), report.points, language)
    return hashlib.sha256(repr(("report", *what)).encode()).hexdigest()
