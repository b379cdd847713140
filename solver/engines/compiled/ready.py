"""Whether the search is compiled, and compiling it once."""

import subprocess
import sys

import numpy as np

from solver.engines.compiled.cache import CACHE


def is_ready() -> bool:
    """Say whether compiled code is at hand; without it the first call takes about a minute."""
    return CACHE is not None and (CACHE / "ready").exists()


def compile_all() -> None:
    """Compile everything that search calls, and keep it."""
    if CACHE is None or is_ready():
        return
    # Imported here: whoever only asks whether it is ready should not load a compiler.
    from solver.engines.compiled.build import build  # noqa: PLC0415
    from solver.engines.compiled.hall import Heat, Search  # noqa: PLC0415
    from solver.engines.instance import prepare  # noqa: PLC0415
    from solver.problem import Job, Matrix, Problem, Vehicle  # noqa: PLC0415

    grid = np.array([[0, 1], [1, 0]], np.int64)
    problem = Problem(
        vehicles=(Vehicle(id=1, start=0, end=0),),
        jobs=(Job(id=1, location=1),),
        matrices={"car": Matrix(duration_s=grid, distance_m=grid, cost=grid)},
    )
    search = Search(build(prepare(problem)), 0)
    search.fill()
    search.lay(search.rows())
    search.lay_anew(search.rows())
    search.burst(1, 1.0)
    search.reprice()
    search.now_rows()
    search.run(Heat(1.0, 0.1), until=None, steps=5, news=lambda _: True)
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / "ready").touch()


def compile_beside() -> None:
    """Begin compiling in a process of its own, for the next solve to find."""
    if CACHE is None:
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    begun = CACHE / "begun"
    if begun.exists():
        return
    begun.touch()
    subprocess.Popen(
        [sys.executable, "-m", "solver.engines.compiled"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
