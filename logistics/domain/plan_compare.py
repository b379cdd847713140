"""Two plans of a run side by side (方案对比): which figure is better, and who visits whom now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from logistics.domain.plan_views import PlanView

Verdict = Literal["same", "better", "worse", "other"]

FEWER_IS_BETTER: Final = (
    "bags_left", "drops_left", "contacts", "excess_faces", "faces", "duration", "distance",
    "waiting_time", "last_return_s",
)  # fmt: skip
"""Figures of which less is better, the most telling first."""

NEITHER: Final = ("couriers", "trips", "stops", "bags", "busiest_bags", "locked")
"""Figures that are merely told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePair:
    """A figure of both plans; ``verdict`` says what the second is against the first."""

    name: str
    first: int
    second: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedStairwell:
    """A stairwell that other couriers, or the same at another time, come to."""

    stairwell: str
    first: tuple[str, ...]  # courier and trip, such as E01-2
    second: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansCompared:
    """Two plans side by side."""

    figures: tuple[FigurePair, ...]
    moved: tuple[MovedStairwell, ...]
    left_only_first: tuple[str, ...]  # stairwells that only the first leaves out
    left_only_second: tuple[str, ...]


def figures_of(view: PlanView) -> dict[str, int]:
    """Count a plan's figures; what the solver says of it is taken as it is."""
    trips = [trip for courier in view.couriers for trip in courier.trips]
    said: Mapping[str, int | float | str] = view.plan.figures
    solver = ("contacts", "excess_faces", "faces", "duration", "distance", "waiting_time")
    counted = {name: int(value) for name in solver if isinstance(value := said.get(name), int)}
    loads = [
        sum(trip.bags for trip in courier.trips) for courier in view.couriers if courier.trips
    ]
    return counted | {
        "bags_left": sum(left.bags for left in view.left),
        "drops_left": len(view.left),
        "last_return_s": max((trip.returns_s for trip in trips), default=0),
        "couriers": len(loads),
        "trips": len(trips),
        "stops": sum(len(trip.stops) for trip in trips),
        "bags": sum(trip.bags for trip in trips),
        "busiest_bags": max(loads, default=0),
        "locked": sum(bool(stop.lock) for trip in trips for stop in trip.stops),
    }


def compare(first: PlanView, second: PlanView) -> PlansCompared:
    """Lay two plans of a run side by side."""
    one, other = figures_of(first), figures_of(second)
    left_first = {left.stairwell for left in first.left}
    left_second = {left.stairwell for left in second.left}
    return PlansCompared(
        figures=tuple(
            FigurePair(
                name=name,
                first=one[name],
                second=other[name],
                verdict=_verdict(name, one[name], other[name]),
            )
            for name in (*FEWER_IS_BETTER, *NEITHER)
            if name in one and name in other
        ),
        moved=_moved(first, second),
        left_only_first=tuple(sorted(left_first - left_second)),
        left_only_second=tuple(sorted(left_second - left_first)),
    )


def _verdict(name: str, first: int, second: int) -> Verdict:
    if first == second:
        return "same"
    if name in NEITHER:
        return "other"
    return "better" if second < first else "worse"


def _moved(first: PlanView, second: PlanView) -> tuple[MovedStairwell, ...]:
    was, becomes = _visits(first), _visits(second)
    return tuple(
        MovedStairwell(
            stairwell=stairwell,
            first=tuple(sorted(was.get(stairwell, ()))),
            second=tuple(sorted(becomes.get(stairwell, ()))),
        )
        for stairwell in sorted({*was, *becomes})
        if sorted(was.get(stairwell, ())) != sorted(becomes.get(stairwell, ()))
    )


def _visits(view: PlanView) -> dict[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for courier in view.couriers:
        for trip in courier.trips:
            for stop in trip.stops:
                found.setdefault(stop.stairwell, []).append(f"{courier.code}-{trip.no}")
    return dict(found)
