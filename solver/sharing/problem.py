"""A shortage as numbers: stocks, takers with a standing, and what each may take of which good."""

from dataclasses import dataclass
from fractions import Fraction


class SharingInvalid(ValueError):
    """A problem that says nothing; ``facts`` name the field and the mend."""

    def __init__(self, code: str, **facts: str | int) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code}: " + "; ".join(f"{k} {v}" for k, v in facts.items()))


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who takes: its standing before, and whether it has nothing at all so far.

    Takers are named by their place in the problem; among equals the earlier goes first.
    """

    start: Fraction
    empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a taker may take of a good: whole ``step``s, or all of ``limit``.

    ``worth`` is by how much one unit raises the taker's standing; above 0.
    """

    taker: int
    good: int
    step: int
    limit: int
    worth: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Stocks in units, takers and claims.

    Raises
    ------
    SharingInvalid
        If a claim names no taker or good, or has a step, limit or worth below or at 0.
    """

    stock: tuple[int, ...]
    takers: tuple[Taker, ...]
    claims: tuple[Claim, ...]

    def __post_init__(self) -> None:
        if any(quantity < 0 for quantity in self.stock):
            raise SharingInvalid("sharing.stock-negative", field="stock", mend="give 0 or more")
        for number, claim in enumerate(self.claims):
            known = 0 <= claim.taker < len(self.takers) and 0 <= claim.good < len(self.stock)
            if not known or min(claim.step, claim.limit) < 1 or claim.worth <= 0:
                raise SharingInvalid(
                    "sharing.claim-invalid",
                    field=f"claims[{number}]",
                    value=str(claim),
                    mend="name a taker and a good; step, limit and worth are above 0",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Takers who would stand equally high if everything could be divided, and how they stand.

    ``standing`` is that height; ``exact`` says that prices prove it to 1e-7, in the order of
    levels. ``shortfall`` is the most by which one of them stands below it in whole steps, and
    ``steps`` how many of a step that it lacks would make up for that.
    """

    standing: float
    takers: int
    exact: bool
    shortfall: float
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Takers that compete, directly or through others, and how far their sharing is proven.

    ``proven``: no other sharing in whole steps is better in the lexicographic order. ``sure``
    counts the takers, from the lowest up, of whom that holds: no sharing is better than this one
    by where so many of its lowest stand. ``lowest`` is the standing of the lowest of them,
    ``bound`` what none can lift it above. ``fractional_levels`` is the lexicographic maximum if
    everything could be divided, from the lowest level up, and how far whole steps fall behind;
    empty where it was not needed.
    """

    takers: tuple[int, ...]
    goods: tuple[int, ...]
    method: str
    proven: bool
    sure: int
    lowest: Fraction
    bound: Fraction
    fractional_levels: tuple[Level, ...] = ()

    @property
    def lowest_proven(self) -> bool:
        """Say whether no other sharing in whole steps lifts the lowest any higher."""
        return self.lowest == self.bound

    @property
    def shortfall(self) -> float:
        """Say how far a taker stands below where it would if all could be divided, at most."""
        return max((level.shortfall for level in self.fractional_levels), default=0.0)

    @property
    def steps(self) -> int:
        """Say how many steps of its own would make up for that, at most."""
        return max((level.steps for level in self.fractional_levels), default=0)


@dataclass(frozen=True, slots=True)
class Sharing:
    """What each claim gets, in units, and the components in which something was short.

    ``work`` is the deterministic time that proofs took.
    """

    given: tuple[int, ...]
    components: tuple[Component, ...]
    work: float = 0.0

    @property
    def proven(self) -> bool:
        """Say whether every component is proven best."""
        return all(component.proven for component in self.components)


def standings(problem: Problem, given: tuple[int, ...]) -> list[tuple[bool, Fraction]]:
    """Tell each taker's standing: first whether it has anything at all, then how high it is."""
    has = [not taker.empty for taker in problem.takers]
    high = [taker.start for taker in problem.takers]
    for claim, quantity in zip(problem.claims, given, strict=True):
        if quantity:
            has[claim.taker] = True
            high[claim.taker] += claim.worth * quantity
    return list(zip(has, high, strict=True))
