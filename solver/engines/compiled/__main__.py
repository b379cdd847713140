"""Compile the search, so that nobody waits for it later: ``python -m solver.engines.compiled``."""

from solver.engines.compiled.ready import compile_all

if __name__ == "__main__":
    compile_all()
