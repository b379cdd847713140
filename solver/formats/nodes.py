"""The nodes of a VRPLIB file: depots and clients, in the solver's integers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from solver.formats.families import FloatArray, Rounding
from solver.formats.faults import Faults
from solver.formats.fleets import Fleet, held_skills, needed_skills
from solver.formats.sections import LARGEST, Document, column, table, whole
from solver.formats.values import TIME_MAX
from solver.problem import HORIZON_S, IntMatrix, Job, Shipment, ShipmentStep, Vehicle, Window

_PAIRS: Final = "PICKUP_AND_DELIVERY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """What is known per node, as in the file; arrays over all nodes, depots included."""

    depots: tuple[int, ...]
    demand: FloatArray
    backhaul: FloatArray
    service: FloatArray
    windows: FloatArray | None
    prize: FloatArray
    release: FloatArray
    partner: tuple[int, ...]  # the node where what is fetched here goes; 0 where nothing is

    @property
    def clients(self) -> list[int]:
        """The nodes that are no depots."""
        return [node for node in range(len(self.demand)) if node not in self.depots]


def read_nodes(document: Document, size: int, faults: Faults) -> Nodes:
    """Read depots and clients."""
    depots = _depots(document, size, faults)
    if f"{_PAIRS}_SECTION" in document.sections:
        return _paired(document, size, depots, faults)
    if "DEMAND" in document and "LINEHAUL" in document:
        faults.add("LINEHAUL_SECTION", "section.twice", "DEMAND_SECTION says the same: keep one")
    demand = "LINEHAUL" if "LINEHAUL" in document else "DEMAND"
    windows = None
    if "TIME_WINDOW" in document:
        windows = table(document, "TIME_WINDOW", (size, 2), faults)
        _windows_ordered("TIME_WINDOW_SECTION", windows, faults)
    return Nodes(
        depots=depots,
        demand=column(document, demand, size, faults),
        backhaul=column(document, "BACKHAUL", size, faults),
        service=column(document, "SERVICE_TIME", size, faults),
        windows=windows,
        prize=column(document, "PRIZE", size, faults),
        release=column(document, "RELEASE_TIME", size, faults),
        partner=(0,) * size,
    )


def _depots(document: Document, size: int, faults: Faults) -> tuple[int, ...]:
    rows = document.rows("DEPOT")
    found: list[int] = []
    for at, word in ((row.at, word) for row in rows for word in row.words):
        if word == "-1":
            break
        node = whole(word, at, faults, least=1, most=size) - 1
        if node in found:
            faults.add(at, "row.twice", f"{word} is there twice: keep one")
        else:
            found.append(node)
    if rows and not found:
        faults.add("DEPOT_SECTION", "depot.missing", "name the nodes that are depots")
    return tuple(found) or (0,)  # who says nothing starts at the first node


def _windows_ordered(section: str, windows: FloatArray, faults: Faults) -> None:
    for node in np.flatnonzero(windows[:, 0] > windows[:, 1]):
        low, high = windows[node]
        what = f"node {node + 1}: the window ends at {high:g} before it starts at {low:g}"
        faults.add(section, "window.reversed", what)


def _paired(document: Document, size: int, depots: tuple[int, ...], faults: Faults) -> Nodes:
    """Read pickups and deliveries; partners are numbered as nodes are, 0 for none."""
    rows = table(document, _PAIRS, (size, 6), faults, least=-LARGEST)
    nothing = np.zeros(size)
    partner = [0] * size
    for node, row in enumerate(rows):
        pickup, delivery = float(row[4]), float(row[5])
        place = f"{_PAIRS}_SECTION node {node + 1}"
        if min(row[1:]) < 0:
            faults.add(place, "number.negative", "times and partners are 0 or more")
        elif delivery and not pickup and _fetches(rows, node, delivery, place, faults):
            partner[node] = int(delivery) - 1
        elif bool(pickup) == bool(delivery) and node not in depots:
            faults.add(place, "pair.wrong", "name either its pickup or its delivery")
    _windows_ordered(f"{_PAIRS}_SECTION", rows[:, 1:3], faults)
    taken = [node for node, row in enumerate(rows) if row[4]]
    if len(faults) == 0 and sorted(p for p in partner if p) != taken:
        faults.add(f"{_PAIRS}_SECTION", "pair.wrong", "a delivery has no pickup, or several")
    return Nodes(
        depots=depots,
        demand=np.maximum(rows[:, 0], 0),
        backhaul=nothing,
        service=np.maximum(rows[:, 3], 0),
        windows=rows[:, 1:3],
        prize=nothing,
        release=nothing,
        partner=tuple(partner),
    )


def _fetches(rows: FloatArray, node: int, delivery: float, place: str, faults: Faults) -> bool:
    if delivery not in range(1, len(rows) + 1):
        faults.add(place, "pair.unknown", f"there is no node {delivery:g}")
    elif rows[int(delivery) - 1, 4] != node + 1:
        faults.add(place, "pair.wrong", f"node {delivery:g} does not name it in turn")
    elif rows[node, 0] < 0 or rows[int(delivery) - 1, 0] != -rows[node, 0]:
        faults.add(place, "pair.amount", f"node {delivery:g} does not take what is fetched")
    else:
        return True
    return False


def amount_scale(nodes: Nodes, fleet: Fleet, faults: Faults) -> int:
    """Find the power of ten by which amounts become whole."""
    stated = [nodes.demand, nodes.backhaul]
    stated += [fleet.capacity] if fleet.capacity is not None else []
    amounts = np.concatenate(stated)
    for scale in (1, 10, 100, 1000):
        if np.allclose(amounts * scale, np.rint(amounts * scale), rtol=0, atol=1e-6):
            return scale
    faults.add("DEMAND_SECTION", "number.not-integer", "amounts have more than three decimals")
    return 1


class Scaled:
    """Nodes and fleet in the solver's integers."""

    def __init__(
        self, nodes: Nodes, fleet: Fleet, rounding: Rounding, longest_arc: int, amounts: int
    ) -> None:
        self.nodes, self.fleet, self.rounding, self.amounts = nodes, fleet, rounding, amounts
        self.service = rounding.integers(nodes.service.copy())
        self.release = rounding.integers(nodes.release.copy())
        self.prize = rounding.integers(nodes.prize.copy())
        self.windows: IntMatrix | None = None
        if nodes.windows is not None:
            self.windows = rounding.integers(nodes.windows.copy())
        # Without windows nothing may come too late: the longest possible tour ends before.
        longest = longest_arc * (len(self.service) + 1) * 2
        longest += int(self.service.sum() + self.release.max())
        self.latest = min(max(HORIZON_S, longest), TIME_MAX)

    def jobs(self, *, linehaul_first: bool) -> tuple[Job, ...]:
        """Give a job for each client that is no end of a shipment."""
        needs = needed_skills(self.fleet, len(self.service))
        pairs = ((node, other) for node, other in enumerate(self.nodes.partner) if other)
        paired = {end for pair in pairs for end in pair}
        return tuple(
            Job(
                id=node,
                location=node,
                service_s=int(self.service[node]),
                delivery=(self._amount(self.nodes.demand[node]),),
                pickup=(self._amount(self.nodes.backhaul[node]),),
                skills=needs[node],
                windows=self._windows(node),
                zone=int(linehaul_first and self.nodes.backhaul[node] > 0),
                release_s=int(self.release[node]),
                prize=int(self.prize[node]) or None,
            )
            for node in self.nodes.clients
            if node not in paired
        )

    def shipments(self) -> tuple[Shipment, ...]:
        """Give what is fetched at one client and brought to another."""
        return tuple(
            Shipment(
                pickup=self._end(node),
                delivery=self._end(other),
                amount=(self._amount(self.nodes.demand[node]),),
            )
            for node, other in enumerate(self.nodes.partner)
            if other
        )

    def _end(self, node: int) -> ShipmentStep:
        service, windows = int(self.service[node]), self._windows(node)
        return ShipmentStep(id=node, location=node, service_s=service, windows=windows)

    def _amount(self, value: float) -> int:
        return round(float(value) * self.amounts)

    def _windows(self, node: int) -> tuple[Window, ...]:
        if self.windows is None:
            return ()
        return ((int(self.windows[node, 0]), int(self.windows[node, 1])),)

    def vehicles(self, profiles: Sequence[str], longest: float | None) -> tuple[Vehicle, ...]:
        """Give the fleet; ``longest`` is the longest route of every vehicle, service included."""
        fleet, size = self.fleet, len(self.service)
        everything = self._amount(self.nodes.demand.sum() + self.nodes.backhaul.sum())
        skills = held_skills(fleet, size)
        found = []
        for k in range(fleet.count):
            depot, reloads = fleet.depots[k], fleet.max_reloads[k]
            points = fleet.reload_depots[k] if fleet.reload_depots else ()
            limit = self._limit(fleet.max_duration, k)
            limits = [limit] if limit is not None else []
            limits += [] if longest is None else [self.rounding.integer(longest)]
            capacity = everything if fleet.capacity is None else self._amount(fleet.capacity[k])
            found.append(
                Vehicle(
                    id=k + 1,
                    profile=profiles[k],
                    start=depot,
                    end=depot,
                    capacity=(capacity,),
                    skills=skills[k],
                    window=next(iter(self._windows(depot)), (0, self.latest)),
                    points=points,
                    max_trips=1 if not points else size if reloads is None else reloads + 1,
                    fixed_cost=self._limit(fleet.fixed_cost, k) or 0,
                    max_distance_m=self._limit(fleet.max_distance, k),
                    max_duration_s=min(limits, default=None),
                )
            )
        return tuple(found)

    def _limit(self, values: FloatArray | None, vehicle: int) -> int | None:
        return None if values is None else self.rounding.integer(float(values[vehicle]))
