"""Random numbers of a search, from its own state, so that a seed says everything.

xorshift64* after Vigna, *An experimental exploration of Marsaglia's xorshift generators,
scrambled*, ACM Transactions on Mathematical Software 2016.
"""

import numpy as np

from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import State


@compiled
def uniform(st: State) -> float:
    """Draw from [0, 1)."""
    x = st.rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    st.rng[0] = x
    return ((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
def below(st: State, n: int) -> int:
    """Draw an integer from 0 to n - 1."""
    return min(int(uniform(st) * n), n - 1)
