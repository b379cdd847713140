"""What households allow instead of what they asked."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logistics.store.tables import household, household_list, order_line


def allow(
    session: Session,
    run_id: str,
    household_code: str,
    item_id: str,
    *,
    substitution: str,
    substitutes: Sequence[str],
    cap_fen: int | None,
) -> int:
    """Write it on the household's standing lines of an item in a run; return how many."""
    lists = (
        select(household_list.c.id)
        .join(household, household.c.id == household_list.c.household_id)
        .where(
            household_list.c.run_id == run_id,
            household_list.c.state != "cancelled",
            household.c.code == household_code,
        )
    )
    changed = session.execute(
        update(order_line)
        .where(order_line.c.list_id.in_(lists), order_line.c.item_id == item_id)
        .values(
            substitution=substitution,
            substitutes=list(substitutes),
            substitute_cap_fen=cap_fen,
        )
        .returning(order_line.c.id)
    )
    return len(changed.all())
