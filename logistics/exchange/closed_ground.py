"""What is closed to a trip on paper and on screens, as the map takes it."""

from shapely.geometry import Polygon

from geodata.closures import Shut, outside_hours
from geodata.district import District
from logistics.domain.closures import ClosedGround
from logistics.domain.sheets import SheetBook, SheetTrip


class ClosedTo:
    """What the trips of a book avoid: all that is closed to a courier at some time of the wave.

    What was closed or opened after planning counts as it is said now. Gates and ways that the map
    has lost are passed over. What is alike of many trips is worked out once.
    """

    def __init__(self, book: SheetBook, district: District) -> None:
        outside = outside_hours(district, book.wave)
        self._gates = {*book.closed_gates, *outside.gates}
        self._ways = outside.ways
        self._on_map = frozenset(district.gates["id"]), frozenset(district.ways["id"])
        self._shut: dict[ClosedGround, Shut] = {}

    def shut(self, trip: SheetTrip) -> Shut:
        """Say what the trip's way avoids."""
        closed = trip.closed
        if closed not in self._shut:
            gates, ways = self._on_map
            self._shut[closed] = Shut(
                gates=gates.intersection(self._gates.union(closed.gates)),
                ways=ways.intersection(self._ways.union(closed.ways)),
                areas=tuple(Polygon(rings[0], rings[1:]) for rings in closed.areas),
            )
        return self._shut[closed]
