"""Runs in the database: found by id or code, and moved on under a lock."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from logistics.domain.runs import Run, RunState
from logistics.errors import NotFound
from logistics.store.tables import district, household, household_list, place, run, triage


class RunUnknown(NotFound):
    """No run has this id or code."""

    code = "run.unknown"


class DistrictUnknown(NotFound):
    """No district has this name."""

    code = "district.unknown"


class DepotUnknown(NotFound):
    """The district has no service point at which goods could arrive."""

    code = "district.no-point"


def create(session: Session, new: Run) -> None:
    """Write a new run."""
    session.execute(
        insert(run).values(
            id=new.id,
            district_id=new.district_id,
            code=new.code,
            day=new.day,
            wave=new.wave,
            state=new.state.value,
            created_at=new.created_at,
            cutoff_at=new.cutoff_at,
            separation_s=new.separation_s,
        )
    )


def get(session: Session, id_or_code: str) -> Run:
    """Read a run by its id or by its code, such as ``HK-20261124-1``.

    Raises
    ------
    RunUnknown
        If there is none.
    """
    return _one(session, id_or_code, _named(id_or_code))


def get_for_update(session: Session, id_or_code: str) -> Run:
    """Read a run and keep others from moving it until the transaction ends.

    Raises
    ------
    RunUnknown
        If there is none.
    """
    return _one(session, id_or_code, _named(id_or_code).with_for_update())


def get_held(session: Session, id_or_code: str) -> Run:
    """Read a run and keep it from moving on until the transaction ends; others may hold it, too.

    Raises
    ------
    RunUnknown
        If there is none.
    """
    return _one(session, id_or_code, _named(id_or_code).with_for_update(read=True))


def find(session: Session, *, day: Any, wave: int, district_id: str) -> Run | None:
    """Read the run of a district's day and wave, if there is one."""
    row = session.execute(
        select(run).where(run.c.district_id == district_id, run.c.day == day, run.c.wave == wave)
    ).one_or_none()
    return None if row is None else run_of(row)


def code_taken(session: Session, code: str, by_other_than: str) -> bool:
    """Say whether another district's run has this code."""
    found = session.execute(
        select(run.c.id).where(run.c.code == code, run.c.district_id != by_other_than)
    ).first()
    return found is not None


def latest(
    session: Session,
    limit: int = 20,
    *,
    before: tuple[date, int, str] | None = None,
    districts: Collection[str] | None = None,
) -> tuple[Run, ...]:
    """Read the newest runs, newest day first; those that come after a day, wave and id.

    ``districts`` are ids; None: of all of them.
    """
    query = select(run).order_by(run.c.day.desc(), run.c.wave.desc(), run.c.id.desc())
    if districts is not None:
        query = query.where(run.c.district_id.in_(districts))
    if before is not None:
        query = query.where(tuple_(run.c.day, run.c.wave, run.c.id) < before)
    return tuple(run_of(row) for row in session.execute(query.limit(limit)))


def set_state(session: Session, run_id: str, state: RunState) -> None:
    """Move a run on; the caller has checked that it may."""
    session.execute(update(run).where(run.c.id == run_id).values(state=state.value))


def district_id(session: Session, name: str) -> str:
    """Find a district by its name or id.

    Raises
    ------
    DistrictUnknown
        If there is none; the facts list those that exist.
    """
    found = session.execute(
        select(district.c.id).where(or_(district.c.name == name, district.c.id == name))
    ).scalar()
    if found is None:
        names = session.execute(select(district.c.name).order_by(district.c.name)).scalars()
        raise DistrictUnknown(
            field="district",
            value=name,
            known=", ".join(names) or "none",
            mend="supplyloop district import, then supplyloop setup",
        )
    return str(found)


def policy(session: Session, of_district: str) -> dict[str, Any]:
    """Read the settings of a district."""
    return dict(
        session.execute(select(district.c.policy).where(district.c.id == of_district)).scalar_one()
    )


def code_prefix(session: Session, of_district: str) -> str:
    """Return the short name that the codes of a district's places begin with."""
    first = session.execute(
        select(func.min(place.c.code)).where(
            place.c.district_id == of_district, place.c.kind.in_(("compound", "stairwell"))
        )
    ).scalar()
    if first and first.split("-")[0].isalnum():
        return str(first.split("-")[0])
    name = session.execute(select(district.c.name).where(district.c.id == of_district)).scalar()
    return "".join(c for c in str(name).upper() if c.isascii() and c.isalnum())[:6] or "RUN"


def depot_code(session: Session, of_district: str) -> str:
    """Return the code of the service point at which goods arrive: the depot, or the first point.

    Raises
    ------
    DepotUnknown
        If the district has no service point.
    """
    found = session.execute(
        select(place.c.code)
        .where(place.c.district_id == of_district, place.c.kind == "point")
        .order_by(place.c.depot.desc(), place.c.code)
        .limit(1)
    ).scalar()
    if found is None:
        raise DepotUnknown(
            district=of_district, field="points", mend="give the district a point in setup.toml"
        )
    return str(found)


def freeze_lists(session: Session, run_id: str) -> int:
    """Freeze every list that is not cancelled; return how many."""
    frozen = session.execute(
        update(household_list)
        .where(
            household_list.c.run_id == run_id,
            household_list.c.state.in_(("accepted", "needs-review")),
        )
        .values(state="frozen")
        .returning(household_list.c.id)
    )
    return len(frozen.all())


def lists_by_state(session: Session, run_id: str) -> dict[str, int]:
    """Count the lists of a run by state."""
    rows = session.execute(
        select(household_list.c.state, func.count())
        .where(household_list.c.run_id == run_id)
        .group_by(household_list.c.state)
    )
    return dict(rows.all())


def triage_by(session: Session, run_id: str) -> dict[tuple[str, str], int]:
    """Count the triage entries of a run by state and reason."""
    rows = session.execute(
        select(triage.c.state, triage.c.code, func.count())
        .where(triage.c.run_id == run_id)
        .group_by(triage.c.state, triage.c.code)
    )
    return {(state, code): count for state, code, count in rows}


def households(session: Session, of_district: str) -> int:
    """Count the households of a district."""
    return int(
        session.execute(
            select(func.count())
            .select_from(household)
            .where(household.c.district_id == of_district)
        ).scalar_one()
    )


def _named(id_or_code: str) -> Select[Any]:
    return select(run).where(or_(run.c.id == id_or_code, run.c.code == id_or_code))


def _one(session: Session, id_or_code: str, query: Select[Any]) -> Run:
    row = session.execute(query).one_or_none()
    if row is None:
        raise RunUnknown(field="run", value=id_or_code, mend="supplyloop run create")
    return run_of(row)


def run_of(row: Any) -> Run:
    """Make a run of a row of its table."""
    return Run(
        id=row.id,
        district_id=row.district_id,
        code=row.code,
        day=row.day,
        wave=row.wave,
        state=RunState(row.state),
        created_at=row.created_at,
        cutoff_at=row.cutoff_at,
        separation_s=row.separation_s,
    )
