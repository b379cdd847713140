"""Households by an address as it is spoken, and what is to be known of one while it speaks."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.orm import Session

from api.auth import NotYours, Principal, may, may_within
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.i18n import Language
from api.pages.household_words import amount, name
from api.pages.spoken_words import ask_words, why_words
from api.readers import reader_language
from api.roles import Action, Reach
from logistics.domain.care import Duty
from logistics.domain.catalogue import Catalogue
from logistics.domain.errands import ErrandKind, ErrandState
from logistics.domain.lists import HouseholdList
from logistics.domain.needs import NeedGroup
from logistics.domain.runs import Run
from logistics.store import care, catalogue, runs, whereabouts
from logistics.usecases.find_households import Candidate, find_households
from logistics.usecases.show_household import HouseholdCard, show_household

router = APIRouter(prefix="/api/v1", tags=["registry"])

Finds = Annotated[Principal, Depends(may_within(Action.HOUSEHOLD_FIND))]
ReadsHousehold = Annotated[Principal, Depends(may(Action.HOUSEHOLD_READ))]

GROUPS = {
    NeedGroup.SUPPLY: Action.NEED_SUPPLY,
    NeedGroup.CARE: Action.NEED_CARE,
    NeedGroup.HEALTH: Action.NEED_HEALTH,
}


class CandidateOut(BaseModel):
    """A household that may be meant, or a place to ask about."""

    kind: str = Field(description="household, compound, building or stairwell")
    code: str = Field(description="Of a place: send it as `within` to go on there")
    address: str
    room: str
    why: str
    explained: str = Field(description="Why it is offered, in the reader's language")


class FoundOut(BaseModel):
    """Candidates, the best first, and what to ask where none is certain."""

    candidates: list[CandidateOut]
    sure: bool = Field(description="The first is meant beyond doubt")
    ask: str = Field(description="What was not said: compound, building, unit, room, address")
    asked: str = Field(description="The question to ask, in the reader's language")
    room: str = Field(description="The room that was understood; send it with `within`")


class RunShort(BaseModel):
    """A run and until when it takes lists."""

    code: str
    day: date
    wave: int
    state: str
    cutoff_at: AwareDatetime

    @classmethod
    def of(cls, run: Run) -> "RunShort":
        """Say a run."""
        return cls(
            code=run.code,
            day=run.day,
            wave=run.wave,
            state=run.state.value,
            cutoff_at=run.cutoff_at,
        )


class ListShort(BaseModel):
    """A list in few words."""

    id: str
    missed: bool = Field(description="It is in the run that was cut off")
    state: str
    version: int
    channel: str
    at: AwareDatetime
    lines: list[str] = Field(description="Goods and amount, in the reader's language")
    waiting: list[str] = Field(description="Words that wait for a person")
    note: str


class ErrandShort(BaseModel):
    """An errand that is not done yet."""

    id: str
    kind: ErrandKind
    said: str
    state: ErrandState
    due_at: AwareDatetime | None


class CardOut(BaseModel):
    """A household's lists and errands, and the needs on which the asker acts."""

    code: str
    district: str
    address: str
    persons: int
    standing: str = Field(description="here, away, gone or unlisted; empty: nobody said")
    run: RunShort | None = Field(description="That takes lists now")
    missed: RunShort | None = Field(description="That was cut off last and is still on")
    lists: list[ListShort]
    last: ListShort | None = Field(description="What was bought for it before")
    errands: list[ErrandShort]
    needs: list[dict[str, Any]]
    withheld: bool
    steward: str | None
    deputy: str | None
    doctor: str | None = Field(description="Whom to ask about medicine, for those who may")


