"""Split an order over suppliers at least cost, with a proof (OR-Tools, CP-SAT).

One cover is chosen for each item, as in the facility location of Balinski (Integer programming:
methods, uses, computation, Management Science 12, 1965), with suppliers for facilities and one
round of vans over those that are open. Covers instead of single cases make the relaxation so
tight that hundreds of items are proven in a second or two.
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from solver.buying.covers import Cover, Covers, covers_of, limited
from solver.buying.problem import UNLIMITED, Buying, Choice, Ints, Weights
from solver.buying.start import first_choice

_EFFORT: float = 0.6
"""Deterministic time of CP-SAT for one question: the same on every machine, about seconds."""

OPTIONS = ("cheap", "contact", "balanced")

CONTACT_FACTOR = 10
"""So many times its price is what contact counts where little contact is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What may be bought: at least cost, with little contact, and weighed."""

    cheap: Choice
    contact: Choice
    balanced: Choice

    def named(self, name: str) -> Choice:
        """Return the option of a name out of :data:`OPTIONS`."""
        if name not in OPTIONS:
            raise KeyError(name)
        choice: Choice = getattr(self, name)
        return choice


def split(
    buying: Buying, weights: Weights, *, effort: float = _EFFORT, time_limit_s: float = 60.0
) -> Options:
    """Choose suppliers and cases three times, with three opinions on contact.

    In all of them the least possible shortage comes first. ``cheap`` then looks at goods and
    ways alone, ``balanced`` at contact, too, at its price, ``contact`` at ten times the price.

    Parameters
    ----------
    effort
        Deterministic seconds for each question; the same arrays give the same answer.
    time_limit_s
        Wall clock for all of it, a safety net far above the usual.
    """
    until = time.monotonic() + time_limit_s
    tied = limited(buying)
    covers = [covers_of(buying, n, limited=tied) for n in range(len(buying.demand))]
    asked = _Question(buying, covers, effort, until)
    free = replace(weights, shop_fen=0, buyer_fen=0)
    dear = replace(
        weights,
        shop_fen=CONTACT_FACTOR * weights.shop_fen,
        buyer_fen=CONTACT_FACTOR * weights.buyer_fen,
    )
    return Options(
        cheap=asked.answer(free),
        contact=asked.answer(dear),
        balanced=asked.answer(weights),
    )


@dataclass(slots=True)
class _Question:
    buying: Buying
    covers: list[Covers]
    effort: float
    until: float
    least: tuple[int, dict[int, int]] | None = None  # the smallest shortage, and how it is met

    def answer(self, weights: Weights) -> Choice:
        """Choose without the suppliers' limits; where that breaks one, again with them."""
        began = time.monotonic()
        loose = self._solved(weights, limits=False)
        choice = loose
        if not within_limits(self.buying, loose):
            choice = self._solved(weights, limits=True)
            if not all(one.every for one in self.covers):
                # less is bought than without limits: then it says nothing of the cost
                same = bool((choice.short <= loose.short).all())
                choice = replace(
                    choice, bound_fen=min(choice.bound_fen, loose.bound_fen) if same else 0
                )
        if not all(one.complete for one in self.covers):
            least = sum(min((c.goods_fen for c in one.best if not c.short), default=0)
                        for one in self.covers)  # fmt: skip
            choice = replace(choice, bound_fen=min(choice.bound_fen, least))
        return replace(choice, seconds=round(time.monotonic() - began, 3))

    def _solved(self, weights: Weights, *, limits: bool) -> Choice:
        master = _Master(self.buying, self.covers, weights, limits=limits)
        master.effort, master.until = self.effort, self.until
        if limits:
            if self.least is None:
                master.begin_with_limits()
                self.least = (master.smallest(master.shortage), master.hint)
            most, master.hint = self.least
            master.model.add(master.shortage <= most)
        return master.choice()


