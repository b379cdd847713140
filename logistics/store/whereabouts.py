"""Where things belong: the one question that permissions ask of the record.

Each function takes what a request names and says where that is; None where there is no such
thing, so that a stranger learns nothing from the difference.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, or_, select, union
from sqlalchemy.orm import Session, aliased

from logistics.domain.access import Where
from logistics.store import tables as t

_RISE: Final = 6  # subdistrict, community, compound, building, stairwell: no tree is deeper


def of_district(session: Session, said: str) -> Where | None:
    """Find a district by its name or id."""
    query = select(t.district.c.id).where(or_(t.district.c.name == said, t.district.c.id == said))
    found = session.execute(query).scalars().first()
    return None if found is None else Where(district_id=found)


def of_run(session: Session, said: str) -> Where | None:
    """Find a run by its code or id."""
    query = select(t.run.c.district_id).where(or_(t.run.c.code == said, t.run.c.id == said))
    found = session.execute(query).scalars().first()
    return None if found is None else Where(district_id=found)


def of_household(session: Session, said: str) -> Where | None:
    """Find a household by its code or id, with the places that it lies in."""
    return _home(session, or_(t.household.c.code == said, t.household.c.id == said))


def of_list(session: Session, list_id: str) -> Where | None:
    """Find whose a list is."""
    key, said_at = t.household_list.c.id, t.household_list.c.created_at
    return _home_behind(session, t.household_list.c.household_id, key, list_id, said_at)


def of_errand(session: Session, errand_id: str) -> Where | None:
    """Find whose an errand is."""
    key, asked_at = t.errand.c.id, t.errand.c.asked_at
    return _home_behind(session, t.errand.c.household_id, key, errand_id, asked_at)


def of_report(session: Session, report_id: str) -> Where | None:
    """Find whose a report of a bag is, and the point that the bag came from."""
    reports = t.bag_report.c
    where = _home_behind(session, reports.household_id, reports.id, report_id, reports.at)
    point = session.scalar(
        select(t.bag.c.point_id)
        .join(t.bag_report, t.bag_report.c.bag_id == t.bag.c.id)
        .where(reports.id == report_id)
    )
    if where is None or point is None:
        return where
    return replace(where, places=where.places | {point})


def of_photo(session: Session, photo_id: str) -> Where | None:
    """Find of whose door, or at which place a photo was taken; a report's with its point."""
    query = select(t.photo.c.district_id, t.photo.c.household_id, t.photo.c.place_id, t.photo.c.at)
    row = session.execute(query.where(t.photo.c.id == photo_id)).first()
    if row is None:
        return None
    if row.household_id is None:
        spots = rise(session, [row.place_id]) if row.place_id else set[str]()
        return Where(district_id=row.district_id, places=frozenset(spots), at=row.at)
    report = session.scalar(
        select(t.bag_report.c.id).where(t.bag_report.c.photo_id == photo_id).limit(1)
    )
    if report is not None:
        return of_report(session, report)
    home = _home(session, t.household.c.id == row.household_id)
    return None if home is None else replace(home, at=row.at)


def of_announcement(session: Session, announcement_id: str) -> Where | None:
    """Find to whom an announcement is said: a place, or a whole district."""
    said = t.announcement.c
    query = select(said.district_id, said.place_id).where(said.id == announcement_id)
    row = session.execute(query).first()
    if row is None:
        return None
    spots = rise(session, [row.place_id]) if row.place_id else set[str]()
    return Where(district_id=row.district_id, places=frozenset(spots))


def of_triage(session: Session, entry_id: str) -> Where | None:
    """Find the run of an entry that waits to be understood."""
    query = select(t.run.c.district_id).join(t.triage, t.triage.c.run_id == t.run.c.id)
    found = session.execute(query.where(t.triage.c.id == entry_id)).scalars().first()
    return None if found is None else Where(district_id=found)


