"""How functions of the search are compiled: once, cached, without the interpreter's lock."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

from solver.engines.compiled.cache import CACHE

F = TypeVar("F", bound=Callable[..., Any])

_config: Any = numba.config  # its settings are no attributes that a type checker could see


def compiler(folder: Path | None) -> Callable[[F], F]:
    """Give a decorator that compiles what is called first, and keeps the result if it can."""

    def compiling(function: F) -> F:
        before = _config.CACHE_DIR
        _config.CACHE_DIR = "" if folder is None else str(folder)
        try:
            made: Any = numba.njit(
                cache=folder is not None,
                nogil=True,
                error_model="numpy",
                boundscheck=False,
                fastmath=False,
            )(function)
        finally:
            _config.CACHE_DIR = before
        return made

    return compiling


compiled = compiler(CACHE)
"""Compile a function of the search under all rules."""
