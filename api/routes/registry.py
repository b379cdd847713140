"""Roll calls of runs, and what households need, each as far as the asker acts on it."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access.scopes import must_reach_place
from api.auth import Principal, may, may_within
from api.deps import NowDep, Work, WorkDep
from api.errors import Responses
from api.once import OptionalKeyDep, Reply, once
from api.paging import AfterQuery, LimitQuery, after_key, link_next
from api.plain import plain
from api.roles import Action, Reach
from logistics.domain.needs import NeedGroup
from logistics.domain.roll_call import Door
from logistics.store import runs
from logistics.usecases.call_roll import call_roll
from logistics.usecases.mark_roll_call import mark_roll_call
from logistics.usecases.read_needs import audited_needs, read_household, withdraw_consent

router = APIRouter(prefix="/api/v1", tags=["registry"])

CallsRoll = Annotated[Principal, Depends(may_within(Action.ROLL_CALL_READ))]
MarksRoll = Annotated[Principal, Depends(may(Action.ROLL_CALL_MARK))]
ReadsHousehold = Annotated[Principal, Depends(may(Action.HOUSEHOLD_READ))]
Withdraws = Annotated[Principal, Depends(may(Action.NEED_WITHDRAW))]
Audits = Annotated[Principal, Depends(may(Action.NEED_AUDIT))]

_GROUPS = {
    NeedGroup.SUPPLY: Action.NEED_SUPPLY,
    NeedGroup.CARE: Action.NEED_CARE,
    NeedGroup.HEALTH: Action.NEED_HEALTH,
}


def _acts_on(who: Principal) -> list[NeedGroup]:
    return [group for group, action in _GROUPS.items() if who.reach(action) is not None]


def _own_part(work: Work, who: Principal, run: str, place: str) -> str:
    """Keep a leader's call to the building that was given; others call where they like."""
    if who.reach(Action.ROLL_CALL_READ) is Reach.ALL:
        return place
    place = place or who.place_code or ""
    area = work.read(lambda session: runs.get(session, run).district_id)
    must_reach_place(work, who, Action.ROLL_CALL_READ, area, place)
    return place


class MarkOut(BaseModel):
    """A household was asked."""

    answer: str
    how: str
    asked_at: AwareDatetime
    asked_by: str


class CallerOut(BaseModel):
    """A household that has sent nothing yet, and where it lives."""

    code: str
    compound: str
    building: str
    stairwell: str
    room: str
    floor: int | None
    leader: str
    kind: str
    persons: int
    first: bool = Field(description="Has needs and is asked first, for those who act on needs")
    submitter: str
    last_channel: str
    asked: int
    last_mark: MarkOut | None


class RollCallOut(BaseModel):
    """Who has sent nothing yet, in the order of asking, and how many have."""

    run: str
    place: str
    households: int
    sent: int
    declined: int
    out_of_scope: int
    asked: int
    rows: list[CallerOut]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")


class MarkIn(BaseModel):
    """What came of asking a household."""

    model_config = ConfigDict(extra="forbid")
    answer: Annotated[str, Field(max_length=16, examples=["declined"])]
    how: Annotated[str, Field(max_length=16, examples=["phone"])]
    asked_by: Annotated[
        str, Field(min_length=1, max_length=40, description="A post or code, never a name")
    ]
    asked_at: Annotated[AwareDatetime | None, Field(description="Without it: just now")] = None


class WithdrawIn(BaseModel):
    """Which consent is taken back."""

    model_config = ConfigDict(extra="forbid")
    need: Annotated[str, Field(max_length=32, examples=["diet"])]
    member: Annotated[int, Field(ge=0, description="0: the household as a whole")] = 0


class HouseholdOut(BaseModel):
    """A household of the register, as far as the asker acts on it."""

    code: str
    record: dict[str, Any]
    tier: int
    members: list[dict[str, Any]]
    needs: list[dict[str, Any]]
    withheld: bool = Field(description="It has needs on which the asker does not act")


class NeedsOut(BaseModel):
    """Needs by subjects that name nobody."""

    needs: list[dict[str, Any]]


@router.get(
    "/runs/{run}/roll-call",
    summary="Call the roll: who has sent nothing yet",
    responses=Responses.of(404, 422),
)
def call(
    *,
    run: str,
    who: CallsRoll,
    work: WorkDep,
    request: Request,
    response: Response,
    place: Annotated[
        str, Query(max_length=200, description="Code of a compound, building or stairwell")
    ] = "",
    after: AfterQuery = None,
    limit: LimitQuery = 500,
) -> RollCallOut:
    """Name those who have sent no list, by leader, those with needs first, as doors are walked."""
    place = _own_part(work, who, run, place)
    needs = bool(_acts_on(who))
    following: str | None = None

    def page(doors: Sequence[Door]) -> Sequence[Door]:
        nonlocal following
        found, following = after_key(doors, lambda door: door.code, after, limit)
        return found

    called = work.read(lambda s: call_roll(s, run, place=place, needs=needs, cut=page))
    link_next(request, response, following)
    return RollCallOut.model_validate(plain(called) | {"next": following})


@router.post(
    "/runs/{run}/roll-call/{household}",
    status_code=201,
    response_model=MarkOut,
    summary="Mark that a household was asked, or needs nothing",
    responses=Responses.of(404, 409, 422),
)
def mark(
    *,
    run: str,
    household: str,
    body: MarkIn,
    who: MarksRoll,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Write down what came of asking; the same said again adds nothing."""

    def deed(session: Session) -> Reply:
        done = mark_roll_call(
            session,
            run,
            household,
            body.answer,
            how=body.how,
            asked_by=body.asked_by,
            asked_at=body.asked_at,
            actor=who.actor,
            at=at,
        )
        return Reply(plain(done), 201)

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run}/roll-call/{household}",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.get(
    "/households/{household}",
    summary="Read a household and the needs that the asker acts on",
    responses=Responses.of(404, 422),
)
def read(household: str, who: ReadsHousehold, work: WorkDep, at: NowDep) -> HouseholdOut:
    """Read a household of the register; that it was read is recorded."""
    seen = work(
        lambda s: read_household(s, household, groups=_acts_on(who), actor=who.actor, at=at)
    )
    return HouseholdOut.model_validate(plain(seen))


@router.post(
    "/households/{household}/consents/withdraw",
    status_code=204,
    summary="Take back the consent to keep a need",
    responses=Responses.of(404, 409, 422),
)
def withdraw(
    *, household: str, body: WithdrawIn, who: Withdraws, work: WorkDep, at: NowDep
) -> None:
    """Take a consent back: from now on nobody reads the need, and it counts no more."""
    work(
        lambda s: withdraw_consent(
            s, household, body.need, member_no=body.member, actor=who.actor, at=at
        )
    )


@router.get(
    "/districts/{district}/needs",
    summary="Check how needs are kept, without learning whose they are",
    responses=Responses.of(404),
)
def audit(district: str, _: Audits, work: WorkDep) -> NeedsOut:
    """List needs and consents of a district by subjects that name nobody."""
    found = work.read(lambda s: audited_needs(s, runs.district_id(s, district)))
    return NeedsOut(needs=plain(found))
