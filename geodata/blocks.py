"""Gather dwellings into compounds.

* A residential area of at most 20 ha is a compound; larger ones are too large to have gates.
* Elsewhere a block bounded by streets is one.
* Houses in neither form one with all houses less than 60 m away.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

import shapely
from geopandas.geodataframe import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from geodata.access import STREETS
from geodata.district import Finding
from geodata.dwellings import House, MapArea

MAX_COMPOUND_M2 = 200_000


MIN_BLOCK_M2 = 300


CLUSTER_M = 60


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
