"""Check a district: what does not fit together, where, and how to mend it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geodata.district import District
from geodata.exchange.datums import mixed_datums
from geodata.findings import SEVERITIES, Finding, unsoundness
from geodata.hours import hours_findings
from geodata.layers import LAYERS

DOOR_M = 3.0
"""A door may be drawn this far from its house's outline."""
GATE_ON_WAY_M = 1.0
WALK_UP_LEVELS = 6
"""Dwellings with more storeys have lifts by GB 50096 (seven and above)."""
_ISLAND_NODES = 3
_SAME_SHARE = 0.9


def check_district(district: District) -> tuple[Finding, ...]:
    """Check a district; errors first, then warnings and notes, each by code and place."""
    remarks = [remark for check in _CHECKS for remark in check(district)]
    remarks += _of_findings(district, district.findings)
    order = {severity: number for number, severity in enumerate(SEVERITIES)}
    return tuple(sorted(remarks, key=lambda r: (order[r.severity], r.code, r.place)))


def _of_findings(district: District, findings: Sequence[Finding]) -> Iterator[Finding]:
    """Place what was found while the district was made."""
    spots: dict[str, tuple[float, float]] = {}
    for layer in LAYERS:
        frame = getattr(district, layer)
        middles = shapely.get_coordinates(shapely.point_on_surface(frame.geometry.to_numpy()))
        spots |= dict(zip(frame["id"], map(tuple, middles.tolist()), strict=True))
    for finding in findings:
        spot = spots.get(finding.place) or spots.get(finding.place.partition(":")[2])
        if finding.lon is not None and finding.lat is not None:
            spot = (finding.lon, finding.lat)
        elif finding.code == "stairwell.derived":  # at the door, not within the house
            spot = spots.get(f"{finding.place}:stairwell", spot)
        yield replace(finding, lon=spot[0], lat=spot[1]) if spot else finding


def _at(shape: Any) -> dict[str, float]:
    spot = shape.representative_point()
    return {"lon": float(spot.x), "lat": float(spot.y)}


def _names(row: Any) -> dict[str, str | int]:
    return {
        "name_zh": row.name_zh or row.name_en or row.code,
        "name_en": row.name_en or row.name_zh or row.code,
    }


def _metric(district: District, layer: str) -> npt.NDArray[Any]:
    shapes = getattr(district, layer).geometry.to_numpy()
    if not len(shapes):
        return np.array([], dtype=object)
    moved = shapely.transform(shapes, district.to_metres.transform, interleaved=False)
    return np.asarray(moved)


def _geometry(district: District) -> Iterator[Finding]:
    for layer in LAYERS:
        frame = getattr(district, layer)
        shapes = frame.geometry.to_numpy()
        bounds = np.nan_to_num(shapely.bounds(shapes).reshape(-1, 4), nan=999.0)
        off = (np.abs(bounds) > (180, 90, 180, 90)).any(axis=1)
        for row in np.flatnonzero(off | ~shapely.is_valid(shapes)).tolist():
            place = {} if off[row] else _at(shapely.make_valid(shapes[row]))
            yield Finding(
                code="geometry.out-of-range" if off[row] else "geometry.invalid",
                place=f"{layer}:{frame['id'].iloc[row]}",
                facts={} if off[row] else unsoundness(str(shapely.is_valid_reason(shapes[row]))),
                **place,
            )


def _codes(district: District) -> Iterator[Finding]:
    for layer in ("compounds", "buildings", "stairwells", "gates"):
        frame = getattr(district, layer)
        said = Counter(code for code in frame["code"] if code)
        twice = [code for code, count in said.items() if count > 1]
        for row in frame[frame["code"].isin(twice)].itertuples():
            yield Finding(
                code="code.repeated",
                place=row.id,
                facts={
                    "repeated": row.code,
                    "count": said[row.code],
                    "layer": layer,
                    "kind": layer[:-1],
                },
                **_at(row.geometry),
            )


