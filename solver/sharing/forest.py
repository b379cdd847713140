"""From the optimum of dividing everything to whole steps: nobody loses as much as one step.

In a corner of the linear programs the claims that are cut through hang together like a forest
with at most one circle in each tree (Lenstra, Shmoys and Tardos, *Approximation algorithms for
scheduling unrelated parallel machines*, Mathematical Programming 46, 1990; here of households and
goods). So each taker can be made to lose on one of them alone.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from math import floor

from solver.sharing.scale import Scaled

_NEAR = 1e-6  # of a step: what is missing to a whole one by rounding alone


@dataclass(slots=True)
class _Edge:
    """The same claim of all takers that are alike: whole steps of all of them, and what is cut.

    ``most`` counts the steps that all of them can have; ``whole`` says that each has its limit.
    """

    node: int
    good: int
    claims: list[int]
    step: int
    limit: int
    most: int
    steps: int
    cut: float
    whole: bool

    @property
    def size(self) -> int:
        """Say how much one more step takes: a single taker's last may be less than a step."""
        if len(self.claims) > 1:
            return self.step
        return min(self.step, self.limit - self.steps * self.step)


def rounded(numbers: Scaled, part: list[float]) -> list[int]:
    """Bring the parts of claims, 0 to 1, to whole steps within stocks; amounts by claim.

    Notes
    -----
    Where parts are a corner of the linear programs, each good goes by one step and limits are
    whole steps, every taker ends less than one step of one of its claims below what the parts
    gave it. All claims that are cut through are edges between takers and goods, and in each
    connected piece there are no more edges than nodes. Take them off one by one: a good that has
    one edge left rounds it up, for what its edges share is at least one whole step; a taker that
    has one left rounds it down; where neither is left, the piece is a circle, and one taker
    rounds one edge of it down. A taker rounds down once: its other edges were taken off by goods.
    What is left of goods by then is still to be given.

    Takers that are alike are one node that asks for all of them. Its whole steps are dealt in
    turn, those that gain most first: so none stands lower than another by more than the first of
    them that is not dealt evenly, and none falls below the parts by more than one step.
    """
    left = list(numbers.stock)
    edges = [_edge(numbers, node, claims, part) for node, claims in _alike(numbers)]
    for edge in edges:
        taken = edge.limit * len(edge.claims) if edge.whole else edge.steps * edge.step
        left[edge.good] -= taken
    for edge in reversed(edges):
        _give_back(edge, left)
    _round_up(numbers, edges, left)
    return _dealt(numbers, edges)


def _alike(numbers: Scaled) -> Iterable[tuple[int, list[int]]]:
    """Give the claims of takers that are alike together, with the number of their node."""
    nodes: dict[object, list[list[int]]] = {}
    for taker, of in enumerate(numbers.of_taker):
        order = sorted(of, key=lambda c: _key(numbers, c))
        alike = numbers.start[taker], tuple(_key(numbers, c) for c in order)
        nodes.setdefault(alike, []).append(order)
    for node, orders in enumerate(nodes.values()):
        for claims in zip(*orders, strict=True):
            yield node, list(claims)


def _key(numbers: Scaled, claim: int) -> tuple[int, ...]:
    n = numbers
    return n.good[claim], n.step[claim], n.limit[claim], n.gain[claim], n.rest_gain[claim]


def _edge(numbers: Scaled, node: int, claims: list[int], part: list[float]) -> _Edge:
    first, count = claims[0], len(claims)
    limit, step = numbers.limit[first], numbers.step[first]
    share = sum(part[c] for c in claims) / count
    whole = share * limit >= limit - _NEAR * step
    most = -(-limit // step) if count == 1 else count * (limit // step)
    exact = min(count * share * limit / step, float(most))
    steps = most if whole else min(floor(exact + _NEAR), count * (limit // step))
    cut = 0.0 if whole or exact - steps <= _NEAR else exact - steps
    return _Edge(node, numbers.good[first], claims, step, limit, most, steps, cut, whole)


def _give_back(edge: _Edge, left: list[int]) -> None:
    """Take back what inexact numbers gave of more than there is."""
    if left[edge.good] < 0 and edge.whole:
        edge.whole = False
        edge.steps = len(edge.claims) * (edge.limit // edge.step)
        left[edge.good] += len(edge.claims) * edge.limit - edge.steps * edge.step
    while left[edge.good] < 0 and edge.steps:
        edge.steps -= 1
        left[edge.good] += edge.step


def _round_up(numbers: Scaled, edges: list[_Edge], left: list[int]) -> None:
    """Take the cut edges off the forest; what is not rounded up stays rounded down."""
    cut = {place for place, edge in enumerate(edges) if edge.cut}
    ends = {p: (("taker", edges[p].node), ("good", edges[p].good)) for p in sorted(cut)}
    at: dict[tuple[str, int], set[int]] = {}
    for place, both in ends.items():
        for end in both:
            at.setdefault(end, set()).add(place)
    goods = deque(end for end, of in at.items() if end[0] == "good" and len(of) == 1)
    takers = deque(end for end, of in at.items() if end[0] == "taker" and len(of) == 1)
    cheap = deque(sorted(ends, key=lambda p: (numbers.gain[edges[p].claims[0]] * edges[p].cut, p)))
    while cut:
        queue = goods or takers
        if queue:
            end = queue.popleft()
            if len(at[end]) != 1:
                continue
            (place,) = at[end]
        else:
            place = cheap.popleft()
            if place not in cut:
                continue
        edge = edges[place]
        if queue is goods and left[edge.good] >= edge.size:
            left[edge.good] -= edge.size
            edge.steps += 1
        cut.discard(place)
        for end in ends[place]:
            at[end].discard(place)
            if len(at[end]) == 1:
                (goods if end[0] == "good" else takers).append(end)


def _dealt(numbers: Scaled, edges: list[_Edge]) -> list[int]:
    amounts = [0] * len(numbers.taker)
    turn: dict[int, int] = {}
    for edge in sorted(edges, key=lambda e: (e.node, -numbers.gain[e.claims[0]])):
        count, begin = len(edge.claims), turn.get(edge.node, 0)
        each, more = divmod(edge.steps, count)
        for number, claim in enumerate(edge.claims):
            mine = each + ((number - begin) % count < more)
            amounts[claim] = edge.limit if edge.whole else min(edge.limit, mine * edge.step)
        turn[edge.node] = begin if edge.whole else (begin + more) % count
    return amounts
