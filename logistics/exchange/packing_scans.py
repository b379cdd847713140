"""What a point's scanner or clipboard says of bags, as a table (装袋登记表)."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from logistics.domain.custody import MAX_KEY
from logistics.domain.packing_events import PackingEvent, PackingKind
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
    PackingKind.PACK: ("装袋", "pack", "开始装袋"),
    PackingKind.SEAL: ("封袋", "seal", "装好", "封口"),
    PackingKind.STAGE: ("上架", "stage", "待取", "备货"),
}


def packing_table(zone: str) -> Table:
    """Declare the table; instants without an offset are local time of ``zone``."""
    return Table(
        key="packing",
        zh="装袋登记",
        en="Packing",
        columns=(
            Column(key="bag", zh="包裹", en="bag", kind=Text(64), required=True, words=("袋号",)),
            Column(
                key="event",
                zh="事件",
                en="event",
                kind=Choice({kind.value: words for kind, words in EVENTS.items()}),
                required=True,
            ),
            Column(key="at", zh="时间", en="at", kind=Instant(zone), words=("when",)),
            Column(key="note", zh="备注", en="note", kind=Text(400), default=""),
            Column(key="key", zh="编号", en="key", kind=Text(MAX_KEY), default=""),
        ),
    )


def read_packing(path: Path, *, zone: str, at: datetime) -> Iterator[PackingEvent | Finding]:
    """Read events and findings in the order of the file, XLSX or CSV.

    A row without an instant is of ``at``; one without a key gets it from its content, so that the
    same file twice says nothing new.

    Raises
    ------
    TableUnreadable
        If the file is no such table.
    """
    for one in stream_table(path, packing_table(zone)):
        yield _event(one, at) if isinstance(one, Row) else one


def _event(row: Row, at: datetime) -> PackingEvent:
    said = "\x1f".join(str(row[name]) for name in ("bag", "event", "at", "note"))
    return PackingEvent(
        bag=row["bag"],
        kind=PackingKind(row["event"]),
        key=row["key"] or f"file/{hashlib.sha256(said.encode()).hexdigest()}",
        at=row["at"] or at,
        how="scan",
        note=row["note"],
    )
