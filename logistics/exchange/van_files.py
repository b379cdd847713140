"""Vans from their table, and back into it."""

from collections.abc import Iterable, Mapping
from os import PathLike

from logistics.domain.vans import Van
from logistics.exchange.supplier_tables import VANS
from logistics.exchange.tables import (
    Finding,
    Language,
    Row,
    clock_at,
    read_table,
    second_of_day,
    write_table,
)

_MENDS = {
    "setup.repeated": "keep one of both rows",
    "point.unknown": "use the code of one of the points",
    "van.shift": "end the shift after it starts, the same day",
}


def read_vans(
    path: str | PathLike[str], district_id: str, points: Mapping[str, str], usual: str
) -> tuple[tuple[Van, ...], tuple[Finding, ...]]:
    """Read vans, and what is wrong with rows that hold none.

    Parameters
    ----------
    points
        The id of each service point by its code.
    usual
        Code of the point at which a van stands that does not say so.

    Raises
    ------
    TableUnreadable
        If the file as a whole cannot be read.
    """
    reading = read_table(path, VANS)
    findings = list(reading.findings)
    read: dict[str, Van] = {}
    for row in reading.rows:
        depot = row["depot"] or usual
        if row["code"] in read:
            findings.append(_fault(row, "code", "setup.repeated"))
        elif depot not in points:
            findings.append(_fault(row, "depot", "point.unknown"))
        elif row["shift_end"] <= row["shift_start"]:
            findings.append(_fault(row, "shift_end", "van.shift"))
        else:
            read[row["code"]] = Van(
                id=f"{district_id}/van/{row['code']}",
                district_id=district_id,
                code=row["code"],
                capacity_g=row["capacity_kg"] * 1000,
                capacity_ml=row["capacity_l"] * 1000,
                cold=row["cold"],
                shift_start_s=second_of_day(row["shift_start"]),
                shift_end_s=second_of_day(row["shift_end"]),
                depot_id=points[depot],
                depot_code=depot,
                active=row["active"],
            )
    return tuple(read.values()), tuple(findings)


def write_vans(
    path: str | PathLike[str], vans: Iterable[Van], *, language: Language = "zh"
) -> None:
    """Write vans.

    Raises
    ------
    TableUnreadable
        If the file's ending is neither .xlsx nor .csv.
    """
    rows = [
        {
            "code": one.code,
            "capacity_kg": one.capacity_g // 1000,
            "capacity_l": one.capacity_ml // 1000,
            "cold": one.cold,
            "shift_start": clock_at(one.shift_start_s),
            "shift_end": clock_at(one.shift_end_s),
            "depot": one.depot_code,
            "active": one.active,
        }
        for one in vans
    ]
    write_table(path, VANS, rows, language=language)


def _fault(row: Row, key: str, code: str) -> Finding:
    column = next(c for c in VANS.columns if c.key == key)
    return Finding(
        code=code,
        sheet=row.sheet,
        line=row.line,
        column=column.zh,
        value=str(row.values[key]),
        mend=_MENDS[code],
    )
