"""Where in a line of a message a household is named: its address, its people's name."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from geodata.addresses import Address, Parsed, find
from geodata.addresses.folding import read_numeral
from logistics.domain.quantities import HAN_NUMERALS, UNIT_WORD
from logistics.exchange.messages.normalise import CIRCLED
from logistics.exchange.messages.vocabulary import vocabulary

_WINDOW = 240  # of a line is looked at in one go
_HAN = rf"[{HAN_NUMERALS}]"
_GAP = r"[\s,、-]{0,3}"
_BUILDING = rf"(?P<building>\d{{1,3}}|{_HAN}{{1,3}})\s?(?:号楼|幢|栋|座|#楼?)"
_UNIT = rf"(?P<unit>\d{{1,2}}|{_HAN}{{1,2}})\s?(?:单元|门洞|楼道)"
_ROOM = rf"(?P<room>\d{{3,4}}[a-z]?|{_HAN}{{3,4}})"
_CLOSED = r"\s?(?:室|户|房间?|号房)"
_NO_AMOUNT = (
    r"(?![\d.]|(?:斤|公斤|千克|克|kg|g|ml|毫升|升|个|只|盒|袋|瓶|箱|包|桶|板|条|根|块|把|份)(?![a-z])"
    r"|\s?(?:斤|公斤|克|kg|元|块钱|毛钱|[-~]\d))"
)
_COMPLETE = 3
_SIGNED = re.compile(
    r"[\u4e00-\u9fffa-z]{1,8}\s?[-_]\s?(?=[1-9]\d{0,2}\s?[-#]\s?[1-9]\d?\s?-\s?[1-9]\d{2,3})"
)
_LAST = rf"(?!{_GAP}(?:\d|{_HAN}))"  # what follows does not begin another door

_BETWEEN = r"[\s,;、.(]*"
_SAYS = r"[):\s]{1,3}"
FIELDS = (
    rf"\(?(?:楼栋|楼号|楼幢|幢号|栋号|幢|栋){_SAYS}(?P<building>\d{{1,3}})\s?(?:幢|栋|座|号楼)?{_BETWEEN}"
    rf"(?:单元号?){_SAYS}(?P<unit>\d{{1,2}})\s?(?:单元)?{_BETWEEN}"
    rf"(?:房号|室号|房间号?|室|房){_SAYS}(?P<room>\d{{3,4}}[a-z]?)(?:室)?"
)
"""A door in the fields of a form: 楼栋：8 单元：2 房号：302, one line or three."""

_DASHED = re.compile(
    r"(?P<building>[1-9]\d{0,2})号?\s?(?:-|#-?)\s?(?P<unit>[1-9]\d?)\s?-\s?(?P<room>(?!19\d\d|20[2-3]\d)[1-9]\d{2,3})"
    rf"(?:{_CLOSED})?{_NO_AMOUNT}(?!-\d|[\da-z/])"
)
_SEVERAL = re.compile(
    r"(?P<building>[1-9]\d{0,2})\s?[-#]\s?(?P<unit>[1-9]\d?)\s?-\s?[1-9]\d{2,3}(?:室)?(?:\s?[/、和,]\s?[1-9]\d{2,3}(?:室)?)+"
    rf"{_NO_AMOUNT}(?![-\d])"
)
_WHOLE = (
    re.compile(rf"{_ROOM}(?:{_CLOSED})?{_GAP}{_BUILDING}{_GAP}{_UNIT}(?!\s?\d)"),
    re.compile(rf"{_BUILDING}{_GAP}{_UNIT}{_GAP}(?:的)?{_GAP}{_ROOM}(?:{_CLOSED})?{_NO_AMOUNT}"),
    re.compile(rf"{_UNIT}{_GAP}{_BUILDING}{_GAP}{_ROOM}(?:{_CLOSED})?{_NO_AMOUNT}"),
    re.compile(rf"(?P<building>\d{{1,3}})\s?-\s?{_UNIT}{_GAP}{_ROOM}(?:{_CLOSED})?{_NO_AMOUNT}"),
    re.compile(rf"{_UNIT}{_GAP}{_ROOM}(?:{_CLOSED})?{_GAP}{_BUILDING}{_LAST}"),
    re.compile(rf"{_BUILDING}{_GAP}{_ROOM}(?:{_CLOSED})?{_GAP}{_UNIT}{_LAST}"),
    re.compile(rf"{_ROOM}(?:{_CLOSED})?{_GAP}{_UNIT}{_GAP}{_BUILDING}{_LAST}"),
    re.compile(FIELDS),
)
_AT_START = (
    re.compile(
        r"(?P<building>\d{1,2})(?P<mark>[\s,/、_.]|--|\s?[/\\]\s?)(?P<unit>\d{1,2})(?P=mark)(?P<room>\d{3,4})"
        rf"(?:{_CLOSED})?{_NO_AMOUNT}"
    ),
    re.compile(
        rf"(?P<building>\d{{1,3}})\s?[-—/]\s?(?P<room>\d{{3,4}})(?:{_CLOSED})?{_NO_AMOUNT}(?!-)"
    ),
    re.compile(
        rf"(?P<room>[1-9]\d?0\d|[1-9]\d?1[0-2])(?:{_CLOSED})?{_NO_AMOUNT}(?=[\s,:)的]|[\u4e00-\u9fff]|$)"
    ),
)
_PARTS = (
    re.compile(rf"{_UNIT}{_GAP}{_ROOM}(?:{_CLOSED})?{_NO_AMOUNT}"),
    re.compile(rf"{_BUILDING}{_GAP}{_ROOM}(?:{_CLOSED})?{_NO_AMOUNT}"),
    re.compile(rf"{_BUILDING}{_GAP}{_UNIT}"),
    re.compile(rf"(?<![\d.])\d{{1,2}}\s?楼\s?(?P<room>[1-9]\d{{2,3}})(?:{_CLOSED})?{_NO_AMOUNT}"),
    re.compile(rf"(?<![\d.]){_ROOM}{_CLOSED}(?!外|内温|温)"),
    re.compile(r"(?:room|apt|flat|rm)\.?\s?(?P<room>\d{3,4}[a-z]?)(?![a-z\d])"),
)
_BUILDING_ALONE = re.compile(rf"\s*{_BUILDING}(?:{_GAP}{_UNIT})?\s*[:,。]?\s*")
_NUMBERING = re.compile(
    r"\s*(?:(?:①|\(\d{1,3}\)|\d{1,2}\s?[.、):](?!\d)|\d{3}\s?[.、)](?!\d))\s*)+"
    r"|\s*\d{1,3}\s?[.、):]\s?(?=\d{1,3}\s?[-#幢栋号])"
    r"|\s*\d{1,2}\s?[.、)]\s?(?=[1-9]\d{2,3}(?:[\s:室]|[\u4e00-\u9fff]))"
)
_LOOSE_NUMBERING = re.compile(r"\s*\d{1,2}\s+(?=\d{1,3}[-#幢栋号])")


@dataclass(frozen=True, slots=True)
class Found:
    """An address in a plain text; parts that were not said are empty."""

    start: int
    end: int
    building: str = ""
    unit: str = ""
    room: str = ""
    compound: str = ""
    pair: bool = False  # 2-501: building and room, or stairwell and room

    @property
    def complete(self) -> bool:
        """Whether it names one door of a building."""
        return bool(self.building and self.room)

    def within(self, other: "Found | None") -> "Found":
        """Fill in what a heading said for all rows below it."""
        if other is None:
            return self
        if self.pair and other.building and not other.unit:
            return replace(self, building=other.building, unit=self.building, pair=False)
        return replace(
            self,
            building=self.building or other.building,
            unit=self.unit or (other.unit if self.building in ("", other.building) else ""),
            compound=self.compound or other.compound,
        )


def numbering_end(line: str) -> int:
    """Return where the number of a row ends (1. 2、 ③); 0 if it has none."""
    if any(pattern.match(line) for pattern in _AT_START[:1]):
        return 0
    found = _NUMBERING.match(line) or _LOOSE_NUMBERING.match(line)
    return found.end() if found else 0


def addresses_in(plain: str, start: int, end: int) -> Iterator[Found]:
    """Yield the addresses of one line, in order, without overlaps."""
    at = start
    while at < end:
        found = _next(plain, at, end, first=at == start)
        if found is None:
            return
        yield found
        at = found.end


def _next(plain: str, at: int, end: int, *, first: bool) -> Found | None:
    window = plain[at : min(end, at + _WINDOW)]
    if quick := _at_once(window, at):
        return quick
    candidates = [
        *(_by_pattern(window, pattern, at) for pattern in _WHOLE),
        _by_find(window, at),
        *((_at_start(window, at),) if first else ()),
    ]
    complete = [found for found in candidates if found]
    if not complete:
        complete = [found for pattern in _PARTS if (found := _by_pattern(window, pattern, at))][:1]
    if complete:
        return min(complete, key=lambda found: (found.start, -_said(found), -found.end))
    if at + _WINDOW < end:
        return _next_window(plain, at, end)
    return None


def _at_once(window: str, offset: int) -> Found | None:
    """Return an address in one of the usual forms with which a stretch begins: nearly all do."""
    lead = len(window) - len(window.lstrip(" ,:("))
    if named := _SIGNED.match(window, lead):  # 张三-3-2-501
        lead = named.end()
    if match := _SEVERAL.match(window, lead):  # two doors in one: neither is named alone
        return _of(match, offset)
    for pattern in (_DASHED, _WHOLE[1]):
        if match := pattern.match(window, lead):
            return _of(match, offset)
    return None


def _next_window(plain: str, at: int, end: int) -> Found | None:
    """Look on in a long line, from a little before the end of the last stretch."""
    while at + _WINDOW < end:
        at += _WINDOW - 40
        found = _next(plain, at, min(end, at + _WINDOW), first=False)
        if found is not None:
            return found
    return None


def _said(found: Found) -> int:
    return sum(map(bool, (found.building, found.unit, found.room)))


def _by_pattern(window: str, pattern: re.Pattern[str], offset: int) -> Found | None:
    match = pattern.search(window)
    return _of(match, offset) if match else None


def _at_start(window: str, offset: int) -> Found | None:
    lead = len(window) - len(window.lstrip(" ,:("))
    if named := _NAME_FIRST.match(window, lead):
        lead = named.end()
    for pattern in _AT_START:
        if match := pattern.match(window, lead):
            found = _of(match, offset)
            return replace(found, pair=pattern is _AT_START[1]) if found else None
    return None


def building_alone(plain: str, start: int, end: int) -> Found | None:
    """Return the building that a line names, if that is all it says."""
    match = _BUILDING_ALONE.fullmatch(plain, start, end)
    return _of(match, 0) if match else None


def _of(match: re.Match[str], offset: int) -> Found | None:
    parts = {}
    for part, said in match.groupdict().items():
        if part in ("building", "unit", "room") and said:
            number = read_numeral(said) if said.isdigit() or not said.isascii() else said
            if number is None:
                return None
            parts[part] = number.upper()
    return Found(
        match.start() + offset,
        match.end() + offset,
        parts.get("building", ""),
        parts.get("unit", ""),
        parts.get("room", ""),
    )


def _by_find(window: str, offset: int) -> Found | None:
    parsed: Parsed | None = find(window.replace(CIRCLED, " "))
    if parsed is None:
        return None
    address: Address = parsed.address
    if address.kind == "flat" and _swallowed_amount(window, parsed):
        return None
    return Found(
        parsed.start + offset,
        parsed.end + offset,
        address.building,
        address.unit,
        address.room,
        address.compound,
    )


def _swallowed_amount(window: str, parsed: Parsed) -> bool:
    """Say whether the room is rather the number of the first thing asked for (3幢2单元 2斤)."""
    room = parsed.address.room
    return len(room) < _COMPLETE and bool(
        re.match(rf"\s?(?:{UNIT_WORD})", window[parsed.end :], re.IGNORECASE)
    )


_NAMES = vocabulary()
_TITLE = "|".join(_NAMES.titles)
_SURNAME = f"{'|'.join(_NAMES.double_surnames)}|[{''.join(sorted(_NAMES.surnames))}]"
_NAME_FIRST = re.compile(
    rf"(?:{_SURNAME})(?:(?!{_TITLE})[\u4e00-\u9fff]){{0,2}}(?:{_TITLE})?[\s,:]{{1,3}}(?=\d{{3,4}}(?!\d))"
)
_NAME_LAST = re.compile(rf"[\s,。;](?P<surname>{_SURNAME})(?:{_TITLE})?\s*$")
_INTRODUCED = re.compile(
    rf"(?:我是|我叫|本人|我姓|姓名|姓|联系人|户主|收货人|业主|住户|的|叫)?\s?[:)]?\s?"
    rf"(?P<small>[小老阿])?(?P<surname>{_SURNAME})(?P<rest>(?:(?!{_TITLE})[\u4e00-\u9fff*某]){{0,2}}?)"
    rf"(?P<title>{_TITLE})?(?P<end>(?=[\s,:;。)、(\d_-]|$))"
)
_GLUED = re.compile(
    rf"(?:我是|我叫|我姓|姓|的)?\s?(?P<small>[小老])?(?P<surname>{_SURNAME})(?P<title>{_TITLE})"
)
_GIVEN = ("我", "本人", "姓", "联系人", "户主", "收货人", "业主", "住户", "叫")
_BEFORE_GOODS = re.compile(rf"(?![白黄花金高温])(?:{_SURNAME})")  # colours and places begin goods
_LATIN = re.compile(
    r"(?:i'm|i am|this is|name:?)?\s?\(?(?P<title>mr|mrs|ms|miss|dr|auntie|uncle)?\.?\s?"
    r"(?P<surname>[a-z]{2,8})(?P<end>(?=\s*[.,:;)]|\s+\d|\s*$|\s+(?:here|family|wants|needs|would|please)|\s))"
)
_AMOUNT = re.compile(
    rf"[\s:]{{0,2}}(?:\d{{1,3}}(?:\.\d)?|[{HAN_NUMERALS}半]{{1,3}})\s?(?:{UNIT_WORD})(?!钱)半?的?"
)
_LEAD = re.compile(r"[\s,:()、。-]*(?:的|家|住户|业主)?[\s,:()]*")


@dataclass(frozen=True, slots=True)
class Name:
    """A family's name in a plain text, with its title; ``surname`` as it is printed."""

    start: int
    end: int
    surname: str


