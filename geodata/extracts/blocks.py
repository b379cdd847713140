"""Gather dwellings into compounds.

* A residential area of at most 20 ha is a compound; larger ones are too large to have gates.
* So is what a wall or fence encloses, with two dwellings or one of several households in it; gaps
  of up to 8 m between two ends of walls count as gateways. Where both hold a house, the smaller
  one has it.
* Elsewhere a block bounded by streets is one.
* Houses in neither form one with all houses less than 60 m away.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from geopandas.geodataframe import GeoDataFrame
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from geodata.access import STREETS
from geodata.district import Finding
from geodata.extracts.dwellings import House, MapArea

MAX_COMPOUND_M2 = 200_000


MIN_BLOCK_M2 = 300


CLUSTER_M = 60
GATEWAY_M = 8.0
SHARED = frozenset(("apartments", "residential", "dormitory", "block"))
"""Kinds of dwelling that several households share."""


@dataclass(slots=True, kw_only=True)
class Block:
    """One compound on its way to a place."""

    id: str
    shape: BaseGeometry  # in metres
    rule: str
    name_zh: str = ""
    name_en: str = ""
    houses: list[House] = field(default_factory=list)


def gather_blocks(
    houses: list[House],
    homes_area: list[tuple[MapArea, BaseGeometry]],
    ways: GeoDataFrame,
    walls: Sequence[BaseGeometry],
    findings: list[Finding],
) -> list[Block]:
    """Put every dwelling into a compound, in order from north-west to south-east."""
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
    blocks += _enclosures(walls, blocks)
    streets = ways.geometry[ways["highway"].isin(STREETS)].to_numpy()
    cells = shapely.get_parts(shapely.polygonize([shapely.union_all(streets)]))
    blocks += [
        Block(id="", shape=cell, rule="block") for cell in cells if cell.area >= MIN_BLOCK_M2
    ]
    homes = [house for house in houses if house.dwelling]
    _fill(blocks, homes)
    blocks = [block for block in blocks if block.rule != "wall" or _is_compound(block)]
    left = _fill(blocks, homes)
    blocks += _clusters(left)
    kept = [block for block in blocks if block.houses]
    for block in kept:
        if block.rule == "map":
            continue
        first = min(house.id for house in block.houses)
        block.id = f"{first}:compound"
        findings.append(
            Finding(code="compound.derived", place=block.id, facts={"rule": block.rule})
        )
    return _in_block_rows(kept)


def _fill(blocks: list[Block], homes: list[House]) -> list[House]:
    for block in blocks:
        block.houses.clear()
    tree = shapely.STRtree([block.shape for block in blocks])
    left = []
    for house in homes:
        within = tree.query(house.shape.representative_point(), predicate="within").tolist()
        if (
            within
        ):  # areas of the map and enclosures go before blocks, the smaller before the larger
            best = min(within, key=lambda n: (blocks[n].rule == "block", blocks[n].shape.area, n))
            blocks[best].houses.append(house)
        else:
            left.append(house)
    return left


def _enclosures(walls: Sequence[BaseGeometry], areas: list[Block]) -> list[Block]:
    """Find what walls enclose; an enclosure that fills most of a named area has its name."""
    if not len(walls):
        return []
    lines = shapely.union_all(shapely.set_precision(np.asarray(walls), 0.01))
    ends = _loose_ends(lines)
    near = shapely.STRtree(ends).query(ends, predicate="dwithin", distance=GATEWAY_M).T.tolist()
    gaps = [LineString([ends[a], ends[b]]) for a, b in near if a < b]
    noded = shapely.union_all([lines, *gaps])
    rings = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    found = []
    for ring in rings:
        if not MIN_BLOCK_M2 <= ring.area <= MAX_COMPOUND_M2:
            continue
        block = Block(id="", shape=ring, rule="wall")
        for area in areas:
            shared = ring.intersection(area.shape).area
            if shared >= ring.area / 2 and shared >= area.shape.area / 2:
                block.name_zh, block.name_en = area.name_zh, area.name_en
        found.append(block)
    return found


def _loose_ends(lines: BaseGeometry) -> npt.NDArray[Any]:
    """Give the ends of walls at which no other wall begins."""
    parts = shapely.get_parts(shapely.line_merge(lines))
    tips = Counter(tip for part in parts for tip in (part.coords[0], part.coords[-1]))
    loose = [Point(tip) for tip, count in sorted(tips.items()) if count == 1]
    return np.array(loose, dtype=object)


def _is_compound(block: Block) -> bool:
    """Tell an enclosed compound from the fenced garden of one family."""
    if len(block.houses) == 1:
        house = block.houses[0]
        return house.tags["building"] in SHARED or len(house.entrances) > 1
    return bool(block.houses)


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


def name_blocks(blocks: list[Block], prefix: str) -> None:
    """Name compounds by the map, else by their main street's first number, else by code."""
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
        first = min((n for s, n in found if s == street), key=house_number)
        block.name_zh = block.name_en = f"{street} {first}"
    said = Counter(block.name_zh for block in blocks)
    for number, block in enumerate(blocks, start=1):
        if said[block.name_zh] > 1:  # two parts of one estate, or of one long street
            block.name_zh += f"({number:02d})"
            block.name_en += f" ({number:02d})"


def house_number(text: str) -> tuple[int, str]:
    """Make house numbers comparable: 9 before 10, 10 before 10B."""
    digits = re.match(r"\d+", text)
    return (int(digits.group()) if digits else 10**6, text)
