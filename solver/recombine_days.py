"""Choose whole courier-days out of many, so that everything is brought and nobody meets.

A column is the shift of one courier with its trips and their times fixed. As in
:mod:`solver.recombine`, everything is plain integers.
"""

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

WHOLE_COLUMNS = 2_500
"""Columns up to which all of the day is chosen at once first; of larger ones only parts."""

PART_COLUMNS = 400
PART_TRIES = 20
"""Columns of the couriers whose days are chosen anew; parts in a row without a better one."""

STAGE_SHARE = 0.4

Presence = tuple[int, int, int]  # place, start, end


@dataclass(frozen=True, slots=True, kw_only=True)
class DayColumn:
    """One shift of one courier, all times fixed.

    ``key`` is the caller's name for it. ``parts`` are numbers of bags or whole tasks.
    ``presences`` are stays at places and bays alike; ``laid`` amounts by resource, which is
    whatever the caller numbers so: a shelf between two clearings in one dimension.
    """

    key: int
    vehicle: int
    parts: tuple[int, ...]
    cost: int
    presences: tuple[Presence, ...] = ()
    laid: tuple[tuple[int, int], ...] = ()
    buildings: tuple[int, ...] = ()
    cohort: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRules:
    """What holds between the days of different couriers.

    Parameters
    ----------
    penalties
        Every part, with what leaving it out costs.
    lanes, separation_s
        By place; one lane and no separation where a place is not named.
    room
        By resource, what may be laid there at most; no limit where it is not named.
    face
        Cost of each courier at a building beyond the first, or beyond ``needed``.
    """

    penalties: Mapping[int, int]
    lanes: Mapping[int, int] = field(default_factory=dict)
    separation_s: Mapping[int, int] = field(default_factory=dict)
    room: Mapping[int, int] = field(default_factory=dict)
    face: int = 0
    needed: Mapping[int, int] = field(default_factory=dict)

    def value(self, columns: Iterable[DayColumn]) -> int:
        """Give what a day costs: shifts, what is left, excess faces."""
        chosen = list(columns)
        brought = set(chain.from_iterable(c.parts for c in chosen))
        seen: dict[int, int] = {}
        for building in chain.from_iterable(set(c.buildings) for c in chosen):
            seen[building] = seen.get(building, 0) + 1
        excess = sum(max(0, n - self.needed.get(b, 1)) for b, n in seen.items())
        left = sum(price for part, price in self.penalties.items() if part not in brought)
        return sum(c.cost for c in chosen) + left + self.face * excess


def recombine_days(
    columns: Sequence[DayColumn],
    rules: DayRules,
    *,
    incumbent: Sequence[DayColumn],
    seconds: float,
    threads: int = 1,
    seed: int = 0,
    deterministic: bool = False,
) -> list[DayColumn] | None:
    """Choose at most one day for each courier: each part once, or left out at its price.

    Parameters
    ----------
    incumbent
        The best days so far, at most one for each courier, keeping the rules.
    deterministic
        Count the solver's steps instead of time; ``seconds`` is then about what it takes.

    Returns
    -------
    list of DayColumn or None
        Strictly cheaper than ``incumbent``, or None.
    """
    search = _Search(rules, seconds, threads, seed, deterministic)
    names = {(c.vehicle, c.key): c for c in [*columns, *incumbent]}
    known = [c for c in names.values() if rules.penalties.keys() >= set(c.parts)]
    best = list(incumbent)
    proven = False
    if len(known) <= WHOLE_COLUMNS:
        found, proven = _chosen(search, known, best, search.left_s() * STAGE_SHARE)
        best = found or best
    if not proven:
        best = _parts(search, known, best)
    return best if rules.value(best) < rules.value(incumbent) else None


