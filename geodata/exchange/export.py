"""Write a district's layers for other programs: GeoJSON, GeoPackage, GeoParquet, Shapefile."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import shapely
from geopandas.geodataframe import GeoDataFrame

from geodata.district import District, DistrictUnreadable
from geodata.exchange.cells import SHORT_NAMES
from geodata.layers import CONTRACT, LAYERS

FORMATS = ("geojson", "gpkg", "parquet", "shapefile")
_MOST_TEXT = 254
"""Bytes of a text in a Shapefile's table (dBASE)."""


def export_district(
    district: District, path: str | os.PathLike[str], file_format: str
) -> tuple[Path, ...]:
    """Write all layers that hold anything, in WGS 84, with the attribution beside them.

    Parameters
    ----------
    path
        A folder; for ``gpkg`` a file.
    file_format
        One of :data:`FORMATS`.

    Returns
    -------
    tuple
        The files of layers, in the order of the contract; for ``gpkg`` the one file.

    Raises
    ------
    DistrictUnreadable
        If there is no such format, or a text is too long for it.
    """
    if file_format not in FORMATS:
        raise DistrictUnreadable(
            "district.format-unknown", value=file_format, mend="use one of " + ", ".join(FORMATS)
        )
    target = Path(path)
    filled = {layer: frame for layer in LAYERS if len(frame := getattr(district, layer))}
    if file_format == "gpkg":
        target.parent.mkdir(parents=True, exist_ok=True)
        return _as_geopackage(district, filled, target)
    target.mkdir(parents=True, exist_ok=True)
    (target / "ATTRIBUTION.txt").write_text(
        f"{district.name}\n{district.attribution}\nWGS 84 (EPSG:4326), lon lat\n", encoding="utf-8"
    )
    write = _WRITERS[file_format]
    return tuple(write(district, layer, frame, target) for layer, frame in filled.items())


def _as_geopackage(
    district: District, filled: Mapping[str, GeoDataFrame], file: Path
) -> tuple[Path, ...]:
    file.touch()  # says what is wrong with the place, which GDAL does not
    file.unlink()
    for layer, frame in filled.items():
        frame.to_file(
            file,
            layer=layer,
            driver="GPKG",
            engine="pyogrio",
            layer_metadata={"ATTRIBUTION": district.attribution, "NAME": district.name},
        )
    return (file,)


def _as_geojson(district: District, layer: str, frame: GeoDataFrame, folder: Path) -> Path:
    """Write RFC 7946: WGS 84, outer rings anticlockwise; ``attribution`` is a foreign member."""
    file = folder / f"{layer}.geojson"
    turned = frame.copy()
    turned["geometry"] = shapely.orient_polygons(frame.geometry.to_numpy())
    collection = json.loads(turned.to_json(drop_id=True))
    collection.pop("crs", None)  # RFC 7946 has none: it is WGS 84
    head = {"type": "FeatureCollection", "name": layer, "attribution": district.attribution}
    text = json.dumps(head | {"features": collection["features"]}, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")
    return file


def _as_parquet(_district: District, layer: str, frame: GeoDataFrame, folder: Path) -> Path:
    file = folder / f"{layer}.parquet"
    frame.to_parquet(file, index=False, schema_version="1.1.0")
    return file


def _as_shapefile(_district: District, layer: str, frame: GeoDataFrame, folder: Path) -> Path:
    """Write short names of columns, and flags as 1 and 0: a Shapefile knows no others."""
    file = folder / f"{layer}.shp"
    texts = [name for name, column in CONTRACT[layer].columns.items() if column.kind == "str"]
    for name in texts:
        long = frame[name].map(lambda text: len(text.encode()) > _MOST_TEXT)
        if long.any():
            raise DistrictUnreadable(
                "district.text-too-long",
                layer=layer,
                column=name,
                id=str(frame.loc[long, "id"].iloc[0]),
                most=_MOST_TEXT,
                mend="use GeoPackage, GeoJSON or GeoParquet, or shorten the text",
            )
    flags = [name for name, column in CONTRACT[layer].columns.items() if column.kind == "bool"]
    short = frame.astype(dict.fromkeys(flags, "int32")).rename(columns=dict(SHORT_NAMES))
    short.to_file(file, driver="ESRI Shapefile", engine="pyogrio", encoding="UTF-8")
    return file


_WRITERS: Mapping[str, Callable[[District, str, GeoDataFrame, Path], Path]] = {
    "geojson": _as_geojson,
    "parquet": _as_parquet,
    "shapefile": _as_shapefile,
}
