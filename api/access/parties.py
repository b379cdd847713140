"""For whom somebody speaks when bags are reported, and of which bags."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.access.principal import NotYours, Principal
from api.roles import Action, Reach
from logistics.domain.access import Where
from logistics.store import whereabouts
from logistics.usecases.record_scans import BagEvent, Heard


def own_events(
    session: Session, who: Principal, run: str, events: Sequence[BagEvent]
) -> tuple[list[BagEvent], list[Heard]]:
    """Part what somebody may report from what they may not.

    Raises
    ------
    NotYours
        If they may report none of it: of no such bag, or in nobody's name but their own.
    """
    if who.reach(Action.EVENT_RECORD) is Reach.ALL:
        return list(events), []
    area = whereabouts.of_run(session, run)
    bags = whereabouts.of_bags(session, run, {one.bag for one in events})
    own: list[BagEvent] = []
    foreign: list[BagEvent] = []
    for one in events:
        theirs = who.covers(Action.EVENT_RECORD, bags.get(one.bag))
        speaks = theirs and _speaks_for(session, who, area, one.scan.by)
        (own if speaks else foreign).append(one)
    if foreign and not own:
        raise NotYours(subject=foreign[0].bag[:64])
    return own, [
        Heard(key=one.scan.key, bag=one.bag, event=one.scan.kind, outcome=NotYours.code)
        for one in foreign
    ]


def _speaks_for(session: Session, who: Principal, area: Where | None, party: str) -> bool:
    kind, _, code = party.partition(":")
    if kind == "household":
        return code == who.household_code
    if kind == "courier":
        return code == who.courier_code
    if kind not in ("leader", "point") or area is None:
        return False
    there = whereabouts.of_place(session, area.district_id, code)
    return who.covers(Action.EVENT_RECORD, there)