class _Master:
    """One cover for each item, a switch for each supplier, a round over those that are on."""

    effort = _EFFORT
    until = float("inf")

    def __init__(
        self, buying: Buying, covers: list[Covers], weights: Weights, *, limits: bool
    ) -> None:
        self.buying, self.weights, self.limits = buying, weights, limits
        self.model = cp_model.CpModel()
        self.open = [self.model.new_bool_var(f"open{s}") for s in range(buying.suppliers)]
        self.fixed_fen = 0
        self.goods: list[tuple[int, cp_model.IntVar]] = []
        self.short: list[tuple[int, cp_model.IntVar]] = []
        self.uses: dict[tuple[int, int], list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
        self.picked = [self._item(n, _kept(one, limits=limits)) for n, one in enumerate(covers)]
        self.buyers = [self._supplier(s) for s in range(buying.suppliers)]
        self.arcs = self._round()
        self.hint: dict[int, int] = {}

    def _item(self, item: int, covers: list[Cover]) -> list[tuple[cp_model.IntVar, Cover]]:
        least = min((c.goods_fen for c in covers), default=0)
        self.fixed_fen += least
        chosen = []
        for n, cover in enumerate(covers):
            taken = self.model.new_bool_var(f"i{item}c{n}")
            chosen.append((taken, cover))
            self.goods.append((cover.goods_fen - least, taken))
            if cover.short:
                self.short.append((self.buying.shortage(item, cover.short), taken))
            for supplier, cases in cover.cases:
                self.uses[item, supplier].append((cases, taken))
        self.model.add_exactly_one(taken for taken, _ in chosen)
        for supplier in sorted(set().union(*(cover.support for cover in covers))):
            used = [taken for _, taken in self.uses[item, supplier]]
            self.model.add(sum(used) <= self.open[supplier])
        return chosen

    def _supplier(self, supplier: int) -> cp_model.IntVar | None:
        buying, weights = self.buying, self.weights
        mine = [
            (item, cases, taken)
            for (item, s), uses in self.uses.items()
            if s == supplier
            for cases, taken in uses
        ]
        lines = sum(taken for _, _, taken in mine)
        # a supplier from which nothing is bought is not visited
        self.model.add(lines >= self.open[supplier])
        buyers = None
        if buying.entered[supplier]:
            items = len({item for item, _, _ in mine})
            most = weights.buyers(items, entered=True)
            buyers = self.model.new_int_var(0, most, f"buyers{supplier}")
            self.model.add(lines <= weights.lines_per_buyer * buyers)
            self.model.add(buyers >= self.open[supplier])
        if not self.limits:
            return buyers
        value = sum(
            int(buying.price_fen[item, supplier]) * cases * taken for item, cases, taken in mine
        )
        self.model.add(value >= int(buying.minimum_fen[supplier]) * self.open[supplier])
        if buying.cases_max[supplier] != UNLIMITED:
            all_cases = sum(cases * taken for _, cases, taken in mine)
            self.model.add(all_cases <= int(buying.cases_max[supplier]))
        if buyers is not None and buying.buyers_max[supplier] != UNLIMITED:
            self.model.add(buyers <= int(buying.buyers_max[supplier]))
        return buyers

    def _round(self) -> list[tuple[int, int, cp_model.IntVar]]:
        nodes = range(self.buying.suppliers + 1)
        arcs = []
        for a in nodes:
            for b in nodes:
                arc = self.model.new_bool_var(f"way{a}-{b}")
                arcs.append((a, b, arc))
                if a == b and a:
                    self.model.add(arc == 1 - self.open[a - 1])
                elif a == b:
                    for shop in self.open:
                        self.model.add_implication(arc, ~shop)
        self.model.add_circuit(arcs)
        return arcs

    @property
    def shortage(self) -> Any:
        return sum(weight * taken for weight, taken in self.short)

    @property
    def contact(self) -> Any:
        shops = sum(o for o, e in zip(self.open, self.buying.entered, strict=True) if e)
        buyers = sum(b for b in self.buyers if b is not None)
        return self.weights.shop_fen * shops + self.weights.buyer_fen * buyers

    @property
    def cost(self) -> Any:
        ways = self.weights.way_fen(self.buying.distance_m)
        return (
            sum(more * taken for more, taken in self.goods)
            + sum(int(ways[a, b]) * arc for a, b, arc in self.arcs if a != b)
            + self.weights.stop_fen * sum(self.open)
        )

    def begin_with_limits(self) -> None:
        """Hint at a whole choice that keeps every limit."""
        covers = [[cover for _, cover in mine] for mine in self.picked]
        numbers = first_choice(self.buying, covers, self.weights)
        used: dict[int, int] = defaultdict(int)
        for mine, number in zip(self.picked, numbers, strict=True):
            for n, (taken, _) in enumerate(mine):
                self.hint[taken.index] = int(n == number)
            for supplier, _ in mine[number][1].cases:
                used[supplier] += 1
        for supplier, shop in enumerate(self.open):
            self.hint[shop.index] = int(supplier in used)
            if (sent := self.buyers[supplier]) is not None:
                self.hint[sent.index] = self.weights.buyers(used[supplier], entered=True)
        stops = [0, *(s + 1 for s in sorted(s for s in used if used[s])), 0]
        ways = set(pairwise(stops))
        for a, b, arc in self.arcs:
            alone = a == b and (a == 0 or not used.get(a - 1))
            self.hint[arc.index] = int((a, b) in ways or (alone and (a > 0 or len(stops) == 2)))  # noqa: PLR2004

    def smallest(self, goal: Any) -> int:
        """Say how small something can be, and remember how."""
        found = self._run(goal)
        return sum(weight for weight, taken in self.short if found.took(taken))

    def choice(self) -> Choice:
        """Find the cheapest."""
        found = self._run(self.cost + self.contact)
        buying = self.buying
        cases = np.zeros(buying.case_base.shape, dtype=np.int64)
        for item, covers in enumerate(self.picked):
            for taken, cover in covers:
                if found.took(taken):
                    for supplier, count in cover.cases:
                        cases[item, supplier] = count
        made = priced_choice(buying, cases, self._tour(found), self.weights)
        bound = 0 if found.bound is None else self.fixed_fen + found.bound
        return replace(made, bound_fen=min(max(0, bound), made.cost_fen))

    def _tour(self, found: "_Found") -> tuple[int, ...]:
        after = {a: b for a, b, arc in self.arcs if a != b and found.took(arc)}
        tour, at = [], after.get(0, 0)
        while at:
            tour.append(at - 1)
            at = after[at]
        return tuple(tour)

    def _run(self, goal: Any) -> "_Found":
        self.model.minimize(goal)
        self.model.clear_hints()
        for index, value in self.hint.items():
            self.model.add_hint(self.model.get_int_var_from_proto_index(index), value)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2
        solver.parameters.random_seed = 1
        # the covers are as tight as they can be: looking for more of it costs more than the search
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        solver.parameters.max_presolve_iterations = 1
        solver.parameters.presolve_inclusion_work_limit = 0
        solver.parameters.max_deterministic_time = self.effort
        solver.parameters.max_time_in_seconds = max(0.5, self.until - time.monotonic())
        status = solver.solve(self.model)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self.hint = dict(enumerate(solver.response_proto.solution))
            return _Found(self.hint, int(-(-solver.best_objective_bound // 1)))
        if not self.hint:
            msg = f"no choice of suppliers was found in time: {solver.status_name(status)}"
            raise TimeoutError(msg)
        return _Found(self.hint, None)  # what it began with is whole


@dataclass(frozen=True, slots=True)
class _Found:
    values: dict[int, int]  # by number of the variable
    bound: int | None

    def took(self, variable: cp_model.IntVar) -> bool:
        return bool(self.values[variable.index])


def _kept(covers: Covers, *, limits: bool) -> list[Cover]:
    """Without limits the least shortage of each item can be had, so nothing else is looked at."""
    if limits:
        return covers.wide
    least = min(cover.short for cover in covers.best)
    return [cover for cover in covers.best if cover.short == least]


def priced_choice(buying: Buying, cases: Ints, tour: Iterable[int], weights: Weights) -> Choice:
    """Price cases and a round by their arrays alone; the bound is not known, the cost its own."""
    order = tuple(tour)
    used = [int((cases[:, s] > 0).sum()) for s in range(buying.suppliers)]
    buyers = tuple(
        weights.buyers(lines, entered=bool(entered))
        for lines, entered in zip(used, buying.entered, strict=True)
    )
    shops = sum(1 for lines, e in zip(used, buying.entered, strict=True) if lines and e)
    stops = [0, *(s + 1 for s in order), 0]
    legs = [(a, b) for a, b in pairwise(stops) if a != b]
    ways = weights.way_fen(buying.distance_m)
    goods = int((cases * buying.price_fen).sum())
    ways_fen = sum(int(ways[a, b]) for a, b in legs) + weights.stop_fen * len(order)
    met = weights.shop_fen * shops + weights.buyer_fen * sum(buyers)
    bought = (cases * buying.case_base).sum(axis=1)
    return Choice(
        cases=cases,
        short=np.maximum(0, buying.demand - bought),
        tour=order,
        goods_fen=goods,
        ways_fen=ways_fen,
        distance_m=sum(int(buying.distance_m[a, b]) for a, b in legs),
        shops=shops,
        buyers=buyers,
        cost_fen=goods + ways_fen + met,
        bound_fen=goods + ways_fen + met,
        seconds=0.0,
    )


def within_limits(buying: Buying, choice: Choice) -> bool:
    """Say whether smallest orders and what suppliers serve in their hours are kept."""
    spent = (choice.cases * buying.price_fen).sum(axis=0)
    taken = choice.cases.sum(axis=0)
    buyers = np.array(choice.buyers, dtype=np.int64)
    return bool(
        ((taken == 0) | (spent >= buying.minimum_fen)).all()
        and ((buying.cases_max == UNLIMITED) | (taken <= buying.cases_max)).all()
        and ((buying.buyers_max == UNLIMITED) | (buyers <= buying.buyers_max)).all()
    )
