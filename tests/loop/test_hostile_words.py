"""Hostile setups, JSON and words: what is good goes in, the rest waits and is kept as it was."""

from pathlib import Path

import pytest

from tests.loop.hostile_day import (
    COMMAND,
    EVAL,
    HOSTILE,
    IMPORT,
    MARKET,
    MINUS,
    PLUS,
    RUN,
    SCRIPT,
    Desk,
    csv_file,
    settings,
)

HOMES = ("SY-01-01-1-101", "SY-01-01-1-201")
TABLES = ("item", "offer", "courier", "supplier", "place", "household")


def test_a_setup_takes_its_good_rows_and_names_the_others(
    hostile_day: Desk, tmp_path: Path
) -> None:
    desk = hostile_day.at(tmp_path / "db", "open")
    folder = settings(tmp_path / "setup")
    bad = {
        "offers.csv": "'=M+1,土豆,1000,0,\nS9,土豆,1000,5,\n=M,土豆,1,1,\n'=M+1,龙,1,1,\n",
        "couriers.csv": "K9,rocket,1,1,1,09:00,17:30,1,sealed,../SP-1,\nK8,tricycle,x,1,1,,,,,,\n",
        "catalogue.csv": "=1+1,,,蔬菜,克,斤,斤=500,1,1,1,,\n龙,,,龙,克,斤,斤=500,1,1,1,,\n",
    }
    for name, rows in bad.items():
        with (folder / name).open("a", encoding="utf-8") as stream:
            stream.write(rows)
    counts = {table: desk.select(f"SELECT count(*) FROM {table}") for table in TABLES}  # noqa: S608
    said = desk.call("setup", desk.folder / "district", folder)
    for name, rows in bad.items():
        assert said.stderr.count(f"file: {name}") == rows.count("\n"), said.stderr
    assert said.stderr.count("→") == 8
    after = {table: desk.select(f"SELECT count(*) FROM {table}") for table in TABLES}  # noqa: S608
    assert after == counts
    for name in ("offers.csv", "setup.toml", "catalogue.csv"):
        before, content = desk.content(), (folder / name).read_bytes()
        (folder / name).write_bytes(b"\x00\xff\xff,=\n")
        said = desk.call("setup", desk.folder / "district", folder, code=2)
        assert name in said.stderr
        (folder / name).unlink()
        assert name in desk.call("setup", desk.folder / "district", folder, code=2).stderr
        (folder / name).write_bytes(content)
        assert desk.content() == before


def test_hostile_json_waits_line_by_line(hostile_day: Desk, tmp_path: Path) -> None:
    desk = hostile_day.at(tmp_path / "db", "open")
    asked = [
        '{"item":"土豆","quantity":1e999999999,"unit":"斤"}',
        '{"item":"土豆","quantity":NaN}',
        '{"item":"土豆","quantity":-Infinity}',
        '{"item":"土豆","quantity":1e-99999999}',
        '{"item":["土豆"],"quantity":1}',
        "null",
    ]
    lines = [
        *(f'{{"household":"{HOMES[0]}","lines":[{one}]}}' for one in asked),
        f'{{"household":"{HOMES[0]}","lines":[{{"item":"\\ud800","quantity":1}}]}}',
        f'{{"household":"{HOMES[0]}","note":"\\u0000","text":"土豆2斤"}}',
        "[" * 100_000,
        "{" + '"household":' * 3,
        '["x"]',
        f'{{"household":"{HOMES[1]}","lines":[{{"item":"土豆","quantity":2,"unit":"斤"}}]}}',
    ]
    file = tmp_path / "lists.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    report = desk.read("list", "import", RUN, file)
    assert (report["accepted_lines"], report["triaged"]) == (1, len(lines) - 1)
    waiting = desk.read("triage", "list", RUN)
    assert {one["line_no"] for one in waiting} == set(range(1, len(lines)))
    assert "lists.jsonl:9" in desk.call("triage", "list", RUN).stdout


