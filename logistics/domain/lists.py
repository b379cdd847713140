"""Lists of households: what was asked, what became a line, what still waits for an answer."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from logistics.domain.catalogue import PACKAGE, Catalogue, Item
from logistics.domain.ids import new_id
from logistics.domain.quantities import read_amount
from logistics.domain.runs import Run, RunState
from logistics.errors import Conflict, Invalid, NotFound, SupplyLoopError

Facts = Mapping[str, Any]


class ListUnknown(NotFound):
    """No list has this id."""

    code = "list.unknown"


class ListAfterCutOff(Conflict):
    """The run takes no more lists and no more changes."""

    code = "list.after-cut-off"


class NoRunOpen(Conflict):
    """The household's district has no run that takes lists now."""

    code = "run.none-open"


class ListChanged(Conflict):
    """Somebody changed the list in between; read it again."""

    code = "list.changed"


class ListNotOpen(Conflict):
    """The list is cancelled or frozen."""

    code = "list.not-open"


class ClientRefReused(Conflict):
    """The household already sent another list under this reference."""

    code = "list.client-ref-reused"


class ListEmpty(Invalid):
    """The list asks for nothing at all."""

    code = "list.empty"


class TriageUnknown(NotFound):
    """No triage entry has this id."""

    code = "triage.unknown"


class TriageSettled(Conflict):
    """The triage entry was already settled or discarded."""

    code = "triage.settled"


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One line as it was asked: nothing in it is checked yet.

    ``said`` are the words it came from, ``line`` their line in the file (0 if there is none).
    """

    item: str
    quantity: str | int | float | Decimal
    unit: str = ""
    said: str = ""
    line: int = 0
    note: str = ""

    @property
    def words(self) -> str:
        """The words it came from, or the fields put together."""
        return self.said or f"{self.item} {self.quantity} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that needs a person: a code, the words, and facts that help to mend it."""

    code: str
    said: str
    facts: Facts = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One household's list, or one unreadable row, of a file or a pasted text.

    ``household`` is a code or an address as people say it, empty if none was found; ``compound``
    is the code or name of the compound that such an address lies in, if it was said elsewhere.
    """

    household: str
    compound: str = ""
    channel: str
    line: int
    lines: tuple[AskedLine, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    note: str = ""
    said: str = ""
    client_ref: str | None = None

    @property
    def digest(self) -> str:
        """Name of the content, wherever in a file it stands: the same entry is taken once."""
        return digest_of(
            self.household,
            self.compound,
            self.client_ref,
            [(a.item, str(a.quantity), a.unit, a.note) for a in self.lines],
            [(d.code, d.said) for d in self.doubts],
            self.note,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A clean line: a known item in whole base units."""

    id: str
    no: int
    item_id: str
    item: str  # its Chinese name
    quantity: int
    unit: str
    said: str
    substitution: str
    version: int
    package: str | None = None  # the version of the package that it was unpacked from


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageEntry:
    """A doubt that waits for a person, or how it was settled."""

    id: str
    run_id: str
    source: str
    line_no: int
    list_id: str | None
    household_code: str | None
    said: str
    code: str
    facts: Facts
    state: str  # open settled discarded
    at: datetime
    settled_at: datetime | None = None
    settled_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdList:
    """One household's list in one run.

    ``needs-review`` while a doubt about it is open, else ``accepted``; either way its clean lines
    stand and are frozen at the cut-off. ``earlier`` says that the same list had been sent before.
    """

    id: str
    run_id: str
    household_id: str
    household_code: str
    client_ref: str | None
    channel: str
    state: str  # needs-review accepted frozen cancelled
    note: str
    said: str
    version: int
    created_at: datetime
    updated_at: datetime
    lines: tuple[OrderLine, ...] = ()
    doubts: tuple[TriageEntry, ...] = ()
    earlier: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of the entries of a file."""

    accepted_lists: int = 0
    accepted_lines: int = 0
    triaged: int = 0  # triage entries that wait
    changed: int = 0  # changes and cancellations of earlier lists, done at once
    already: int = 0  # entries taken before, from this file or another with the same content


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line whose item and quantity are known; ``package`` is the version it came out of."""

    item: Item
    quantity: int
    unit: str
    said: str
    package: str = ""


