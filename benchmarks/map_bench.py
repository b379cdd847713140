"""Matrices of the map beside SciPy's Dijkstra and igraph, and a gate that closes.

Usage: ``python -m benchmarks.map_bench --sides 30 60 85 --stops 1000``; results go to
``benchmarks/results/map.{json,md}``. A side of 85 makes about 31,000 nodes.
"""

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import igraph
import numpy as np
import numpy.typing as npt
from shapely.geometry import LineString, Point

from benchmarks import report
from geodata.district import District, metric_crs_for
from geodata.layers import CONTRACT, LAYERS, layer_frame
from geodata.travel.engines import BLOCKED_FROM, UNREACHED, Dijkstra, Hierarchy
from geodata.travel.joints import join
from geodata.travel.matrix import Stop, travel_matrix
from geodata.travel.network import Network
from geodata.travel.seats import Seated, seat, seated_engine

_LON, _LAT = 120.2, 30.3
_STEP_DEG = 0.0007  # about 70 m
_KEPT_STREETS = 0.85
_GATES = 200
_SEED = 7

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One size in one mode; seconds are of this machine, ratios of the same run."""

    nodes: int
    arcs: int
    stops: int
    mode: str
    engine: str
    build_s: float
    prepare_s: float
    snap_s: float
    matrix_s: float
    closed_s: float
    dijkstra_s: float
    igraph_s: float
    equal: bool
    peak_mb: int


def town(side: int, bends: int = 2) -> District:
    """Draw a bent grid of streets with one in seven missing, some of them one-way, and gates.

    Streets bend between crossings, as real ones do: most nodes of a street map join two others.
    """
    rng = np.random.default_rng(_SEED)
    east, north = np.meshgrid(np.arange(side), np.arange(side))
    bent = np.stack([east, north], axis=-1) + rng.uniform(-0.25, 0.25, (side, side, 2))
    at = np.round(np.array([_LON, _LAT]) + bent * _STEP_DEG, 7)
    rows = [
        _bent(line[part], bends, rng)
        for line in (*at, *at.transpose(1, 0, 2))
        for part in np.split(
            np.arange(side), np.flatnonzero(rng.random(side - 1) > _KEPT_STREETS) + 1
        )
        if len(part) > 1
    ]
    ways = [_row("ways", n, LineString(line), rng) for n, line in enumerate(rows)]
    places = rng.choice(side * side, min(_GATES, side), replace=False)
    gates = [_row("gates", n, Point(at.reshape(-1, 2)[p]), rng) for n, p in enumerate(places)]
    made = {"ways": ways, "gates": gates}
    return District(
        name=f"town {side}",
        attribution="drawn for a benchmark",
        synthetic=True,
        seed=_SEED,
        source_digest="",
        metric_crs=metric_crs_for(_LON, _LAT),
        findings=(),
        **{layer: layer_frame(layer, made.get(layer, [])) for layer in LAYERS},
    )


def _bent(line: Floats, bends: int, rng: np.random.Generator) -> Floats:
    share = np.arange(bends + 1) / (bends + 1)
    inner = line[:-1, None] + share[None, :, None] * (line[1:] - line[:-1])[:, None]
    inner[:, 1:] += rng.normal(0, _STEP_DEG / 20, inner[:, 1:].shape)
    return np.round(np.concatenate([inner.reshape(-1, 2), line[-1:]]), 7)


def _row(layer: str, number: int, shape: object, rng: np.random.Generator) -> dict[str, Any]:
    columns = CONTRACT[layer].columns.items()
    row: dict[str, Any] = {name: column.default for name, column in columns}
    row |= {"id": f"{layer}{number}", "geometry": shape}
    if layer == "ways":
        oneway = int(rng.random() < 0.1)
        row |= {"highway": "residential", "covered": False, "van": True, "oneway": oneway}
    return row


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    done = work()
    return done, time.perf_counter() - start


def measure(district: District, mode: str, count: int) -> Run:
    """Prepare, compute, close a gate and compute again; then ask both peers the same."""
    network, build_s = _timed(lambda: Network.of(district, mode))
    stops = _doors(network, count)
    _, snap_s = _timed(lambda: join(network, stops))
    _, prepare_s = _timed(lambda: seated_engine(network, join(network, stops)))
    _, matrix_s = _timed(lambda: travel_matrix(district, stops, mode, network=network))
    gate = frozenset([str(district.gates["id"].iloc[0])])
    _, closed_s = _timed(lambda: travel_matrix(district, stops, mode, closed_gates=gate))
    after = Network.of(district, mode, gate)
    joints = join(after, stops)
    engine, seats = seated_engine(after, joints)
    ours = engine.many_to_many(seats, seats)
    graph = seat(after, joints)
    judged, dijkstra_s = _timed(lambda: _scipy(graph))
    told, igraph_s = _timed(lambda: _igraph(graph))
    return Run(
        nodes=len(network.streets.spots),
        arcs=len(network.arc_weight),
        stops=count,
        mode=mode,
        engine="hierarchy" if isinstance(engine, Hierarchy) else "Dijkstra",
        build_s=build_s,
        prepare_s=prepare_s,
        snap_s=snap_s,
        matrix_s=matrix_s,
        closed_s=closed_s,
        dijkstra_s=dijkstra_s,
        igraph_s=igraph_s,
        equal=bool((ours == judged).all() and (ours == told).all()),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def _doors(network: Network, count: int) -> list[Stop]:
    rng = np.random.default_rng(_SEED)
    streets = network.streets
    usable = np.flatnonzero(streets.usable)
    at = rng.choice(usable, count, replace=False)
    share = rng.random((count, 1))
    ends = streets.lonlat[streets.tail[at]], streets.lonlat[streets.head[at]]
    spots = np.round(ends[0] + share * (ends[1] - ends[0]) + 5e-5, 7).tolist()
    return [Stop(id=str(n), lon=lon, lat=lat) for n, (lon, lat) in enumerate(spots)]


def _scipy(graph: Seated) -> Ints:
    engine = Dijkstra(graph.tail, graph.head, graph.weight, len(graph.lonlat))
    return engine.many_to_many(graph.seats, graph.seats)


def _igraph(graph: Seated) -> Ints:
    passable = graph.weight < BLOCKED_FROM
    made = igraph.Graph(
        n=len(graph.lonlat),
        edges=np.column_stack([graph.tail, graph.head])[passable].tolist(),
        directed=True,
    )
    weights = graph.weight[passable].astype(float).tolist()
    seats = graph.seats.tolist()
    least = np.array(made.distances(source=seats, target=seats, weights=weights))
    return np.where(np.isinf(least), float(UNREACHED), least).astype(np.int64)


def _page(runs: list[Run]) -> str:
    heads: tuple[str, ...] = (
        "nodes",
        "mode",
        "stops",
        "prepared",
        "matrix",
        "gate closed to new matrix",
    )
    heads += ("scipy's Dijkstra", "igraph", "equal to the integer", "peak")
    rows = [
        (
            f"{run.nodes:,}",
            run.mode + ("" if run.engine == "hierarchy" else " (Dijkstra)"),
            f"{run.stops:,}",
            f"{run.build_s + run.prepare_s:.1f} s",
            f"{run.matrix_s:.2f} s",
            f"{run.closed_s:.2f} s",
            f"{run.dijkstra_s / run.closed_s:.1f} times as long",
            f"{run.igraph_s / run.closed_s:.1f} times as long",
            "yes" if run.equal else "NO",
            f"{run.peak_mb:,} MB",
        )
        for run in runs
    ]
    said = "The peers' times are ratios to ours after the gate closed, in the same run.\n"
    return f"# Matrices of the map\n\n{said}\n{report.table(heads, rows)}\n"


def main() -> None:
    """Measure and write the results."""
    asked = argparse.ArgumentParser(description="Matrices of the map beside other engines.")
    asked.add_argument("--sides", type=int, nargs="+", default=[30, 60, 85])
    asked.add_argument("--bends", type=int, default=2, help="bends between two crossings")
    asked.add_argument("--stops", type=int, default=1000)
    asked.add_argument("--modes", nargs="+", default=["foot", "ebike", "van"])
    asked.add_argument("--out", type=Path, default=report.RESULTS)
    asked.add_argument("--name", default="map")
    wish = asked.parse_args()
    runs = [
        measure(town(side, wish.bends), mode, wish.stops)
        for side in wish.sides
        for mode in wish.modes
    ]
    facts: dict[str, Any] = {"seed": _SEED, "bends": wish.bends}
    for file in report.write(wish.name, wish.out, facts=facts, runs=runs, text=_page(runs)):
        print(file)


if __name__ == "__main__":
    main()
