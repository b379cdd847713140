"""Derive compounds, dwellings and stairwells where a map only draws outlines.

Every rule is stated here and recorded as a finding on what it made:

* A residential area of at most 20 ha is a compound; larger ones are too large to have gates.
* Elsewhere a block bounded by streets is one.
* Houses in neither form one with all houses less than 60 m away.
* A house is a dwelling by its kind; one of unknown kind is a dwelling if it has a house number, an
  entrance for people or lies in a residential area, has 60 m² or more, and is tagged as no shop,
  office or amenity.
* A stairwell is an entrance for people on a dwelling; a dwelling without one gets one at the point
  of its outline nearest to a way for walkers.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from geopandas.geodataframe import GeoDataFrame
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from geodata.access import STREETS
from geodata.district import WGS84, Finding, layer_frame

MAX_COMPOUND_M2 = 200_000
MIN_BLOCK_M2 = 300
CLUSTER_M = 60
MIN_DWELLING_M2 = 60
_DWELLINGS = frozenset(
    [
        "apartments",
        "residential",
        "house",
        "detached",
        "semidetached_house",
        "terrace",
        "dormitory",
        "bungalow",
        "block",
        "farm",
        "cabin",
        "static_caravan",
    ]
)
_OTHER_KEYS = frozenset(
    ["amenity", "office", "shop", "tourism", "leisure", "man_made", "railway", "military"]
)
_ENTRANCES = frozenset(["staircase", "main", "yes", "home"])
_LATIN = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapArea:
    """A closed outline of the map with its tags and the numbers of its corner nodes."""

    id: str
    tags: dict[str, str]
    shape: BaseGeometry
    corners: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNode:
    """A tagged node of the map."""

    number: int
    tags: dict[str, str]
    spot: Point


@dataclass(slots=True, kw_only=True)
class Derived:
    """Layers that were derived, and what has to be said of it."""

    compounds: GeoDataFrame
    buildings: GeoDataFrame
    stairwells: GeoDataFrame
    findings: list[Finding]
    metric_crs: str


@dataclass(slots=True, kw_only=True)
class House:
    """One building on its way to a place."""

    id: str
    tags: dict[str, str]
    outline: BaseGeometry
    shape: BaseGeometry  # in metres
    corners: frozenset[int]
    entrances: list[MapNode] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)
    dwelling: bool = False
    compound: int = -1


@dataclass(slots=True, kw_only=True)
class Block:
    """One compound on its way to a place."""

    id: str
    shape: BaseGeometry  # in metres
    rule: str
    name_zh: str = ""
    name_en: str = ""
    houses: list[House] = field(default_factory=list)


def code_prefix(name: str) -> str:
    """Take the first part of all codes from a district's name: initials, or two letters."""
    words = _LATIN.findall(name)
    if not words:
        return "D"
    letters = "".join(word[0] for word in words) if len(words) > 1 else words[0][:2]
    return letters[:4].upper()


def derive(
    areas: Sequence[MapArea],
    landuse: Sequence[MapArea],
    nodes: Sequence[MapNode],
    *,
    ways: GeoDataFrame,
    walls: GeoDataFrame,
    metric_crs: str,
    prefix: str,
) -> Derived:
    """Turn outlines, entrances and streets into compounds, buildings and stairwells."""
    forth = pyproj.Transformer.from_crs(WGS84, metric_crs, always_xy=True)
    back = pyproj.Transformer.from_crs(metric_crs, WGS84, always_xy=True)
    findings: list[Finding] = []
    houses = _houses(areas, nodes, forth)
    homes_area = [(area, moved(area.shape, forth)) for area in landuse]
    _judge_dwellings(houses, [shape for _, shape in homes_area])
    metric_ways = ways.to_crs(metric_crs)
    blocks = _blocks(houses, homes_area, metric_ways, findings)
    _name_blocks(blocks, prefix)
    walkable = metric_ways.geometry[metric_ways["foot"]].to_numpy()
    metric_walls = walls.to_crs(metric_crs).geometry.to_numpy() if len(walls) else np.array([])
    compound_rows: list[dict[str, Any]] = []
    building_rows = [_other_row(house) for house in houses if not house.dwelling]
    stairwell_rows: list[dict[str, Any]] = []
    for number, block in enumerate(blocks, start=1):
        code = f"{prefix}-{number:02d}"
        compound_rows.append(
            {
                "id": block.id,
                "code": code,
                "name_zh": block.name_zh,
                "name_en": block.name_en,
                "walled": _is_walled(block.shape, metric_walls),
                "geometry": moved(block.shape, back),
            }
        )
        for label, house in enumerate(_in_rows(block.houses), start=1):
            building_rows.append(_dwelling_row(house, block, f"{code}-{label:02d}", label))
            stairwell_rows += _stairwells(
                house,
                block,
                code=f"{code}-{label:02d}",
                label=label,
                walkable=walkable,
                forth=forth,
                back=back,
                findings=findings,
            )
    return Derived(
        compounds=layer_frame("compounds", compound_rows),
        buildings=layer_frame("buildings", building_rows),
        stairwells=layer_frame("stairwells", stairwell_rows),
        findings=findings,
        metric_crs=metric_crs,
    )


