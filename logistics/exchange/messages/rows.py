"""Lines of a message and what frames them: stamps of chats, headers of tables, fields of forms."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logistics.exchange.messages.addresses import FIELDS, Found

HEADING = re.compile(
    r"\s*(?:#|@|例\s?[:\s0-9]|示例|样例|格式|模板|\(?群公告|(?:大家|各位).{0,12}(?:报名|接龙|登记))"
)
SIGN_UP = re.compile(r"接龙|团购|截止|截单|群公告|报名表|登记表|汇总|统计|名单|开团|sign.?up")
EXAMPLE = re.compile(r"\s*(?:例\s?[:\s0-9]|示例|样例|例如|格式|模板)")
CHAT = re.compile(
    r"\s*\(?(?:20\d\d[-/年.]\d{1,2}[-/月.]\d{1,2}日?\s*)?(?:上午|下午|晚上)?\s?"
    r"\d{1,2}:\d{2}(?::\d{2})?\)?\s*"
)
COMPOUND = re.compile(r"(?<![a-z0-9-])([a-z]{2,8}-\d{1,3})(?![0-9-])")
COMPOUND_NAMED = re.compile(r"(?:小区|compound)\s*[::]\s*(\S[^\n]{0,40})")
_LINE = re.compile(r"(?P<text>[^\n;]*)[\n;]|(?P<last>[^\n;]+)$")
_FIELDS = re.compile(FIELDS)
_DATE = (
    r"(?:20\d\d\s?[-/年.]\s?\d{1,2}\s?[-/月.]\s?\d{1,2}日?|\d{1,2}月\d{1,2}日|\d{1,2}[-/]\d{1,2})"
)
_TIME = r"(?:上午|下午|晚上|早上|中午)?\s?\d{1,2}:\d{2}(?::\d{2})?"
_STAMP = re.compile(rf"\s*\(?{_DATE}[\s,]{{1,3}}{_TIME}\)?[\s,]*(?=\S)")
_SPEAKER = re.compile(
    rf"\s*\S{{1,16}}(?: \S{{1,8}})?\s{{1,4}}\(?(?:{_DATE}\s{{1,3}})?{_TIME}\)?\s*"
)
_NOBODY = re.compile(r"\d{3}|[;]")
_COLUMNS = (
    "序号|编号|小区|门牌号?|楼号|楼栋|幢号|单元|房号|室号|地址|姓名|户主|电话|手机号?|联系电话|物品|商品|"
    "菜品|品名|名称|需求|数量|单位|规格|单价|金额|备注|时间|no|name|room|item|quantity|qty|unit|note"
)
_HEADER = re.compile(rf"[\s|,:]*(?:(?:{_COLUMNS})[\s|,:]+)+(?:{_COLUMNS})[\s|,:]*", re.IGNORECASE)
_RULE = re.compile(r"\s*[-=~*_]{2,}[^\d]{0,20}[-=~*_]{2,}\s*")


@dataclass(slots=True)
class Line:
    """A line of a message with the addresses in it, and where goods are said."""

    start: int
    end: int
    body: int  # where it begins, its number aside
    addresses: list[Found]
    goods: list[bool]  # before the first address and after each
    heading: bool = False
    inherits: bool = False  # it goes on in one line with the door before it


def lines_of(plain: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and text of each line; a door in three fields of a form is one line."""
    fields = deque(found.span() for found in _FIELDS.finditer(plain))
    begun: int | None = None
    for found in _LINE.finditer(plain):
        text = found["text"] or found["last"] or ""
        start = found.start() if begun is None else begun
        while fields and fields[0][1] <= found.end():
            fields.popleft()
        if fields and fields[0][0] < found.end():
            begun = start
            continue
        begun = None
        yield start, found.end(), plain[start : found.start() + len(text)]


def stamp_end(line: str) -> int:
    """Return where the stamp of an exported chat ends that a line begins with; 0 if none."""
    found = _STAMP.match(line)
    return found.end() if found else 0


def is_speaker(line: str) -> bool:
    """Say whether a line names who speaks, and when: 王阿姨 10:22, 2022-04-13 09:12 张三."""
    if _SPEAKER.fullmatch(line):
        return True
    said = line[stamp_end(line) :].strip()
    return bool(stamp_end(line)) and len(said) <= 16 and not _NOBODY.search(said)  # noqa: PLR2004


def frames(line: str) -> bool:
    """Say whether a line only frames others: the header of a table, a rule with words."""
    return bool(_HEADER.fullmatch(line) or _RULE.fullmatch(line))


def addresses_follow(lines: Sequence[Line]) -> bool:
    """Say whether goods stand before their address all through a message."""
    said = [goods for line in lines for goods in _blocks(line)]
    if said.count("A") == 0 or "G" not in said:
        return False
    return said[0] == "G" and said[-1] == "A"


def _blocks(line: Line) -> list[str]:
    blocks: list[str] = []
    for number, goods in enumerate(line.goods):
        blocks += ["G"] if goods else []
        blocks += ["A"] if number < len(line.addresses) else []
    return blocks
