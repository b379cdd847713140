"""How a model is solved: beside this process, or in it."""

import math
from typing import Any

from solver.plan import Plan
from solver.problem import Problem
from solver.progress import Report


def searched(
    problem: Problem,
    *,
    seconds: float | None,
    steps: int | None,
    in_process: bool,
    display: bool,
    **wishes: Any,
) -> Plan:
    """Search for seconds, or for steps, and print each improvement if wanted.

    Parameters
    ----------
    in_process
        Without a process that can be ended.
    wishes
        What :func:`solver.search.solve` takes besides.
    """
    limit_s = math.inf if seconds is None else float(seconds)
    # Imported here: engines take longer to load than a problem to build.
    if in_process:
        from solver.search import solve  # noqa: PLC0415

        return solve(
            problem,
            time_limit_s=10.0 if steps is not None else limit_s,  # not looked at beside steps
            step_limit=steps,
            progress=print if display else None,
            **wishes,
        )
    from solver.supervise import solve_supervised  # noqa: PLC0415

    return solve_supervised(
        problem,
        time_limit_s=limit_s,
        step_limit=steps,
        on_report=_Printing() if display else None,
        **wishes,
    )


class _Printing:
    """Prints a line whenever the figures are new."""

    def __init__(self) -> None:
        self._told: tuple[int | None, int | None, int | None] | None = None

    def __call__(self, report: Report) -> None:
        figures = (report.left, report.cost, report.bound)
        if report.cost is None or figures == self._told:
            return
        self._told = figures
        proven = "" if report.bound is None else f", at least {report.bound:,}"
        print(  # noqa: T201 - what was asked for
            f"{report.seconds:7.1f} s  left out {report.left}, cost {report.cost:,}{proven}"
        )
