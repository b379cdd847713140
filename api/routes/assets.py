"""Files that pages need: our own, and those that the set-up brought."""

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from api.assets_folder import page_font, vendor_files
from api.pages.render import STATIC
from logistics.errors import NotFound

router = APIRouter(include_in_schema=False)

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
_FOR_A_YEAR: Final = "public, max-age=31536000, immutable"
_FOR_A_WEEK: Final = "public, max-age=604800"


@router.get("/static/{name}")
def own(name: str, v: Annotated[str, Query(max_length=64)] = "") -> FileResponse:
    """Give a file of ours; under its version it never changes."""
    if name not in {file.name for file in STATIC.iterdir()}:
        raise NotFound(file=name[:64])
    return _file(STATIC / name, _FOR_A_YEAR if v else "no-cache")


@router.get("/assets/noto-sans-sc.ttf")
def font() -> FileResponse:
    """Give the pages' font; a browser asks for it only where the device has none."""
    path = page_font()
    if not path.is_file():
        raise NotFound(file=path.name)
    return FileResponse(path, media_type="font/ttf", headers={"Cache-Control": _FOR_A_WEEK})


@router.get("/assets/{name:path}")
def vendor(name: str) -> FileResponse:
    """Give a file that the set-up brought, if pages use it."""
    path = vendor_files().get(name)
    if path is None or not path.is_file():
        raise NotFound(file=name[:64])
    return _file(path, _FOR_A_WEEK)


def _file(path: Path, keep: str) -> FileResponse:
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": keep})
