"""Pasted text: one household's message, several, or a group sign-up (接龙)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from geodata.addresses import find
from logistics.domain.lists import AskedLine, Doubt, Entry
from logistics.exchange.fragments import Piece, cut, folded_alike

_NUMBERING = re.compile(r"\s*\d{1,4}\s*[.、)）．:：]\s*")
_HEADING = re.compile(r"\s*(?:#|接龙|例[:：\s]|示例|\[?群)|.*(?:接龙|团购|截止)")
_COMPOUND = re.compile(r"(?<![A-Za-z0-9-])([A-Za-z]{2,8}-\d{1,3})(?![0-9-])")
_COMPOUND_NAMED = re.compile(r"(?:小区|compound)\s*[:：]\s*(\S[^\n]{0,40})", re.IGNORECASE)
_MAY_PRECEDE = re.compile(r"[\s\W]*(?:小区|compound|室|户|from)?[\s\W]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Body:
    """What one household's text asks for."""

    lines: tuple[AskedLine, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    note: str = ""


@dataclass(slots=True)
class Message:
    """A stretch of text that belongs to one household, or to none that it names."""

    address: str
    line: int
    compound: str = ""
    pieces: list[tuple[int, Piece]] = field(default_factory=list)

    @property
    def said(self) -> str:
        """The words of the whole stretch."""
        return "".join(piece.text for _, piece in self.pieces).strip()

    @property
    def empty(self) -> bool:
        """Whether it holds headings and spaces only."""
        return all(p.kind in {"heading", "space", "number"} for _, p in self.pieces)


def read_body(text: str) -> Body:
    """Read the text of a household that is known already; an address in it is passed over."""
    pieces = [
        (0, piece)
        for message in messages(text)
        for _, piece in message.pieces
        if piece.kind != "address"
    ]
    return _body(pieces)


def read_text(text: str, *, compound: str | None = None, channel: str = "text") -> Iterator[Entry]:
    """Read a pasted text into one entry per household.

    Parameters
    ----------
    compound
        Code or name of the compound that addresses such as 3-2-501 lie in; a heading of the text
        may name another.

    Notes
    -----
    A household's list begins at its address and goes on until the next one. What stands before
    any address, or on a line whose address comes after goods, belongs to nobody for sure and
    becomes an entry of doubts.
    """
    for message in messages(text):
        if message.empty:
            continue
        body = _body(message.pieces)
        doubts = body.doubts
        if not body.lines and not doubts:
            doubts = (Doubt("text.not-understood", message.said, {}, message.line),)
        yield Entry(
            household=message.address,
            compound=message.compound or compound or "",
            channel=channel,
            line=message.line,
            lines=body.lines,
            doubts=doubts,
            note=body.note,
            said=message.said,
        )


def messages(text: str) -> list[Message]:
    """Cut a text into households' messages; their pieces together are the text."""
    found = [Message("", 1)]
    compound = ""
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        compound = _heading_compound(line) or compound
        for message in _line_messages(line, number, found[-1]):
            if message is not found[-1]:
                message.compound = compound
                found.append(message)
    return [message for message in found if message.pieces]


def _heading_compound(line: str) -> str:
    if find(line) is not None:
        return ""
    if named := _COMPOUND_NAMED.search(line):
        return named[1].strip()
    coded = _COMPOUND.search(line)
    return coded[1].upper() if coded and _HEADING.match(line) else ""


def _line_messages(line: str, number: int, current: Message) -> Iterator[Message]:
    address = find(line)
    if address is None or re.match(r"\s*(?:例|示例)", line):
        yield _go_on(line, number, current, heading=address is not None)
        return
    numbering = _NUMBERING.match(line)
    start = numbering.end() if numbering and numbering.end() <= address.start else 0
    before = line[start : address.start]
    if not _MAY_PRECEDE.fullmatch(before) and any(
        piece.kind not in {"name", "space"} for piece in cut(before)
    ):
        yield Message("", number, pieces=[(number, Piece("doubt", line))])
        return
    message = Message(address.said, number)
    if start:
        message.pieces.append((number, Piece("number", line[:start])))
    message.pieces += _before(before, number)
    message.pieces.append((number, Piece("address", address.said)))
    rest = line[address.end :]
    following = find(rest)
    own = rest if following is None else rest[: following.start]
    message.pieces += [(number, piece) for piece in cut(own)]
    yield message
    if following is not None:
        yield from _line_messages(rest[following.start :], number, message)


def _before(before: str, number: int) -> list[tuple[int, Piece]]:
    if _MAY_PRECEDE.fullmatch(before):
        return [(number, Piece("space", before))] if before else []
    return [(number, piece) for piece in cut(before)]


def _go_on(line: str, number: int, current: Message, *, heading: bool) -> Message:
    """Add a line without an address to the message before it, or pass it over as a heading."""
    if heading or _HEADING.match(line) or _COMPOUND_NAMED.search(line):
        current.pieces.append((number, Piece("heading", line)))
    else:
        current.pieces += [(number, piece) for piece in cut(line)]
    return current


def _body(pieces: list[tuple[int, Piece]]) -> Body:
    lines = tuple(
        AskedLine(piece.item, piece.quantity, "", said=piece.text.strip(), line=number)
        for number, piece in pieces
        if piece.kind == "line"
    )
    doubts = tuple(
        Doubt("text.not-understood", piece.text.strip(), {}, number)
        for number, piece in pieces
        if piece.kind == "doubt" and folded_alike(piece.text).strip()
    )
    notes = [piece.text.strip() for _, piece in pieces if piece.kind == "note"]
    return Body(lines, doubts, "；".join(notes))
