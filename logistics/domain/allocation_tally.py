"""A sharing as columns, a row for each line: all that its figures are counted from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from logistics.domain.allocation import Reason, ShareKind, Want

Ints = npt.NDArray[np.int64]

COLUMNS: Final = (
    "home", "item", "tier", "asked", "step", "entitled", "got", "own", "swapped",
)  # fmt: skip

_LESS: Final = (ShareKind.PART, ShareKind.NONE)


class Given(Protocol):
    """What a line was given from one lot, or nothing at all, less what was taken back of it."""

    @property
    def line_id(self) -> str:
        """Line that it is for."""

    @property
    def lot_id(self) -> str | None:
        """Lot that it came from; None if nothing was given."""

    @property
    def quantity(self) -> int:
        """How much, in base units."""

    @property
    def kind(self) -> ShareKind:
        """What it is to the line."""

    @property
    def reason(self) -> Reason:
        """Why it is that much."""

    @property
    def entitled(self) -> int:
        """What a ration leaves of what the line asks."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """Lines in the order in which they came, households and items by number; base units.

    Parameters
    ----------
    items
        Ids of the items that ``item`` counts.
    home, item, tier, asked, step
        Of each line: whose it is, and what it asks.
    entitled
        Per line, what a ration leaves of it.
    got, own, swapped
        Per line: what it got in all, of that the item itself, and what came instead of it; what
        is beyond what it asked is in none.
    debt
        Per household, what it was owed before, per mille of a list.
    used
        Per lot, what was given of it.
    reasons
        Per item, how many of its lines got less than they asked, by reason.
    proven
        Whether the sharing is proven best by its rules.
    """

    items: tuple[str, ...]
    home: Ints
    item: Ints
    tier: Ints
    asked: Ints
    step: Ints
    entitled: Ints
    got: Ints
    own: Ints
    swapped: Ints
    debt: Ints
    used: Mapping[str, int]
    reasons: Mapping[str, Mapping[str, int]]
    proven: bool = True


def tally(
    wants: Sequence[Want],
    shares: Iterable[Given],
    *,
    proven: bool = True,
    debts: Mapping[str, int] = MappingProxyType({}),
) -> Tally:
    """Add up what lines were given.

    Parameters
    ----------
    wants
        In the order in which they came.
    debts
        Per household code, what it was owed, per mille of a list; none where it is not named.
    """
    got: dict[str, int] = defaultdict(int)
    own: dict[str, int] = defaultdict(int)
    swapped: dict[str, int] = defaultdict(int)
    used: dict[str, int] = defaultdict(int)
    entitled: dict[str, int] = {}
    short: set[tuple[str, Reason]] = set()
    for share in shares:
        entitled[share.line_id] = share.entitled
        if share.kind in _LESS:
            short.add((share.line_id, share.reason))
        if share.lot_id is not None:
            used[share.lot_id] += share.quantity
        if share.kind is ShareKind.SURPLUS:
            continue
        got[share.line_id] += share.quantity
        kind = swapped if share.kind is ShareKind.SUBSTITUTED else own
        kind[share.line_id] += share.quantity
    homes = {code: n for n, code in enumerate(dict.fromkeys(w.household_code for w in wants))}
    items = {code: n for n, code in enumerate(sorted({want.item_id for want in wants}))}
    lines = [want.line_id for want in wants]
    return Tally(
        items=tuple(items),
        home=_ints(homes[want.household_code] for want in wants),
        item=_ints(items[want.item_id] for want in wants),
        tier=_ints(want.tier for want in wants),
        asked=_ints(want.quantity for want in wants),
        step=_ints(want.step for want in wants),
        entitled=_ints(entitled.get(line, 0) for line in lines),
        got=_ints(got.get(line, 0) for line in lines),
        own=_ints(own.get(line, 0) for line in lines),
        swapped=_ints(swapped.get(line, 0) for line in lines),
        debt=_ints(debts.get(code, 0) for code in homes),
        used=dict(used),
        reasons=_reasons(wants, short),
        proven=proven,
    )


def _reasons(
    wants: Iterable[Want], short: Iterable[tuple[str, Reason]]
) -> dict[str, dict[str, int]]:
    asked = {want.line_id: want.item_id for want in wants}
    found: dict[str, dict[str, int]] = {}
    for line_id, reason in sorted(short):
        if line_id in asked:
            of_item = found.setdefault(asked[line_id], {})
            of_item[reason.value] = of_item.get(reason.value, 0) + 1
    return found


def _ints(numbers: Iterable[int]) -> Ints:
    return np.fromiter(numbers, dtype=np.int64)
