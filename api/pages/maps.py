"""Drawings of districts, made once and kept."""

import logging
import threading
from pathlib import Path

from markupsafe import Markup

from api.i18n import Language

log = logging.getLogger(__name__)

_KEPT = 8


class MapDrawer:
    """Draws each district once per language; who comes meanwhile waits for that drawing."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[str, str, str], Markup | None] = {}
        self._turn = threading.Lock()

    def draw(self, folder: str, digest: str, language: Language) -> Markup | None:
        """Return a district's SVG; None where its folder cannot be read."""
        key = (folder, digest, language)
        with self._turn:
            if key not in self._drawn:
                while len(self._drawn) >= _KEPT:
                    del self._drawn[next(iter(self._drawn))]
                self._drawn[key] = _draw(Path(folder), language)
            return self._drawn[key]


def _draw(folder: Path, language: Language) -> Markup | None:
    # the map's libraries take seconds to load: only who looks at a map waits for them
    from geodata.district import DistrictUnreadable, read_district  # noqa: PLC0415
    from geodata.drawing.render import district_map  # noqa: PLC0415

    try:
        district = read_district(folder)
    except DistrictUnreadable as error:
        log.warning("no map to draw: %s", error.code)
        return None
    svg = district_map(district, language=language)
    # our own drawing, whose texts the drawer has escaped; an SVG inside a page has no prologue
    return Markup(svg[svg.index("<svg") :])  # noqa: S704
