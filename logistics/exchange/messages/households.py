"""A message parted into the stretches that belong to one household each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from logistics.exchange.messages.addresses import (
    Found,
    Name,
    addresses_in,
    building_alone,
    name_at,
    name_in,
    name_last,
    numbering_end,
)
from logistics.exchange.messages.lexicon import Lexicon
from logistics.exchange.messages.normalise import alike
from logistics.exchange.messages.rows import (
    CHAT,
    COMPOUND,
    COMPOUND_NAMED,
    EXAMPLE,
    HEADING,
    SIGN_UP,
    Line,
    addresses_follow,
    frames,
    is_speaker,
    lines_of,
    stamp_end,
)
from logistics.exchange.messages.segment import segment
from logistics.exchange.messages.tokens import BREAKS, Measure, Token

_LABELLED = re.compile(r"\s*(?:姓名|联系人|户主|收货人|收件人|名字|称呼|业主)\s*[::]")
_INTRODUCING = re.compile(r"(?:我是|我叫|我姓|姓名|联系人|户主|收货人|业主|住户|本人)")


_LONGEST_NAME = 5
_LONGEST_NICKNAME = 12
_NO_NICKNAME = frozenset(
    {
        "opener",
        "allergy",
        "drop",
        "hard_drop",
        "more",
        "less",
        "all",
        "people",
        "cancel",
        "amount",
        "vague",
        "money",
        "change",
        "same",
    }
)
_OBVIOUS = re.compile(
    r"[\d一二两三四五六七八九十半]\s?(?:斤|公斤|kg|[个盒袋瓶箱板把包根条颗只桶提])"
)
_NICKNAME = re.compile(r"[\s,:()]*(?P<name>[\u4e00-\u9fffa-z]{2,8})\s?:\s?")
_LEADING = {"unknown", "filler", "want", "ba", "people"}
_ESTATE = re.compile(r"[区苑园村路院府城里期庭湾郡轩阁墅街巷弄居邸]$")


@dataclass(slots=True)
class Section:
    """What belongs to one household: its address and name, and the stretches of its words."""

    start: int
    address: Found | None = None
    name: Name | None = None
    compound: str = ""
    row: bool = False
    unsure: bool = False  # goods of which it is not clear whose they are
    spans: list[tuple[int, int]] = field(default_factory=list)
    markers: list[Token] = field(default_factory=list)


class Splitter:
    """Parts one message; keeps what headings said for the rows below them."""

    def __init__(self, plain: str, lexicon: Lexicon) -> None:
        self.plain = plain
        self.sounds = alike(plain)
        self.lexicon = lexicon
        self.context: Found | None = None
        self.compound = ""
        self.sections: list[Section] = []
        self.trailing = False
        self.sign_up = False
        self.speaking = False
        self.exported = False

    def split(self) -> list[Section]:
        """Return the sections in the order of the text; together they are the text."""
        lines = self._lines()
        self._judge_headings(lines)
        self.sign_up = self._announced(lines) or self._numbered_rows(lines)
        stamps = [line for line in lines if stamp_end(self.plain[line.start : line.end])]
        self.exported = len(stamps) > 1
        self.trailing = addresses_follow([line for line in lines if not line.heading])
        open_lines: list[Line] = []
        for line in lines:
            if line.heading:
                self._head(line)
            elif line.addresses:
                self._addressed(line, open_lines)
                open_lines = []
            else:
                open_lines = self._unaddressed(line, open_lines)
        for line in open_lines:
            self._go_on(line, self._current(line.start))
        for section in self.sections:
            self._name_last(section)
        return self.sections

    def _name_last(self, section: Section) -> None:
        """Take a name that closes the words of a household without one: 302室 青菜2斤 王."""
        if section.name is not None or section.address is None or not section.spans:
            return
        start, end = max(section.spans)
        name = name_last(self.plain, start, end)
        if name is None or self._is_goods(name.start):
            return
        section.name = name
        section.spans.remove((start, end))
        section.spans.append((start, name.start))
        section.markers.append(Token("name", name.start, name.end))
        if name.end < end:
            section.spans.append((name.end, end))

    def _lines(self) -> list[Line]:
        lines = []
        for start, end, text in lines_of(self.plain):
            body = start + (stamp_end(text) or numbering_end(text))
            addresses = list(addresses_in(self.plain, body, start + len(text)))
            if not addresses and (alone := building_alone(self.plain, body, end)):
                addresses = [alone]
            line = Line(start, end, body, addresses, [])
            edges = [(body, addresses[0].start if addresses else end)]
            edges += [(one.end, other.start) for one, other in pairwise(addresses)]
            edges += [(addresses[-1].end, end)] if addresses else []
            line.goods = [self._has_goods(*edge) for edge in edges]
            line.inherits = start > 0 and self.plain[start - 1] == ";"
            lines.append(line)
        return lines

    def _has_goods(self, start: int, end: int) -> bool:
        if _OBVIOUS.search(self.plain, start, end):
            return True
        tokens = segment(self.plain, self.lexicon, start, end)
        return any(
            token.kind in {"item", "amount", "vague", "money", "change", "drop", "cancel", "same"}
            for token in tokens
        )

    def _judge_headings(self, lines: Sequence[Line]) -> None:
        rows = [n for n, line in enumerate(lines) if line.body > line.start or line.addresses]
        for number, line in enumerate(lines):
            text = self.plain[line.start : line.end]
            whole = any(found.complete for found in line.addresses)
            if EXAMPLE.match(text):
                line.heading = True
            elif HEADING.match(text) or SIGN_UP.search(text):
                line.heading = not whole and (
                    any(row > number for row in rows) or not any(line.goods)
                )
            elif frames(text) or COMPOUND_NAMED.search(text) or CHAT.fullmatch(text):
                line.heading = not whole
            elif line.addresses and not whole and not any(line.goods):
                later = [found for other in lines[number + 1 :] for found in other.addresses]
                line.heading = not line.addresses[0].room and any(found.room for found in later)
        announced = False
        for number, line in enumerate(lines):  # what stands between a heading and the first row
            announced = announced or (
                line.heading and bool(SIGN_UP.search(self.plain, line.start, line.end))
            )
            if announced and number in rows and not line.heading:
                break
            if announced and any(row > number for row in rows):
                line.heading = True

    def _announced(self, lines: Sequence[Line]) -> bool:
        """Say whether a heading announces rows of households, and not just their compound."""
        heads = [self.plain[line.start : line.end] for line in lines if line.heading]
        return any(not COMPOUND_NAMED.search(text) and not frames(text) for text in heads)

    def _numbered_rows(self, lines: Sequence[Line]) -> bool:
        rows = [line for line in lines if line.body > line.start]
        return len(rows) > 1 and any(line.addresses for line in rows)

    def _head(self, line: Line) -> None:
        text = self.plain[line.start : line.end]
        if not EXAMPLE.match(text):
            if named := COMPOUND_NAMED.search(text):
                self.compound = named[1].strip()
            elif coded := COMPOUND.search(text):
                self.compound = coded[1].upper()
            if line.addresses:
                self.context = line.addresses[0]
        section = self._current(line.start)
        section.markers.append(Token("heading", line.start, line.end))

    def _current(self, start: int) -> Section:
        if not self.sections:
            self.sections.append(Section(start, compound=self.compound))
        return self.sections[-1]

    def _open(self, start: int, found: Found | None, *, row: bool = False) -> Section:
        address = found.within(self.context) if found else self.context
        compound = (address.compound if address else "") or self.compound
        section = Section(start, address, compound=compound, row=row)
        self.sections.append(section)
        return section

    def _numbered(self, section: Section, line: Line) -> None:
        if line.body > line.start:
            section.markers.append(Token("number", line.start, line.body))

    def _unaddressed(self, line: Line, open_lines: list[Line]) -> list[Line]:
        """Put a line without an address where it belongs, or keep it for the next address."""
        if is_speaker(self.plain[line.start : line.end]) and not self._counts(line):
            self._speaks(line)
            return open_lines
        row = (line.body > line.start and self.sign_up) or self.speaking
        row = row or (self.exported and stamp_end(self.plain[line.start : line.end]) > 0)
        if row:
            self.speaking = False
            section = self._open(line.start, None, row=True)
            self._numbered(section, line)
            at = self._name(section, line.body, line.end)
            section.spans.append((at, line.end))
            return open_lines
        addressed = any(section.address or section.row for section in self.sections)
        if self.trailing or not addressed:
            return [*open_lines, line]
        self._go_on(line, self.sections[-1])
        return open_lines

    def _counts(self, line: Line) -> bool:
        """Say whether a line asks for something; 三 at the end of a name does not."""
        tokens = segment(self.plain, self.lexicon, line.body, line.end)
        counted = any(isinstance(t.value, Measure) and t.value.word for t in tokens)
        return line.body > line.start and (counted or any(t.kind == "item" for t in tokens))

    def _speaks(self, line: Line) -> None:
        """Begin another person's words: 王阿姨 10:22."""
        self.speaking = True
        self._current(line.start).markers.append(Token("heading", line.start, line.end))

    def _go_on(self, line: Line, section: Section) -> None:
        self._numbered(section, line)
        at = line.body
        if section.name is None:
            text = self.plain[at : line.end]
            alone = bool(_LABELLED.match(text)) or (
                len(text.strip()) <= _LONGEST_NAME and not any(line.goods)
            )
            at = self._name(section, at, line.end, titled=not alone)
        section.spans.append((at, line.end))

    def _addressed(self, line: Line, before: list[Line]) -> None:
        self.speaking = False
        first, goods = line.addresses[0], line.goods
        if line.inherits and not first.building and self.sections:
            first = first.within(self.sections[-1].address)
            line.addresses[0] = first
        row = line.body > line.start
        own = self._open(
            before[0].start if before and self._whose(before, line) else line.start, first, row=row
        )
        if before and own.start == line.start:
            stray = Section(
                before[0].start, compound=self.compound, unsure=any(any(b.goods) for b in before)
            )
            self.sections.insert(len(self.sections) - 1, stray)
            for other in before:
                self._go_on(other, stray)
        elif before:
            for other in before:
                self._go_on(other, own)
        self._numbered(own, line)
        many = len(line.addresses) > 1
        follows = many and goods[0] and not goods[-1]
        at = self._name(own, line.body, first.start)
        if goods[0] and many and not follows:
            stray = Section(at, compound=self.compound, unsure=True, spans=[(at, first.start)])
            self.sections.insert(len(self.sections) - 1, stray)
        elif (row or not goods[0]) and self._says_where(at, first.start, row=row):
            own.markers.append(Token("address", at, first.start))
        else:
            own.spans.append((at, first.start))
        for number, found in enumerate(line.addresses):
            end = (
                line.addresses[number + 1].start if number + 1 < len(line.addresses) else line.end
            )
            section = own if not number else self._again(found) or self._open(found.start, found)
            section.markers.append(Token("address", found.start, found.end))
            at = self._name(section, found.end, end)
            if follows and number + 1 < len(line.addresses):
                nearer = self._open(at, line.addresses[number + 1])
                nearer.spans.append((at, end))
                self.sections[-1] = nearer
                continue
            section.spans.append((at, end))

    def _says_where(self, start: int, end: int, *, row: bool) -> bool:
        """Say whether words before an address only lead to it, or name its compound.

        In a numbered row they may also be what somebody is called in the chat.
        """
        tokens = segment(self.plain, self.lexicon, start, end)
        unknown = "".join(self.plain[t.start : t.end] for t in tokens if t.kind == "unknown")
        leading = all(t.kind in _LEADING or t.kind in BREAKS for t in tokens)
        if row and end - start <= _LONGEST_NICKNAME:
            return not any(t.kind in _NO_NICKNAME for t in tokens)
        return leading and (len(unknown) < 3 or bool(_ESTATE.search(unknown)))  # noqa: PLR2004

    def _again(self, found: Found) -> Section | None:
        """Return the last section if an address says its door again (or opened it)."""
        last = self.sections[-1].address if self.sections else None
        if last is None:
            return None
        same = (last.building, last.unit, last.room) == (
            found.building or last.building, found.unit or last.unit, found.room or last.room,
        )  # fmt: skip
        return self.sections[-1] if same or last.start == found.start else None

    def _whose(self, before: list[Line], line: Line) -> bool:
        """Say whether lines without an address belong to the address of the line after them."""
        if not any(any(other.goods) for other in before):
            return True
        alone = not self.sections or not any(s.address for s in self.sections)
        return self.trailing or (alone and not any(line.goods))

    def _name(self, section: Section, at: int, end: int, *, titled: bool = False) -> int:
        """Take a name that stands here into the section; return where its words go on."""
        if section.name is not None:
            return at
        name = name_at(self.plain, at, end, self._is_goods, self._is_word)
        if name is None:
            name, titled = name_in(self.plain, at, end), False
        if name is None and (nickname := _NICKNAME.match(self.plain, at, end)):
            return self._nickname(section, at, nickname)
        if name is None or (titled and (section.spans or name.end - name.start < 2)):  # noqa: PLR2004
            return at
        section.name = name
        if name.start > at:
            section.spans.append((at, name.start))
        section.markers.append(Token("name", name.start, name.end))
        return name.end

    def _nickname(self, section: Section, at: int, said: re.Match[str]) -> int:
        """Take what somebody is called in the chat, if goods follow it: 小雨妈妈：虾1斤."""
        tokens = segment(self.plain, self.lexicon, said.start("name"), said.end("name"))
        kinds = {token.kind for token in tokens}
        if "unknown" not in kinds or kinds & _NO_NICKNAME or not self._is_goods(said.end()):
            return at
        section.markers.append(Token("name", said.start("name"), said.end()))
        section.spans.append((at, said.start("name")))
        return said.end()

    def _is_word(self, at: int) -> bool:
        """Say whether a known word of two characters or more begins here that is no goods."""
        plain = self.plain
        if at >= len(plain) or plain[at].isascii() or _INTRODUCING.match(plain, at):
            return False
        return any(
            token.kind not in ("item", "ba") and token.end - at > 1
            for token, _ in self.lexicon.at(plain, plain, at)
        )

    def _is_goods(self, at: int) -> bool:
        """Say whether goods begin here: a word of two characters, or one with an amount."""
        plain = self.plain
        if at >= len(plain):
            return False
        for token, _ in self.lexicon.at(plain, self.sounds, at):
            if token.kind == "item" and (
                token.end - at > 1
                or re.match(r"[\s:]{0,2}[\d一二两三四五六七八九十半各]", plain[token.end :])
            ):
                return True
        return False
