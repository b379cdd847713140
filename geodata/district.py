"""A district: its layers, what each column holds, and the folder it is kept in."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pyproj
import shapely
from geopandas.geodataframe import GeoDataFrame

from geodata.findings import CODES, Finding
from geodata.layers import CONTRACT, LAYERS, WGS84, add_later_columns, layer_frame

FORMAT = 2
POLICIES = ("open", "closed", "foot")

__all__ = ["LAYERS", "WGS84", "District", "Finding", "MapPlace", "Policy", "layer_frame"]


class DistrictUnreadable(ValueError):
    """A district or a map file cannot be used; ``facts`` name the file and the mend."""

    def __init__(self, code: str, **facts: str | int) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code}: " + "; ".join(f"{k} {v}" for k, v in facts.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a district decides where the map says nothing.

    Parameters
    ----------
    untagged_gates
        Gates of which the map states no access: ``open``, ``closed``, or open to walkers only
        (``foot``).
    """

    untagged_gates: str = "open"

    def __post_init__(self) -> None:
        if self.untagged_gates not in POLICIES:
            raise DistrictUnreadable(
                "district.policy-unknown",
                field="untagged_gates",
                value=str(self.untagged_gates),
                mend="use one of " + ", ".join(POLICIES),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPlace:
    """A place of the map as a plain value: compound, building, stairwell or gate."""

    KINDS: ClassVar[tuple[str, ...]] = ("compound", "building", "stairwell", "gate")

    id: str
    kind: str
    parent_id: str | None
    code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    levels: int = 0
    open: bool = True
    note: str = ""

    def __post_init__(self) -> None:
        if self.kind not in self.KINDS:
            msg = f"kind must be one of {', '.join(self.KINDS)}, not {self.kind!r}"
            raise ValueError(msg)


@dataclass(frozen=True, kw_only=True, eq=False)
class District:
    """Layers of one district, all in WGS 84, with the projected system for its metres.

    Raises
    ------
    DistrictUnreadable
        If a layer lacks a column, an identifier repeats, or a parent does not exist.
    """

    name: str
    attribution: str
    synthetic: bool
    seed: int | None
    source_digest: str
    metric_crs: str
    findings: tuple[Finding, ...]
    compounds: GeoDataFrame
    buildings: GeoDataFrame
    stairwells: GeoDataFrame
    gates: GeoDataFrame
    barriers: GeoDataFrame
    walls: GeoDataFrame
    ways: GeoDataFrame
    areas: GeoDataFrame = field(default_factory=lambda: layer_frame("areas", []))
    sites: GeoDataFrame = field(default_factory=lambda: layer_frame("sites", []))
    policy: Policy = Policy()

    def __post_init__(self) -> None:
        for layer in LAYERS:
            _check_layer(layer, getattr(self, layer))
        _check_parents(self)

    def places(self) -> tuple[MapPlace, ...]:
        """List compounds, buildings, stairwells and gates, parents before children, by code."""
        return tuple(
            place
            for kind, frame, parent in (
                ("compound", self.compounds, ""),
                ("building", self.buildings, "compound_id"),
                ("stairwell", self.stairwells, "building_id"),
                ("gate", self.gates, "compound_id"),
            )
            for place in sorted(_places(kind, frame, parent), key=lambda p: (p.code, p.id))
        )

    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east and north of everything that has an address or a gate."""
        boxes = [
            frame.total_bounds
            for frame in (self.compounds, self.buildings, self.stairwells, self.gates)
            if len(frame)
        ] or [self.ways.total_bounds]
        west, south, east, north = zip(*boxes, strict=True)
        return (float(min(west)), float(min(south)), float(max(east)), float(max(north)))

    @cached_property
    def digest(self) -> str:
        """Hash of all layers' content, the key of everything computed from them."""
        mark = hashlib.sha256(f"{self.metric_crs} {self.policy.untagged_gates}".encode())
        for layer, columns in LAYERS.items():
            frame = getattr(self, layer)
            mark.update(layer.encode())
            # file formats turn rings their own way: GeoJSON left, Shapefile right
            turned = shapely.orient_polygons(frame.geometry.to_numpy())
            mark.update(b"".join(shapely.to_wkb(turned)))
            rows = [[str(v) for v in frame[column]] for column in columns]
            mark.update(json.dumps(rows, ensure_ascii=False).encode())
        return mark.hexdigest()

    @cached_property
    def to_metres(self) -> pyproj.Transformer:
        """Transformer from (lon, lat) to metres of the district's projected system."""
        return pyproj.Transformer.from_crs(WGS84, self.metric_crs, always_xy=True)


def metric_crs_for(lon: float, lat: float) -> str:
    """Name the UTM zone that holds a position."""
    zone = min(60, int((lon + 180) // 6) + 1)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def write_district(district: District, path: str | os.PathLike[str]) -> None:
    """Keep a district as a folder with ``district.json`` and ``layers.gpkg``."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    _write_layers(district, folder / "layers.gpkg")
    head = {
        "format": FORMAT,
        "name": district.name,
        "attribution": district.attribution,
        "synthetic": district.synthetic,
        "seed": district.seed,
        "source_digest": district.source_digest,
        "metric_crs": district.metric_crs,
        "policy": {"untagged_gates": district.policy.untagged_gates},
        "counts": {layer: len(getattr(district, layer)) for layer in LAYERS},
        "findings": [
            {name: value for name, value in asdict(f).items() if value is not None}
            for f in district.findings
        ],
    }
    text = json.dumps(head, ensure_ascii=False, indent=1)
    (folder / "district.json").write_text(text + "\n", encoding="utf-8")


def _write_layers(district: District, file: Path) -> None:
    """Write all layers beside the file and put them in its place when they are whole.

    Synchronised once, at the end: SQLite would wait for the disk dozens of times.
    """
    from pyogrio import (  # type: ignore[import-untyped]  # noqa: PLC0415  only who writes pays
        set_gdal_config_options,
    )

    fresh = file.with_name(f".new-{file.name}")
    fresh.unlink(missing_ok=True)
    set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": "OFF"})
    try:
        for layer in LAYERS:
            frame = getattr(district, layer)
            if len(frame):  # GeoPackage keeps no geometry type for an empty layer
                frame.to_file(fresh, layer=layer, driver="GPKG", engine="pyogrio")
    finally:
        set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": None})
    if not fresh.exists():  # every layer is empty
        file.unlink(missing_ok=True)
        return
    with fresh.open("rb+") as written:
        os.fsync(written.fileno())
    fresh.replace(file)


def read_district(path: str | os.PathLike[str]) -> District:
    """Read a district's folder.

    Raises
    ------
    DistrictUnreadable
        If the folder, its head or a layer is missing, damaged or of another format.
    """
    folder = Path(path)
    head = _read_head(folder)
    try:
        return District(
            name=head["name"],
            attribution=head["attribution"],
            synthetic=head["synthetic"],
            seed=head["seed"],
            source_digest=head["source_digest"],
            metric_crs=head["metric_crs"],
            policy=Policy(**head["policy"]),
            findings=_read_findings(head["name"], head["findings"]),
            **{layer: _read_layer(folder, layer, head["counts"][layer]) for layer in LAYERS},
        )
    except (KeyError, TypeError) as fault:
        raise DistrictUnreadable(
            "district.head-damaged",
            file=str(folder / "district.json"),
            field=str(fault),
            mend="import or generate the district again",
        ) from fault


def _read_head(folder: Path) -> dict[str, Any]:
    file = folder / "district.json"
    if not file.is_file():
        raise DistrictUnreadable(
            "district.missing",
            file=str(file),
            mend="name a folder made by 'supplyloop district import'",
        )
    try:
        head = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise DistrictUnreadable(
            "district.head-damaged",
            file=str(file),
            field=str(fault),
            mend="import or generate the district again",
        ) from fault
    found = head.get("format") if isinstance(head, dict) else None
    if found != FORMAT:
        raise DistrictUnreadable(
            "district.other-format",
            file=str(file),
            found=str(found),
            expected=FORMAT,
            mend="import or generate the district again",
        )
    return dict(head)


def _read_findings(name: str, written: Sequence[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """Read findings; those of releases that wrote sentences of their own are counted."""
    read = [one for one in written if one["code"] in CODES and "message" not in one]
    findings = [Finding(**one) for one in read]
    if older := len(written) - len(read):
        told = Finding(code="district.findings-older", place=name, facts={"count": older})
        findings.append(told)
    return tuple(findings)


def _read_layer(folder: Path, layer: str, count: int) -> GeoDataFrame:
    if count == 0:
        return layer_frame(layer, [])
    file = folder / "layers.gpkg"
    try:
        frame = GeoDataFrame.from_file(file, layer=layer, engine="pyogrio")
    except (OSError, RuntimeError, ValueError) as fault:
        raise DistrictUnreadable(
            "district.layer-unreadable",
            file=str(file),
            layer=layer,
            mend="import or generate the district again",
        ) from fault
    frame = add_later_columns(layer, frame)
    _check_layer(layer, frame)
    if len(frame) != count:
        raise DistrictUnreadable(
            "district.layer-incomplete",
            file=str(file),
            layer=layer,
            found=len(frame),
            expected=count,
            mend="import or generate the district again",
        )
    return layer_frame(layer, frame.to_dict("records"))


def _check_layer(layer: str, frame: GeoDataFrame) -> None:
    if missing := [name for name in LAYERS[layer] if name not in frame.columns]:
        raise DistrictUnreadable(
            "district.column-missing",
            layer=layer,
            column=", ".join(missing),
            mend="import or generate the district again",
        )
    for name, column in CONTRACT[layer].columns.items():
        if column.choices and (odd := set(frame[name]) - set(column.choices)):
            raise DistrictUnreadable(
                "district.word-unknown",
                layer=layer,
                column=name,
                value=str(min(map(str, odd))),
                mend="use one of " + ", ".join(column.choices),
            )
    if frame.crs != WGS84:
        raise DistrictUnreadable(
            "district.other-coordinates", layer=layer, mend="keep layers in WGS 84 (EPSG:4326)"
        )
    if frame["id"].duplicated().any():
        twice = str(frame.loc[frame["id"].duplicated(), "id"].iloc[0])
        raise DistrictUnreadable(
            "district.id-repeated", layer=layer, id=twice, mend="give each place an id of its own"
        )


def _check_parents(district: District) -> None:
    for layer, column, parents in (
        ("buildings", "compound_id", district.compounds),
        ("stairwells", "building_id", district.buildings),
        ("gates", "compound_id", district.compounds),
    ):
        frame = getattr(district, layer)
        lost = set(frame[column]) - set(parents["id"]) - ({""} if layer != "stairwells" else set())
        if lost:
            raise DistrictUnreadable(
                "district.parent-unknown",
                layer=layer,
                id=min(lost),
                mend="keep every parent that a place names",
            )


def _places(kind: str, frame: GeoDataFrame, parent: str) -> Iterator[MapPlace]:
    for row in frame.to_dict("records"):
        if not row.get("dwelling", True):
            continue
        shape = row["geometry"]
        spot = shape if kind in ("stairwell", "gate") else shape.representative_point()
        yield MapPlace(
            id=row["id"],
            kind=kind,
            parent_id=str(row[parent]) if parent and row[parent] else None,
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            lon=float(spot.x),
            lat=float(spot.y),
            levels=int(row.get("levels", 0)),
            open=bool(row.get("open", True)),
            note=str(row.get("note", "")),
        )
