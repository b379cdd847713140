"""Suppliers and offers from their tables, and back into them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

from logistics.domain.catalogue import Catalogue, Item
from logistics.domain.procurement import Offer
from logistics.domain.quantities import Amount
from logistics.domain.suppliers import DAY_S, Slot, Supplier, SupplierInvalid, SupplierKind
from logistics.errors import SupplyLoopError
from logistics.exchange.supplier_tables import OFFERS, SLOTS, SUPPLIERS
from logistics.exchange.tables import (
    Finding,
    Language,
    Row,
    Table,
    clock_at,
    read_book,
    read_table,
    second_of_day,
    write_book,
    write_table,
)

_WORDS = {"g": "g", "ml": "ml", "piece": ""}  # what a piece is called differs by item


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Good rows, and what is wrong with the others."""

    suppliers: tuple[Supplier, ...] = ()
    offers: tuple[Offer, ...] | None = None  # None: the file has no sheet of them
    findings: tuple[Finding, ...] = ()


def read_suppliers(
    path: str | PathLike[str],
    district_id: str,
    taken: Mapping[str, str],
    known: Iterable[Supplier],
) -> Found:
    """Read suppliers and, from a workbook, their slots; a book without slots keeps those known.

    Parameters
    ----------
    taken
        The kind of every place of the district by its code.

    Raises
    ------
    TableUnreadable
        If the file as a whole cannot be read.
    """
    before = {one.code: one for one in known}
    book = read_book(path, (SUPPLIERS, SLOTS))
    findings: list[Finding] = []
    read: dict[str, Supplier] = {}
    if main := book.get("suppliers"):
        findings += main.findings
        for row in main.rows:
            _add_supplier(read, row, district_id, (taken, before), findings)
    if slots := book.get("slots"):
        findings += slots.findings
        by_code: dict[str, list[Slot]] = {}
        for row in slots.rows:
            if row["supplier"] not in read and row["supplier"] not in before:
                findings.append(_fault(SLOTS, row, "supplier", "supplier.unknown"))
            elif slot := _made(SLOTS, row, findings, partial(_slot, row)):
                _add_slot(by_code, row, slot, findings)
        for code, one in {**before, **read}.items():
            if code in by_code or code in read:
                read[code] = replace(one, slots=tuple(by_code.get(code, ())))
    return Found(suppliers=tuple(read.values()), findings=tuple(findings))


def _add_supplier(
    read: dict[str, Supplier],
    row: Row,
    district_id: str,
    known: tuple[Mapping[str, str], Mapping[str, Supplier]],
    findings: list[Finding],
) -> None:
    taken, before = known
    code = row["code"]
    if code in read:
        findings.append(_fault(SUPPLIERS, row, "code", "setup.repeated"))
    elif taken.get(code, "market") != "market":
        findings.append(_fault(SUPPLIERS, row, "code", "supplier.code-taken"))
    else:
        one = _made(SUPPLIERS, row, findings, partial(_supplier, row, district_id, before))
        if one is not None:
            read[code] = one


def _add_slot(
    by_code: dict[str, list[Slot]], row: Row, slot: Slot, findings: list[Finding]
) -> None:
    mine = by_code.setdefault(row["supplier"], [])
    if any(other.starts_s < slot.ends_s and slot.starts_s < other.ends_s for other in mine):
        findings.append(_fault(SLOTS, row, "starts", "supplier.slots-overlap"))
        return
    mine.append(slot)


def read_offers(
    path: str | PathLike[str], suppliers: Iterable[Supplier], catalogue: Catalogue
) -> Found:
    """Read offers of suppliers that are known, for items of the catalogue.

    Raises
    ------
    TableUnreadable
        If the file as a whole cannot be read.
    """
    reading = read_table(path, OFFERS)
    findings = list(reading.findings)
    ids = {one.code: one.id for one in suppliers}
    read: dict[tuple[str, str], Offer] = {}
    for row in reading.rows:
        item = catalogue.find(row["item"])
        if row["supplier"] not in ids:
            findings.append(_fault(OFFERS, row, "supplier", "supplier.unknown"))
            continue
        if item is None:
            findings.append(_fault(OFFERS, row, "item", "item.unknown"))
            continue
        case = case_of(item, row["case"])
        if case is None:
            findings.append(_fault(OFFERS, row, "case", "offer.case-unclear"))
        elif (ids[row["supplier"]], item.id) in read:
            findings.append(_fault(OFFERS, row, "item", "setup.repeated"))
        else:
            read[ids[row["supplier"]], item.id] = Offer(
                market_id=ids[row["supplier"]],
                item_id=item.id,
                case_base=case,
                price_fen=row["price_fen"],
                stock_cases=row["stock_cases"],
                minimum_cases=row["minimum_cases"],
                aisle=row["aisle"],
                keeps_h=row["keeps_h"],
            )
    return Found(offers=tuple(read.values()), findings=tuple(findings))


def case_of(item: Item, amount: Amount) -> int | None:
    """Say how many base units a case holds; without a unit the count is of base units.

    None: no meaning of the unit fits the item, several do, or the result is not whole.
    """
    sizes = {1} if not amount.word else {
        size for unit in amount.meanings if (size := item.base_count(unit)) is not None
    }  # fmt: skip
    if len(sizes) != 1:
        return None
    held = amount.count * sizes.pop()
    return int(held) if held.denominator == 1 else None


