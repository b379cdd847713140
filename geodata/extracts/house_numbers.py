"""Hang a map's house numbers on its houses.

A number belongs to the house whose outline says it, to the one that its node lies in or on, else
to the nearest within 10 m. Numbers along an interpolation line
(https://wiki.openstreetmap.org/wiki/Addresses#Using_interpolation) belong to the nearest house
without one, within 25 m.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyproj
import shapely
from shapely.geometry import LineString, Point

from geodata.extracts.dwellings import House, MapNode, moved

NEAR_M = 10.0
ALONG_M = 25.0
_STEPS = {"even": 2, "odd": 2, "all": 1}
_MOST_ALONG = 500
_MOST_LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedLine:
    """A line of house numbers between numbered nodes (``addr:interpolation``)."""

    step: str
    nodes: tuple[int, ...]
    line: LineString


def number_houses(
    houses: list[House],
    nodes: Sequence[MapNode],
    lines: Sequence[NumberedLine],
    forth: pyproj.Transformer,
) -> None:
    """Give houses the numbers that the map has for them."""
    for house in houses:
        house.addresses += _addresses(house.tags)
    if not houses:
        return
    numbered = [node for node in nodes if "addr:housenumber" in node.tags]
    tree = shapely.STRtree([house.shape for house in houses])
    spots = [moved(node.spot, forth) for node in numbered]
    if spots:
        taken: set[int] = set()
        near = tree.query_nearest(spots, max_distance=NEAR_M).T.tolist()
        for at, owner in sorted(near):
            if at not in taken:  # on a wall between two houses: the first of them
                taken.add(at)
                houses[owner].addresses += _addresses(numbered[at].tags)
    by_number = {node.number: node for node in numbered}
    for line in lines:
        for spot, address in _along(line, by_number, forth):
            for found in tree.query_nearest(spot, max_distance=ALONG_M).tolist():
                if not houses[found].addresses:
                    houses[found].addresses.append(address)
                    break


def _addresses(tags: Mapping[str, str]) -> list[tuple[str, str]]:
    """Read ``7``, ``7;9`` and the like; in villages the place stands for the street."""
    if "addr:housenumber" not in tags:
        return []
    street = tags.get("addr:street", tags.get("addr:place", ""))
    numbers = [number.strip() for number in tags["addr:housenumber"].split(";")]
    return [(street, number) for number in numbers[:_MOST_LISTED] if number]


def _along(
    line: NumberedLine, by_number: Mapping[int, MapNode], forth: pyproj.Transformer
) -> Iterator[tuple[Point, tuple[str, str]]]:
    """Give the numbers strictly between those that a line joins, evenly spaced."""
    step = _STEPS.get(line.step, 0)
    known = [by_number[number] for number in line.nodes if number in by_number]
    path = moved(line.line, forth)
    for begin, end in pairwise(known):
        first, last = _plain(begin.tags), _plain(end.tags)
        if not step or first < 0 or last < 0 or not 0 < abs(last - first) <= _MOST_ALONG:
            continue
        tail, head = (path.project(moved(node.spot, forth)) for node in (begin, end))
        stride = step if last > first else -step
        for number in range(first + stride, last, stride):
            share = (number - first) / (last - first)
            spot = path.interpolate(tail + share * (head - tail))
            yield spot, (begin.tags.get("addr:street", ""), str(number))


def _plain(tags: Mapping[str, str]) -> int:
    digits = re.match(r"\d+", tags["addr:housenumber"])
    return int(digits.group()) if digits else -1
