"""catalogue import, check, show, export from the command line."""

import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from api.cli import app

RUN = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUPPLYLOOP_DATABASE", f"sqlite:///{tmp_path / 'd.db'}")
    return tmp_path


def call(*words: object, lang: str = "zh", code: int = 0) -> str:
    done = RUN.invoke(app, ["catalogue", *map(str, words), "--lang", lang])
    assert done.exit_code == code, done.output
    return done.output


def test_a_catalogue_starts_is_changed_in_a_workbook_and_taken_in_again(folder: Path) -> None:
    file = folder / "c.xlsx"
    started = json.loads(call("import", "--json"))
    assert (len(started["added"]), started["refused"]) == (800, [])
    assert "800 种" in call("export", file)
    book = openpyxl.load_workbook(file)
    row = next(row for row in book["单位"] if [c.value for c in row[:2]] == ["鸡蛋", "板"])
    row[2].value = 24
    book["商品"].append(["坏", None, None, None, "蔬菜"])
    book.save(file)
    said = call("import", file, code=2)
    assert "更改 1 种,不变 799 种" in said
    assert "请填写“基本单位”" in said
    history = json.loads(call("show", "鲜鸡蛋", "--history", "--json"))
    assert [one["units"]["板"] for one in history["versions"]] == [30, 24]
    assert json.loads(call("import", file, "--json", code=2))["changed"] == []


def test_a_file_is_checked_without_a_database(folder: Path) -> None:
    file = folder / "c.csv"
    head = (
        "商品,英文名,类别,基本单位,常用单位,"
        "每基本单位重量（克）,每基本单位体积（毫升）,每户限量,颜色"
    )
    file.write_text(
        f"{head}\n盐,salt,调料,克,斤,1,1,500,白\n糖,sugar,糖类,克,斤,1,1,500,白\n", "utf-8"
    )
    said = call("check", file, lang="en", code=2)
    assert "1 items" in said
    assert "give one of vegetable" in said
    assert "颜色" in said
    assert not (folder / "d.db").exists()


def test_what_is_no_table_is_one_clear_error(folder: Path) -> None:
    (folder / "c.csv").write_text("甲,乙\n1,2\n", "utf-8")
    assert "table.unreadable" in call("check", folder / "c.csv", code=2)


def test_packages_are_written_alone_and_shown(folder: Path) -> None:
    call("import")
    call("export", folder / "p", "--packages", "--format", "csv")
    assert "蔬菜包" in (folder / "p.csv").read_text("utf-8-sig")
    assert "青菜 1000 g" in call("show", "蔬菜包")
    assert "15" in call("show")