@dataclass(slots=True)
class _Search:
    rules: DayRules
    seconds: float
    threads: int
    seed: int
    deterministic: bool
    began: float = field(default_factory=time.monotonic)
    counted: float = 0.0

    def left_s(self) -> float:
        gone = self.counted if self.deterministic else time.monotonic() - self.began
        return self.seconds - gone


def _parts(search: _Search, columns: list[DayColumn], best: list[DayColumn]) -> list[DayColumn]:
    """Free some neighbouring couriers at a time; the others keep their days."""
    rng = random.Random(search.seed)  # noqa: S311 - search, not secrets
    of_vehicle: dict[int, list[DayColumn]] = {}
    for column in columns:
        of_vehicle.setdefault(column.vehicle, []).append(column)
    calm = 0
    while search.left_s() > 0 and calm < PART_TRIES:
        free = _neighbours(of_vehicle, best, rng)
        kept = [c for c in best if c.vehicle not in free]
        offered = [*kept, *chain.from_iterable(of_vehicle[v] for v in sorted(free))]
        found, _ = _chosen(search, offered, best, STAGE_SHARE * search.left_s())
        calm = calm + 1 if found is None else 0
        best = found or best
    return best


def _neighbours(
    of_vehicle: dict[int, list[DayColumn]], best: list[DayColumn], rng: random.Random
) -> set[int]:
    """Give couriers whose other days would bring what the first one brings now."""
    bringer = {part: c.vehicle for c in best for part in c.parts}
    first = rng.choice(sorted(of_vehicle))
    free, count = {first}, len(of_vehicle[first])
    waiting = [first]
    while waiting and count < PART_COLUMNS:
        vehicle = waiting.pop(0)
        wanted = {bringer.get(p, vehicle) for c in of_vehicle[vehicle] for p in c.parts}
        near = sorted(v for v in wanted - free if v in of_vehicle)
        rng.shuffle(near)
        for other in near:
            if count >= PART_COLUMNS:
                break
            free.add(other)
            waiting.append(other)
            count += len(of_vehicle[other])
    return free


def _chosen(
    search: _Search, columns: list[DayColumn], best: list[DayColumn], seconds: float
) -> tuple[list[DayColumn] | None, bool]:
    from ortools.sat.python import cp_model  # noqa: PLC0415 - slow to load

    rules = search.rules
    model = cp_model.CpModel()
    takes = [model.new_bool_var("") for _ in columns]
    costs = [c.cost - sum(rules.penalties[p] for p in c.parts) for c in columns]
    goal: list[tuple[cp_model.IntVar, int]] = list(zip(takes, costs, strict=True))
    _bring_once(model, columns, takes)
    _keep_apart(model, rules, columns, takes)
    _fill_shelves(model, rules, columns, takes)
    _keep_cohorts(model, columns, takes)
    goal.extend(_count_faces(model, rules, columns, takes))
    model.minimize(cp_model.LinearExpr.weighted_sum([v for v, _ in goal], [w for _, w in goal]))
    standing = {(c.vehicle, c.key) for c in best}
    for take, column in zip(takes, columns, strict=True):
        model.add_hint(take, (column.vehicle, column.key) in standing)
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = search.seed
    solver.parameters.linearization_level = 2
    if search.deterministic:
        solver.parameters.max_deterministic_time = max(0.01, seconds)
        solver.parameters.num_workers = 1
    else:
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
        solver.parameters.num_workers = max(1, search.threads)
    status = solver.solve(model)
    search.counted += max(solver.response_proto.deterministic_time, 1e-3)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, False
    found = [c for take, c in zip(takes, columns, strict=True) if solver.boolean_value(take)]
    better = rules.value(found) < rules.value(best)
    return (found if better else None), status == cp_model.OPTIMAL


def _bring_once(
    model: "cp_model.CpModel", columns: list[DayColumn], takes: "list[cp_model.IntVar]"
) -> None:
    rows: dict[tuple[str, int], list[cp_model.IntVar]] = {}
    for take, column in zip(takes, columns, strict=True):
        rows.setdefault(("vehicle", column.vehicle), []).append(take)
        for part in column.parts:
            rows.setdefault(("part", part), []).append(take)
    for those in rows.values():
        if len(those) > 1:
            model.add_at_most_one(those)