def write_suppliers(
    path: str | PathLike[str],
    suppliers: Iterable[Supplier],
    offers: Iterable[Offer],
    catalogue: Catalogue,
    *,
    language: Language = "zh",
) -> None:
    """Write suppliers, slots and offers as a workbook, or suppliers alone as CSV.

    Raises
    ------
    TableUnreadable
        If the file's ending is neither .xlsx nor .csv.
    """
    known = list(suppliers)
    rows = [_supplier_row(one) for one in known]
    if Path(path).suffix.lower() == ".csv":
        write_table(path, SUPPLIERS, rows, language=language)
        return
    codes = {one.id: one.code for one in known}
    write_book(
        path,
        [
            (SUPPLIERS, rows),
            (SLOTS, [_slot_row(one.code, slot) for one in known for slot in one.slots]),
            (OFFERS, [_offer_row(codes, one, catalogue) for one in offers]),
        ],
        language=language,
    )


def write_offers(
    path: str | PathLike[str],
    suppliers: Iterable[Supplier],
    offers: Iterable[Offer],
    catalogue: Catalogue,
    *,
    language: Language = "zh",
) -> None:
    """Write offers alone.

    Raises
    ------
    TableUnreadable
        If the file's ending is neither .xlsx nor .csv.
    """
    codes = {one.id: one.code for one in suppliers}
    rows = [_offer_row(codes, one, catalogue) for one in offers]
    write_table(path, OFFERS, rows, language=language)


def _supplier(row: Row, district_id: str, before: Mapping[str, Supplier]) -> Supplier:
    known = before.get(row["code"])
    return Supplier(
        id=known.id if known else f"{district_id}/market/{row['code']}",
        district_id=district_id,
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"] or row["name_zh"],
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        kind=SupplierKind(row["kind"]),
        opens_s=None if row["opens"] is None else second_of_day(row["opens"]),
        closes_s=None if row["closes"] is None else second_of_day(row["closes"]),
        minimum_fen=row["minimum_fen"],
        lead_s=row["lead_min"] * 60,
        cold=row["cold"],
        entered=row["entered"],
        provenance=row["provenance"],
        note=row["note"],
        slots=known.slots if known else (),
    )


def _slot(row: Row) -> Slot:
    ends = second_of_day(row["ends"])
    return Slot(
        starts_s=second_of_day(row["starts"]),
        ends_s=ends or DAY_S,  # 00:00 is the end of the day
        cases=row["cases"],
        buyers=row["buyers"],
    )


def _made(table: Table, row: Row, findings: list[Finding], make: Any) -> Any:
    """Make a value of a row, or say what contradicts itself in it."""
    try:
        return make()
    except SupplierInvalid as fault:
        column = {"slot": "ends", "closes": "closes"}.get(str(fault.facts.get("field")), "")
        findings.append(_fault(table, row, column, fault.code, fault))
        return None


def _fault(
    table: Table, row: Row, key: str, code: str, fault: SupplyLoopError | None = None
) -> Finding:
    column = next((c for c in table.columns if c.key == key), None)
    value = row.values.get(key)
    if isinstance(value, Amount):
        value = f"{value.count}{value.word}"
    return Finding(
        code=code,
        sheet=row.sheet,
        line=row.line,
        column=column.zh if column else "",
        value="" if value is None else str(value)[:80],
        mend=str(fault.facts.get("mend", "")) if fault else _MENDS[code],
    )


_MENDS = {
    "setup.repeated": "keep one of both rows",
    "supplier.code-taken": "choose a code that no other place of the district has",
    "supplier.unknown": "import the supplier first, or mend its code",
    "supplier.slots-overlap": "let no slot begin before the one before it ends",
    "item.unknown": "add it to the catalogue or mend its name",
    "offer.case-unclear": "give whole base units (g, ml, pieces) or a unit the catalogue knows",
}


def _supplier_row(one: Supplier) -> dict[str, Any]:
    return {
        "code": one.code,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "kind": one.kind.value,
        "lon": one.lon,
        "lat": one.lat,
        "opens": None if one.opens_s is None else clock_at(one.opens_s),
        "closes": None if one.closes_s is None else clock_at(one.closes_s),
        "minimum_fen": one.minimum_fen,
        "lead_min": -(-one.lead_s // 60),
        "cold": one.cold,
        "entered": one.entered,
        "provenance": one.provenance,
        "note": one.note,
    }


def _slot_row(code: str, slot: Slot) -> dict[str, Any]:
    return {
        "supplier": code,
        "starts": clock_at(slot.starts_s),
        "ends": clock_at(slot.ends_s % DAY_S),
        "cases": slot.cases,
        "buyers": slot.buyers,
    }


def _offer_row(codes: Mapping[str, str], one: Offer, catalogue: Catalogue) -> dict[str, Any]:
    item = catalogue.by_id[one.item_id]
    return {
        "supplier": codes[one.market_id],
        "item": item.name_zh,
        "case": Amount(Fraction(one.case_base), _WORDS[item.base]),
        "price_fen": one.price_fen,
        "stock_cases": one.stock_cases,
        "minimum_cases": one.minimum_cases,
        "aisle": one.aisle,
        "keeps_h": one.keeps_h,
    }
