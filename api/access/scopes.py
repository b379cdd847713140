"""What the path of a request names, and where that is."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from api.access.principal import Principal
from api.deps import Work
from api.roles import Action
from logistics.domain.access import Where
from logistics.store import jobs, whereabouts

Finder = Callable[[Session, str], Where | None]

_ALONE: Final[dict[str, Finder]] = {
    "list_id": whereabouts.of_list,
    "errand_id": whereabouts.of_errand,
    "report_id": whereabouts.of_report,
    "photo_id": whereabouts.of_photo,
    "announcement_id": whereabouts.of_announcement,
    "entry_id": whereabouts.of_triage,
    "order_id": whereabouts.of_order,
    "household": whereabouts.of_household,
    "lot_id": whereabouts.of_lot,
    "link_id": whereabouts.of_link,
    "job_id": jobs.where,
    "plan_id": whereabouts.of_plan,
}
"""Parameters that name a thing by themselves; the most telling come first."""

_IN_RUN: Final[dict[str, Callable[[Session, str, str], Where | None]]] = {
    "bag": whereabouts.of_bag,
    "trip": whereabouts.of_trip,
}
"""Parameters that name a thing of the run that the path names too."""

_RUNS: Final = ("run_id", "run")

Said = Mapping[str, Any]


def names_something(path: Said) -> bool:
    """Say whether a path names anything that lies somewhere."""
    return any(name in path for name in (*_ALONE, *_IN_RUN, *_RUNS, "district"))


def where(session: Session, path: Said) -> Where | None:
    """Find where the thing is that a path names: the narrowest that it names.

    Returns
    -------
    Where or None
        None where there is no such thing.
    """
    for name, find in _ALONE.items():
        if name in path:
            return _within_run(session, path, find(session, path[name]))
    run = next((path[name] for name in _RUNS if name in path), None)
    for name, find_in in _IN_RUN.items():
        if run is not None and name in path:
            return find_in(session, run, path[name])
    area = whereabouts.of_run(session, run) if run is not None else None
    if "district" in path:
        area = whereabouts.of_district(session, path["district"])
    if area is None:
        return None
    if "courier" in path:
        return whereabouts.of_courier(session, area.district_id, path["courier"])
    for name in ("place", "point"):
        if name in path:
            return whereabouts.of_place(session, area.district_id, path[name])
    return area


def _within_run(session: Session, path: Said, found: Where | None) -> Where | None:
    """Drop what lies in another district than the run that the path names."""
    run = next((path[name] for name in _RUNS if name in path), None)
    if found is None or run is None:
        return found
    area = whereabouts.of_run(session, run)
    return found if area is not None and area.district_id == found.district_id else None


def must_reach_household(work: Work, who: Principal, action: Action, code: str) -> None:
    """Refuse the affairs of a household that somebody does not look after.

    Raises
    ------
    NotYours
        If it lies outside, or there is none with this code.
    """
    if not who.unlimited(action):
        work.read(lambda session: must_cover_household(session, who, action, code))


def must_cover_household(session: Session, who: Principal, action: Action, code: str) -> None:
    """Do the same within a transaction that is open.

    Raises
    ------
    NotYours
        As :func:`must_reach_household`.
    """
    who.must_cover(action, whereabouts.of_household(session, code), code)


def must_reach_district(work: Work, who: Principal, action: Action, name: str) -> None:
    """Refuse a district that somebody was not given.

    Raises
    ------
    NotYours
        If it is another one, or there is none of this name.
    """
    if not who.unlimited(action):
        there = work.read(lambda session: whereabouts.of_district(session, name))
        who.must_cover(action, there, name)


def must_reach_place(work: Work, who: Principal, action: Action, area: str, code: str) -> None:
    """Refuse a place of a district (by its id) that somebody does not look after.

    Raises
    ------
    NotYours
        If it lies outside, or the district has none with this code.
    """
    if not who.unlimited(action):
        there = work.read(lambda session: whereabouts.of_place(session, area, code))
        who.must_cover(action, there, code)
