"""What the desk prints or draws: buyers' pick lists, and the ways of a plan, even a draft's."""

from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.assets_folder import font_folders
from api.auth import Principal, may
from api.deps import SettingsDep, WorkDep
from api.errors import Responses
from api.i18n import Language, negotiate
from api.laying import Laying
from api.papers import PDF, pdf
from api.roles import Action
from api.zipped import zipped
from logistics.domain.pick_lists import PickBook
from logistics.store import pick_lists, runs

router = APIRouter(prefix="/api/v1", tags=["plans"])

Reads = Annotated[Principal, Depends(may(Action.RUN_READ))]
Plans = Annotated[Principal, Depends(may(Action.PLAN_READ))]
Lang = Annotated[Language | None, Query(description="Instead of Accept-Language")]

_GEOJSON: dict[int | str, dict[str, Any]] = {
    200: {"description": "GeoJSON", "content": {"application/geo+json": {}}},
    202: {
        "description": "The trips whose ways are laid so far; ask again for the others",
        "content": {"application/geo+json": {}},
    },
}
_PATIENCE_S = 0.3
"""How long somebody is kept waiting for ways; a small plan needs no more."""


@router.get(
    "/runs/{run_id}/pick-lists.pdf",
    response_class=Response,
    summary="Print the buyers' pick lists",
    responses=Responses.of(404) | PDF,
)
def pick_listspdf(
    *,
    run_id: str,
    _: Reads,
    request: Request,
    work: WorkDep,
    settings: SettingsDep,
    lang: Lang = None,
) -> Response:
    """Print what buyers take from which aisle of each market; no household stands on it."""
    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    run = work.read(lambda session: runs.get(session, run_id))
    book = work.read(lambda session: pick_lists.book_of(session, run))
    return pdf(_printed(book, language), f"{run.code}-pick-lists.pdf")


@lru_cache(maxsize=16)
def _printed(book: PickBook, language: Language) -> bytes:
    # the press takes its time to load: only who prints waits for it
    from logistics.exchange.pick_lists import print_picks  # noqa: PLC0415

    return print_picks(book, font_paths=font_folders(), language=language).bulk_pdf


@router.get(
    "/plans/{plan_id}/tracks.geojson",
    response_class=Response,
    summary="Read a plan's trips as lines on the map",
    responses=Responses.of(404, 422) | _GEOJSON,
)
def tracks(
    *,
    plan_id: str,
    _: Plans,
    request: Request,
    work: WorkDep,
    settings: SettingsDep,
    courier: Annotated[str, Query(max_length=64, description="Only this one's trips")] = "",
    lang: Lang = None,
) -> Response:
    """Give the trips of a plan, released or not, with legs, gates and stops; codes only.

    What was closed or opened since the plan was made changes ways: those are laid anew while
    nobody waits. Until then 202 gives the trips that are there, and `Retry-After` when to ask for
    the others.
    """
    # the map's libraries take seconds to load: only who looks at a map waits for them
    from logistics.exchange.trip_tracks import MEDIA, write_tracks  # noqa: PLC0415
    from logistics.usecases.lay_ways import known_ways, read_plan_book  # noqa: PLC0415

    book = work.read(lambda session: read_plan_book(session, plan_id))
    if courier:
        book = book.of_courier(courier)
    ways = work.read(lambda session: known_ways(session, book))
    if len(ways) < len(book.trips):
        laying: Laying = request.app.state.laying
        laying.lay(book, wait_s=_PATIENCE_S)
        ways = work.read(lambda session: known_ways(session, book))
    whole = len(ways) == len(book.trips)
    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    return zipped(
        request,
        write_tracks(book, ways, "geojson", language=language).encode(),
        media_type=MEDIA["geojson"],
        status_code=200 if whole else 202,
        headers={"Cache-Control": "no-store"} | ({} if whole else {"Retry-After": "1"}),
    )
