"""A day's buying at the command line, on a generated district: from tables to papers."""

import json
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from typer.testing import CliRunner

from api.cli import app
from geodata.district import write_district
from geodata.generated import generate_district

EXAMPLES = Path(__file__).parents[3] / "examples"
RUN_DAY = "2031-12-01"


def supplyloop(*words, code=0):
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """A run that is cut off, in a district with the example's suppliers, points and vans."""
    folder = tmp_path_factory.mktemp("day")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUPPLYLOOP_DATABASE", f"sqlite:///{folder / 'day.db'}")
        district = generate_district("small", seed=2)
        write_district(district, folder / "map")
        west, south, east, north = district.bounds()
        shutil.copytree(EXAMPLES / "synthetic", folder / "setup")
        shutil.copy(EXAMPLES / "catalogue.csv", folder)
        file = folder / "setup" / "setup.toml"
        head = file.read_text(encoding="utf-8").split("[[points]]", 1)[0]
        spots = [("points", "SP-1", 0.3), ("points", "SP-2", 0.6), ("markets", "SM-1", 0.2),
                 ("markets", "SM-2", 0.8), ("markets", "SM-3", 0.5)]  # fmt: skip
        made = "".join(
            f'[[{kind}]]\ncode = "{code}"\nname_zh = "{code}店"\nname_en = "{code}"\n'
            f"lon = {west + x * (east - west)}\nlat = {(south + north) / 2}\n"
            + (f"depot = {str(code == 'SP-1').lower()}\n" if kind == "points"
               else 'opens = "05:00"\ncloses = "18:00"\n')
            for kind, code, x in spots
        )  # fmt: skip
        file.write_text(head + made, encoding="utf-8")
        supplyloop("setup", folder / "map", folder / "setup")
        supplyloop("van", "import", EXAMPLES / "synthetic" / "vans.csv")
        run = json.loads(
            supplyloop(
                "run", "create", "--day", RUN_DAY, "--cutoff", "2031-11-30T20:00+08:00", "--json"
            ).stdout
        )
        yield folder, run["code"]


def test_a_day_is_bought_picked_and_driven(day) -> None:
    folder, run = day
    rows = ["户号,商品,数量,单位"]
    homes = _homes(folder)
    rows += [f"{home},{item},2,斤" for home in homes for item in ("土豆", "青菜", "五花肉")]
    (folder / "lists.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    supplyloop("list", "import", run, folder / "lists.csv")
    supplyloop("run", "cutoff", run)

    told = json.loads(supplyloop("run", "order", run, "--dry-run", "--json").stdout)
    assert [one["name"] for one in told["options"]] == ["cheap", "contact", "balanced"]
    assert all(one["short_lines"] == 0 for one in told["options"])
    assert supplyloop("run", "order", run, "--option", "best", code=2).output
    supplyloop("run", "order", run, "--goods-by", "25:00", code=2)

    first = told["options"][2]["suppliers"][0]["code"]
    said = supplyloop("supplier", "suspend", first, "--reason", "冷库抽检", "--lang", "en")
    assert "suspended" in said.output
    again = json.loads(supplyloop("run", "order", run, "--dry-run", "--json").stdout)
    used = {part["code"] for one in again["options"] for part in one["suppliers"]}
    assert first not in used
    supplyloop("supplier", "clear", first, "--reason", "合格")
    shown = json.loads(supplyloop("supplier", "show", first, "--json").stdout)
    assert [one["state"] for one in shown] == ["suspended", "ok"]
    supplyloop("supplier", "suspend", first, code=2)  # without a reason

    ordered = json.loads(supplyloop("run", "order", run, "--json").stdout)
    assert ordered["chosen"] == "balanced"
    assert ordered["not_bought"] == {}
    flagged = supplyloop("supplier", "suspend", first, "--reason", "再检", "--lang", "en")
    assert f"Open order marked: {run}-{first}" in flagged.output

    supplyloop("run", "pick-lists", run, "-o", folder / "picks", "--homes", "--only", homes[0])
    text = "".join(p.extract_text() for p in PdfReader(folder / "picks/pick-lists.pdf").pages)
    assert "再检" in text
    assert "土豆" in text
    alone = "".join(
        p.extract_text() for p in PdfReader(folder / "picks/pick-lists-homes.pdf").pages
    )
    assert homes[0] in alone
    assert homes[1] not in alone
    assert load_workbook(folder / "picks/pick-lists.xlsx").sheetnames == ["拣货单", "按户拣货单"]

    vans = json.loads(
        supplyloop(
            "run", "vans", run, "--time-limit", "2", "--sheets", folder / "vans.pdf", "--json"
        ).stdout
    )
    assert vans["left_out"] == []
    assert set(vans["releases_s"]) == {"SP-1", "SP-2"}
    text = "".join(page.extract_text() for page in PdfReader(folder / "vans.pdf").pages)
    assert "SM-" in text
    assert run in supplyloop("run", "vans", run, "--show").output


def _homes(folder: Path) -> list[str]:
    """Two homes that belong to each point."""
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(folder / "day.db") as base:
        found = base.execute(
            "SELECT h.code, p.point_id FROM household h JOIN place p ON p.id = h.stairwell_id"
            " ORDER BY h.code"
        ).fetchall()
    by_point: dict[str, list[str]] = {}
    for code, point in found:
        by_point.setdefault(point, []).append(code)
    return [code for codes in by_point.values() for code in codes[:2]]


def test_suppliers_go_out_and_in_again(day) -> None:
    folder, _ = day
    supplyloop("supplier", "export", folder / "suppliers.xlsx")
    for changed in (3, 0):  # the usual terms are written down the first time
        said = supplyloop("supplier", "import", folder / "suppliers.xlsx", "--json")
        assert json.loads(said.stdout)["changed"] == changed
    supplyloop("supplier", "offers", "export", folder / "offers.csv")
    said = supplyloop("supplier", "offers", "import", folder / "offers.csv", "--json")
    assert json.loads(said.stdout)["findings"] == []
    supplyloop("van", "export", folder / "vans.xlsx", "--lang", "en")
    assert "SM-1" in supplyloop("supplier", "show").output

    (folder / "bad.csv").write_text("编号,名称,类别,经度,纬度\nX1,店,小摊,1,1\n", encoding="utf-8")
    told = supplyloop("supplier", "import", folder / "bad.csv", code=2)
    assert "类别=小摊" in told.output