def _keep_apart(
    model: "cp_model.CpModel",
    rules: DayRules,
    columns: list[DayColumn],
    takes: "list[cp_model.IntVar]",
) -> None:
    """Say for each beginning of a stay who may not all be there; as the judge counts.

    Somebody is in the way from their beginning until ``separation_s`` after their end.
    """
    stays: dict[int, list[tuple[int, int, int]]] = {}
    for number, column in enumerate(columns):
        for place, start, end in column.presences:
            stays.setdefault(place, []).append((start, end, number))
    for place, those in stays.items():
        lanes, gap = rules.lanes.get(place, 1), rules.separation_s.get(place, 0)
        cliques: set[frozenset[int]] = set()
        there: list[tuple[int, int, int]] = []
        for stay in sorted(those):
            there = [s for s in there if s[1] + gap > stay[0]]
            there.append(stay)
            cliques.add(frozenset(number for _, _, number in there))
        for clique in sorted(map(sorted, _largest(cliques))):
            if len({columns[n].vehicle for n in clique}) > lanes:
                model.add(sum(takes[n] for n in clique) <= lanes)


def _largest(cliques: set[frozenset[int]]) -> list[frozenset[int]]:
    """Leave out those that lie within the next one; stays are sorted by time, so that suffices."""
    of_member: dict[int, list[frozenset[int]]] = {}
    for clique in cliques:
        of_member.setdefault(min(clique), []).append(clique)
    kept = []
    for clique in cliques:
        around = of_member[min(clique)]
        if not any(clique < other for other in around):
            kept.append(clique)
    return kept


def _fill_shelves(
    model: "cp_model.CpModel",
    rules: DayRules,
    columns: list[DayColumn],
    takes: "list[cp_model.IntVar]",
) -> None:
    laid: dict[int, list[tuple[cp_model.IntVar, int]]] = {}
    for take, column in zip(takes, columns, strict=True):
        for resource, amount in column.laid:
            laid.setdefault(resource, []).append((take, amount))
    for resource, those in laid.items():
        room = rules.room.get(resource)
        if room is not None and sum(amount for _, amount in those) > room:
            model.add(sum(amount * take for take, amount in those) <= room)


def _keep_cohorts(
    model: "cp_model.CpModel", columns: list[DayColumn], takes: "list[cp_model.IntVar]"
) -> None:
    users: dict[int, dict[int, list[cp_model.IntVar]]] = {}
    for take, column in zip(takes, columns, strict=True):
        if column.cohort is not None:
            for place in {place for place, _, _ in column.presences}:
                users.setdefault(place, {}).setdefault(column.cohort, []).append(take)
    for cohorts in users.values():
        if len(cohorts) < 2:  # noqa: PLR2004
            continue
        used = []
        for those in cohorts.values():
            here = model.new_bool_var("")
            used.append(here)
            for take in those:
                model.add_implication(take, here)
        model.add_at_most_one(used)


def _count_faces(
    model: "cp_model.CpModel",
    rules: DayRules,
    columns: list[DayColumn],
    takes: "list[cp_model.IntVar]",
) -> "list[tuple[cp_model.IntVar, int]]":
    if not rules.face:
        return []
    seen: dict[int, list[int]] = {}
    for number, column in enumerate(columns):
        for building in set(column.buildings):
            seen.setdefault(building, []).append(number)
    counted = []
    for building, those in seen.items():
        couriers = len({columns[n].vehicle for n in those})
        free = rules.needed.get(building, 1)
        if couriers > free:
            excess = model.new_int_var(0, couriers - free, "")
            model.add(sum(takes[n] for n in those) - free <= excess)
            counted.append((excess, rules.face))
    return counted
