"""The courier's page: the shell, what makes it installable, and its service worker."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.auth import Principal, may_within
from api.errors import Responses
from api.pages import courier_shell
from api.pages.courier_icons import icon
from api.pages.render import page
from api.readers import reader_language
from api.roles import Action

router = APIRouter(tags=["pages"])
files = APIRouter(include_in_schema=False)

Rider = Annotated[Principal, Depends(may_within(Action.COURIER_PAGE))]
_FOR_A_DAY = "public, max-age=86400"


@router.get(
    courier_shell.HOME,
    response_class=HTMLResponse,
    summary="The courier's page",
    responses=Responses.of(),
)
def shell(request: Request, who: Rider) -> HTMLResponse:
    """Show the page; what it says of the day it asks for itself, or has kept."""
    return page(
        "courier.html",
        reader_language(request, who),
        who=who,
        wasm=True,
        both=courier_shell.page_texts(),
        worker=courier_shell.WORKER,
        manifest=courier_shell.MANIFEST,
        courier=who.courier_code or "",
    )


@files.get(courier_shell.MANIFEST)
def manifest(request: Request) -> JSONResponse:
    """Say how the page is installed; it tells nothing of anybody."""
    return JSONResponse(
        courier_shell.manifest(reader_language(request)),
        media_type="application/manifest+json",
        headers={"Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie"},
    )


@files.get(courier_shell.WORKER)
def worker() -> Response:
    """Give the script that keeps the page on the phone; it tells nothing of anybody."""
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": courier_shell.HOME}
    return Response(
        courier_shell.worker_script(), media_type="text/javascript; charset=utf-8", headers=headers
    )


@files.get(courier_shell.ICON.format(size=180))
def touch_icon() -> Response:
    """Give the icon that iOS puts on its home screen."""
    return _icon(180)


@files.get(courier_shell.ICON.format(size=192))
def small_icon() -> Response:
    """Give the icon of the manifest."""
    return _icon(192)


@files.get(courier_shell.ICON.format(size=512))
def large_icon() -> Response:
    """Give the large icon of the manifest."""
    return _icon(512)


def _icon(size: int) -> Response:
    return Response(icon(size), media_type="image/png", headers={"Cache-Control": _FOR_A_DAY})
