"""What a desk watches of a run: its state and what is counted of it, in one cheap question."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from logistics.store.tables import bag, household_list, job, purchase_order, run, triage

_COUNTED = {
    "lists": household_list,
    "triage": triage,
    "orders": purchase_order,
    "bags": bag,
    "jobs": job,
}


def of_run(session: Session, run_id: str) -> Mapping[str, Mapping[str, int]]:
    """Count lists, questions, orders, bags and jobs of a run by state; ``run`` is its own state.

    Reads only rows of this run, each by an index.
    """
    questions: list[Select[Any]] = [
        select(literal("run").label("what"), run.c.state, literal(1).label("count")).where(
            run.c.id == run_id
        )
    ]
    questions += [
        select(literal(what), table.c.state, func.count())
        .where(table.c.run_id == run_id)
        .group_by(table.c.state)
        for what, table in _COUNTED.items()
    ]
    found: dict[str, dict[str, int]] = {what: {} for what in ("run", *_COUNTED)}
    for what, state, count in session.execute(union_all(*questions)):
        found[what][state] = count
    return found
