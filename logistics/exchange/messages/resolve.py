"""Goods and an amount, as they were said, turned into an item and one of its units."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from logistics.domain.catalogue import (
    Item,
    QuantityAbsurd,
    QuantityNotWhole,
    UnitUnknownForItem,
)
from logistics.domain.quantities import (
    MASS,
    VOLUME,
    UnitNotUnderstood,
    meanings,
    say_decimal,
)
from logistics.exchange.messages.amounts import is_measure
from logistics.exchange.messages.lexicon import Lexicon
from logistics.exchange.messages.parts import Part
from logistics.exchange.messages.reading import Question
from logistics.exchange.messages.tokens import Measure

_SAME_UNITS = (
    ("颗", "棵"),
    ("支", "枝"),
    ("听", "罐"),
    ("捆", "扎"),
    ("板", "排", "托"),
    ("个", "枚"),
)
_PIECES = ("个", "只", "根", "颗", "棵", "条", "枚", "块", "朵")
_OVER = 3  # times the limit of one line: more than that is a slip of the pen
_HALF_LIMIT = Fraction(1, 2)


class Resolver:
    """Finds items and units in one catalogue."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    def item(self, part: Part, said: str, amount: Measure | None = None) -> Item | Question:
        """Return the one item that goods name, or the question which.

        Of several items a word may name, the only one that is sold in the amount's unit is meant.
        """
        if part.goods is None:
            near = "、".join(item.name_zh for item in self.lexicon.near(said))
            facts: dict[str, Any] = {"item": said[:40], "close": near}
            if amount is not None:  # one click on the item is then enough
                facts["asked"] = {
                    "item": said[:40],
                    "quantity": say_decimal(amount.count) or str(amount.count),
                    "unit": amount.word,
                }
            return Question("item.unknown", said, facts)
        items = part.goods.items
        if len(items) == 1 and part.goods.how != "open":
            return items[0]
        sold = [item for item in items if amount and amount.word and self._sold(item, amount.word)]
        if len(sold) == 1 and len(items) > 1:
            return sold[0]
        names = "、".join(item.name_zh for item in items[:6])
        return Question("item.ambiguous", said, {"item": said[:40], "close": names})

    def fits(self, goods: Part, amount: Part) -> bool:
        """Say whether goods can be asked for in an amount's unit."""
        if goods.goods is None or amount.measure is None:
            return True
        word = amount.measure.word
        return not word or any(self.unit(item, word) for item in goods.goods.items)

    def _sold(self, item: Item, word: str) -> bool:
        found = self.unit(item, word)
        return found is not None and (
            is_measure(word) or found[0] in item.units or found[0] == item.default_unit
        )

    def unit(self, item: Item, word: str) -> tuple[str, tuple[str, ...]] | None:
        """Return the item's unit that a word means and reasons to be less sure; None if none."""
        try:
            meant = (word, *meanings(word))
        except UnitNotUnderstood:
            return None
        known = [unit for unit in dict.fromkeys(meant) if item.base_count(unit) is not None]
        if known:
            several = len({item.base_count(unit) for unit in known}) > 1
            return known[0], ("unit-of-several",) if several and word.isascii() else ()
        for group in _SAME_UNITS:
            if word in group:
                for unit in group:
                    if item.base_count(unit) is not None:
                        return unit, ("unit-alike",)
        return None

    def amount(
        self, item: Item, measure: Measure, said: str, *, english: bool
    ) -> tuple[Fraction, str, list[str]] | Question:
        """Return count, unit and reasons to be less sure; or the question what is meant."""
        if measure.how == "size":
            return Question("quantity.missing", said, {"item": item.name_zh})
        found = (
            self._unit_said(item, measure.word, said)
            if measure.word
            else self._without_unit(item, measure, said, english=english)
        )
        if isinstance(found, Question):
            return found
        unit, reasons = found
        how = [] if measure.how == "said" else [measure.how]
        much = self._how_much(item, measure.count, unit, said)
        return (
            much if isinstance(much, Question) else (measure.count, unit, [*how, *reasons, *much])
        )

    def _unit_said(
        self, item: Item, word: str, said: str
    ) -> tuple[str, tuple[str, ...]] | Question:
        meant = self.unit(item, word)
        if meant is not None:
            return meant
        facts = {"item": item.name_zh, "unit": word, "known": "、".join(item.known_units())}
        return Question("unit.unknown-for-item", said, facts)

    def _how_much(self, item: Item, count: Fraction, unit: str, said: str) -> list[str] | Question:
        """Hold an amount against what one line may ask."""
        try:
            base = self.lexicon.catalogue.convert(item, count, unit)
        except QuantityAbsurd as refusal:
            if count * (item.base_count(unit) or 0) <= item.household_limit * _OVER:
                return ["over-limit"]
            return Question(refusal.code, said, refusal.facts)
        except (QuantityNotWhole, UnitUnknownForItem) as refusal:
            return Question(refusal.code, said, refusal.facts)
        return ["much"] if base > item.household_limit * _HALF_LIMIT and count > 1 else []

    def _without_unit(
        self, item: Item, measure: Measure, said: str, *, english: bool
    ) -> tuple[str, tuple[str, ...]] | Question:
        """Choose a unit for a bare number where only one makes sense."""
        pieces = [
            unit
            for unit in _PIECES
            if unit in item.units or (item.base == "piece" and unit == item.default_unit)
        ]
        if english and pieces and measure.count.denominator == 1:
            return pieces[0], ("english-pieces",)
        units = _sensible(item, measure.count)
        if len({item.base_count(unit) for unit in units}) == 1:
            return units[0], ("no-unit",)
        facts = {
            "item": item.name_zh,
            "quantity": str(measure.count),
            "known": "、".join(item.known_units()),
        }
        return Question("unit.missing", said, facts)

    def same_size(self, item: Item, unit: str, count: Fraction, size: Measure) -> bool:
        """Say whether a second amount is what one unit holds, or all of them together."""
        held = item.base_count(unit)
        meant = self.unit(item, size.word) if size.word else None
        if held is None or meant is None:
            return False
        told = size.count * (item.base_count(meant[0]) or 0)
        return told in (held, held * count)

    def holds_less(self, item: Item, unit: str, size: Measure) -> bool:
        """Say whether a second amount of packs or pieces is less than one unit holds."""
        held = item.base_count(unit)
        meant = self.unit(item, size.word) if size.word and not is_measure(size.word) else None
        if held is None or meant is None:
            return False
        return size.count * (item.base_count(meant[0]) or 0) < held


def _sensible(item: Item, count: Fraction) -> Sequence[str]:
    """List the units in which a bare number of an item could be meant."""
    measures = {*MASS, *VOLUME}
    said = [item.default_unit, *(unit for unit in item.units if unit not in measures)]
    fitting = []
    for unit in dict.fromkeys(said):
        base = count * (item.base_count(unit) or 0)
        if base.denominator == 1 and 0 < base <= item.household_limit:
            fitting.append(unit)
    return fitting
