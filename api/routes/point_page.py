"""The point team's pages: what comes, what is packed, who leaves when and from which bay."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.auth import NotYours
from api.errors import Responses
from api.pages.announced import shown_announcement
from api.pages.household_words import amount
from api.pages.leader_asker import clock
from api.pages.point_asker import PointVisit, PointVisitDep
from api.pages.point_views import goods_shown, in_unit, pick_shown, turn_shown, well_shown
from api.pages.visits import lead_to
from api.routes.announcements import told_to
from logistics.domain.places import Place
from logistics.domain.point_days import UNPACKED, StairwellPacking
from logistics.domain.runs import Run, RunState
from logistics.exchange.packing_texts import weight
from logistics.store import catalogue, places, point_days, trip_custody, whereabouts
from logistics.usecases.check_bag import contents_of
from logistics.usecases.read_point_day import (
    read_point_day,
    read_point_goods,
    read_point_packing,
)

router = APIRouter(prefix="/point", tags=["pages"])

_PAGE: Final = Responses.of(404, 409, 422)
_MADE: Final = (RunState.PACKED, RunState.PLANNED, RunState.RELEASED, RunState.CLOSED)
_OUT: Final = (RunState.RELEASED, RunState.CLOSED)
_REASONS: Final = ("transit-loss", "miscount", "damage", "spoiled", "theft", "other")
Code = Annotated[str, Query(max_length=64)]


@router.get("", response_class=Response, summary="A point team's page", responses=_PAGE)
def arrive(visit: PointVisitDep, point: Code = "", run: Code = "") -> Response:
    """Lead to what is to be done now: goods, packing, or handing over."""

    def read(session: Session) -> Response:
        spot = visit.spot(session, point)
        chosen, _ = visit.run(session, spot, run)
        state = chosen.state if chosen else None
        part = "trips" if state in _OUT else "packing" if state in _MADE else "goods"
        more = f"&run={chosen.code}" if chosen else ""
        return lead_to(f"/point/{part}?point={spot.code}{more}")

    return visit.work.read(read)


def _shared(
    visit: PointVisit, session: Session, point: str, run: str
) -> tuple[Place, Run | None, dict[str, Any]]:
    spot = visit.spot(session, point)
    chosen, found = visit.run(session, spot, run)
    zone = places.district(session, spot.district_id).zone_name
    told = [
        shown_announcement(one, visit.language, zone, visit.at)
        for one in told_to(session, visit.who, visit.at, limit=5)
    ]
    return spot, chosen, {"spot": spot, "run": chosen, "runs": found, "announcements": told}


@router.get("/goods", response_class=Response, summary="What comes", responses=_PAGE)
def goods(visit: PointVisitDep, point: Code = "", run: Code = "") -> Response:
    """Show vans and orders that come to the point, with fields for what was counted."""

    def read(session: Session) -> Response:
        spot, chosen, more = _shared(visit, session, point, run)
        if chosen is None:
            return visit.show("none.html", session, "goods", **more)
        zone = places.district(session, spot.district_id).zone_name
        found = read_point_goods(session, spot, chosen.id)
        return visit.show(
            "goods.html",
            session,
            "goods",
            reasons=_REASONS,
            awaits=chosen.state is RunState.ORDERED,
            **goods_shown(found, zone, visit.language, visit.words),
            **more,
        )

    return visit.work.read(read)


@router.get("/packing", response_class=Response, summary="What to pack", responses=_PAGE)
def packing(
    visit: PointVisitDep, point: Code = "", run: Code = "", stairwell: Code = "", done: Code = ""
) -> Response:
    """Show what is picked by shelf, how far each stairwell is, and a field to scan into."""

    def read(session: Session) -> Response:
        spot, chosen, more = _shared(visit, session, point, run)
        if chosen is None or chosen.state not in _MADE:
            return visit.show("none.html", session, "packing", **more)
        found = read_point_packing(session, spot, chosen.id)
        counts = dict(point_days.counts(session, chosen.id, spot.id))
        bags = sum(counts.values())
        left = sum(number for state, number in counts.items() if state in UNPACKED)
        inside = (
            point_days.bags_of_stairwell(session, chosen.id, spot.id, stairwell)
            if stairwell
            else ()
        )
        return visit.show(
            "packing.html",
            session,
            "packing",
            picks=[pick_shown(one, found.goods, visit.language) for one in found.picks],
            wells=[well_shown(one, visit.language, _hour(one)) for one in found.stairwells],
            stairwell=stairwell,
            inside=[_bag_row(one, visit.words) for one in inside],
            bags=bags,
            packed=bags - left,
            done=done,
            **more,
        )

    return visit.work.read(read)


def _hour(one: StairwellPacking) -> str:
    if one.departs_s is None:
        return ""
    minutes = one.departs_s // 60
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _bag_row(one: tuple[str, str, str, int], words: Any) -> dict[str, Any]:
    code, compartment, state, grams = one
    return {
        "code": code,
        "mark": "" if compartment == "ambient" else words["compartments"][compartment],
        "said": words["bag_states"].get(state, state),
        "packed": state not in UNPACKED,
        "weight": weight(grams),
    }


@router.get("/bag", response_class=Response, summary="One bag", responses=_PAGE)
def bag(
    visit: PointVisitDep, bag: Code, point: Code = "", run: Code = "", said: Code = ""
) -> Response:
    """Show what goes into a bag, to tick off; complete, or short with a reason."""
    code = bag.strip().upper()

    def read(session: Session) -> Response:
        spot, chosen, more = _shared(visit, session, point, run)
        if chosen is None or chosen.state not in _MADE:
            return visit.show("none.html", session, "packing", **more)
        where = whereabouts.of_bag(session, chosen.code, code)
        if where is None or spot.id not in where.places:
            return visit.show("none.html", session, "packing", unknown=code, **more)
        found = contents_of(session, chosen.id, code)
        known = catalogue.load(session)
        return visit.show(
            "bag.html",
            session,
            "packing",
            bag=found.bag,
            said=said,
            state=visit.words["bag_states"].get(found.state, found.state),
            unpacked=found.state in UNPACKED,
            staged=found.state == "staged",
            sealed=found.state == "sealed",
            lines=[
                {
                    "item": line.item_id,
                    "name": line.name_zh if visit.language == "zh" else line.name_en,
                    "amount": amount(known.by_id[line.item_id], line.expected, visit.language),
                    "left": in_unit(known.by_id[line.item_id], line.expected, visit.language),
                }
                for line in found.lines
            ],
            **more,
        )

    return visit.work.read(read)


@router.get("/trips", response_class=Response, summary="Hand over", responses=_PAGE)
def trips(visit: PointVisitDep, point: Code = "", run: Code = "") -> Response:
    """Show trips in the order of departure, each with its bay and turn, and who waits for whom."""

    def read(session: Session) -> Response:
        spot, chosen, more = _shared(visit, session, point, run)
        if chosen is None or chosen.state not in _MADE:
            return visit.show("none.html", session, "trips", **more)
        day = read_point_day(session, spot, chosen.id, at=visit.at)
        shown = [turn_shown(one, day, visit.words) for one in day.turns]
        return visit.show(
            "trips.html",
            session,
            "trips",
            open=[one for one in shown if one["state"] == "released"],
            gone=[one for one in shown if one["state"] != "released"],
            out=chosen.state in _OUT,
            now=clock(visit.at, day.zone_name),
            bays=day.bays,
            zone_name=day.zone_name,
            **more,
        )

    return visit.work.read(read)


@router.get("/trip", response_class=Response, summary="One trip", responses=_PAGE)
def one_trip(visit: PointVisitDep, trip: Code, point: Code = "", run: Code = "") -> Response:
    """Show a trip's bags, to leave some behind where they are not there."""

    def read(session: Session) -> Response:
        spot, chosen, more = _shared(visit, session, point, run)
        if chosen is None or chosen.state not in _OUT:
            return visit.show("none.html", session, "trips", **more)
        day = read_point_day(session, spot, chosen.id, at=visit.at)
        turn = next((one for one in day.turns if one.trip == trip), None)
        if turn is None:
            raise NotYours(subject=trip)
        bags = trip_custody.bags_on(session, chosen.id, trip)
        return visit.show(
            "trip.html",
            session,
            "trips",
            turn=turn_shown(turn, day, visit.words),
            inside=[
                {
                    "code": one.code,
                    "stop": one.stop,
                    "said": visit.words["bag_states"].get(one.state, one.state),
                    "packed": one.state not in UNPACKED,
                }
                for one in bags
            ],
            **more,
        )

    return visit.work.read(read)
