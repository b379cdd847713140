"""How fairly a run's goods were shared, item by item, and against first come, first served."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

import numpy as np

from logistics.domain.allocation import ShareKind
from logistics.domain.allocation_compare import Comparison, by_item, compare, first_come
from logistics.domain.allocation_tally import Ints, Tally
from logistics.domain.fairness import gini


@dataclass(frozen=True, slots=True, kw_only=True)
class Evenness:
    """How well lines are filled: the worst, the mean, the Gini coefficient, and the empty ones."""

    fill_min: float
    fill_mean: float
    gini: float
    empty_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAllocation:
    """An item's sharing in base units.

    ``received`` is what could be given out, ``given`` what lines that asked for the item got of
    it or of what came instead; ``left`` stays in stock. ``first_come`` is what the same goods
    would have given if lines were served in the order in which they came. ``reasons`` counts the
    lines that got less than they asked.
    """

    item_id: str
    lines: int
    asked: int
    received: int
    given: int
    substituted: int
    left: int
    ours: Evenness
    first_come: Evenness
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationReport:
    """All items of a run, the counts of lines by what they got, and how lists are filled.

    ``households`` compares with other ways of sharing; ``proven`` says whether no other sharing
    is better by the rules.
    """

    items: tuple[ItemAllocation, ...]
    lines: Mapping[ShareKind, int]
    households: tuple[Comparison, ...] = ()
    proven: bool = True

    @property
    def short_items(self) -> tuple[ItemAllocation, ...]:
        """Return the items of which some line got less than it asked."""
        return tuple(item for item in self.items if item.given < item.asked)


def report(tally: Tally, supply: Mapping[str, int], used: Mapping[str, int]) -> AllocationReport:
    """Report on a sharing.

    Parameters
    ----------
    supply, used
        Per item, what could be given out and what was.
    """
    lines_of = by_item(tally.item, len(tally.items))
    items = tuple(
        _item(tally, lines, item_id, supply.get(item_id, 0), used.get(item_id, 0))
        for item_id, lines in zip(tally.items, lines_of, strict=True)
    )
    pool = [item.given + max(0, item.left) for item in items]
    return AllocationReport(
        items=items,
        lines=_kinds(tally),
        households=compare(tally, np.array(pool, dtype=np.int64)),
        proven=tally.proven,
    )


def _item(tally: Tally, lines: Ints, item_id: str, supply: int, used: int) -> ItemAllocation:
    asked, given = tally.asked[lines], tally.got[lines]
    return ItemAllocation(
        item_id=item_id,
        lines=len(lines),
        asked=int(asked.sum()),
        received=supply,
        given=int(given.sum()),
        substituted=int(tally.swapped[lines].sum()),
        left=supply - used,
        ours=_evenness(asked, given),
        first_come=_evenness(asked, first_come(asked, tally.step[lines], int(given.sum()))),
        reasons=tally.reasons.get(item_id, {}),
    )


def _kinds(tally: Tally) -> dict[ShareKind, int]:
    """Count lines by what they got: swapped in part is substituted."""
    whole = tally.swapped == 0
    counts = {
        ShareKind.FULL: whole & (tally.got >= tally.asked),
        ShareKind.PART: whole & (tally.got > 0) & (tally.got < tally.asked),
        ShareKind.SUBSTITUTED: ~whole,
        ShareKind.NONE: whole & (tally.got == 0),
    }
    return {kind: int(lines.sum()) for kind, lines in counts.items()}


def _evenness(asked: Ints, given: Ints) -> Evenness:
    """Measure how evenly the lines of an item are filled."""
    fills = given / asked
    return Evenness(
        fill_min=float(fills.min()),
        fill_mean=fsum(fills.tolist()) / len(fills),
        gini=gini(fills),
        empty_lines=int((given == 0).sum()),
    )
