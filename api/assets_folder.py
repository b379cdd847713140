"""Where fonts and page assets lie that the set-up brought."""

from collections.abc import Mapping, Sequence
from pathlib import Path

_ASSETS = Path(__file__).parent / "assets" / "node_modules"


def page_font() -> Path:
    """Return the font of the pages, for readers whose device has no Chinese one."""
    return font_folders()[0] / "NotoSansSC_400Regular.ttf"


def font_folders() -> Sequence[Path]:
    """Return the folders of the fonts that sheets are set in."""
    family = _ASSETS / "@expo-google-fonts" / "noto-sans-sc"
    return (family / "400Regular", family / "700Bold")


def vendor_files() -> Mapping[str, Path]:
    """Name the files of others that pages may ask for."""
    return {
        "leaflet.js": _ASSETS / "leaflet" / "dist" / "leaflet-src.esm.js",
        "leaflet.css": _ASSETS / "leaflet" / "dist" / "leaflet.css",
        "barcode-detector.js": _ASSETS / "barcode-detector" / "dist" / "es" / "ponyfill.js",
        "zxing-exported.js": _ASSETS / "barcode-detector" / "dist" / "es" / "zxing-exported.js",
        "zxing_reader.wasm": _ASSETS / "zxing-wasm" / "dist" / "reader" / "zxing_reader.wasm",
    }
