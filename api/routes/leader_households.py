"""The leader's page of households: lists on their behalf, problems, help, personal links."""

from typing import Annotated, Any, Final

import segno
from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.access import links
from api.errors import KeyMissing, Responses
from api.once import Reply, once
from api.pages.household_views import Words
from api.pages.household_words import amount, moment
from api.pages.leader_asker import LeaderVisit, LeaderVisitDep
from api.pages.leader_views import name_of
from api.pages.visits import FormDep, lead_to, text_of
from api.roles import Action, Role
from api.routes.leader_page import shared
from logistics.domain.bag_reports import ReportKind
from logistics.domain.drafts import Draft
from logistics.domain.leader_days import Home, Stairwell
from logistics.store import (
    catalogue,
    household_bags,
    leader_days,
    open_runs,
    places,
    registry_calls,
    runs,
)
from logistics.store import links as kept_links
from logistics.usecases.draft_list import preview_draft
from logistics.usecases.mark_roll_call import mark_roll_call
from logistics.usecases.read_leader_day import read_care, read_unheard
from logistics.usecases.report_bag import Told, report_bag
from logistics.usecases.take_list import take_list

router = APIRouter(prefix="/leader", tags=["pages"])

_PAGE: Final = Responses.of(404, 409, 422)
_CHANNEL: Final = "leader"
Code = Annotated[str, Query(max_length=64)]


@router.get("/unheard", response_class=Response, summary="Not yet heard from", responses=_PAGE)
def unheard(visit: LeaderVisitDep, place: Code = "") -> Response:
    """Show who has sent no list to the run that is cut off next, as doors are walked."""

    def read(session: Session) -> Response:
        spot = visit.spot(session, place)
        found = read_unheard(session, spot, at=visit.at)
        more = shared(visit, session, spot, "unheard")
        return visit.show(
            "unheard.html",
            heard=found,
            cutoff=moment(found.run.cutoff_at, more["zone_name"], visit.language, visit.at)
            if found
            else "",
            names=_names(session, spot.id, visit),
            asked=[
                {
                    "one": one,
                    "mark": visit.words["marks"]
                    .get(one.last_mark.answer.value, "")
                    .format(
                        at=moment(
                            one.last_mark.asked_at, more["zone_name"], visit.language, visit.at
                        )
                    )
                    if one.last_mark
                    else "",
                }
                for one in (found.left if found else ())
            ],
            **more,
        )

    return visit.work.read(read)


def _names(session: Session, place_id: str, visit: LeaderVisit) -> dict[str, str]:
    wells = leader_days.stairwells(session, place_id, visit.at)
    return {one.code: name_of(one, visit.language) for one in wells}


@router.post("/unheard", response_class=Response, summary="Mark a door as asked", responses=_PAGE)
def mark(visit: LeaderVisitDep, form: FormDep) -> Response:
    """Write down that a household was asked, or needs nothing."""
    household, answer = text_of(form, "household", 64), text_of(form, "answer", 16)
    run, place = text_of(form, "run", 64), text_of(form, "place", 64)

    def write(session: Session) -> None:
        visit.must_lead(session, Action.ROLL_CALL_MARK, household)
        spot = visit.spot(session, place)
        mark_roll_call(
            session, run, household, answer, how="door", asked_by=f"leader {spot.code}"[:40],
            actor=visit.who.actor, at=visit.at,
        )  # fmt: skip

    visit.work(write)
    return lead_to(f"/leader/unheard?place={place}#home-{household}")


@router.get("/list", response_class=Response, summary="A list on behalf", responses=_PAGE)
def writing(visit: LeaderVisitDep, household: Code, text: str = "") -> Response:
    """Show a field for what a household asks for."""

    def read(session: Session) -> Response:
        return _written(visit, session, household, text[:4000], "", look=False)

    return visit.work.read(read)


@router.post("/list", response_class=Response, summary="Look, then send", responses=_PAGE)
def send(visit: LeaderVisitDep, form: FormDep) -> Response:
    """Show how a list is understood; send it where that was seen and agreed to, once per key."""
    household, text = text_of(form, "household", 64), text_of(form, "text", 4000)
    note, key = text_of(form, "note", 500), text_of(form, "key", 100)
    if text_of(form, "go", 16) != "send" or not text.strip():
        return visit.work.read(
            lambda session: _written(
                visit, session, household, text, note, look=bool(text.strip())
            )
        )
    if not key:
        raise KeyMissing
    visit.work.read(lambda session: visit.must_lead(session, Action.LIST_TAKE, household))

    def deed(session: Session) -> Reply:
        taken = take_list(
            session, text_of(form, "run", 64), household, [], text=text, note=note,
            channel=_CHANNEL, actor=visit.who.actor, at=visit.at,
        )  # fmt: skip
        return Reply({"list": taken.id}, 201)

    once(
        visit.work,
        deed,
        who=visit.who,
        command="POST /leader/list",
        key=key,
        content=[household, text, note],
        at=visit.at,
    )
    return lead_to(f"/leader/unheard?sent={household}")


def _written(
    visit: LeaderVisit, session: Session, household: str, text: str, note: str, *, look: bool
) -> Response:
    visit.must_lead(session, Action.LIST_TAKE, household)
    home = places.household_by_code(session, household)
    spot = visit.spot(session, "")
    area = places.district(session, home.district_id)
    run = open_runs.next_cut_off(session, area.id, visit.at)
    goods = catalogue.load(session)
    words = Words(visit.language, area, goods, visit.at)
    draft = Draft(household=household, text=text, note=note)
    seen = (
        words.preview(
            draft, preview_draft(session, draft, run.id if run else None, goods, since=None)
        )
        if look
        else None
    )
    return visit.show(
        "list.html",
        household=home,
        text=text,
        note=note,
        seen=seen,
        run=run,
        has_list=bool(run and registry_calls.has_list(session, run.id, home.id)),
        cutoff=moment(run.cutoff_at, area.zone_name, visit.language, visit.at) if run else "",
        **shared(visit, session, spot, "unheard"),
    )


