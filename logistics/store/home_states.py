"""How far the lists and errands of some households are, each in one query."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.errands import OPEN
from logistics.store.tables import errand, household_list


def list_states(session: Session, run_id: str, household_ids: Collection[str]) -> dict[str, str]:
    """Return the state of the latest list of each household in a run; cancelled lists left out."""
    rows = session.execute(
        select(household_list.c.household_id, household_list.c.state)
        .where(
            household_list.c.run_id == run_id,
            household_list.c.household_id.in_(list(household_ids)),
            household_list.c.state != "cancelled",
        )
        .order_by(household_list.c.created_at, household_list.c.id)
    )
    return {row.household_id: row.state for row in rows}


def open_errands(session: Session, household_ids: Collection[str]) -> dict[str, int]:
    """Count the errands of each household that are not done."""
    rows = session.execute(
        select(errand.c.household_id, func.count())
        .where(
            errand.c.household_id.in_(list(household_ids)),
            errand.c.state.in_([state.value for state in OPEN]),
        )
        .group_by(errand.c.household_id)
    )
    return {row[0]: row[1] for row in rows}