def name_gates(rows: list[dict[str, Any]], derived: Derived) -> list[dict[str, Any]]:
    """Give gates their compound (nearest, within 15 m), code and names."""
    within_m = 15
    spots = (
        shapely.transform(
            np.array([row["geometry"] for row in rows], dtype=object),
            pyproj.Transformer.from_crs(WGS84, derived.metric_crs, always_xy=True).transform,
            interleaved=False,
        )
        if rows
        else np.array([])
    )
    tree = shapely.STRtree(derived.compounds.to_crs(derived.metric_crs).geometry.to_numpy())
    owners: dict[int, int] = {}
    if len(spots):
        for gate, compound in tree.query_nearest(spots, max_distance=within_m).T:
            owners.setdefault(int(gate), int(compound))
    counts: Counter[str] = Counter()
    named = []
    compounds = derived.compounds.to_dict("records")
    prefix = compounds[0]["code"].rsplit("-", 1)[0]
    for number, row in enumerate(rows):
        owner = compounds[owners[number]] if number in owners else None
        base = owner["code"] if owner else prefix
        counts[base] += 1
        count = counts[base]
        zh = row["name"] or _spaced(owner["name_zh"] if owner else "", f"{count}号门")
        en = row["name:en"] or row["name"]
        en = en or (f"{owner['name_en']}, Gate {count}" if owner else f"Gate {count}")
        kept = {key: value for key, value in row.items() if not key.startswith("name")}
        owner_id = owner["id"] if owner else ""
        named.append(
            kept
            | {"compound_id": owner_id, "code": f"{base}-G{count}", "name_zh": zh, "name_en": en}
        )
    return named


def moved(shape: BaseGeometry, transformer: pyproj.Transformer) -> BaseGeometry:
    """Project a geometry."""
    return shapely.transform(shape, transformer.transform, interleaved=False)


def _houses(
    areas: Sequence[MapArea], nodes: Sequence[MapNode], forth: pyproj.Transformer
) -> list[House]:
    houses = [
        House(
            id=area.id,
            tags=area.tags,
            outline=area.shape,
            shape=moved(area.shape, forth),
            corners=area.corners,
        )
        for area in sorted(areas, key=lambda a: a.id)
    ]
    at_corner = {corner: house for house in houses for corner in sorted(house.corners)}
    numbered = [node for node in nodes if "addr:housenumber" in node.tags]
    for node in sorted(nodes, key=lambda n: n.number):
        if node.tags.get("entrance") in _ENTRANCES and node.number in at_corner:
            at_corner[node.number].entrances.append(node)
    tree = shapely.STRtree([house.outline for house in houses])
    spots = [node.spot for node in numbered]
    for node, house in (
        sorted(tree.query(spots, predicate="intersects").T.tolist()) if spots else ()
    ):
        houses[house].addresses.append(_address(numbered[node].tags))
    for house in houses:
        if "addr:housenumber" in house.tags:
            house.addresses.insert(0, _address(house.tags))
    return houses


def _address(tags: dict[str, str]) -> tuple[str, str]:
    return tags.get("addr:street", ""), tags["addr:housenumber"]


