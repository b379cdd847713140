"""A steward's pages: households by the next call due, and one household with all to be done."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from api.auth import NotYours, Principal, may, may_within
from api.deps import NowDep, WorkDep
from api.errors import KeyMissing, Responses, family_of, status_of
from api.i18n import error_text
from api.instants import InstantUnreadable
from api.once import Reply, once
from api.pages import steward_views
from api.pages.household_views import Words
from api.pages.household_words import words
from api.pages.render import page
from api.pages.visits import FormDep, Visit, lead_to, text_of, visiting
from api.readers import reader_language
from api.roles import Action
from api.routes.households_found import GROUPS
from logistics.domain.care import How, Outcome
from logistics.domain.drafts import Draft
from logistics.domain.errands import OPEN, ErrandKind, ErrandState
from logistics.domain.lists import HouseholdList
from logistics.errors import Conflict, Invalid, NotFound, SupplyLoopError
from logistics.store import care, catalogue, errands, household_bags, places, runs
from logistics.usecases.draft_list import preview_draft
from logistics.usecases.follow_list import stage_of_list
from logistics.usecases.log_contact import log_contact, name_doctor
from logistics.usecases.repeat_list import repeat_list
from logistics.usecases.run_errand import move_errand, take_errand
from logistics.usecases.show_household import HouseholdCard, show_household
from logistics.usecases.show_steward_day import steward_day
from logistics.usecases.take_list import take_list

router = APIRouter(prefix="/steward", tags=["pages"])

_PAGE = Responses.of(404, 409, 422)
_CALLS: Final = 10
_URGENT: Final = timedelta(hours=2)
_HOURS: Final = {"4": 4, "24": 24, "48": 48}


class ChoiceUnknown(Invalid):
    """A form says something that is not among its choices."""

    code = "form.choice-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StewardVisit(Visit):
    """One request of a steward's page."""

    def once(self, deed: Any, command: str, form: FormData) -> None:
        """Do what a form asks, once per key."""
        key = text_of(form, "key", 128)
        if not key:
            raise KeyMissing
        content = [[name, text_of(form, name)] for name in form if name != "key"]

        def keyed(session: Session) -> Reply:
            deed(session)
            return Reply({})

        once(
            self.work, keyed, who=self.who, command=f"POST /steward/{command}", key=key,
            content=content, at=self.at,
        )  # fmt: skip


VisitDep = Annotated[StewardVisit, Depends(visiting(StewardVisit, may(Action.STEWARD_PAGE)))]
Comes = Annotated[Principal, Depends(may_within(Action.STEWARD_PAGE))]


@router.get("", response_class=Response, summary="A steward's households", responses=_PAGE)
def home(request: Request, who: Comes, work: WorkDep, at: NowDep) -> Response:
    """List the households that somebody looks after, the next call due first."""
    language = reader_language(request, who)
    account_id = who.account_id
    if account_id is None:
        raise NotYours(subject="steward")  # a program looks after nobody

    def read(session: Session) -> list[steward_views.Shown]:
        zones = {one.id: one.zone_name for one in places.districts(session)}
        return [
            steward_views.row(one, at, zones[one.home.district_id], language)
            for one in steward_day(session, account_id, at)
        ]

    rows = work.read(read)
    return page(
        "steward/home.html",
        language,
        who=who,
        private=True,
        rows=rows,
        late=sum(one["due"]["late"] for one in rows),
        without=sum(not one["sent"] for one in rows),
    )


@router.get(
    "/{household}", response_class=Response, summary="A steward's household", responses=_PAGE
)
def household(household: str, visit: VisitDep) -> Response:
    """Show needs, calls, lists, bags and errands of one household, and what may be done."""
    return _card(visit, household)


