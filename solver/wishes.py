"""Wishes that only some engines hear: threads, and a plan to start from."""

import inspect
from typing import Any

from solver.plan import Plan
from solver.search import solve


def heard(*, threads: int, warm_start: Plan | None, steps: int | None) -> dict[str, Any]:
    """Give those of these arguments that :func:`solver.search.solve` takes."""
    # Only one thread gives the same plan again for the same steps.
    wishes = {"threads": threads if steps is None else 1, "warm_start": warm_start}
    known = inspect.signature(solve).parameters
    return {name: wish for name, wish in wishes.items() if name in known}
