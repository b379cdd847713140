"""What households report of their bags: missing, damaged, wrong; photos of it; the answers."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access.scopes import must_reach_household
from api.auth import Principal, may, may_within
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, OptionalKeyDep, Reply, once
from api.roles import Action, Reach
from logistics.domain.bag_reports import LONGEST, BagReport, ReportKind, ReportNext
from logistics.exchange.photos import read_picture
from logistics.store import bag_reports, photos, places, runs, whereabouts
from logistics.usecases.report_bag import Told, answer_report, report_bag

router = APIRouter(prefix="/api/v1", tags=["reports"])

Reports = Annotated[Principal, Depends(may_within(Action.REPORT_MAKE))]
Reads = Annotated[Principal, Depends(may(Action.REPORT_READ))]
ReadsSome = Annotated[Principal, Depends(may_within(Action.REPORT_READ))]
Answers = Annotated[Principal, Depends(may(Action.REPORT_ANSWER))]
Sees = Annotated[Principal, Depends(may(Action.PHOTO_READ))]
Code = Annotated[str, Field(max_length=64)]


class ReportIn(BaseModel):
    """What is wrong with a bag, or with something that should be in it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "household": "HK-07-03-2-501",
                    "run": "HK-20261124-1",
                    "kind": "damaged",
                    "bag": "00A-K",
                    "note": "鸡蛋碎了6个",
                }
            ]
        },
    )
    household: Annotated[str, Field(min_length=1, max_length=64)]
    run: Annotated[str, Field(min_length=1, max_length=64, description="Id or code")]
    kind: ReportKind
    bag: Annotated[str, Field(max_length=64, description="As it stands on the label")] = ""
    line: Annotated[str, Field(max_length=64, description="Id of a line of the list")] = ""
    quantity: Annotated[str, Field(max_length=32, description="Of the line; empty: all")] = ""
    unit: Annotated[str, Field(max_length=16)] = ""
    note: Annotated[str, Field(max_length=LONGEST)] = ""
    photo: Annotated[str, Field(max_length=64, description="Id that `POST /photos` gave")] = ""


class AnswerIn(BaseModel):
    """What is done about a report."""

    model_config = ConfigDict(extra="forbid")
    next: ReportNext
    note: Annotated[str, Field(max_length=LONGEST, description="Read by the household")] = ""


class AnswerOut(BaseModel):
    """What is done about a report, and since when."""

    next: ReportNext
    note: str
    at: datetime


class ReportOut(BaseModel):
    """A report and what comes next."""

    id: str
    run: str
    household: str
    bag: str | None
    line: str | None
    item: str = Field(description="The catalogue's Chinese name; empty for a whole bag")
    kind: ReportKind
    quantity: int | None = Field(description="In `base_unit`; null: all of it")
    base_unit: str
    note: str
    photo: str | None
    state: str = Field(description="open or answered")
    next: ReportNext = Field(description="What comes next as it stands")
    at: datetime
    answer: AnswerOut | None

    @classmethod
    def of(cls, one: BagReport) -> "ReportOut":
        """Say a report."""
        return cls(
            id=one.id,
            run=one.run_code,
            household=one.household_code,
            bag=one.bag_code,
            line=one.line_id,
            item=one.item_zh,
            kind=one.kind,
            quantity=one.quantity,
            base_unit=one.base,
            note=one.note,
            photo=one.photo_id,
            state=one.state,
            next=one.now,
            at=one.at,
            answer=None
            if one.answer is None
            else AnswerOut(next=one.answer.next, note=one.answer.note, at=one.answer.at),
        )


class ReportPage(BaseModel):
    """Reports by id, oldest first."""

    reports: list[ReportOut]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")


class PhotoOut(BaseModel):
    """A photo that was kept."""

    id: str
    width: int
    height: int


