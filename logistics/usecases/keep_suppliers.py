"""Take in suppliers, their offers and vans, show them, and suspend or clear them (供应商)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from os import PathLike

from sqlalchemy.orm import Session

from logistics.domain.suppliers import Inspection, InspectionState, Supplier, standing
from logistics.domain.vans import Van
from logistics.exchange.supplier_files import (
    read_offers,
    read_suppliers,
    write_offers,
    write_suppliers,
)
from logistics.exchange.tables import Finding, Language
from logistics.exchange.van_files import read_vans, write_vans
from logistics.store import audit, catalogue, places, runs, suppliers, vans
from logistics.store.rows import Put


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What a file brought; ``findings`` are the rows that were left out."""

    added: int
    changed: int
    rows: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierView:
    """A supplier, how it stands with the inspectors, and how many offers it makes."""

    supplier: Supplier
    state: InspectionState
    reason: str
    since: datetime | None
    offers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What was said of a supplier, and which of its open orders that concerns."""

    statement: Inspection
    supplier: str
    orders: tuple[str, ...] = field(default=())


def import_suppliers(
    session: Session, district_id: str, path: str | PathLike[str], *, actor: str, at: datetime
) -> ImportReport:
    """Write the suppliers of a file; a second time nothing changes, none is deleted.

    Raises
    ------
    TableUnreadable
        If the file as a whole cannot be read.
    """
    taken = {place.code: place.kind for place in places.places(session, district_id)}
    known = suppliers.suppliers(session, district_id)
    found = read_suppliers(path, district_id, taken, known)
    put = suppliers.put_suppliers(session, found.suppliers)
    return _reported(
        session, "supplier.import", district_id, put, (len(found.suppliers), found.findings),
        actor=actor, at=at,
    )  # fmt: skip


def import_offers(
    session: Session, district_id: str, path: str | PathLike[str], *, actor: str, at: datetime
) -> ImportReport:
    """Write the offers of a file; offers that are not in it stay.

    Raises
    ------
    TableUnreadable
        If the file as a whole cannot be read.
    """
    found = read_offers(path, suppliers.suppliers(session, district_id), catalogue.load(session))
    offers = found.offers or ()
    put = suppliers.put_offers(session, offers)
    return _reported(
        session, "supplier.offers", district_id, put, (len(offers), found.findings),
        actor=actor, at=at,
    )  # fmt: skip


def import_vans(
    session: Session, district_id: str, path: str | PathLike[str], *, actor: str, at: datetime
) -> ImportReport:
    """Write the vans of a file; a second time nothing changes, none is deleted.

    Raises
    ------
    TableUnreadable
        If the file as a whole cannot be read.
    DepotUnknown
        If the district has no service point.
    """
    points = {
        place.code: place.id
        for place in places.places(session, district_id)
        if place.kind == "point"
    }
    read, findings = read_vans(path, district_id, points, runs.depot_code(session, district_id))
    put = vans.put_vans(session, read)
    return _reported(
        session, "van.import", district_id, put, (len(read), findings), actor=actor, at=at
    )


def _reported(
    session: Session,
    command: str,
    district_id: str,
    put: Put,
    read: tuple[int, Sequence[Finding]],
    *,
    actor: str,
    at: datetime,
) -> ImportReport:
    rows, findings = read
    facts = {"added": put.added, "changed": put.changed, "findings": len(findings)}
    audit.record(session, actor=actor, command=command, subject=district_id, facts=facts, at=at)
    return ImportReport(added=put.added, changed=put.changed, rows=rows, findings=tuple(findings))


def export_suppliers(
    session: Session, district_id: str, path: str | PathLike[str], *, language: Language = "zh"
) -> int:
    """Write suppliers, slots and offers into a workbook; return how many suppliers.

    Raises
    ------
    TableUnreadable
        If the file's ending is neither .xlsx nor .csv.
    """
    known = suppliers.suppliers(session, district_id)
    offers = suppliers.offers(session, district_id)
    write_suppliers(path, known, offers, catalogue.load(session), language=language)
    return len(known)


def export_offers(
    session: Session, district_id: str, path: str | PathLike[str], *, language: Language = "zh"
) -> int:
    """Write all offers; return how many.

    Raises
    ------
    TableUnreadable
        If the file's ending is neither .xlsx nor .csv.
    """
    known = suppliers.suppliers(session, district_id)
    offers = suppliers.offers(session, district_id)
    write_offers(path, known, offers, catalogue.load(session), language=language)
    return len(offers)


def export_vans(
    session: Session, district_id: str, path: str | PathLike[str], *, language: Language = "zh"
) -> int:
    """Write all vans, those out of use, too; return how many.

    Raises
    ------
    TableUnreadable
        If the file's ending is neither .xlsx nor .csv.
    """
    known: tuple[Van, ...] = vans.vans(session, district_id, idle_too=True)
    write_vans(path, known, language=language)
    return len(known)


def show_suppliers(
    session: Session, district_id: str, *, at: datetime
) -> tuple[SupplierView, ...]:
    """List the suppliers of a district, and how they stand at an instant."""
    said = suppliers.inspections(session, district_id)
    offers = suppliers.offers(session, district_id)
    views = []
    for one in suppliers.suppliers(session, district_id):
        now = standing([s for s in said if s.place_id == one.id], at)
        views.append(
            SupplierView(
                supplier=one,
                state=now.state if now else InspectionState.OK,
                reason=now.reason if now else "",
                since=now.since if now else None,
                offers=sum(1 for offer in offers if offer.market_id == one.id),
            )
        )
    return tuple(views)


def state_supplier(
    session: Session,
    district_id: str,
    code: str,
    state: InspectionState,
    *,
    reason: str,
    since: datetime | None = None,
    until: datetime | None = None,
    actor: str,
    at: datetime,
) -> Stated:
    """Say how a supplier stands with the inspectors; its open orders are marked with it.

    Nothing is undone: what was ordered before stays ordered, and shows the mark.

    Parameters
    ----------
    since
        From when on; None: from now.

    Raises
    ------
    SupplierUnknown
        If the district has no supplier of this code.
    InspectionInvalid
        If there is no reason, or it ends before it begins.
    """
    found = suppliers.named(session, district_id, code)
    said = suppliers.say(
        session,
        found.id,
        state,
        since=since or at,
        until=until,
        reason=reason,
        actor=actor,
        at=at,
    )
    marked = suppliers.flag_open_orders(session, said)
    audit.record(
        session,
        actor=actor,
        command="supplier.state",
        subject=found.id,
        facts={"state": state.value, "statement": said.id, "orders": len(marked)},
        at=at,
    )
    return Stated(statement=said, supplier=code, orders=marked)


def history(session: Session, district_id: str, code: str) -> tuple[Inspection, ...]:
    """List all that was said of a supplier, in the order it was said.

    Raises
    ------
    SupplierUnknown
        If the district has no supplier of this code.
    """
    found = suppliers.named(session, district_id, code)
    return tuple(
        one for one in suppliers.inspections(session, district_id) if one.place_id == found.id
    )
