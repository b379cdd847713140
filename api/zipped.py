"""Large answers in fewer bytes, for who takes them so."""

import gzip
from collections.abc import Mapping

from fastapi import Request, Response

_LEVEL = 5  # a map shrinks to an eighth; more takes twice as long for a hundredth


def zipped(
    request: Request,
    content: bytes,
    *,
    media_type: str,
    status_code: int = 200,
    headers: Mapping[str, str],
) -> Response:
    """Answer with content, zipped if the asker takes it.

    Only for what holds no secrets: how well a page shrinks would tell of them.
    """
    said = dict(headers) | {"Vary": "Accept-Encoding, Accept-Language"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, _LEVEL, mtime=0)
        said["Content-Encoding"] = "gzip"
    return Response(content, status_code, headers=said, media_type=media_type)
