"""Where one household's order is put together: lines, questions and notes, with their words."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from logistics.domain.quantities import say_decimal
from logistics.exchange.messages.amounts import is_measure
from logistics.exchange.messages.judge import confidence
from logistics.exchange.messages.normalise import Plain
from logistics.exchange.messages.pairing import Pair
from logistics.exchange.messages.parts import Part
from logistics.exchange.messages.reading import SUBMIT, Line, Question
from logistics.exchange.messages.resolve import Resolver

_LOOSE = frozenset("个只颗棵根块条头枚粒节片")  # units of goods that are not packed
_BRACKETS = "()（）[]【】<>《》「」 "


@dataclass(slots=True)
class Order:
    """What one household's words come to; questions and notes with their place in the text."""

    action: str = SUBMIT
    lines: list[Line] = field(default_factory=list)
    questions: list[tuple[int, Question]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    asked: bool = False  # they ask us something


class Desk:
    """Makes lines and questions of parts, and gives each part its role."""

    def __init__(self, plain: Plain, resolver: Resolver) -> None:
        self.plain = plain
        self.resolver = resolver
        self.order = Order()

    def said(self, start: int, end: int) -> str:
        """Give the words of a stretch as they were written."""
        return self.plain.words(start, end).strip()

    def ask(self, code: str, parts: Sequence[Part], **facts: str) -> None:
        """Leave parts to a person."""
        start, end = min(p.start for p in parts), max(p.end for p in parts)
        for part in parts:
            part.role = "question"
        self.order.questions.append((start, Question(code, self.said(start, end), facts)))

    def leave(self, at: int, question: Question, parts: Sequence[Part]) -> None:
        """Leave parts to a person, with a question that is known already."""
        for part in parts:
            part.role = "question"
        self.order.questions.append((at, question))

    def line(
        self, pair: Pair, *, shared: bool = False, glued: bool = False, change: str = "set"
    ) -> Line | None:
        """Make a line of goods and their amount, or the question that stands in its way.

        Parameters
        ----------
        shared
            Whether several goods have this one amount.
        glued
            Whether other goods, without an amount of their own, are glued to these.
        """
        parts = [part for part in (pair.goods, pair.amount, pair.size) if part]
        start = pair.goods.start if shared else min(part.start for part in parts)
        said = (
            self._said_of(pair.goods, pair.amount)
            if shared
            else self.said(start, max(part.end for part in parts))
        )
        for part in parts:
            part.role = part.role or "line"
        made = self._made(pair, said, start, change)
        if isinstance(made, Question):
            facts = {**made.facts, "asked": self._as_asked(pair)}
            self.leave(start, replace(made, facts=facts), parts)
            return None
        later = max(pair.amount, pair.goods, key=lambda part: part.start)
        told = {
            "shared": shared,
            "goods-before": glued,
            "two-readings": not pair.sure,
            "clause-apart": later.clause and not shared,
        }
        reasons = (*made.reasons, *(reason for reason, holds in told.items() if holds))
        line = replace(
            made, reasons=reasons, confidence=confidence(reasons), until=max(p.end for p in parts)
        )
        self.order.lines.append(line)
        return line

    def _as_asked(self, pair: Pair) -> dict[str, str]:
        """Give what was understood so far, for whoever settles the question."""
        measure = pair.amount.measure
        return {
            "item": self.said(pair.goods.start, pair.goods.end),
            "quantity": (say_decimal(measure.count) or "") if measure else "",
            "unit": measure.word if measure else "",
        }

    def _made(self, pair: Pair, said: str, start: int, change: str) -> Line | Question:
        goods, measure = pair.goods, pair.amount.measure
        if measure is None:
            return Question("quantity.vague", said)
        item = self.resolver.item(goods, self.said(goods.start, goods.end), measure)
        if isinstance(item, Question):
            return replace(item, said=said)
        found = self.resolver.amount(item, measure, said, english=goods.latin)
        if isinstance(found, Question):
            return found
        count, unit, reasons = found
        notes = [self.plain.words(first, last).strip() for first, last in goods.notes]
        reasons += [fault for fault in goods.faults if fault != "open"]
        if goods.goods is not None and len(goods.goods.items) > 1:
            reasons.append("unit-tells")
        if measure.size:
            reasons.append("size-word")
            notes.append(measure.size + measure.word)
        if measure.how == "approximate":
            notes.append("左右")
        if pair.size is not None and pair.size.measure is not None:
            fits = self.resolver.same_size(item, unit, count, pair.size.measure)
            reasons.append("size-fits" if fits else "size")
            loose = measure.word in _LOOSE and is_measure(pair.size.measure.word)
            further = self.resolver.holds_less(item, unit, pair.size.measure)
            if not fits and (further or (loose and self.resolver.fits(goods, pair.size))):
                reasons.append("two-readings")  # 土豆2斤3个, 牛奶一箱两瓶
            notes.append(self.said(pair.size.start, pair.size.end))
        return Line(
            item=item, count=count, unit=unit, said=said, at=start, change=change,
            note="；".join(dict.fromkeys(filter(None, notes))),
            reasons=tuple(dict.fromkeys(reasons)), word=self._word(goods),
        )  # fmt: skip

    def _word(self, goods: Part) -> str:
        """Return the goods' own word if the catalogue knows it by that."""
        if goods.goods is None or goods.goods.how not in ("name", "alias"):
            return ""
        end = max((b for a, b in goods.notes if a == goods.start), default=goods.start)
        word = self.said(end, goods.end)
        return word if self.resolver.lexicon.goods(word) == goods.goods else ""

    def _said_of(self, goods: Part, amount: Part) -> str:
        one, other = self.said(goods.start, goods.end), self.said(amount.start, amount.end)
        return f"{one} {other}" if goods.start < amount.start else f"{other} {one}"

    def note(self, part: Part) -> None:
        """Take words as a note of the whole order."""
        part.role = "note"
        words = self.said(part.start, part.end).strip(_BRACKETS)
        if words:
            self.order.notes.append((part.start, words))

    def line_before(self, at: int) -> Line | None:
        """Return the last line that begins before a place."""
        return next((line for line in reversed(self.order.lines) if line.at < at), None)

    def swap(self, old: Line, new: Line) -> None:
        """Put one line in the place of another."""
        lines = self.order.lines
        at = next(n for n in range(len(lines) - 1, -1, -1) if lines[n] is old)
        lines[at] = new

    def held(self, goods: Part) -> Line | None:
        """Return the line that already asks for goods."""
        items = goods.goods.items if goods.goods else ()
        return next((line for line in self.order.lines if line.item in items), None)

    def note_words(self, part: Part) -> str:
        """Give the words of a note without its brackets."""
        return self.said(part.start, part.end).strip(_BRACKETS)
