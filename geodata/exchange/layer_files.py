"""Read layers out of GeoJSON, GeoPackage, Shapefile and GeoParquet files, datum stated."""

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas
import pyproj
from geopandas.geodataframe import GeoDataFrame

from geodata.coordinates import Datum
from geodata.district import DistrictUnreadable, Finding
from geodata.exchange.cells import Faults, read_columns
from geodata.exchange.shapes import Shapes, exchange_swapped, fit_shapes
from geodata.extracts.extract import MOST_UNPACKED, check_archive
from geodata.layers import CONTRACT, LAYERS, WGS84

SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".parquet", ".zip")
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{')
_HEAD_BYTES = 64 << 10
"""GeoJSON names its system before its features, if at all."""
_AS_WGS84 = frozenset(("EPSG:4326", "OGC:CRS84", "EPSG:4490", "EPSG:4979"))
"""Systems whose numbers are those of WGS 84 to within a metre; EPSG:4490 is China's CGCS2000."""


@dataclass(slots=True, kw_only=True)
class Gathered:
    """Rows of layers, as far as they could be read."""

    rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {layer: [] for layer in LAYERS}
    )
    files: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)


def gather_layers(paths: Iterable[Path], datum: Datum) -> Gathered:
    """Read all layers of files and folders, and turn them into WGS 84.

    Raises
    ------
    DistrictUnreadable
        If a file is missing, damaged, of another kind, or kept in a system that does not go with
        the stated datum.
    """
    gathered = Gathered()
    raw: list[tuple[str, str, GeoDataFrame]] = []
    with tempfile.TemporaryDirectory() as folder:
        for path in _files(paths, Path(folder)):
            raw += _layers_of(path, gathered, datum)
    shapes = [
        (layer, file, frame, Shapes.of(frame, read_columns(layer, frame, file, gathered.faults)))
        for layer, file, frame in raw
    ]
    exchange_swapped([(layer, held) for layer, _, _, held in shapes], gathered.findings)
    for layer, file, _, held in shapes:
        gathered.files.setdefault(layer, file)
        gathered.rows[layer] += fit_shapes(
            layer, held, file=file, datum=datum, findings=gathered.findings, faults=gathered.faults
        )
    _check_ids(gathered)
    return gathered


def _files(paths: Iterable[Path], unpacked: Path) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES)
            if not found:
                raise DistrictUnreadable(
                    "layers.none",
                    file=str(path),
                    mend="put layers there, named by what they hold: " + ", ".join(LAYERS),
                )
            yield from _files(found, unpacked)
        elif not path.is_file():
            raise DistrictUnreadable(
                "layers.missing", file=str(path), mend="name a file or folder that exists"
            )
        elif path.suffix.lower() not in SUFFIXES:
            raise DistrictUnreadable(
                "layers.kind-unknown", file=str(path), mend="use one of " + ", ".join(SUFFIXES)
            )
        elif path.stat().st_size > MOST_UNPACKED:
            raise DistrictUnreadable(
                "map.too-large",
                file=str(path),
                bytes=path.stat().st_size,
                most=MOST_UNPACKED,
                mend="cut the district out first",
            )
        elif path.suffix.lower() == ".zip":
            check_archive(path)
            inner = unpacked / f"{path.stem}-{len(list(unpacked.iterdir()))}"
            with zipfile.ZipFile(path) as archive:
                archive.extractall(inner)
            yield from _files(
                sorted(p for p in inner.rglob("*") if p.suffix.lower() in SUFFIXES[:-1]), unpacked
            )
        else:
            yield path


def _layers_of(
    file: Path, gathered: Gathered, datum: Datum
) -> Iterator[tuple[str, str, GeoDataFrame]]:
    try:
        frames = list(_frames(file))
    except Exception as fault:
        # pyogrio, pyarrow and geopandas raise their own kinds for what is one thing here
        raise DistrictUnreadable(
            "layers.unreadable",
            file=str(file),
            reason=" ".join(str(fault).split())[:300],
            mend="export the layer again; the file is damaged or not of its kind",
        ) from fault
    for name, frame in frames:
        layer = _layer_called(name)
        if not layer:
            gathered.findings.append(
                Finding(
                    code="layers.layer-unused",
                    place=f"{file.name}:{name}",
                    facts={"layers": ", ".join(LAYERS)},
                )
            )
            continue
        if (system := _labelled(file, frame)) and datum is not Datum.WGS84:
            facts = {"file": file.name, "layer": layer, "system": system, "datum": str(datum)}
            gathered.findings.append(
                Finding(code="layers.datum-doubted", place=f"{file.name}:{name}", facts=facts)
            )
        yield layer, str(file), _in_degrees(frame, file, layer, datum)


