"""Plan quality and time on the demo problem, as ratios within one run.

Reads the problem that `make demo` wrote (``out/problem.json``), solves it as it is and once more
without contact rules (no separation, no faces), and prints both with the bounds that no plan can
beat. Usage: ``python benchmarks/demo_problem.py [PROBLEM.json] [--time-limit 30] [--seeds 2]``.
"""

import argparse
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from solver.check import check
from solver.formats.native import read_problem
from solver.plan import Plan
from solver.problem import Objective, Problem
from solver.search import solve


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One solve: what came out, and how long it took beside its limit."""

    name: str
    seed: int
    plan: Plan
    seconds: float
    limit_s: float
    violations: int


def without_contact_rules(problem: Problem) -> Problem:
    """The same goods, couriers and streets, for a planner who does not mind who meets whom."""
    return replace(
        problem,
        separation_s=0,
        places=tuple(
            replace(p, separation_s=0, closed=(), lanes=len(problem.vehicles))
            for p in problem.places
        ),
        objective=Objective(),
    )


def fewest_trips(problem: Problem) -> int:
    """Lower bound: the load in each dimension over the largest vehicle's capacity."""
    largest = [max(v.capacity[d] for v in problem.vehicles) for d in range(problem.dimensions)]
    load = [sum(j.delivery[d] for j in problem.jobs) for d in range(problem.dimensions)]
    return max(-(-asked // room) for asked, room in zip(load, largest, strict=True) if room)


def measure(name: str, problem: Problem, *, seed: int, limit_s: float) -> Measured:
    started = time.perf_counter()
    plan = solve(problem, time_limit_s=limit_s, seed=seed)
    seconds = time.perf_counter() - started
    return Measured(
        name=name,
        seed=seed,
        plan=plan,
        seconds=seconds,
        limit_s=limit_s,
        violations=len(check(problem, plan)),
    )


def show(problem: Problem, rows: list[Measured]) -> None:
    bound = fewest_trips(problem)
    base = min(r.plan.summary.duration_s for r in rows if r.name == "free")
    table = Table(title=f"{len(problem.jobs)} stops, {len(problem.vehicles)} couriers")
    for heading in (
        "rules", "seed", "left out", "trips / bound", "travel / free", "faces", "excess",
        "contacts", "violations", "time / limit",
    ):  # fmt: skip
        table.add_column(heading, justify="right")
    for row in rows:
        s = row.plan.summary
        table.add_row(
            row.name, str(row.seed), str(s.unassigned), f"{s.trips / bound:.2f}",
            f"{s.duration_s / base:.2f}", str(s.faces), str(s.excess_faces), str(s.contacts),
            str(row.violations), f"{row.seconds / row.limit_s:.2f}",
        )  # fmt: skip
    Console(width=130).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("problem", nargs="?", type=Path, default=Path("out/problem.json"))
    parser.add_argument("--time-limit", type=float, default=30.0, help="seconds per solve")
    parser.add_argument("--seeds", type=int, default=2)
    args = parser.parse_args()
    if not args.problem.exists():
        parser.error(f"{args.problem} does not exist: run `make demo` first, or name a problem")
    problem = read_problem(json.loads(args.problem.read_text(encoding="utf-8")))
    rows = [
        measure(name, version, seed=seed, limit_s=args.time_limit)
        for seed in range(args.seeds)
        for name, version in (("contact", problem), ("free", without_contact_rules(problem)))
    ]
    show(problem, rows)


if __name__ == "__main__":
    main()
