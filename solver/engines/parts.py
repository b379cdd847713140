"""Problems that fall apart: parts that share no courier, slot, building or bay."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from solver.engines.compiled import layout as at
from solver.engines.compiled.build import build
from solver.engines.compiled.layout import Inst, Ints
from solver.engines.instance import Instance, prepare

FEWEST_TASKS = 120
"""Smaller problems are searched whole."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a problem; vehicles, stops and points by their numbers in the whole."""

    inst: Inst
    vehicles: Ints
    stops: Ints
    points: Ints
    tasks: int

    def own(self, rows: Ints) -> Ints:
        """Give the part's share of the whole's rows, in its own numbers."""
        mine = rows[np.isin(rows[:, at.Q_VEH], self.vehicles)].copy()
        mine[:, at.Q_VEH] = np.searchsorted(self.vehicles, mine[:, at.Q_VEH])
        visits = mine[:, at.Q_STOP] >= 0
        mine[visits, at.Q_STOP] = np.searchsorted(self.stops, mine[visits, at.Q_STOP])
        mine[~visits, at.Q_PT] = np.searchsorted(self.points, mine[~visits, at.Q_PT])
        return mine

    def whole(self, rows: Ints) -> Ints:
        """Give the part's rows in the whole's numbers."""
        made = rows.copy()
        made[:, at.Q_VEH] = self.vehicles[made[:, at.Q_VEH]]
        visits = made[:, at.Q_STOP] >= 0
        made[visits, at.Q_STOP] = self.stops[made[visits, at.Q_STOP]]
        made[~visits, at.Q_PT] = self.points[made[~visits, at.Q_PT]]
        return made


def parts_of(instance: Instance, inst: Inst) -> list[Part]:
    """Give the parts, largest first; one or none where the problem hangs together.

    Locked steps and evenness of work tie everything together.
    """
    if (
        len(instance.tasks) < FEWEST_TASKS
        or inst.flags[at.F_BALANCE]
        or any(instance.locked)
        or not inst.flags[at.F_MULTI]
    ):
        return []
    group = _groups(instance)
    fleet = len(instance.vehicles)
    numbers = sorted({group[fleet + t.index] for t in instance.tasks if t.eligible})
    if len(numbers) < 2:  # noqa: PLR2004
        return []
    made = [_part(instance, inst, group, number) for number in numbers]
    made.sort(key=lambda p: -p.tasks)
    return made


def _groups(instance: Instance) -> list[int]:
    """Join vehicles (first) and tasks that have to do with one another."""
    fleet = len(instance.vehicles)
    above = list(range(fleet + len(instance.tasks)))

    def root(i: int) -> int:
        while above[i] != i:
            above[i] = above[above[i]]
            i = above[i]
        return i

    for i, j in _ties(instance):
        above[root(i)] = root(j)
    return [root(i) for i in range(len(above))]


def _ties(instance: Instance) -> Iterator[tuple[int, int]]:
    fleet = len(instance.vehicles)
    first: dict[tuple[str, object], int] = {}
    seen: set[int] = set()
    for task in instance.tasks:
        node = fleet + task.index
        names: list[tuple[str, object]] = [("eligible", id(task.eligible))]
        if task.building is not None:
            names.append(("building", task.building))
        names.extend(("place", s.place) for s in task.stops if s.place >= 0)
        for name in names:
            yield node, first.setdefault(name, node)
        yield from ((node, vehicle) for vehicle, _ in task.wishes)
        if id(task.eligible) not in seen:
            seen.add(id(task.eligible))
            yield from ((node, vehicle) for vehicle in task.eligible)
    bays = {b.location for b in instance.problem.bays}
    for i, v in enumerate(instance.vehicles):
        for point in v.points:
            if point in bays:
                yield i, first.setdefault(("bay", point), i)


def _part(instance: Instance, inst: Inst, group: list[int], number: int) -> Part:
    fleet = len(instance.vehicles)
    vehicles = [i for i in range(fleet) if group[i] == number]
    tasks = [t for t in instance.tasks if group[fleet + t.index] == number]
    chosen = {t.index for t in tasks}
    jobs = len(instance.problem.jobs)
    problem = replace(
        instance.problem,
        vehicles=tuple(instance.problem.vehicles[i] for i in vehicles),
        jobs=tuple(j for i, j in enumerate(instance.problem.jobs) if i in chosen),
        shipments=tuple(s for i, s in enumerate(instance.problem.shipments) if jobs + i in chosen),
    )
    of_task = inst.stop[:, at.S_TASK]
    known = inst.ptloc.tolist()
    mine = sorted({p for i in vehicles for p in instance.vehicles[i].points})
    return Part(
        inst=_sharing(build(prepare(problem)), inst, vehicles),
        vehicles=np.array(vehicles, np.int64),
        stops=np.flatnonzero(np.isin(of_task, sorted(chosen))).astype(np.int64),
        points=np.array([known.index(p) for p in mine], np.int64),
        tasks=len(tasks),
    )


def _sharing(part: Inst, whole: Inst, vehicles: list[int]) -> Inst:
    """Let a part read the whole's matrices: each part's own would be as large as the whole's."""
    part.veh[:, at.V_K] = whole.veh[vehicles, at.V_K]
    part.flags[at.F_TURNED] = whole.flags[at.F_TURNED]
    return part._replace(
        dur=whole.dur,
        cost=whole.cost,
        dur_to=whole.dur_to,
        cost_to=whole.cost_to,
        dist=whole.dist,
    )
