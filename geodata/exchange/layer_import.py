"""Make a district out of layers that somebody else drew."""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio  # type: ignore[import-untyped]
import shapely
from geopandas.geodataframe import GeoDataFrame

from geodata.coordinates import Datum, read_datum
from geodata.district import (
    District,
    DistrictUnreadable,
    Finding,
    Policy,
    layer_frame,
    metric_crs_for,
)
from geodata.exchange.datums import mixed_datums
from geodata.exchange.layer_files import Gathered, gather_layers
from geodata.extracts import amenities, derive
from geodata.extracts.dwellings import MapArea, MapNode
from geodata.gates import apply_policy, hours_position
from geodata.layers import LAYERS, WGS84

OWN_ATTRIBUTION = "来源未注明 Source not stated"
Rows = dict[str, list[dict[str, Any]]]


def import_layers(
    paths: Iterable[str | os.PathLike[str]],
    name: str,
    *,
    datum: Datum | str | None,
    attribution: str = "",
    prefix: str | None = None,
    policy: Policy | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> District:
    """Make a district out of layers in GeoJSON, GeoPackage, Shapefile or GeoParquet.

    Parameters
    ----------
    paths
        Files, or folders of them; each layer is found by its name. Columns are those of
        :data:`geodata.layers.CONTRACT`. Ways and buildings are needed; compounds and stairwells
        are derived where there is no layer of them, by the rules for OpenStreetMap's.
    datum
        Of all positions; it has to be stated.
    attribution
        Whom the layers come from; printed on every map. By default what an export of a district
        says beside or in its layers.
    on_progress
        Told each step as it begins: ``reading-layers``, ``deriving-missing``.

    Raises
    ------
    CoordinatesUnusable
        If no datum is stated, or an unknown one.
    LayersRefused
        If columns, values, geometry, ids or parents are not as the contract has them, or layers
        are of different datums; all faults are in it.
    DistrictUnreadable
        If a file cannot be read, or there are no ways or no buildings.
    """
    tell, rules = on_progress or (lambda _step: None), policy or Policy()
    files = [Path(path) for path in paths]
    stated = read_datum(datum)
    tell("reading-layers")
    gathered = gather_layers(files, stated)
    _need(gathered, files)
    gathered.faults.refuse()
    rows = gathered.rows
    code = prefix or derive.code_prefix(name)
    spot = rows["ways"][0]["geometry"].coords[0]
    metric_crs = metric_crs_for(*spot)
    _refuse_mixed(gathered, metric_crs)
    tell("deriving-missing")
    _derive_missing(rows, gathered.findings, metric_crs, code)
    _read_hours(rows["gates"], gathered.findings)
    _give_codes(rows, code)
    frames = {layer: layer_frame(layer, rows[layer]) for layer in LAYERS}
    frames["gates"] = apply_policy(frames["gates"], rules)
    return District(
        name=name,
        attribution=attribution or _stated_source(files) or OWN_ATTRIBUTION,
        synthetic=False,
        seed=None,
        source_digest=_digest(files),
        metric_crs=metric_crs,
        findings=tuple(gathered.findings),
        policy=rules,
        **frames,
    )


def _digest(files: Sequence[Path]) -> str:
    mark = hashlib.sha256()
    for path in files:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if file.is_file():
                mark.update(file.read_bytes())
    return mark.hexdigest()


def _stated_source(files: Sequence[Path]) -> str:
    """Read the attribution that :func:`geodata.exchange.export.export_district` wrote."""
    for path in files:
        told = (path if path.is_dir() else path.parent) / "ATTRIBUTION.txt"
        if path.suffix.lower() == ".gpkg":
            layers = pyogrio.list_layers(path)[:, 0].tolist()
            held = [pyogrio.read_info(path, layer=layer)["layer_metadata"] for layer in layers]
            said = [str(data["ATTRIBUTION"]) for data in held if data and "ATTRIBUTION" in data]
            if said:
                return said[0]
        elif told.is_file():
            lines = told.read_text(encoding="utf-8").splitlines()
            if len(lines) > 1:
                return lines[1]
    return ""


def _need(gathered: Gathered, files: Sequence[Path]) -> None:
    for layer, code in (("ways", "map.no-ways"), ("buildings", "map.no-dwellings")):
        if not gathered.rows[layer] and not gathered.faults.found:
            raise DistrictUnreadable(
                code,
                file=", ".join(map(str, files)),
                layer=layer,
                mend=f"add a layer {layer}, or fill it",
            )


def _refuse_mixed(gathered: Gathered, metric_crs: str) -> None:
    frames = {
        layer: GeoDataFrame(geometry=[row["geometry"] for row in rows], crs=WGS84)
        for layer, rows in gathered.rows.items()
        if rows
    }
    for mixed in mixed_datums(frames, metric_crs):
        gathered.faults.add(
            "layers.datum-mixed",
            file=gathered.files.get(mixed.layer, ""),
            layer=mixed.layer,
            against=mixed.against,
            shift_m=round(mixed.shift_m),
            mend=f"this layer seems to be in {mixed.datum} beside the others; bring all layers "
            "to one datum and state that",
        )
    gathered.faults.refuse()


def _derive_missing(rows: Rows, findings: list[Finding], metric_crs: str, prefix: str) -> None:
    """Derive compounds and stairwells where there is no layer of them."""
    if rows["compounds"]:
        _place_houses(rows, findings)
    if rows["compounds"] and rows["stairwells"]:
        return
    homes = {row["id"]: row for row in rows["buildings"] if row["dwelling"]}
    derived = derive.derive(
        [_outline(row) for row in rows["buildings"]],
        [_ground(row) for row in rows["compounds"]],
        _doors(rows),
        ways=layer_frame("ways", rows["ways"]),
        walls=layer_frame("walls", rows["walls"]),
        metric_crs=metric_crs,
        prefix=prefix,
    )
    made = {row["id"]: row for row in derived.buildings.to_dict("records")}
    if not rows["compounds"]:
        rows["compounds"] = derived.compounds.to_dict("records")
        findings += [f for f in derived.findings if f.code == "compound.derived"]
        for mark, home in homes.items():
            home["compound_id"] = made[mark]["compound_id"]
        for gate in rows["gates"]:
            gate["compound_id"] = ""
        rows["gates"] = _owned_gates(rows["gates"], derived)
    for mark, home in homes.items():
        for column in ("code", "name_zh", "name_en"):
            home[column] = home[column] or made[mark][column]
    if not rows["stairwells"]:
        rows["stairwells"] = [
            row | {"levels": homes[row["building_id"]]["levels"], "levels_set": False}
            for row in derived.stairwells.to_dict("records")
        ]
        findings += [f for f in derived.findings if f.code == "stairwell.derived"]


def _outline(row: dict[str, Any]) -> MapArea:
    kind = "residential" if row["dwelling"] else "no"
    tags = {"building": kind, "building:levels": str(row["levels"])}
    return MapArea(id=row["id"], tags=tags, shape=row["geometry"], corners=frozenset())


def _ground(row: dict[str, Any]) -> MapArea:
    tags = {"name:zh": row["name_zh"], "name:en": row["name_en"]}
    return MapArea(id=row["id"], tags=tags, shape=row["geometry"], corners=frozenset())


def _doors(rows: Rows) -> list[MapNode]:
    return [
        MapNode(number=number, tags={}, spot=row["geometry"])
        for number, row in enumerate(rows["stairwells"], start=1)
    ]


def _owned_gates(gates: list[dict[str, Any]], derived: derive.Derived) -> list[dict[str, Any]]:
    named = derive.name_gates(
        [gate | {"name": gate["name_zh"], "name:en": gate["name_en"]} for gate in gates], derived
    )
    return [
        row | {"code": gate["code"] or row["code"]} for gate, row in zip(gates, named, strict=True)
    ]


def _place_houses(rows: Rows, findings: list[Finding]) -> None:
    """Put dwellings that name no compound into the one that holds them."""
    shapes = np.array([row["geometry"] for row in rows["compounds"]], dtype=object)
    tree, areas = shapely.STRtree(shapes), shapely.area(shapes)
    for row in rows["buildings"]:
        if row["compound_id"] or not row["dwelling"]:
            continue
        within = tree.query(row["geometry"].representative_point(), predicate="within").tolist()
        if within:
            best = min(within, key=lambda n: (areas[n], n))
            row["compound_id"] = rows["compounds"][best]["id"]
        else:
            findings.append(Finding(code="building.compound-unknown", place=row["id"]))


def _read_hours(gates: list[dict[str, Any]], findings: list[Finding]) -> None:
    for gate in gates:
        if gate["hours"] and (position := hours_position(gate["hours"])):
            facts = {"hours": gate["hours"], "position": position}
            findings.append(Finding(code="map.hours-unreadable", place=gate["id"], facts=facts))
            gate["hours"] = ""
        if gate["rule"] == "unstated" and not gate["open"]:
            gate["rule"] = "closed"  # the layer itself states it


def _give_codes(rows: Rows, prefix: str) -> None:
    """Make the codes that the layers leave out, parents first."""
    codes: dict[str, str] = {}
    for layer, parent, mark in (
        ("compounds", "", ""),
        ("buildings", "compound_id", ""),
        ("stairwells", "building_id", ""),
        ("gates", "compound_id", "G"),
    ):
        taken = {row["code"] for row in rows[layer] if row["code"]}
        counts: dict[str, int] = {}
        for row in rows[layer]:
            if layer == "buildings" and not row["dwelling"]:
                continue
            base = codes.get(str(row[parent]), prefix) if parent else prefix
            while not row["code"]:
                counts[base] = counts.get(base, 0) + 1
                code = _code(layer, base, mark, counts[base])
                row["code"] = "" if code in taken else code
            taken.add(row["code"])
            codes[row["id"]] = row["code"]
            row["name_zh"] = row["name_zh"] or row["code"]
            row["name_en"] = row["name_en"] or row["name_zh"]
    rows["sites"] = [
        row | {"code": row["code"] or made["code"]}
        for row, made in zip(
            sorted(rows["sites"], key=lambda r: str(r["id"])),
            amenities.code_sites(rows["sites"], prefix),
            strict=True,
        )
    ]


def _code(layer: str, base: str, mark: str, number: int) -> str:
    if layer in ("compounds", "buildings"):
        return f"{base}-{number:02d}"
    return f"{base}-{mark}{number}"
