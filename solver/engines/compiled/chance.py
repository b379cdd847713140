"""Random numbers of a search, from its own state, so that a seed says everything.

xorshift64* after Vigna, *An experimental exploration of Marsaglia's xorshift generators,
scrambled*, ACM Transactions on Mathematical Software 2016.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from solver.engines.compiled.jit import compiled


class Draws(Protocol):
    """Whatever carries the state of a generator."""

    @property
    def rng(self) -> NDArray[np.uint64]:
        """Its state, in the first of two words."""


SHARE = np.uint64(2685821657736338717)


@compiled
def drawn(x: np.uint64) -> np.uint64:
    """Give the generator's following state."""
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    return x


@compiled
def uniform(st: Draws) -> float:
    """Draw from [0, 1)."""
    rng = st.rng
    x = drawn(rng[0])
    rng[0] = x
    return ((x * SHARE) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
def below(st: Draws, n: int) -> int:
    """Draw an integer from 0 to n - 1."""
    return min(int(uniform(st) * n), n - 1)
