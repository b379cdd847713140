"""Rows of a run that are read as they go out, never all at once."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.custody import BagState
from logistics.store.tables import bag, household, place

_AT_ONCE: Final = 500


def bags(session: Session, run_id: str) -> Iterator[dict[str, Any]]:
    """Read the bags of a run by code: where they wait and go to, no household and no room."""
    point = place.alias("point")
    rows = session.execute(
        select(
            bag.c.code.label("bag"),
            point.c.code.label("point"),
            place.c.code.label("stairwell"),
            bag.c.compartment,
            bag.c.weight_g,
            bag.c.volume_ml,
            bag.c.state,
        )
        .join(household, household.c.id == bag.c.household_id)
        .join(place, place.c.id == household.c.stairwell_id)
        .join(point, point.c.id == bag.c.point_id)
        .where(bag.c.run_id == run_id, bag.c.state != BagState.STRUCK.value)
        .order_by(bag.c.code, bag.c.id),
        execution_options={"yield_per": _AT_ONCE},
    )
    for row in rows.mappings():
        yield dict(row)
