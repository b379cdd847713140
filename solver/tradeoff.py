"""Plans of which none is better in both cost and faces, and what each step between them costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from solver.formats.plan_json import write_plan
from solver.plan import Plan
from solver.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """A plan with its figures.

    ``cost`` is everything but faces: travel, fixed costs, prizes missed, other wishes.
    ``further_faces`` are couriers at a building beyond its first; ``excess_faces`` leaves out
    those that its load makes unavoidable. ``left`` is the priority and the amount left out.
    """

    plan: Plan
    weight: int  # of a face, with which the plan was found
    cost: int
    faces: int
    excess_faces: int
    further_faces: int
    duration_s: int
    distance_m: int
    left: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierStep:
    """What it costs to go from one plan to the next: so many faces less for so much more."""

    faces_less: int
    cost_more: int
    duration_more_s: int
    distance_more_m: int

    @property
    def cost_per_face(self) -> float:
        """Cost of each face less."""
        return self.cost_more / self.faces_less

    @property
    def duration_per_face_s(self) -> float:
        """Seconds of travel for each face less."""
        return self.duration_more_s / self.faces_less

    @property
    def distance_per_face_m(self) -> float:
        """Metres for each face less."""
        return self.distance_more_m / self.faces_less


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """Points from least travel to fewest faces: cost only rises, faces only fall.

    ``start`` is the plan that the search began with, whether or not it is one of the points.
    """

    points: tuple[FrontierPoint, ...]
    start: FrontierPoint | None = None
    seed: int
    seconds: float
    solves: int

    @property
    def steps(self) -> tuple[FrontierStep, ...]:
        """What each step from a point to the next costs."""
        return tuple(
            FrontierStep(
                faces_less=near.further_faces - far.further_faces,
                cost_more=far.cost - near.cost,
                duration_more_s=far.duration_s - near.duration_s,
                distance_more_m=far.distance_m - near.distance_m,
            )
            for near, far in pairwise(self.points)
        )


def frontier_of(plans: Iterable[FrontierPoint]) -> tuple[FrontierPoint, ...]:
    """Keep those that leave out least and are not dominated, least travel first."""
    found = list(plans)
    least = min((plan.left for plan in found), default=(0.0, 0.0))
    kept: list[FrontierPoint] = []
    for plan in sorted(found, key=lambda plan: (plan.cost, plan.further_faces)):
        if plan.left == least and (not kept or plan.further_faces < kept[-1].further_faces):
            kept.append(plan)
    return tuple(kept)


def write_frontier(problem: Problem, frontier: Frontier) -> dict[str, Any]:
    """Write a frontier for programs, each point with its plan in the plan file's format."""
    start = {} if frontier.start is None else {"start": figures_of(frontier.start)}
    return start | {
        "seed": frontier.seed,
        "seconds": frontier.seconds,
        "solves": frontier.solves,
        "points": [
            figures_of(point) | {"plan": write_plan(problem, point.plan)}
            for point in frontier.points
        ],
        "steps": [
            {
                "faces_less": step.faces_less,
                "cost_more": step.cost_more,
                "duration_more": step.duration_more_s,
                "distance_more": step.distance_more_m,
                "cost_per_face": round(step.cost_per_face, 1),
                "duration_per_face": round(step.duration_per_face_s, 1),
                "distance_per_face": round(step.distance_per_face_m, 1),
            }
            for step in frontier.steps
        ],
    }


def figures_of(point: FrontierPoint) -> dict[str, Any]:
    """Give the figures of a point by their names in files."""
    summary = point.plan.summary
    return {
        "weight": point.weight,
        "cost": point.cost,
        "duration": point.duration_s,
        "distance": point.distance_m,
        "faces": point.faces,
        "further_faces": point.further_faces,
        "excess_faces": point.excess_faces,
        "contacts": summary.contacts,
        "unassigned": summary.unassigned,
        "routes": summary.routes,
        "trips": summary.trips,
    }
