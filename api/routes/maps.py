"""Maps: the trips of a run and the district itself, for other programs and for the eye."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime

from api.auth import Principal, may
from api.deps import DatabaseDep, NowDep, SettingsDep, WorkDep
from api.errors import Responses
from api.file_names import disposition, file_name
from api.i18n import Language, negotiate
from api.roles import Action
from api.routes.sheets import own_book, released_book
from logistics.domain.sheets import SheetBook
from logistics.store import runs
from logistics.store.session import Database

router = APIRouter(prefix="/api/v1", tags=["maps"])

Own = Annotated[Principal, Depends(may(Action.SHEET_READ))]
All = Annotated[Principal, Depends(may(Action.SHEETS_READ))]
Reads = Annotated[Principal, Depends(may(Action.RUN_READ))]
Lang = Annotated[Language | None, Query(description="Instead of Accept-Language")]
At = Annotated[AwareDatetime | None, Query(description="With its offset; without it now")]
Kind = Literal["geojson", "gpx", "kml"]
Form = Literal["geojson", "svg"]

_TRACKS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "GeoJSON, GPX 1.1 or KML 2.2",
        "content": {
            "application/geo+json": {},
            "application/gpx+xml": {},
            "application/vnd.google-earth.kml+xml": {},
        },
    }
}
_MAP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "GeoJSON or a drawing",
        "content": {"application/geo+json": {}, "image/svg+xml": {}},
    }
}


@router.get(
    "/runs/{run_id}/tracks.{kind}",
    response_class=Response,
    summary="Read all trips as lines on the map",
    responses=Responses.of(404, 409, 422) | _TRACKS,
)
def everyone(
    *,
    run_id: str,
    kind: Kind,
    _: All,
    request: Request,
    database: DatabaseDep,
    work: WorkDep,
    settings: SettingsDep,
    lang: Lang = None,
) -> Response:
    """Give the trips of a released run with legs, gates and stops; codes only, no names."""
    run, book = work.read(lambda session: released_book(session, run_id))
    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    return _tracks(database, book, kind, language, name=run.code)


@router.get(
    "/runs/{run_id}/tracks/{courier}.{kind}",
    response_class=Response,
    summary="Read a courier's trips as lines on the map",
    responses=Responses.of(404, 409, 422) | _TRACKS,
)
def of_courier(
    *,
    run_id: str,
    courier: str,
    kind: Kind,
    _: Own,
    request: Request,
    database: DatabaseDep,
    work: WorkDep,
    settings: SettingsDep,
    lang: Lang = None,
) -> Response:
    """Give one courier's trips of a released run; a courier reads only their own."""
    run, book = work.read(lambda session: own_book(session, run_id, courier))
    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    return _tracks(database, book, kind, language, name=f"{run.code}-{courier}")


@router.get(
    "/districts/{district}/map.{form}",
    response_class=Response,
    summary="Read the map of a district, with zones and closures",
    responses=Responses.of(404, 422) | _MAP,
)
def of_district(
    *,
    district: str,
    form: Form,
    _: Reads,
    request: Request,
    work: WorkDep,
    settings: SettingsDep,
    now: NowDep,
    at: At = None,
    lang: Lang = None,
) -> Response:
    """Give the map with the zones and closures of an instant, as data or as a drawing."""
    # the map's libraries take seconds to load: only who looks at a map waits for them
    from geodata.drawing.render import district_map  # noqa: PLC0415
    from geodata.drawing.tracks import district_geojson, geojson_text  # noqa: PLC0415
    from logistics.usecases.read_map import map_at, read_map  # noqa: PLC0415

    shown = work.read(lambda s: map_at(s, runs.district_id(s, district), at or now))
    ground = read_map(shown.folder)
    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    if form == "svg":
        svg = district_map(ground, zones=shown.zones, closed=shown, language=language)
        return _file(svg, "image/svg+xml", "map.svg")
    data = district_geojson(ground, zones=shown.zones, closed_gates=shown.gates, language=language)
    return _file(geojson_text(data), "application/geo+json", "map.geojson")


def _tracks(
    database: Database, book: SheetBook, kind: Kind, language: Language, *, name: str
) -> Response:
    from logistics.exchange.trip_tracks import MEDIA, write_tracks  # noqa: PLC0415  as above
    from logistics.usecases.lay_ways import lay_ways  # noqa: PLC0415

    text = write_tracks(book, lay_ways(database, book), kind, language=language)
    return _file(text, MEDIA[kind], f"{name}.{kind}")


def _file(text: str, media: str, name: str) -> Response:
    headers = {
        "Content-Disposition": disposition(file_name(name)),
        "Cache-Control": "no-store",
        # a drawing that is opened by itself runs nothing and asks nobody
        "Content-Security-Policy": "default-src 'none'; style-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text.encode(), media_type=media, headers=headers)