def digest_of(*content: object) -> str:
    """Name a content by SHA-256 over its JSON."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def read_line(catalogue: Catalogue, asked: AskedLine) -> ReadLine | Doubt:
    """Turn an asked line into a clean one, or into a doubt that says why not."""
    try:
        item = catalogue.get(asked.item)
        amount = read_amount(asked.quantity, asked.unit)
        quantity = catalogue.quantity(item, amount)
    except SupplyLoopError as refusal:
        return _doubt_of(refusal, asked)
    return ReadLine(item, quantity.count, quantity.unit, asked.words)


def _doubt_of(refusal: SupplyLoopError, asked: AskedLine) -> Doubt:
    facts = {
        **refusal.facts,
        "mend": MENDS.get(refusal.code, ""),
        "asked": {"item": asked.item, "quantity": str(asked.quantity), "unit": asked.unit},
    }
    return Doubt(refusal.code, asked.words, facts, asked.line)


def read_lines(
    catalogue: Catalogue, asked: Sequence[AskedLine], persons: int | None = None
) -> tuple[list[ReadLine], list[Doubt]]:
    """Part asked lines into clean ones and doubts, each in the order they were asked.

    A package becomes the lines of what it holds: all of them, or one doubt.

    Parameters
    ----------
    persons
        Members of the household, if known.
    """
    clean: list[ReadLine] = []
    doubts: list[Doubt] = []
    for line in asked:
        read = read_line(catalogue, line)
        if isinstance(read, Doubt):
            doubts.append(read)
            continue
        try:
            clean += unpacked(catalogue, read, persons)
        except SupplyLoopError as refusal:
            doubts.append(_doubt_of(refusal, line))
    return clean, doubts


def unpacked(catalogue: Catalogue, read: ReadLine, persons: int | None) -> list[ReadLine]:
    """Give a line as it is bought: itself, or one line for each item of its package.

    Raises
    ------
    QuantityAbsurd
        If a household of so many may not ask for that much.
    """
    if read.item.category != PACKAGE:
        catalogue.within(read.item, read.quantity, persons)
        return [read]
    version = catalogue.packages[read.item.id].version_id
    return [
        ReadLine(part.item, part.quantity.count, part.quantity.unit, read.said, version)
        for part in catalogue.open_package(read.item, read.quantity, persons)
    ]


def check_open(run: Run, at: datetime) -> None:
    """Refuse to touch the lists of a run that no longer takes any.

    Raises
    ------
    ListAfterCutOff
        If the run is cut off, or its cut-off time has come.
    """
    if run.state is not RunState.OPEN or at >= run.cutoff_at:
        raise ListAfterCutOff(
            run=run.code,
            state=run.state.value,
            cutoff_at=run.cutoff_at.isoformat(),
            mend=MENDS["list.after-cut-off"],
        )


def waiting(
    doubt: Doubt,
    *,
    run_id: str,
    source: str,
    list_id: str | None,
    household_code: str | None,
    at: datetime,
) -> TriageEntry:
    """Put a doubt into the queue."""
    return TriageEntry(
        id=new_id("tr", at),
        run_id=run_id,
        source=source,
        line_no=doubt.line,
        list_id=list_id,
        household_code=household_code,
        said=doubt.said,
        code=doubt.code,
        facts=doubt.facts,
        state="open",
        at=at,
    )


def joined(*notes: str) -> str:
    """Join notes that say anything, each once."""
    return "；".join(dict.fromkeys(one.strip() for one in notes if one.strip()))


def notes_of(note: str, asked: Sequence[AskedLine]) -> str:
    """Join the note of a list and those of its lines, each with its item."""
    own = [f"{line.item}：{line.note}" for line in asked if line.note]
    return "；".join(part for part in (note, *own) if part)


MENDS: Mapping[str, str] = {
    "item.unknown": "choose a catalogue item or discard the line",
    "unit.unknown-for-item": "ask in one of the known units",
    "unit.not-understood": "use a unit such as 斤, kg, 个, 盒",
    "quantity.not-understood": "write one positive number",
    "quantity.not-positive": "write one positive number",
    "quantity.not-whole": "ask for whole pieces, grams or millilitres",
    "quantity.absurd": "ask the household; stay within the limit",
    "household.unknown": "give the household's code, or its address and the compound",
    "text.not-understood": "settle with an item, a quantity and a unit, or discard",
    "list.after-cut-off": "send it to the next run",
    "line.repeated": "ask the household: settle it if it is wanted twice, else discard",
    "list.repeated": "ask the household: settle it if all is wanted twice, else discard",
    "list.client-ref-reused": "use a new client_ref, or amend the first list",
}
"""What a person can do about each code; the English text of the facts' ``mend``."""
