"""Hostile texts in every export: no formula, no markup, no program comes alive; all is kept."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pypdf
import pytest
from typing_extensions import override

from api.assets_folder import font_folders
from api.demo_outputs import write_outputs, write_report
from logistics.exchange.tables import unguard
from logistics.store.session import open_database
from tests.loop.hostile_day import (
    COMMAND,
    EMOJI,
    EVAL,
    HOSTILE,
    IMPORT,
    MINUS,
    POINT,
    RUN,
    SCRIPT,
    Desk,
)

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
HOME = "SY-01-01-1-101"
needs_fonts = pytest.mark.skipif(
    not font_folders()[0].exists(), reason="the fonts are not installed: make setup"
)


class Tags(HTMLParser):
    """Names of elements, and what scripts hold."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.scripts = ""
        self._within = ""

    @override
    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.names.add(tag)
        self._within = tag
        assert not [name for name, _ in attrs if name.startswith("on")]

    @override
    def handle_data(self, data: str) -> None:
        if self._within == "script":
            self.scripts += data


def cells_of(file: Path) -> list[str]:
    """Give all texts of a table as they stand in its file; no cell may be a formula."""
    if file.suffix == ".csv":
        text = file.read_text(encoding="utf-8-sig")
        return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    cells = [
        cell
        for page in openpyxl.load_workbook(file)
        for row in page.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "b"}  # f would be a formula
    return [cell.value for cell in cells if isinstance(cell.value, str)]


def assert_tame(file: Path) -> set[str]:
    """Check that no cell is taken for a formula; give the texts as people meant them."""
    cells = cells_of(file)
    for cell in cells:
        alive = cell.startswith(tuple("=+-@\t\r＝＋－＠")) and not NUMBER.fullmatch(cell)
        assert not alive, (file.name, cell)
    return {unguard(cell) for cell in cells}


