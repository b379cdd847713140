"""How functions here are compiled; kept apart from the rules' search, which takes far longer."""

from solver.engines.compiled.jit import compiled

__all__ = ["compiled"]