def test_messages_and_arguments_that_are_no_unicode_are_told(
    hostile_day: Desk, tmp_path: Path
) -> None:
    desk = hostile_day.at(tmp_path / "db", "open")
    file = tmp_path / "m.jsonl"
    file.write_text('{"id":1,"message":"\\ud800土豆2斤 \\u0000\\u202e"}\n', encoding="utf-8")
    desk.call("list", "parse", file)
    assert desk.read("list", "parse", file)["id"] == 1
    before = desk.content()
    said = desk.call("list", "take", RUN, HOMES[0], "土豆2斤 \udcff", code=2)
    assert "text.not-unicode" in said.stderr
    said = desk.call("list", "take", RUN, "\udcff", "土豆2斤", code=2)
    assert "\\udcff" in said.stderr
    assert desk.content() == before


def test_9999_jin_and_hostile_words_wait_and_come_back_word_for_word(
    hostile_day: Desk, tmp_path: Path
) -> None:
    desk = hostile_day.at(tmp_path / "db", "open")
    said = "9999斤土豆 " + " ".join(HOSTILE)
    desk.call("list", "take", RUN, HOMES[0], said)
    waiting = desk.read("triage", "list", RUN)
    assert any(one["code"] == "quantity.absurd" for one in waiting)
    asked_about = {one["said"] for one in waiting}
    assert {COMMAND, PLUS, MINUS, SCRIPT, IMPORT, EVAL} <= asked_about
    assert desk.read("list", "show", HOMES[0])["said"] == said


def test_a_count_that_cannot_be_is_refused_with_its_file_and_order(
    hostile_day: Desk, tmp_path: Path
) -> None:
    desk = hostile_day.at(tmp_path / "db", "ordered")
    order = f"{RUN}-{MARKET}"
    for head, row in (
        ("订单 商品 数量 照片", (order, "土豆", 1000, COMMAND)),
        ("订单 商品 数量", (order, "土豆", 999_999_999)),
        ("订单 商品 数量 损坏", (order, "土豆", 1000, 2000)),
        ("订单 商品 数量", (f"{RUN}-M9", "土豆", 1000)),
    ):
        before = desk.content()
        file = csv_file(tmp_path / "counted.csv", head, [row])
        said = desk.call("run", "receive", RUN, file, code=2)
        assert str(row[0]) in said.stderr
        assert "→" in said.stderr
        assert desk.content() == before
        assert "counted.csv" in said.stderr or row[0] != order


@pytest.mark.parametrize(
    ("row", "value"),
    [(("龙", 0), "龙"), (("=1", 0), "=1"), (("老人", 99), "99"), (("老人", "=1"), "=1"), ((), "")],
)
def test_half_a_table_of_tiers_is_not_published(
    hostile_day: Desk, tmp_path: Path, row: tuple[object, ...], value: str
) -> None:
    desk = hostile_day.at(tmp_path / "db", "open")
    before = desk.content()
    file = tmp_path / "tiers.csv"
    cells = ",".join(map(str, row))
    file.write_text(f"{'需求,层级' if row else '需求'}\n婴幼儿,0\n{cells}\n", encoding="gb18030")
    said = desk.call("registry", "tiers", file, code=2)
    assert "tiers.csv" in said.stderr
    assert value in said.stderr
    assert "line: 3" in said.stderr or not row
    assert desk.content() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_pasted_messages_are_read_in_every_encoding(
    hostile_day: Desk, tmp_path: Path, encoding: str
) -> None:
    desk = hostile_day.at(tmp_path / "db", "open")
    file = tmp_path / "chat.txt"
    file.write_bytes("1幢1单元101 土豆2斤\r\n1幢1单元201 土豆9999斤\r\n".encode(encoding))
    report = desk.read("list", "import", RUN, file, "--compound", "SY-01")
    assert (report["accepted_lines"], report["triaged"]) == (1, 1)
    file.write_bytes(b"\x00\x01\xff\xff" * 99)
    before = desk.content()
    assert "chat.txt" in desk.call("list", "import", RUN, file, code=2).stderr
    assert desk.content() == before
