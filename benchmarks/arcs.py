"""What a way takes and costs a vehicle, as arrays; and the refusal of a rule a peer lacks."""

import numpy as np
from numpy.typing import NDArray

from solver.problem import UNREACHABLE, Matrix, Vehicle

Ints = NDArray[np.int64]


class CannotExpress(ValueError):
    """A peer has no means for a rule of the problem."""

    code = "peer.cannot-express"

    def __init__(self, peer: str, rule: str) -> None:
        self.facts = {"peer": peer, "rule": rule}
        super().__init__(peer, rule)  # both, so that it can be sent between processes

    def __str__(self) -> str:
        return f"{self.facts['peer']} cannot express {self.facts['rule']}"


def arc_seconds(matrix: Matrix, vehicle: Vehicle) -> Ints:
    """Give the seconds of each way at the vehicle's speed; unreachable ones as they are."""
    if vehicle.speed_factor == 1.0:
        return matrix.duration_s.copy()
    found = np.rint(matrix.duration_s / vehicle.speed_factor).astype(np.int64)
    found[matrix.duration_s == UNREACHABLE] = UNREACHABLE
    return found


def arc_costs(matrix: Matrix, vehicle: Vehicle) -> Ints:
    """Price each way as :mod:`solver.summary` does, rounded down per way."""
    timed = matrix.cost is matrix.duration_s or np.array_equal(matrix.cost, matrix.duration_s)
    base = arc_seconds(matrix, vehicle) if timed else matrix.cost.copy()
    if timed and vehicle.cost_per_hour != 3600:
        base = base * vehicle.cost_per_hour // 3600
    if vehicle.cost_per_km:
        base = base + matrix.distance_m * vehicle.cost_per_km // 1000
    base[matrix.duration_s == UNREACHABLE] = UNREACHABLE
    return base
