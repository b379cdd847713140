"""The lexicographic maximum in whole steps, level by level, proven by CP-SAT.

The lowest standing is raised as far as it goes; then as few takers as possible stay there; then
the rest is raised; and so on. Counting how many stay at each level decides the order without
fixing who they are (Ogryczak and Śliwiński, *On solving linear programs with the ordered
weighted averaging objective*, EJOR 148, 2003; Ogryczak, Pióro and Tomaszewski, *Telecommunications
network design and max-min optimization problem*, JTIT 3/2005, for discrete problems).
"""

from typing import TYPE_CHECKING

from solver.sharing.scale import Scaled

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


class Model:
    """CP-SAT's model of a component, and the levels found so far.

    ``linear`` leans on linear programs rather than on probing, which many takers make slow.
    """

    def __init__(self, numbers: Scaled, hint: list[int], *, linear: bool = False) -> None:
        from ortools.sat.python import cp_model  # noqa: PLC0415 - slow to load

        self.numbers = numbers
        self.linear = linear
        self.cp = cp_model
        self.model = cp_model.CpModel()
        self.steps: list[cp_model.IntVar] = []
        self.rests: list[cp_model.IntVar | None] = []
        self.levels: list[list[cp_model.IntVar]] = [[] for _ in numbers.start]
        self.work = 0.0
        for claim in range(len(numbers.taker)):
            self._add_claim(claim)
        self._keep_to_stock()
        self.high = [self._standing(taker) for taker in range(len(numbers.start))]
        self._order_twins()
        self.given = hint

    def _add_claim(self, claim: int) -> None:
        n = self.numbers
        whole, rest = divmod(n.limit[claim], n.step[claim])
        steps = self.model.new_int_var(0, whole, f"s{claim}")
        self.steps.append(steps)
        if not rest:
            self.rests.append(None)
            return
        last = self.model.new_bool_var(f"r{claim}")
        self.rests.append(last)
        self.model.add(steps == whole).only_enforce_if(last)

    def amount(self, claim: int) -> "cp_model.LinearExpr":
        """Say what a claim gets, as an expression."""
        n = self.numbers
        last = self.rests[claim]
        pieces = [self.steps[claim]] + ([] if last is None else [last])
        return self._sum(pieces, [n.step[claim], n.limit[claim] % n.step[claim]])

    def _keep_to_stock(self) -> None:
        for good, claims in enumerate(self.numbers.of_good):
            self.model.add(sum(map(self.amount, claims)) <= self.numbers.stock[good])

    def _standing(self, taker: int) -> "cp_model.LinearExpr":
        n = self.numbers
        claims = n.of_taker[taker]
        lasts = [(c, last) for c in claims if (last := self.rests[c]) is not None]
        pieces = [self.steps[c] for c in claims] + [last for _, last in lasts]
        gains = [n.gain[c] for c in claims] + [n.rest_gain[c] for c, _ in lasts]
        if not n.empty[taker]:
            return self._sum(pieces, gains, n.start[taker])
        some = self.model.new_bool_var(f"some{taker}")
        self.model.add(sum(pieces) >= 1).only_enforce_if(some)
        self.model.add(sum(pieces) == 0).only_enforce_if(some.negated())
        return self._sum([*pieces, some], [*gains, n.floor], n.start[taker] - n.floor)

    def _sum(
        self, terms: list["cp_model.IntVar"], factors: list[int], constant: int = 0
    ) -> "cp_model.LinearExpr":
        weighted = self.cp.LinearExpr.weighted_sum(terms, factors[: len(terms)])
        total: cp_model.LinearExpr = weighted + constant
        return total

    def _order_twins(self) -> None:
        """Of takers that are alike the earlier is never worse off: so the draw decides."""
        n = self.numbers
        last_of: dict[object, int] = {}
        for taker, claims in enumerate(n.of_taker):
            alike = (
                n.start[taker],
                n.empty[taker],
                tuple(sorted((n.good[c], n.step[c], n.limit[c], n.gain[c]) for c in claims)),
            )
            if alike in last_of:
                self.model.add(self.high[last_of[alike]] >= self.high[taker])
            last_of[alike] = taker

    def raise_rest(self, most: int, least: int, budget: float) -> tuple[int, bool]:
        """Raise all who have no level yet; return how far, and whether that is proven."""
        model = self.model.clone()
        bound = model.new_int_var(least, max(least, most), "level")
        for taker, high in enumerate(self.high):
            if not self.levels[taker]:
                model.add(high >= bound)
            else:
                model.add(high >= bound).only_enforce_if(
                    [stays.negated() for stays in self.levels[taker]]
                )
        model.maximize(bound)
        value, proven = self._solve(model, budget)
        return (least if value is None else value), proven

    def keep_few(self, level: int, budget: float) -> tuple[int, bool]:
        """Let as few as possible stay at a level, all others above it; fix their number."""
        stays = []
        for taker, high in enumerate(self.high):
            here = self.model.new_bool_var(f"at{level}_{taker}")
            earlier = [one.negated() for one in self.levels[taker]]
            self.model.add(high >= level).only_enforce_if(earlier)
            self.model.add(high >= level + 1).only_enforce_if([*earlier, here.negated()])
            for one in self.levels[taker]:
                self.model.add_implication(one, here.negated())
            self.levels[taker].append(here)
            stays.append(here)
        model = self.model.clone()
        model.minimize(sum(stays))
        value, proven = self._solve(model, budget)
        count = len(stays) if value is None else value
        self.model.add(sum(stays) <= count)
        return count, proven

    def least(self, total: "cp_model.LinearExpr", budget: float) -> tuple[int | None, bool]:
        """Make an expression as small as it can be; return its value, and whether it is proven."""
        model = self.model.clone()
        model.minimize(total)
        return self._solve(model, budget)

    def prefer_earlier(self, budget: float) -> None:
        """Among sharings with these levels let earlier takers stand at the higher ones.

        Without this it would depend on the search who of equals goes first.
        """
        model = self.model.clone()
        terms, ranks = [], []
        for taker, levels in enumerate(self.levels):
            model.add_exactly_one(levels)
            terms += levels
            ranks += [rank * (len(self.levels) - taker) for rank in range(len(levels))]
        model.maximize(self.cp.LinearExpr.weighted_sum(terms, ranks))
        self._solve(model, budget)

    def _solve(self, model: "cp_model.CpModel", budget: float) -> tuple[int | None, bool]:
        n = self.numbers
        for claim, quantity in enumerate(self.given):
            whole, rest = divmod(quantity, n.step[claim])
            model.add_hint(self.steps[claim], whole)
            last = self.rests[claim]
            if last is not None:
                model.add_hint(last, bool(rest))
        solver = self.cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = max(0.01, budget - self.work)
        if self.linear:
            solver.parameters.linearization_level = 2
            solver.parameters.cp_model_probing_level = 0
            solver.parameters.symmetry_level = 0
        status = solver.solve(model)
        self.work += solver.deterministic_time
        if status not in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            return None, False
        self.given = [int(solver.value(self.amount(c))) for c in range(len(self.steps))]
        return round(solver.objective_value), status == self.cp.OPTIMAL


