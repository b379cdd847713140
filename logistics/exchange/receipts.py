"""Counts of what came, as a file: one row per item that was counted."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from logistics.domain.catalogue import Catalogue, Item
from logistics.domain.procurement import Received
from logistics.domain.quantities import read_amount
from logistics.errors import Invalid, SupplyLoopError

COLUMNS = ("order", "item", "quantity", "unit", "instead_of", "damaged", "provenance")
_NEEDED = ("order", "item", "quantity")


class ReceiptFileInvalid(Invalid):
    """A file of counts cannot be read as it stands; nothing of it was recorded."""

    code = "receipt.file-invalid"


def read_receipts(path: Path, catalogue: Catalogue) -> Mapping[str, tuple[Received, ...]]:
    """Read counts by order code, in the file's order; an order without counts brought nothing.

    Columns are ``order,item,quantity`` and, where wanted, ``unit`` (without it the base unit: g,
    ml, piece), ``instead_of``, ``damaged`` (in the same unit) and ``provenance``. A row with an
    empty item says that nothing came of its order.

    Raises
    ------
    ReceiptFileInvalid
        At the first row that cannot be read; facts name file, line, field, value and mend.
    """
    found: dict[str, list[Received]] = {}
    reader = csv.DictReader(io.StringIO(_text(path)))
    header = reader.fieldnames or ()
    for name in _NEEDED:
        if name not in header:
            raise _fault(path, 1, name, ",".join(header), f"name the columns {','.join(COLUMNS)}")
    for name in header:
        if name not in COLUMNS:
            raise _fault(path, 1, name, name, f"use only the columns {','.join(COLUMNS)}")
    for row in reader:
        order = (row["order"] or "").strip()
        if not order:
            raise _fault(path, reader.line_num, "order", "", "give the order's code")
        counts = found.setdefault(order, [])
        if (row["item"] or "").strip():
            counts.append(_row(path, reader.line_num, row, catalogue))
    return {order: tuple(counts) for order, counts in found.items()}


def _row(path: Path, line: int, row: Mapping[str, str | None], catalogue: Catalogue) -> Received:
    def cell(name: str) -> str:
        return (row.get(name) or "").strip()

    item = catalogue.find(cell("item"))
    if item is None:
        raise _fault(path, line, "item", cell("item"), "use a name of the catalogue")
    return Received(
        item=item.name_zh,
        quantity_base=_base(
            path, line, field="quantity", said=cell("quantity"), unit=cell("unit"), item=item
        ),
        instead_of=cell("instead_of") or None,
        damaged_base=_base(
            path, line, field="damaged", said=cell("damaged") or "0", unit=cell("unit"), item=item
        ),
        provenance=cell("provenance"),
    )


def _base(path: Path, line: int, *, field: str, said: str, unit: str, item: Item) -> int:
    if said == "0":
        return 0
    try:
        amount = read_amount(said)
    except SupplyLoopError as refusal:
        raise _fault(path, line, field, said, "write one number, not below zero") from refusal
    held = item.base_count(unit) if unit else 1
    if held is None:
        known = "、".join(item.known_units())
        raise _fault(path, line, "unit", unit, f"leave it empty, or use one of {known}")
    count = amount.count * held
    if count.denominator != 1:
        raise _fault(path, line, field, said, f"count whole {item.base}")
    return int(count)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise _fault(path, 0, "", fault.strerror or "", "give a file that can be read") from fault
    except UnicodeDecodeError as fault:
        raise _fault(path, 0, "", "", "save it as CSV in UTF-8") from fault


def _fault(path: Path, line: int, field: str, value: str, mend: str) -> ReceiptFileInvalid:
    return ReceiptFileInvalid(file=path.name, line=line, field=field, value=value[:80], mend=mend)