def words_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def assert_inert(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    assert "alert" not in tags.scripts
    assert "<script>alert" not in page
    assert "<b>土豆" not in page


@pytest.fixture(scope="module")
def desk(hostile_day: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk after the day; exports only read."""
    return hostile_day.at(tmp_path_factory.mktemp("exports"), "delivered")


TABLES: dict[str, tuple[tuple[object, ...], set[str]]] = {
    "catalogue.xlsx": (("catalogue", "export"), {*HOSTILE, COMMAND, MINUS}),
    "catalogue.csv": (("catalogue", "export"), {*HOSTILE, COMMAND, MINUS}),
    "packages.csv": (("catalogue", "export", "--packages"), set()),
    "registry.xlsx": (("registry", "export", "--needs"), {*HOSTILE, MINUS}),
    "registry.csv": (("registry", "export", "--needs"), {*HOSTILE, MINUS}),
    "suppliers.xlsx": (("supplier", "export"), set(HOSTILE)),
    "suppliers.csv": (("supplier", "export"), set(HOSTILE)),
    "offers.xlsx": (("supplier", "offers", "export"), set(HOSTILE)),
    "offers.csv": (("supplier", "offers", "export"), set(HOSTILE)),
    "vans.csv": (("van", "export"), {"+1+1", POINT}),
    "roll-call.csv": (("registry", "roll-call", RUN, "--csv"), set()),
    "roll-call.xlsx": (("registry", "roll-call", RUN, "--csv"), set()),
    "journal.csv": (("money", "export", RUN, "--format", "csv", "--out"), set()),
    "journal.xlsx": (("money", "export", RUN, "--out"), set()),
    "receipts.csv": (("money", "receipts", RUN), set(HOSTILE)),
    "receipts.xlsx": (("money", "receipts", RUN), set(HOSTILE)),
    "household.csv": (("money", "household", HOME, "--out"), {COMMAND}),
    "settlement.csv": (("money", "suppliers", RUN, "--out"), {SCRIPT + IMPORT, "=M+1"}),
    "settlement.xlsx": (("money", "suppliers", RUN, "--out"), {SCRIPT + IMPORT, "=M+1"}),
    "prices.csv": (("money", "prices", "export"), set(HOSTILE)),
    "policy.xlsx": (("money", "policy", "export", "--on", "2099-12-31"), {"ALL"}),
}


@pytest.mark.parametrize("name", TABLES)
def test_no_cell_of_a_table_is_a_formula_and_the_texts_are_there(
    desk: Desk, tmp_path: Path, name: str
) -> None:
    words, wanted = TABLES[name]
    desk.call(*words, tmp_path / name, lang="zh")
    found = assert_tame(tmp_path / name)
    assert wanted <= found, wanted - found


@pytest.mark.parametrize(
    ("words", "back"),
    [
        (("catalogue",), ("catalogue", "import")),
        (("supplier",), ("supplier", "import")),
        (("supplier", "offers"), ("supplier", "offers", "import")),
        (("van",), ("van", "import")),
        (("money", "prices"), ("money", "prices", "import")),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_exported_is_read_back_as_it_was(
    desk: Desk, tmp_path: Path, words: tuple[str, ...], back: tuple[str, ...], kind: str
) -> None:
    first, second = tmp_path / f"first.{kind}", tmp_path / f"second.{kind}"
    desk.call(*words, "export", first)
    for _ in range(2):  # shops of the setup get their terms written, once
        report = desk.read(*back, first)
        assert not report["findings"]
        assert not report["added"]
    assert not report.get("changed")
    desk.call(*words, "export", second)
    assert cells_of(first) == cells_of(second)


def test_a_register_is_read_back_as_it_was(desk: Desk, tmp_path: Path) -> None:
    file, report = tmp_path / "register.xlsx", tmp_path / "report.html"
    desk.call("registry", "export", file, "--needs")
    done = desk.read("registry", "import", file, "--check", "--report", report)
    assert not done["faults"]
    assert {(tally["added"], tally["changed"]) for tally in done["tallies"].values()} == {(0, 0)}
    assert_inert(report.read_text(encoding="utf-8"))


def test_what_is_wrong_with_a_register_is_reported_without_coming_alive(
    desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "bad.csv"
    bad = "\n".join(f"{json.dumps(said)},2" for said in ("<script>alert(1)</script>", "'=1+1|x"))
    file.write_text(f"地址,人数\n{bad}\n", encoding="utf-8")
    for kind in ("html", "csv", "xlsx"):
        report = tmp_path / f"report.{kind}"
        done = desk.read(
            "registry", "import", file, "--check", "--report", report, code=2
        )  # fmt: skip
        assert len(done["faults"]) == 2
        if kind == "html":
            assert_inert(report.read_text(encoding="utf-8"))
        else:
            assert_tame(report)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_households_are_told_of_their_shares_is_no_formula(
    desk: Desk, tmp_path: Path, lang: str
) -> None:
    file = tmp_path / "shares.csv"
    told = desk.call("run", "shares", RUN, "--csv", lang=lang).stdout
    file.write_bytes(told.encode())
    tail = "" if lang == "zh" else "!"
    assert {f"{said}{tail}" for said in HOSTILE} <= assert_tame(file)


@needs_fonts
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_orders_allocation_report_and_route_sheets_hold_texts_as_texts(
    desk: Desk, tmp_path: Path, lang: Any
) -> None:
    database = open_database(f"sqlite:///{desk.database}")
    write_outputs(database, RUN, tmp_path, language=lang)
    write_report(database, RUN, tmp_path, language=lang)
    database.close()
    files = sorted(tmp_path.rglob("*"))
    assert all(tmp_path.resolve() in file.resolve().parents for file in files)
    tail = "" if lang == "zh" else "!"
    wanted = {f"{said}{tail}" for said in HOSTILE}
    tables = [file for file in files if file.suffix in {".csv", ".xlsx"}]
    assert len(tables) == 3
    for file in tables:
        assert wanted <= assert_tame(file), file
    assert_inert((tmp_path / "report.html").read_text(encoding="utf-8"))
    ET.parse(tmp_path / "map.svg")  # noqa: S314  ours
    assert_inert((tmp_path / "map.svg").read_text(encoding="utf-8"))
    name = SCRIPT + IMPORT if lang == "zh" else COMMAND
    for file in (tmp_path / "sheets").glob("*.pdf"):
        assert name.replace(" ", "") in words_of(file.read_bytes()), file


@needs_fonts
def test_lists_for_pickers_and_packers_and_labels_print_texts_as_texts(
    desk: Desk, tmp_path: Path
) -> None:
    desk.call("run", "pick-lists", RUN, "-o", tmp_path, "--homes", lang="zh")
    desk.call("run", "packing-lists", RUN, "--out", tmp_path / "packing", lang="zh")
    for form in ("a4", "60x40"):
        desk.call("run", "labels", RUN, "--out", tmp_path / f"labels-{form}.pdf",
                  "--format", form, lang="zh")  # fmt: skip
    desk.call("money", "receipts", RUN, tmp_path / "receipts.pdf", lang="zh")
    files = sorted(file for file in tmp_path.rglob("*") if file.is_file())
    assert "%2E%2E%2FSP-1.pdf" in {file.name for file in files}  # a code stays in the folder
    said = {file.name: words_of(file.read_bytes()) for file in files if file.suffix == ".pdf"}
    assert len(said) == 6
    for name in ("pick-lists.pdf", "pick-lists-homes.pdf", "%2E%2E%2FSP-1.pdf", "receipts.pdf"):
        for word in (COMMAND, SCRIPT, IMPORT, EVAL):
            assert word.replace(" ", "") in said[name], (name, word)
    for file in files:
        if file.suffix != ".pdf":
            assert set(HOSTILE) - {EMOJI} <= assert_tame(file) or file.name == "bags.csv"


@needs_fonts
def test_sheets_for_drivers_print_texts_as_texts(hostile_day: Desk, tmp_path: Path) -> None:
    desk = hostile_day.at(tmp_path, "ordered")
    desk.call("run", "vans", RUN, "--time-limit", 1, "--sheets", tmp_path / "v.pdf", lang="zh")
    words = words_of((tmp_path / "v.pdf").read_bytes())
    assert (SCRIPT + IMPORT).replace(" ", "") in words


def test_maps_and_tracks_hold_texts_as_texts(desk: Desk, tmp_path: Path) -> None:
    ground = desk.folder / "district"
    for kind in ("gpx", "kml", "geojson"):
        desk.call("map", "tracks", RUN, "-o", tmp_path / kind, "--format", kind, lang="zh")
        files = list((tmp_path / kind).iterdir())
        assert len(files) >= 2
        for file in files:
            text = file.read_text(encoding="utf-8")
            if kind == "geojson":
                assert json.loads(text)["features"]
            else:
                ET.fromstring(text)  # noqa: S314  ours
                assert_inert(text)
    desk.call("map", "draw", ground, "-o", tmp_path / "m.svg", "--run", RUN)
    ET.parse(tmp_path / "m.svg")  # noqa: S314  ours
    assert_inert((tmp_path / "m.svg").read_text(encoding="utf-8"))
    desk.call("map", "draw", ground, "-o", tmp_path / "m.geojson", "--run", RUN)
    assert json.loads((tmp_path / "m.geojson").read_text(encoding="utf-8"))["features"]
    desk.call("district", "check", ground, "--html", tmp_path / "found.html", code=None)
    assert_inert((tmp_path / "found.html").read_text(encoding="utf-8"))
