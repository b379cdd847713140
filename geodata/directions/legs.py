"""Legs between consecutive stops: the line to draw, gates to pass, streets and turns to follow."""

from collections.abc import Sequence
from dataclasses import dataclass

from geodata.closures import OPEN, Shut
from geodata.directions.signs import Signs
from geodata.directions.trails import Piece, lay_pieces
from geodata.directions.turns import Step, find_steps
from geodata.district import District
from geodata.travel.engines import UNREACHED
from geodata.travel.matrix import UNREACHABLE, Joints, Stop, along_segment, join
from geodata.travel.network import Network

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
    steps
        What to do on the way; empty if there is no way, and if nobody has to move. Their times
        and distances add up to those of the leg.
    """

    origin: str
    target: str
    line: tuple[tuple[float, float], ...]
    distance_m: int
    duration_s: int
    gates: tuple[str, ...]
    streets: tuple[str, ...]
    steps: tuple[Step, ...] = ()


def legs(
    district: District,
    stops: Sequence[Stop],
    mode: str,
    *,
    closed_gates: frozenset[str] = frozenset(),
    shut: Shut = OPEN,
    network: Network | None = None,
    with_steps: bool = True,
) -> tuple[Leg, ...]:
    """Describe the way along the stops in the given order; equal to the matrix to the second.

    A stop may come more than once, as a point does where a trip begins and ends.

    Parameters
    ----------
    closed_gates, shut
        What is closed in addition to the gates that are closed in the district.
    network
        One made before with :meth:`Network.of`; it takes the place of mode and closures.
    with_steps
        Whether to say what to do on the way; a line on the map needs none of it.
    """
    network = network or Network.of(
        district, mode, shut | Shut(gates=closed_gates) if shut else closed_gates
    )
    joints = join(network, stops)
    return tuple(
        _leg(network, joints, stops, number, with_steps=with_steps)
        for number in range(len(stops) - 1)
    )


def _leg(
    network: Network, joints: Joints, stops: Sequence[Stop], origin: int, *, with_steps: bool
) -> Leg:
    target = origin + 1
    a, b = stops[origin], stops[target]
    if (a.lon, a.lat) == (b.lon, b.lat):
        return _unmoved(a, b, ((a.lon, a.lat),), 0)
    nodes, middle = _best(network, joints, origin, target)
    if sum(middle) >= UNREACHED:
        return _unmoved(a, b, (), UNREACHABLE)
    pieces = lay_pieces(network, joints, (a, b), ends=(origin, target), nodes=nodes, middle=middle)
    line = [spot for piece in pieces for spot in (piece.lonlat, *piece.bends)]
    line.append((b.lon, b.lat))
    gate_node = network.streets.gate_node
    return Leg(
        origin=a.id,
        target=b.id,
        line=tuple(spot for n, spot in enumerate(line) if n == 0 or spot != line[n - 1]),
        distance_m=sum(piece.length_m for piece in pieces),
        duration_s=-(-sum(piece.time_ds for piece in pieces) // _TENTHS),
        gates=tuple(gate_node[node] for node in nodes if node in gate_node),
        streets=_streets(network, pieces[1:-1]),
        steps=find_steps(network, pieces, a.id, b.id) if with_steps else (),
    )


def _unmoved(a: Stop, b: Stop, line: tuple[tuple[float, float], ...], said: int) -> Leg:
    return Leg(
        origin=a.id,
        target=b.id,
        line=line,
        distance_m=said,
        duration_s=said,
        gates=(),
        streets=(),
    )


def _best(
    network: Network, joints: Joints, origin: int, target: int
) -> tuple[tuple[int, ...], tuple[int, int]]:
    """Find the nodes passed on the way of least weight, and the weights before and after them.

    Without nodes the first weight is that of the whole, ``UNREACHED`` if there is no way.
    """
    best = along_segment(network, joints, origin, target)
    ends, middle = None, (best, 0)
    nodes_out, nodes_in = joints.node[origin], joints.node[target]
    between = network.engine.many_to_many(nodes_out, nodes_in)
    for out in (0, 1):
        for into in (0, 1):
            halves = int(joints.leaving[origin, out]), int(joints.arriving[target, into])
            if sum(halves) >= UNREACHED // 2 or between[out, into] >= UNREACHED:
                continue
            if (total := sum(halves) + int(between[out, into])) < best:
                best, ends = total, (int(nodes_out[out]), int(nodes_in[into]))
                middle = halves
    if ends is None:
        return (), middle
    return network.engine.path(*ends) if ends[0] != ends[1] else (ends[0],), middle


def _streets(network: Network, pieces: Sequence[Piece]) -> tuple[str, ...]:
    names = Signs.of(network.district).way_names
    spoken = [name for piece in pieces if (name := names[piece.way].zh)]
    return tuple(name for n, name in enumerate(spoken) if n == 0 or name != spoken[n - 1])
