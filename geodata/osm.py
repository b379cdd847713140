"""Read an OpenStreetMap extract into a district."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium
import shapely
from geopandas.geoseries import GeoSeries
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geodata import amenities, derive
from geodata.access import (
    GATES,
    WALLS,
    barrier_note,
    is_covered,
    oneways,
    way_passage,
)
from geodata.district import (
    WGS84,
    District,
    DistrictUnreadable,
    Finding,
    layer_frame,
    metric_crs_for,
)
from geodata.dwellings import MapArea, MapNode
from geodata.gates import gate_hours, gate_passage, gate_rule

OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
_KEPT_NODE_KEYS = frozenset(("barrier", "entrance", "addr:housenumber"))
_MIN_POINTS = 2


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
    way_nodes: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    unused_highways: dict[str, int] = field(default_factory=dict)
    relations: set[int] = field(default_factory=set)


def import_osm(
    path: str | os.PathLike[str],
    name: str,
    *,
    on_progress: Callable[[str], None] | None = None,
    prefix: str | None = None,
) -> District:
    """Make a district out of an extract (``.osm.pbf``, ``.osm``).

    Parameters
    ----------
    name
        Of the district, as people say it.
    prefix
        First part of all codes; by default taken from the name.

    Raises
    ------
    DistrictUnreadable
        If the file is missing or no map, or holds no ways or no dwellings.
    """
    file = Path(path)
    tell = on_progress or (lambda _step: None)
    tell("reading the map")
    raw = _read(file)
    if not raw.ways:
        raise DistrictUnreadable(
            "map.no-ways",
            file=str(file),
            mend="take an extract that holds streets and paths (highway=*)",
        )
    tell("deriving compounds and stairwells")
    first = raw.ways[0]["geometry"].coords[0]
    ways = layer_frame("ways", raw.ways)
    walls = layer_frame("walls", raw.walls)
    code = prefix or derive.code_prefix(name)
    derived = derive.derive(
        raw.buildings,
        raw.landuse,
        raw.nodes,
        ways=ways,
        walls=walls,
        metric_crs=metric_crs_for(*first),
        prefix=code,
    )
    if not len(derived.stairwells):
        raise DistrictUnreadable(
            "map.no-dwellings",
            file=str(file),
            mend="take an extract that holds dwellings (building=*)",
        )
    gates, barriers = _barriers(raw, derived)
    areas = layer_frame("areas", sorted((*raw.areas, *_ribbons(raw)), key=lambda row: row["id"]))
    return District(
        name=name,
        attribution=OSM_ATTRIBUTION,
        synthetic=False,
        seed=None,
        source_digest=hashlib.sha256(file.read_bytes()).hexdigest(),
        metric_crs=metric_crs_for(*first),
        findings=(*raw.findings, *derived.findings),
        compounds=derived.compounds,
        buildings=derived.buildings,
        stairwells=derived.stairwells,
        gates=gates,
        barriers=barriers,
        walls=walls,
        ways=ways,
        areas=areas,
        sites=layer_frame("sites", amenities.code_sites(raw.sites, code)),
    )


def _ribbons(raw: RawMap) -> list[dict[str, Any]]:
    """Give rivers that are drawn as lines their width."""
    if not raw.rivers:
        return []
    lines = GeoSeries([row["geometry"] for row in raw.rivers], crs=WGS84)
    metric = lines.to_crs(lines.estimate_utm_crs())
    wide = metric.buffer([row["width_m"] / 2 for row in raw.rivers], cap_style="flat")
    return [
        {key: row[key] for key in ("id", "kind", "name_zh", "name_en")} | {"geometry": shape}
        for row, shape in zip(raw.rivers, wide.to_crs(WGS84), strict=True)
        if not shape.is_empty
    ]


def _read(file: Path) -> RawMap:
    if not file.is_file():
        raise DistrictUnreadable(
            "map.missing", file=str(file), mend="name an extract (.osm.pbf or .osm) that exists"
        )
    raw = RawMap()
    factory = osmium.geom.WKBFactory()
    try:
        reader = osmium.FileProcessor(str(file)).with_locations().with_areas()
        thing: Any
        for thing in reader:
            if thing.is_node():
                _take_node(raw, thing)
            elif thing.is_way():
                _take_way(raw, thing)
            elif thing.is_area():
                _take_area(raw, thing, factory)
            elif _is_building_relation(thing):
                raw.relations.add(thing.id)
    except (RuntimeError, osmium.InvalidLocationError) as fault:
        raise DistrictUnreadable(
            "map.unreadable",
            file=str(file),
            reason=str(fault),
            mend="fetch the extract again; it must be .osm.pbf or .osm and complete",
        ) from fault
    raw.findings += [
        Finding(
            code="map.relation-broken",
            place=f"osm:r{number}",
            message="building outline incomplete in this extract; left out",
        )
        for number in sorted(raw.relations)
    ]
    raw.findings += [
        Finding(
            code="map.way-unused",
            place=f"highway={kind}",
            message=f"{count} ways of a kind that no mode of the loop uses; left out",
        )
        for kind, count in sorted(raw.unused_highways.items())
    ]
    return raw


def _is_building_relation(thing: Any) -> bool:
    return (
        thing.is_relation()
        and "building" in thing.tags
        and (thing.tags.get("type") == "multipolygon")
    )


def _take_node(raw: RawMap, node: Any) -> None:
    if not len(node.tags) or not node.location.valid():
        return
    tags = {tag.k: tag.v for tag in node.tags}
    if kind := amenities.site_kind(tags):
        spot = Point(node.lon, node.lat)
        raw.sites.append(amenities.site_row(f"osm:n{node.id}", kind, tags, spot))
    if _KEPT_NODE_KEYS & tags.keys():
        raw.nodes.append(MapNode(number=node.id, tags=tags, spot=Point(node.lon, node.lat)))


def _take_way(raw: RawMap, way: Any) -> None:
    highway, barrier = way.tags.get("highway"), way.tags.get("barrier")
    if highway is None and barrier not in WALLS and "waterway" not in way.tags:
        return
    tags = {tag.k: tag.v for tag in way.tags}
    if highway is None and barrier not in WALLS and not amenities.is_ribbon(tags):
        return
    passage = way_passage(tags)
    if highway is not None and passage is None:
        raw.unused_highways[highway] = raw.unused_highways.get(highway, 0) + 1
        return
    known = [node for node in way.nodes if node.location.valid()]
    if len(known) < len(way.nodes):
        message = f"{len(way.nodes) - len(known)} of its nodes lie outside; cut there"
        raw.findings.append(
            Finding(code="map.way-clipped", place=f"osm:w{way.id}", message=message)
        )
    points = [(node.lon, node.lat) for node in known]
    if len(points) < _MIN_POINTS or len(set(points)) < _MIN_POINTS:
        return
    line = LineString(points)
    if highway is None and barrier not in WALLS:
        row = amenities.area_row(f"osm:w{way.id}:water", "water", tags, line)
        raw.rivers.append(row | {"width_m": amenities.ribbon_width_m(tags)})
        return
    if highway is None or passage is None:
        raw.walls.append({"id": f"osm:w{way.id}", "barrier": barrier, "geometry": line})
        return
    raw.way_nodes.update(node.ref for node in known)
    oneway, oneway_bike = oneways(tags)
    name = tags.get("name", "")
    raw.ways.append(
        {
            "id": f"osm:w{way.id}",
            "name_zh": tags.get("name:zh", name),
            "name_en": tags.get("name:en", name),
            "highway": highway,
            "foot": passage.foot,
            "bike": passage.bike,
            "van": passage.van,
            "oneway": oneway,
            "oneway_bike": oneway_bike,
            "covered": is_covered(tags),
            "geometry": line,
        }
    )


def _take_area(raw: RawMap, area: Any, factory: Any) -> None:
    tags = {tag.k: tag.v for tag in area.tags}
    home = "building" in tags or tags.get("landuse") == "residential"
    area_kind, site_kind = amenities.area_kind(tags), amenities.site_kind(tags)
    if not (home or area_kind or site_kind):
        return
    mark = f"osm:{'w' if area.from_way() else 'r'}{area.orig_id()}"
    if not area.from_way():
        raw.relations.discard(area.orig_id())
    shape = shapely.from_wkb(factory.create_multipolygon(area))
    whole = _clean(shape)
    if whole is None:
        raw.findings.append(
            Finding(code="map.outline-broken", place=mark, message="crosses itself; left out")
        )
        return
    if area_kind:
        raw.areas.append(amenities.area_row(mark, area_kind, tags, whole))
    if site_kind:
        raw.sites.append(amenities.site_row(mark, site_kind, tags, whole))
    if not home:
        return
    corners = frozenset(node.ref for ring in area.outer_rings() for node in ring)
    kept = MapArea(id=mark, tags=tags, shape=whole, corners=corners)
    (raw.buildings if "building" in tags else raw.landuse).append(kept)


def _clean(shape: BaseGeometry) -> BaseGeometry | None:
    if not shape.is_valid:
        shape = shape.buffer(0)
    if shape.is_empty or not isinstance(shape, Polygon | MultiPolygon):
        return None
    parts = list(shape.geoms) if isinstance(shape, MultiPolygon) else [shape]
    return parts[0] if len(parts) == 1 else shape


def _barriers(raw: RawMap, derived: derive.Derived) -> tuple[Any, Any]:
    gates: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    apart = 0
    for node in sorted(raw.nodes, key=lambda n: n.number):
        if "barrier" not in node.tags:
            continue
        if node.number not in raw.way_nodes:
            apart += 1
            continue
        passage = gate_passage(node.tags)
        row = {
            "id": f"osm:n{node.number}",
            "barrier": node.tags["barrier"],
            "foot": passage.foot,
            "bike": passage.bike,
            "van": passage.van,
            "geometry": node.spot,
        }
        if node.tags["barrier"] not in GATES:
            others.append(row)
            continue
        row["rule"] = gate_rule(node.tags)
        row["open"] = row["rule"] != "closed"
        row["hours"] = gate_hours(node.tags)
        row["note"] = barrier_note(node.tags)
        row["name"] = node.tags.get("name", "")
        row["name:en"] = node.tags.get("name:en", "")
        gates.append(row)
    if apart:
        message = f"{apart} barriers stand on no way that is used; left out"
        derived.findings.append(
            Finding(code="map.barrier-apart", place="barrier=*", message=message)
        )
    named = derive.name_gates(gates, derived)
    return layer_frame("gates", named), layer_frame("barriers", others)
