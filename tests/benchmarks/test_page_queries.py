"""Whether the benchmark of pages notices what reads a large table whole, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, select

from benchmarks.page_queries import LARGE, Asked, Listener, Planner, Watch
from benchmarks.pages import unlisted
from benchmarks.pages_list import LEFT_OUT, PAGES

MANY = Table(
    "many", MetaData(), Column("id", Integer, primary_key=True), Column("run", String, index=True),
    Column("note", String),
)  # fmt: skip
FEW = Table("few", MANY.metadata, Column("id", Integer, primary_key=True))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "many.db"
    engine = create_engine(f"sqlite:///{path}")
    MANY.metadata.create_all(engine)
    with engine.begin() as connection:
        rows = [{"id": n, "run": f"r{n // 50}", "note": ""} for n in range(LARGE + 1)]
        connection.execute(MANY.insert(), rows)
        connection.execute(FEW.insert(), [{"id": n} for n in range(5)])
    engine.dispose()
    return path


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    found.install()
    yield found
    found.remove()


def _asked(file: Path, listener: Listener, query: object) -> Asked:
    engine = create_engine(f"sqlite:///{file}")
    with listener.request() as asked, engine.connect() as connection:
        connection.execute(query).all()
    engine.dispose()
    return asked


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        (select(MANY).where(MANY.c.note == "x"), {"many"}),  # no index on it
        (select(MANY.alias("other").c.note), {"many"}),  # under another name
        (select(MANY.c.run).order_by(MANY.c.run), {"many"}),  # an index, but all of it
        (select(MANY).where(MANY.c.run == "r3"), set()),
        (select(MANY).order_by(MANY.c.run).limit(20), set()),  # stops after twenty
        (select(FEW), set()),  # small
    ],
)
def test_reads_of_whole_large_tables_are_told(
    file: Path, listener: Listener, query: object, tables: set[str]
) -> None:
    scans = Planner(file).scans(_asked(file, listener, query))
    assert {scan.table for scan in scans} == tables
    assert all("test_page_queries.py" in scan.asked_at for scan in scans)


def test_steps_are_counted_where_they_were_asked(file: Path, listener: Listener) -> None:
    few = _asked(file, listener, select(MANY).where(MANY.c.run == "r3"))
    all_of_it = _asked(file, listener, select(MANY).where(MANY.c.note == "x"))
    assert few.thousands() < all_of_it.thousands()


def test_every_readable_address_is_measured_or_left_out_with_a_reason(tmp_path: Path) -> None:
    assert unlisted(tmp_path / "none.db") == set()
    assert not {page.route for page in PAGES} & set(LEFT_OUT)
    assert all(LEFT_OUT.values())


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        (select(FEW), {"few"}),  # small as yet
        (select(FEW).where(FEW.c.id == 3), set()),
        (select(MANY).where(MANY.c.note == "x"), set()),  # not watched
    ],
)
def test_a_watch_tells_of_its_tables_however_few_rows_they_have(
    file: Path, query: object, tables: set[str]
) -> None:
    watch = Watch({"few"})
    watch.install()
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.execute(query).all()
    engine.dispose()
    watch.remove()
    assert set().union(*watch.found.values()) == tables
    assert all("test_page_queries.py" in at for at in watch.found)
