"""Who looks after which household, the calls, and whom to ask about medicine."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may, may_within
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, OptionalKeyDep, Reply, once
from api.paging import link_next
from api.roles import Action, Reach
from logistics.domain.care import Assignment, Contact, Doctor, Duty, How, Outcome
from logistics.store import care, places, runs
from logistics.usecases.assign_steward import assign_steward
from logistics.usecases.log_contact import log_contact, name_doctor
from logistics.usecases.show_steward_day import Due, steward_day

router = APIRouter(prefix="/api/v1", tags=["care"])

Mine = Annotated[Principal, Depends(may_within(Action.STEWARD_PAGE))]
Assigns = Annotated[Principal, Depends(may(Action.STEWARD_ASSIGN))]
ReadsStewards = Annotated[Principal, Depends(may(Action.STEWARD_READ))]
Cares = Annotated[Principal, Depends(may(Action.CARE_WRITE))]
ReadsCare = Annotated[Principal, Depends(may(Action.CARE_READ))]


class AssignIn(BaseModel):
    """Who is to look after a household."""

    model_config = ConfigDict(extra="forbid")
    login: Annotated[str | None, Field(max_length=64, description="Null: nobody from then on")] = (
        None
    )
    duty: Duty = Duty.STEWARD
    since: Annotated[AwareDatetime | None, Field(description="Without it: from now on")] = None
    until: Annotated[AwareDatetime | None, Field(description="Without it: without an end")] = None


class AssignmentOut(BaseModel):
    """Who looks after a household, as what, and from when to when."""

    household: str
    duty: Duty
    login: str | None
    since: AwareDatetime
    until: AwareDatetime | None

    @classmethod
    def of(cls, one: Assignment) -> "AssignmentOut":
        """Say an assignment."""
        return cls(
            household=one.household_code,
            duty=one.duty,
            login=one.login,
            since=one.since,
            until=one.until,
        )


class AssignmentsOut(BaseModel):
    """A page of assignments, and how many households need a steward and have none."""

    assignments: list[AssignmentOut]
    without: int
    missing: list[str] = Field(
        description="Codes of households without one, for those who assign; 100 at most"
    )
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")


class ContactIn(BaseModel):
    """A call, and what came of it."""

    model_config = ConfigDict(extra="forbid")
    outcome: Outcome
    how: How = How.PHONE
    note: Annotated[str, Field(max_length=1000)] = ""
    at: Annotated[AwareDatetime | None, Field(description="Without it: just now")] = None
    next_due: Annotated[
        AwareDatetime | None, Field(description="Without it: as the household's needs say")
    ] = None


class ContactOut(BaseModel):
    """A call that was written down."""

    at: AwareDatetime
    how: How
    outcome: Outcome
    note: str
    next_due: AwareDatetime

    @classmethod
    def of(cls, one: Contact) -> "ContactOut":
        """Say a call."""
        return cls(
            at=one.at, how=one.how, outcome=one.outcome, note=one.note, next_due=one.next_due
        )


class ContactsOut(BaseModel):
    """The latest calls to a household, newest first."""

    contacts: list[ContactOut]


class DueOut(BaseModel):
    """A household that somebody looks after, and when its next call is due."""

    household: str
    address_zh: str
    address_en: str
    duty: Duty
    next_due: AwareDatetime
    overdue: bool
    last: ContactOut | None
    list_state: str = Field(description="Of its list in the run that is open; empty: none sent")
    errands: int = Field(description="That are not done yet")


class MineOut(BaseModel):
    """The households of a steward or deputy, the next call due first."""

    households: list[DueOut]


class DoctorIn(BaseModel):
    """Whom to ask about a household's medicine; empty words take it back."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[
        str, Field(max_length=400, examples=["Kaixuan health station, 0571-0000 0000"])
    ]


class DoctorOut(BaseModel):
    """Whom to ask about a household's medicine."""

    text: str
    own: bool = Field(description="It is the household's own, not its district's")

    @classmethod
    def of(cls, one: Doctor | None) -> "DoctorOut":
        """Say a contact; empty where there is none."""
        return cls(text=one.text if one else "", own=bool(one and one.own))


@router.get("/stewards/me/households", summary="My households", responses=Responses.of())
def mine(who: Mine, work: WorkDep, at: NowDep) -> MineOut:
    """List the households of a steward or deputy, those whose call is due first on top."""
    if who.account_id is None:
        return MineOut(households=[])
    account_id = who.account_id
    found = work.read(lambda session: steward_day(session, account_id, at))
    return MineOut(households=[_due(one, at) for one in found])