def _judge_dwellings(houses: list[House], homes_area: list[BaseGeometry]) -> None:
    tree = shapely.STRtree(homes_area)
    spots = [house.shape.representative_point() for house in houses]
    in_area = (
        {int(pair[0]) for pair in tree.query(spots, predicate="within").T} if spots else set()
    )
    for number, house in enumerate(houses):
        kind = house.tags["building"]
        if kind in _DWELLINGS:
            house.dwelling = True
        elif kind == "yes" and not _OTHER_KEYS & house.tags.keys():
            known = bool(house.addresses) or bool(house.entrances) or number in in_area
            house.dwelling = known and house.shape.area >= MIN_DWELLING_M2


def _blocks(
    houses: list[House],
    homes_area: list[tuple[MapArea, BaseGeometry]],
    ways: GeoDataFrame,
    findings: list[Finding],
) -> list[Block]:
    blocks = [
        Block(
            id=area.id,
            shape=shape,
            rule="map",
            name_zh=area.tags.get("name:zh", area.tags.get("name", "")),
            name_en=area.tags.get("name:en", area.tags.get("name", "")),
        )
        for area, shape in sorted(homes_area, key=lambda pair: pair[0].id)
        if shape.area <= MAX_COMPOUND_M2
    ]
    streets = ways.geometry[ways["highway"].isin(STREETS)].to_numpy()
    cells = shapely.get_parts(shapely.polygonize([shapely.union_all(streets)]))
    blocks += [
        Block(id="", shape=cell, rule="block") for cell in cells if cell.area >= MIN_BLOCK_M2
    ]
    homes = [house for house in houses if house.dwelling]
    left = _fill(blocks, homes)
    blocks += _clusters(left)
    kept = [block for block in blocks if block.houses]
    for block in kept:
        if block.rule == "map":
            continue
        first = min(house.id for house in block.houses)
        block.id = f"{first}:compound"
        said = {
            "block": "a block bounded by streets, for the map has no residential area here",
            "cluster": f"houses less than {CLUSTER_M} m apart, for neither a residential area "
            "nor streets all around hold them",
        }[block.rule]
        findings.append(
            Finding(code="compound.derived", place=block.id, message=f"made of {said}")
        )
    return _in_block_rows(kept)


def _fill(blocks: list[Block], homes: list[House]) -> list[House]:
    tree = shapely.STRtree([block.shape for block in blocks])
    left = []
    for house in homes:
        within = tree.query(house.shape.representative_point(), predicate="within").tolist()
        if within:  # the map's own areas come first in the list, then blocks by size
            best = min(within, key=lambda n: (blocks[n].rule != "map", blocks[n].shape.area, n))
            blocks[best].houses.append(house)
        else:
            left.append(house)
    return left


def _clusters(left: list[House]) -> list[Block]:
    if not left:
        return []
    grown = shapely.union_all([house.shape.buffer(CLUSTER_M / 2) for house in left])
    parts = shapely.get_parts(grown)
    tree = shapely.STRtree(parts)
    groups: dict[int, list[House]] = {}
    for house in left:
        part = int(tree.query(house.shape.representative_point(), predicate="within")[0])
        groups.setdefault(part, []).append(house)
    return [
        Block(
            id="",
            shape=shapely.convex_hull(shapely.union_all([h.shape for h in group])).buffer(5),
            rule="cluster",
            houses=group,
        )
        for _, group in sorted(groups.items())
    ]


def _in_block_rows(blocks: list[Block]) -> list[Block]:
    """Order from north to south in bands of 150 m, west to east within each."""
    return sorted(
        blocks,
        key=lambda b: (-round(b.shape.centroid.y / 150), b.shape.centroid.x, b.id),
    )


def _in_rows(houses: list[House]) -> list[House]:
    return sorted(
        houses,
        key=lambda h: (-round(h.shape.centroid.y / 30), h.shape.centroid.x, h.id),
    )


