"""Answers that are printed."""

from typing import Any, Final

from fastapi.responses import Response

from api.file_names import disposition, file_name

PDF: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A printable PDF", "content": {"application/pdf": {}}}
}
"""How an endpoint describes such an answer."""


def pdf(content: bytes, name: str) -> Response:
    """Answer a PDF under a name, which no cache keeps: it may be about somebody."""
    headers = {"Content-Disposition": disposition(file_name(name)), "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)
