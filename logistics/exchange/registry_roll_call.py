"""A roll call as a table for its leader, with room to tick what was said."""

from os import PathLike
from typing import Final

from logistics.domain.roll_call import RollCall
from logistics.exchange.tables import Column, Integer, Language, Table, Text, YesNo, write_table

_TEXT: Final = Text(200)
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
        Column(key="answer", zh="本次结果", en="answer", kind=_TEXT, width=20),
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
    rows = (
        {
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
        for row in called.rows
    )
    write_table(path, ROLL_CALL, rows, language=language)