@router.post(
    "/reports",
    status_code=201,
    response_model=ReportOut,
    summary="Report something missing, damaged or wrong",
    responses=Responses.of(400, 404, 409, 422),
)
def make(body: ReportIn, who: Reports, key: KeyDep, work: WorkDep, at: NowDep) -> JSONResponse:
    """Keep a report; the bag is disputed from now on."""
    must_reach_household(work, who, Action.REPORT_MAKE, body.household)

    def deed(session: Session) -> Reply:
        told = Told(
            kind=body.kind,
            bag=body.bag,
            line=body.line,
            quantity=body.quantity,
            unit=body.unit,
            note=body.note,
            photo=body.photo,
        )
        made = report_bag(
            session, body.run, body.household, told,
            channel=who.channel, actor=who.actor, at=at,
        )  # fmt: skip
        return Reply(ReportOut.of(made).model_dump(mode="json"), status=201)

    return once(
        work,
        deed,
        who=who,
        command="POST /api/v1/reports",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.get("/reports", summary="Read reports", responses=Responses.of(404, 422))
def page(
    *,
    who: ReadsSome,
    work: WorkDep,
    run: Annotated[str, Query(max_length=64, description="Id or code; empty: all runs")] = "",
    state: Annotated[str, Query(pattern="^(open|answered|)$", description="Empty: both")] = "open",
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ReportPage:
    """Read reports of those whom the asker looks after, oldest first."""

    def read(session: Session) -> list[BagReport]:
        run_id = runs.get(session, run).id if run else None
        return reports_for(session, who, run_id=run_id, state=state, after=after, limit=limit + 1)

    found = work.read(read)
    more = found[limit - 1].id if len(found) > limit else None
    return ReportPage(reports=[ReportOut.of(one) for one in found[:limit]], next=more)


@router.get("/reports/{report_id}", summary="Read a report", responses=Responses.of(404))
def read_one(report_id: str, _: Reads, work: WorkDep) -> ReportOut:
    """Read one report with its answer."""
    return ReportOut.of(work.read(lambda session: bag_reports.get(session, report_id)))


@router.post(
    "/reports/{report_id}/answer",
    response_model=ReportOut,
    summary="Answer a report",
    responses=Responses.of(404, 409, 422),
)
def answer(
    *,
    report_id: str,
    body: AnswerIn,
    who: Answers,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Say what is done about it; the household reads it on its page."""

    def deed(session: Session) -> Reply:
        said = answer_report(session, report_id, body.next, note=body.note, actor=who.actor, at=at)
        return Reply(ReportOut.of(said).model_dump(mode="json"))

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/reports/{report_id}/answer",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.post(
    "/photos",
    status_code=201,
    summary="Send a photo for a report",
    responses=Responses.of(404, 413, 422),
)
def send_photo(
    *,
    photo: UploadFile,
    who: Reports,
    work: WorkDep,
    at: NowDep,
    household: Annotated[str, Query(min_length=1, max_length=64, description="Whose it is")],
) -> PhotoOut:
    """Keep a photo, made small and without what the camera wrote into it."""
    must_reach_household(work, who, Action.REPORT_MAKE, household)
    picture = read_picture(photo.file.read())

    def keep(session: Session) -> PhotoOut:
        home = places.household_by_code(session, household)
        kept = photos.add(
            session, picture.content, width=picture.width, height=picture.height,
            district_id=home.district_id, household_id=home.id, actor=who.actor, at=at,
        )  # fmt: skip
        return PhotoOut(id=kept.id, width=kept.width, height=kept.height)

    return work(keep)


@router.get(
    "/photos/{photo_id}",
    response_class=Response,
    summary="See a photo",
    responses={200: {"content": {"image/jpeg": {}}}, **Responses.of(404)},
)
def see(photo_id: str, _: Sees, work: WorkDep) -> Response:
    """Give a photo to those whom it concerns."""
    content = work.read(lambda session: photos.content(session, photo_id))
    return Response(
        content, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"}
    )


def reports_for(
    session: Session,
    who: Principal,
    *,
    run_id: str | None = None,
    state: str = "open",
    after: str | None = None,
    limit: int = 100,
) -> list[BagReport]:
    """Read reports of all those whom somebody looks after, oldest first."""
    answered = {"open": False, "answered": True}.get(state)
    reach = who.reach(Action.REPORT_READ)
    if reach is Reach.OWN:
        if who.household_code is None:
            return []
        home = places.household_by_code(session, who.household_code)
        own = reversed(bag_reports.of_household(session, home.id, since=who.since))
        wanted = ("open", "answered") if answered is None else (state,)
        return [
            one for one in own
            if one.state in wanted and one.id > (after or "")
            and run_id in (None, one.run_id)
        ][:limit]  # fmt: skip
    spots: set[str] | None = None
    if reach is Reach.PLACE:
        spots = set[str]().union(*(whereabouts.under(session, one) for one in who.places))
    areas = sorted(who.districts or (one.id for one in places.districts(session)))
    found = [
        one
        for area in areas
        for one in bag_reports.page(
            session, area, run_id=run_id, answered=answered, places=spots, after=after, limit=limit
        )
    ]
    return sorted(found, key=lambda one: one.id)[:limit]
