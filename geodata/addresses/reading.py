"""Read an address that makes up a text, and find the first one in a longer message."""

import re
from collections.abc import Collection, Iterator

from geodata.addresses.address import BUILDING, FLOOR, ROOM, UNIT, Address, Kind, Parsed
from geodata.addresses.folding import HAN_NUMERALS, fold, read_numeral
from geodata.addresses.grammar import CODE, FORMS, SPECIAL_KINDS, Form
from geodata.addresses.mistakable import is_something_else, may_be_date
from geodata.addresses.names import clean_name, is_plain_name, name_before

_LONGEST = 200  # no address is longer, and hostile texts are
_REACH = 120  # from the name in front of an address to its last character
_PARTS = ("building", "unit", "floor", "room")
_SPLIT = re.compile(rf"([A-Za-z]?)(\d+|[{HAN_NUMERALS}]+)([A-Za-z]?)")
_PART_OF_FLAT = re.compile(r"[1-9]\d{2,4}-(?:0|[1-9]\d?)")
_ODD = re.compile(rf"(\D*?(?:间|屋|厢房|套))(\d+|[{HAN_NUMERALS}]+)?")


def parse(text: str) -> Parsed | None:
    """Read an address that makes up the whole text; None if it is none.

    A name in front of the address is its compound, whatever it is. Parts that are not said stay
    empty; what could be read in two ways is told in ``ambiguities``.
    """
    folded = fold(text)
    start = len(folded) - len(folded.lstrip())
    body = folded.strip()
    if not body or len(body) > _LONGEST:
        return None
    if coded := _read_code(body, start):
        return _told(text, *coded)
    for form in FORMS:
        match = form.whole.fullmatch(body)
        if match and (read := _read_match(match, form, start)):
            return _told(text, *read)
    return None


def find(text: str, names: Collection[str] = ()) -> Parsed | None:
    """Find the first address with a room, or the first household code, in a longer message.

    Telephone numbers, dates, prices and amounts are passed over. A name in front belongs to the
    address if it is one of ``names`` or looks like a compound's (…花园, …新村, …三期).

    Parameters
    ----------
    names
        Names of compounds that are known here.
    """
    folded = fold(text)
    for start, end in sorted(_candidates(folded), key=lambda span: (span[0], -span[1])):
        begin = name_before(folded, start, names)
        for first in dict.fromkeys((begin, start)):
            read = parse(text[first:end])
            if read is not None and _worth_finding(read, named=first < start):
                return Parsed(
                    address=read.address,
                    said=read.said,
                    start=first + read.start,
                    end=first + read.end,
                    spans={part: (a + first, b + first) for part, (a, b) in read.spans.items()},
                    ambiguities=read.ambiguities,
                )
    return None


def _candidates(folded: str) -> Iterator[tuple[int, int]]:
    for match in CODE.finditer(folded):
        yield match.span()
    for form in FORMS:
        if form.found is None or not form.marks.search(folded):
            continue
        for match in form.found.finditer(folded):
            end = match.start() + len(match.group().rstrip())
            if not is_something_else(folded, match, form.name):
                yield match.start(), end


def _worth_finding(read: Parsed, *, named: bool) -> bool:
    """Tell whether an address in the midst of words is complete enough to be meant as one."""
    address = read.address
    if "may-be-date" in read.ambiguities or not address.room:
        return False
    if address.kind == "house":
        return named or bool(address.floor) or not address.room.isdigit()
    if address.kind == "flat" and not address.unit:
        return named or len(address.room) >= 3 or read.said[-1:] in "室户房"  # noqa: PLR2004
    return True


def _told(
    text: str, address: Address, spans: dict[str, tuple[int, int]], doubts: tuple[str, ...]
) -> Parsed:
    start = len(text) - len(fold(text).lstrip())
    end = len(fold(text).rstrip())
    return Parsed(
        address=address,
        said=text[start:end],
        start=start,
        end=end,
        spans=spans,
        ambiguities=doubts,
    )


