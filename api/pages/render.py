"""Templates, and the safe way to send what they give."""

import secrets
from functools import cache
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from api.i18n import texts


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("api.pages"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(template: str, language: str, *, private: bool = False, **values: Any) -> HTMLResponse:
    """Render a page; nothing on it may come from another host, and no script runs."""
    nonce = secrets.token_urlsafe(16)
    text = _templates().get_template(template)
    html = text.render(t=texts(language)["pages"], language=language, nonce=nonce, **values)
    policy = (
        "default-src 'none'; "
        f"style-src 'nonce-{nonce}'; font-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Content-Language": "zh-Hans" if language == "zh" else "en",
        "Cache-Control": "no-store" if private else "no-cache",
        "Vary": "Accept-Language",
    }
    return HTMLResponse(html, headers=headers)