@router.get("/problem", response_class=Response, summary="Missing or damaged", responses=_PAGE)
def problem(visit: LeaderVisitDep, household: Code, run: Code) -> Response:
    """Ask what is missing or damaged in a household's bags, and how much."""

    def read(session: Session) -> Response:
        visit.must_lead(session, Action.REPORT_MAKE, household)
        home = places.household_by_code(session, household)
        found = runs.get(session, run)
        goods = catalogue.load(session)
        bags = [
            {
                "code": bag.code,
                "items": [
                    {
                        "line": one.line_id,
                        "name": one.name_zh if visit.language == "zh" else one.name_en,
                        "amount": amount(goods.by_id[one.item_id], one.quantity, visit.language),
                    }
                    for one in bag.items
                ],
            }
            for bag in household_bags.of_household(session, found.id, home.id)
        ]
        spot = visit.spot(session, "")
        return visit.show(
            "problem.html", home=home, run=found, bags=bags,
            **shared(visit, session, spot, "hand_out"),
        )  # fmt: skip

    return visit.work.read(read)


@router.post("/problem", response_class=Response, summary="Report a problem", responses=_PAGE)
def report(visit: LeaderVisitDep, form: FormDep) -> Response:
    """Keep what is missing or damaged, with its amount; once per key."""
    household, run = text_of(form, "household", 64), text_of(form, "run", 64)
    key, what = text_of(form, "key", 100), text_of(form, "what", 160)
    bag, _, line = what.partition(" ")
    told: dict[str, Any] = {
        "bag": bag,
        "line": line,
        "quantity": text_of(form, "quantity", 32).strip() if line else "",
        "unit": text_of(form, "unit", 16),
        "note": text_of(form, "note", 500),
    }
    if not key:
        raise KeyMissing
    visit.work.read(lambda session: visit.must_lead(session, Action.REPORT_MAKE, household))

    def deed(session: Session) -> Reply:
        kind = ReportKind.DAMAGED if text_of(form, "kind", 16) == "damaged" else ReportKind.MISSING
        made = report_bag(
            session, run, household, Told(kind=kind, **told), channel=_CHANNEL,
            actor=visit.who.actor, at=visit.at,
        )  # fmt: skip
        return Reply({"report": made.id}, 201)

    once(
        visit.work,
        deed,
        who=visit.who,
        command="POST /leader/problem",
        key=key,
        content=[household, run, text_of(form, "kind", 16), told],
        at=visit.at,
    )
    return lead_to(f"/leader?run={run}#door-{household}")


@router.get("/help", response_class=Response, summary="Who needs help", responses=_PAGE)
def help_needed(visit: LeaderVisitDep, place: Code = "") -> Response:
    """Show who needs care, by consent; never an illness. That it was read is recorded."""

    def read(session: Session) -> Response:
        spot = visit.spot(session, place)
        found = read_care(session, spot, actor=visit.who.actor, at=visit.at)
        return visit.show(
            "help.html", needs=found, names=_names(session, spot.id, visit),
            **shared(visit, session, spot, "help"),
        )  # fmt: skip

    return visit.work(read)


@router.get("/links", response_class=Response, summary="Households' links", responses=_PAGE)
def household_links(visit: LeaderVisitDep, place: Code = "") -> Response:
    """Show which households have a link to their page, and whether it was opened."""

    def read(session: Session) -> Response:
        return _links(visit, session, place, None)

    return visit.work.read(read)


def _links(
    visit: LeaderVisit, session: Session, place: str, card: dict[str, Any] | None
) -> Response:
    spot = visit.spot(session, place)
    wells = leader_days.stairwells(session, spot.id, visit.at)
    made = leader_days.links_of(session, wells, visit.at)
    homes = leader_days.homes_of(session, wells)
    return visit.show(
        "links.html",
        wells=[_of_well(one, homes, made, visit) for one in wells],
        card=card,
        **shared(visit, session, spot, "links"),
    )


def _of_well(
    one: Stairwell, homes: tuple[Home, ...], made: dict[str, tuple[str, bool]], visit: LeaderVisit
) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": name_of(one, visit.language),
        "homes": [
            {"code": home.code, "room": home.room, "link": made.get(home.id)}
            for home in homes
            if home.stairwell_code == one.code and home.in_scope
        ],
    }


@router.post("/links", response_class=Response, summary="Make or revoke", responses=_PAGE)
def change_link(visit: LeaderVisitDep, form: FormDep) -> Response:
    """Make a household's link and show its card this once, or take a link back."""
    household, place = text_of(form, "household", 64), text_of(form, "place", 64)

    def write(session: Session) -> Response:
        visit.must_lead(session, Action.LINK_MAKE, household)
        home = places.household_by_code(session, household)
        if text_of(form, "go", 16) == "revoke":
            for one in kept_links.live_of_household(session, home.id, visit.at):
                links.take_back(session, one.id, actor=visit.who.actor, at=visit.at)
            return lead_to(f"/leader/links?place={place}#home-{household}")
        area = places.district(session, home.district_id)
        _, secret = links.make(
            session, Role.HOUSEHOLD.value, district=area.name, household=home.code,
            actor=visit.who.actor, at=visit.at,
        )  # fmt: skip
        address = f"{visit.request.base_url}h/{secret}"
        picture = segno.make(address, error="m", micro=False).svg_data_uri(scale=6, border=2)
        card = {"room": home.room, "code": home.code, "address": address, "picture": picture}
        return _links(visit, session, place, card)

    return visit.work(write)
