"""How functions of the search are compiled: once, cached, without the interpreter's lock."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

from solver.engines.compiled.cache import CACHE

F = TypeVar("F", bound=Callable[..., Any])

_config: Any = numba.config  # its settings are no attributes that a type checker could see


def compiled(function: F) -> F:
    """Compile a function when it is first called, and keep the result if there is a place."""
    before = _config.CACHE_DIR
    _config.CACHE_DIR = "" if CACHE is None else str(CACHE)
    try:
        made: Any = numba.njit(
            cache=CACHE is not None,
            nogil=True,
            error_model="numpy",
            boundscheck=False,
            fastmath=False,
        )(function)
    finally:
        _config.CACHE_DIR = before
    return made
