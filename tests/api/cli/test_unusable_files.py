"""Files and folders that cannot be used are refused at the command line, not traced."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from geodata.district import write_district
from geodata.generated import generate_district

runner = CliRunner()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("unusable") / "d"
    write_district(generate_district("small", seed=1, name="桂花"), target)
    return target


@pytest.mark.parametrize(
    "words",
    [
        ("district", "export", "{d}", "-o", "{file}/x", "--format", "geojson"),  # below a file
        ("district", "export", "{d}", "-o", "{file}/x.gpkg"),  # below a file
        ("district", "export", "{d}", "-o", "{d}", "--format", "gpkg"),  # a folder for a file
        ("district", "import", "--synthetic", "small", "--name", "x", "-o", "{file}"),
        ("district", "check", "{d}", "--html", "{file}/x/page.html"),
        ("map", "draw", "{d}", "-o", "{file}/map.svg"),
    ],
)
def test_an_output_that_cannot_be_is_one_clear_error(
    words: tuple[str, ...], folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("kept", encoding="utf-8")
    said = [word.format(d=folder, file=file) for word in words]

    done = runner.invoke(app, [*said, "--lang", "en"])

    assert done.exit_code == 2, done.output
    assert str(file if "{file}" in "".join(words) else folder) in done.output
    assert "→" in done.output
    assert file.read_text(encoding="utf-8") == "kept"