def of_order(session: Session, said: str) -> Where | None:
    """Find a procurement order by its code or id: its run, and the point where its goods land."""
    query = (
        select(t.run.c.district_id, t.order_terms.c.point_id)
        .join(t.purchase_order, t.purchase_order.c.run_id == t.run.c.id)
        .outerjoin(t.order_terms, t.order_terms.c.order_id == t.purchase_order.c.id)
    )
    row = session.execute(query.where(_named(t.purchase_order, said))).first()
    if row is None:
        return None
    landing = (
        row.point_id
        or session.execute(
            select(t.place.c.id).where(t.place.c.district_id == row.district_id, t.place.c.depot)
        ).scalar()
    )
    return Where(district_id=row.district_id, places=frozenset({landing} if landing else ()))


def of_lot(session: Session, said: str) -> Where | None:
    """Find the run of a lot by its id."""
    query = select(t.run.c.district_id).join(t.lot, t.lot.c.run_id == t.run.c.id)
    return _district(session, query.where(t.lot.c.id == said))


def of_plan(session: Session, said: str) -> Where | None:
    """Find the run of a plan by its id."""
    query = select(t.run.c.district_id).join(t.plan, t.plan.c.run_id == t.run.c.id)
    return _district(session, query.where(t.plan.c.id == said))


def of_bag(session: Session, run: str, said: str) -> Where | None:
    """Find a bag by its code, id or what its label says: its household, point and courier."""
    return of_bags(session, run, [said]).get(said)


def of_bags(session: Session, run: str, said: Collection[str]) -> dict[str, Where]:
    """Find many bags of a run at once, each by its code, id or what its label says."""
    found: dict[str, Where] = {}
    homes: dict[str, frozenset[str]] = {}
    for row in session.execute(_bags_named(run, said)):
        if row.stairwell_id not in homes:
            homes[row.stairwell_id] = frozenset(rise(session, [row.stairwell_id]))
        where = Where(
            district_id=row.district_id,
            places=homes[row.stairwell_id] | {row.point_id},
            household_code=row.household,
            courier_id=row.courier_id,
        )
        found |= {name: where for name in (row.id, row.code, row.token) if name in said}
    return found


def of_bag_id(session: Session, bag_id: str) -> Where | None:
    """Find a bag by its id alone."""
    query = select(t.bag.c.run_id).where(t.bag.c.id == bag_id)
    run = session.execute(query).scalar_one_or_none()
    return None if run is None else of_bag(session, run, bag_id)


def of_trip(session: Session, run: str, said: str) -> Where | None:
    """Find a trip of a run's plan in force, by its code or id: its courier and its point."""
    query = (
        select(t.trip.c.courier_id, t.trip.c.point_id, t.run.c.district_id)
        .join(t.plan, t.plan.c.id == t.trip.c.plan_id)
        .join(t.run, t.run.c.id == t.plan.c.run_id)
        .where(
            or_(t.run.c.code == run, t.run.c.id == run),
            t.plan.c.state != "superseded",
            _named(t.trip, said),
        )
        .order_by(t.plan.c.state == "draft")
    )
    row = session.execute(query).first()
    if row is None:
        return None
    return Where(
        district_id=row.district_id,
        places=frozenset({row.point_id}),
        courier_id=row.courier_id,
    )


def of_courier(session: Session, district_id: str, code: str) -> Where | None:
    """Find a courier of a district by the code."""
    query = select(t.courier.c.id, t.courier.c.point_id).where(
        t.courier.c.district_id == district_id, t.courier.c.code == code
    )
    row = session.execute(query).first()
    if row is None:
        return None
    return Where(district_id=district_id, places=frozenset({row.point_id}), courier_id=row.id)


def of_place(session: Session, district_id: str, said: str) -> Where | None:
    """Find a place of a district by its code or id, with those that it lies in."""
    query = select(t.place.c.id).where(t.place.c.district_id == district_id, _named(t.place, said))
    found = session.execute(query).scalars().first()
    if found is None:
        return None
    return Where(district_id=district_id, places=frozenset(rise(session, [found])))


