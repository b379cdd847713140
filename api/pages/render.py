"""Templates, and the safe way to send what they give."""

import hashlib
import secrets
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from api.access.principal import Principal
from api.i18n import texts
from api.pages.homes import homes_of

STATIC: Final = Path(__file__).parent / "static"


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("api.pages"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static
    return made


@cache
def static(name: str) -> str:
    """Return the address of a file of ours, which changes with its content."""
    content = (STATIC / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def page(
    template: str,
    language: str,
    *,
    who: Principal | None = None,
    private: bool = False,
    status: int = 200,
    wasm: bool = False,
    **values: Any,
) -> HTMLResponse:
    """Render a page; nothing on it may come from another host, and no script but our files runs.

    Parameters
    ----------
    private
        It is about somebody: no cache keeps it.
    wasm
        Its scripts may compile WebAssembly, as the reader of QR codes does.
    """
    nonce = secrets.token_urlsafe(16)
    text = _templates().get_template(template)
    html = text.render(
        t=texts(language)["pages"],
        language=language,
        nonce=nonce,
        who=who,
        homes=homes_of(who),
        **values,
    )
    scripts = "'self' 'wasm-unsafe-eval'" if wasm else "'self'"
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "worker-src 'self'; media-src 'self' blob:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Content-Language": "zh-Hans" if language == "zh" else "en",
        "Cache-Control": "no-store" if private or who is not None else "no-cache",
        "Vary": "Accept-Language, Cookie",
    }
    return HTMLResponse(html, status_code=status, headers=headers)


def problem_page(
    language: str, *, number: int, title: str, detail: str, code: str
) -> HTMLResponse:
    """Render a refusal for a person: what happened, and what to do."""
    return page(
        "problem.html",
        language,
        private=True,
        status=number,
        number=number,
        title=title,
        detail=detail,
        code=code,
    )
