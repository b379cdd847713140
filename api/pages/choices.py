"""Plans to choose from, kept for the report as long as their run has the same plan."""

from threading import Lock

from logistics.domain.run_report import Choices

_KEPT = 32


class KeptChoices:
    """What was weighed lately, by the id of the plan in force; the oldest are forgotten."""

    def __init__(self) -> None:
        self._by_plan: dict[str, Choices] = {}
        self._turn = Lock()

    def keep(self, plan_id: str, choices: Choices) -> None:
        """Keep what was found beside a plan."""
        with self._turn:
            self._by_plan.pop(plan_id, None)
            while len(self._by_plan) >= _KEPT:
                del self._by_plan[next(iter(self._by_plan))]
            self._by_plan[plan_id] = choices

    def of(self, plan_id: str | None) -> Choices | None:
        """Return what was found beside a plan; None where nothing was."""
        return self._by_plan.get(plan_id) if plan_id is not None else None
