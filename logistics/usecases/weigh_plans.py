"""Weigh a run's plan: what fewer faces would cost, from least travel to fewest faces (权衡)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from logistics.domain.run_report import Choice, Choices
from logistics.store import plans, runs
from logistics.store.session import Database
from solver.formats.native import read_problem
from solver.formats.plan_json import read_plan
from solver.frontier import frontier
from solver.frontier_chart import draw_frontier
from solver.tradeoff import Frontier, write_frontier

Progress = Callable[[str], None]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The choices for people, the plan that they stand beside, and all of it for programs."""

    plan_id: str
    choices: Choices
    file: Mapping[str, Any]


def weigh_plans(
    database: Database,
    run_id: str,
    *,
    time_limit_s: float = 60.0,
    step_limit: int | None = None,
    points: int = 6,
    seed: int = 0,
    progress: Progress | None = None,
    should_stop: ShouldStop | None = None,
) -> Weighed:
    """Find other plans for the problem that the run's plan in force was made from.

    Nothing is stored: what was found is for people to look at, and the run keeps its plan. No
    transaction is open while the solver works. Once ``should_stop`` says yes, what was found so
    far is the answer.

    Raises
    ------
    RunUnknown
        If no run has this id or code.
    PlanUnknown
        If the run has not been planned.
    """
    with database.read() as session:
        plan_id = plans.current(session, runs.get(session, run_id).id).id
        problem_file, plan_file = plans.files_of(session, plan_id)
    problem, plan = read_problem(problem_file), read_plan(plan_file)
    found = frontier(
        problem,
        seconds=time_limit_s,
        steps=step_limit,
        seed=seed,
        points=points,
        start=plan,
        on_report=progress,
        should_stop=should_stop,
    )
    return Weighed(plan_id=plan_id, choices=choices_of(found), file=write_frontier(problem, found))


def choices_of(found: Frontier) -> Choices:
    """Say a frontier in figures that know no solver."""
    prices = [None, *(step.duration_per_face_s for step in found.steps)]
    return Choices(
        rows=tuple(
            Choice(
                travel_s=point.duration_s,
                distance_m=point.distance_m,
                faces=point.faces,
                further_faces=point.further_faces,
                trips=point.plan.summary.trips,
                couriers=point.plan.summary.routes,
                left_out=point.plan.summary.unassigned,
                price_s=price,
                current=found.start is not None and point.plan == found.start.plan,
            )
            for point, price in zip(found.points, prices, strict=True)
        ),
        charts={
            "zh": draw_frontier(found, language="zh"),
            "en": draw_frontier(found, language="en"),
        },
    )
