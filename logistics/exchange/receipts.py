"""Counts of what came, as a table: one row per item that was counted (到货登记)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from logistics.domain.catalogue import Catalogue, Item
from logistics.domain.procurement import Received
from logistics.domain.quantities import read_amount
from logistics.errors import Invalid, SupplyLoopError
from logistics.exchange.tables import Column, Finding, Integer, Row, Table, Text, Yuan, read_table

COLUMNS = (
    Column(key="order", zh="订单", en="order", kind=Text(96), required=True, spans=True),
    Column(key="item", zh="商品", en="item", kind=Text(64), default=""),
    Column(key="quantity", zh="数量", en="quantity", kind=Text(40), default=""),
    Column(key="unit", zh="单位", en="unit", kind=Text(16), default=""),
    Column(key="instead_of", zh="替代", en="instead of", kind=Text(64), default=""),
    Column(key="damaged", zh="损坏", en="damaged", kind=Text(40), default=""),
    Column(key="provenance", zh="溯源码", en="provenance", kind=Text(200), default=""),
    Column(key="weight_g", zh="过磅（克）", en="weighed (g)", kind=Integer(), default=None),
    Column(key="price_fen", zh="金额（元）", en="paid (yuan)", kind=Yuan(), default=None),
    Column(key="photo", zh="照片", en="photo", kind=Text(400), default=""),
)
RECEIPTS = Table(key="receipts", zh="到货", en="Receipts", columns=COLUMNS)
GIFTS = Table(key="gifts", zh="捐赠", en="Gifts", columns=COLUMNS[1:])
"""What a donor gives: the same, without orders."""


class ReceiptFileInvalid(Invalid):
    """A row cannot be read, and it cannot be said of which order it is; nothing was recorded."""

    code = "receipt.file-invalid"


@dataclass(frozen=True, slots=True)
class ReceiptReading:
    """Counts by order code, in the file's order; an order without counts brought nothing.

    Orders of which a row cannot be read are left out whole: a part of a receipt would look like
    short goods.
    """

    counts: Mapping[str, tuple[Received, ...]]
    findings: tuple[Finding, ...]
    left_out: tuple[str, ...]


def read_receipts(path: Path, catalogue: Catalogue) -> ReceiptReading:
    """Read counts from CSV or XLSX, with Chinese or English headers.

    Columns are order, item, quantity and, where wanted, unit (without it the base unit: g, ml,
    piece), instead of, damaged (in the same unit), provenance, weighed, paid and photo. A row
    with an empty item says that nothing came of its order.

    Raises
    ------
    TableUnreadable
        If the file is no such table.
    ReceiptFileInvalid
        If a row cannot be told to an order; facts name file, line, field, value and mend.
    """
    reading = read_table(path, RECEIPTS)
    if reading.findings:
        raise _whole(path, reading.findings[0])
    counts: dict[str, list[Received]] = {}
    findings: list[Finding] = []
    left_out: dict[str, None] = {}
    for row in reading.rows:
        of_order = counts.setdefault(row["order"], [])
        if not row["item"]:
            continue
        one = _count(row, catalogue)
        if isinstance(one, Received):
            of_order.append(one)
        else:
            findings.append(one)
            left_out[row["order"]] = None
    return ReceiptReading(
        counts={order: tuple(of) for order, of in counts.items() if order not in left_out},
        findings=tuple(findings),
        left_out=tuple(left_out),
    )


def read_gifts(path: Path, catalogue: Catalogue) -> tuple[tuple[Received, ...], list[Finding]]:
    """Read what a donor gives; with a finding nothing of it should be recorded.

    Raises
    ------
    TableUnreadable
        If the file is no such table.
    """
    reading = read_table(path, GIFTS)
    read = [_count(row, catalogue) for row in reading.rows]
    return (
        tuple(one for one in read if isinstance(one, Received)),
        [*reading.findings, *(one for one in read if isinstance(one, Finding))],
    )


def receipt_rows(counts: Mapping[str, Iterable[Received]]) -> list[dict[str, object]]:
    """Give counts as rows of the table, in base units; reading them gives the counts again."""
    rows: list[dict[str, object]] = []
    for order, of_order in counts.items():
        lines = list(of_order)
        rows += [
            {
                "order": order,
                "item": one.item,
                "quantity": str(one.quantity_base),
                "instead_of": one.instead_of or "",
                "damaged": str(one.damaged_base) if one.damaged_base else "",
                "provenance": one.provenance,
                "weight_g": one.weight_g,
                "price_fen": one.price_fen,
                "photo": one.photo,
            }
            for one in lines
        ]
        if not lines:
            rows.append({"order": order})
    return rows


def _count(row: Row, catalogue: Catalogue) -> Received | Finding:
    item = catalogue.find(row["item"])
    if item is None:
        return _fault(row, "item", "use a name of the catalogue")
    quantity = _base(row, "quantity", item)
    damaged = _base(row, "damaged", item) if row["damaged"] else 0
    if isinstance(quantity, Finding):
        return quantity
    if isinstance(damaged, Finding):
        return damaged
    return Received(
        item=item.name_zh,
        quantity_base=quantity,
        instead_of=row["instead_of"] or None,
        damaged_base=damaged,
        provenance=row["provenance"],
        weight_g=row["weight_g"],
        price_fen=row["price_fen"],
        photo=row["photo"],
    )


def _base(row: Row, field: str, item: Item) -> int | Finding:
    said, unit = row[field], row["unit"]
    if said == "0":
        return 0
    try:
        amount = read_amount(said)
    except SupplyLoopError:
        return _fault(row, field, "write one number, not below zero")
    held = item.base_count(unit) if unit else 1
    if held is None:
        known = "、".join(item.known_units())
        return _fault(row, "unit", f"leave it empty, or use one of {known}")
    count = amount.count * held
    if count.denominator != 1:
        return _fault(row, field, f"count whole {item.base}")
    return int(count)


def _fault(row: Row, field: str, mend: str) -> Finding:
    column = RECEIPTS.column_of(field)
    return Finding(
        code=ReceiptFileInvalid.code,
        sheet=row.sheet,
        line=row.line,
        column=column.zh if column else field,
        value=str(row[field])[:80],
        mend=mend,
    )


def _whole(path: Path, finding: Finding) -> ReceiptFileInvalid:
    return ReceiptFileInvalid(
        file=path.name,
        line=finding.line,
        field=finding.column,
        value=finding.value,
        mend=finding.mend,
    )
