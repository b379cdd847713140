"""Read an extract's nodes, ways and outlines, and report what is broken, clipped or astray."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.access import (
    WALLS,
    is_covered,
    oneway_for_walkers,
    oneways,
    tricycle_fits,
    way_kind,
    way_passage,
)
from geodata.district import DistrictUnreadable, Finding
from geodata.extracts import amenities
from geodata.extracts.astray import UNIT, Ground, Spot
from geodata.extracts.dwellings import MapArea, MapNode
from geodata.extracts.extract import check_extract, node_at
from geodata.extracts.house_numbers import NumberedLine
from geodata.extracts.way_hours import in_hours, unread_conditions, way_hours

_KEPT_NODE_KEYS = frozenset(("barrier", "entrance", "addr:housenumber"))
_MIN_POINTS = 2
_TOO_FAR = re.compile(r"coordinate: '(-?\d[^']*)'")
_MIN_RING = 4


@dataclass(slots=True)
class RawMap:
    """What an extract holds, before anything is derived."""

    nodes: list[MapNode] = field(default_factory=list)
    ways: list[dict[str, Any]] = field(default_factory=list)
    walls: list[dict[str, Any]] = field(default_factory=list)
    buildings: list[MapArea] = field(default_factory=list)
    landuse: list[MapArea] = field(default_factory=list)
    areas: list[dict[str, Any]] = field(default_factory=list)
    sites: list[dict[str, Any]] = field(default_factory=list)
    rivers: list[dict[str, Any]] = field(default_factory=list)
    numbered: list[NumberedLine] = field(default_factory=list)
    way_nodes: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    unused_highways: dict[str, int] = field(default_factory=dict)
    unread: Counter[str] = field(default_factory=Counter)
    relations: dict[int, tuple[str, Spot | None]] = field(default_factory=dict)
    way_spots: dict[int, Spot] = field(default_factory=dict)
    outlines: dict[int, tuple[dict[str, str], list[int], list[Spot]]] = field(default_factory=dict)
    ground: Ground = field(default_factory=Ground)

    def report(self, code: str, place: str, spot: Spot | None = None, **facts: str | int) -> None:
        """Add a finding."""
        lon, lat = spot or (None, None)
        self.findings.append(Finding(code=code, place=place, facts=facts, lon=lon, lat=lat))


def read_extract(file: Path) -> RawMap:
    """Read an extract.

    Raises
    ------
    DistrictUnreadable
        If the file is missing, no map, not whole, hostile, or in no order that can be read.
    """
    check_extract(file)
    raw = RawMap()
    factory = osmium.geom.WKBFactory()
    try:
        reader = osmium.FileProcessor(str(file)).with_locations().with_areas()
        thing: Any
        for thing in reader:
            if thing.is_node():
                _take_node(raw, thing, file)
                continue
            if not raw.ground.judged:
                raw.findings += raw.ground.judge(file)
            if thing.is_way():
                _take_way(raw, thing)
            elif thing.is_area():
                _take_area(raw, thing, factory)
            elif thing.is_relation():
                _take_relation(raw, thing)
    except (RuntimeError, osmium.InvalidLocationError) as fault:
        raise _refusal(file, str(fault)) from fault
    _finish(raw)
    return raw


def _refusal(file: Path, reason: str) -> DistrictUnreadable:
    if far := _TOO_FAR.search(reason):
        return DistrictUnreadable(
            "map.coordinates-out-of-range",
            file=str(file),
            node=node_at(file, far.group(1)),
            value=far.group(1),
            mend="give lon from -180 to 180 and lat from -90 to 90, in degrees",
        )
    if "ID twice" in reason:
        return DistrictUnreadable(
            "map.id-repeated",
            file=str(file),
            reason=reason,
            mend="merge the files with 'osmium merge', which keeps each thing once",
        )
    return DistrictUnreadable(
        "map.unreadable",
        file=str(file),
        reason=reason,
        mend="fetch the extract again; it must be .osm.pbf or .osm and complete",
    )


def _take_node(raw: RawMap, node: Any, file: Path) -> None:
    if raw.ground.judged:
        raise DistrictUnreadable(
            "map.unsorted",
            file=str(file),
            node=node.id,
            mend="put nodes before ways with 'osmium sort'",
        )
    if node.id < 0:
        raise DistrictUnreadable(
            "map.id-negative",
            file=str(file),
            node=node.id,
            mend="renumber an unsaved drawing with 'osmium renumber'",
        )
    raw.ground.add(node.id, node.location.x, node.location.y)
    if not len(node.tags):
        return
    tags = {tag.k: tag.v for tag in node.tags}
    kind = amenities.site_kind(tags)
    if not kind and not _KEPT_NODE_KEYS & tags.keys():
        return
    spot = Point(node.location.x / UNIT, node.location.y / UNIT)
    if kind:
        raw.sites.append(amenities.site_row(f"osm:n{node.id}", kind, tags, spot))
    if _KEPT_NODE_KEYS & tags.keys():
        raw.nodes.append(MapNode(number=node.id, tags=tags, spot=spot))


def _take_relation(raw: RawMap, relation: Any) -> None:
    if relation.tags.get("type") not in ("multipolygon", "boundary"):
        return
    tags = {tag.k: tag.v for tag in relation.tags}
    if what := _outline_kind(tags):
        spots = (raw.way_spots.get(member.ref) for member in relation.members)
        raw.relations[relation.id] = (what, next((spot for spot in spots if spot), None))


def _outline_kind(tags: dict[str, str]) -> str:
    """Say as what an outline is used, empty where it is not."""
    if "building" in tags:
        return "building"
    if tags.get("landuse") == "residential":
        return "residential"
    if tags.get("barrier") in WALLS:
        return "wall"
    return amenities.area_kind(tags) or amenities.site_kind(tags)


def _is_outline(tags: dict[str, str]) -> bool:
    """Tell whether a way is drawn around something; a closed street is not."""
    if tags.get("area") == "no" or ("highway" in tags and tags.get("area") != "yes"):
        return False
    return _outline_kind(tags) not in ("", "wall")


def _spots(raw: RawMap, way: Any) -> tuple[list[int], list[Spot], int]:
    """Give the numbers and places of a way's nodes, and how many are missing."""
    numbers, spots, missing = [], [], 0
    moved = raw.ground.moved
    for node in way.nodes:
        spot: Spot | None = (node.lon, node.lat) if node.location.valid() else None
        if node.ref in moved:
            spot = moved[node.ref]
        if spot is None:
            missing += 1
            continue
        numbers.append(node.ref)
        spots.append(spot)
    return numbers, spots, missing


