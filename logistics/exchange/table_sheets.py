"""Sheets that are a head, some figures and one long table, as PDF (typst)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Literal

from logistics.exchange.press import Press

Language = Literal["zh", "en"]
_PAGE: Final = {"zh": "第 {n} 页 / 共 {m} 页", "en": "Page {n} of {m}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperColumn:
    """A column: ``width`` in millimetres, 0 takes the rest; ``kind`` plain, bold, small, tick."""

    label: str
    width: int = 0
    align: str = "left"
    kind: str = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperGroup:
    """Rows under one title; one text for each column."""

    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSheet:
    """One sheet of some pages; ``boxes`` are figures at its head, each with its label."""

    code: str
    heading: str
    part: str
    sub: str
    boxes: tuple[tuple[str, str], ...]
    columns: tuple[PaperColumn, ...]
    groups: tuple[PaperGroup, ...]
    note: str = ""
    foot: str = field(default="")


def print_tables(
    sheets: Sequence[PaperSheet], *, title: str, font_paths: Sequence[Path], language: Language
) -> bytes:
    """Print sheets as one PDF; each begins on a new page.

    Parameters
    ----------
    font_paths
        Folders that hold Noto Sans SC, regular and bold.
    """
    data = {
        "title": title,
        "language": language,
        "page": _PAGE[language],
        "sheets": [
            asdict(sheet)
            | {
                "end": f"end-{number}",
                "boxes": [{"label": label, "value": value} for label, value in sheet.boxes],
            }
            for number, sheet in enumerate(sheets, start=1)
        ],
    }
    return Press("table_sheet.typ", font_paths).print(data)
