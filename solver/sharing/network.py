"""Steps that count alike: the lexicographic maximum in whole steps as flows, exact at any size.

Where each good goes by equal steps, and each taker gains the same by a step of whatever it asks,
how many steps takers can have together is an integral polymatroid (flows from takers to goods).
A taker's gain falls from step to step in the lexicographic sense, so the greedy choice is best:
of all next steps the one whose taker stands lowest, of equals the one that gains most; a step
that flows refuse is refused for good (Federgruen and Groenevelt, *The greedy procedure for
resource allocation problems*, Operations Research 34/6, 1986; Megiddo, *Optimal flows in networks
with multiple sources and sinks*, Mathematical Programming 7, 1974; Frank and Murota, *Decreasing
minimization on M-convex sets*, Mathematical Programming 195, 2022). Flows take many of these
choices at once.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from solver.sharing.scale import Scaled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]

_LARGEST = 5_000_000  # steps in all: each has its place in the greedy order
WORK = 60_000_000
"""Arcs in all flows together: a count, so that the same input ends alike."""


def uniform(numbers: Scaled) -> bool:
    """Say whether goods go by equal steps and takers gain the same by each of their steps."""
    n = numbers
    alike = all(len({n.gain[c] for c in of}) <= 1 for of in n.of_taker)
    even = all(len({n.step[c] for c in of}) <= 1 for of in n.of_good)
    small = sum(limit // step for limit, step in zip(n.limit, n.step, strict=True)) <= _LARGEST
    return alike and even and small and not any(n.rest_gain)


@dataclass(slots=True)
class _Flows:
    """Takers, goods and the most that flows between them, in steps.

    Claims of a taker on the same good are one arc. Nodes: takers, goods, source, sink.
    """

    takers: int
    goods: int
    tail: "Places"
    head: "Places"
    most: "Places"
    stock: "Places"
    work: int

    def run(self, demand: "Places") -> tuple[int, "Places", "NDArray[np.bool_]"]:
        """Serve a demand: how much of it flows, by arc, and which takers could have no more.

        The last are those from whom no free stock can be reached by way of others: with what
        they have they are a largest minimal cut, or, where all is served, tight.
        """
        import numpy as np  # noqa: PLC0415 - slow to load, as SciPy
        from scipy.sparse import csr_matrix  # noqa: PLC0415
        from scipy.sparse.csgraph import breadth_first_order, maximum_flow  # noqa: PLC0415

        size = self.takers + self.goods + 2
        source, sink = size - 2, size - 1
        everyone, shelves = np.arange(self.takers), self.takers + np.arange(self.goods)
        rows = np.concatenate((np.full(self.takers, source), self.tail, shelves))
        columns = np.concatenate((everyone, self.takers + self.head, np.full(self.goods, sink)))
        amounts = np.concatenate((demand, self.most, self.stock)).astype(np.int32)
        graph = csr_matrix((amounts, (rows, columns)), shape=(size, size))
        self.work -= len(rows)
        done = maximum_flow(graph, source, sink)
        flow: Any = done.flow
        on_arc = np.asarray(flow[self.tail, self.takers + self.head]).ravel().astype(np.int64)
        used = np.bincount(self.head, on_arc, self.goods).astype(np.int64)
        # Backwards from the sink: by goods with stock left, arcs with room, flow given back.
        left, room, back = self.stock > used, on_arc < self.most, on_arc > 0
        ends = (
            np.concatenate(
                (
                    np.full(left.sum(), sink),
                    self.takers + self.head[room],
                    self.tail[back],
                )
            ),
            np.concatenate(
                (shelves[left], self.tail[room], self.takers + self.head[back]),
            ),
        )
        ties = csr_matrix((np.ones(len(ends[0])), ends), shape=(size, size))
        reached = np.zeros(size, dtype=bool)
        reached[breadth_first_order(ties, sink, return_predecessors=False)] = True
        return int(done.flow_value), on_arc, ~reached[: self.takers]


def flowed(numbers: Scaled, work: int = WORK) -> list[int] | None:
    """Share a uniform component best; amounts by claim, None where the work runs out.

    Notes
    -----
    All next steps of all takers stand in the order in which the greedy choice looks at them. The
    longest beginning of it that flows can serve is found from above: what is too much shows a
    set of takers (a minimal cut) who ask more than flows to them; cut to where they do not, until
    all is served. Those who can have no more by then are refused from there on, and the rest goes
    on. Each time at least one more good has nothing left for anybody, so that there are at most
    as many rounds as goods.
    """
    import numpy as np  # noqa: PLC0415 - slow to load

    flows, arc_of = _flows(numbers, work)
    taker, steps = _order(numbers)
    has = np.zeros(flows.takers, dtype=np.int64)
    on_arc = np.zeros(len(flows.tail), dtype=np.int64)
    while len(taker):
        length = len(taker)
        while True:
            if flows.work <= 0:
                return None
            demand = has + np.bincount(taker[:length], minlength=flows.takers)
            value, on_arc, stuck = flows.run(demand)
            over = int(demand.sum()) - value
            if not over:
                break
            theirs = np.flatnonzero(stuck[taker[:length]])
            length = int(theirs[-over])
        has = demand
        taker = taker[length:]
        taker = taker[~stuck[taker]]
    return _by_claim(numbers, arc_of, on_arc * steps[flows.head])


def _flows(numbers: Scaled, work: int) -> tuple[_Flows, list[int]]:
    import numpy as np  # noqa: PLC0415 - slow to load

    arcs: dict[tuple[int, int], int] = {}
    arc_of: list[int] = []
    most: list[int] = []
    for claim, pair in enumerate(zip(numbers.taker, numbers.good, strict=True)):
        arc = arcs.setdefault(pair, len(arcs))
        if arc == len(most):
            most.append(0)
        most[arc] += numbers.limit[claim] // numbers.step[claim]
        arc_of.append(arc)
    asked = [sum(numbers.limit[c] // numbers.step[c] for c in of) for of in numbers.of_good]
    step = [numbers.step[of[0]] if of else 1 for of in numbers.of_good]
    stock = [min(a, s // by) for a, s, by in zip(asked, numbers.stock, step, strict=True)]
    found = _Flows(
        takers=len(numbers.start),
        goods=len(numbers.stock),
        tail=np.array([t for t, _ in arcs], dtype=np.int64),
        head=np.array([g for _, g in arcs], dtype=np.int64),
        most=np.array(most, dtype=np.int64),
        stock=np.array(stock, dtype=np.int64),
        work=work,
    )
    return found, arc_of


def _order(numbers: Scaled) -> tuple["Places", "Places"]:
    """Put all next steps into the greedy order; takers of steps, and the step of each good."""
    import numpy as np  # noqa: PLC0415 - slow to load

    highs, gains, takers = [], [], []
    for taker, of in enumerate(numbers.of_taker):
        count = sum(numbers.limit[c] // numbers.step[c] for c in of)
        gain = numbers.gain[of[0]] if of else 0
        high = numbers.start[taker] + gain * np.arange(count, dtype=np.int64)
        if numbers.empty[taker] and count:
            high[0] -= numbers.floor
        highs.append(high)
        gains.append(np.full(count, gain, dtype=np.int64))
        takers.append(np.full(count, taker, dtype=np.int64))
    owner = np.concatenate(takers)
    order = np.lexsort((owner, -np.concatenate(gains), np.concatenate(highs)))
    steps = [numbers.step[of[0]] if of else 1 for of in numbers.of_good]
    return owner[order], np.array(steps, dtype=np.int64)


def _by_claim(numbers: Scaled, arc_of: list[int], units: "Places") -> list[int]:
    """Deal what flows on an arc to its claims, one after another."""
    left = [int(amount) for amount in units]
    amounts = []
    for limit, arc in zip(numbers.limit, arc_of, strict=True):
        amounts.append(min(limit, left[arc]))
        left[arc] -= amounts[-1]
    return amounts