def _note_spot(raw: RawMap, way: Any) -> None:
    """Keep where a way is, to place the broken relations that it belongs to."""
    first = next((node for node in way.nodes if node.location.valid()), None)
    if first is not None:
        raw.way_spots[way.id] = (first.lon, first.lat)


def _take_way(raw: RawMap, way: Any) -> None:
    _note_spot(raw, way)
    if not len(way.tags):
        return
    tags = {tag.k: tag.v for tag in way.tags}
    if _is_outline(tags):
        _keep_outline(raw, way, tags)
    ribbon, numbered = amenities.is_ribbon(tags), "addr:interpolation" in tags
    if not ("highway" in tags or tags.get("barrier") in WALLS or ribbon or numbered):
        return
    if "highway" in tags and way_passage(in_hours(tags)) is None:
        kind = tags["highway"]
        raw.unused_highways[kind] = raw.unused_highways.get(kind, 0) + 1
        return
    numbers, spots, missing = _spots(raw, way)
    if missing:
        first = spots[0] if spots else None
        raw.report("map.way-clipped", f"osm:w{way.id}", first, count=missing)
    if len(set(spots)) < _MIN_POINTS:
        return
    line = LineString(spots)
    if "highway" in tags:
        raw.ways.append(_way_row(f"osm:w{way.id}", in_hours(tags), line))
        raw.unread.update(unread_conditions(tags))
        raw.way_nodes.update(numbers)
    elif tags.get("barrier") in WALLS:
        raw.walls.append({"id": f"osm:w{way.id}", "barrier": tags["barrier"], "geometry": line})
    elif ribbon:
        row = amenities.area_row(f"osm:w{way.id}:water", "water", tags, line)
        raw.rivers.append(row | {"width_m": amenities.ribbon_width_m(tags)})
    else:
        step = tags["addr:interpolation"]
        raw.numbered.append(NumberedLine(step=step, nodes=tuple(numbers), line=line))


def _way_row(mark: str, tags: dict[str, str], line: LineString) -> dict[str, Any]:
    passage = way_passage(tags)
    oneway, oneway_bike = oneways(tags)
    name = tags.get("name", "")
    return {
        "id": mark,
        "name_zh": tags.get("name:zh", name),
        "name_en": tags.get("name:en", name),
        "highway": way_kind(tags),
        "foot": passage is not None and passage.foot,
        "bike": passage is not None and passage.bike,
        "van": passage is not None and passage.van,
        "oneway": oneway,
        "oneway_bike": oneway_bike,
        "covered": is_covered(tags),
        "oneway_foot": oneway_for_walkers(tags),
        "tricycle": tricycle_fits(tags),
        "hours": way_hours(tags),
        "geometry": line,
    }


