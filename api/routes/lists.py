"""Lists of households: take, read, change until the cut-off, cancel."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.access.scopes import must_reach_household
from api.auth import Principal, may, may_within
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, OptionalKeyDep, Reply, once
from api.paging import link_next
from api.roles import Action
from api.schemas import ListChange, ListIn, ListOut, ListPage, ListsOut
from api.versions import IfNoneMatch, VersionDep, etag_of_version, versioned
from logistics.domain.lists import HouseholdList
from logistics.store import catalogue, lists, places, runs
from logistics.usecases.amend_list import amend_list, cancel_list
from logistics.usecases.take_list import take_list

router = APIRouter(prefix="/api/v1", tags=["lists"])


Takes = Annotated[Principal, Depends(may_within(Action.LIST_TAKE))]
Reads = Annotated[Principal, Depends(may(Action.LIST_READ))]
ReadsSome = Annotated[Principal, Depends(may_within(Action.LIST_READ))]
Changes = Annotated[Principal, Depends(may(Action.LIST_CHANGE))]
Pages = Annotated[Principal, Depends(may(Action.LIST_PAGE))]


@router.post(
    "/lists",
    status_code=201,
    response_model=ListOut,
    summary="Take a household's list",
    responses={
        200: {"model": ListOut, "description": "This list was taken before: same `client_ref`"},
        **Responses.of(400, 404, 409, 413, 422),
    },
)
def take(body: ListIn, who: Takes, key: KeyDep, work: WorkDep, at: NowDep) -> JSONResponse:
    """Take a list into the run that is cut off first; what is not understood becomes a question.

    201 is answered only after COMMIT; 200 where the household sent the same list before under
    this `client_ref`. Resent with the same key and body it answers the same, with
    the header `Idempotent-Replay: true`; with another body 409.
    """
    must_reach_household(work, who, Action.LIST_TAKE, body.household)

    def deed(session: Session) -> Reply:
        taken = take_list(
            session,
            body.run or None,
            body.household,
            body.asked(),
            text=body.text,
            client_ref=body.client_ref,
            channel=who.channel,
            actor=who.actor,
            at=at,
        )
        return _reply(session, taken, 200 if taken.earlier else 201)

    return once(
        work,
        deed,
        who=who,
        command="POST /api/v1/lists",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.get(
    "/lists",
    summary="Read a household's lists",
    responses=Responses.of(404, 422),
)
def of_household(
    who: ReadsSome,
    work: WorkDep,
    household: Annotated[str, Query(min_length=1, max_length=64, description="户号")],
    run: Annotated[str | None, Query(max_length=64, description="Id or code of a run")] = None,
) -> ListsOut:
    """Read all lists of a household, of one run or of all."""
    must_reach_household(work, who, Action.LIST_READ, household)

    def read(session: Session) -> list[ListOut]:
        places.household_by_code(session, household)  # unknown is not the same as none sent
        run_id = runs.get(session, run).id if run else None
        found = lists.of_household(session, run_id, household)
        return _say(session, [one for one in found if who.sees(one.created_at)])

    return ListsOut(lists=work.read(read))


@router.get(
    "/lists/{list_id}",
    response_model=ListOut,
    summary="Read a list",
    responses=Responses.of(304, 404),
)
def read_one(list_id: str, _: Reads, work: WorkDep, known: IfNoneMatch = None) -> Response:
    """Read one list; its version is also its ETag."""
    found = work.read(lambda session: _say(session, [lists.get(session, list_id)])[0])
    content = found.model_dump(mode="json")
    return versioned(content, etag_of_version(found.version, content), known)


@router.put(
    "/lists/{list_id}",
    response_model=ListOut,
    summary="Change a list until the cut-off",
    responses=Responses.of(404, 409, 412, 413, 422, 428),
)
def change(
    *,
    list_id: str,
    body: ListChange,
    who: Changes,
    version: VersionDep,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Put new lines in the place of the old; every version is kept."""

    def deed(session: Session) -> Reply:
        changed = amend_list(
            session,
            list_id,
            body.asked(),
            text=body.text,
            expected_version=version,
            actor=who.actor,
            at=at,
        )
        return _reply(session, changed)

    return once(
        work,
        deed,
        who=who,
        command=f"PUT /api/v1/lists/{list_id}",
        key=key,
        content=[version, body.model_dump(mode="json")],
        at=at,
    )


@router.delete(
    "/lists/{list_id}",
    response_model=ListOut,
    summary="Cancel a list until the cut-off",
    responses=Responses.of(404, 409, 412, 422, 428),
)
def cancel(
    *,
    list_id: str,
    who: Changes,
    version: VersionDep,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Cancel a list; it stays readable, with its history."""

    def deed(session: Session) -> Reply:
        cancelled = cancel_list(session, list_id, expected_version=version, actor=who.actor, at=at)
        return _reply(session, cancelled)

    return once(
        work,
        deed,
        who=who,
        command=f"DELETE /api/v1/lists/{list_id}",
        key=key,
        content=[version],
        at=at,
    )


@router.get("/runs/{run_id}/lists", summary="Read a run's lists", responses=Responses.of(404, 422))
def page(
    *,
    run_id: str,
    _: Pages,
    work: WorkDep,
    request: Request,
    response: Response,
    after: Annotated[
        str | None, Query(max_length=64, description="`next` of the last page")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ListPage:
    """Read the lists of a run in pages, by id: oldest first."""

    def read(session: Session) -> list[ListOut]:
        run = runs.get(session, run_id)
        return _say(session, lists.page(session, run.id, after, limit + 1))

    found = work.read(read)
    more = found[limit - 1].id if len(found) > limit else None
    link_next(request, response, more)
    return ListPage(lists=found[:limit], next=more)


def _say(session: Session, values: Sequence[HouseholdList]) -> list[ListOut]:
    known = catalogue.load(session)
    return [ListOut.of(value, known) for value in values]


def _reply(session: Session, value: HouseholdList, status: int = 200) -> Reply:
    return Reply(_say(session, [value])[0].model_dump(mode="json"), status)
