"""Tables for spreadsheets: orders for markets, and who was given what."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from logistics.domain.procurement import PurchaseOrder
from logistics.domain.run_report import AllocationRow
from logistics.exchange.report_texts import TABLES
from logistics.exchange.tables import (
    Column,
    Integer,
    Kind,
    Language,
    Table,
    Text,
    Yuan,
    csv_text,
    xlsx_bytes,
)

_LONGEST_NAME: Final = 31  # of a sheet


def _column(name: str, kind: Kind, width: int | None = None) -> Column:
    zh, en = (TABLES[language][name] for language in ("zh", "en"))
    return Column(key=name, zh=zh, en=en, kind=kind, width=width)


ORDERS: Final = Table(
    key="orders",
    zh=TABLES["zh"]["orders"],
    en=TABLES["en"]["orders"],
    columns=(
        _column("order", Text(), 14),
        _column("item", Text(), 22),
        _column("case_base", Integer(), 12),
        _column("base", Text(), 10),
        _column("cases", Integer(), 10),
        _column("demand", Integer(), 12),
        _column("households", Integer(), 14),
        _column("price", Yuan(), 14),
        _column("total", Yuan(), 12),
    ),
)
ALLOCATION: Final = Table(
    key="allocation",
    zh="分配",
    en="Allocation",
    columns=(
        _column("household", Text()),
        _column("line", Integer()),
        _column("item", Text()),
        _column("asked", Integer()),
        _column("base", Text()),
        _column("got", Integer()),
        _column("given_item", Text()),
        _column("kind", Text()),
        _column("reason", Text()),
    ),
)


def orders_csv(order: PurchaseOrder, *, language: Language = "zh") -> str:
    """Write one market's order as CSV, opened by spreadsheet programs as it is."""
    return csv_text(ORDERS, order_rows(order, language), language=language)


def orders_xlsx(orders: Iterable[PurchaseOrder], *, language: Language = "zh") -> bytes:
    """Write orders as a workbook, one sheet per market."""
    pages: list[tuple[Table, Iterable[dict[str, Any]]]] = []
    for order in orders:
        name = order.code[-_LONGEST_NAME:]  # the end of a code tells markets apart
        pages.append((replace(ORDERS, zh=name, en=name), order_rows(order, language)))
    return xlsx_bytes(pages or [(ORDERS, ())], language=language)


def allocation_csv(rows: Iterable[AllocationRow], *, language: Language = "zh") -> str:
    """Write what each line was given, and why, as CSV."""
    texts = TABLES[language]
    body = (
        {
            "household": row.household_code,
            "line": row.line_no,
            "item": row.item_zh if language == "zh" else row.item_en,
            "asked": row.asked,
            "base": texts[row.base],
            "got": row.quantity,
            "given_item": row.given_zh if language == "zh" else row.given_en,
            "kind": texts[f"kind.{row.kind}"],
            "reason": texts[f"reason.{row.reason}"],
        }
        for row in rows
    )
    return csv_text(ALLOCATION, body, language=language)


def yuan(fen: int) -> str:
    """Say fen as yuan with two decimals."""
    return f"{fen // 100}.{fen % 100:02}"


def order_rows(order: PurchaseOrder, language: Language) -> Iterator[dict[str, Any]]:
    """Give the lines of an order as rows of :data:`ORDERS`."""
    for line in order.lines:
        yield {
            "order": order.code,
            "item": line.name_zh if language == "zh" else line.name_en,
            "case_base": line.case_base,
            "base": TABLES[language][line.base],
            "cases": line.cases,
            "demand": line.demand,
            "households": line.households,
            "price": line.price_fen,
            "total": line.total_fen,
        }
