"""Errands in the database: asked once, steps only ever added."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.errands import Errand, ErrandKind, ErrandState, ErrandStep, ErrandUnknown
from logistics.domain.ids import new_id
from logistics.store.tables import errand, errand_place, errand_step, household


def add(session: Session, new: Errand) -> None:
    """Write a new errand with its first step."""
    (first,) = new.steps
    values = {name: getattr(new, name) for name in _COLUMNS}
    session.execute(
        insert(errand).values(
            **values, kind=new.kind.value, state=first.state.value, asked_at=first.at
        )
    )
    _write(session, first)
    if new.place:
        say_place(session, new.id, new.place, actor=first.actor, at=first.at)


def say_place(session: Session, errand_id: str, place: str, *, actor: str, at: datetime) -> None:
    """Write where the thing lies; what was said before stays in the record."""
    session.execute(
        insert(errand_place).values(
            id=new_id("ep", at), errand_id=errand_id, place=place, actor=actor, at=at
        )
    )


def places_of(session: Session, errand_ids: Sequence[str]) -> dict[str, str]:
    """Give the code of where each thing lies, as it was said last; of those that have one."""
    rows = session.execute(
        select(errand_place.c.errand_id, errand_place.c.place)
        .where(errand_place.c.errand_id.in_(errand_ids))
        .order_by(errand_place.c.seq)
    )
    return {row.errand_id: row.place for row in rows}


def place_at_first(session: Session, errand_id: str, asked_at: datetime) -> str:
    """Give the place that was said when the errand was asked for; empty if none was."""
    said = session.scalar(
        select(errand_place.c.place)
        .where(errand_place.c.errand_id == errand_id, errand_place.c.at == asked_at)
        .order_by(errand_place.c.seq)
        .limit(1)
    )
    return said or ""


def step(session: Session, new: ErrandStep) -> None:
    """Write a further step; the caller has locked the errand."""
    session.execute(
        update(errand).where(errand.c.id == new.errand_id).values(state=new.state.value)
    )
    _write(session, new)


def get(session: Session, errand_id: str, *, lock: bool = False) -> Errand:
    """Read an errand with its steps; ``lock`` it to add one.

    Raises
    ------
    ErrandUnknown
        If none has this id.
    """
    query = _errands().where(errand.c.id == errand_id)
    found = _read(session, query.with_for_update(of=errand) if lock else query)
    if not found:
        raise ErrandUnknown(errand=errand_id)
    return found[0]


def by_client_ref(session: Session, household_id: str, client_ref: str) -> Errand | None:
    """Find the errand a household sent under a reference."""
    found = _read(
        session,
        _errands().where(errand.c.household_id == household_id, errand.c.client_ref == client_ref),
    )
    return found[0] if found else None


def page(
    session: Session,
    district_id: str,
    states: Sequence[ErrandState],
    *,
    after: str | None = None,
    limit: int = 100,
) -> tuple[Errand, ...]:
    """Read a district's errands in some states, oldest first, ``limit`` at most after an id."""
    query = _errands().where(
        errand.c.district_id == district_id, errand.c.state.in_([s.value for s in states])
    )
    if after is not None:
        query = query.where(errand.c.id > after)
    return _read(session, query.order_by(errand.c.id).limit(limit))


def of_household(session: Session, household_id: str) -> tuple[Errand, ...]:
    """Read all errands of a household, oldest first."""
    return _read(
        session, _errands().where(errand.c.household_id == household_id).order_by(errand.c.id)
    )


_COLUMNS = ("id", "district_id", "household_id", "said", "due_at", "channel", "client_ref")


def _write(session: Session, new: ErrandStep) -> None:
    session.execute(insert(errand_step).values(asdict(new) | {"state": new.state.value}))


def _errands() -> Select[Any]:
    return select(errand, household.c.code.label("household_code")).join(
        household, household.c.id == errand.c.household_id
    )


def _read(session: Session, query: Select[Any]) -> tuple[Errand, ...]:
    rows = session.execute(query).mappings().all()
    steps: dict[str, list[ErrandStep]] = {row["id"]: [] for row in rows}
    said = places_of(session, list(steps))
    found = session.execute(
        select(errand_step)
        .where(errand_step.c.errand_id.in_(list(steps)))
        .order_by(errand_step.c.seq)
    )
    for one in found.mappings():
        values = {name: value for name, value in one.items() if name != "seq"}
        steps[one["errand_id"]].append(ErrandStep(**values | {"state": ErrandState(one["state"])}))
    return tuple(
        Errand(
            **{name: row[name] for name in _COLUMNS},
            household_code=row["household_code"],
            kind=ErrandKind(row["kind"]),
            steps=tuple(steps[row["id"]]),
            place=said.get(row["id"], ""),
        )
        for row in rows
    )
