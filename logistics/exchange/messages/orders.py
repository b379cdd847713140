"""One household's words understood: what it asks for, changes, wishes and leaves open."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from logistics.exchange.messages.amending import Amendments
from logistics.exchange.messages.changes import changes_in
from logistics.exchange.messages.desk import Desk, Order
from logistics.exchange.messages.judge import confidence
from logistics.exchange.messages.leftovers import unclear_beside
from logistics.exchange.messages.normalise import Plain
from logistics.exchange.messages.pairing import Pair, pair_up
from logistics.exchange.messages.parts import Part
from logistics.exchange.messages.reading import Line, Question
from logistics.exchange.messages.resolve import Resolver
from logistics.exchange.messages.sharing import take_sharers
from logistics.exchange.messages.words import is_wish

_TOTAL = re.compile(r"(?:共|合计|总计|总价|小计|付|转账?|收)\s*[:=]?\s*$")
_PAIRED = "IUAVEO"
_WORD, _PHRASE = 3, 12  # characters
_BESIDE = 8  # characters between goods and a sum of money for them


class Understanding:
    """Reads the parts of one household, in order, into an order."""

    def __init__(self, plain: Plain, resolver: Resolver, threshold: float) -> None:
        self.threshold = threshold
        self.desk = Desk(plain, resolver)
        self.order = self.desk.order
        self._among_goods = False  # whether goods were said beside what is left over

    def read(self, parts: Sequence[Part]) -> Order:
        """Understand all parts; each of them gets its role."""
        amendments = Amendments(self.desk)
        waiting: list[Part] = []
        for step in changes_in(parts):
            if isinstance(step, Part):
                waiting.append(step)
                continue
            self._plain_lines(waiting)
            waiting = []
            amendments.carry_out(step)
        self._plain_lines(waiting)
        amendments.finish()
        self._repeated()
        return self.order

    # plain lines -----------------------------------------------------------------------------

    def _plain_lines(self, parts: list[Part]) -> None:
        rest = self._quiet(parts)
        rest = self._choices(rest)
        rest = self._shared(rest)
        pairs, left = pair_up(rest, self.desk.resolver.fits)
        glued = self._glued(rest, {id(pair.goods) for pair in pairs})
        for pair in pairs:
            self.desk.line(pair, glued=id(pair.goods) in glued)
        unclear = unclear_beside(rest, left, pairs, self.desk.plain)
        self._line_notes(parts)
        self._among_goods = any(part.role for part in rest)
        for part in left:
            self._left(part, rest)
        self._doubt(sorted((goods.start, reason) for goods, reason in unclear))

    def _doubt(self, places: Sequence[tuple[int, str]]) -> None:
        """Let the lines of goods at these places wait, each with its reason."""
        if not places:
            return
        for number, line in enumerate(self.order.lines):
            first = bisect_left(places, (line.at, ""))
            last = bisect_left(places, (line.until, ""))
            if first < last:
                told = (reason for _, reason in places[first:last])
                reasons = tuple(dict.fromkeys((*line.reasons, *told)))
                self.order.lines[number] = replace(
                    line, reasons=reasons, confidence=confidence(reasons)
                )

    def _quiet(self, parts: Sequence[Part]) -> list[Part]:
        """Set aside what pairs with nothing: notes, their questions, telephone numbers."""
        rest: list[Part] = []
        each = _useful_each(parts)
        last: Part | None = None
        for part in parts:
            if part.letter in _PAIRED and last is not None and last.letter not in _PAIRED:
                part.apart = True
                part.gap = max(part.gap, last.gap)
            last = part
            if part.letter == "Q":
                part.role = "asked"
                self.order.asked = True
            elif part.letter == "F":
                self.desk.note(part)
            elif part.role == "mark":
                part.role = "contact"
            elif part.letter == "N" and part.scope not in ("line", "unmet"):
                self.desk.note(part)
            elif part.letter in "LBTPMSHW" or (part.letter == "E" and not each):
                part.role = "mark"
            elif part.letter == "N":
                continue  # of a line: when the lines are known
            else:
                rest.append(part)
        return rest

    def _choices(self, parts: list[Part]) -> list[Part]:
        """Ask about 苹果或梨2斤."""
        rest: list[Part] = []
        at = 0
        while at < len(parts):
            if parts[at].letter != "O":
                rest.append(parts[at])
                at += 1
                continue
            members = [parts[at]]
            while rest and rest[-1].letter in "IUA" and len(members) < 3:  # noqa: PLR2004
                members.insert(0, rest.pop())
                if members[0].letter in "IU":
                    break
            at += 1
            while at < len(parts) and parts[at].letter in "IUA" and not parts[at].clause:
                members.append(parts[at])
                at += 1
                if members[-1].letter == "A":
                    break
            self.desk.ask("choice.open", members)
        return rest

    def _shared(self, parts: list[Part]) -> list[Part]:
        """青菜、菠菜各一斤: one amount for several goods, or one amount for each in turn."""
        rest: list[Part] = []
        at = 0
        while at < len(parts):
            each = parts[at]
            if each.letter != "E":
                rest.append(each)
                at += 1
                continue
            goods, amounts, at = take_sharers(rest, parts, at)
            each.role = "line" if goods else "mark"
            if goods:
                self._share(goods, amounts)
        return rest

    def _share(self, goods: list[Part], amounts: list[Part]) -> None:
        if len(amounts) == 1:
            amounts = amounts * len(goods)
        if len(amounts) != len(goods):
            self.desk.ask("quantity.missing", [*goods, *amounts])
            return
        for part, amount in zip(goods, amounts, strict=True):
            self.desk.line(Pair(part, amount), shared=True)

    def _glued(self, parts: Sequence[Part], used: set[int]) -> set[int]:
        """Return goods to which others, without an amount, are glued: 鸡蛋面1包."""
        glued = set()
        for one, other in pairwise(parts):
            if one.letter == "I" and other.letter in "IU" and id(one) not in used:
                close = self.desk.plain.text[one.end : other.start]
                if other.gap < 1 or (close == " " and one.latin and other.latin):
                    glued.add(id(other))
        return glued

    # notes -----------------------------------------------------------------------------------

    def _line_notes(self, parts: Sequence[Part]) -> None:
        """Tell each line's own wishes to it: the goods beside them, or the line before."""
        for at, part in enumerate(parts):
            if part.letter != "N" or part.role:
                continue
            part.role = "note"
            named = self._named_beside(parts, at)
            line = named if named is not None else self.desk.line_before(part.start)
            if part.scope == "unmet" or (line is None and part.hard):  # 有的话来2斤
                self.desk.ask("text.not-understood", [part], wish="1")
                continue
            self._line_note(part, line)

    def _line_note(self, part: Part, line: Line | None) -> None:
        part.role = "note"
        if line is None:
            self.desk.note(part)
            return
        note = "；".join(filter(None, (line.note, self.desk.note_words(part))))
        reasons = tuple(dict.fromkeys((*line.reasons, *part.faults)))
        self.desk.swap(
            line, replace(line, note=note, reasons=reasons, confidence=confidence(reasons))
        )

    def _named_beside(self, parts: Sequence[Part], at: int) -> Line | None:
        """Return the line of goods that are named again beside a wish: 葱要小的."""
        for near in (at - 1, at + 1):
            if not 0 <= near < len(parts):
                continue
            part = parts[near]
            gap = parts[max(near, at)].gap
            if part.letter == "I" and not part.role and gap < 1 and part.goods:
                for line in self.order.lines:
                    if line.item in part.goods.items:
                        part.role = "note"
                        return line
            if part.letter == "I" and part.role == "line" and gap == 0:
                return next(
                    (
                        line
                        for line in self.order.lines
                        if part.goods and line.item in part.goods.items
                    ),
                    None,
                )
        return None

    # what is left ----------------------------------------------------------------------------

    def _left(self, part: Part, parts: Sequence[Part]) -> None:
        if part.role:
            return
        if part.letter == "I":
            self._goods_alone(part)
        elif part.letter == "U":
            self._unknown_alone(part, parts)
        elif part.letter == "Y":
            self._money(part, parts)
        elif part.letter in "AV":
            self.desk.ask("item.missing" if part.letter == "A" else "quantity.vague", [part])
        elif part.letter == "R":
            self.desk.ask("reference.open", [part])
        else:
            self.desk.ask("text.not-understood", [part])

    def _goods_alone(self, part: Part) -> None:
        if "picture" in part.faults and self.order.lines:
            part.role = "mark"
            return
        self.desk.ask("quantity.missing", [part], item=self.desk.said(part.start, part.end))

    def _unknown_alone(self, part: Part, parts: Sequence[Part]) -> None:
        words = self.desk.said(part.start, part.end)
        if not any(char.isalnum() for char in words):
            part.role = "mark"
        elif any(char.isdigit() for char in words):
            self.desk.ask("item.unknown", [part], item=words[:40])
        elif self._quality(part):
            self._line_note(part, self.desk.line_before(part.start))
        elif is_wish(words) or (len(words) < _WORD and is_wish(self._phrase(part))):
            part.end = self._phrase_end(part, parts)
            self.desk.note(part)
        elif self._among_goods:
            self.desk.ask("item.unknown", [part], alone="1", item=words[:40], close="、".join(
                item.name_zh for item in self.desk.resolver.lexicon.near(words)))  # fmt: skip
        else:
            self.desk.ask("text.not-understood", [part])

    def _phrase(self, part: Part) -> str:
        """Return the words between two marks that a part stands in."""
        text = self.desk.plain.text
        start, end = part.start, part.end
        while start > 0 and part.start - start < _PHRASE and text[start - 1].isalnum():
            start -= 1
        while end < len(text) and end - part.end < _PHRASE and text[end].isalnum():
            end += 1
        return text[start:end]

    def _phrase_end(self, part: Part, parts: Sequence[Part]) -> int:
        """Return where the phrase of a remark ends, quiet words at its end with it."""
        text = self.desk.plain.text
        following = bisect_left(parts, part.end, key=lambda other: other.start)
        stop = parts[following].start if following < len(parts) else len(text)
        end = part.end
        while end < min(stop, part.end + _BESIDE) and text[end].isalnum():
            end += 1
        return end

    def _quality(self, part: Part) -> bool:
        """Say whether words tell how goods should be (要糯的), after a line."""
        text = self.desk.plain.text
        after = text[part.end : part.end + 2]
        told = after[:1] == "的" and not after[1:].isalnum()
        return told and self.desk.line_before(part.start) is not None

    def _money(self, part: Part, parts: Sequence[Part]) -> None:
        """Take a price beside a line as its note; ask about a sum for goods without an amount."""
        near = [p for p in self._near(part, parts) if p.letter in "IU" and not p.role]
        before = self._before(part, parts)
        line = self.desk.line_before(part.start)
        told = {"line": before and before.letter != "Y", "note": before and before.letter == "Y"}
        if _TOTAL.search(self.desk.plain.text[max(0, part.start - _PHRASE) : part.start]):
            self.desk.note(part)
        elif before and told.get(before.role) and not part.clause and line is not None:
            self._line_note(part, line)
        else:
            self.desk.ask("budget.open", [part, *near])

    @staticmethod
    def _before(part: Part, parts: Sequence[Part]) -> Part | None:
        at = bisect_left(parts, part.start, key=lambda other: other.start)
        return parts[at - 1] if at else None

    @staticmethod
    def _near(part: Part, parts: Sequence[Part]) -> Sequence[Part]:
        """Return the parts that stand within a few characters of one."""
        first = bisect_left(parts, part.start - _BESIDE, key=lambda other: other.end)
        last = bisect_left(parts, part.end + _BESIDE, key=lambda other: other.start)
        return parts[first:last]

    # the same twice --------------------------------------------------------------------------

    def _repeated(self) -> None:
        """Ask about what is asked for twice, and about what is less sure than it has to be."""
        seen: dict[str, Line] = {}
        kept: list[Line] = []
        for line in sorted(self.order.lines, key=lambda line: line.at):
            earlier = seen.get(line.item.id)
            sizes = (
                earlier is not None and earlier.note and line.note and earlier.note != line.note
            )
            if earlier is not None and line.change == "set" and not sizes:
                said = f"{seen[line.item.id].said}；{line.said}"
                question = Question("line.twice", said, {"item": line.item.name_zh})
                self.order.questions.append((line.at, question))
                if (line.count, line.unit) == (seen[line.item.id].count, seen[line.item.id].unit):
                    continue
            seen.setdefault(line.item.id, line)
            kept.append(line)
            if line.confidence < self.threshold:
                self.order.questions.append((line.at, _unsure(line)))
        self.order.lines = kept


def _unsure(line: Line) -> Question:
    if "over-limit" in line.reasons:
        return Question("quantity.absurd", line.said, {"item": line.item.name_zh})
    facts = {"item": line.item.name_zh, "reasons": "、".join(line.reasons)}
    return Question("line.unsure", line.said, facts)


def _useful_each(parts: Sequence[Part]) -> bool:
    return any(part.letter == "A" for part in parts) and any(part.letter in "IU" for part in parts)