def _keep_outline(raw: RawMap, way: Any, tags: dict[str, str]) -> None:
    """Keep an outline until it has been put together, to mend or report it if it is not."""
    numbers, spots, missing = _spots(raw, way)
    mark, what = f"osm:w{way.id}", _outline_kind(tags)
    spot = spots[0] if spots else None
    if missing:
        raw.report("map.outline-clipped", mark, spot, outline=what, count=missing)
    elif len(numbers) < _MIN_RING or numbers[0] != numbers[-1]:
        raw.report("map.outline-open", mark, spot, outline=what)
    else:
        raw.outlines[way.id] = (tags, numbers, spots)


def _take_area(raw: RawMap, area: Any, factory: Any) -> None:
    if not area.from_way() and area.orig_id() not in raw.relations:
        return
    if area.from_way() and area.orig_id() not in raw.outlines:
        return
    if raw.ground.moved and area.from_way():
        return  # put together from the corners where they belong, at the end
    try:
        shape = _clean(shapely.from_wkb(factory.create_multipolygon(area)))
    except RuntimeError:  # no ring of it closes, or its rings cross
        return
    if shape is None:
        return
    corners = frozenset(node.ref for ring in area.outer_rings() for node in ring)
    if area.from_way():
        tags, _, _ = raw.outlines.pop(area.orig_id())
        _keep_area(raw, f"osm:w{area.orig_id()}", tags, shape, corners)
        return
    del raw.relations[area.orig_id()]
    tags = {tag.k: tag.v for tag in area.tags}
    _keep_area(raw, f"osm:r{area.orig_id()}", tags, shape, corners)


def _keep_area(
    raw: RawMap, mark: str, tags: dict[str, str], shape: BaseGeometry, corners: Iterable[int]
) -> None:
    if kind := amenities.area_kind(tags):
        raw.areas.append(amenities.area_row(mark, kind, tags, shape))
    if kind := amenities.site_kind(tags):
        raw.sites.append(amenities.site_row(mark, kind, tags, shape))
    kept = MapArea(id=mark, tags=tags, shape=shape, corners=frozenset(corners))
    if "building" in tags:
        raw.buildings.append(kept)
    elif tags.get("landuse") == "residential":
        raw.landuse.append(kept)
    elif tags.get("barrier") in WALLS:
        rings = [ring for part in shapely.get_parts(shape) for ring in _rings(part)]
        raw.walls += [
            {"id": f"{mark}:{n}", "barrier": tags["barrier"], "geometry": LineString(ring.coords)}
            for n, ring in enumerate(rings, start=1)
        ]


def _rings(part: Polygon) -> Sequence[Any]:
    return [part.exterior, *part.interiors]


def _clean(shape: BaseGeometry) -> BaseGeometry | None:
    """Give a valid outline: where a ring crosses itself, the larger part of what it encloses."""
    if not shape.is_valid:
        parts = [p for p in shapely.get_parts(shapely.make_valid(shape)) if p.area > 0]
        polygons = [q for p in parts for q in shapely.get_parts(p) if isinstance(q, Polygon)]
        shape = max(polygons, key=lambda p: p.area, default=Polygon())
    if shape.is_empty or not isinstance(shape, Polygon | MultiPolygon):
        return None
    parts = list(shape.geoms) if isinstance(shape, MultiPolygon) else [shape]
    return parts[0] if len(parts) == 1 else shape


def _finish(raw: RawMap) -> None:
    """Mend what was not put together, and report what cannot be."""
    for number, (tags, corners, spots) in sorted(raw.outlines.items()):
        ring = Polygon(spots)
        shape = _clean(ring)
        mark, what = f"osm:w{number}", _outline_kind(tags)
        if shape is None:
            raw.report("map.outline-broken", mark, spots[0], outline=what)
            continue
        if not ring.is_valid:
            raw.report("map.outline-mended", mark, outline=what)
        _keep_area(raw, mark, tags, shape, corners)
    raw.outlines.clear()
    for number, (what, spot) in sorted(raw.relations.items()):
        raw.report("map.relation-broken", f"osm:r{number}", spot, outline=what)
    for kind, count in sorted(raw.unused_highways.items()):
        raw.report("map.way-unused", f"highway={kind}", count=count)
    for key, count in sorted(raw.unread.items()):
        raw.report("map.condition-unread", key, count=count)
    _put_nodes_right(raw)


def _put_nodes_right(raw: RawMap) -> None:
    moved = raw.ground.moved
    if not moved:
        return
    raw.nodes = [
        node
        if node.number not in moved
        else MapNode(number=node.number, tags=node.tags, spot=Point(moved[node.number]))
        for node in raw.nodes
        if moved.get(node.number, ()) is not None
    ]
    marks = {f"osm:n{number}": spot for number, spot in moved.items()}
    raw.sites = [
        row if row["id"] not in marks else row | {"geometry": Point(marks[row["id"]])}
        for row in raw.sites
        if marks.get(row["id"], ()) is not None
    ]
