"""What the map says of each trip: picture, gates to pass, turns to take."""

from collections.abc import Mapping
from typing import Final

from geodata.closures import Shut
from geodata.directions.legs import Leg, legs
from geodata.directions.phrases import hints
from geodata.district import District, MapPlace
from geodata.drawing.render import MapLabel, trip_map
from geodata.travel.matrix import Stop
from geodata.travel.network import Network
from logistics.domain.sheets import SheetBook, SheetTrip
from logistics.exchange.closed_ground import ClosedTo
from logistics.exchange.sheets import Language, TripDrawing
from logistics.exchange.texts import SHEET

_WIDTH_MM: Final = 184.0  # what A4 leaves between the sheet's margins
_HEIGHT_MM: Final = 92.0


def draw_trips(
    book: SheetBook, district: District, *, language: Language = "zh"
) -> dict[str, TripDrawing]:
    """Draw every trip of a book; by trip code.

    What is closed to a trip's courier is neither passed nor drawn as open.
    """
    closed = ClosedTo(book, district)
    gates: dict[Shut, _Gates] = {}
    drawn = {}
    for trip in book.trips:
        shut = closed.shut(trip)
        if shut not in gates:
            gates[shut] = _Gates(district, shut, language)
        network = Network.of(district, trip.mode, shut)  # kept: most trips share theirs
        drawn[trip.code] = _draw(trip, district, network, gates[shut], language)
    return drawn


class _Gates:
    """The district's gates by their names, and which compounds they belong to."""

    def __init__(self, district: District, closed: Shut, language: Language) -> None:
        places = district.places()
        self._by_id: Mapping[str, MapPlace] = {place.id: place for place in places}
        self._by_code: Mapping[str, MapPlace] = {place.code: place for place in places}
        self._language = language
        self.shut = closed
        self._closed: dict[str, list[str]] = {}
        for place in places:
            shut = not place.open or place.id in closed.gates
            if place.kind == "gate" and shut and place.parent_id:
                self._closed.setdefault(place.parent_id, []).append(self.name(place.id))

    def name(self, gate_id: str) -> str:
        """Say a gate as people do: its name, or its code where it has none."""
        place = self._by_id.get(gate_id)
        if place is None:
            return gate_id
        return (place.name_zh if self._language == "zh" else place.name_en) or place.code

    def closed_on(self, trip: SheetTrip) -> tuple[str, ...]:
        """List the closed gates of the compounds that a trip visits, each once."""
        compounds = dict.fromkeys(self._compound(stop.stairwell_code) for stop in trip.stops)
        return tuple(name for compound in compounds for name in self._closed.get(compound, ()))

    def _compound(self, stairwell_code: str) -> str:
        place = self._by_code.get(stairwell_code)
        building = self._by_id.get(place.parent_id or "") if place else None
        return (building.parent_id or "") if building else ""


def _draw(
    trip: SheetTrip, district: District, network: Network, gates: _Gates, language: Language
) -> TripDrawing:
    point = Stop(id=trip.point_code, lon=trip.point_lon, lat=trip.point_lat)
    visits = [Stop(id=stop.stairwell_code, lon=stop.lon, lat=stop.lat) for stop in trip.stops]
    found = legs(district, [point, *visits, point], trip.mode, network=network)
    labels = [
        MapLabel(lon=trip.point_lon, lat=trip.point_lat, text=trip.point_code, kind="point"),
        *(MapLabel(lon=stop.lon, lat=stop.lat, text=str(stop.seq)) for stop in trip.stops),
    ]
    ways = tuple(_say(leg, district, language) for leg in found)
    return TripDrawing(
        svg=trip_map(
            district,
            found,
            labels,
            language=language,
            width_mm=_WIDTH_MM,
            height_mm=_HEIGHT_MM,
            closed=gates.shut,
        ),
        ways=ways[:-1],
        home=ways[-1],
        closed=gates.closed_on(trip),
    )


def _say(leg: Leg, district: District, language: Language) -> str:
    """Say how far it is, and then each gate and turn; or that closures leave no way."""
    texts = SHEET[language]
    if leg.duration_s < 0:
        return texts["no_way"]
    if leg.distance_m <= 0:
        return ""
    metres = texts["metres"].format(n=leg.distance_m)
    return texts["way_join"].join((metres, hints(leg.steps, district, language)))
