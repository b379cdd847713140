"""What a running search tells of itself."""

from dataclasses import dataclass

from solver.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A better plan, or a line about how the search goes.

    ``left`` and ``cost`` are those of the plan spoken of, None before there is one. Where
    ``plan`` is given, the judge accepted it; figures without a plan are the engine's word for it.
    """

    seconds: float  # since the solve began
    left: int | None
    cost: int | None
    bound: int | None  # a proven lower bound of the cost, once there is one
    engine: str
    plan: Plan | None = None
    text: str = ""  # what the engine says, for people

    @property
    def gap(self) -> float | None:
        """Share by which the cost may still be above the least, where a bound is known."""
        if self.cost is None or self.bound is None or self.bound <= 0:
            return None
        return max(self.cost - self.bound, 0) / self.bound
