"""A roll call as a table for its leader, who writes into it what was said, and back again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any, Final

from logistics.domain.registry_report import Fault
from logistics.domain.roll_call import Answer, RollCall
from logistics.exchange.tables import (
    Choice,
    Column,
    Integer,
    Language,
    Table,
    Text,
    YesNo,
    read_table,
    write_table,
)

_TEXT: Final = Text(200)
_ANSWERS: Final[Mapping[str, tuple[str, ...]]] = {
    Answer.ASKED: ("已问", "asked", "未应答", "会报"),
    Answer.DECLINED: ("不需要", "declined", "无需", "needs nothing"),
    Answer.REOPENED: ("更正", "reopened"),
}
ROLL_CALL: Final = Table(
    key="roll-call", zh="点名册", en="Roll call",
    columns=(
        Column(key="leader", zh="楼长", en="leader", kind=_TEXT),
        Column(key="building", zh="楼栋", en="building", kind=_TEXT),
        Column(key="stairwell", zh="单元", en="stairwell", kind=_TEXT),
        Column(key="floor", zh="楼层", en="floor", kind=Integer(-9, 150)),
        Column(key="room", zh="室", en="room", kind=_TEXT),
        Column(key="code", zh="户号", en="household", kind=_TEXT, width=24),
        Column(key="persons", zh="人数", en="persons", kind=Integer()),
        Column(key="first", zh="先问", en="ask first", kind=YesNo()),
        Column(key="submitter", zh="代报", en="submitter", kind=_TEXT),
        Column(key="last_channel", zh="上次渠道", en="last channel", kind=_TEXT),
        Column(key="asked", zh="已问次数", en="times asked", kind=Integer()),
        Column(key="how", zh="上次问法", en="asked by", kind=_TEXT),
        Column(key="asked_at", zh="上次问的时间", en="asked at", kind=_TEXT, width=28),
        Column(key="answer", zh="本次结果", en="answer", kind=Choice(_ANSWERS), width=20),
    ),
)  # fmt: skip

_ANSWERED: Final = Table(
    key="answers", zh="点名册", en="Roll call",
    columns=(
        Column(key="code", zh="户号", en="household", kind=_TEXT, required=True),
        Column(key="answer", zh="本次结果", en="answer", kind=Choice(_ANSWERS)),
    ),
)  # fmt: skip


def write_roll_call(
    path: str | PathLike[str], called: RollCall, *, language: Language = "zh"
) -> None:
    """Write a roll call as .csv or .xlsx; its last column is left for the leader.

    Raises
    ------
    TableUnreadable
        If the file's ending is neither.
    """
    write_table(path, ROLL_CALL, roll_call_rows(called), language=language)


def roll_call_rows(called: RollCall) -> Iterator[dict[str, Any]]:
    """Give those who are called as rows of :data:`ROLL_CALL`, the answer left open."""
    for row in called.rows:
        yield {
            "leader": row.leader or None,
            "building": row.building,
            "stairwell": row.stairwell,
            "floor": row.floor,
            "room": row.room,
            "code": row.code,
            "persons": row.persons,
            "first": row.first,
            "submitter": row.submitter or None,
            "last_channel": row.last_channel or None,
            "asked": row.asked,
            "how": row.last_mark.how.value if row.last_mark else None,
            "asked_at": row.last_mark.asked_at.isoformat() if row.last_mark else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """A row of a roll call in which somebody wrote an answer."""

    code: str
    answer: str
    row: int


def read_answers(path: str | PathLike[str]) -> tuple[tuple[Ticked, ...], tuple[Fault, ...]]:
    """Read a roll call that came back, .csv or .xlsx: answers, and rows that cannot be read.

    Rows without an answer say nothing.

    Raises
    ------
    TableUnreadable
        If the whole file cannot be read.
    """
    reading = read_table(path, _ANSWERED)
    ticked = tuple(
        Ticked(code=row["code"], answer=row["answer"], row=row.line)
        for row in reading.rows
        if row["answer"] is not None
    )
    faults = tuple(
        Fault(
            code=bad.code, file=reading.file, sheet=bad.sheet, row=bad.line, column=bad.column,
            value=bad.value, mend=bad.mend, more=bad.more,
        )
        for bad in reading.findings
    )  # fmt: skip
    return ticked, faults
