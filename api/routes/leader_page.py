"""The leader's page: what arrives, the doors from the top floor down, ticks that count once."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.access.parties import own_events
from api.assets_folder import font_folders
from api.auth import NothingThere, NotYours
from api.errors import KeyMissing, Responses
from api.once import Reply, once
from api.pages.announced import shown_announcement
from api.pages.leader_asker import LeaderVisit, LeaderVisitDep
from api.pages.leader_views import stairwells
from api.pages.visits import FormDep, lead_to, text_of
from api.papers import pdf
from api.plain import plain
from api.roles import Action
from api.routes.announcements import told_to
from logistics.domain.custody import Scan, ScanKind
from logistics.domain.door_visits import DoorAnswer, DoorVisit
from logistics.domain.ids import new_id
from logistics.domain.leader_days import Door, LeaderDay
from logistics.domain.places import Place
from logistics.errors import Invalid
from logistics.store import places
from logistics.usecases.note_at_door import note_at_door
from logistics.usecases.read_leader_day import read_leader_day
from logistics.usecases.record_scans import BagEvent, record_scans

router = APIRouter(prefix="/leader", tags=["pages"])

_PAGE: Final = Responses.of(404, 409, 422)
_ANSWERS: Final = {one.value: one for one in DoorAnswer}
Code = Annotated[str, Query(max_length=64)]


class TickUnknown(Invalid):
    """The page knows no such tick."""

    code = "leader.tick-unknown"


@router.get("", response_class=Response, summary="The leader's page", responses=_PAGE)
def hand_out(visit: LeaderVisitDep, place: Code = "", run: Code = "") -> Response:
    """Show when couriers come, what lies at the slot, and which door gets which bags."""

    def read(session: Session) -> Response:
        spot = visit.spot(session, place)
        chosen, found = visit.run(session, spot, run)
        more = shared(visit, session, spot, "hand_out")
        if chosen is None:
            return visit.show("hand_out.html", run=None, runs=[], wells=[], **more)
        day = read_leader_day(session, spot, chosen.id, at=visit.at)
        wells = stairwells(day, visit.language, visit.words, visit.at)
        shown = [one for one in wells if one["bags"] or one["arrivals"]]
        return visit.show(
            "hand_out.html",
            run=chosen,
            runs=found,
            wells=shown,
            quiet=len(wells) - len(shown),
            open_doors=day.open_doors,
            doors=len(day.doors),
            minutes=-(-chosen.separation_s // 60),
            **more,
        )

    return visit.work.read(read)


def shared(visit: LeaderVisit, session: Session, spot: Place, here: str) -> dict[str, Any]:
    """Give what every page of the leader shows."""
    area = places.district(session, spot.district_id)
    return {
        "spot": spot,
        "spots": visit.given(session),
        "part": here,
        "zone_name": area.zone_name,
        "key": new_id("k", visit.at),
        "announcements": [
            shown_announcement(one, visit.language, area.zone_name, visit.at)
            for one in told_to(session, visit.who, visit.at, limit=5)
        ],
    }


@router.post("/tick", response_class=Response, summary="Tick off bags", responses=_PAGE)
def tick(visit: LeaderVisitDep, form: FormDep) -> Response:
    """Take all from a slot, or say how a door was: handed over, nobody, refused; once per key."""
    key, run = text_of(form, "key", 100), text_of(form, "run", 64)
    act, household = text_of(form, "act", 16), text_of(form, "household", 64)
    place, well = text_of(form, "place", 64), text_of(form, "stairwell", 64)
    if not key:
        raise KeyMissing

    def deed(session: Session) -> Reply:
        spot = visit.spot(session, place)
        day = read_leader_day(session, spot, run, at=visit.at)
        if act in _ANSWERS:
            visit.must_lead(session, Action.DOOR_MARK, household)
            said = DoorVisit(key=f"{visit.who.token_id}/{key}", answer=_ANSWERS[act], at=visit.at)
            note_at_door(session, run, household, said, actor=visit.who.actor, at=visit.at)
            return Reply({"act": act})
        return Reply(
            _scans(visit, session, day, by=spot.code, what=(act, household, well), key=key)
        )

    once(
        visit.work,
        deed,
        who=visit.who,
        command="POST /leader/tick",
        key=key,
        content=[run, place, act, household, well],
        at=visit.at,
    )
    anchor = f"#door-{household}" if household else f"#well-{well}"
    return lead_to(f"/leader?place={place}&run={run}{anchor}")


def _scans(
    visit: LeaderVisit,
    session: Session,
    day: LeaderDay,
    *,
    by: str,
    what: tuple[str, str, str],
    key: str,
) -> dict[str, Any]:
    act, household, well = what
    if act == "take":
        kind = ScanKind.TAKE
        bags = [bag.code for door in day.doors_of(well) for bag in door.bags if bag.can_take]
    elif act == "hand":
        kind, bags = ScanKind.HAND, _left(day, household)
    else:
        raise TickUnknown(field="act", value=act, known="take, hand, " + ", ".join(_ANSWERS))
    events = [
        BagEvent(
            bag=code,
            scan=Scan(
                key=f"{visit.who.token_id}/{key}/{code}", kind=kind, at=visit.at,
                by=f"leader:{by}",
            ),
        )
        for code in bags
    ]  # fmt: skip
    if not events:
        return {"act": act, "counts": {}}
    own, _ = own_events(session, visit.who, day.run.code, events)
    report = record_scans(session, day.run.id, own, actor=visit.who.actor, at=visit.at)
    return {"act": act, "counts": dict(report.counts), "heard": plain(report.heard)}


def _left(day: LeaderDay, household: str) -> list[str]:
    door = next((one for one in day.doors if one.household == household), None)
    if door is None:
        raise NotYours(subject=household)
    return open_bags(door)


def open_bags(door: Door) -> list[str]:
    """Name the bags of a door that its household has not got yet."""
    return [bag.code for bag in door.bags if not bag.settled]


@router.get("/sheet.pdf", response_class=Response, summary="Print sheets", responses=_PAGE)
def sheet(
    visit: LeaderVisitDep, place: Code = "", run: Code = "", stairwell: Code = ""
) -> Response:
    """Print one A4 page for each stairwell, with a QR code by which its ticks are entered."""
    # printing brings its libraries: only who prints waits for them
    from logistics.exchange.leader_sheets import LeaderSheetPrinter  # noqa: PLC0415

    def read(session: Session) -> tuple[Place, LeaderDay]:
        spot = visit.spot(session, place)
        chosen, _ = visit.run(session, spot, run)
        if chosen is None:
            raise NothingThere(subject=run or spot.code)
        return spot, read_leader_day(session, spot, chosen.id, at=visit.at)

    spot, day = visit.work.read(read)
    address = f"{visit.request.base_url}leader?place={spot.code}&run={day.run.code}"
    content = LeaderSheetPrinter(font_folders()).print_day(
        day, address=address, stairwell=stairwell, language=visit.language
    )
    return pdf(content, f"{day.run.code}-{stairwell or spot.code}.pdf")
