"""Packing lists and labels as files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from api.assets_folder import font_folders
from api.file_names import file_name
from logistics.domain.labels import LabelFormat
from logistics.domain.packing_papers import PackingPapers
from logistics.exchange.labels import LabelPrinter, labels_of
from logistics.exchange.packing_lists import (
    BAGS,
    PICKS,
    PackingListPrinter,
    bag_rows,
    pick_rows,
)
from logistics.exchange.tables import write_book, write_table

FORMATS: Final = ("pdf", "xlsx", "csv")


def write_lists(
    papers: PackingPapers,
    folder: Path,
    kinds: Sequence[str],
    *,
    language: Literal["zh", "en"],
) -> tuple[Path, ...]:
    """Write a PDF for each point, one workbook, and two CSV files; return what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    if "pdf" in kinds:
        printer = PackingListPrinter(font_folders())
        for point in papers.points:
            path = folder / f"{file_name(point.code)}.pdf"
            path.write_bytes(printer.print_point(papers, point, language=language))
            written.append(path)
    if "xlsx" in kinds:
        path = folder / "packing.xlsx"
        tables = [(PICKS, pick_rows(papers, language)), (BAGS, bag_rows(papers, language))]
        write_book(path, tables, language=language)
        written.append(path)
    if "csv" in kinds:
        for name, table, rows in (
            ("picks.csv", PICKS, pick_rows(papers, language)),
            ("bags.csv", BAGS, bag_rows(papers, language)),
        ):
            write_table(folder / name, table, rows, language=language)
            written.append(folder / name)
    return tuple(written)


def write_labels(
    papers: PackingPapers, file: Path, form: LabelFormat, *, language: Literal["zh", "en"]
) -> int:
    """Print all labels into one PDF; return how many."""
    labels = labels_of(papers, language=language)
    pdf = LabelPrinter(font_folders()).print_labels(
        labels, form, cold_box_s=papers.cold_box_s, language=language
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pdf)
    return len(labels)
