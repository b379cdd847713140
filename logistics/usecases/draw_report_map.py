"""Draw the map of a run's report once, and keep it (波次报告地图)."""

import logging
import zlib
from pathlib import Path
from typing import Literal

from logistics.domain.run_report import RunReport
from logistics.exchange.report_maps import digest_of, draw_report_map
from logistics.store import map_pieces
from logistics.store.session import Database

log = logging.getLogger(__name__)


def report_map(database: Database, report: RunReport, language: Literal["zh", "en"]) -> str:
    """Give the map of a report as SVG; empty where the district's folder cannot be read.

    A map that says the same is drawn once, whoever asks; reading it needs none of the map's
    libraries.
    """
    digest = digest_of(report, language)
    with database.read() as session:
        kept = map_pieces.known(session, [digest])
    if digest in kept:
        return zlib.decompress(kept[digest]).decode()
    from geodata.district import DistrictUnreadable, read_district  # noqa: PLC0415  as above

    try:
        district = read_district(Path(report.district_folder))
    except (DistrictUnreadable, OSError) as error:
        log.warning("no map in the report: %s", getattr(error, "code", "unreadable"))
        return ""
    drawn = draw_report_map(report, district, language=language)
    database.run(lambda session: map_pieces.keep(session, {digest: zlib.compress(drawn.encode())}))
    return drawn
