"""How functions of the search are compiled: once, cached, without the interpreter's lock."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba import config

F = TypeVar("F", bound=Callable[..., Any])


def _sources() -> str:
    """Digest all modules here: numba's cache looks at a function's own file, not its callees'."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


CACHE = Path(config.CACHE_DIR or Path(__file__).parent / "__pycache__") / f"numba-{_sources()}"


def compiled(function: F) -> F:
    """Compile a function when it is first called, and keep the result beside the module."""
    before = config.CACHE_DIR
    config.CACHE_DIR = str(CACHE)
    try:
        made: F = numba.njit(
            cache=True, nogil=True, error_model="numpy", boundscheck=False, fastmath=False
        )(function)
    finally:
        config.CACHE_DIR = before
    return made
