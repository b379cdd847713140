"""How far whole steps fall behind the optimum of dividing everything."""

from math import ceil, gcd, isnan

from solver.sharing.levels import Levels
from solver.sharing.problem import Level
from solver.sharing.scale import Scaled

_SAME = 1e-9


def compared(numbers: Scaled, found: Levels, amounts: list[int]) -> tuple[Level, ...]:
    """Tell for each level how far takers fall behind it in whole steps; the lowest level first.

    A taker without a level of its own (the work ran out) is left out.
    """
    high = list(numbers.start)
    most = [0] * len(high)
    for claim, quantity in enumerate(amounts):
        taker = numbers.taker[claim]
        high[taker] += numbers.worth(claim, quantity)
        missing = numbers.limit[claim] - quantity
        if missing:
            step = numbers.gain[claim]
            rest = numbers.rest_gain[claim] if missing < numbers.step[claim] else 0
            most[taker] = max(most[taker], rest or step)
    rows = [
        (standing, standing - at / numbers.scale, step / numbers.scale, exact)
        for standing, at, step, exact in zip(found.standing, high, most, found.exact, strict=True)
        if not isnan(standing)
    ]
    rows.sort()
    groups: list[list[tuple[float, float, float, bool]]] = []
    for row in rows:
        if not groups or row[0] > groups[-1][-1][0] + 2 * _SAME:
            groups.append([])
        groups[-1].append(row)
    return tuple(
        Level(
            standing=group[0][0],
            takers=len(group),
            exact=all(exact for *_, exact in group),
            shortfall=max(short if short > _SAME else 0.0 for _, short, _, _ in group),
            steps=max(
                ceil(short / step - _SAME) if short > _SAME and step else 0
                for _, short, step, _ in group
            ),
        )
        for group in groups
    )


def attainable(numbers: Scaled, most: int) -> int:
    """Lower a bound of the lowest standing to the next that whole steps can reach.

    Somebody is the lowest, and stands at its start and so many times the common measure of its
    steps; no standing of this kind lies between the result and ``most``.
    """
    best = None
    for taker, claims in enumerate(numbers.of_taker):
        start = numbers.start[taker]
        measure = gcd(
            *(numbers.gain[c] for c in claims if numbers.limit[c] >= numbers.step[c]),
            *(numbers.rest_gain[c] for c in claims),
        )
        top = min(most, start + sum(numbers.worth(c, numbers.limit[c]) for c in claims))
        if start > top:
            continue
        here = start + ((top - start) // measure * measure if measure else 0)
        best = here if best is None else max(best, here)
    return most if best is None else best
