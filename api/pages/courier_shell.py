"""What the courier page consists of, and the worker that keeps it on the phone."""

import hashlib
import json
import re
from functools import cache
from typing import Any, Final

from api.assets_folder import vendor_files
from api.i18n import LANGUAGES, texts
from api.pages.render import STATIC, static

HOME: Final = "/courier"
WORKER: Final = "/courier/sw.js"
MANIFEST: Final = "/courier/manifest.webmanifest"
ICON: Final = "/courier/icon-{size}.png"

_STYLES: Final = ("app.css", "courier.css")
_START: Final = "courier.js"
_MODULES: Final = (
    "net.js",
    "courier-outbox.js",
    "courier-day.js",
    "courier-deeds.js",
    "courier-view.js",
    "courier-map.js",
    "courier-scan.js",
)
_VENDORS: Final = (
    "leaflet.js",
    "leaflet.css",
    "barcode-detector.js",
    "zxing-exported.js",
    "zxing_reader.wasm",
)
_EXPORT: Final = re.compile(r"^export (?=async |function |const |class )", re.MULTILINE)


def kept_files() -> list[str]:
    """List the addresses of everything that the page needs without a network."""
    own = [static(name) for name in (*_STYLES, _START)]
    modules = [f"/static/{name}" for name in _MODULES]
    return [*own, *modules, *(f"/assets/{name}" for name in _VENDORS)]


@cache
def worker_script() -> str:
    """Write the service worker: what it keeps, the outbox, and how it answers.

    The outbox is the page's own module without its ``export`` words, for a worker that is a
    classic script runs on every phone. Its version is a hash of all that it keeps: another file,
    another worker.
    """
    outbox = _EXPORT.sub("", (STATIC / "courier-outbox.js").read_text(encoding="utf-8"))
    answers = (STATIC / "courier-worker.js").read_text(encoding="utf-8")
    mark = hashlib.sha256((outbox + answers).encode())
    for name in (*_STYLES, _START, *_MODULES):
        mark.update((STATIC / name).read_bytes())
    for name in _VENDORS:
        path = vendor_files()[name]
        if path.is_file():
            mark.update(path.read_bytes())
    head = {"version": mark.hexdigest()[:16], "home": HOME, "files": kept_files()}
    return f"const KEPT = {json.dumps(head)};\n{outbox}\n{answers}"


def manifest(language: str) -> dict[str, Any]:
    """Say how the page is installed (W3C Web Application Manifest)."""
    said = texts(language)["pages"]["courier"]
    icons = [
        {
            "src": ICON.format(size=size),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    return {
        "id": HOME,
        "name": said["app_name"],
        "short_name": said["app_short"],
        "description": said["app_says"],
        "lang": "zh-Hans" if language == "zh" else "en",
        "start_url": HOME,
        "scope": HOME,
        "display": "standalone",
        "orientation": "portrait-primary",
        "background_color": "#f4f7f9",
        "theme_color": "#0b6e4f",
        "icons": icons,
    }


def page_texts() -> dict[str, Any]:
    """Give the page's texts in every language: it changes languages without a network."""
    return {language: texts(language)["pages"]["courier"] for language in LANGUAGES}
