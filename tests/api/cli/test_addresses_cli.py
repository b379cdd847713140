import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from geodata.district import District, write_district
from geodata.generated import generate_district

RUNNER = CliRunner()


@pytest.fixture(scope="module", name="district")
def _district() -> District:
    return generate_district("small", 1, "Addresses")


@pytest.fixture(scope="module", name="folder")
def _folder(district: District, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("district")
    write_district(district, folder)
    return folder


def test_an_address_is_read_and_printed() -> None:
    done = RUNNER.invoke(app, ["address", "parse", "春江花园三號樓二單元五零一"])
    assert done.exit_code == 0
    assert "春江花园3幢2单元501室" in done.stdout
    done = RUNNER.invoke(app, ["address", "parse", "3-2-2026", "--lang", "en"])
    assert done.exit_code == 0
    assert "Building 3, Unit 2, Room 2026" in done.stdout
    assert "may be a date" in done.stdout


def test_what_is_no_address_ends_with_two() -> None:
    done = RUNNER.invoke(app, ["address", "parse", "土豆2斤"])
    assert done.exit_code == 2
    assert "土豆2斤" in done.stdout


def test_a_file_is_resolved_line_by_line(district: District, folder: Path, tmp_path: Path) -> None:
    stairwell = next(place for place in district.places() if place.kind == "stairwell")
    compound, building, unit = stairwell.code.rsplit("-", 2)
    file = tmp_path / "said.txt"
    file.write_text(
        f"\ufeff{stairwell.code}-301\n\n{int(building)}幢{unit}单元301，土豆2斤\n土豆\n", "utf-8"
    )
    done = RUNNER.invoke(
        app,
        [
            "address",
            "parse",
            str(file),
            "--json",
            "--district",
            str(folder),
            "--compound",
            compound,
        ],
    )
    first, second, third = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 2  # the third
    assert first["at_stairwell"]["code"] == second["at_stairwell"]["code"] == stairwell.code
    assert second["span"] == [0, len(f"{int(building)}幢{unit}单元301")]
    assert (third["understood"], third["reason"]) == (False, "not-an-address")


def test_what_is_ambiguous_lists_the_places(folder: Path) -> None:
    done = RUNNER.invoke(
        app,
        ["address", "parse", "-", "--district", str(folder), "--lang", "en"],
        input="3-2-501\n",
    )
    assert done.exit_code == 2
    assert "no compound said" in done.stdout
    assert "SY-01-03" in done.stdout
    assert "SY-02-03" in done.stdout


def test_a_missing_district_is_refused() -> None:
    done = RUNNER.invoke(app, ["address", "parse", "3-2-501", "--district", "/nowhere"])
    assert done.exit_code == 2
    assert "district.missing" in done.stderr


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_doubt_and_reason_has_a_text(language: str, folder: Path) -> None:
    said = ["3-2", "3-501", "SY-77-03-2", "3幢2单元4楼501", "没有苑3-2-501", "车库3", "99-1-101"]
    done = RUNNER.invoke(
        app,
        ["address", "parse", "-", "--district", str(folder), "--lang", language],
        input="\n".join(said),
    )
    assert isinstance(done.exception, SystemExit)  # no text is missing
    assert done.exit_code == 2
    assert done.stdout.count("!") == len(said)