def _frames(file: Path) -> Iterator[tuple[str, GeoDataFrame]]:
    if file.suffix.lower() == ".parquet":
        frame = geopandas.read_parquet(file)  # type: ignore[attr-defined, no-untyped-call]
        yield file.stem, frame
        return
    named = geopandas.list_layers(file)  # type: ignore[attr-defined]
    for name in named["name"].tolist():
        encoding = {"encoding": "UTF-8"} if _is_shape(file) else {}
        frame = GeoDataFrame.from_file(file, layer=name, engine="pyogrio", **encoding)
        if "geometry" not in frame.columns:
            frame = GeoDataFrame(frame, geometry=[None] * len(frame))
        yield (name if file.suffix.lower() == ".gpkg" else file.stem), frame


def _labelled(file: Path, frame: GeoDataFrame) -> str:
    """Name the system of a file that says itself that it is in WGS 84 or one of its equals.

    GeoJSON without the member ``crs`` says nothing: RFC 7946 means WGS 84, but few who write
    GCJ-02 mind it.
    """
    crs: pyproj.CRS | None = frame.crs
    if crs is None or _named(crs) not in _AS_WGS84:
        return ""
    if file.suffix.lower() in (".geojson", ".json"):
        with file.open("rb") as opened:
            if not _CRS_MEMBER.search(opened.read(_HEAD_BYTES)):
                return ""
    return str(crs.name)


def _is_shape(file: Path) -> bool:
    return file.suffix.lower() == ".shp" and not file.with_suffix(".cpg").exists()


def _layer_called(name: str) -> str:
    """Find the layer that a file means: ``gates``, ``Gates``, ``jianqiao_gates``."""
    plain = name.lower()
    return next(
        (
            layer
            for layer in LAYERS
            if plain == layer or plain.endswith((f"_{layer}", f"-{layer}"))
        ),
        "",
    )


def _in_degrees(frame: GeoDataFrame, file: Path, layer: str, datum: Datum) -> GeoDataFrame:
    """Bring a layer to longitude and latitude of the stated datum."""
    crs: pyproj.CRS | None = frame.crs
    if crs is None or _named(crs) in _AS_WGS84:
        return GeoDataFrame(
            frame.drop(columns="geometry"), geometry=frame.geometry.array, crs=WGS84
        )
    if datum is not Datum.WGS84:
        raise DistrictUnreadable(
            "layers.datum-contradicted",
            file=str(file),
            layer=layer,
            system=str(crs.name),
            datum=str(datum),
            mend="keep GCJ-02 and BD-09 as plain degrees, or say --datum wgs84 if the file's "
            "own system is right",
        )
    degrees: GeoDataFrame = frame.to_crs(WGS84)
    return degrees


def _named(crs: pyproj.CRS) -> str:
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else ""


def _check_ids(gathered: Gathered) -> None:
    for layer, rows in gathered.rows.items():
        seen: set[str] = set()
        for row in rows:
            if row["id"] in seen and row["id"]:
                gathered.faults.add(
                    "layers.id-repeated",
                    file=gathered.files.get(layer, ""),
                    layer=layer,
                    column="id",
                    value=row["id"],
                    mend="give each place an id of its own",
                )
            seen.add(row["id"])
    _check_parents(gathered)


def _check_parents(gathered: Gathered) -> None:
    for layer, rows in gathered.rows.items():
        for name, column in CONTRACT[layer].columns.items():
            parents = gathered.rows.get(column.parent, [])
            if not column.parent or not parents:
                continue
            known = {row["id"] for row in parents} | {""}
            for row in rows:
                if row[name] not in known:
                    gathered.faults.add(
                        "layers.parent-unknown",
                        file=gathered.files.get(layer, ""),
                        layer=layer,
                        column=name,
                        id=row["id"],
                        value=row[name],
                        mend=f"name a row of {column.parent}, or add it there",
                    )
