"""Service points at the command line: a division that the setup can read, and one more point."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from geodata.district import read_district, write_district
from geodata.generated import generate_district
from logistics.exchange.setup_files import read_setup

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A map, and a setup whose points lie on it."""
    folder = tmp_path_factory.mktemp("town")
    district = generate_district("small", seed=2)
    write_district(district, folder / "map")
    west, south, east, north = district.bounds()
    shutil.copytree(EXAMPLES / "synthetic", folder / "setup")
    shutil.copy(EXAMPLES / "catalogue.csv", folder)
    points = "".join(
        f'[[points]]\ncode = "SP-{n}"\nname_zh = "点{n}"\nname_en = "Point {n}"\n'
        f"lon = {lon}\nlat = {(south + north) / 2}\ndepot = {str(n == 1).lower()}\n\n"
        for n, lon in ((1, west), (2, east))
    )
    file = folder / "setup" / "setup.toml"
    head, rest = file.read_text(encoding="utf-8").split("[[points]]", 1)
    rest = rest[rest.index("[[markets]]") :]
    file.write_text(head + points + rest, encoding="utf-8")
    return folder


def supplyloop(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_division_is_read_by_the_setup(town):
    table = town / "setup" / "territories.csv"
    done = supplyloop(
        "points", "divide", town / "map", town / "setup", "-o", table, "--time-limit", 2,
        "--lang", "en",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "SP-1" in done.output
    assert "Mean walk" in done.output
    stated = {row.place_code: row.point_code for row in read_setup(town / "setup").territories}
    places = {place.code for place in read_district(town / "map").places()}
    assert set(stated) <= places
    assert set(stated.values()) == {"SP-1", "SP-2"}


def test_one_more_point_tells_what_it_saves(town, tmp_path):
    west, south, east, north = read_district(town / "map").bounds()
    table = tmp_path / "candidates.csv"
    table.write_text(
        "code,name_zh,name_en,lon,lat\n"
        f"C1,南,South,{(west + east) / 2},{south}\nC2,北,North,{(west + east) / 2},{north}\n",
        encoding="utf-8",
    )
    done = supplyloop(
        "points", "open", town / "map", town / "setup", "--candidates", table,
        "--time-limit", 4, "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["opened"][0] in {"C1", "C2"}
    assert told["after"]["mean_walk_s"] <= told["before"]["mean_walk_s"]


def test_more_points_than_candidates_are_refused(town, tmp_path):
    table = tmp_path / "candidates.csv"
    table.write_text("code,name_zh,name_en,lon,lat\nC1,a,b,120.23,30.3\n", encoding="utf-8")
    done = supplyloop(
        "points", "open", town / "map", town / "setup", "--candidates", table, "--more", 3
    )
    assert done.exit_code == 2
    assert "siting.too-few-candidates" in done.output