@router.post(
    "/{household}/contact", response_class=Response, summary="Write a call down", responses=_PAGE
)
def contact(household: str, visit: VisitDep, form: FormDep) -> Response:
    """Write down what came of a call."""

    def deed(session: Session) -> None:
        log_contact(
            session, household, _one(Outcome, form, "outcome"), how=_one(How, form, "how"),
            note=text_of(form, "note"), next_due=_next_due(session, visit, household, form),
            actor=visit.who.actor, at=visit.at,
        )  # fmt: skip

    return _did(visit, household, deed, "contact", form)


@router.post(
    "/{household}/errand", response_class=Response, summary="Ask for an errand", responses=_PAGE
)
def errand(household: str, visit: VisitDep, form: FormDep) -> Response:
    """Take an errand down; urgent medicine is due in two hours, whatever the cut-off."""

    def deed(session: Session) -> None:
        urgent = text_of(form, "go", 16) == "urgent"
        take_errand(
            session, household, ErrandKind.MEDICINE if urgent else _one(ErrandKind, form, "kind"),
            text_of(form, "said"), due_at=visit.at + _URGENT if urgent else None,
            channel=visit.who.channel, actor=visit.who.actor, at=visit.at,
        )  # fmt: skip

    return _did(visit, household, deed, "errand", form)


@router.post(
    "/{household}/step", response_class=Response, summary="Bring an errand on", responses=_PAGE
)
def step(household: str, visit: VisitDep, form: FormDep) -> Response:
    """Say how far an errand is that the steward does without a courier."""

    def deed(session: Session) -> None:
        found = errands.get(session, text_of(form, "errand", 64))
        if found.household_code != household:
            raise NotYours(subject=found.id)
        move_errand(
            session, found.id, _one(ErrandState, form, "state"), note=text_of(form, "note", 300),
            actor=visit.who.actor, at=visit.at,
        )  # fmt: skip

    return _did(visit, household, deed, "step", form)


@router.post(
    "/{household}/doctor", response_class=Response, summary="Whom to ask about medicine",
    responses=_PAGE,
)  # fmt: skip
def doctor(household: str, visit: VisitDep, form: FormDep) -> Response:
    """Say whom to ask about a household's medicine."""

    def deed(session: Session) -> None:
        name_doctor(
            session, household, text_of(form, "doctor", 400), actor=visit.who.actor, at=visit.at
        )

    return _did(visit, household, deed, "doctor", form)


@router.post(
    "/{household}/list", response_class=Response, summary="A list on behalf", responses=_PAGE
)
def on_behalf(household: str, visit: VisitDep, form: FormDep) -> Response:
    """Show how a list would be understood, or send it, or take the last one again."""
    go = text_of(form, "go", 16)
    if go == "preview":
        return _card(visit, household, text=text_of(form, "text"))

    def deed(session: Session) -> None:
        channel, actor = visit.who.channel, visit.who.actor
        if go == "repeat":
            repeat_list(session, None, household, channel=channel, actor=actor, at=visit.at)
            return
        take_list(
            session, None, household, [], text=text_of(form, "text"), channel=channel,
            actor=actor, at=visit.at,
        )  # fmt: skip

    return _did(visit, household, deed, "list", form)


def _did(visit: StewardVisit, household: str, deed: Any, what: str, form: FormData) -> Response:
    """Do what a form asks and lead back to the household; what is refused is told there."""
    try:
        visit.once(deed, f"{household}/{what}", form)
    except (Conflict, Invalid, NotFound) as refusal:
        return _card(visit, household, refusal=refusal, text=text_of(form, "text"))
    return lead_to(f"/steward/{household}?done={what}")