@router.get(
    "/districts/{district}/households/find",
    summary="Find a household by an address as it is spoken",
    responses=Responses.of(404, 422),
)
def find(
    *,
    district: str,
    who: Finds,
    work: WorkDep,
    request: Request,
    said: Annotated[str, Query(max_length=400, examples=["3幢2单元501"])] = "",
    within: Annotated[
        str, Query(max_length=64, description="Code of a place that was chosen before")
    ] = "",
) -> FoundOut:
    """Name the households that may be meant, 20 at most; a leader finds those of the building."""
    language = reader_language(request, who)
    whole = who.reach(Action.HOUSEHOLD_FIND) is Reach.ALL

    def read(session: Session) -> FoundOut:
        area = runs.district_id(session, district)
        only = None
        if not whole:
            if who.districts is not None and area not in who.districts:
                raise NotYours(subject=district[:64])
            only = {one for place in who.places for one in whereabouts.under(session, place)}
        found = find_households(session, area, said, within=within, only=only)
        return FoundOut(
            candidates=[_candidate(one, language) for one in found.candidates],
            sure=found.sure,
            ask=found.ask,
            asked=ask_words(found.ask, language),
            room=found.room,
        )

    return work.read(read)


@router.get(
    "/households/{household}/card",
    summary="Read what is to be known of a household while it speaks",
    responses=Responses.of(404),
)
def card(
    *, household: str, who: ReadsHousehold, work: WorkDep, at: NowDep, request: Request
) -> CardOut:
    """Read lists, errands and cut-off, and the needs on which the asker acts; that is recorded."""
    language = reader_language(request, who)
    groups = [group for group, action in GROUPS.items() if who.reach(action) is not None]

    def read(session: Session) -> CardOut:
        seen = show_household(session, household, groups=groups, actor=who.actor, at=at)
        doctor = None
        if who.reach(Action.CARE_READ) is not None:
            doctor = care.doctor_of(session, seen.area.id, seen.home.id)
        return card_out(seen, catalogue.load(session), doctor.text if doctor else None, language)

    return work(read)


def card_out(
    seen: HouseholdCard, goods: Catalogue, doctor: str | None, language: Language
) -> CardOut:
    """Say a card in a language."""
    return CardOut(
        code=seen.home.code,
        district=seen.area.name,
        address=seen.address_zh if language == "zh" else seen.address_en,
        persons=seen.record.persons if seen.record else seen.home.persons,
        standing=seen.record.standing.value if seen.record else "",
        run=RunShort.of(seen.run) if seen.run else None,
        missed=RunShort.of(seen.missed) if seen.missed else None,
        lists=[_list(one, seen, goods, language) for one in seen.lists],
        last=_list(seen.last, seen, goods, language) if seen.last else None,
        errands=[
            ErrandShort(id=one.id, kind=one.kind, said=one.said, state=one.state,
                        due_at=one.due_at)
            for one in seen.errands
        ],
        needs=[
            {"need": one.need.value, "detail": one.detail, "member": one.member_no}
            for one in seen.needs
        ],
        withheld=seen.withheld,
        steward=_login(seen, Duty.STEWARD),
        deputy=_login(seen, Duty.DEPUTY),
        doctor=doctor,
    )  # fmt: skip


def _login(seen: HouseholdCard, duty: Duty) -> str | None:
    return seen.stewards[duty].login if duty in seen.stewards else None


def _list(
    one: HouseholdList, seen: HouseholdCard, goods: Catalogue, language: Language
) -> ListShort:
    return ListShort(
        id=one.id,
        missed=seen.missed is not None and one.run_id == seen.missed.id,
        state=one.state,
        version=one.version,
        channel=one.channel,
        at=one.created_at,
        lines=[
            f"{name(item, language)} {amount(item, line.quantity, language, line.unit)}"
            for line in one.lines
            if (item := goods.by_id.get(line.item_id)) is not None
        ],
        waiting=[doubt.said for doubt in one.doubts if doubt.state == "open"],
        note=one.note,
    )


def _candidate(one: Candidate, language: Language) -> CandidateOut:
    return CandidateOut(
        kind=one.kind,
        code=one.code,
        address=one.address_zh if language == "zh" else one.address_en,
        room=one.room,
        why=one.why,
        explained=why_words(one.why, language),
    )
