"""Stops as nodes of the graph, so that a matrix asks for one node a stop and not two."""

import hashlib
from threading import RLock

import numpy as np
import numpy.typing as npt

from geodata.engines import UNREACHED, Engine, Topology, engine_for
from geodata.joints import Joints
from geodata.network import Network

Ints = npt.NDArray[np.int64]

SEATED_FROM = 200
"""Fewer stops are asked for by the ends of their segments: a further topology does not pay."""
_KEPT = 4
_LOCK = RLock()


def seated_engine(network: Network, joints: Joints) -> tuple[Engine, Ints]:
    """Give an engine whose graph also holds the stops, and the stops' nodes.

    Each stop hangs on both ends of its segment by the weights of its halves, which add up to the
    segment's own, so that no way through a stop is shorter than the segment. The topology is
    kept per stops, whatever is closed.
    """
    tail, head, _ = network.streets.arcs
    count, stops = len(network.streets.spots), len(joints.snaps)
    seats = count + np.arange(stops)
    seat, end = np.repeat(seats, 2), joints.node.ravel()
    tails = np.concatenate([tail, seat, end])
    heads = np.concatenate([head, end, seat])
    halves = np.concatenate([joints.leaving.ravel(), joints.arriving.ravel()])
    halves = np.where(halves < UNREACHED // 2, halves, UNREACHED)
    weight = np.concatenate([network.arc_weight, halves])
    spots = [
        (snap.lon, snap.lat) if snap.segment >= 0 else network.streets.lonlat[0]
        for snap in joints.snaps
    ]
    lonlat = np.concatenate([network.streets.lonlat, np.array(spots, dtype=float)])
    topology = _topology(network, joints, tails, heads, lonlat)
    return engine_for(tails, heads, weight, lonlat, topology=topology), seats


def _topology(
    network: Network, joints: Joints, tail: Ints, head: Ints, lonlat: npt.NDArray[np.float64]
) -> Topology:
    kept = network.streets.seated
    key = hashlib.sha256(joints.node.tobytes()).hexdigest()
    with _LOCK:
        found = kept.get(key)
        if found is None:
            found = kept[key] = Topology(tail, head, lonlat)
            while len(kept) > _KEPT:
                del kept[next(iter(kept))]
    return found