@router.get(
    "/households/{household}/contacts", summary="Calls to a household",
    responses=Responses.of(404),
)  # fmt: skip
def contacts(
    household: str,
    _: ReadsCare,
    work: WorkDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ContactsOut:
    """Read the latest calls to a household, newest first."""

    def read(session: Session) -> ContactsOut:
        home = places.household_by_code(session, household)
        found = care.contacts(session, home.id, limit)
        return ContactsOut(contacts=[ContactOut.of(one) for one in found])

    return work.read(read)


@router.post(
    "/households/{household}/contacts",
    status_code=201,
    response_model=ContactOut,
    summary="Write a call down",
    responses=Responses.of(400, 404, 409, 422),
)
def log(
    *, household: str, body: ContactIn, who: Cares, key: KeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Write down what came of a call; the next one is due as the needs say."""

    def deed(session: Session) -> Reply:
        kept = log_contact(
            session,
            household,
            body.outcome,
            how=body.how,
            note=body.note,
            called_at=body.at,
            next_due=body.next_due,
            actor=who.actor,
            at=at,
        )
        return Reply(ContactOut.of(kept).model_dump(mode="json"), 201)

    return once(
        work, deed, who=who, command=f"POST /api/v1/households/{household}/contacts", key=key,
        content=body.model_dump(mode="json"), at=at,
    )  # fmt: skip


@router.get(
    "/households/{household}/doctor", summary="Whom to ask about medicine",
    responses=Responses.of(404),
)  # fmt: skip
def doctor(household: str, _: ReadsCare, work: WorkDep) -> DoctorOut:
    """Read whom to ask about a household's medicine: its own doctor, else its district's."""

    def read(session: Session) -> Doctor | None:
        home = places.household_by_code(session, household)
        return care.doctor_of(session, home.district_id, home.id)

    return DoctorOut.of(work.read(read))


@router.put(
    "/households/{household}/doctor", summary="Say whom to ask about medicine",
    responses=Responses.of(404, 422),
)  # fmt: skip
def set_doctor(
    *, household: str, body: DoctorIn, who: Cares, work: WorkDep, at: NowDep
) -> DoctorOut:
    """Say whom to ask about a household's medicine; what was said before stays in the record."""
    return DoctorOut.of(
        work(lambda s: name_doctor(s, household, body.text, actor=who.actor, at=at))
    )


@router.post(
    "/households/{household}/steward",
    status_code=201,
    response_model=AssignmentOut,
    summary="Say who looks after a household",
    responses=Responses.of(404, 409, 422),
)
def assign(
    *,
    household: str,
    body: AssignIn,
    who: Assigns,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Name a household's steward or deputy; said again it adds nothing."""

    def deed(session: Session) -> Reply:
        said = assign_steward(
            session,
            household,
            body.login,
            duty=body.duty,
            since=body.since,
            until=body.until,
            actor=who.actor,
            at=at,
        )
        return Reply(AssignmentOut.of(said).model_dump(mode="json"), 201)

    return once(
        work, deed, who=who, command=f"POST /api/v1/households/{household}/steward", key=key,
        content=body.model_dump(mode="json"), at=at,
    )  # fmt: skip


@router.get(
    "/districts/{district}/stewards", summary="Who looks after whom", responses=Responses.of(404)
)
def of_district(
    *,
    district: str,
    who: ReadsStewards,
    work: WorkDep,
    at: NowDep,
    request: Request,
    response: Response,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AssignmentsOut:
    """Read who looks after which household in pages, and how many need a steward and have none."""
    names_them = who.reach(Action.STEWARD_ASSIGN) is Reach.ALL

    def read(session: Session) -> tuple[tuple[Assignment, ...], int, tuple[str, ...]]:
        area = places.district(session, runs.district_id(session, district))
        day = at.astimezone(ZoneInfo(area.zone_name)).date()
        return (
            care.of_district(session, area.id, at, after=after, limit=limit + 2),
            care.count_without(session, area.id, day, at),
            care.without(session, area.id, day, at) if names_them else (),
        )

    found, count, missing = work.read(read)
    shown, following = _whole_homes(found, limit)
    link_next(request, response, following)
    return AssignmentsOut(
        assignments=[AssignmentOut.of(one) for one in shown],
        without=count,
        missing=list(missing),
        next=following,
    )


def _whole_homes(
    found: tuple[Assignment, ...], limit: int
) -> tuple[tuple[Assignment, ...], str | None]:
    """End a page after a household, so that its steward and deputy are on one."""
    if len(found) <= limit:
        return found, None
    last = found[limit - 1].household_code
    end = limit + (found[limit].household_code == last)
    return found[:end], last if end < len(found) else None


def _due(one: Due, at: datetime) -> DueOut:
    return DueOut(
        household=one.home.code,
        address_zh=one.address_zh,
        address_en=one.address_en,
        duty=one.duty,
        next_due=one.next_due.astimezone(UTC),
        overdue=one.next_due < at,
        last=ContactOut.of(one.last) if one.last else None,
        list_state=one.list_state,
        errands=one.errands,
    )