_Reading = tuple[Address, dict[str, tuple[int, int]], tuple[str, ...]]


def _read_code(body: str, offset: int) -> _Reading | None:
    if not CODE.fullmatch(body):
        return None
    words = body.upper().split("-")
    building, unit, room = (word.lstrip("0") or "0" for word in words[-3:])
    if not (BUILDING.fullmatch(building) and UNIT.fullmatch(unit) and ROOM.fullmatch(room)):
        return None
    spans, at = {}, offset + len(body)
    for part, word in zip(("room", "unit", "building"), reversed(words), strict=False):
        spans[part] = (at - len(word), at)
        at -= len(word) + 1
    spans["compound"] = (offset, at)
    address = Address(
        compound="-".join(words[:-3]), building=building, unit=unit, room=room, kind="flat"
    )
    short = len(words) == 4 and len(room) < 3 and room.isdigit()  # noqa: PLR2004
    return address, spans, ("stairwell-or-room",) if short else ()


def _read_match(match: re.Match[str], form: Form, offset: int) -> _Reading | None:
    groups = match.groupdict()
    parts = {part: _read_part(part, groups.get(part) or "") for part in _PARTS}
    compound = clean_name(groups.get("compound") or "")
    if compound is None or None in parts.values():
        return None
    kind = _kind(form, groups)
    if form.name.startswith("pair") and not is_plain_name(compound):
        return None
    if form.name in ("odd", "english-odd") and not (
        parts["room"] or parts["building"] or compound
    ):
        return None
    address = Address(
        compound=compound, kind=kind, **{part: said or "" for part, said in parts.items()}
    )
    spans = {
        part: (match.start(part) + offset, match.end(part) + offset)
        for part in ("compound", *_PARTS)
        if groups.get(part)
    }
    return address, spans, _doubts(address, form, closed=bool((groups.get("end") or "").strip()))


def _kind(form: Form, groups: dict[str, str | None]) -> Kind:
    special = (groups.get("special") or "").lower()
    for word, kind in SPECIAL_KINDS.items():
        if special.startswith(word):
            return kind
    return form.kind


def _read_part(part: str, said: str) -> str | None:
    """Return a part as an address holds it; None if it cannot be one."""
    if not said:
        return ""
    shape = {"building": BUILDING, "unit": UNIT, "floor": FLOOR, "room": ROOM}[part]
    plain = _plain_floor(said) if part == "floor" else _plain(said)
    return plain if plain and shape.fullmatch(plain) else None


def _plain(said: str) -> str | None:
    if _PART_OF_FLAT.fullmatch(said):
        return said
    if match := _SPLIT.fullmatch(said):
        number = read_numeral(match[2])
        return None if number is None else (match[1] + number + match[3]).upper()
    if match := _ODD.fullmatch(said):
        return match[1] + ((read_numeral(match[2]) or "?") if match[2] else "")
    return said.upper()


def _plain_floor(said: str) -> str | None:
    below = re.match(r"[Bb]|负|地下", said)
    number = read_numeral(said[below.end() :] if below else said)
    return None if number is None else ("B" if below else "") + number


def _doubts(address: Address, form: Form, *, closed: bool) -> tuple[str, ...]:
    doubts = []
    if form.name in ("dashed", "slashed", "loose") and not closed and may_be_date(address):
        doubts.append("may-be-date")
    if form.name == "pair-no-room" or (
        form.name == "words" and not (address.unit or closed) and len(address.room) < 3  # noqa: PLR2004
    ):
        doubts.append("unit-or-room")
    if form.name == "pair":
        doubts.append("building-or-unit")
    floor = address.room[:-2] if address.room.isdigit() else ""
    if address.floor and floor and floor != address.floor:
        doubts.append("floor-and-room-differ")
    return tuple(doubts)
