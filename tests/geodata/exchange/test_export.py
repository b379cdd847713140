import dataclasses
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame
from shapely.geometry import Point, Polygon

from geodata.coordinates import CoordinatesUnusable, Datum, convert
from geodata.district import District, DistrictUnreadable
from geodata.exchange.cells import LayersRefused
from geodata.exchange.export import FORMATS, export_district
from geodata.exchange.layer_import import import_layers
from geodata.findings import Finding
from geodata.layers import CONTRACT, LAYERS

SUFFIX = {"geojson": "geojson", "parquet": "parquet", "shapefile": "shp"}


def _target(folder: Path, file_format: str) -> Path:
    return folder / "d.gpkg" if file_format == "gpkg" else folder / "d"


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_gives_back_the_district_it_was_made_of(
    small: District, tmp_path: Path, file_format: str
) -> None:
    export_district(small, _target(tmp_path, file_format), file_format)
    again = import_layers([_target(tmp_path, file_format)], "again", datum="wgs84")
    for layer, columns in LAYERS.items():
        before, after = getattr(small, layer), getattr(again, layer)
        before = before.sort_values("id").reset_index(drop=True)
        after = after.sort_values("id").reset_index(drop=True)
        assert len(before) == len(after)
        for column in columns:
            assert list(before[column]) == list(after[column]), (layer, column)
        assert shapely.equals_exact(
            shapely.normalize(before.geometry.to_numpy()),
            shapely.normalize(after.geometry.to_numpy()),
            tolerance=1e-8,
        ).all()
    # whichever way a format turns its rings, and whatever order it keeps
    assert again.digest == small.digest


def test_exports_name_whom_they_come_from(small: District, tmp_path: Path) -> None:
    export_district(small, tmp_path, "geojson")
    drawn = json.loads((tmp_path / "gates.geojson").read_text(encoding="utf-8"))
    assert drawn["attribution"] == small.attribution
    assert "crs" not in drawn
    assert small.attribution in (tmp_path / "ATTRIBUTION.txt").read_text(encoding="utf-8")


def test_a_real_district_goes_through_a_geopackage(helsinki: District, tmp_path: Path) -> None:
    export_district(helsinki, tmp_path / "h.gpkg", "gpkg")
    again = import_layers([tmp_path / "h.gpkg"], "h", datum="wgs84", policy=helsinki.policy)
    for layer in LAYERS:
        assert len(getattr(again, layer)) == len(getattr(helsinki, layer))
    assert set(again.stairwells["code"]) == set(helsinki.stairwells["code"])
    assert again.attribution == helsinki.attribution


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_layers_of_another_datum_come_to_lie_in_wgs_84(
    small: District, tmp_path: Path, datum: Datum
) -> None:
    _write(small, tmp_path, lambda _, frame: _shifted(frame, datum))
    again = import_layers([tmp_path], "again", datum=datum)
    before = shapely.get_coordinates(small.stairwells.sort_values("id").geometry)
    after = shapely.get_coordinates(again.stairwells.sort_values("id").geometry)
    apart = np.hypot(*(before - after).T)
    assert apart.max() < 1e-7  # a centimetre


def _doubted(target: Path, datum: str) -> list[Finding]:
    found = import_layers([target], "again", datum=datum).findings
    return [finding for finding in found if finding.code == "layers.datum-doubted"]


def _label(folder: Path) -> None:
    """Name the system before the features, as GDAL wrote GeoJSON before RFC 7946."""
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    for file in folder.glob("*.geojson"):
        held = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({"type": held["type"], "crs": crs} | held))


@pytest.mark.parametrize("file_format", ["geojson", "gpkg", "shapefile"])
def test_a_layer_that_says_wgs_84_and_is_said_to_be_gcj_02_is_told(
    small: District, tmp_path: Path, file_format: str
) -> None:
    target = _target(tmp_path, file_format)
    export_district(small, target, file_format)
    if file_format == "geojson":
        assert not _doubted(target, "gcj02")  # RFC 7946 has no label
        _label(target)
    told = _doubted(target, "gcj02")
    assert {f.facts["layer"] for f in told} >= {"ways", "buildings", "gates"}
    assert {(f.severity, f.facts["datum"]) for f in told} == {("warning", "gcj02")}
    assert all(f.place.startswith(f"{f.facts['file']}:") for f in told)
    assert not _doubted(target, "wgs84")


def test_the_datum_has_to_be_stated(small: District, tmp_path: Path) -> None:
    export_district(small, tmp_path, "geojson")
    with pytest.raises(CoordinatesUnusable) as refused:
        import_layers([tmp_path], "again", datum=None)
    assert refused.value.code == "coordinates.datum-unstated"