_SAYS_NAME = re.compile(
    rf"(?:我姓|阿姨姓|叔叔姓|户主姓|老人姓|免贵姓|我叫|本人姓|姓名\s?:|联系人\s?:|收货人\s?:)\s?(?P<surname>{_SURNAME})"
    rf"(?:(?!{_TITLE})[\u4e00-\u9fff*]){{0,2}}?(?:{_TITLE})?(?=[\s,:;。)、(\d]|$)"
)


def name_in(plain: str, at: int, end: int) -> Name | None:
    """Return the name that somebody gives as theirs in the midst of their words: 我姓周."""
    found = _SAYS_NAME.search(plain, at, end)
    return Name(found.start(), found.end(), found["surname"]) if found else None


def name_last(plain: str, start: int, end: int) -> Name | None:
    """Return a name with which words end: 青菜2斤 王."""
    found = _NAME_LAST.search(plain[max(start, end - 10) : end])
    if found is None:
        return None
    offset = max(start, end - 10)
    return Name(found.start() + 1 + offset, found.end() + offset, found["surname"])


def name_at(
    plain: str,
    at: int,
    end: int,
    is_goods: Callable[[int], bool],
    is_word: Callable[[int], bool],
) -> Name | None:
    """Return the name that stands at a place, marks and spaces aside; None if it is none.

    Parameters
    ----------
    is_goods
        Tells whether goods begin at a place; such words are no name, whatever they begin with.
    is_word
        Tells whether another known word begins there (楼长).
    """
    start = _LEAD.match(plain, at, end).end()  # type: ignore[union-attr]  # matches nothing, too
    if start >= end or is_word(start):
        return None
    if found := _GLUED.match(plain, start, end):
        return Name(start, found.end(), found["surname"])
    found = _INTRODUCED.match(plain, start, end)
    first = found.start("small" if found["small"] else "surname") if found else start
    if found and not is_goods(first) and not is_goods(found.start("rest")):
        counted = _counted(plain, found, end, is_goods)  # 黄心薯2斤
        return None if counted else Name(start, found.end(), found["surname"])
    found = _BEFORE_GOODS.match(plain, start, end)
    if found and is_goods(found.end()) and not is_goods(start):
        return Name(start, found.end(), found.group())
    found = _LATIN.match(plain, start, end)
    if found and (found["title"] or found["surname"] in _NAMES.latin_surnames):
        return Name(start, found.end(), found["surname"].capitalize())
    return None


def _counted(plain: str, found: re.Match[str], end: int, is_goods: Callable[[int], bool]) -> bool:
    """Say whether what looks like a name is counted, and rather goods that nobody knows."""
    amount = _AMOUNT.match(plain, found.end(), end) if found["rest"] else None
    given = found["title"] or found.group().startswith(_GIVEN)
    if amount is None or given:
        return False
    spaced = amount.group()[:1].isspace() and plain[amount.end() : amount.end() + 1] == " "
    return not is_goods(amount.end() + spaced)  # 王小明 2斤 青菜, but 黄心薯2斤 青菜1斤
