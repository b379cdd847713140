"""What a service point prints: packing lists and labels, for its own bags."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.auth import Principal, may
from api.deps import SettingsDep, WorkDep
from api.errors import Responses
from api.i18n import Language, negotiate
from api.papers import PDF, pdf
from api.roles import Action
from api.routes.points import at_point

router = APIRouter(prefix="/api/v1", tags=["points"])

Prints = Annotated[Principal, Depends(may(Action.PACKING_READ))]
Lang = Annotated[Language | None, Query(description="Instead of Accept-Language")]


@router.get(
    "/runs/{run}/points/{point}/packing-list.pdf",
    response_class=Response,
    summary="Print a point's packing list",
    responses=Responses.of(404, 409) | PDF,
)
def packing_list(
    *,
    run: str,
    point: str,
    _: Prints,
    request: Request,
    work: WorkDep,
    settings: SettingsDep,
    lang: Lang = None,
) -> Response:
    """Print what is picked by shelf and packed by stairwell, with lines to cut along."""
    # printing brings its libraries: only who prints waits for them
    from api.packing_files import write_lists  # noqa: PLC0415
    from logistics.usecases.print_packing import read_papers  # noqa: PLC0415

    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    papers = work(lambda s: read_papers(s, run, point=at_point(s, run, point)[1].code))
    with tempfile.TemporaryDirectory() as folder:
        (written,) = write_lists(papers, Path(folder), ("pdf",), language=language)
        content = written.read_bytes()
    return pdf(content, f"{run}-{point}-packing.pdf")


@router.get(
    "/runs/{run}/points/{point}/labels.pdf",
    response_class=Response,
    summary="Print the labels of a point's bags",
    responses=Responses.of(404, 409) | PDF,
)
def labels(
    *,
    run: str,
    point: str,
    _: Prints,
    request: Request,
    work: WorkDep,
    settings: SettingsDep,
    form: Annotated[Literal["a4", "a4-2x7", "60x40", "80x50"], Query(alias="format")] = "a4",
    stairwell: Annotated[str, Query(max_length=64, description="Only its bags")] = "",
    lang: Lang = None,
) -> Response:
    """Print labels in the order of delivery; room and bag, no name, no phone."""
    from api.packing_files import write_labels  # noqa: PLC0415  as above
    from logistics.exchange.labels import format_named  # noqa: PLC0415
    from logistics.usecases.print_packing import read_papers  # noqa: PLC0415

    chosen = format_named(form)
    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    papers = work(
        lambda s: read_papers(s, run, point=at_point(s, run, point)[1].code, stairwell=stairwell)
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "labels.pdf"
        write_labels(papers, file, chosen, language=language)
        content = file.read_bytes()
    return pdf(content, f"{run}-{point}-labels.pdf")
