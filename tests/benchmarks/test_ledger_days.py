from benchmarks.ledger import measure, page
from benchmarks.ledger_rows import Size
from logistics.store.session import Database


def test_the_benchmarks_days_hold_in_every_check(sqlite_database: Database) -> None:
    run = measure(sqlite_database, Size(days=2, households=40))
    assert run["holds"]
    assert run["rows"]["movement"] > 2 * 2 * 40 * 12
    assert run["traces"]["lot to every household"]["doors"] == 40
    told = page([run])
    assert "| sqlite |" in told
    assert "| yes |" in told
