"""Tables for spreadsheets: orders for markets, and who was given what."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from logistics.domain.procurement import OrderedLine, PurchaseOrder
from logistics.domain.run_report import AllocationRow
from logistics.exchange.report_texts import TABLES

Language = Literal["zh", "en"]
Cell = str | int
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_BOM: Final = "\ufeff"  # without it, spreadsheet programs take UTF-8 for the local code page


def orders_csv(order: PurchaseOrder, *, language: Language = "zh") -> str:
    """Write one market's order as CSV, opened by spreadsheet programs as it is."""
    return _csv([_order_head(language), *_order_rows(order, language)])


def orders_xlsx(orders: Iterable[PurchaseOrder], *, language: Language = "zh") -> bytes:
    """Write orders as a workbook, one sheet per market."""
    book = Workbook()
    book.remove(book.active)
    for order in orders:
        page = book.create_sheet(order.code[-31:])  # the longest name that the format allows
        page.append(_order_head(language))
        for row in _order_rows(order, language):
            page.append(row)
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        for number, width in enumerate((14, 22, 12, 10, 10, 12, 14, 14, 12), start=1):
            page.column_dimensions[get_column_letter(number)].width = width
    if not book.sheetnames:
        book.create_sheet(TABLES[language]["orders"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def allocation_csv(rows: Iterable[AllocationRow], *, language: Language = "zh") -> str:
    """Write what each line was given, and why, as CSV."""
    texts = TABLES[language]
    names = (
        "household", "line", "item", "asked", "base", "got", "given_item", "kind", "reason",
    )  # fmt: skip
    body = (
        (
            row.household_code,
            row.line_no,
            row.item_zh if language == "zh" else row.item_en,
            row.asked,
            texts[row.base],
            row.quantity,
            row.given_zh if language == "zh" else row.given_en,
            texts[f"kind.{row.kind}"],
            texts[f"reason.{row.reason}"],
        )
        for row in rows
    )
    return _csv([[texts[name] for name in names], *body])


def plain(cell: Cell) -> Cell:
    """Keep a spreadsheet program from taking a text for a formula."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell


def _order_head(language: Language) -> list[str]:
    names = (
        "order", "item", "case_base", "base", "cases", "demand", "households", "price", "total",
    )  # fmt: skip
    return [TABLES[language][name] for name in names]


def _order_rows(order: PurchaseOrder, language: Language) -> list[list[Cell]]:
    return [[plain(cell) for cell in _order_row(order, line, language)] for line in order.lines]


def _order_row(order: PurchaseOrder, line: OrderedLine, language: Language) -> list[Cell]:
    return [
        order.code,
        line.name_zh if language == "zh" else line.name_en,
        line.case_base,
        TABLES[language][line.base],
        line.cases,
        line.demand,
        line.households,
        yuan(line.price_fen),
        yuan(line.total_fen),
    ]


def yuan(fen: int) -> str:
    """Say fen as yuan with two decimals."""
    return f"{fen // 100}.{fen % 100:02}"


def _csv(rows: Iterable[Sequence[Cell]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([plain(cell) for cell in row] for row in rows)
    return _BOM + out.getvalue()
