import datetime as dt
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.exchange.tables.workbooks import open_workbook

TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1
)
MOMENTS = st.datetimes(
    dt.datetime.fromisoformat("1901-01-01"), dt.datetime.fromisoformat("2100-01-01")
)
CELLS = st.one_of(
    st.none(),
    TEXT,
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    MOMENTS.map(lambda at: at.replace(microsecond=0)),
    st.times().map(lambda at: at.replace(microsecond=0)),
)


def rows_of(file: Path) -> list[list[list[Any]]]:
    with open_workbook(file) as sheets:
        return [[[row.line, *row.cells] for row in sheet.rows] for sheet in sheets]


def as_openpyxl_reads(file: Path) -> list[list[list[Any]]]:
    book = openpyxl.load_workbook(file, read_only=True)
    pages = []
    for page in book.worksheets:
        rows = []
        for line, row in enumerate(page.iter_rows(values_only=True), start=1):
            cells = list(row)
            while cells and cells[-1] is None:
                cells.pop()
            if cells:
                rows.append([line, *cells])
        pages.append(rows)
    book.close()
    return pages


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(CELLS, max_size=6), max_size=6))
def test_rows_are_those_that_openpyxl_reads(rows: list[list[Any]]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "a.xlsx"
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for cells in book.active.iter_rows():
            for cell in cells:
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # a text that begins with = is one
        book.save(file)
        (ours,), (theirs,) = rows_of(file), as_openpyxl_reads(file)
    assert [row for row in ours if len(row) > 1] == theirs


def test_hidden_sheets_come_last(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "hidden"
    book.active.sheet_state = "hidden"
    book.create_sheet("seen")
    book.save(tmp_path / "a.xlsx")
    with open_workbook(tmp_path / "a.xlsx") as sheets:
        assert [sheet.name for sheet in sheets] == ["seen", "hidden"]


def test_rich_text_is_its_words_without_how_they_sound(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["青菜"])
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    row = (
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>青</t></r><r><t>菜</t></r>'
        '<rPh sb="0" eb="1"><t>qing</t></rPh></is></c><c r="C1"><f>A1</f><v>7</v></c></row>'
    )
    start, end = b"<sheetData>", b"</sheetData>"
    xml = kept[sheet]
    kept[sheet] = xml[: xml.index(start) + len(start)] + row.encode() + xml[xml.index(end) :]
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as parts:
        for name, content in kept.items():
            parts.writestr(name, content)
    assert rows_of(tmp_path / "a.xlsx") == [[[1, "青菜", None, "=A1"]]]
