"""What a list would be understood as, before it is sent; and the same as last time."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from api.access.scopes import must_reach_household
from api.auth import Principal, may_within
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, Reply, once
from api.pages.household_views import Words
from api.pages.household_words import words
from api.readers import reader_language
from api.roles import Action
from api.routes.households_found import RunShort
from api.schemas import ListOut
from logistics.domain.drafts import Draft
from logistics.store import catalogue, open_runs, places, runs
from logistics.usecases.draft_list import preview_draft
from logistics.usecases.repeat_list import repeat_list

router = APIRouter(prefix="/api/v1", tags=["lists"])

Takes = Annotated[Principal, Depends(may_within(Action.LIST_TAKE))]


class PreviewIn(BaseModel):
    """A household's words, not sent yet."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"household": "HK-07-03-2-501", "text": "青菜两斤,鸡蛋一板,再来点那个"}]
        },
    )
    household: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)
    ]
    text: Annotated[str, Field(max_length=4000)]
    run: Annotated[
        str | None,
        Field(max_length=64, description="Without it the open run that is cut off first"),
    ] = None


class UnderstoodOut(BaseModel):
    """A line that would stand."""

    item: str = Field(description="The catalogue's Chinese name")
    name: str
    amount: str = Field(description="In the reader's language", examples=["2 斤"])
    said: str


class ChoiceOut(BaseModel):
    """Goods that may be meant."""

    item: str
    name: str


class DoubtOut(BaseModel):
    """Words that would wait for a person, and the question that makes them clear."""

    said: str
    question: str
    choices: list[ChoiceOut]
    item: str = Field(description="The goods, where they were understood")
    quantity: str
    unit: str
    units: list[str]
    again: bool = Field(description="It is on a list of this household already")
    tells: bool = Field(description="It changes an earlier list as it is said")


class PreviewOut(BaseModel):
    """What would be understood, line by line."""

    household: str
    run: RunShort | None = Field(description="The run it would go into; null: none is open")
    lines: list[UnderstoodOut]
    doubts: list[DoubtOut]
    note: str
    read_back: list[str] = Field(description="Sentences to read to who asked")


@router.post(
    "/lists/preview",
    summary="See how a list would be understood",
    responses=Responses.of(404, 413, 422),
)
def preview(
    *, body: PreviewIn, who: Takes, work: WorkDep, at: NowDep, request: Request
) -> PreviewOut:
    """Read a text as a list would be read, and write nothing."""
    must_reach_household(work, who, Action.LIST_TAKE, body.household)
    language = reader_language(request, who)

    def read(session: Session) -> PreviewOut:
        home = places.household_by_code(session, body.household)
        area = places.district(session, home.district_id)
        run = (
            runs.get(session, body.run)
            if body.run
            else open_runs.next_cut_off(session, area.id, at)
        )
        goods = catalogue.load(session)
        draft = Draft(household=home.code, text=body.text)
        seen = preview_draft(session, draft, run.id if run else None, goods, since=who.since)
        view = Words(language, area, goods, at).preview(draft, seen)
        lines = [UnderstoodOut(**{k: one[k] for k in UnderstoodOut.model_fields})
                 for one in view["lines"]]  # fmt: skip
        said = [f"{one.name} {one.amount}" for one in lines]
        if view["note"]:
            said.append(words(language)["note_said"].format(note=view["note"]))
        return PreviewOut(
            household=home.code,
            run=RunShort.of(run) if run else None,
            lines=lines,
            doubts=[
                DoubtOut(
                    said=one["words"], question=one["question"],
                    choices=[ChoiceOut(item=c["item"], name=c["name"]) for c in one["choices"]],
                    item=one["item"],
                    quantity=one["quantity"], unit=one["unit"],
                    units=[unit for unit, _ in one["units"]],
                    again=one["again"], tells=one["tells"],
                )
                for one in view["doubts"]
            ],
            note=view["note"],
            read_back=said,
        )  # fmt: skip

    return work.read(read)


class RepeatIn(BaseModel):
    """For whom the last list is to be taken again."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"household": "HK-07-03-2-501"}]}
    )
    household: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)
    ]


@router.post(
    "/lists/repeat",
    status_code=201,
    response_model=ListOut,
    summary="Take a household's last list again",
    responses=Responses.of(400, 404, 409, 422),
)
def repeat(*, body: RepeatIn, who: Takes, key: KeyDep, work: WorkDep, at: NowDep) -> JSONResponse:
    """Take what was bought for a household last as a new list of the run that is cut off first."""
    must_reach_household(work, who, Action.LIST_TAKE, body.household)

    def deed(session: Session) -> Reply:
        taken = repeat_list(
            session, None, body.household, channel=who.channel, actor=who.actor, at=at
        )
        said = ListOut.of(taken, catalogue.load(session))
        return Reply(said.model_dump(mode="json"), 201)

    return once(
        work, deed, who=who, command="POST /api/v1/lists/repeat", key=key,
        content=body.model_dump(mode="json"), at=at,
    )  # fmt: skip