@pytest.mark.parametrize("layer", ["stairwells", "gates", "ways"])
def test_a_layer_of_another_datum_than_the_rest_is_named(
    small: District, tmp_path: Path, layer: str
) -> None:
    _write(
        small,
        tmp_path,
        lambda name, frame: _shifted(frame, Datum.GCJ02) if name == layer else frame,
    )
    with pytest.raises(LayersRefused) as refused:
        import_layers([tmp_path], "mixed", datum="wgs84")
    named = {fault.facts["layer"] for fault in refused.value.faults}
    assert {fault.code for fault in refused.value.faults} == {"layers.datum-mixed"}
    assert layer in named or "gates" in named  # gates and ways fit each other or do not
    shift = refused.value.faults[0].facts["shift_m"]
    assert isinstance(shift, int)
    assert 400 < shift < 600


def test_compounds_and_doors_are_derived_where_there_is_no_layer(
    small: District, tmp_path: Path
) -> None:
    export_district(small, tmp_path, "geojson")
    (tmp_path / "compounds.geojson").unlink()
    (tmp_path / "stairwells.geojson").unlink()
    _blank_column(tmp_path / "buildings.geojson", "compound_id")
    _blank_column(tmp_path / "gates.geojson", "compound_id")
    again = import_layers([tmp_path], "Again", datum="wgs84")
    assert len(again.compounds) > 0
    homes = small.buildings.loc[small.buildings["dwelling"], "id"]
    assert set(again.stairwells["building_id"]) == set(homes)
    assert again.stairwells["derived"].all()
    assert {"compound.derived", "stairwell.derived"} <= {f.code for f in again.findings}


def test_exchanged_coordinates_are_put_right_and_told(small: District, tmp_path: Path) -> None:
    def exchanged(layer: str, frame: GeoDataFrame) -> GeoDataFrame:
        if layer == "gates":
            frame.loc[0, "geometry"] = Point(frame.geometry[0].y, frame.geometry[0].x)
        return frame

    _write(small, tmp_path, exchanged)
    again = import_layers([tmp_path], "again", datum="wgs84")
    (finding,) = [f for f in again.findings if f.code == "layers.coordinates-swapped"]
    mark = small.gates["id"].iloc[0]
    assert finding.place == f"gates:{mark}"
    assert again.gates.set_index("id").geometry[mark].distance(small.gates.geometry.iloc[0]) < 1e-9


def test_an_outline_that_crosses_itself_is_mended_and_told(
    small: District, tmp_path: Path
) -> None:
    def crossed(layer: str, frame: GeoDataFrame) -> GeoDataFrame:
        if layer == "buildings":
            west, south, east, north = frame.geometry[0].bounds
            frame.loc[0, "geometry"] = Polygon(
                [(west, south), (east, north), (east, south), (west, north)]
            )
        return frame

    _write(small, tmp_path, crossed)
    again = import_layers([tmp_path], "again", datum="wgs84")
    assert again.buildings.geometry.is_valid.all()
    (finding,) = [f for f in again.findings if f.code == "layers.geometry-mended"]
    assert small.buildings["id"].iloc[0] in finding.place


def _drop(frame: GeoDataFrame) -> GeoDataFrame:
    return frame.drop(columns="building_id")


def _set(column: str, value: object) -> Callable[[GeoDataFrame], GeoDataFrame]:
    def change(frame: GeoDataFrame) -> GeoDataFrame:
        frame[column] = frame[column].astype(object)
        frame.loc[0, column] = value
        return frame

    return change


def _far(frame: GeoDataFrame) -> GeoDataFrame:
    frame.loc[0, "geometry"] = Point(500, 30)
    return frame


def _outlined(frame: GeoDataFrame) -> GeoDataFrame:
    frame.loc[0, "geometry"] = frame.geometry[0].buffer(1e-5)
    return frame


def _twice(frame: GeoDataFrame) -> GeoDataFrame:
    frame.loc[1, "id"] = frame.loc[0, "id"]
    return frame


@pytest.mark.parametrize(
    ("layer", "change", "code", "column"),
    [
        ("stairwells", _drop, "layers.column-missing", "building_id"),  # whose door is it
        ("stairwells", _set("levels", "many"), "layers.value-unfit", "levels"),  # no number
        ("stairwells", _set("lift", "perhaps"), "layers.value-unfit", "lift"),  # no such word
        ("gates", _set("open", "ajar"), "layers.value-unfit", "open"),  # neither true nor false
        ("ways", _set("highway", None), "layers.value-missing", "highway"),  # nothing said
        ("stairwells", _set("building_id", "nowhere"), "layers.parent-unknown", "building_id"),
        ("gates", _twice, "layers.id-repeated", "id"),  # one id, two gates
        ("gates", _far, "layers.coordinates-out-of-range", ""),  # no place on earth
        ("gates", _outlined, "layers.geometry-unfit", ""),  # an outline where a point belongs
    ],
)
def test_what_breaks_the_contract_is_named_with_its_file_and_mend(
    small: District,
    tmp_path: Path,
    *,
    layer: str,
    change: Callable[[GeoDataFrame], GeoDataFrame],
    code: str,
    column: str,
) -> None:
    _write(small, tmp_path, lambda name, frame: change(frame) if name == layer else frame)
    with pytest.raises(LayersRefused) as refused:
        import_layers([tmp_path], "again", datum="wgs84")
    fault = next(f for f in refused.value.faults if f.code == code)
    assert fault.facts["file"] == str(tmp_path / f"{layer}.geojson")
    assert fault.facts["layer"] == layer
    assert fault.facts.get("column", "") == column
    assert fault.facts["mend"]


