"""Districts, places and households."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from difflib import get_close_matches
from itertools import starmap
from typing import NamedTuple

from sqlalchemy import ColumnElement, RowMapping, Select, func, or_, select
from sqlalchemy.orm import Session

from logistics.domain.places import District, Household, Place
from logistics.domain.setup import Policy
from logistics.errors import NotFound
from logistics.store import tables
from logistics.store.rows import Put, put


class DistrictUnknown(NotFound):
    """No district has this name or id."""

    code = "district.unknown"


class PlaceUnknown(NotFound):
    """No place of the district has this code or id."""

    code = "place.unknown"


class HouseholdUnknown(NotFound):
    """No household has this code or id."""

    code = "household.unknown"


def districts(session: Session) -> tuple[District, ...]:
    """List all districts by name."""
    rows = session.execute(select(tables.district).order_by(tables.district.c.name))
    return tuple(_district(row) for row in rows.mappings())


def district(session: Session, district_id: str) -> District:
    """Load a district.

    Raises
    ------
    DistrictUnknown
        If none has this id.
    """
    row = (
        session.execute(select(tables.district).where(tables.district.c.id == district_id))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise DistrictUnknown(district=district_id)
    return _district(row)


def district_by_name(session: Session, name: str) -> District:
    """Load a district by its name.

    Raises
    ------
    DistrictUnknown
        If none has this name.
    """
    row = (
        session.execute(select(tables.district).where(tables.district.c.name == name))
        .mappings()
        .one_or_none()
    )
    if row is None:
        known = ", ".join(d.name for d in districts(session)) or "none yet"
        raise DistrictUnknown(district=name, known=known, mend="set the district up first")
    return _district(row)


def put_district(session: Session, value: District) -> Put:
    """Write a district, or what differs."""
    return put(session, tables.district, [asdict(value) | {"policy": value.policy.facts()}])


def place(session: Session, place_id: str) -> Place:
    """Load a place by its id.

    Raises
    ------
    PlaceUnknown
        If none has it.
    """
    query = select(tables.place).where(tables.place.c.id == place_id)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise PlaceUnknown(place=place_id)
    return _place(row)


def by_code(session: Session, district_id: str, code: str) -> Place:
    """Load a place by its code.

    Raises
    ------
    PlaceUnknown
        If the district has none with this code.
    """
    row = (
        session.execute(
            select(tables.place).where(
                tables.place.c.district_id == district_id, tables.place.c.code == code
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise PlaceUnknown(place=code, district=district_id)
    return _place(row)


def named(session: Session, district_id: str, said: str, kind: str | None = None) -> Place:
    """Find a place by its code, or by its id here or on the map.

    Raises
    ------
    PlaceUnknown
        If the district has none; the facts name codes that look like it.
    """
    table = tables.place.c
    query = select(tables.place).where(
        table.district_id == district_id,
        or_(table.code == said, table.id == said, table.id == f"{district_id}/{said}"),
    )
    if kind is not None:
        query = query.where(table.kind == kind)
    row = session.execute(query.order_by(table.code != said)).mappings().first()
    if row is not None:
        return _place(row)
    codes = [place.code for place in places(session, district_id, kind)]
    like = ", ".join(get_close_matches(said, codes, n=3)) or "none"
    raise PlaceUnknown(
        field=kind or "place", value=said[:64], like=like, mend="use a code of the district's map"
    )


def places(session: Session, district_id: str, kind: str | None = None) -> tuple[Place, ...]:
    """List a district's places, or those of one kind, by code."""
    query = select(tables.place).where(tables.place.c.district_id == district_id)
    if kind is not None:
        query = query.where(tables.place.c.kind == kind)
    rows = session.execute(query.order_by(tables.place.c.code)).mappings()
    return tuple(_place(row) for row in rows)


def put_places(session: Session, values: Iterable[Place]) -> Put:
    """Write places, or what differs; parents and points go before those that name them."""
    return put(session, tables.place, [asdict(value) for value in values])


def household(session: Session, household_id: str) -> Household:
    """Load a household by its id.

    Raises
    ------
    HouseholdUnknown
        If none has it.
    """
    return _one_household(session, tables.household.c.id == household_id, household_id)


def household_by_code(session: Session, code: str) -> Household:
    """Load a household by its code, such as ``HK-07-03-2-501``.

    Raises
    ------
    HouseholdUnknown
        If none has it.
    """
    return _one_household(session, tables.household.c.code == code, code)


def households(
    session: Session, district_id: str, stairwell_id: str | None = None
) -> tuple[Household, ...]:
    """List the households of a district, or of one stairwell, by code."""
    query = select(tables.household).where(tables.household.c.district_id == district_id)
    if stairwell_id is not None:
        query = query.where(tables.household.c.stairwell_id == stairwell_id)
    rows = session.execute(query.order_by(tables.household.c.code))
    return tuple(Household(**row) for row in rows.mappings())


class Doorway(NamedTuple):
    """As much of a household as tells where it lives."""

    id: str
    stairwell_id: str
    code: str
    room: str
    persons: int


def doors(
    session: Session, district_id: str, stairwell_ids: Collection[str] | None = None
) -> tuple[Doorway, ...]:
    """List a district's doors, or those of some stairwells, by code."""
    home = tables.household.c
    query = select(home.id, home.stairwell_id, home.code, home.room, home.persons)
    query = query.where(home.district_id == district_id)
    if stairwell_ids is not None:
        query = query.where(home.stairwell_id.in_(stairwell_ids))
    return tuple(starmap(Doorway, session.execute(query.order_by(home.code))))


def households_by_stairwell(session: Session, district_id: str) -> dict[str, int]:
    """Count the households of each stairwell of a district."""
    home = tables.household
    query = (
        select(home.c.stairwell_id, func.count())
        .where(home.c.district_id == district_id)
        .group_by(home.c.stairwell_id)
    )
    return dict(session.execute(query).all())


def put_households(session: Session, values: Iterable[Household]) -> Put:
    """Write households, or what differs."""
    return put(session, tables.household, [asdict(value) for value in values])


def codes_taken_elsewhere(session: Session, district_id: str) -> frozenset[str]:
    """Return the household codes of all other districts."""
    query: Select[tuple[str]] = select(tables.household.c.code).where(
        tables.household.c.district_id != district_id
    )
    return frozenset(session.scalars(query))


def _one_household(session: Session, condition: ColumnElement[bool], named: str) -> Household:
    row = session.execute(select(tables.household).where(condition)).mappings().one_or_none()
    if row is None:
        raise HouseholdUnknown(household=named, mend="check the code against the door list")
    return Household(**row)


def _district(row: RowMapping) -> District:
    return District(**dict(row) | {"policy": Policy.of_facts(row["policy"])})


def _place(row: RowMapping) -> Place:
    return Place(**row)
