"""Tell which outlines of a map are dwellings, and find their entrances.

A house is a dwelling by its kind; one of unknown kind is a dwelling if it has a house number, an
entrance for people or lies in a residential area, has 60 m² or more, and is tagged as no shop,
office or amenity.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyproj
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

MIN_DWELLING_M2 = 60


_DWELLINGS = frozenset(
    [
        "apartments",
        "residential",
        "house",
        "detached",
        "semidetached_house",
        "terrace",
        "dormitory",
        "bungalow",
        "block",
        "farm",
        "cabin",
        "static_caravan",
    ]
)


_OTHER_KEYS = frozenset(
    ["amenity", "office", "shop", "tourism", "leisure", "man_made", "railway", "military"]
)


_ENTRANCES = frozenset(["staircase", "main", "yes", "home"])


@dataclass(frozen=True, slots=True, kw_only=True)
class MapArea:
    """A closed outline of the map with its tags and the numbers of its corner nodes."""

    id: str
    tags: dict[str, str]
    shape: BaseGeometry
    corners: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNode:
    """A tagged node of the map."""

    number: int
    tags: dict[str, str]
    spot: Point


@dataclass(slots=True, kw_only=True)
class House:
    """One building on its way to a place."""

    id: str
    tags: dict[str, str]
    outline: BaseGeometry
    shape: BaseGeometry  # in metres
    corners: frozenset[int]
    entrances: list[MapNode] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)
    dwelling: bool = False
    compound: int = -1


def moved(shape: BaseGeometry, transformer: pyproj.Transformer) -> BaseGeometry:
    """Project a geometry."""
    placed: BaseGeometry = shapely.transform(shape, transformer.transform, interleaved=False)
    return placed


def gather_houses(
    areas: Sequence[MapArea], nodes: Sequence[MapNode], forth: pyproj.Transformer
) -> list[House]:
    """Hang entrances on the outlines that they belong to."""
    houses = [
        House(
            id=area.id,
            tags=area.tags,
            outline=area.shape,
            shape=moved(area.shape, forth),
            corners=area.corners,
        )
        for area in sorted(areas, key=lambda a: a.id)
    ]
    at_corner = {corner: house for house in houses for corner in sorted(house.corners)}
    for node in sorted(nodes, key=lambda n: n.number):
        if node.tags.get("entrance") in _ENTRANCES and node.number in at_corner:
            at_corner[node.number].entrances.append(node)
    return houses


def judge_dwellings(houses: list[House], homes_area: list[BaseGeometry]) -> None:
    """Mark the houses that are dwellings."""
    tree = shapely.STRtree(homes_area)
    spots = [house.shape.representative_point() for house in houses]
    in_area = (
        {int(pair[0]) for pair in tree.query(spots, predicate="within").T} if spots else set()
    )
    for number, house in enumerate(houses):
        kind = house.tags["building"]
        if kind in _DWELLINGS:
            house.dwelling = True
        elif kind == "yes" and not _OTHER_KEYS & house.tags.keys():
            known = bool(house.addresses) or bool(house.entrances) or number in in_area
            house.dwelling = known and house.shape.area >= MIN_DWELLING_M2
