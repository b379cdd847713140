"""Charts of the desk as plain geometry, for templates to draw as SVG; styles stand in desk.css."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar with its label; ``mark`` is a second value drawn as a tick on it, as a share."""

    kind: str
    label: str
    value: float
    y: float
    width: float
    mark: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BarGroup:
    """Bars of one group under its title."""

    title: str
    y: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Groups of lying bars: shares from 0 to 1 along ``width``, beginning at ``left``."""

    left: float
    width: float
    height: float
    bar: float
    groups: tuple[BarGroup, ...]

    @property
    def ticks(self) -> tuple[tuple[int, float], ...]:
        """Give the percentages of the axis with where they are."""
        return tuple((n, self.left + self.width * n / 100) for n in (0, 25, 50, 75, 100))


def bars(groups: Sequence[tuple[str, Sequence[tuple[str, str, float, float | None]]]]) -> BarChart:
    """Lay out groups of (kind, label, share, marked share)."""
    left, width, bar, gap = 170.0, 430.0, 16.0, 4.0
    y = 8.0
    made = []
    for title, rows in groups:
        top = y
        y += 20
        drawn = []
        for kind, label, value, mark in rows:
            drawn.append(
                Bar(
                    kind=kind,
                    label=label,
                    value=value,
                    y=y,
                    width=round(width * min(max(value, 0.0), 1.0), 1),
                    mark=None if mark is None else round(left + width * mark, 1),
                )
            )
            y += bar + gap
        made.append(BarGroup(title=title, y=top, bars=tuple(drawn)))
        y += 10
    return BarChart(left=left, width=width, height=y + 22, bar=bar, groups=tuple(made))


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A line in steps: how many households' lists are at least so full."""

    kind: str
    label: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChart:
    """Lines in steps over how full lists are, in per cent."""

    left: float
    top: float
    width: float
    height: float
    lines: tuple[StepLine, ...]


def steps(counts: Mapping[str, Sequence[int]], labels: Mapping[str, str]) -> StepChart:
    """Draw for each kind which share of its households has lists at least so full.

    Parameters
    ----------
    counts
        Households by how full their lists are, in equal steps from empty to full.
    """
    left, top, width, height = 46.0, 10.0, 540.0, 180.0
    lines = []
    for kind, row in counts.items():
        total = sum(row) or 1
        rest, points = sum(row), [f"{left},{top + height * (1 - 1):.1f}"]
        for n, count in enumerate(row):
            share = rest / total
            y = top + height * (1 - share)
            points += [
                f"{left + width * n / len(row):.1f},{y:.1f}",
                f"{left + width * (n + 1) / len(row):.1f},{y:.1f}",
            ]
            rest -= count
        lines.append(StepLine(kind=kind, label=labels.get(kind, kind), points=" ".join(points)))
    return StepChart(left=left, top=top, width=width, height=height, lines=tuple(lines))
