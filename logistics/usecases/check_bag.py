"""Check at the point whether all is in a bag: complete, short or too much (装袋核对)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.custody import BagState
from logistics.domain.packing_events import UNSEALED, Counted, PackingEvent, PackingKind, compare
from logistics.domain.quantities import read_amount
from logistics.domain.runs import Run
from logistics.store import catalogue, packing, wishes
from logistics.store.packing import BagUnknown
from logistics.usecases.confirm_packing import confirm_packing, require_bags


@dataclass(frozen=True, slots=True, kw_only=True)
class BagCheck:
    """What should be in a bag beside what was counted, from the bottom up."""

    run: Run
    bag: str
    state: str
    lines: tuple[Counted, ...]

    @property
    def complete(self) -> bool:
        """Say whether all is in it and nothing else."""
        return all(line.difference == 0 for line in self.lines)

    @property
    def short(self) -> tuple[Counted, ...]:
        """Name what is missing."""
        return tuple(line for line in self.lines if line.difference < 0)

    @property
    def over(self) -> tuple[Counted, ...]:
        """Name what does not belong there."""
        return tuple(line for line in self.lines if line.difference > 0)


def counted_of(session: Session, said: Sequence[tuple[str, str]]) -> list[tuple[str, int]]:
    """Turn items and amounts as people say them (鸡蛋, 1板) into item ids and base units.

    Raises
    ------
    ItemUnknown
        If no item goes by a name.
    QuantityUnreadable, UnitUnknownForItem, QuantityNotWhole, QuantityAbsurd
        If an amount is none, or none of that item.
    """
    known = catalogue.load(session)
    found = []
    for word, amount in said:
        item = known.get(word)
        found.append((item.id, known.quantity(item, read_amount(amount)).count))
    return found


def contents_of(session: Session, run: str, bag: str) -> BagCheck:
    """Tell what should be in a bag, before anything of it was counted.

    Raises
    ------
    RunUnknown, BagsNotMade
        If there is no such run, or its bags were not made up.
    BagUnknown
        If the run has no such bag.
    """
    return _compared(session, run, bag, {})


def check_bag(
    session: Session,
    run: str,
    bag: str,
    found: Sequence[tuple[str, int]],
    *,
    key: str,
    actor: str,
    at: datetime,
) -> BagCheck:
    """Compare what was counted in a bag with what should be in it, and record that it was.

    Nothing is changed by it: what is short is reported by
    :func:`logistics.usecases.report_short.report_short`.

    Parameters
    ----------
    found
        Items, by any of their names, and base units; the same item twice adds up.

    Raises
    ------
    RunUnknown, BagsNotMade, BagUnknown
        As `contents_of`.
    ItemUnknown
        If no item goes by a name.
    """
    counted: Counter[str] = Counter()
    for word, quantity in found:
        counted[wishes.item_named(session, word)] += quantity
    check = _compared(session, run, bag, counted)
    verdict = "complete" if check.complete else "short" if check.short else "over"
    event = PackingEvent(bag=bag, kind=PackingKind.CHECK, key=key, at=at, how="scan", note=verdict)
    confirm_packing(session, check.run.id, [event], actor=actor, at=at)
    return check


def _compared(session: Session, run: str, bag: str, counted: Mapping[str, int]) -> BagCheck:
    made = require_bags(session, run)
    ids = packing.ids_of(session, made.id, [bag])
    if bag not in ids:
        raise BagUnknown(run=made.code, field="bag", value=bag[:40])
    one = packing.bags_of(session, ids.values())[ids[bag]]
    unsealed = BagState(one.state) in UNSEALED
    lines = (packing.meant if unsealed else packing.packed)(session, [one.id]).get(one.id, [])
    expected: Counter[str] = Counter()
    for line in lines:
        expected[line.item_id] += line.quantity
    goods = packing.goods(session)
    return BagCheck(
        run=made,
        bag=one.code,
        state=one.state,
        lines=tuple(
            Counted(
                item_id=item_id,
                name_zh=goods[item_id].name_zh,
                name_en=goods[item_id].name_en,
                base=goods[item_id].base,
                expected=should,
                found=is_there,
            )
            for item_id, should, is_there in compare(expected, counted)
        ),
    )
