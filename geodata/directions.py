"""Legs between consecutive stops: the line to draw, gates to pass, streets to follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from geodata.district import District
from geodata.engines import DISTANCE_BITS, DISTANCE_MASK, UNREACHED
from geodata.matrix import UNREACHABLE, Joints, Stop, along_segment, join
from geodata.network import Network

_TENTHS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The way from one stop to the next.

    Attributes
    ----------
    line
        (lon, lat) pairs from door to door; empty if there is no way, as the -1 of time and
        distance says.
    gates
        Ids of the gates passed, in order.
    streets
        Names of the ways followed, in order, without those that have none.
    """

    origin: str
    target: str
    line: tuple[tuple[float, float], ...]
    distance_m: int
    duration_s: int
    gates: tuple[str, ...]
    streets: tuple[str, ...]


def legs(
    district: District,
    stops: Sequence[Stop],
    mode: str,
    *,
    closed_gates: frozenset[str] = frozenset(),
    network: Network | None = None,
) -> tuple[Leg, ...]:
    """Describe the way along the stops in the given order; equal to the matrix to the second.

    A stop may come more than once, as a point does where a trip begins and ends.
    """
    network = network or Network.of(district, mode, closed_gates)
    joints = join(network, stops)
    return tuple(
        _leg(network, joints, stops, number, number + 1) for number in range(len(stops) - 1)
    )


def _leg(network: Network, joints: Joints, stops: Sequence[Stop], origin: int, target: int) -> Leg:
    a, b = stops[origin], stops[target]
    if (a.lon, a.lat) == (b.lon, b.lat):
        return Leg(
            origin=a.id,
            target=b.id,
            line=((a.lon, a.lat),),
            distance_m=0,
            duration_s=0,
            gates=(),
            streets=(),
        )
    weight, nodes = _best(network, joints, origin, target)
    if weight >= UNREACHED:
        return Leg(
            origin=a.id,
            target=b.id,
            line=(),
            distance_m=UNREACHABLE,
            duration_s=UNREACHABLE,
            gates=(),
            streets=(),
        )
    weight += int(joints.access[origin]) + int(joints.access[target])
    start, end = joints.snaps[origin], joints.snaps[target]
    streets = network.streets
    line = [
        (a.lon, a.lat),
        (start.lon, start.lat),
        *((float(lon), float(lat)) for lon, lat in streets.lonlat[list(nodes)]),
        (end.lon, end.lat),
        (b.lon, b.lat),
    ]
    return Leg(
        origin=a.id,
        target=b.id,
        line=tuple(spot for n, spot in enumerate(line) if n == 0 or spot != line[n - 1]),
        distance_m=weight & DISTANCE_MASK,
        duration_s=-(-(weight >> DISTANCE_BITS) // _TENTHS),
        gates=tuple(streets.gate_node[node] for node in nodes if node in streets.gate_node),
        streets=_streets(network, start.segment, nodes, end.segment),
    )


def _best(
    network: Network, joints: Joints, origin: int, target: int
) -> tuple[int, tuple[int, ...]]:
    """Find the least weight between the snapped points and the nodes passed."""
    best, ends = along_segment(network, joints, origin, target), None
    nodes_out, nodes_in = joints.node[origin], joints.node[target]
    between = network.engine.many_to_many(nodes_out, nodes_in)
    for out in (0, 1):
        for into in (0, 1):
            halves = int(joints.leaving[origin, out]) + int(joints.arriving[target, into])
            if halves >= UNREACHED // 2 or between[out, into] >= UNREACHED:
                continue
            if (total := halves + int(between[out, into])) < best:
                best, ends = total, (int(nodes_out[out]), int(nodes_in[into]))
    if ends is None:
        return best, ()
    return best, network.engine.path(*ends) if ends[0] != ends[1] else (ends[0],)


def _streets(network: Network, first: int, nodes: tuple[int, ...], last: int) -> tuple[str, ...]:
    streets = network.streets
    segments = [first, *(network.segment_between(a, b) for a, b in pairwise(nodes)), last]
    names = network.district.ways["name_zh"]
    named = [str(names.iloc[int(streets.way[segment])]) for segment in segments]
    spoken = [name for name in named if name]
    return tuple(name for n, name in enumerate(spoken) if n == 0 or name != spoken[n - 1])
