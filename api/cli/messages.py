"""Messages read at the command line: where they come from, how their readings are shown."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.i18n import error_text
from api.plain import plain
from logistics.exchange.messages import Household, Line, Question, Reader, Reading
from logistics.exchange.messages.entries import reading_of
from logistics.exchange.messages.files import messages_in
from logistics.exchange.messages.output import answer, number
from logistics.exchange.messages.reading import REJECTED
from logistics.exchange.messages.shipped import lexicon_in, shipped_lexicon
from logistics.exchange.tabular import decode, read_entries, read_file

_TABLES = (".csv", ".xlsx")
_LONGEST_SAID = 80


def read_whole(file: str, catalogue: str, threshold: float) -> tuple[Reader, str]:
    """Return a reader with the words of a catalogue, and the text of a file or of stdin.

    Raises
    ------
    ListsUnreadable, TableUnreadable
        If a file is missing, too large or of no known encoding.
    ItemInvalid
        If the catalogue breaks a rule.
    """
    lexicon = lexicon_in(catalogue) if catalogue else shipped_lexicon()
    reader = Reader(lexicon, threshold=threshold)
    if file == "-":
        return reader, decode(sys.stdin.buffer.read(), Path("stdin"))
    path = Path(file)
    if path.suffix.lower() in _TABLES:
        return reader, ""
    return reader, decode(read_file(path), path)


def answers(reader: Reader, file: str, text: str) -> Iterator[tuple[Any, Reading]]:
    """Yield id and reading of each message, in order; rows of a table are read by household."""
    path = Path(file)
    if file != "-" and path.suffix.lower() in _TABLES:
        for entry in read_entries(path):
            yield f"{path.name}:{entry.line}", reading_of(entry, reader)
        return
    for incoming in messages_in(text):
        if incoming.message is None:
            yield incoming.ident, Reading(outcome=REJECTED, code="message.unreadable")
        else:
            yield incoming.ident, reader.read(incoming.message)


def shown(
    ident: Any, reading: Reading, lang: str, *, as_json: bool, explain: bool
) -> Iterator[str | dict[str, Any]]:
    """Yield what is printed for one message: an object for programs, or lines for people."""

    def speak(question: Question) -> str:
        title = error_text(question.code, "invalid", question.facts, lang).title
        return f"{question.said[:_LONGEST_SAID]}：{title} [{question.code}]"

    if as_json:
        told = answer(ident, reading, speak)
        if explain:
            told["explained"] = _explained(reading)
        yield told
        return
    code = f" {reading.code}" if reading.code else ""
    yield f"{ident}  {reading.outcome}{code}"
    for household in reading.households:
        yield from _household(household, speak, explain=explain)
    if explain:
        pieces = (
            f"{piece.role}«{piece.text.strip()}»" for piece in reading.pieces if piece.text.strip()
        )
        yield "  = " + " ".join(pieces)


def _household(household: Household, speak: Any, *, explain: bool) -> Iterator[str]:
    door = "-".join(part or "?" for part in (household.building, household.unit, household.room))
    yield f"  {door} {household.surname} {household.action}".rstrip()
    for line in household.lines:
        yield f"    {_line(line, explain=explain)}"
    if household.note:
        yield f"    ※ {household.note}"
    for question in household.questions:
        yield f"    ? {speak(question)}"


def _line(line: Line, *, explain: bool) -> str:
    note = f"（{line.note}）" if line.note else ""
    reasons = f" [{'、'.join(line.reasons)}]" if explain and line.reasons else ""
    return (
        f"{line.item.name_zh} {number(line.count)} {line.unit}{note}  ← {line.said}"
        f"  {line.confidence:.2f}{reasons}"
    )


def _explained(reading: Reading) -> dict[str, Any]:
    lines = [
        {"said": line.said, "change": line.change, "reasons": list(line.reasons)}
        for household in reading.households
        for line in household.lines
    ]
    return {"pieces": plain(reading.pieces), "lines": lines}
