"""Scans as a table: what couriers, leaders and points wrote down of bags (扫码登记表)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from logistics.domain.custody import MAX_KEY, Scan, ScanInvalid, ScanKind
from logistics.exchange.tables import (
    Choice,
    Column,
    Finding,
    Instant,
    Row,
    Table,
    Text,
    stream_table,
)

EVENTS = {
    ScanKind.LOAD: ("装车", "load", "取货"),
    ScanKind.DROP: ("投放", "drop", "放置"),
    ScanKind.TAKE: ("取走", "take", "领取"),
    ScanKind.HAND: ("送到门口", "hand", "入户"),
    ScanKind.CONFIRM: ("确认", "confirm", "收到"),
    ScanKind.DISPUTE: ("异议", "dispute"),
    ScanKind.RETURN: ("退回", "return", "带回"),
    ScanKind.UNPACK: ("拆包", "unpack"),
    ScanKind.DAMAGE: ("损坏", "damage"),
    ScanKind.LOSE: ("丢失", "lose"),
    ScanKind.REDIRECT: ("改投", "redirect"),
}


def scan_table(zone: str) -> Table:
    """Declare the table; instants without an offset are local time of ``zone``."""
    return Table(
        key="scans",
        zh="扫码登记",
        en="Scans",
        columns=(
            Column(key="bag", zh="包裹", en="bag", kind=Text(64), required=True),
            Column(
                key="event",
                zh="事件",
                en="event",
                kind=Choice({kind.value: words for kind, words in EVENTS.items()}),
                required=True,
            ),
            Column(key="by", zh="经手", en="by", kind=Text(96), required=True),
            Column(key="at", zh="时间", en="at", kind=Instant(zone), words=("when",)),
            Column(key="place", zh="位置", en="place", kind=Text(96), default=""),
            Column(key="note", zh="备注", en="note", kind=Text(400), default=""),
            Column(key="key", zh="编号", en="key", kind=Text(MAX_KEY), default=""),
        ),
    )


@dataclass(frozen=True, slots=True)
class ReadScan:
    """A row: the bag it is of, and what was said."""

    bag: str
    scan: Scan


def read_scans(path: Path, *, zone: str, at: datetime) -> Iterator[ReadScan | Finding]:
    """Read scans and findings in the order of the file, XLSX or CSV.

    A row without an instant is of ``at``; one without a key gets it from its content, so that the
    same file twice says nothing new.

    Raises
    ------
    TableUnreadable
        If the file is no such table.
    """
    for one in stream_table(path, scan_table(zone)):
        yield _scan(one, at) if isinstance(one, Row) else one


def _scan(row: Row, at: datetime) -> ReadScan | Finding:
    said = "\x1f".join(str(row[name]) for name in ("bag", "event", "by", "at", "place", "note"))
    key = row["key"] or f"file/{hashlib.sha256(said.encode()).hexdigest()}"
    try:
        scan = Scan(
            key=key,
            kind=ScanKind(row["event"]),
            at=row["at"] or at,
            by=row["by"],
            place=row["place"],
            note=row["note"],
        )
    except ScanInvalid as refusal:
        facts = refusal.facts
        return Finding(
            code=refusal.code,
            sheet=row.sheet,
            line=row.line,
            column=str(facts["field"]),
            value=str(facts["value"]),
            mend=str(facts["mend"]),
        )
    return ReadScan(bag=row["bag"], scan=scan)
