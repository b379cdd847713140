"""What a household asks and tells beside its list: errands, repairs, and what was wrong."""

import secrets
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from api.errors import KeyMissing, Responses
from api.instants import InstantUnreadable
from api.once import Reply, once
from api.pages.household_asker import Asker, VisitDep, asker, shown
from api.pages.household_words import unit_word
from api.pages.visits import FormDep, Visit, lead_to, text_of
from api.roles import Action
from logistics.domain.bag_reports import ReportKind
from logistics.domain.errands import ErrandKind, ErrandState
from logistics.domain.lists import HouseholdList
from logistics.domain.runs import RunState
from logistics.errors import Conflict, Invalid, NotFound, SupplyLoopError
from logistics.exchange.photos import Picture, read_picture
from logistics.store import bag_reports, errands, household_bags, lists, photos, runs, whereabouts
from logistics.usecases.report_bag import Told, report_bag
from logistics.usecases.run_errand import move_errand, take_errand

router = APIRouter(prefix="/my", tags=["pages"])

_PAGE = Responses.of(404, 409, 422)


@router.get("/errand", response_class=Response, summary="Ask for an errand", responses=_PAGE)
def errand(
    visit: VisitDep,
    kind: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    """Show the form, and the errands asked for so far."""
    return visit.work.read(lambda session: _errand(visit, session, {"kind": kind}))


@router.post("/errand", response_class=Response, summary="Ask for an errand", responses=_PAGE)
def ask_errand(visit: VisitDep, form: FormDep) -> Response:
    """Take an errand down, once per key."""
    fields = {name: text_of(form, name) for name in ("kind", "said", "due", "key")}
    if not fields["key"]:
        raise KeyMissing

    def deed(session: Session) -> Any:
        own = asker(session, visit)
        kinds = set(ErrandKind)
        kind = ErrandKind(fields["kind"]) if fields["kind"] in kinds else ErrandKind.OTHER
        taken = take_errand(
            session, own.home.code, kind, fields["said"], due_at=_due(own, fields["due"]),
            channel=visit.who.channel, actor=visit.who.actor, at=visit.at,
        )  # fmt: skip
        return Reply({"errand": taken.id})

    try:
        once(
            visit.work, deed, who=visit.who, command="POST /my/errand", key=fields["key"],
            content=[fields["kind"], fields["said"], fields["due"]], at=visit.at,
        )  # fmt: skip
    except (Conflict, Invalid) as refusal:
        known = refusal
        return visit.work.read(lambda session: _errand(visit, session, fields, known))
    return lead_to("/my/errand?done=1")


@router.post(
    "/errand/{errand_id}/cancel", response_class=Response, summary="No longer needed",
    responses=_PAGE,
)  # fmt: skip
def cancel_errand(errand_id: str, visit: VisitDep) -> Response:
    """Cancel an errand that nobody has begun."""

    def write(session: Session) -> None:
        own = asker(session, visit)
        visit.who.must_cover(
            Action.ERRAND_TAKE, whereabouts.of_errand(session, errand_id), errand_id
        )
        note = own.words.text["errand_cancel_note"]
        move_errand(
            session,
            errand_id,
            ErrandState.CANCELLED,
            note=note,
            actor=visit.who.actor,
            at=visit.at,
        )

    try:
        visit.work(write)
    except Conflict as refusal:
        known = refusal
        return visit.work.read(lambda session: _errand(visit, session, {}, known))
    return lead_to("/my/errand")


@router.get("/report", response_class=Response, summary="Report a problem", responses=_PAGE)
def report(
    visit: VisitDep,
    of: Annotated[str, Query(max_length=64, description="Id of a list")] = "",
    bag: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Show the form for what is missing, damaged or wrong, and what was reported so far."""
    fields = {"list": of, "bag": bag}
    return visit.work.read(lambda session: _report(visit, session, fields))


@router.post("/report", response_class=Response, summary="Report a problem", responses=_PAGE)
def send_report(visit: VisitDep, form: FormDep) -> Response:
    """Keep a report with its photo, once per key."""
    names = ("list", "kind", "bag", "line", "quantity", "unit", "note", "key")
    fields = {name: text_of(form, name) for name in names}
    if not fields["key"]:
        raise KeyMissing
    sent = form.get("photo")
    content = sent.file.read() if isinstance(sent, UploadFile) else b""

    def deed(session: Session) -> Any:
        own = asker(session, visit)
        found = own.own_list(session, Action.LIST_READ, fields["list"])
        kinds = set(ReportKind)
        told = Told(
            kind=ReportKind(fields["kind"]) if fields["kind"] in kinds else ReportKind.WRONG,
            bag=fields["bag"],
            line=fields["line"],
            quantity=fields["quantity"].strip(),
            unit=fields["unit"],
            note=fields["note"],
            photo=_photo(session, own, found, picture) if picture else "",
        )
        made = report_bag(
            session, found.run_id, found.household_code, told,
            channel=visit.who.channel, actor=visit.who.actor, at=visit.at,
        )  # fmt: skip
        return Reply({"report": made.id})

    try:
        picture = read_picture(content) if content else None
        once(
            visit.work, deed, who=visit.who, command="POST /my/report", key=fields["key"],
            content=[{k: v for k, v in fields.items() if k != "key"}, len(content)], at=visit.at,
        )  # fmt: skip
    except (Conflict, Invalid, NotFound) as refusal:
        known = refusal
        return visit.work.read(lambda session: _report(visit, session, fields, known))
    return lead_to("/my/report?" + f"of={fields['list']}&done=1")


def _errand(
    visit: Visit,
    session: Session,
    fields: dict[str, str],
    refusal: SupplyLoopError | None = None,
) -> Response:
    own = asker(session, visit)
    found = [
        own.words.errand(one)
        for one in reversed(errands.of_household(session, own.home.id))
        if visit.who.sees(one.asked_at)
    ]
    return shown(visit, "errand.html", refusal=refusal, fields=fields, errands=found[:20],
        kinds=[kind.value for kind in ErrandKind], key=secrets.token_urlsafe(18),
        done="done" in visit.request.query_params,
    )  # fmt: skip


def _report(
    visit: Visit,
    session: Session,
    fields: dict[str, str],
    refusal: SupplyLoopError | None = None,
) -> Response:
    own = asker(session, visit)
    found = _reported_on(session, own, fields.get("list", ""))
    bags = household_bags.of_household(session, found.run_id, found.household_id) if found else ()
    lines = [
        {"id": line.id, "name": shown_line["name"], "amount": shown_line["amount"],
         "unit": line.unit, "unit_word": unit_word(line.unit, own.language)}
        for line in (found.lines if found else ())
        for shown_line in [own.words.line(line.item_id, line.quantity, line.unit, None)]
    ]  # fmt: skip
    told = bag_reports.of_household(session, own.home.id, since=visit.who.since)
    return shown(visit, "report.html", refusal=refusal, fields=fields,
        list_id=found.id if found else "", bags=[own.words.bag(one) for one in bags], lines=lines,
        kinds=[kind.value for kind in ReportKind], key=secrets.token_urlsafe(18),
        reports=[own.words.report(one) for one in told[:20]],
        done="done" in visit.request.query_params,
    )  # fmt: skip


def _reported_on(session: Session, own: Asker, list_id: str) -> HouseholdList | None:
    """Choose the list that is reported on: the one named, or the latest whose goods are out."""
    if list_id:
        return own.own_list(session, Action.LIST_READ, list_id)
    for found in reversed(lists.of_household(session, None, own.home.code)):
        out = runs.get(session, found.run_id).state in (RunState.RELEASED, RunState.CLOSED)
        if out and found.lines and own.who.sees(found.created_at):
            return found
    return None


def _photo(session: Session, own: Asker, found: HouseholdList, picture: Picture) -> str:
    kept = photos.add(
        session, picture.content, width=picture.width, height=picture.height,
        district_id=own.area.id, household_id=found.household_id,
        actor=own.who.actor, at=own.words.at,
    )  # fmt: skip
    return kept.id


def _due(own: Asker, said: str) -> datetime | None:
    """Read the time of a form, which is that of the district."""
    if not said.strip():
        return None
    try:
        local = datetime.fromisoformat(said.strip())
    except ValueError as fault:
        raise InstantUnreadable(
            field="due", value=said[:40], mend="write it as 2026-04-13T09:00"
        ) from fault
    return local if local.tzinfo else local.replace(tzinfo=ZoneInfo(own.area.zone_name))
