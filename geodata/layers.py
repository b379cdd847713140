"""The contract of a district's layers: what each holds, column by column, kept as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from geopandas.geodataframe import GeoDataFrame
from geopandas.geoseries import GeoSeries

WGS84 = "EPSG:4326"
Value = str | bool | int

_POINT = ("Point",)
_LINE = ("LineString",)
_AREA = ("Polygon", "MultiPolygon")
_DTYPES = {"str": "object", "bool": "bool", "int": "int64"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What one column holds.

    Parameters
    ----------
    kind
        ``str``, ``bool`` or ``int``.
    default
        What stands where nothing is said; None where something must be said.
    choices
        The only words allowed, if there are such.
    parent
        Layer whose ids the column holds.
    """

    kind: str
    says: str
    default: Value | None = None
    choices: tuple[str, ...] = ()
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What one layer holds: the shapes allowed in it, and its columns beside them."""

    says: str
    shapes: tuple[str, ...]
    columns: Mapping[str, Column]


def _text(says: str, default: str | None = "", **more: Any) -> Column:
    return Column(kind="str", says=says, default=default, **more)


def _flag(says: str, *, default: bool | None) -> Column:
    return Column(kind="bool", says=says, default=default)


def _count(says: str, default: int) -> Column:
    return Column(kind="int", says=says, default=default)


_ID = _text("identifier, unlike any other of the layer", None)
_CODE = _text("short code that people read out; made where empty")
_NAMES = {"name_zh": _text("name in Chinese"), "name_en": _text("name in English")}
_PASSAGE = {
    "foot": _flag("walkers may pass", default=True),
    "bike": _flag("e-bikes and tricycles may pass", default=True),
    "van": _flag("vans may pass", default=True),
}
_TRICYCLE = _flag("a tricycle fits where e-bikes may pass", default=True)

CONTRACT: Mapping[str, Layer] = MappingProxyType(
    {
        "compounds": Layer(
            says="residential compounds and villages",
            shapes=_AREA,
            columns={
                "id": _ID,
                "code": _CODE,
                **_NAMES,
                "walled": _flag("walls or fences run along most of its edge", default=False),
            },
        ),
        "buildings": Layer(
            says="dwellings, and other houses that stand in the way",
            shapes=_AREA,
            columns={
                "id": _ID,
                "compound_id": _text("compound it belongs to, or empty", parent="compounds"),
                "code": _CODE,
                **_NAMES,
                "levels": _count("storeys", 6),
                "note": _text("the address that the map itself gives"),
                "dwelling": _flag("people live here; others are only drawn", default=True),
            },
        ),
        "stairwells": Layer(
            says="stairwells and entrances, where lists are brought",
            shapes=_POINT,
            columns={
                "id": _ID,
                "building_id": _text("building it belongs to", None, parent="buildings"),
                "code": _CODE,
                **_NAMES,
                "levels": _count("storeys", 6),
                "levels_set": _flag("the map states the storeys", default=False),
                "derived": _flag("set by rule, for the map has no entrance", default=False),
                "lift": _text(
                    "whether there is a lift", "unknown", choices=("yes", "no", "unknown")
                ),
            },
        ),
        "gates": Layer(
            says="gates, which can be opened and closed",
            shapes=_POINT,
            columns={
                "id": _ID,
                "compound_id": _text("compound it belongs to, or empty", parent="compounds"),
                "code": _CODE,
                **_NAMES,
                "open": _flag("open by rule, by policy or by an edit", default=True),
                "note": _text("what the map says of access and hours"),
                "barrier": _text("kind of barrier", "gate"),
                **_PASSAGE,
                "hours": _text("when it is open, in OpenStreetMap's opening_hours grammar"),
                "rule": _text(
                    "what the map says of access",
                    "unstated",
                    choices=("open", "closed", "unstated"),
                ),
                "tricycle": _TRICYCLE,
            },
        ),
        "barriers": Layer(
            says="bollards, blocks and steps of a kerb that nobody opens",
            shapes=_POINT,
            columns={
                "id": _ID,
                "barrier": _text("kind of barrier", "bollard"),
                **_PASSAGE,
                "tricycle": _TRICYCLE,
            },
        ),
        "walls": Layer(
            says="walls and fences",
            shapes=_LINE,
            columns={"id": _ID, "barrier": _text("kind of wall", "wall")},
        ),
        "ways": Layer(
            says="streets, paths and steps",
            shapes=_LINE,
            columns={
                "id": _ID,
                **_NAMES,
                "highway": _text(
                    "kind of way, by OpenStreetMap's words; ramp for steps with one", None
                ),
                "foot": _flag("walkers may use it", default=True),
                "bike": _flag("e-bikes and tricycles may use it", default=True),
                "van": _flag("vans may use it", default=False),
                "oneway": _count("for vans: 1 along the line, -1 against it, 0 both", 0),
                "oneway_bike": _count("the same for e-bikes and tricycles", 0),
                "covered": _flag(
                    "bridge, tunnel or passage: walls and houses do not stop it", default=False
                ),
                "oneway_foot": _count("for walkers, as in stations; 0 nearly everywhere", 0),
                "tricycle": _TRICYCLE,
                "hours": _text("when it may be used by anybody, as the hours of gates"),
            },
        ),
        "areas": Layer(
            says="water, parks and squares; water stops sight and walks",
            shapes=_AREA,
            columns={
                "id": _ID,
                "kind": _text(
                    "what it is",
                    None,
                    choices=("water", "park", "square", "field", "market", "other"),
                ),
                **_NAMES,
            },
        ),
        "sites": Layer(
            says="places that a loop uses beside dwellings",
            shapes=_POINT,
            columns={
                "id": _ID,
                "kind": _text(
                    "what it is",
                    None,
                    choices=(
                        "point",
                        "market",
                        "checkpoint",
                        "depot",
                        "health",
                        "parcel",
                        "sampling",
                        "other",
                    ),
                ),
                "code": _CODE,
                **_NAMES,
            },
        ),
    }
)
"""Every layer of a district; all geometry is WGS 84 (lon, lat)."""

LAYERS: dict[str, dict[str, str]] = {
    layer: {name: column.kind for name, column in held.columns.items()}
    for layer, held in CONTRACT.items()
}
"""Kind of each column of each layer, beside its geometry."""

DEFAULTS: dict[str, dict[str, Value]] = {
    layer: {
        name: column.default for name, column in held.columns.items() if column.default is not None
    }
    for layer, held in CONTRACT.items()
}
"""What a column holds where nothing is said."""

_MAY_BE_LEFT_OUT = frozenset(("hours", "rule", "lift", "levels_set", "oneway_foot", "tricycle"))
_LATER: Mapping[str, tuple[str, ...]] = {
    "stairwells": ("levels_set",),
    "gates": ("tricycle",),
    "barriers": ("tricycle",),
    "ways": ("oneway_foot", "tricycle", "hours"),
}
"""Columns that folders of the same format do not have if they were written earlier."""


def add_later_columns(layer: str, frame: GeoDataFrame) -> GeoDataFrame:
    """Fill the columns that a layer was written without, for it says nothing of them."""
    missing = [name for name in _LATER.get(layer, ()) if name not in frame.columns]
    filled: GeoDataFrame = frame.assign(**{name: DEFAULTS[layer][name] for name in missing})
    return filled


def layer_frame(layer: str, rows: list[dict[str, Any]]) -> GeoDataFrame:
    """Make a layer out of rows that hold its columns and a ``geometry``.

    Rows may leave out ``hours``, ``rule``, ``lift``, ``levels_set``, ``oneway_foot`` and
    ``tricycle``: not every maker of rows knows of them.
    A gate without a rule keeps its state by a rule of its own, so that no policy changes it.

    Raises
    ------
    KeyError
        If a row lacks another column.
    """
    columns = LAYERS[layer]
    usual = {name: DEFAULTS[layer][name] for name in columns if name in _MAY_BE_LEFT_OUT}
    full = [usual | row for row in rows]
    if layer == "gates":
        full = [
            row if "rule" in said else row | {"rule": "open" if row["open"] else "closed"}
            for said, row in zip(rows, full, strict=True)
        ]
    data = {
        name: np.array([row[name] for row in full], dtype=_DTYPES[kind])
        for name, kind in columns.items()
    }
    geometry = GeoSeries([row["geometry"] for row in rows], crs=WGS84)
    return GeoDataFrame(data, geometry=geometry, crs=WGS84)
