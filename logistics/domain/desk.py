"""The supply desk: a run in numbers, and what in it waits for a decision (指挥台)."""

from collections.abc import Mapping
from dataclasses import dataclass

from logistics.domain.runs import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something that waits for somebody; ``tab`` is where the desk decides it.

    ``urgent``: the run cannot go on, or somebody goes without, unless it is decided.
    """

    code: str
    count: int
    tab: str
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """A run as the desk sees it at a glance; ``counts`` by what is counted and its state."""

    run: Run
    households: int
    asking: int
    counts: Mapping[str, Mapping[str, int]]
    lines: Mapping[str, int]  # shared lines, by what they got
    plan_id: str | None
    plan_state: str | None
    figures: Mapping[str, int | float | str]
    decisions: tuple[Decision, ...]
    next_step: str | None
