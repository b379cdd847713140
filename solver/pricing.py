"""What each task of a set partitioning is worth, and so which routes can be part of a good one."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.route_pool import PoolRoute

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

ROUNDS = 800
PATIENCE = 20
SHRINK = 0.6
MOMENTUM = 0.7
GAIN = 1e-3
"""Of the subgradients; tuned on pools of 1,000 to 16,000 routes."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What must be covered, and what leaving a task out costs."""

    required: frozenset[int]
    prizes: dict[int, int]


def value_of(routes: Sequence[PoolRoute], rows: Rows) -> int:
    """Give cost of routes plus prizes left; a required task left out is no solution."""
    served = {task for route in routes for task in route.tasks}
    left = sum(prize for task, prize in rows.prizes.items() if task not in served)
    return sum(route.cost for route in routes) + left


@dataclass(frozen=True, slots=True)
class Table:
    """Columns against rows: tasks that must be served, then those that may, then classes."""

    cost: "NDArray[np.float64]"  # less the prizes that each column earns
    matrix: "csr_matrix"
    room: "NDArray[np.float64]"
    least: "NDArray[np.float64]"  # of a row's price
    most: "NDArray[np.float64]"
    shift: int  # what the prizes add up to

    def first_prices(self) -> "NDArray[np.float64]":
        """Share the cost of each column among its rows; no column is then below its price."""
        entries = self.matrix.tocoo()
        share = self.cost / np.maximum(np.bincount(entries.col, minlength=len(self.cost)), 1)
        prices = np.full(len(self.room), np.inf)
        np.minimum.at(prices, entries.row, share[entries.col])
        first: NDArray[np.float64] = np.clip(
            np.where(prices == np.inf, 0, prices), self.least, self.most
        )
        return first


def table_of(
    columns: list[PoolRoute], rows: Rows, class_sizes: Sequence[int], *, covering: bool = False
) -> Table:
    """Lay columns and rows out for pricing; ``covering``: tasks may be served several times."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - slow to load

    tasks = [*sorted(rows.required), *sorted(rows.prizes)]
    row_of = {task: n for n, task in enumerate(tasks)}
    cost = np.zeros(len(columns))
    at: list[int] = []
    which: list[int] = []
    for number, route in enumerate(columns):
        at.extend(row_of[task] for task in route.tasks)
        at.append(len(tasks) + route.vehicle_class)
        which.extend([number] * (len(route.tasks) + 1))
        cost[number] = route.cost - sum(rows.prizes.get(t, 0) for t in route.tasks)
    size = len(tasks) + len(class_sizes)
    most = np.zeros(size)
    most[: len(rows.required)] = np.inf
    least = np.full(size, -np.inf)
    if covering:
        least[: len(rows.required)] = 0.0
    return Table(
        cost,
        csr_matrix((np.ones(len(at)), (at, which)), shape=(size, len(columns))),
        np.asarray([1.0] * len(tasks) + [float(s) for s in class_sizes]),
        least,
        most,
        sum(rows.prizes.values()),
    )


def reduced_costs(
    table: Table, above: int, enough: Callable[[], bool]
) -> "tuple[NDArray[np.float64], float]":
    """Price the rows by subgradients; give each route's reduced cost, and a bound from below.

    The simplex takes ten times as long for prices that are hardly better here. Prices of a row
    that must be covered are free, of one that may not be covered more than so often never above
    zero. Steps are Polyak's with momentum, back to the best prices where they stall.
    """
    rows, by_column = table.matrix, table.matrix.T.tocsr()
    prices = table.first_prices()
    best, bound = prices, -math.inf
    step, calm, before = 1.0, 0, np.zeros(len(prices))
    for _ in range(ROUNDS):
        reduced = table.cost - by_column @ prices
        taken = reduced < 0
        value = float(table.room @ prices + reduced[taken].sum()) + table.shift
        calm = 0 if value > bound + GAIN * (above - bound) else calm + 1
        if value > bound:
            best, bound = prices, value
        if calm >= PATIENCE:
            step, calm, prices = step * SHRINK, 0, best
            before = np.zeros(len(prices))
            continue
        before = table.room - rows @ taken.astype(np.float64) + MOMENTUM * before
        norm = float(before @ before)
        if norm == 0 or above <= value or enough():
            break
        prices = np.clip(prices + step * (above - value) / norm * before, table.least, table.most)
    return table.cost - by_column @ best, bound
