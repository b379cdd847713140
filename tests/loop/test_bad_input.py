"""Bad input at the command line: each fault named with its mend, the rest kept."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
RUN = "SY-20991231-1"
ROWS = """户号,商品,数量,单位
SY-01-01-1-101,土豆,-2,斤
SY-01-01-1-101,土豆,9999,斤
SY-01-01-1-101,鸡蛋,2,米
SY-99-01-1-101,土豆,2,斤
SY-01-01-1-101,青菜,2,斤
"""


@pytest.fixture
def supplyloop(tmp_path: Path) -> Any:
    def call(*arguments: object) -> Any:
        environment = {
            "SUPPLYLOOP_DATABASE": f"sqlite:///{tmp_path / 'cli.db'}",
            "SUPPLYLOOP_LANG": "en",
        }
        return CliRunner().invoke(app, [str(a) for a in arguments], env=environment)

    return call


@pytest.fixture
def district(supplyloop: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "district"
    made = supplyloop("district", "import", "--synthetic", "medium", "--name", "D", "-o", folder)
    assert made.exit_code == 0, made.output
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    return tmp_path / "examples" / "synthetic"


def change(file: Path, line: int, old: str, new: str) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new)
    file.write_text("\n".join(lines), encoding="utf-8")


def test_an_unreadable_map_is_named_with_what_to_do(supplyloop: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"no map at all")
    refused = supplyloop("district", "import", broken, "--name", "X", "-o", tmp_path / "d")
    assert refused.exit_code == 2
    assert "map.unreadable" in refused.stderr
    assert "broken.osm.pbf" in refused.stderr
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    ("file", "line", "old", "new", "said"),
    [
        (
            "couriers.csv",
            3,
            ",09:00,17:30,",
            ",,,",
            ("courier.no-shift", "shift_start"),
        ),
        ("offers.csv", 2, "SM-1", "SM-9", ("market.unknown", "line: 2", "SM-9")),
        ("couriers.csv", 2, "tricycle", "rocket", ("courier", "line: 2", "rocket")),
    ],
)
def test_a_wrong_row_of_the_settings_is_left_out_and_named(
    *, supplyloop: Any, district: Path, settings: Path, file: str, line: int, old: str, new: str,
    said: tuple[str, ...],
) -> None:  # fmt: skip
    change(settings / file, line, old, new)
    done = supplyloop("setup", district, settings)
    assert done.exit_code == 0
    for words in (*said, file, "→"):
        assert words in done.stderr
    assert "households" in done.stdout


def test_wrong_lines_wait_with_their_place_and_mend_and_the_rest_is_kept(
    supplyloop: Any, district: Path, settings: Path, tmp_path: Path
) -> None:
    assert supplyloop("setup", district, settings).exit_code == 0
    assert supplyloop("run", "create", "--day", "2099-12-31").exit_code == 0
    file = tmp_path / "lists.csv"
    file.write_text(ROWS, encoding="utf-8")
    first = json.loads(supplyloop("list", "import", RUN, file, "--json").stdout)
    assert (first["accepted_lines"], first["triaged"]) == (1, 4)
    again = json.loads(supplyloop("list", "import", RUN, file, "--json").stdout)
    assert (again["accepted_lines"], again["triaged"], again["already"]) == (0, 0, 2)

    shown = supplyloop("triage", "list", RUN).stdout
    for code, line in (
        ("quantity.not-positive", 2),
        ("quantity.absurd", 3),
        ("unit.", 4),
        ("household.unknown", 5),
    ):
        assert code in shown
        assert f"lists.csv:{line}" in shown
    waiting = json.loads(supplyloop("triage", "list", RUN, "--json").stdout)
    [stranger] = [entry for entry in waiting if entry["code"] == "household.unknown"]
    settled = supplyloop("triage", "settle", stranger["id"], "--household", "SY-01-01-1-102")
    assert settled.exit_code == 0, settled.stderr
    assert len(json.loads(supplyloop("triage", "list", RUN, "--json").stdout)) == 3

    early = supplyloop("run", "plan", RUN)
    assert early.exit_code == 2
    assert "needs: packed" in early.stderr
    assert "→ supplyloop run" in early.stderr