def test_all_faults_are_told_at_once(small: District, tmp_path: Path) -> None:
    def spoilt(layer: str, frame: GeoDataFrame) -> GeoDataFrame:
        if layer == "stairwells":
            return _set("levels", "many")(frame)
        return _set("open", "ajar")(frame) if layer == "gates" else frame

    _write(small, tmp_path, spoilt)
    with pytest.raises(LayersRefused) as refused:
        import_layers([tmp_path], "again", datum="wgs84")
    assert {fault.facts["layer"] for fault in refused.value.faults} == {"stairwells", "gates"}


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("ways", "map.no-ways"),  # nobody can go anywhere
        ("buildings", "map.no-dwellings"),  # nobody lives here
    ],
)
def test_a_layer_that_is_needed_is_named(
    small: District, tmp_path: Path, missing: str, code: str
) -> None:
    export_district(small, tmp_path, "geojson")
    for layer in {missing} | ({"stairwells"} if missing == "buildings" else set()):
        (tmp_path / f"{layer}.geojson").unlink()
    with pytest.raises(DistrictUnreadable) as refused:
        import_layers([tmp_path], "again", datum="wgs84")
    assert refused.value.code == code


def test_a_layer_in_metres_cannot_be_in_gcj_02(small: District, tmp_path: Path) -> None:
    small.gates.to_crs(small.metric_crs).to_file(tmp_path / "gates.gpkg", layer="gates")
    with pytest.raises(DistrictUnreadable) as refused:
        import_layers([tmp_path], "again", datum="gcj02")
    assert refused.value.code == "layers.datum-contradicted"


def test_a_broken_off_layer_is_named(small: District, tmp_path: Path) -> None:
    export_district(small, tmp_path, "geojson")
    file = tmp_path / "ways.geojson"
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(DistrictUnreadable) as refused:
        import_layers([tmp_path], "again", datum="wgs84")
    assert refused.value.code == "layers.unreadable"
    assert refused.value.facts["file"] == str(file)


def test_a_zip_of_layers_is_read_and_one_that_leads_out_refused(
    small: District, tmp_path: Path
) -> None:
    export_district(small, tmp_path / "d", "shapefile")
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for file in (tmp_path / "d").iterdir():
            archive.write(file, file.name)
    assert len(import_layers([tmp_path / "d.zip"], "z", datum="wgs84").gates) == len(small.gates)
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../ways.geojson", "{}")
    with pytest.raises(DistrictUnreadable) as refused:
        import_layers([tmp_path / "evil.zip"], "z", datum="wgs84")
    assert refused.value.code == "layers.archive-unsafe"


def test_a_text_too_long_for_a_shapefile_is_named(small: District, tmp_path: Path) -> None:
    long = dataclasses.replace(small, gates=small.gates.assign(note="长" * 100))
    with pytest.raises(DistrictUnreadable) as refused:
        export_district(long, tmp_path, "shapefile")
    assert refused.value.facts["column"] == "note"


def test_the_contract_names_each_column_and_what_it_holds() -> None:
    for layer in CONTRACT.values():
        assert layer.says
        assert layer.shapes
        for column in layer.columns.values():
            assert column.says
            assert column.kind in ("str", "bool", "int")


def _write(
    district: District, folder: Path, change: Callable[[str, GeoDataFrame], GeoDataFrame]
) -> None:
    for layer in LAYERS:
        frame = getattr(district, layer)
        if len(frame):
            changed = change(layer, frame.copy())
            changed.to_file(folder / f"{layer}.geojson", driver="GeoJSON", COORDINATE_PRECISION=9)


def _shifted(frame: GeoDataFrame, datum: Datum) -> GeoDataFrame:
    def move(spots: np.ndarray) -> np.ndarray:
        return np.column_stack(convert(spots[:, 0], spots[:, 1], Datum.WGS84, datum))

    moved = shapely.transform(frame.geometry.to_numpy(), move)
    return geopandas.GeoDataFrame(frame.drop(columns="geometry"), geometry=moved, crs=frame.crs)


def _blank_column(file: Path, column: str) -> None:
    frame = geopandas.read_file(file)
    frame[column] = ""
    frame.to_file(file, driver="GeoJSON", COORDINATE_PRECISION=9)
