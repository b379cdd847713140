"""What was closed and opened again: read as one book, only ever added to."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.orm import Session

from logistics.domain.closures import Closure, ClosureBook, Lift, Polygon
from logistics.store.tables import closure, closure_lift


def book(session: Session, district_id: str) -> ClosureBook:
    """Read all closures of a district and what opened them, in the order they were said."""
    closures = session.execute(
        select(closure).where(closure.c.district_id == district_id).order_by(closure.c.seq)
    )
    lifts = session.execute(
        select(closure_lift)
        .join(closure, closure.c.id == closure_lift.c.closure_id)
        .where(closure.c.district_id == district_id)
        .order_by(closure_lift.c.seq)
    )
    return ClosureBook(
        tuple(_closure(row) for row in closures.mappings()),
        tuple(Lift(**_without_seq(row)) for row in lifts.mappings()),
    )


def close(session: Session, new: Closure) -> None:
    """Write a closure; the caller has checked that its gate or way exists."""
    if new.at is None:
        raise ValueError("a closure that is only supposed is not written")
    session.execute(insert(closure).values(asdict(new)))


def lift(session: Session, new: Lift) -> None:
    """Write that a closure is opened."""
    session.execute(insert(closure_lift).values(asdict(new)))


def _without_seq(row: RowMapping) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "seq"}


def _closure(row: RowMapping) -> Closure:
    values = _without_seq(row) | {
        "modes": tuple(row["modes"]),
        "permits": tuple(row["permits"]),
        "shape": tuple(_polygon(rings) for rings in row["shape"]),
    }
    return Closure(**values)


def _polygon(rings: list[list[list[float]]]) -> Polygon:
    return tuple(tuple((lon, lat) for lon, lat in ring) for ring in rings)
