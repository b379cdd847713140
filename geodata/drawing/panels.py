"""How a sheet is shared between an overview and the detail in which stops crowd."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from geodata.drawing.sheet import Window

Spot = tuple[float, float]
Bounds = tuple[float, float, float, float]

_CROWDED_MM = 5.8  # nearer than this the numbers of two stops cover one another
_FEWEST = 3
_WORTH = 1.4  # a detail less enlarged than this tells nothing new
_OVERVIEWS = (0.38, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of a sheet with a map of its own.

    ``marks`` are the stops that are written here, by their place in the list; ``frames`` the
    bounds in metres of the details that an overview points to, with their letters.
    """

    window: Window
    x_mm: float
    y_mm: float
    marks: frozenset[int]
    letter: str = ""
    frames: tuple[tuple[Bounds, str], ...] = ()


def panels(
    spots: Sequence[Spot], doors: Sequence[Spot], width_mm: float, height_mm: float
) -> list[Panel]:
    """Lay out a sheet: one map, or an overview with a detail where stops crowd.

    Parameters
    ----------
    spots
        Everything that must be seen, in metres.
    doors
        The stops, in metres.
    """
    whole = Window.around(spots, width_mm=width_mm, height_mm=height_mm)
    plain = [Panel(window=whole, x_mm=0, y_mm=0, marks=frozenset(range(len(doors))))]
    crowds = _crowds(doors, _CROWDED_MM / whole.mm_per_m)
    if not crowds:
        return plain
    crowded = sorted({n for crowd in crowds for n in crowd})
    choices = [
        _two(spots, doors, chosen, (width_mm, height_mm), aside=aside, share=share)
        for chosen in (crowded, max(crowds, key=len))
        for aside in (True, False)
        for share in _OVERVIEWS
    ]
    worth = [two for two in choices if two[1].window.mm_per_m >= _WORTH * whole.mm_per_m]
    return min([plain, *worth], key=lambda one: _covered(one, doors))


def _covered(laid_out: Sequence[Panel], doors: Sequence[Spot]) -> float:
    """Count the pairs of numbers that would cover one another; a detail costs as one pair.

    Of equals the one whose smaller scale is larger is better, by less than a pair.
    """
    pairs = sum(
        math.dist(doors[n], doors[m]) * panel.window.mm_per_m < _CROWDED_MM
        for panel in laid_out
        for n, m in combinations(sorted(panel.marks), 2)
    )
    scales = [panel.window.mm_per_m for panel in laid_out]
    return pairs + len(laid_out) - 0.9 * min(scales) / (0.2 + min(scales)) - 0.05 * max(scales)


def _two(
    spots: Sequence[Spot],
    doors: Sequence[Spot],
    crowd: Sequence[int],
    size_mm: tuple[float, float],
    *,
    aside: bool,
    share: float,
) -> list[Panel]:
    """Share the sheet between both, side by side or one above the other."""
    width_mm, height_mm = size_mm
    first_w = width_mm * share if aside else width_mm
    first_h = height_mm if aside else height_mm * share
    rest_w, rest_h = (width_mm - first_w, height_mm) if aside else (width_mm, height_mm - first_h)
    detail = Window.around(
        [doors[n] for n in crowd], width_mm=rest_w, height_mm=rest_h, margin_mm=8.5, least_m=150
    )
    bounds = (
        detail.west_m,
        detail.south_m,
        detail.west_m + detail.width_mm / detail.mm_per_m,
        detail.south_m + detail.height_mm / detail.mm_per_m,
    )
    west, south, east, north = bounds
    edge = 6 / detail.mm_per_m  # nearer to its edge a number would hardly find room
    shown = frozenset(
        n
        for n, (x, y) in enumerate(doors)
        if west + edge <= x <= east - edge and south + edge <= y <= north - edge
    )
    overview = Window.around(
        [*spots, (west, south), (east, north)], width_mm=first_w, height_mm=first_h, margin_mm=5
    )
    return [
        Panel(
            window=overview,
            x_mm=0,
            y_mm=0,
            marks=frozenset(range(len(doors))) - shown,
            frames=((bounds, "A"),),
        ),
        Panel(
            window=detail,
            x_mm=width_mm - rest_w,
            y_mm=height_mm - rest_h,
            marks=shown,
            letter="A",
        ),
    ]


def _crowds(doors: Sequence[Spot], reach_m: float) -> list[list[int]]:
    """Group stops that are nearer to one another than their numbers are wide."""
    groups: list[list[int]] = []
    for n, door in enumerate(doors):
        near = [g for g in groups if any(math.dist(door, doors[m]) < reach_m for m in g)]
        groups = [g for g in groups if g not in near]
        groups.append(sorted({n, *(m for g in near for m in g)}))
    return [group for group in groups if len(group) >= _FEWEST]
