"""Derive compounds, dwellings and stairwells where a map only draws outlines.

Every rule is stated in :mod:`geodata.extracts.dwellings`, :mod:`geodata.extracts.blocks` and here,
and recorded as a finding on what it made:

* A stairwell is an entrance for people on a dwelling; a dwelling without one gets one at the point
  of its outline nearest to a way for walkers.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from geopandas.geodataframe import GeoDataFrame
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from geodata.district import WGS84, Finding, layer_frame
from geodata.extracts.blocks import Block, gather_blocks, house_number, name_blocks
from geodata.extracts.dwellings import (
    House,
    MapArea,
    MapNode,
    gather_houses,
    judge_dwellings,
    moved,
)
from geodata.extracts.house_numbers import NumberedLine, number_houses

_LATIN = re.compile(r"[A-Za-z]+")


@dataclass(slots=True, kw_only=True)
class Derived:
    """Layers that were derived, and what has to be said of it."""

    compounds: GeoDataFrame
    buildings: GeoDataFrame
    stairwells: GeoDataFrame
    findings: list[Finding]
    metric_crs: str


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
    numbered: Sequence[NumberedLine] = (),
    ways: GeoDataFrame,
    walls: GeoDataFrame,
    metric_crs: str,
    prefix: str,
) -> Derived:
    """Turn outlines, entrances and streets into compounds, buildings and stairwells."""
    forth = pyproj.Transformer.from_crs(WGS84, metric_crs, always_xy=True)
    back = pyproj.Transformer.from_crs(metric_crs, WGS84, always_xy=True)
    findings: list[Finding] = []
    houses = gather_houses(areas, nodes, forth)
    number_houses(houses, nodes, numbered, forth)
    homes_area = [(area, moved(area.shape, forth)) for area in landuse]
    judge_dwellings(houses, [shape for _, shape in homes_area])
    metric_ways = ways.to_crs(metric_crs)
    metric_walls = walls.to_crs(metric_crs).geometry.to_numpy() if len(walls) else []
    blocks = gather_blocks(houses, homes_area, metric_ways, metric_walls, findings)
    name_blocks(blocks, prefix)
    walkable = shapely.STRtree(metric_ways.geometry[metric_ways["foot"]].to_numpy())
    fences = shapely.STRtree(metric_walls)
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
                "walled": _is_walled(block.shape, fences),
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
    """Give gates their compound, code and names.

    A gate belongs to the compound whose edge is nearest, within 15 m; one further from any edge
    to the smallest compound that holds it.
    """
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
    shapes = derived.compounds.to_crs(derived.metric_crs).geometry.to_numpy()
    owners = _owners(spots, shapes, within_m)
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


def _owners(spots: Any, shapes: Any, within_m: float) -> dict[int, int]:
    owners: dict[int, int] = {}
    if not len(spots):
        return owners
    edges = shapely.STRtree(shapely.boundary(shapes))
    for gate, compound in edges.query_nearest(spots, max_distance=within_m).T.tolist():
        owners.setdefault(gate, compound)
    holding = shapely.STRtree(shapes).query(spots, predicate="within").T.tolist()
    for gate, compound in sorted(holding, key=lambda pair: shapes[pair[1]].area):
        owners.setdefault(gate, compound)
    return owners


def _in_rows(houses: list[House]) -> list[House]:
    return sorted(
        houses,
        key=lambda h: (-round(h.shape.centroid.y / 30), h.shape.centroid.x, h.id),
    )


def _is_walled(shape: BaseGeometry, fences: shapely.STRtree) -> bool:
    """Tell whether walls or fences run along at least half of a compound's outline."""
    edge = shape.boundary
    near = fences.query(edge, predicate="dwithin", distance=5)
    along = shapely.union_all(fences.geometries[near]).buffer(5)
    return bool(edge.intersection(along).length >= edge.length / 2)


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
    said = sorted({a for a in house.addresses if a[0]}, key=lambda a: (a[0], house_number(a[1])))
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


def _states_levels(tags: dict[str, str]) -> bool:
    """Tell whether the storeys are the map's own."""
    said = tags.get("building:levels", "")
    return said.replace(".", "", 1).isdecimal() and float(said) >= 1


def _signs(entrances: list[MapNode]) -> list[str]:
    """Give what is written at the entrances (``ref``), if each has a sign of its own."""
    signs = [node.tags.get("ref", "").strip() for node in entrances]
    return signs if all(signs) and len(set(signs)) == len(signs) else []


def _lift(tags: dict[str, str]) -> str:
    """Tell whether a house has a lift; many storeys prove none, so the map has to say it."""
    said = tags.get("elevator", tags.get("building:elevator", ""))
    if said.isdigit():
        return "yes" if int(said) else "no"
    return said if said in ("yes", "no") else "unknown"


def _stairwells(
    house: House,
    block: Block,
    *,
    code: str,
    label: int,
    walkable: shapely.STRtree,
    forth: pyproj.Transformer,
    back: pyproj.Transformer,
    findings: list[Finding],
) -> list[dict[str, Any]]:
    edge = shapely.get_parts(house.shape)[0].exterior
    house.entrances.sort(key=lambda n: (edge.line_locate_point(moved(n.spot, forth)), n.number))
    spots = [(f"osm:n{node.number}", node.spot, False) for node in house.entrances]
    if not spots:
        spots = [(f"{house.id}:stairwell", moved(_door(house.shape, walkable), back), True)]
        findings.append(Finding(code="stairwell.derived", place=house.id))
    zh, en = _spaced(block.name_zh, f"{label}幢"), f"{block.name_en}, Building {label}"
    signs = _signs(house.entrances) or list(map(str, range(1, len(spots) + 1)))
    return [
        {
            "id": mark,
            "building_id": house.id,
            "code": f"{code}-{number}",
            "name_zh": f"{zh}{signs[number - 1]}单元",
            "name_en": f"{en}, Stairwell {signs[number - 1]}",
            "levels": _levels(house.tags),
            "levels_set": _states_levels(house.tags),
            "derived": made,
            "lift": _lift(house.tags),
            "geometry": spot,
        }
        for number, (mark, spot, made) in enumerate(spots, start=1)
    ]


def _door(shape: BaseGeometry, walkable: shapely.STRtree) -> Point:
    outline = shapely.get_parts(shape)[0].exterior
    nearest = walkable.nearest(outline)
    if nearest is None:
        return Point(outline.coords[0])
    return Point(shapely.shortest_line(outline, walkable.geometries[nearest]).coords[0])