def _card(
    visit: StewardVisit, household: str, *, refusal: SupplyLoopError | None = None, text: str = ""
) -> Response:
    """Show a household; that its needs were read is recorded."""
    language = visit.language
    groups = [group for group, action in GROUPS.items() if visit.who.reach(action) is not None]

    def read(session: Session) -> dict[str, Any]:
        seen = show_household(
            session, household, groups=groups, actor=visit.who.actor, at=visit.at
        )
        return _shown(session, visit, seen, text)

    values = visit.work(read)
    said = None
    if refusal is not None:
        said = error_text(refusal.code, family_of(refusal), refusal.facts, language)
    return page(
        "steward/household.html",
        language,
        who=visit.who,
        private=True,
        status=200 if refusal is None else status_of(refusal),
        m=words(language),
        refusal=said,
        done=visit.request.query_params.get("done", ""),
        key=secrets.token_urlsafe(18),
        kinds=[one.value for one in ErrandKind],
        **values,
    )


def _shown(
    session: Session, visit: StewardVisit, seen: HouseholdCard, text: str
) -> dict[str, Any]:
    language, zone = visit.language, seen.area.zone_name
    said = Words(language, seen.area, catalogue.load(session), visit.at)
    calls = care.contacts(session, seen.home.id, _CALLS)
    asked = [one for one in errands.of_household(session, seen.home.id) if one.state in OPEN]
    told = care.doctor_of(session, seen.area.id, seen.home.id)
    draft = Draft(household=seen.home.code, text=text.replace("\r\n", "\n"))
    run_id = seen.run.id if seen.run else None
    preview = None
    if text.strip():
        found = preview_draft(session, draft, run_id, said.goods, since=None)
        preview = said.preview(draft, found)
    bags = {
        one.run_id: household_bags.of_household(session, one.run_id, seen.home.id)
        for one in seen.lists
    }
    return {
        "code": seen.home.code,
        "address": seen.address_zh if language == "zh" else seen.address_en,
        "persons": seen.record.persons if seen.record else seen.home.persons,
        "needs": steward_views.needs(seen, language),
        "run": said.run(seen.run) if seen.run else None,
        "missed": said.run(seen.missed) if seen.missed else None,
        "lists": [_list(session, said, one) for one in seen.lists],
        "bags": steward_views.bags(bags, said),
        "last": _lines(said, seen.last) if seen.last else [],
        "errands": [steward_views.errand(one, said) for one in reversed(asked)],
        "calls": [steward_views.contact(one, visit.at, zone, language) for one in calls],
        "due": steward_views.due_words(calls[0].next_due, visit.at, zone, language)
        if calls
        else None,
        "doctor": told,
        "stewards": {duty.value: one.login for duty, one in seen.stewards.items()},
        "text": text,
        "preview": preview,
    }  # fmt: skip


def _list(session: Session, said: Words, one: HouseholdList) -> steward_views.Shown:
    run, stage = runs.get(session, one.run_id), stage_of_list(session, one)
    card = said.card(one, run, stage, one.household_code)
    return card | {"lines": _lines(said, one), "run_id": one.run_id}


def _lines(said: Words, one: HouseholdList) -> list[steward_views.Shown]:
    return [said.line(line.item_id, line.quantity, line.unit, None) for line in one.lines]


def _one(kind: Any, form: FormData, field: str) -> Any:
    """Read one of the known words of a form.

    Raises
    ------
    ChoiceUnknown
        If it is none of them.
    """
    said = text_of(form, field, 32)
    if said not in set(kind):
        raise ChoiceUnknown(field=field, value=said, known=", ".join(kind))
    return kind(said)


def _next_due(
    session: Session, visit: StewardVisit, household: str, form: FormData
) -> datetime | None:
    """Read when to call next: in some hours, at a local time, or as the needs say."""
    said = text_of(form, "next", 16)
    if said in _HOURS:
        return visit.at + timedelta(hours=_HOURS[said])
    when = text_of(form, "next_at", 16)
    if not when:
        return None
    one = places.household_by_code(session, household)
    zone = ZoneInfo(places.district(session, one.district_id).zone_name)
    try:
        return datetime.fromisoformat(when).replace(tzinfo=zone)
    except ValueError:
        raise InstantUnreadable(
            field="next_at", value=when, mend="write it as 2026-04-13T18:00"
        ) from None
