import dataclasses
import json
from pathlib import Path

import pytest

from geodata.district import (
    LAYERS,
    District,
    DistrictUnreadable,
    MapPlace,
    metric_crs_for,
    read_district,
    write_district,
)


def test_a_folder_gives_back_the_district_it_was_made_of(small: District, tmp_path: Path) -> None:
    write_district(small, tmp_path / "d")
    again = read_district(tmp_path / "d")
    assert again.digest == small.digest
    assert again.places() == small.places()
    assert (again.name, again.seed, again.synthetic) == (small.name, small.seed, True)
    assert (again.attribution, again.findings) == (small.attribution, small.findings)


def test_a_real_district_survives_its_folder(helsinki: District, tmp_path: Path) -> None:
    write_district(helsinki, tmp_path)
    again = read_district(tmp_path)
    assert again.digest == helsinki.digest
    assert again.findings == helsinki.findings


def test_writing_again_replaces_what_was_there(
    small: District, medium: District, tmp_path: Path
) -> None:
    write_district(medium, tmp_path)
    write_district(small, tmp_path)
    assert read_district(tmp_path).digest == small.digest


def test_places_come_parents_first_with_codes_of_their_own(medium: District) -> None:
    places = medium.places()
    seen: set[str] = set()
    for place in places:
        assert place.parent_id is None or place.parent_id in seen
        seen.add(place.id)
    codes = [place.code for place in places]
    assert len(set(codes)) == len(codes)


def test_bounds_hold_every_place(helsinki: District) -> None:
    west, south, east, north = helsinki.bounds()
    assert all(
        west <= place.lon <= east and south <= place.lat <= north for place in helsinki.places()
    )


def _spoil_head(folder: Path, **changes: object) -> None:
    file = folder / "district.json"
    head = json.loads(file.read_text(encoding="utf-8"))
    head.update(changes)
    file.write_text(json.dumps(head), encoding="utf-8")


def _no_head(folder: Path) -> None:
    (folder / "district.json").unlink()


def _half_head(folder: Path) -> None:
    file = folder / "district.json"
    file.write_text(file.read_text(encoding="utf-8")[:100], encoding="utf-8")


def _later_format(folder: Path) -> None:
    _spoil_head(folder, format=99)


def _head_is_a_list(folder: Path) -> None:
    (folder / "district.json").write_text("[]", encoding="utf-8")


def _head_lacks_counts(folder: Path) -> None:
    _spoil_head(folder, counts={})


def _no_layers(folder: Path) -> None:
    (folder / "layers.gpkg").unlink()


def _layers_are_text(folder: Path) -> None:
    (folder / "layers.gpkg").write_text("no map", encoding="utf-8")


def _fewer_rows(folder: Path) -> None:
    file = folder / "district.json"
    counts = json.loads(file.read_text(encoding="utf-8"))["counts"]
    _spoil_head(folder, counts=counts | {"gates": counts["gates"] + 1})


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_no_head, "district.missing"),  # a folder that is no district
        (_half_head, "district.head-damaged"),  # a copy that broke off
        (_later_format, "district.other-format"),  # made by a later version
        (_head_is_a_list, "district.other-format"),  # some other JSON
        (_head_lacks_counts, "district.head-damaged"),  # edited by hand
        (_no_layers, "district.layer-unreadable"),  # half of the folder copied
        (_layers_are_text, "district.layer-unreadable"),  # not a GeoPackage
        (_fewer_rows, "district.layer-incomplete"),  # rows lost
    ],
)
def test_a_spoilt_folder_is_refused_with_its_file_and_mend(
    small: District, tmp_path: Path, spoil: object, code: str
) -> None:
    write_district(small, tmp_path)
    assert callable(spoil)
    spoil(tmp_path)
    with pytest.raises(DistrictUnreadable) as refused:
        read_district(tmp_path)
    assert refused.value.code == code
    assert str(tmp_path) in str(refused.value.facts["file"])
    assert refused.value.facts["mend"]


def test_a_missing_column_is_named(small: District) -> None:
    with pytest.raises(DistrictUnreadable, match="open") as refused:
        dataclasses.replace(small, gates=small.gates.drop(columns="open"))
    assert refused.value.code == "district.column-missing"


def test_an_unknown_parent_is_named(small: District) -> None:
    lost = small.stairwells.copy()
    lost.loc[0, "building_id"] = "syn:nowhere"
    with pytest.raises(DistrictUnreadable, match="syn:nowhere"):
        dataclasses.replace(small, stairwells=lost)


def test_an_id_stands_for_one_place(small: District) -> None:
    twice = small.gates.copy()
    twice.loc[1, "id"] = twice.loc[0, "id"]
    with pytest.raises(DistrictUnreadable) as refused:
        dataclasses.replace(small, gates=twice)
    assert refused.value.code == "district.id-repeated"


def test_layers_in_metres_are_refused(small: District) -> None:
    with pytest.raises(DistrictUnreadable, match="WGS 84"):
        dataclasses.replace(small, ways=small.ways.to_crs(small.metric_crs))


def test_the_digest_follows_every_layer(small: District) -> None:
    closed = small.gates.assign(open=False)
    assert dataclasses.replace(small, gates=closed).digest != small.digest


def test_a_place_has_one_of_four_kinds() -> None:
    with pytest.raises(ValueError, match="castle"):
        MapPlace(
            id="x", kind="castle", parent_id=None, code="X", name_zh="", name_en="", lon=0, lat=0
        )


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        (120.2, 30.3, "EPSG:32651"),  # Hangzhou
        (24.9, 60.2, "EPSG:32635"),  # Helsinki
        (180.0, -10.0, "EPSG:32760"),  # the far edge belongs to the last zone
    ],
)
def test_metres_are_those_of_the_local_zone(lon: float, lat: float, crs: str) -> None:
    assert metric_crs_for(lon, lat) == crs


def test_every_layer_has_a_column_for_its_id() -> None:
    assert all("id" in columns for columns in LAYERS.values())


def test_a_folder_stays_whole_where_writing_it_again_fails(
    small: District, tmp_path: Path
) -> None:
    write_district(small, tmp_path)
    later = small.compounds.assign(name_zh="改")
    unwritable = dataclasses.replace(small, compounds=later, ways=small.ways.assign(more=1j))
    with pytest.raises(Exception, match="complex"):
        write_district(unwritable, tmp_path)
    assert read_district(tmp_path).digest == small.digest
