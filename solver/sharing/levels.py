"""The lexicographic maximum if everything could be divided: level by level, by linear programs.

Raise all who have no level yet as far as they go together; whose price is above 0 in the dual
stands at that level in every optimum, so fix those and go on with the rest (Ogryczak and
Śliwiński, *On direct methods for lexicographic min-max optimization*, ICCSA 2006; Nace and Pióro,
*Max-min fairness and its applications to routing and load-balancing in communication networks:
a tutorial*, IEEE Communications Surveys & Tutorials 10/4, 2008).

A good with a price goes to nobody else in any optimum, and of goods without a price the fixed
have all they asked (complementary slackness): so both leave the problem, which shrinks from level
to level, and each part that it falls into is solved by itself.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from solver.sharing.relaxed import Relaxed, Solution, solve
from solver.sharing.scale import Scaled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Reals = NDArray[np.float64]

WORK = 12_000_000
"""Claims in all linear programs together: a count, so that the same input ends alike."""
_SAME = 1e-9  # standings that differ by less are one level
_CHECKED = 1e-6  # what complementary slackness may miss, of a claim
_DIGITS = 10**9
_GAP = 1e-7  # between a level and what its prices prove


@dataclass(slots=True)
class Levels:
    """Where takers stand if everything can be divided, and how sure that is.

    By taker ``standing`` and whether it is ``exact`` (its level was found, and its prices prove
    it within 1e-7); by claim the ``part`` of its limit, 0 to 1. ``programs`` counts linear
    programs, ``groups`` takers that differ.
    """

    standing: list[float]
    exact: list[bool]
    part: list[float]
    programs: int
    groups: int
    gap: float

    @property
    def bound(self) -> Fraction | None:
        """Bound the lowest standing from above, rounded up; None where a level is not exact.

        The lowest is a taker who gets all it asks, or a level that prices prove.
        """
        if not all(self.exact):
            return None
        return Fraction(ceil((min(self.standing) + self.gap) * _DIGITS) + 1, _DIGITS)


@dataclass(frozen=True, slots=True)
class _Open:
    """Groups without a level, their claims, and whether all levels before were exact."""

    groups: "Places"
    claims: "Places"
    sure: bool


@dataclass(slots=True)
class _Search:
    """Groups of takers that are alike, and what is left of goods while levels are fixed."""

    start: "Reals"
    count: "Reals"
    group: "Places"
    good: "Places"
    whole: "Reals"
    limit: "Reals"
    stock: "Reals"
    work: int
    standing: "Reals" = field(init=False)
    exact: "NDArray[np.bool_]" = field(init=False)
    part: "Reals" = field(init=False)
    programs: int = 0
    gap: float = 0.0
    _least: "Reals" = field(init=False)

    def __post_init__(self) -> None:
        import numpy as np  # noqa: PLC0415 - slow to load

        self.standing = self.start.copy()
        self.exact = np.zeros(len(self.start), dtype=bool)
        self.part = np.zeros(len(self.group))
        self._least = 1e-9 * np.maximum(1.0, self.stock)

    def run(self) -> None:
        import numpy as np  # noqa: PLC0415 - slow to load

        waiting = [_Open(np.arange(len(self.start)), np.arange(len(self.group)), sure=True)]
        while waiting:
            rest = waiting.pop()
            groups, claims, sure = rest.groups, rest.claims, rest.sure
            claims = self._settle(claims)
            idle = np.setdiff1d(groups, self.group[claims])
            self.standing[idle] = self.start[idle]
            self.exact[idle] = sure
            for part in self._apart(claims):
                if self.work <= 0 or not self._fix_lowest(_Open(groups, part, sure=sure), waiting):
                    self.standing[self.group[part]] = np.nan

    def _settle(self, claims: "Places") -> "Places":
        """Give whole what suffices, and leave out what there is nothing of."""
        import numpy as np  # noqa: PLC0415 - slow to load

        needs = self._needs(claims)
        enough = (needs <= self.stock + self._least)[self.good[claims]]
        self._give(claims[enough])
        none = (self.stock <= self._least)[self.good[claims]]
        kept: Places = np.asarray(claims[~enough & ~none])
        return kept

    def _give(self, claims: "Places") -> None:
        import numpy as np  # noqa: PLC0415 - slow to load

        self.part[claims] = 1.0
        np.add.at(self.start, self.group[claims], self.whole[claims])
        self.stock = np.maximum(0.0, self.stock - self._needs(claims))

    def _needs(self, claims: "Places") -> "Reals":
        import numpy as np  # noqa: PLC0415 - slow to load

        wanted = self.count[self.group[claims]] * self.limit[claims]
        needs: Reals = np.bincount(self.good[claims], wanted, len(self.stock)).astype(float)
        return needs

    def _apart(self, claims: "Places") -> list["Places"]:
        """Split claims into parts that share neither a taker nor a good."""
        import numpy as np  # noqa: PLC0415 - slow to load
        from scipy.sparse import coo_matrix  # noqa: PLC0415
        from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

        if not len(claims):
            return []
        size = len(self.start) + len(self.stock)
        ends = (self.group[claims], len(self.start) + self.good[claims])
        ties = coo_matrix((np.ones(len(claims)), ends), shape=(size, size))
        label = connected_components(ties, directed=False)[1][self.group[claims]]
        order = np.argsort(label, kind="stable")
        borders = np.flatnonzero(np.diff(label[order])) + 1
        return np.split(claims[order], borders)

    def _fix_lowest(self, part: "_Open", waiting: list["_Open"]) -> bool:
        """Fix who stands lowest in a part and who gets all it asks below; put off the rest.

        What follows a level that did not stand its check is not sure either.
        """
        import numpy as np  # noqa: PLC0415 - slow to load

        claims = part.claims
        groups = np.unique(self.group[claims])
        gains = np.bincount(self.group[claims], self.whole[claims], len(self.start))
        caps = self.start + gains
        distinct = np.unique(np.round(caps[groups], 12))
        found = self._skip_full(claims, caps, distinct)
        if found is None:
            return False
        below, program, solution = found
        full = groups[caps[groups] <= below]
        self._give(claims[caps[self.group[claims]] <= below])
        self.standing[full] = caps[full]
        self.exact[full] = part.sure
        fixed = program.groups[solution.priced]
        self.standing[fixed] = solution.level
        sure = part.sure and self._checked(program, solution)
        self.exact[fixed] = sure
        self.gap = max(self.gap, solution.bound - solution.level)
        theirs = solution.priced[program.row]
        mine = program.claims[theirs]
        self.part[mine] = solution.part[theirs]
        used = self.count[self.group[mine]] * self.limit[mine] * self.part[mine]
        self.stock = np.maximum(
            0.0, self.stock - np.bincount(self.good[mine], used, len(self.stock))
        )
        rest = program.groups[~solution.priced]
        open_claims = program.claims[~theirs & ~solution.dear[program.column]]
        waiting.append(_Open(rest, open_claims, sure=sure))
        return True

    def _checked(self, program: Relaxed, solution: Solution) -> bool:
        """Say whether the prices prove the level, and what leaves the problem may leave it."""
        theirs, dear = solution.priced[program.row], solution.dear[program.column]
        lacking = (1.0 - solution.part)[theirs & ~dear]
        astray = solution.part[~theirs & dear]
        misses = max(lacking.max(initial=0.0), astray.max(initial=0.0))
        return bool(misses <= _CHECKED and solution.bound - solution.level <= _GAP)

    def _skip_full(
        self, claims: "Places", caps: "Reals", distinct: "Reals"
    ) -> tuple[float, Relaxed, Solution] | None:
        """Find the lowest level that goods set, and below which cap all get all they ask.

        That those up to a cap are full and all others stand at least as high holds up to some
        cap and for none beyond: so leap ahead, then halve.
        """
        import numpy as np  # noqa: PLC0415 - slow to load

        low, high, leap = -1, len(distinct) - 1, 1
        kept = self._attempt(claims, caps, -np.inf)
        while kept is not None and high - low > 1 and self.work > 0:
            level = kept[2].level
            if level < distinct[low + 1] - _SAME:
                break
            middle = min(low + leap, high - 1) if leap else (low + high) // 2
            tried = self._attempt(claims, caps, distinct[middle] + _SAME / 2)
            if tried is not None and tried[2].level >= distinct[middle] - _SAME:
                low, kept, leap = middle, tried, leap * 2
            else:
                high, leap = middle, 0
        return kept

    def _attempt(
        self, claims: "Places", caps: "Reals", below: float
    ) -> tuple[float, Relaxed, Solution] | None:
        """Give those with a cap up to ``below`` all they ask and raise the others."""
        import numpy as np  # noqa: PLC0415 - slow to load

        full = caps[self.group[claims]] <= below
        left = self.stock - self._needs(claims[full])
        if (left < -self._least).any():
            return None
        rest = claims[~full]
        program = Relaxed.of(
            claims=rest,
            group=self.group[rest],
            good=self.good[rest],
            gain=self.whole[rest],
            need=self.count[self.group[rest]] * self.limit[rest],
            start=self.start,
            stock=np.maximum(0.0, left),
        )
        self.work -= len(rest)
        self.programs += 1
        solution = solve(program)
        return None if solution is None else (below, program, solution)


def levels(numbers: Scaled, work: int = WORK) -> Levels:
    """Find the lexicographic maximum of standings over all ways to divide the goods.

    Takers that are alike are one group: by convexity they stand equally high. A taker with
    nothing counts as it stands, without the floor. Where the work runs out, what is left has the
    standing ``nan`` and is not exact.
    """
    import numpy as np  # noqa: PLC0415 - slow to load

    of: list[int] = []
    chosen: dict[object, int] = {}
    orders = [_order(numbers, taker) for taker in range(len(numbers.start))]
    for taker, order in enumerate(orders):
        alike = (
            numbers.start[taker],
            *((numbers.good[c], numbers.limit[c], _whole(numbers, c)) for c in order),
        )
        of.append(chosen.setdefault(alike, len(chosen)))
    first = {n: taker for taker, n in reversed(list(enumerate(of)))}
    takers = [first[n] for n in range(len(chosen))]
    ends = np.cumsum([0, *(len(orders[taker]) for taker in takers)])
    claims = [c for taker in takers for c in orders[taker]]
    search = _Search(
        start=np.asarray([numbers.start[taker] / numbers.scale for taker in takers]),
        count=np.bincount(of, minlength=len(takers)).astype(float),
        group=np.repeat(np.arange(len(takers)), np.diff(ends)),
        good=np.asarray([numbers.good[c] for c in claims], dtype=np.int64),
        whole=np.asarray([_whole(numbers, c) / numbers.scale for c in claims]),
        limit=np.asarray([numbers.limit[c] for c in claims], dtype=float),
        stock=np.asarray(numbers.stock, dtype=float),
        work=work,
    )
    search.run()
    part = [0.0] * len(numbers.taker)
    for group, order in zip(of, orders, strict=True):
        for claim, value in zip(order, search.part[ends[group] : ends[group + 1]], strict=True):
            part[claim] = float(value)
    return Levels(
        standing=[float(search.standing[n]) for n in of],
        exact=[bool(search.exact[n]) for n in of],
        part=part,
        programs=search.programs,
        groups=len(takers),
        gap=search.gap,
    )


def _order(numbers: Scaled, taker: int) -> list[int]:
    """Bring a taker's claims into an order that is the same for all who are alike."""
    return sorted(
        numbers.of_taker[taker],
        key=lambda c: (numbers.good[c], numbers.limit[c], _whole(numbers, c), c),
    )


def _whole(numbers: Scaled, claim: int) -> int:
    return numbers.worth(claim, numbers.limit[claim])
