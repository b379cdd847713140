import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from geodata.district import read_district

runner = CliRunner()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("district") / "d"
    done = runner.invoke(
        app,
        ["district", "import", "--synthetic", "small", "--name", "桂花", "-o", str(target)],
    )
    assert done.exit_code == 0, done.output
    return target


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "d"))


def _run(*words: str, code: int = 0) -> str:
    done = runner.invoke(app, ["district", *words, "--lang", "en"])
    assert done.exit_code == code, done.output
    return str(done.output)


def test_show_tells_what_a_district_holds(folder: Path) -> None:
    facts = json.loads(_run("show", str(folder), "--json"))
    district = read_district(folder)
    assert facts["counts"]["stairwells"] == len(district.stairwells)
    assert facts["digest"] == district.digest
    assert facts["policy"] == {"untagged_gates": "open"}
    assert facts["attribution"] == district.attribution
    assert sum((facts["gates"]["open"], facts["gates"]["closed"])) == len(district.gates)
    said = _run("show", str(folder))
    assert f"stairwells: {len(district.stairwells)}" in said
    assert district.attribution in said


def test_check_is_content_with_a_generated_district_and_writes_a_page(
    folder: Path, tmp_path: Path
) -> None:
    page = tmp_path / "check.html"
    said = _run("check", str(folder), "--html", str(page))
    assert "0 errors" in said
    assert "<h1>桂花: check of the map</h1>" in page.read_text(encoding="utf-8")
    remarks = json.loads(_run("check", str(folder), "--json"))
    columns = {"severity", "code", "place", "facts", "message", "mend", "lon", "lat"}
    assert columns == set(remarks[0])


def test_check_fails_where_something_is_wrong(folder: Path) -> None:
    gates = read_district(folder).gates
    _run("edit", str(folder), "set", "gate", gates["id"][0], f"code={gates['code'][1]}")
    assert "code.repeated" in _run("check", str(folder), code=1)


def test_an_edit_is_kept_over_the_next_import(folder: Path) -> None:
    gate = str(read_district(folder).gates["id"].iloc[0])
    words = ("set", "gate", gate, "open=false", "hours=06:00-22:00")
    assert "1 edits made" in _run("edit", str(folder), *words)
    again = ("import", "--synthetic", "small", "--name", "桂花", "-o", str(folder))
    _run(*again, "--keep-edits")
    row = read_district(folder).gates.set_index("id").loc[gate]
    assert (row["open"], row["hours"]) == (False, "06:00-22:00")
    _run(*again)
    assert read_district(folder).gates.set_index("id").loc[gate, "hours"] != "06:00-22:00"
    assert json.loads(_run("show", str(folder), "--json"))["edits"] == 0


def test_a_policy_and_a_table_are_edits_too(folder: Path, tmp_path: Path) -> None:
    wells = read_district(folder).stairwells
    spot = wells.geometry.iloc[0]
    table = tmp_path / "seen.csv"
    table.write_text(
        "action,kind,id,lon,lat,lift\n"
        f"set,stairwell,{wells['id'].iloc[1]},,,yes\n"
        f"move,stairwell,{wells['id'].iloc[0]},{spot.x + 1e-5},{spot.y},\n",
        encoding="utf-8",
    )
    _run("edit", str(folder), "--file", str(table), "--policy", "untagged_gates=foot")
    district = read_district(folder)
    assert district.policy.untagged_gates == "foot"
    assert district.stairwells["lift"].iloc[1] == "yes"
    assert district.stairwells.geometry.iloc[0].x == pytest.approx(spot.x + 1e-5, abs=1e-9)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "edit.nothing"),  # nothing said
        (("set", "gate", "nowhere", "open=no"), "edit.place-unknown"),  # no such gate
        (("move", "gate", "x", "120.2"), "edit.words-unclear"),  # half a position
        (("move", "gate", "x", "east", "north"), "edit.words-unclear"),  # no numbers
        (("--policy", "untagged_gates=perhaps"), "district.policy-unknown"),  # no such policy
    ],
)
def test_an_edit_that_cannot_be_leaves_the_district_as_it_was(
    folder: Path, words: tuple[str, ...], code: str
) -> None:
    before = read_district(folder).digest
    assert f"{code}:" in _run("edit", str(folder), *words, code=2)
    assert read_district(folder).digest == before
    assert not (folder / "edits.jsonl").exists()


