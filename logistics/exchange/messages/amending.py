"""Corrections carried out: on what the same message asked for before, or on an earlier list."""

from dataclasses import replace
from fractions import Fraction

from logistics.domain.catalogue import Item
from logistics.exchange.messages.changes import Change
from logistics.exchange.messages.desk import Desk
from logistics.exchange.messages.judge import confidence
from logistics.exchange.messages.pairing import Pair
from logistics.exchange.messages.parts import Part
from logistics.exchange.messages.reading import AMEND, CANCEL, SUBMIT, Line, Question
from logistics.exchange.messages.tokens import Measure

_ZERO = Fraction(0)


class Amendments:
    """Carries out corrections at a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.order = desk.order
        self._unwanted: list[Change] = []
        self._cancelled: list[Part] = []
        self._readers = {
            "set": self._set, "swap": self._swap, "remove": self._remove, "add": self._add,
            "without": self._without, "less": self._less, "cancel": self._cancel,
            "mode": self._mode, "note": self._note, "same": self._same,
            "unclear": self._unclear, "keep": self._keep,
        }  # fmt: skip

    def carry_out(self, change: Change) -> None:
        """Carry out one correction; its parts get their roles."""
        for part in change.parts:
            part.role = "change"
        self._readers[change.kind](change)

    def finish(self) -> None:
        """Settle 不要香菜: taken off where other things change, asked where it is alone."""
        for unwanted in self._unwanted:
            start = min(part.start for part in unwanted.parts)
            notes = [note for note in self.order.notes if note[0] != start]
            if self.order.action == AMEND:
                self.order.notes[:] = notes
                self._remove(unwanted)
            elif not self.order.lines:
                self.order.notes[:] = notes
                self.desk.ask("amend.unclear", unwanted.parts)
        if self._unwanted and not self.order.lines and self.order.action == SUBMIT:
            self.order.action = AMEND
        if self.order.action == CANCEL and self.order.lines and self._cancelled:
            self.order.action = AMEND  # cancelled, and yet asked for
            self.desk.ask("amend.unclear", self._cancelled)

    def _cancel(self, change: Change) -> None:
        for part in change.parts:
            part.role = "cancel"
        if change.goods:
            self._remove(change)
            return
        self._cancelled = change.parts
        if self.order.lines or change.doubtful:
            self.desk.ask("amend.unclear", change.parts)
        self.order.action = CANCEL if not self.order.lines else AMEND

    def _remove(self, change: Change) -> None:
        for goods in change.goods:
            item = self.desk.resolver.item(goods, self.desk.said(goods.start, goods.end))
            if isinstance(item, Question):
                self.desk.leave(goods.start, item, [goods])
                continue
            held = [line for line in self.order.lines if line.item == item]
            if held and self.order.action == SUBMIT:
                for line in held:
                    self.order.lines.remove(line)
                continue
            self.order.action = AMEND
            self._removed(goods, item, change)

    def _removed(self, goods: Part, item: Item, change: Change) -> None:
        said = self.desk.said(min(p.start for p in change.parts), max(p.end for p in change.parts))
        self.order.lines.append(
            Line(item=item, count=_ZERO, unit=item.default_unit, said=said, at=goods.start,
                 confidence=confidence(goods.faults), reasons=tuple(goods.faults), change="remove")
        )  # fmt: skip

    def _without(self, change: Change) -> None:
        """不要香菜: a wish where other goods are asked for, else asked."""
        items = [self.desk.resolver.item(g, self.desk.said(g.start, g.end)) for g in change.goods]
        held = [line for line in self.order.lines if line.item in items]
        start, end = min(p.start for p in change.parts), max(p.end for p in change.parts)
        if self.order.action == AMEND:
            self._remove(change)
        elif held:
            self.desk.ask("amend.unclear", change.parts)
        else:
            for part in change.parts:
                part.role = "note"
            self.order.notes.append((start, self.desk.said(start, end)))
            self._unwanted.append(change)

    def _set(self, change: Change) -> None:
        """土豆改成3斤."""
        goods = change.goods[0] if change.goods else None
        amount = change.amount
        if goods is None:
            only = self.order.lines[0] if len(self.order.lines) == 1 else None
            if only is None or amount is None or amount.measure is None:
                self.desk.ask("amend.unclear", change.parts)
                return
            found = self.desk.resolver.amount(
                only.item, amount.measure, self.desk.said(amount.start, amount.end), english=False
            )
            if isinstance(found, Question):
                self.desk.leave(amount.start, found, change.parts)
                return
            self.desk.swap(only, replace(only, count=found[0], unit=found[1]))
            return
        if amount is None:
            self.desk.ask(
                "quantity.missing", change.parts, item=self.desk.said(goods.start, goods.end)
            )
            self.order.action = AMEND if not self.order.lines else self.order.action
            return
        self._put(goods, amount, change, "set")

    def _put(self, goods: Part, amount: Part, change: Change, how: str) -> None:
        held = self.desk.held(goods)
        line = self.desk.line(Pair(goods, amount), change=how)
        for part in change.parts:
            part.role = part.role if part.role == "question" else "change"
        if held is not None and self.order.action == SUBMIT:
            if line is not None:
                self.order.lines.remove(held)
                self.desk.swap(
                    line, replace(line, at=held.at, change="set", note=held.note or line.note)
                )
            return
        self.order.action = AMEND

    def _swap(self, change: Change) -> None:
        """鸡蛋换成鸭蛋10个."""
        old, new = change.goods
        held = self.desk.held(old)
        amount = change.amount
        if held is not None and self.order.action == SUBMIT:
            self.order.lines.remove(held)
            if amount is None:
                amount = replace(new, letter="A", measure=Measure(held.count, held.unit))
        else:
            self._remove(replace(change, goods=[old]))
            self.order.action = AMEND
        if amount is None:
            self.desk.ask("quantity.missing", [new], item=self.desk.said(new.start, new.end))
            return
        self.desk.line(Pair(new, amount))
        for part in change.parts:
            part.role = part.role if part.role == "question" else "change"

    def _add(self, change: Change) -> None:
        """青菜多加一斤, 再加两斤土豆和一把葱."""
        goods, amount = change.goods[0], change.amount
        if amount is not None:
            for part, much in ((goods, amount), *change.further):
                self._add_one(part, much, change)

    def _add_one(self, goods: Part, amount: Part, change: Change) -> None:
        held = self.desk.held(goods)
        if self.order.action != SUBMIT or not self.order.lines:
            self._put(goods, amount, change, "add")
            return
        line = self.desk.line(Pair(goods, amount))
        if held is not None and line is not None and line.unit == held.unit:
            self.order.lines.remove(line)
            said = f"{held.said} {line.said}"
            self.desk.swap(held, replace(held, count=held.count + line.count, said=said))

    def _less(self, change: Change) -> None:
        self.desk.ask("amend.unclear", change.parts)
        self.order.action = AMEND if not self.order.lines else self.order.action

    def _note(self, change: Change) -> None:
        for part in change.parts:
            self.desk.note(part)

    def _same(self, change: Change) -> None:
        self.desk.ask("reference.open", change.parts)

    def _unclear(self, change: Change) -> None:
        self.desk.ask("amend.unclear", change.parts)
        self.order.action = AMEND if not self.order.lines else self.order.action

    def _keep(self, change: Change) -> None:
        for part in change.parts:
            part.role = "mark"

    def _mode(self, change: Change) -> None:
        """改一下: what follows are the new amounts."""
        if not self.order.lines or self.order.action == AMEND:
            self.order.action = AMEND  # after 取消订单, too: what follows is the new list
        else:
            self.desk.ask("amend.unclear", change.parts)
