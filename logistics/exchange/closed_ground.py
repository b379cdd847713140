"""What is closed to a trip on paper and on screens, as the map takes it."""

from shapely.geometry import Polygon

from geodata.closures import Shut, outside_hours
from geodata.district import District
from logistics.domain.sheets import SheetBook, SheetTrip


def shut_of(book: SheetBook, trip: SheetTrip, district: District) -> Shut:
    """Say what a trip's way avoids: all that is closed to its courier at some time of the wave.

    What was closed or opened after planning counts as it is said now. Gates and ways that the map
    has lost are passed over.
    """
    outside = outside_hours(district, book.wave)
    gates = {*book.closed_gates, *trip.closed.gates, *outside.gates}
    ways = {*trip.closed.ways, *outside.ways}
    return Shut(
        gates=frozenset(gates.intersection(district.gates["id"])),
        ways=frozenset(ways.intersection(district.ways["id"])),
        areas=tuple(Polygon(rings[0], rings[1:]) for rings in trip.closed.areas),
    )
