"""Which stops a mode cannot reach, why, and what would mend it."""

from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from geodata.closures import OPEN, Shut
from geodata.district import District, Finding
from geodata.travel.locks import Locks, Routes
from geodata.travel.matrix import Stop
from geodata.travel.network import Network, metric
from geodata.travel.sight import Sight
from geodata.travel.snap import NEAR_M, Snap, snap, snap_within

Ints = npt.NDArray[np.int64]

REASONS = {
    "area": "open the closed area",
    "way": "open the closed way",
    "gate": "open the gate",
    "barrier": "let this mode pass there, or bring it from there by another",
    "wall": "draw the gate where the way runs through the wall",
    "island": "draw the way that joins this part of the network to the rest",
    "mode": "bring it on foot from the nearest way of this mode",
    "behind-wall": "draw the gate in the wall, or the way behind it",
    "hidden": "draw the passage or the way to the door",
    "nothing-near": f"draw a way within {NEAR_M[-1]:.0f} m",
}
"""Every reason why a stop is not reached, with its mend; closures go before what is for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """A stop that cannot be reached or left.

    Attributes
    ----------
    reason
        One of :data:`REASONS`.
    places
        Ids of what stands in the way: gates, ways, barriers, walls or buildings; an area by its
        number among those that are shut. Opening all of them mends it.
    mend
        What to do.
    """

    stop: str
    reason: str
    places: tuple[str, ...]
    mend: str

    def finding(self) -> Finding:
        """Say it as a finding."""
        facts: dict[str, str | int] = {"places": ", ".join(self.places)}
        if self.reason == "nothing-near":
            facts = {"within_m": round(NEAR_M[-1])}
        return Finding(code=f"reach.{self.reason}", place=self.stop, facts=facts)


def unreached(
    district: District, stops: Sequence[Stop], mode: str, shut: Shut = OPEN
) -> tuple[Unreached, ...]:
    """List the stops that do not reach most of the others, each with a reason that was tried.

    Notes
    -----
    What counts as reached is the part of the network on which most stops lie. For a stop outside
    it, the locks (closed gates, ways and areas, impassable barriers, ways cut by a wall) on the
    way of fewest locks are named, and it is asked again with these opened; for one that joins no
    way, it is asked again without walls, then without buildings, and on foot.

    Raises
    ------
    ModeUnknown
        If there is no such mode.
    """
    network = Network.of(district, mode)
    snaps = snap(network, _spots(stops))
    locks = Locks(network, shut)
    part = locks.parts()
    parts = [locks.joined(found.segment, found.along, part, frozenset()) for found in snaps]
    main = _main(parts, np.bincount(part, minlength=1))
    lost = [number for number, mine in enumerate(parts) if main not in mine]
    routes = locks.between(int(np.flatnonzero(part == main)[0])) if main >= 0 else None
    trial = _whole(network)
    spots = _spots([stops[n] for n in lost])
    retried = dict(zip(lost, snap_within(trial, spots, Sight.of(district)), strict=True))
    found: dict[int, Unreached] = {}
    for number in lost:
        joined = snaps[number] if snaps[number].segment >= 0 else retried[number]
        if joined.segment >= 0:
            found[number] = _kept_apart(stops[number], joined, network, routes)
    rest = [number for number in lost if number not in found]
    found |= _unjoined(network, rest, stops)
    return tuple(found[number] for number in lost)


def _main(parts: list[set[int]], sizes: Ints) -> int:
    """Choose the part on which most stops lie; -1 if none lies on any."""
    counts = Counter(number for mine in parts for number in mine)
    return min(counts, key=lambda n: (-counts[n], -sizes[n], n), default=-1)


def _spots(stops: Sequence[Stop]) -> list[tuple[float, float]]:
    return [(stop.lon, stop.lat) for stop in stops]


def _whole(network: Network) -> Network:
    """Take a network with its islands and with the ways that barriers and walls cut."""
    trial = copy(network)
    usable = np.ones(len(network.streets.tail), dtype=bool)
    trial.streets = replace(network.streets, usable=usable)
    return trial


def _told(stop: Stop, reason: str, places: Sequence[str] = ()) -> Unreached:
    return Unreached(stop=stop.id, reason=reason, places=tuple(places), mend=REASONS[reason])


def _kept_apart(stop: Stop, joined: Snap, network: Network, routes: Routes | None) -> Unreached:
    """Name the locks between the reached part and a stop, once opening them joins it."""
    segment, along = joined.segment, joined.along
    way = str(network.district.ways["id"].iloc[int(network.streets.way[segment])])
    opened = routes.to_spot(segment, along) if routes else None
    if routes is None or not opened:
        return _told(stop, "island", [way])
    part = routes.locks.parts(opened)
    if int(part[routes.source]) not in routes.locks.joined(segment, along, part, opened):
        return _told(stop, "island", [way])
    kinds = {lock.kind for lock in opened}
    reason = next(reason for reason in REASONS if reason in kinds)
    return _told(stop, reason, sorted({lock.place for lock in opened}))


def _unjoined(network: Network, numbers: list[int], stops: Sequence[Stop]) -> dict[int, Unreached]:
    """Ask again what would join: on foot, without walls, without buildings."""
    district, found = network.district, {}
    mine = [stops[number] for number in numbers]
    spots = _spots(mine)
    foot = snap(Network.of(district, "foot"), spots)
    unwalled = snap_within(network, spots, Sight(district, walled=False))
    unbuilt = snap_within(network, spots, Sight(district, walled=False, solid=False))
    for at, number in enumerate(numbers):
        if network.mode != "foot" and foot[at].segment >= 0:
            found[number] = _told(mine[at], "mode", [_way(district, "foot", foot[at])])
        elif unwalled[at].segment >= 0:
            walls = _crossed(district, "walls", mine[at], unwalled[at])
            found[number] = _told(mine[at], "behind-wall", walls)
        elif unbuilt[at].segment >= 0:
            houses = _crossed(district, "buildings", mine[at], unbuilt[at])
            found[number] = _told(mine[at], "hidden", houses)
        else:
            found[number] = _told(mine[at], "nothing-near")
    return found


def _way(district: District, mode: str, joined: Snap) -> str:
    streets = Network.of(district, mode).streets
    return str(district.ways["id"].iloc[int(streets.way[joined.segment])])


def _crossed(district: District, layer: str, stop: Stop, joined: Snap) -> list[str]:
    """Name what lies across the walk that would be without it."""
    frame = getattr(district, layer)
    walk = [(joined.lon, joined.lat), *joined.via, (stop.lon, stop.lat)]
    line = shapely.linestrings(np.column_stack(district.to_metres.transform(*np.array(walk).T)))
    return sorted(frame["id"].to_numpy()[shapely.intersects(metric(district, frame), line)])
