"""Areas and sites of a map: water, parks and squares; markets, clinics, depots, parcel lockers."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from shapely.geometry.base import BaseGeometry

_AREA_KINDS: Mapping[tuple[str, str], str] = {
    ("natural", "water"): "water",
    ("natural", "bay"): "water",
    ("waterway", "riverbank"): "water",
    ("waterway", "dock"): "water",
    ("landuse", "reservoir"): "water",
    ("landuse", "basin"): "water",
    ("leisure", "park"): "park",
    ("leisure", "garden"): "park",
    ("leisure", "playground"): "park",
    ("leisure", "pitch"): "park",
    ("landuse", "recreation_ground"): "park",
    ("landuse", "grass"): "park",
    ("landuse", "village_green"): "park",
    ("landuse", "forest"): "field",
    ("landuse", "farmland"): "field",
    ("landuse", "meadow"): "field",
    ("landuse", "orchard"): "field",
    ("natural", "wood"): "field",
    ("place", "square"): "square",
    ("amenity", "marketplace"): "market",
}
_SITE_KINDS: Mapping[tuple[str, str], str] = {
    ("amenity", "marketplace"): "market",
    ("shop", "supermarket"): "market",
    ("shop", "wholesale"): "market",
    ("shop", "greengrocer"): "market",
    ("amenity", "clinic"): "health",
    ("amenity", "doctors"): "health",
    ("amenity", "hospital"): "health",
    ("amenity", "pharmacy"): "health",
    ("amenity", "parcel_locker"): "parcel",
    ("amenity", "post_office"): "parcel",
    ("office", "courier"): "parcel",
    ("barrier", "checkpoint"): "checkpoint",
    ("military", "checkpoint"): "checkpoint",
    ("police", "checkpoint"): "checkpoint",
    ("industrial", "depot"): "depot",
    ("building", "warehouse"): "depot",
    ("amenity", "community_centre"): "point",
}
_CODES: Mapping[str, str] = {
    "point": "P",
    "market": "M",
    "checkpoint": "C",
    "depot": "D",
    "health": "H",
    "parcel": "X",
    "sampling": "T",
    "other": "O",
}
_RIBBONS = frozenset(("river", "canal"))


def area_kind(tags: Mapping[str, str]) -> str:
    """Say what kind of area an outline is, empty where it is none."""
    return _kind(tags, _AREA_KINDS)


def site_kind(tags: Mapping[str, str]) -> str:
    """Say what kind of site a place is, empty where it is none."""
    kind = _kind(tags, _SITE_KINDS)
    if kind or "healthcare" not in tags:
        return kind
    return "sampling" if tags["healthcare"] in ("sample_collection", "laboratory") else "health"


def is_ribbon(tags: Mapping[str, str]) -> bool:
    """Tell whether a line is water wide enough that nobody steps across: no culvert, no stream."""
    return tags.get("waterway") in _RIBBONS and tags.get("tunnel", "no") == "no"


def ribbon_width_m(tags: Mapping[str, str]) -> float:
    """Give the width of a river drawn as a line; 6 m where the map says none (ours, low)."""
    usual = 6.0
    try:
        return min(500.0, max(1.0, float(tags.get("width", usual))))
    except ValueError:
        return usual


def area_row(mark: str, kind: str, tags: Mapping[str, str], shape: BaseGeometry) -> dict[str, Any]:
    """Make a row of the layer ``areas``."""
    return {"id": mark, "kind": kind, **_names(tags), "geometry": shape}


def site_row(mark: str, kind: str, tags: Mapping[str, str], shape: BaseGeometry) -> dict[str, Any]:
    """Make a row of the layer ``sites``; its code is given by :func:`code_sites`."""
    spot = shape.representative_point()
    return {"id": mark, "kind": kind, "code": "", **_names(tags), "geometry": spot}


def code_sites(rows: Iterable[dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    """Give sites their codes, by kind and in order of their ids."""
    counts: Counter[str] = Counter()
    coded = []
    for row in sorted(rows, key=lambda r: str(r["id"])):
        counts[row["kind"]] += 1
        coded.append(row | {"code": f"{prefix}-{_CODES[row['kind']]}{counts[row['kind']]:02d}"})
    return coded


def _kind(tags: Mapping[str, str], kinds: Mapping[tuple[str, str], str]) -> str:
    return next((kind for (key, value), kind in kinds.items() if tags.get(key) == value), "")


def _names(tags: Mapping[str, str]) -> dict[str, str]:
    name = tags.get("name", "")
    return {"name_zh": tags.get("name:zh", name), "name_en": tags.get("name:en", name)}
