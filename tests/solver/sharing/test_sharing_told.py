"""What the planner reads of a shortage that is too large for a proof."""

from fractions import Fraction
from types import SimpleNamespace

import pytest

from api.cli import sharing
from logistics.domain.allocation import Bid, Question
from logistics.domain.allocation_report import report
from logistics.domain.allocation_tally import tally
from logistics.usecases.share_out import SharedOut, solver_answer


def question(takers: int) -> Question:
    """Ask for two goods in trays and pieces; two thirds of each are there."""
    return Question(
        stock=(30 * takers * 4 // 3, takers * 2),
        starts=tuple(Fraction(-(n % 3), 10) for n in range(takers)),
        empty=(True,) * takers,
        bids=tuple(
            Bid(taker=n, good=good, step=step, limit=limit, worth=Fraction(1, 2 * limit))
            for n in range(takers)
            for good, step, limit in ((0, 30, 60), (1, 1, 3))
        ),
    )


def test_a_large_part_says_how_far_whole_steps_fall_behind(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = solver_answer(question(1600))  # 3,200 wishes: more than are proven
    (part,) = answer.parts
    assert (part.method, part.proven) == ("filled", False)
    assert part.levels == part.levels_exact >= 1
    assert part.shortfall < 0.25  # less than a step: a tray is a quarter of the list
    assert part.lowest <= part.bound
    done = SharedOut(SimpleNamespace(), report(tally((), ()), {}, {}), answer.parts)  # type: ignore[arg-type]
    sharing._compare(done)
    said = capsys.readouterr().out
    assert f"{1000 * part.shortfall:.1f} ‰" in " ".join(said.split())


def test_a_small_part_is_proven_and_says_nothing_of_levels() -> None:
    (part,) = solver_answer(question(6)).parts
    assert part.proven
    assert (part.levels, part.shortfall, part.steps) == (0, 0.0, 0)
