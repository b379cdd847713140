"""Read an OpenStreetMap extract into a district."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geopandas.geoseries import GeoSeries

from geodata.access import GATES, barrier_note, tricycle_fits
from geodata.district import (
    WGS84,
    District,
    DistrictUnreadable,
    Finding,
    Policy,
    layer_frame,
    metric_crs_for,
)
from geodata.extracts import amenities, derive
from geodata.extracts.dwellings import MapNode
from geodata.extracts.raw_map import RawMap, read_extract
from geodata.gates import apply_policy, gate_hours, gate_passage, gate_rule, hours_position

OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"


def import_osm(
    path: str | os.PathLike[str],
    name: str,
    *,
    on_progress: Callable[[str], None] | None = None,
    prefix: str | None = None,
    policy: Policy | None = None,
) -> District:
    """Make a district out of an extract (``.osm.pbf``, ``.osm``).

    Parameters
    ----------
    name
        Of the district, as people say it.
    on_progress
        Told each step as it begins: ``reading-map``, ``deriving-places``.
    prefix
        First part of all codes; by default taken from the name.
    policy
        What holds at gates that state no access; by default they are open.

    Raises
    ------
    DistrictUnreadable
        If the file is missing or no map, or holds no ways or no dwellings.
    """
    file, rules = Path(path), policy or Policy()
    tell = on_progress or (lambda _step: None)
    tell("reading-map")
    raw = read_extract(file)
    if not raw.ways:
        raise DistrictUnreadable(
            "map.no-ways",
            file=str(file),
            mend="take an extract that holds streets and paths (highway=*)",
        )
    tell("deriving-places")
    first = raw.ways[0]["geometry"].coords[0]
    ways = layer_frame("ways", raw.ways)
    walls = layer_frame("walls", raw.walls)
    code = prefix or derive.code_prefix(name)
    derived = derive.derive(
        raw.buildings,
        raw.landuse,
        raw.nodes,
        numbered=raw.numbered,
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
    gates, barriers = _barriers(raw, derived, rules)
    areas = layer_frame("areas", sorted((*raw.areas, *_ribbons(raw)), key=lambda row: row["id"]))
    return District(
        name=name,
        attribution=OSM_ATTRIBUTION,
        synthetic=False,
        seed=None,
        source_digest=hashlib.sha256(file.read_bytes()).hexdigest(),
        metric_crs=metric_crs_for(*first),
        policy=rules,
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


def _read_hours(node: MapNode, findings: list[Finding]) -> str:
    hours = gate_hours(node.tags)
    if not hours or not (position := hours_position(hours)):
        return hours
    facts: dict[str, str | int] = {"hours": hours, "position": position}
    place = f"osm:n{node.number}"
    findings.append(Finding(code="map.hours-unreadable", place=place, facts=facts))
    return ""


def _barriers(raw: RawMap, derived: derive.Derived, policy: Policy) -> tuple[Any, Any]:
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
            "tricycle": tricycle_fits(node.tags),
            "geometry": node.spot,
        }
        if node.tags["barrier"] not in GATES:
            others.append(row)
            continue
        row["rule"] = gate_rule(node.tags)
        row["open"] = row["rule"] != "closed"
        row["hours"] = _read_hours(node, derived.findings)
        row["note"] = barrier_note(node.tags)
        row["name"] = node.tags.get("name", "")
        row["name:en"] = node.tags.get("name:en", "")
        gates.append(row)
    if apart:
        derived.findings.append(
            Finding(code="map.barrier-apart", place="barrier=*", facts={"count": apart})
        )
    named = derive.name_gates(gates, derived)
    return apply_policy(layer_frame("gates", named), policy), layer_frame("barriers", others)
