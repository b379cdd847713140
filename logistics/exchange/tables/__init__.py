"""The frame in which every table of the product is read from and written to spreadsheets.

A table is declared once::

    STOCK = Table(
        key="stock", zh="库存", en="Stock",
        columns=(
            Column(key="item", zh="商品", en="item", kind=Text(64), required=True),
            Column(key="count", zh="数量", en="count", kind=Integer(least=1), required=True),
            Column(key="price_fen", zh="单价（元）", en="price (yuan)", kind=Yuan()),
        ),
    )
    reading = read_table("stock.xlsx", STOCK)   # .rows, .findings, .ignored
    write_table("stock.csv", STOCK, [row.values for row in reading.rows])

What was written is read back as it was, in either language.
"""

from logistics.exchange.tables.cells import BadCell, Cell, Language, guard, unguard
from logistics.exchange.tables.declared import (
    Column,
    Finding,
    Reading,
    Row,
    Table,
    TableUnreadable,
)
from logistics.exchange.tables.kinds import (
    AsIs,
    Choice,
    Integer,
    Kind,
    Number,
    Quantity,
    Text,
    Words,
    YesNo,
    Yuan,
)
from logistics.exchange.tables.moments import Clock, Day, Instant, clock_at, second_of_day
from logistics.exchange.tables.reading import (
    TableStream,
    read_book,
    read_table,
    stream_table,
)
from logistics.exchange.tables.writing import (
    csv_lines,
    csv_text,
    sheet_name,
    write_book,
    write_table,
    write_xlsx,
    xlsx_bytes,
)

__all__ = [
    "AsIs",
    "BadCell",
    "Cell",
    "Choice",
    "Clock",
    "Column",
    "Day",
    "Finding",
    "Instant",
    "Integer",
    "Kind",
    "Language",
    "Number",
    "Quantity",
    "Reading",
    "Row",
    "Table",
    "TableStream",
    "TableUnreadable",
    "Text",
    "Words",
    "YesNo",
    "Yuan",
    "clock_at",
    "csv_lines",
    "csv_text",
    "guard",
    "read_book",
    "read_table",
    "second_of_day",
    "sheet_name",
    "stream_table",
    "unguard",
    "write_book",
    "write_table",
    "write_xlsx",
    "xlsx_bytes",
]
