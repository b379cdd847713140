"""How functions of the search of plain routes are compiled, and where they are kept."""

from solver.engines.compiled.cache import PLAIN_CACHE
from solver.engines.compiled.jit import compiler

compiled = compiler(PLAIN_CACHE)
"""Compile a function of the search of plain routes."""
