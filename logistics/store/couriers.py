"""Couriers of a district."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from logistics.domain.people import Courier
from logistics.errors import NotFound
from logistics.store.rows import Put, put
from logistics.store.tables import courier


class CourierUnknown(NotFound):
    """No courier of the district has this code or id."""

    code = "courier.unknown"


def couriers(session: Session, district_id: str, *, idle_too: bool = False) -> tuple[Courier, ...]:
    """List a district's active couriers by code, and on wish those who no longer ride."""
    query = select(courier).where(courier.c.district_id == district_id)
    if not idle_too:
        query = query.where(courier.c.active)
    rows = session.execute(query.order_by(courier.c.code))
    return tuple(_courier(row) for row in rows.mappings())


def get(session: Session, courier_id: str) -> Courier:
    """Load a courier by id.

    Raises
    ------
    CourierUnknown
        If none has it.
    """
    row = session.execute(select(courier).where(courier.c.id == courier_id)).mappings().first()
    if row is None:
        raise CourierUnknown(courier=courier_id)
    return _courier(row)


def by_code(session: Session, district_id: str, code: str) -> Courier:
    """Load a courier by code.

    Raises
    ------
    CourierUnknown
        If the district has none with it.
    """
    query = select(courier).where(courier.c.district_id == district_id, courier.c.code == code)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise CourierUnknown(courier=code, district=district_id)
    return _courier(row)


def put_couriers(session: Session, values: Iterable[Courier]) -> Put:
    """Write couriers, or what differs."""
    rows = [asdict(value) | {"permits": list(value.permits)} for value in values]
    return put(session, courier, rows)


def _courier(row: RowMapping) -> Courier:
    return Courier(**dict(row) | {"permits": tuple(row["permits"])})
