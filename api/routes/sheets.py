"""Route sheets: a courier's own, and all of them for the supply group."""

from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.assets_folder import font_folders
from api.auth import Principal, may
from api.deps import SettingsDep, WorkDep
from api.errors import Responses
from api.i18n import Language, negotiate
from api.papers import PDF, pdf
from api.plain import plain
from api.roles import Action
from logistics.domain.runs import Run, RunState
from logistics.domain.sheets import SheetBook
from logistics.errors import Conflict
from logistics.store import couriers, runs

router = APIRouter(prefix="/api/v1", tags=["sheets"])

Own = Annotated[Principal, Depends(may(Action.SHEET_READ))]
All = Annotated[Principal, Depends(may(Action.SHEETS_READ))]
Lang = Annotated[Language | None, Query(description="Instead of Accept-Language")]
_ON_THE_ROAD = (RunState.RELEASED, RunState.CLOSED)


class NotReleased(Conflict):
    """The run has not been released: there is no sheet that anyone may follow."""

    code = "sheet.not-released"


class SheetOut(BaseModel):
    """A courier's trips; rooms and bag codes, no names."""

    run: str
    day: date
    courier: str
    trips: list[dict[str, Any]]


@router.get(
    "/runs/{run_id}/sheets.pdf",
    response_class=Response,
    summary="Print all sheets",
    responses=Responses.of(404, 409) | PDF,
)
def everyone(
    run_id: str, _: All, request: Request, work: WorkDep, settings: SettingsDep, lang: Lang = None
) -> Response:
    """Print the sheets of all couriers into one file."""
    run, book = work.read(lambda session: released_book(session, run_id))
    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    return pdf(_printed(book, language, run.separation_s), f"{run.code}.pdf")


@router.get(
    "/runs/{run_id}/sheets/{courier}.pdf",
    response_class=Response,
    summary="Print a courier's sheet",
    responses=Responses.of(404, 409) | PDF,
)
def printed(
    *,
    run_id: str,
    courier: str,
    _: Own,
    request: Request,
    work: WorkDep,
    settings: SettingsDep,
    lang: Lang = None,
) -> Response:
    """Print one courier's sheet: stops, bags, times, and a map of each trip."""
    run, book = work.read(lambda session: own_book(session, run_id, courier))
    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    return pdf(_printed(book, language, run.separation_s), f"{run.code}-{courier}.pdf")


@router.get(
    "/runs/{run_id}/sheets/{courier}",
    summary="Read a courier's sheet",
    responses=Responses.of(404, 409),
)
def read(run_id: str, courier: str, _: Own, work: WorkDep) -> SheetOut:
    """Read one courier's trips of a released run."""
    run, book = work.read(lambda session: own_book(session, run_id, courier))
    return SheetOut(run=run.code, day=run.day, courier=courier, trips=plain(book.trips))


def released_book(session: Session, run_id: str) -> tuple[Run, SheetBook]:
    """Read what the sheets of a run say, once it is released."""
    run = runs.get(session, run_id)
    if run.state not in _ON_THE_ROAD:
        raise NotReleased(run=run.code, state=run.state.value)
    # printing brings the map's libraries: only who reads sheets waits for them
    from logistics.usecases.print_sheets import read_sheets  # noqa: PLC0415

    return run, read_sheets(session, run.id)


def own_book(session: Session, run_id: str, courier: str) -> tuple[Run, SheetBook]:
    """Read what one courier's sheet says."""
    run = runs.get(session, run_id)
    rider = couriers.by_code(session, run.district_id, courier)
    if run.state not in _ON_THE_ROAD:
        raise NotReleased(run=run.code, state=run.state.value)
    from logistics.usecases.print_sheets import read_sheet  # noqa: PLC0415  as above

    return run, read_sheet(session, run.id, rider)


@lru_cache(maxsize=64)  # a sheet of a released plan never changes
def _printed(book: SheetBook, language: Language, separation_s: int) -> bytes:
    from logistics.usecases.print_sheets import print_sheets  # noqa: PLC0415  as above

    sheets = print_sheets(
        book, font_paths=font_folders(), language=language, separation_s=separation_s
    )
    return sheets.everything