def _ways(district: District) -> Iterator[Finding]:
    """Report islands: parts of the ways that no other part is joined to."""
    if not len(district.ways):
        yield Finding(
            code="ways.none",
            place=district.name,
        )
        return
    walked = district.ways[district.ways["foot"]]
    coords, way = shapely.get_coordinates(walked.geometry.to_numpy(), return_index=True)
    _, node = np.unique(coords, axis=0, return_inverse=True)
    node = node.reshape(-1)
    joined = np.flatnonzero(way[1:] == way[:-1])
    size = int(node.max()) + 1 if len(node) else 0
    links = coo_matrix((np.ones(len(joined)), (node[joined], node[joined + 1])), (size, size))
    _, part = connected_components(links, directed=False)
    counts = np.bincount(part, minlength=1)
    for island in np.flatnonzero(counts >= _ISLAND_NODES).tolist():
        if island == int(np.argmax(counts)):
            continue
        first = int(way[np.flatnonzero(part[node] == island)[0]])
        yield Finding(
            code="ways.island",
            place=str(walked["id"].iloc[first]),
            facts={"count": int(counts[island])},
            **_at(walked.geometry.iloc[first]),
        )


def _doors(district: District) -> Iterator[Finding]:
    owner = dict(zip(district.buildings["id"], _metric(district, "buildings"), strict=True))
    wells = district.stairwells
    for row, spot in zip(wells.itertuples(), _metric(district, "stairwells"), strict=True):
        away = spot.distance(owner[row.building_id].boundary)
        if away > DOOR_M:
            yield Finding(
                code="stairwell.apart",
                place=row.id,
                facts=_names(row) | {"away_m": round(away)},
                **_at(row.geometry),
            )
        if row.lift == "no" and row.levels > WALK_UP_LEVELS:
            yield Finding(
                code="stairwell.high-without-lift",
                place=row.id,
                facts=_names(row) | {"levels": row.levels},
                **_at(row.geometry),
            )


def _dwellings(district: District) -> Iterator[Finding]:
    homes = district.buildings[district.buildings["dwelling"]]
    served = set(district.stairwells["building_id"])
    for row in homes[~homes["id"].isin(served)].itertuples():
        yield Finding(
            code="building.without-stairwell",
            place=row.id,
            facts=_names(row),
            **_at(row.geometry),
        )
    shapes = shapely.make_valid(homes.geometry.to_numpy())  # others say which are not
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    smaller = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    for a, b in zip(
        one[shared > smaller * _SAME_SHARE], other[shared > smaller * _SAME_SHARE], strict=True
    ):
        yield Finding(
            code="building.twice",
            place=str(homes["id"].iloc[b]),
            facts={"other": str(homes["id"].iloc[a])},
            **_at(shapes[b]),
        )


def _gates(district: District) -> Iterator[Finding]:
    gates, spots = district.gates, _metric(district, "gates")
    lines = shapely.STRtree(_metric(district, "ways"))
    for row, spot in zip(gates.itertuples(), spots, strict=True):
        if not len(lines.query(spot, predicate="dwithin", distance=GATE_ON_WAY_M)):
            yield Finding(
                code="gate.apart",
                place=row.id,
                facts=_names(row),
                **_at(row.geometry),
            )
    yield from _compounds(district)


def _hours(district: District) -> Iterator[Finding]:
    """Report hours that cannot be read; those that an import left out are among its findings."""
    yield from hours_findings(district)


def _compounds(district: District) -> Iterator[Finding]:
    """Report walled compounds that have no gate, or none that opens."""
    gated = set(district.gates["compound_id"])
    opened = set(district.gates.loc[district.gates["open"], "compound_id"])
    for row in district.compounds[district.compounds["walled"]].itertuples():
        if row.id in opened:
            continue
        yield Finding(
            code="compound.closed" if row.id in gated else "compound.without-gate",
            place=row.id,
            facts=_names(row),
            **_at(row.geometry),
        )


def _datums(district: District) -> Iterator[Finding]:
    frames = {layer: getattr(district, layer) for layer in LAYERS}
    for mixed in mixed_datums(frames, district.metric_crs):
        yield Finding(
            code="layers.datum-mixed",
            place=mixed.layer,
            facts={
                "shift_m": round(mixed.shift_m),
                "layer": mixed.layer,
                "against": mixed.against,
                "datum": str(mixed.datum),
            },
            lon=mixed.lon,
            lat=mixed.lat,
        )


_CHECKS: tuple[Callable[[District], Iterator[Finding]], ...] = (
    _geometry,
    _codes,
    _ways,
    _doors,
    _dwellings,
    _gates,
    _hours,
    _datums,
)