def solved(numbers: Scaled, start: list[int], budget: float) -> tuple[list[int], bool, int, float]:
    """Share a component best, starting from a sharing.

    Parameters
    ----------
    budget
        Deterministic time of CP-SAT: the same on any machine.

    Returns
    -------
    tuple
        Amounts by claim; whether they are proven best; what the lowest standing cannot exceed;
        the deterministic time that was used.
    """
    model = Model(numbers, start)
    everything = numbers.standings(numbers.limit)
    open_takers = len(everything)
    best, bound = start, min(everything, default=0)
    first, proven = True, True
    known = sorted(numbers.standings(start))
    while open_takers:
        least = known[len(known) - open_takers] if known else 0
        level, proven = model.raise_rest(max(everything), least, budget)
        best = _better(numbers, best, model.given)
        if not proven:
            break
        if first:
            bound, first = level, False
        count, proven = model.keep_few(level, budget)
        best = _better(numbers, best, model.given)
        if not proven:
            break
        open_takers -= count
        known = sorted(numbers.standings(model.given))
    if proven:
        model.prefer_earlier(budget)
        best = _better(numbers, best, model.given)
    return best, proven, bound, model.work


def _better(numbers: Scaled, one: list[int], other: list[int]) -> list[int]:
    higher = sorted(numbers.standings(other)) >= sorted(numbers.standings(one))
    return other if higher else one
