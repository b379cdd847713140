"""Readings as entries of lists: what stands, what waits for a person."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from typing_extensions import override

from logistics.domain.catalogue import Catalogue
from logistics.domain.lists import AskedLine, Doubt, Entry, read_line
from logistics.domain.quantities import read_amount
from logistics.exchange.messages.addresses import addresses_in
from logistics.exchange.messages.judge import outcome_of
from logistics.exchange.messages.lexicon import Lexicon
from logistics.exchange.messages.normalise import normalise
from logistics.exchange.messages.output import number
from logistics.exchange.messages.reader import Reader
from logistics.exchange.messages.reading import SUBMIT, Household, Line, Question, Reading
from logistics.exchange.messages.shipped import shipped_lexicon

_OF_THE_DOOR = {"household.missing", "household.incomplete"}  # the entry's household says it
_UNSURE = {"line.unsure", "quantity.absurd"}  # questions about a line that can be read
MENDS = {
    "quantity.absurd": "ask the household; stay within the limit",
    "item.ambiguous": "choose one of the items",
    "quantity.vague": "ask how much",
    "quantity.missing": "ask how much",
    "unit.missing": "ask in which unit",
    "item.missing": "ask of what",
    "budget.open": "ask what and how much; a sum of money is no amount",
    "choice.open": "ask which of them",
    "reference.open": "ask what exactly; nothing is copied from others",
    "amend.unclear": "ask what should change",
    "line.unsure": "settle it as it is read, or otherwise",
    "line.twice": "ask whether it is wanted twice",
    "note.alone": "add the note to the household's list",
    "household.twice": "ask which of the two holds",
    "household.unclear": "ask whose it is",
    "household.empty": "ask what they want",
    "message.too-long": "send it in parts",
    "list.change-asked": "change or cancel the household's list",
}


@dataclass(frozen=True, slots=True)
class Body:
    """What one household's text asks for."""

    lines: tuple[AskedLine, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    note: str = ""


def read_body(text: str, catalogue: Catalogue | None = None) -> Body:
    """Read the text of a household that is known already; an address in it is passed over.

    Parameters
    ----------
    catalogue
        Whose words are read; the starting catalogue without it.
    """
    if not text.strip():
        return Body()
    return _body(Reader(lexicon_of(catalogue)).read_known(text))


def read_text(
    text: str,
    *,
    compound: str | None = None,
    channel: str = "text",
    catalogue: Catalogue | None = None,
) -> Iterator[Entry]:
    """Read a pasted text into one entry per household.

    Parameters
    ----------
    compound
        Code or name of the compound that addresses such as 3-2-501 lie in; a heading of the text
        may name another.
    catalogue
        Whose words are read; the starting catalogue without it.
    """
    reading = Reader(lexicon_of(catalogue)).read(text, longest=None)
    for household in reading.households:
        body = _body(household)
        yield Entry(
            household=household.address,
            compound=household.compound or compound or "",
            channel=channel,
            line=household.line_no,
            lines=body.lines,
            doubts=body.doubts,
            note=body.note,
            said=household.said,
        )


def reading_of(entry: Entry, reader: Reader) -> Reading:
    """Read the rows of a table that belong to one household as one message of its own."""
    where = _door(entry.household)
    lines: list[Line] = []
    questions = [Question(d.code, d.said, d.facts, d.line) for d in entry.doubts]
    for asked in entry.lines:
        read = read_line(reader.lexicon.catalogue, asked)
        if isinstance(read, Doubt):
            questions.append(Question(read.code, read.said, read.facts, read.line))
            continue
        amount = read_amount(asked.quantity, asked.unit)
        lines.append(
            Line(item=read.item, count=amount.count, unit=read.unit, said=read.said, at=asked.line,
                 note=asked.note, line_no=asked.line)
        )  # fmt: skip
    if not entry.household:
        questions.append(Question("household.missing", entry.said))
    household = replace(
        where, action=SUBMIT, lines=tuple(lines), note=entry.note, questions=tuple(questions),
        compound=where.compound or entry.compound, said=entry.said, line_no=entry.line,
    )  # fmt: skip
    outcome, code = outcome_of([household], asked=False)
    return Reading(outcome=outcome, code=code, households=(household,))


def _door(said: str) -> Household:
    plain = normalise(said)
    found = next(addresses_in(plain.text, 0, len(plain.text)), None)
    if found is None:
        return Household(address=said)
    return Household(
        compound=found.compound, building=found.building, unit=found.unit, room=found.room,
        address=said,
    )  # fmt: skip


def lexicon_of(catalogue: Catalogue | None) -> Lexicon:
    """Return the words of a catalogue, put together once for as long as it stays the same."""
    if catalogue is None:
        return shipped_lexicon()
    known = _OF_OBJECT.get(catalogue)
    if known is None:
        known = _OF_OBJECT[catalogue] = _lexicon(_Same(catalogue))
    return known


_OF_OBJECT: WeakKeyDictionary[Catalogue, Lexicon] = WeakKeyDictionary()
"""Comparing all words costs more than reading a message: the very same object is not compared."""


class _Same:
    """A catalogue that equals others which hold the same words and units."""

    __slots__ = ("catalogue", "content")

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.content = (
            tuple(
                (item.name_zh, item.name_en, item.aliases, item.misspellings, item.base,
                 item.default_unit, tuple(item.units.items()), item.household_limit)
                for item in catalogue.asked_for
            ),
            tuple((word, *(i.id for i in items)) for word, items in catalogue.ambiguous.items()),
        )  # fmt: skip

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.content == other.content

    @override
    def __hash__(self) -> int:
        return hash(self.content)


@lru_cache(maxsize=8)
def _lexicon(same: _Same) -> Lexicon:
    return Lexicon(same.catalogue)


def _body(household: Household) -> Body:
    questions = [q for q in household.questions if q.code not in _OF_THE_DOOR]
    changes = household.action != SUBMIT
    if changes or any(line.change != "set" for line in household.lines):
        asked = [_change(household, clear=not questions)]
        return Body((), (*asked, *map(_doubt, questions)), household.note)
    unsure = {q.said for q in questions if q.code in _UNSURE}
    clear = [line for line in household.lines if line.said not in unsure]
    waiting = {line.said: line for line in household.lines if line.said in unsure}
    return Body(
        tuple(map(_asked, clear)),
        tuple(_doubt(q, waiting.get(q.said) if q.code in _UNSURE else None) for q in questions),
        household.note,
    )


def _asked(line: Line) -> AskedLine:
    return AskedLine(
        line.word or line.item.name_zh,
        _plain(line),
        line.unit,
        said=line.said,
        line=line.line_no,
        note=line.note,
    )


def _plain(line: Line) -> str:
    return str(number(line.count))


def _doubt(question: Question, line: Line | None = None) -> Doubt:
    facts: dict[str, Any] = dict(question.facts)
    if mend := MENDS.get(question.code):
        facts["mend"] = mend
    if line is not None:
        facts["asked"] = {"item": line.item.name_zh, "quantity": _plain(line), "unit": line.unit}
    return Doubt(question.code, question.said, facts, question.line_no)


def _change(household: Household, *, clear: bool) -> Doubt:
    """Let what changes or cancels an earlier list wait until somebody does so."""
    lines = [
        {
            "item": line.item.name_zh,
            "quantity": _plain(line),
            "unit": line.unit,
            "change": line.change,
        }
        for line in household.lines
    ]
    facts = {
        "action": household.action,
        "changes": lines,
        "clear": clear,
        "mend": MENDS["list.change-asked"],
    }
    return Doubt("list.change-asked", household.said[:2000], facts, household.line_no)