def _name_blocks(blocks: list[Block], prefix: str) -> None:
    for number, block in enumerate(blocks, start=1):
        if block.name_zh:
            block.name_en = block.name_en or block.name_zh
            continue
        found = Counter(a for house in block.houses for a in house.addresses if a[0])
        streets = Counter(street for street, _ in found.elements())
        if not streets:
            block.name_zh = block.name_en = f"{prefix}-{number:02d}"
            continue
        street = min(streets, key=lambda s: (-streets[s], s))
        first = min((n for s, n in found if s == street), key=_house_number)
        block.name_zh = block.name_en = f"{street} {first}"
    said = Counter(block.name_zh for block in blocks)
    for number, block in enumerate(blocks, start=1):
        if said[block.name_zh] > 1:  # two parts of one estate, or of one long street
            block.name_zh += f"({number:02d})"
            block.name_en += f" ({number:02d})"


def _house_number(text: str) -> tuple[int, str]:
    digits = re.match(r"\d+", text)
    return (int(digits.group()) if digits else 10**6, text)


def _is_walled(shape: BaseGeometry, walls: npt.NDArray[Any]) -> bool:
    """Tell whether walls or fences run along at least half of a compound's outline."""
    if not len(walls):
        return False
    edge = shape.boundary
    near = shapely.union_all(walls[shapely.dwithin(walls, edge, 5)]).buffer(5)
    return bool(edge.intersection(near).length >= edge.length / 2)


def _spaced(compound: str, label: str) -> str:
    return f"{compound} {label}" if compound and compound[-1].isascii() else f"{compound}{label}"


def _dwelling_row(house: House, block: Block, code: str, label: int) -> dict[str, Any]:
    return {
        "id": house.id,
        "compound_id": block.id,
        "code": code,
        "name_zh": _spaced(block.name_zh, f"{label}幢"),
        "name_en": f"{block.name_en}, Building {label}",
        "levels": _levels(house.tags),
        "note": _told_addresses(house),
        "dwelling": True,
        "geometry": house.outline,
    }


def _told_addresses(house: House) -> str:
    said = sorted({a for a in house.addresses if a[0]}, key=lambda a: (a[0], _house_number(a[1])))
    return "; ".join(f"{street} {number}" for street, number in said)


def _other_row(house: House) -> dict[str, Any]:
    name = house.tags.get("name", "")
    return {
        "id": house.id,
        "compound_id": "",
        "code": "",
        "name_zh": house.tags.get("name:zh", name),
        "name_en": house.tags.get("name:en", name),
        "levels": _levels(house.tags),
        "note": _told_addresses(house),
        "dwelling": False,
        "geometry": house.outline,
    }


def _levels(tags: dict[str, str]) -> int:
    """Read the storeys; six where the map does not say, the usual walk-up."""
    usual = 6
    try:
        return max(1, min(200, round(float(tags.get("building:levels", usual)))))
    except ValueError:
        return usual


def _stairwells(
    house: House,
    block: Block,
    *,
    code: str,
    label: int,
    walkable: npt.NDArray[Any],
    forth: pyproj.Transformer,
    back: pyproj.Transformer,
    findings: list[Finding],
) -> list[dict[str, Any]]:
    edge = shapely.get_parts(house.shape)[0].exterior
    spots = [
        (f"osm:n{node.number}", node.spot, False)
        for node in sorted(
            house.entrances,
            key=lambda n: (edge.line_locate_point(moved(n.spot, forth)), n.number),
        )
    ]
    if not spots:
        spots = [(f"{house.id}:stairwell", moved(_door(house.shape, walkable), back), True)]
        message = "the map has no entrance; set at the point of the outline nearest to a way"
        findings.append(Finding(code="stairwell.derived", place=house.id, message=message))
    zh, en = _spaced(block.name_zh, f"{label}幢"), f"{block.name_en}, Building {label}"
    return [
        {
            "id": mark,
            "building_id": house.id,
            "code": f"{code}-{number}",
            "name_zh": f"{zh}{number}单元",
            "name_en": f"{en}, Stairwell {number}",
            "levels": _levels(house.tags),
            "derived": made,
            "geometry": spot,
        }
        for number, (mark, spot, made) in enumerate(spots, start=1)
    ]


def _door(shape: BaseGeometry, walkable: npt.NDArray[Any]) -> Point:
    outline = shapely.get_parts(shape)[0].exterior
    if not len(walkable):
        return Point(outline.coords[0])
    nearest = walkable[int(np.argmin(shapely.distance(walkable, outline)))]
    return Point(shapely.shortest_line(outline, nearest).coords[0])
