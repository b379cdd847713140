"""How fairly a run's goods were shared, item by item, and against first come, first served."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum
from types import MappingProxyType

from logistics.domain.allocation import Share, ShareKind, Want
from logistics.domain.allocation_compare import Comparison, Given, compare
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
    would have given if lines were served in the order in which they came.
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


_KINDS_OF_LINES = (ShareKind.FULL, ShareKind.PART, ShareKind.SUBSTITUTED, ShareKind.NONE)


def report(
    wants: Iterable[Want],
    shares: Iterable[Share],
    supply: Mapping[str, int],
    used: Mapping[str, int],
    *,
    proven: bool = True,
    debts: Mapping[str, int] = MappingProxyType({}),
) -> AllocationReport:
    """Report on shares.

    Parameters
    ----------
    wants
        In the order in which they came.
    supply, used
        Per item, what could be given out and what was.
    proven
        Whether the sharing is proven best by its rules.
    debts
        Per household code, what it was owed from the days before, per mille of a list.
    """
    asking = list(wants)
    by_item: dict[str, list[Want]] = defaultdict(list)
    for want in asking:
        by_item[want.item_id].append(want)
    got: dict[str, int] = {}
    entitled: dict[str, int] = {}
    swapped: dict[str, int] = defaultdict(int)
    asked: dict[str, int] = {}
    own: dict[str, int] = defaultdict(int)
    for share in shares:
        got[share.line_id] = share.got
        entitled[share.line_id] = share.entitled
        asked[share.line_id] = share.asked
        if share.kind is ShareKind.SUBSTITUTED:
            swapped[share.line_id] += share.quantity
        elif share.kind is not ShareKind.SURPLUS:
            own[share.line_id] += share.quantity
    items = []
    for item_id in sorted(by_item):
        queue = by_item[item_id]
        given = [got.get(want.line_id, 0) for want in queue]
        items.append(
            ItemAllocation(
                item_id=item_id,
                lines=len(queue),
                asked=sum(want.quantity for want in queue),
                received=supply.get(item_id, 0),
                given=sum(given),
                substituted=sum(swapped[want.line_id] for want in queue),
                left=supply.get(item_id, 0) - used.get(item_id, 0),
                ours=evenness(queue, given),
                first_come=evenness(queue, _first_come(queue, sum(given))),
            )
        )
    counts = dict.fromkeys(_KINDS_OF_LINES, 0)
    for line_id, quantity in got.items():
        if swapped[line_id]:
            counts[ShareKind.SUBSTITUTED] += 1
        elif quantity:
            counts[ShareKind.FULL if quantity >= asked[line_id] else ShareKind.PART] += 1
        else:
            counts[ShareKind.NONE] += 1
    pool = {item.item_id: item.given + max(0, item.left) for item in items}
    return AllocationReport(
        items=tuple(items),
        lines=counts,
        households=compare(asking, entitled, Given(got=got, own=own), pool, debts),
        proven=proven,
    )


def evenness(wants: list[Want], given: list[int]) -> Evenness:
    """Measure how evenly the lines of an item are filled."""
    fills = [g / w.quantity for w, g in zip(wants, given, strict=True)]
    return Evenness(
        fill_min=min(fills, default=1.0),
        fill_mean=fsum(fills) / len(fills) if fills else 1.0,
        gini=gini(fills),
        empty_lines=sum(fill == 0 for fill in fills),
    )


def _first_come(wants: list[Want], stock: int) -> list[int]:
    given = []
    for want in wants:
        units = min(want.quantity, stock)
        if units < want.quantity:
            units = units // want.step * want.step
        given.append(units)
        stock -= units
    return given