@pytest.mark.parametrize("file_format", ["geojson", "gpkg", "parquet", "shapefile"])
def test_what_was_exported_can_be_imported(folder: Path, tmp_path: Path, file_format: str) -> None:
    target = tmp_path / ("x.gpkg" if file_format == "gpkg" else "x")
    _run("export", str(folder), "--format", file_format, "-o", str(target))
    words = ("import", "--layers", str(target), "--name", "again", "-o", str(tmp_path / "y"))
    if file_format == "geojson":
        assert "coordinates.datum-unstated" in _run(*words, code=2)
    _run(*words, "--datum", "wgs84")
    again, before = read_district(tmp_path / "y"), read_district(folder)
    assert sorted(again.stairwells["code"]) == sorted(before.stairwells["code"])
    if file_format in ("geojson", "gpkg"):
        assert again.attribution == before.attribution


def test_every_fault_of_layers_is_told(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "x"
    _run("export", str(folder), "--format", "geojson", "-o", str(target))
    for layer, column in (("stairwells", "building_id"), ("ways", "highway")):
        file = target / f"{layer}.geojson"
        file.write_text(file.read_text(encoding="utf-8").replace(f'"{column}"', '"other"'))
    said = _run(
        "import", "--layers", str(target), "--datum", "wgs84", "--name", "a", "-o",
        str(tmp_path / "y"), code=2,
    )  # fmt: skip
    assert said.count("layers.column-missing:") == 2
    assert "building_id" in said
    assert "highway" in said
    assert not (tmp_path / "y").exists()


@pytest.mark.parametrize(
    "words",
    [
        (),  # neither map nor size
        ("x.osm.pbf", "--synthetic", "small"),  # both
    ],
)
def test_one_source_has_to_be_named(tmp_path: Path, words: tuple[str, ...]) -> None:
    said = _run("import", *words, "--name", "a", "-o", str(tmp_path / "y"), code=2)
    assert "district.source-unclear" in said


def test_a_hostile_map_is_refused_in_plain_words(tmp_path: Path) -> None:
    file = tmp_path / "evil.osm"
    file.write_text('<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "b">]><osm/>')
    said = _run("import", str(file), "--name", "a", "-o", str(tmp_path / "y"), code=2)
    assert "map.entities: The map declares entities" in said
    assert "evil.osm" in said


def test_a_city_is_a_folder_of_ordinary_districts(tmp_path: Path) -> None:
    words = ("import", "--synthetic", "city", "--seed", "7", "--name", "Made", "-o", str(tmp_path))
    said = _run(*words, "--subdistricts", "1", "--untagged-gates", "closed")
    assert "1 subdistricts, 45 compounds" in said
    assert "Synthetic" in said
    city = json.loads((tmp_path / "city.json").read_text(encoding="utf-8"))
    assert (city["name"], city["seed"], city["synthetic"]) == ("Made", 7, True)
    (one,) = city["subdistricts"]
    district = read_district(tmp_path / one["folder"])
    assert (one["name"], one["folder"]) == (district.name, "001") == ("Made 001", "001")
    assert one["bounds"] == list(district.bounds())
    assert one["counts"]["stairwells"] == len(district.stairwells) == 1000
    assert district.policy.untagged_gates == "closed"
    assert set(district.compounds["code"].str[:6]) == {"SY001-"}


def test_a_city_of_too_many_subdistricts_is_refused_before_anything_is_made(
    tmp_path: Path,
) -> None:
    words = ("import", "--synthetic", "city", "--name", "Made", "-o", str(tmp_path / "c"))
    assert "district.subdistricts-refused" in _run(*words, "--subdistricts", "1000", code=2)
    assert not (tmp_path / "c").exists()
