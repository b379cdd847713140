"""Stops as nodes of the graph, so that a matrix asks for one node a stop and not two."""

import hashlib
from dataclasses import dataclass
from threading import RLock

import numpy as np
import numpy.typing as npt

from geodata.travel.engines import UNREACHED, Engine, Topology, engine_for
from geodata.travel.joints import Joints
from geodata.travel.network import Network

Ints = npt.NDArray[np.int64]

SEATED_FROM = 200
"""Fewer stops are asked for by the ends of their segments: a further topology does not pay."""
_KEPT = 4
_LOCK = RLock()


@dataclass(frozen=True, eq=False, kw_only=True)
class Seated:
    """Arcs of a network with those of its stops, and the stops' nodes."""

    tail: Ints
    head: Ints
    weight: Ints
    lonlat: npt.NDArray[np.float64]
    seats: Ints


def seat(network: Network, joints: Joints) -> Seated:
    """Hang each stop on both ends of its segment.

    The weights of its halves add up to the segment's own, so that no way through a stop is
    shorter than the segment.
    """
    tail, head, _ = network.streets.arcs
    seats = len(network.streets.spots) + np.arange(len(joints.snaps))
    place, end = np.repeat(seats, 2), joints.node.ravel()
    halves = np.concatenate([joints.leaving.ravel(), joints.arriving.ravel()])
    halves = np.where(halves < UNREACHED // 2, halves, UNREACHED)
    spots = [
        (snap.lon, snap.lat) if snap.segment >= 0 else network.streets.lonlat[0]
        for snap in joints.snaps
    ]
    return Seated(
        tail=np.concatenate([tail, place, end]),
        head=np.concatenate([head, end, place]),
        weight=np.concatenate([network.arc_weight, halves]),
        lonlat=np.concatenate([network.streets.lonlat, np.array(spots, dtype=float)]),
        seats=seats,
    )


def seated_engine(network: Network, joints: Joints) -> tuple[Engine, Ints]:
    """Give an engine whose graph also holds the stops, and the stops' nodes.

    The topology is kept per stops, whatever is closed.
    """
    made = seat(network, joints)
    topology = _topology(network, joints, made)
    engine = engine_for(
        made.tail,
        made.head,
        made.weight,
        made.lonlat,
        topology=topology,
        end_arcs=4 * len(made.seats),
    )
    return engine, made.seats


def _topology(network: Network, joints: Joints, made: Seated) -> Topology:
    kept = network.streets.seated
    key = hashlib.sha256(joints.node.tobytes()).hexdigest()
    with _LOCK:
        found = kept.get(key)
        if found is None:
            found = kept[key] = Topology(made.tail, made.head, made.lonlat)
            while len(kept) > _KEPT:
                del kept[next(iter(kept))]
    return found
