"""Check a district: what does not fit together, where, and how to mend it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geodata.district import District, Finding
from geodata.exchange.datums import mixed_datums
from geodata.hours import hours_findings
from geodata.layers import LAYERS

SEVERITIES = ("error", "warning", "note")
DOOR_M = 3.0
"""A door may be drawn this far from its house's outline."""
GATE_ON_WAY_M = 1.0
WALK_UP_LEVELS = 6
"""Dwellings with more storeys have lifts by GB 50096 (seven and above)."""
_ISLAND_NODES = 3
_SAME_SHARE = 0.9

_MENDS: Mapping[str, str] = {
    "map.way-clipped": "cut the extract a little wider, with complete ways",
    "map.outline-clipped": "cut the extract a little wider, with complete ways",
    "map.outline-open": "close the outline in the map",
    "map.outline-broken": "draw the outline again in the map",
    "map.outline-mended": "look whether the outline is right, and mend it in the map",
    "map.relation-broken": "cut the extract with complete relations (osmium extract -s smart)",
    "map.coordinates-swapped": "mend the position in the map",
    "map.coordinates-out-of-range": "mend the position in the map",
    "map.id-repeated": "merge files with 'osmium merge'",
    "map.hours-unreadable": "supplyloop district edit DIR set gate ID hours=06:00-22:00",
    "map.barrier-apart": "nothing to do, unless a gate is missing: add it with district edit",
    "stairwell.derived": "look at the door and move it: supplyloop district edit DIR move "
    "stairwell ID LON LAT",
    "compound.derived": "name it: supplyloop district edit DIR set compound ID name_zh=…",
    "edit.lost": "look for the place's new id, or drop the edit",
}
_NOTE_CODES = frozenset(
    [
        "map.way-unused",
        "map.condition-unread",
        "map.barrier-apart",
        "compound.derived",
        "stairwell.derived",
        "district.synthetic",
        "district.edited",
        "layers.layer-unused",
        "map.way-clipped",
        "map.outline-clipped",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One finding of a check, with its place on the ground if it has one."""

    severity: str
    code: str
    place: str
    message: str
    mend: str
    lon: float | None = None
    lat: float | None = None


def check_district(district: District) -> tuple[Remark, ...]:
    """Check a district; errors first, then warnings and notes, each by code and place."""
    remarks = [remark for check in _CHECKS for remark in check(district)]
    remarks += _of_findings(district, district.findings)
    order = {severity: number for number, severity in enumerate(SEVERITIES)}
    return tuple(sorted(remarks, key=lambda r: (order[r.severity], r.code, r.place)))


def _of_findings(district: District, findings: Sequence[Finding]) -> Iterator[Remark]:
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
        yield Remark(
            severity="note" if finding.code in _NOTE_CODES else "warning",
            code=finding.code,
            place=finding.place,
            message=finding.message,
            mend=_MENDS.get(finding.code, "look at the place in the map's source"),
            lon=spot[0] if spot else None,
            lat=spot[1] if spot else None,
        )


def _at(shape: Any) -> dict[str, float]:
    spot = shape.representative_point()
    return {"lon": float(spot.x), "lat": float(spot.y)}


def _metric(district: District, layer: str) -> npt.NDArray[Any]:
    shapes = getattr(district, layer).geometry.to_numpy()
    if not len(shapes):
        return np.array([], dtype=object)
    moved = shapely.transform(shapes, district.to_metres.transform, interleaved=False)
    return np.asarray(moved)


def _geometry(district: District) -> Iterator[Remark]:
    for layer in LAYERS:
        frame = getattr(district, layer)
        shapes = frame.geometry.to_numpy()
        bounds = np.nan_to_num(shapely.bounds(shapes).reshape(-1, 4), nan=999.0)
        off = (np.abs(bounds) > (180, 90, 180, 90)).any(axis=1)
        for row in np.flatnonzero(off | ~shapely.is_valid(shapes)).tolist():
            place = {} if off[row] else _at(shapely.make_valid(shapes[row]))
            yield Remark(
                severity="error",
                code="geometry.out-of-range" if off[row] else "geometry.invalid",
                place=f"{layer}:{frame['id'].iloc[row]}",
                message="lies at no place on earth"
                if off[row]
                else str(shapely.is_valid_reason(shapes[row])),
                mend="mend the layer and import it again",
                **place,
            )


def _codes(district: District) -> Iterator[Remark]:
    for layer in ("compounds", "buildings", "stairwells", "gates"):
        frame = getattr(district, layer)
        said = Counter(code for code in frame["code"] if code)
        twice = [code for code, count in said.items() if count > 1]
        for row in frame[frame["code"].isin(twice)].itertuples():
            yield Remark(
                severity="error",
                code="code.repeated",
                place=row.id,
                message=f"code {row.code} stands for {said[row.code]} of {layer}",
                mend=f"supplyloop district edit DIR set {layer[:-1]} {row.id} code=…",
                **_at(row.geometry),
            )


def _ways(district: District) -> Iterator[Remark]:
    """Report islands: parts of the ways that no other part is joined to."""
    if not len(district.ways):
        yield Remark(
            severity="error",
            code="ways.none",
            place=district.name,
            message="there are no ways at all, so nobody can go anywhere",
            mend="import a map that holds streets and paths",
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
        yield Remark(
            severity="warning",
            code="ways.island",
            place=str(walked["id"].iloc[first]),
            message=f"{counts[island]} points of ways for walkers join no larger part",
            mend="join the ways in the map, or leave them out",
            **_at(walked.geometry.iloc[first]),
        )


def _doors(district: District) -> Iterator[Remark]:
    owner = dict(zip(district.buildings["id"], _metric(district, "buildings"), strict=True))
    wells = district.stairwells
    for row, spot in zip(wells.itertuples(), _metric(district, "stairwells"), strict=True):
        away = spot.distance(owner[row.building_id].boundary)
        if away > DOOR_M:
            yield Remark(
                severity="warning",
                code="stairwell.apart",
                place=row.id,
                message=f"{row.name_zh}: {away:.0f} m from the outline of its building",
                mend=f"supplyloop district edit DIR move stairwell {row.id} LON LAT",
                **_at(row.geometry),
            )
        if row.lift == "no" and row.levels > WALK_UP_LEVELS:
            yield Remark(
                severity="note",
                code="stairwell.high-without-lift",
                place=row.id,
                message=f"{row.name_zh}: {row.levels} storeys and no lift",
                mend="look whether there is a lift, and set lift=yes",
                **_at(row.geometry),
            )


def _dwellings(district: District) -> Iterator[Remark]:
    homes = district.buildings[district.buildings["dwelling"]]
    served = set(district.stairwells["building_id"])
    for row in homes[~homes["id"].isin(served)].itertuples():
        yield Remark(
            severity="warning",
            code="building.without-stairwell",
            place=row.id,
            message=f"{row.name_zh or row.code}: a dwelling without a door",
            mend=f"supplyloop district edit DIR add stairwell ID LON LAT building_id={row.id}",
            **_at(row.geometry),
        )
    shapes = homes.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    smaller = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    for a, b in zip(
        one[shared > smaller * _SAME_SHARE], other[shared > smaller * _SAME_SHARE], strict=True
    ):
        yield Remark(
            severity="warning",
            code="building.twice",
            place=str(homes["id"].iloc[b]),
            message=f"lies on {homes['id'].iloc[a]}: one house drawn twice, or one upon the other",
            mend="remove one of them in the map's source",
            **_at(shapes[b]),
        )


def _gates(district: District) -> Iterator[Remark]:
    gates, spots = district.gates, _metric(district, "gates")
    lines = shapely.STRtree(_metric(district, "ways"))
    for row, spot in zip(gates.itertuples(), spots, strict=True):
        if not len(lines.query(spot, predicate="dwithin", distance=GATE_ON_WAY_M)):
            yield Remark(
                severity="warning",
                code="gate.apart",
                place=row.id,
                message=f"{row.name_zh}: on no way, so that nobody passes it",
                mend="draw a way through the gate, or move it onto one",
                **_at(row.geometry),
            )
    yield from _compounds(district)


def _hours(district: District) -> Iterator[Remark]:
    """Report hours that cannot be read; those that an import left out are among its findings."""
    for finding in hours_findings(district):
        kind = "gate" if finding.place in set(district.gates["id"]) else "way"
        mend = f"supplyloop district edit DIR set gate {finding.place} hours=06:00-22:00"
        yield Remark(
            severity="error",
            code=f"{kind}.hours-unreadable",
            place=finding.place,
            message=finding.message,
            mend=mend if kind == "gate" else "mend the hours in the layer ways",
            lon=finding.lon,
            lat=finding.lat,
        )


def _compounds(district: District) -> Iterator[Remark]:
    """Report walled compounds that have no gate, or none that opens."""
    gated = set(district.gates["compound_id"])
    opened = set(district.gates.loc[district.gates["open"], "compound_id"])
    for row in district.compounds[district.compounds["walled"]].itertuples():
        if row.id in opened:
            continue
        yield Remark(
            severity="warning",
            code="compound.closed" if row.id in gated else "compound.without-gate",
            place=row.id,
            message=f"{row.name_zh}: walled, and "
            + ("all gates are closed" if row.id in gated else "the map has no gate"),
            mend="open a gate with district edit, or add one",
            **_at(row.geometry),
        )


def _datums(district: District) -> Iterator[Remark]:
    frames = {layer: getattr(district, layer) for layer in LAYERS}
    for mixed in mixed_datums(frames, district.metric_crs):
        yield Remark(
            severity="error",
            code="layers.datum-mixed",
            place=mixed.layer,
            message=f"lies {mixed.shift_m:.0f} m off {mixed.against}, as if kept in {mixed.datum}",
            mend="import the layers again, all in one datum, and state it",
            lon=mixed.lon,
            lat=mixed.lat,
        )


_CHECKS: tuple[Callable[[District], Iterator[Remark]], ...] = (
    _geometry,
    _codes,
    _ways,
    _doors,
    _dwellings,
    _gates,
    _hours,
    _datums,
)