def rise(session: Session, place_ids: Iterable[str]) -> set[str]:
    """Name places and all that they lie in."""
    found, level = set[str](), set(place_ids)
    for _ in range(_RISE):
        level -= found
        if not level:
            break
        found |= level
        query = select(t.place.c.parent_id).where(t.place.c.id.in_(level))
        level = {parent for parent in session.scalars(query) if parent is not None}
    return found


def under(session: Session, place_id: str) -> set[str]:
    """Name a place and all that lies in it, such as a building's stairwells."""
    below = select(t.place.c.id).where(t.place.c.id == place_id).cte("below", recursive=True)
    child = aliased(t.place)
    below = below.union(select(child.c.id).join(below, child.c.parent_id == below.c.id))
    return set(session.scalars(select(below.c.id)))


def _home_behind(
    session: Session,
    home: ColumnElement[Any],
    key: ColumnElement[Any],
    said: str,
    said_at: ColumnElement[Any],
) -> Where | None:
    row = session.execute(select(home, said_at).where(key == said)).first()
    if row is None:
        return None
    where = _home(session, t.household.c.id == row[0])
    return None if where is None else replace(where, at=row[1])


def _home(session: Session, which: ColumnElement[bool]) -> Where | None:
    query = select(t.household.c.code, t.household.c.district_id, t.household.c.stairwell_id)
    row = session.execute(query.where(which)).first()
    if row is None:
        return None
    return Where(
        district_id=row.district_id,
        places=frozenset(rise(session, [row.stairwell_id])),
        household_code=row.code,
    )


def _named(table: Any, said: str) -> ColumnElement[bool]:
    return or_(table.c.code == said, table.c.id == said)


def _district(session: Session, query: Select[Any]) -> Where | None:
    found = session.execute(query).scalars().first()
    return None if found is None else Where(district_id=found)


def _bags_named(run: str, said: Collection[str]) -> Select[Any]:
    """Find bags by what indexes hold, not by looking at all bags of the run."""
    of_run = select(t.run.c.id).where(or_(t.run.c.code == run, t.run.c.id == run))
    named = union(
        select(t.bag.c.id).where(t.bag.c.run_id.in_(of_run), t.bag.c.code.in_(said)),
        select(t.bag.c.id).where(t.bag.c.id.in_(said)),
        select(t.bag_token.c.bag_id).where(t.bag_token.c.token.in_(said)),
    )
    courier = (
        select(t.trip.c.courier_id)
        .join(t.stop, t.stop.c.trip_id == t.trip.c.id)
        .join(t.stop_bag, t.stop_bag.c.stop_id == t.stop.c.id)
        .join(t.plan, t.plan.c.id == t.stop_bag.c.plan_id)
        .where(
            t.plan.c.run_id == t.bag.c.run_id,
            t.plan.c.state == "released",
            t.stop_bag.c.bag_id == t.bag.c.id,
        )
        .limit(1)
        .correlate(t.bag)
        .scalar_subquery()
    )
    return (
        select(
            t.bag.c.id,
            t.bag.c.code,
            t.bag.c.point_id,
            t.bag_token.c.token,
            t.household.c.code.label("household"),
            t.household.c.stairwell_id,
            t.household.c.district_id,
            courier.label("courier_id"),
        )
        .join(t.household, t.household.c.id == t.bag.c.household_id)
        .outerjoin(t.bag_token, t.bag_token.c.bag_id == t.bag.c.id)
        .where(t.bag.c.id.in_(named), t.bag.c.run_id.in_(of_run))
    )


def of_link(session: Session, link_id: str) -> Where | None:
    """Find for whom a link is: a household, a courier, or a place."""
    columns = t.access_link.c
    query = select(columns.district_id, columns.household_id, columns.place_id, columns.courier_id)
    row = session.execute(query.where(columns.id == link_id)).first()
    if row is None:
        return None
    if row.household_id is not None:
        return of_household(session, row.household_id)
    if row.place_id is not None:
        return Where(district_id=row.district_id, places=frozenset(rise(session, [row.place_id])))
    return Where(district_id=row.district_id, courier_id=row.courier_id)
