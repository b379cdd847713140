"""Whether the search is compiled, and compiling it once."""

import fcntl
import hashlib
import logging
import platform
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from solver.engines.compiled.cache import CACHE, PLAIN_CACHE

log = logging.getLogger(__name__)

_COMPILED = re.compile(r"numba-[0-9a-f]{16}")


def is_ready() -> bool:
    """Say whether compiled code is at hand; without it the first call takes about a minute."""
    return PLAIN_CACHE is not None and (PLAIN_CACHE / stamp()).exists()


def stamp() -> str:
    """Name the file that says that all is compiled for this processor: code fits no other."""
    return f"ready-{hashlib.sha256(_processor().encode()).hexdigest()[:8]}"


def _processor() -> str:
    """Describe the processor: its model and what it can do, where the system tells."""
    told = Path("/proc/cpuinfo")
    if not told.exists():
        return f"{platform.machine()} {platform.processor()}"
    first = told.read_text(encoding="utf-8", errors="replace").split("\n\n", 1)[0]
    wanted = ("cpu family", "model", "model name", "flags", "Features", "CPU part")
    lines = (line.partition(":") for line in first.splitlines())
    return platform.machine() + "".join(v for k, _, v in lines if k.strip() in wanted)


def compile_all() -> None:
    """Compile everything that search calls, and keep it; waits where another does so already."""
    if PLAIN_CACHE is None or is_ready():
        return
    with _alone(PLAIN_CACHE):
        if not is_ready():
            _compile()
            (PLAIN_CACHE / stamp()).touch()
            _forget_older(PLAIN_CACHE.parent)


def _forget_older(place: Path) -> None:
    """Remove what was compiled of other sources, unless somebody compiles such just now."""
    kept = {CACHE, PLAIN_CACHE}
    folders = [f for f in place.iterdir() if _COMPILED.fullmatch(f.name) and f.is_dir()]
    if any(_is_held(f) for f in folders if f != PLAIN_CACHE):
        return
    for folder in folders:
        if folder not in kept:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of who compiles; the system lets it go with a process that is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "begun").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_being_compiled() -> bool:
    """Say whether some process compiles right now."""
    return PLAIN_CACHE is not None and _is_held(PLAIN_CACHE)


def _is_held(folder: Path) -> bool:
    if not (folder / "begun").exists():
        return False
    with (folder / "begun").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _compile() -> None:
    # Imported here: whoever only asks whether it is ready should not load a compiler.
    from solver.engines.chain import Chain, Heat  # noqa: PLC0415
    from solver.engines.compiled.build import build  # noqa: PLC0415
    from solver.engines.compiled.hall import Search  # noqa: PLC0415
    from solver.engines.instance import prepare  # noqa: PLC0415
    from solver.engines.plain.hall import PlainSearch  # noqa: PLC0415
    from solver.engines.plain.section import section_of  # noqa: PLC0415
    from solver.problem import Job, Matrix, Problem, Vehicle  # noqa: PLC0415

    grid = np.array([[0, 1], [1, 0]], np.int64)
    problem = Problem(
        vehicles=(Vehicle(id=1, start=0, end=0),),
        jobs=(Job(id=1, location=1),),
        matrices={"car": Matrix(duration_s=grid, distance_m=grid, cost=grid)},
    )
    inst = build(prepare(problem))
    kernels: tuple[type[PlainSearch | Search], ...] = (PlainSearch, Search)
    for kernel in kernels:
        search: Chain = kernel(inst, 0)
        search.fill()
        search.lay(search.rows())
        search.burst(1, 1.0)
        search.reprice()
        search.now_rows()
        search.run(Heat(1.0, 0.1), until=None, steps=5, news=lambda _: True)
    section_of(inst, np.array([0]), np.array([0]))


def compile_beside() -> None:
    """Begin compiling in a process of its own, for the next solve to find.

    It outlives this process if it has to. Two that are begun at the same instant do no harm: the
    second waits for the first and finds its work done.
    """
    if PLAIN_CACHE is None or is_being_compiled():
        return
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "solver.engines.compiled"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as failure:
        log.warning("the search cannot be compiled beside this solve: %s", failure)
        return
    # Somebody has to wait for it, so that it does not stay behind as a zombie.
    threading.Thread(target=process.wait, name="compiling", daemon=True).start()
