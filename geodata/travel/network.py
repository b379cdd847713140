"""One graph per mode of travel with some of it closed: where it leads, how fast."""

from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property
from threading import RLock
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import shapely

from geodata.closures import OPEN, ClosureRefused, Shut
from geodata.district import District, Finding
from geodata.modes import MODES, Mode
from geodata.travel.doorways import GATE_IN_WALL_M, metric
from geodata.travel.engines import DISTANCE_BITS, UNREACHED, Engine, engine_for
from geodata.travel.streets import Streets, build_streets

__all__ = ["GATE_IN_WALL_M", "GateUnknown", "ModeUnknown", "Network", "Streets", "metric", "weigh"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_KEPT_STREETS = 12
_KEPT_NETWORKS = 24
_AT_DOORWAY_M = 0.01


class ModeUnknown(ValueError):
    """There is no such mode of travel."""

    def __init__(self, mode: str) -> None:
        self.code = "map.mode-unknown"
        self.facts = {"mode": mode, "mend": "use one of " + ", ".join(MODES)}
        super().__init__(f"{self.code}: {mode}; use one of {', '.join(MODES)}")


class GateUnknown(ValueError):
    """A closure names a gate that the district does not have."""

    def __init__(self, gate: str) -> None:
        self.code = "map.gate-unknown"
        self.facts = {"gate": gate, "mend": "name a gate of this district by its id"}
        super().__init__(f"{self.code}: {gate}")


class Network:
    """The graph of one mode with some of it closed; make it with :meth:`of`.

    Attributes
    ----------
    blocked
        Per node, whether nothing passes it: a gate that is closed.
    cut
        Per segment, whether nothing passes it from end to end: its way is closed, it crosses or
        lies in a closed area, or it leads through a wall where every gate is closed.
    """

    _streets: ClassVar["OrderedDict[tuple[str, Mode], Streets]"] = OrderedDict()
    _kept: ClassVar["OrderedDict[tuple[str, Mode, Shut], Network]"] = OrderedDict()
    _lock: ClassVar[Any] = RLock()

    def __init__(self, district: District, streets: Streets, shut: Shut) -> None:
        self.district = district
        self.streets = streets
        self.mode = streets.mode.name
        self.shut = shut
        gates = district.gates
        closed = ~gates["open"].to_numpy(dtype=bool) | gates["id"].isin(shut.gates).to_numpy()
        ids = set(gates["id"].to_numpy()[closed])
        self.blocked = np.zeros(len(streets.spots), dtype=bool)
        self.blocked[[node for node, gate in streets.gate_node.items() if gate in ids]] = True
        self._doorways = streets.doorways.closed(closed)
        self._way_shut = np.isin(
            streets.way, np.flatnonzero(district.ways["id"].isin(shut.ways).to_numpy())
        )
        self.cut = self._way_shut.copy()
        self.cut[streets.doorways.segment[self._doorways]] = True
        if shut.areas:
            self.cut[streets.drawn_tree.query(shut.areas, predicate="intersects")[1]] = True

    @classmethod
    def of(
        cls,
        district: District,
        mode: str,
        shut: Shut | frozenset[str] = OPEN,
        *,
        closed_gates: frozenset[str] = frozenset(),
        modes: Mapping[str, Mode] = MODES,
    ) -> "Network":
        """Return the network of a mode, kept from earlier calls if the district is the same.

        What is built for a mode, the order of contraction and the doors joined to ways are shared
        by all its networks; a closure changes weights only.

        Parameters
        ----------
        shut
            What is closed beside the gates that are closed in the district; a set names gates.
        modes
            Modes with speeds of their own.

        Raises
        ------
        ModeUnknown
            If the mode is none of ``modes``.
        GateUnknown
            If a closed gate is not of this district.
        ClosureRefused
            If a closed way is not of this district.
        """
        if mode not in modes:
            raise ModeUnknown(mode)
        whole = shut if isinstance(shut, Shut) else Shut(gates=shut)
        whole |= Shut(gates=closed_gates)
        _check_known(district, whole)
        with cls._lock:
            key = (district.digest, modes[mode])
            streets = cls._streets.get(key)
            if streets is None:  # forgotten; a network that is still kept has them yet
                had = (one.streets for of, one in cls._kept.items() if of[:2] == key)
                streets = next(had, None) or build_streets(district, modes[mode])
                cls._streets[key] = streets
            kept = cls._kept.get((*key, whole))
            if kept is None:
                kept = cls._kept[(*key, whole)] = cls(district, streets, whole)
            cls._streets.move_to_end(key)
            cls._kept.move_to_end((*key, whole))
            _forget(cls._streets, _KEPT_STREETS)
            _forget(cls._kept, _KEPT_NETWORKS)
        return kept

    @property
    def closed_gates(self) -> frozenset[str]:
        """Gates that are closed beside those closed in the district."""
        return self.shut.gates

    @property
    def snapped(self) -> dict[tuple[float, float], Any]:
        """Where points join the ways, whatever is closed."""
        return self.streets.snapped

    @cached_property
    def engine(self) -> Engine:
        """Shortest paths on this network's arcs."""
        tail, head, _ = self.streets.arcs
        return engine_for(
            tail, head, self.arc_weight, self.streets.lonlat, topology=self.streets.topology
        )

    @cached_property
    def arc_weight(self) -> Ints:
        """Weight of each arc; those that are closed are blocked."""
        tail, head, segment = self.streets.arcs
        closed = self.blocked[tail] | self.blocked[head] | self.cut[segment]
        return np.where(closed, UNREACHED, self.segment_weight[segment])

    @cached_property
    def segment_weight(self) -> Ints:
        """Weight of each segment; never zero, so that sparse matrices keep it."""
        return weigh(np.maximum(self.streets.time_ds, 1), self.streets.length_m)

    @cached_property
    def _lightest(self) -> dict[tuple[int, int], int]:
        tail, head, segment = (column.tolist() for column in self.streets.arcs)
        found: dict[tuple[int, int], int] = {}
        for number in np.argsort(-self.arc_weight, kind="stable").tolist():
            found[tail[number], head[number]] = segment[number]
        return found

    def segment_between(self, tail: int, head: int) -> int:
        """Name the segment of least weight that leads from one node to the next."""
        return self._lightest[tail, head]

    def closed_between(self, segment: Ints, since: Any, until: Any) -> Flags:
        """Tell for stretches of segments whether something closes them.

        Parameters
        ----------
        since, until
            Where each stretch begins and ends, 0 at the segment's tail and 1 at its head.
        """
        closed = self.cut[segment].copy()
        asked = np.flatnonzero(closed & ~self._way_shut[segment])
        if not len(asked):
            return closed
        segment, since = segment[asked], np.asarray(since, dtype=float)[asked]
        until = np.asarray(until, dtype=float)[asked]
        streets = self.streets
        stretches = _stretches(streets.lonlat, streets, segment, since, until)
        found = self.in_area(stretches)
        metres = _stretches(streets.spots, streets, segment, since, until)
        for doorway in self._doorways:
            own = np.flatnonzero(segment == streets.doorways.segment[doorway])
            away = shapely.distance(metres[own], streets.doorways.spot[doorway])
            found[own] |= away < _AT_DOORWAY_M
        closed[asked] = found
        return closed

    def in_area(self, drawn: npt.NDArray[Any]) -> Flags:
        """Tell which lines in degrees touch a closed area."""
        found = np.zeros(len(drawn), dtype=bool)
        for area in self.shut.areas:
            shapely.prepare(area)
            found |= shapely.intersects(area, drawn)
        return found

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was cut off from this network, and by which rule."""
        return self.streets.findings


def weigh(time_ds: Ints, length_m: Ints) -> Ints:
    """Pack time and distance into one integer that orders by time, then by distance."""
    return (time_ds << DISTANCE_BITS) + length_m


def _stretches(
    at: npt.NDArray[np.float64], streets: Streets, segment: Ints, since: Any, until: Any
) -> npt.NDArray[Any]:
    a, b = at[streets.tail[segment]], at[streets.head[segment]]
    ends = np.stack([a + since[:, None] * (b - a), a + until[:, None] * (b - a)], axis=1)
    return np.asarray(shapely.linestrings(ends))


def _check_known(district: District, shut: Shut) -> None:
    if unknown := shut.gates - set(district.gates["id"]):
        raise GateUnknown(min(unknown))
    if shut.ways and (lost := shut.ways - set(district.ways["id"])):
        raise ClosureRefused(
            "map.way-unknown", way=min(lost), mend="name a way of this district by its id"
        )


def _forget(kept: OrderedDict[Any, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
