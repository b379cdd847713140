"""Small tables about places: loads, where a point might open, bags for doors."""

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from logistics.errors import Invalid
from logistics.exchange.tables import (
    Column,
    Finding,
    Table,
    TableUnreadable,
    Text,
    stream_table,
)

_MAX_LON, _MAX_LAT = 180, 90
_HEADERS = {
    "stairwell": "单元",
    "load": "件数",
    "code": "编号",
    "name_zh": "名称",
    "name_en": "英文名",
    "lon": "经度",
    "lat": "纬度",
    "bag": "袋号",
    "room": "室",
    "weight_g": "重量（克）",
}


class PointFileUnreadable(Invalid):
    """A table is missing, is no table, or one of its rows cannot be read."""

    code = "points.file-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotRow:
    """A row of a table of candidates, in WGS 84."""

    code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float


def read_loads(path: str | PathLike[str]) -> dict[str, int]:
    """Read ``stairwell,load``; a stairwell named twice gets the sum.

    Raises
    ------
    PointFileUnreadable
        At the first row that cannot be read; facts name file, line, field, value and mend.
    """
    loads: dict[str, int] = {}
    for line, row in rows_of(Path(path), ("stairwell", "load")):
        said = row["load"]
        if not said.isdecimal():
            raise PointFileUnreadable(
                file=Path(path).name, line=line, field="load", value=said,
                mend="give a whole number, 0 or more",
            )  # fmt: skip
        loads[row["stairwell"]] = loads.get(row["stairwell"], 0) + int(said)
    return loads


def read_spots(path: str | PathLike[str]) -> list[SpotRow]:
    """Read ``code,name_zh,name_en,lon,lat`` in WGS 84.

    Raises
    ------
    PointFileUnreadable
        At the first row that cannot be read; facts name file, line, field, value and mend.
    """
    file = Path(path)
    return [
        SpotRow(
            code=row["code"],
            name_zh=row["name_zh"] or row["code"],
            name_en=row["name_en"] or row["code"],
            lon=_degrees(file, line, row, "lon", _MAX_LON),
            lat=_degrees(file, line, row, "lat", _MAX_LAT),
        )
        for line, row in rows_of(file, ("code", "name_zh", "name_en", "lon", "lat"))
    ]


def _degrees(file: Path, line: int, row: dict[str, str], field: str, most: int) -> float:
    try:
        value = float(row[field])
    except ValueError:
        value = float("nan")
    if not abs(value) <= most:
        raise PointFileUnreadable(
            file=file.name, line=line, field=field, value=row[field],
            mend=f"give degrees of WGS 84 from -{most} to {most}",
        )  # fmt: skip
    return value


def rows_of(file: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Read a table with at least these columns, .csv or .xlsx, row by row with its line.

    Raises
    ------
    PointFileUnreadable
        If the file or one of its columns is missing, or a row cannot be read.
    """
    table = Table(
        key="places", zh="地点", en="Places",
        columns=tuple(
            Column(key=name, zh=_HEADERS.get(name, name), en=name, kind=Text(), present=True,
                   default="")
            for name in columns
        ),
    )  # fmt: skip
    try:
        for found in stream_table(file, table):
            if isinstance(found, Finding):
                raise PointFileUnreadable(
                    file=file.name, line=found.line, field=found.column, value=found.value,
                    mend=found.mend,
                )  # fmt: skip
            yield found.line, dict(found.values)
    except TableUnreadable as refusal:
        facts = refusal.facts
        raise PointFileUnreadable(
            file=str(file), line=facts["line"], field=facts["field"], value="",
            mend=facts["mend"],
        ) from refusal  # fmt: skip
