"""A search as the command line shows it: lines on the error stream, and how it is stopped."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import typer

from api.cli.context import phrase

if TYPE_CHECKING:
    from solver.problem import Problem
    from solver.progress import Report

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def tell_stopping() -> None:
    """Say that the best plan so far will be the answer."""
    typer.echo(phrase("solve.stopping"), err=True)


class Telling:
    """Writes a line for each better plan; colours only on a terminal."""

    def __init__(self, problem: "Problem") -> None:
        from rich.console import Console

        self._console: Console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._problem = problem
        self._told: tuple[int | None, int | None, int | None] | None = None

    def report(self, report: "Report") -> None:
        """Tell a report if its figures are new."""
        figures = (report.left, report.cost, report.bound)
        if report.cost is None or figures == self._told:
            return
        self._told = figures
        parts = [phrase("solve.plan", left=report.left, cost=self._money(report.cost))]
        if report.bound is not None:
            parts.append(phrase("solve.bound", bound=self._money(report.bound)))
        if report.gap is not None:
            parts.append(phrase("solve.gap", percent=f"{100 * report.gap:.2f}"))
        self._console.print(f"[dim]{report.seconds:7.1f} s[/]  " + "  ".join(parts))

    def stopping(self) -> None:
        """Say that the best plan so far will be the answer."""
        tell_stopping()

    def _money(self, cost: int) -> str:
        from solver.summary import in_family_units

        return f"{in_family_units(self._problem, cost):,}"


@contextmanager
def stoppable(told: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C or TERM stop a search that keeps its best, and the second end all.

    Yields
    ------
    Callable
        Whether to stop; ``told`` is called when that is first asked after the first signal.
    """
    heard: list[int] = []

    def hear(number: int, _: FrameType | None) -> None:
        heard.append(number)
        if len(heard) > 1:
            raise KeyboardInterrupt

    said: list[bool] = []

    def should_stop() -> bool:
        if heard and not said:
            said.append(True)
            told()
        return bool(heard)

    if threading.current_thread() is not threading.main_thread():
        yield should_stop
        return
    before = {number: signal.signal(number, hear) for number in _SIGNALS}
    try:
        yield should_stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
