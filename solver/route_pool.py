"""The good routes that a search has seen, as plain integers."""

import threading
from collections.abc import Collection
from dataclasses import dataclass

POOL_LIMIT = 30_000
EVICTED_SHARE = 5
"""One part in so many of a full pool is dropped at once, so that dropping stays cheap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRoute:
    """One route: its stops in order, the tasks they serve, for any vehicle of a class."""

    key: tuple[int, ...]
    tasks: tuple[int, ...]  # each once, ascending
    vehicle_class: int
    cost: int


class RoutePool:
    """The best order found for each set of tasks and class; threads may share it.

    Parameters
    ----------
    limit
        Most routes that are kept. A full pool forgets those not seen for longest: what a search
        comes back to again and again stays.
    """

    def __init__(self, limit: int = POOL_LIMIT) -> None:
        self._limit = max(1, limit)
        self._lock = threading.Lock()
        self._routes: dict[tuple[int, tuple[int, ...]], PoolRoute] = {}  # oldest first

    def __len__(self) -> int:
        """Count the routes."""
        return len(self._routes)

    def add(
        self,
        route_key: tuple[int, ...],
        tasks: Collection[int],
        vehicle_class: int,
        cost: int,
    ) -> bool:
        """Remember a route; say whether it is new, or better than the same tasks' before."""
        served = tuple(sorted(tasks))
        name = (vehicle_class, served)
        with self._lock:
            known = self._routes.pop(name, None)
            if known is not None and known.cost <= cost:
                self._routes[name] = known
                return False
            self._routes[name] = PoolRoute(
                key=route_key, tasks=served, vehicle_class=vehicle_class, cost=cost
            )
            if len(self._routes) > self._limit:
                self._evict()
        return True

    def _evict(self) -> None:
        number = max(1, self._limit // EVICTED_SHARE)
        for name in [n for n, _ in zip(self._routes, range(number), strict=False)]:
            del self._routes[name]

    def routes(self) -> list[PoolRoute]:
        """Give all routes, those seen last at the end."""
        with self._lock:
            return list(self._routes.values())
