"""The database at the command line: upgraded, checked, backed up, restored."""

import json
import stat

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from api.cli import app
from api.i18n import texts
from logistics.domain.database_health import Inspection
from logistics.store import tables as t
from tests.logistics.store.stocked import every_row, stock


def call(*words, code=0, lang="en"):
    environment = {"SUPPLYLOOP_LANG": lang}
    done = CliRunner().invoke(app, [str(word) for word in words], env=environment)
    assert done.exit_code == code, done.output
    return done


def read(*words, code=0):
    return json.loads(call(*words, "--json", code=code).stdout)


def address(database):
    """Give the address as people write it; PostgreSQL's here has no password to hide."""
    return f"--database={database.url}"


@pytest.fixture
def stocked(database):
    with database.transaction() as session:
        stock(session)
    return database


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_is_restored_into_either_kind(stocked, empty_database, kind, tmp_path):
    file = tmp_path / "daily.backup"
    made = read("db", "backup", file, address(stocked))
    assert (made["dialect"], made["bytes"]) == (stocked.dialect, file.stat().st_size)
    assert made["tables"]["movement"] == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    whole = call("db", "restore", file, "--verify").stdout
    assert f"is whole: {len(t.metadata.tables)} tables" in whole
    other = empty_database(kind)
    restored = read("db", "restore", file, address(other))
    assert restored["rows"] == made["rows"]
    assert every_row(other) == every_row(stocked)
    assert read("db", "check", address(other))["sound"] is True
    refused = call("db", "restore", file, address(other), code=2)
    assert "database.not-empty" in refused.stderr


def test_a_refused_restore_makes_no_file(tmp_path):
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"PK\x03\x04 and then nothing of it")
    target = tmp_path / "new.db"
    refused = call("db", "restore", damaged, f"--database={target}", code=2)
    assert "backup.damaged" in refused.stderr
    assert not target.exists()
    missing = call("db", "restore", tmp_path / "none", f"--database={target}", code=2)
    assert "file.unusable" in missing.stderr
    assert not target.exists()


def test_a_backup_needs_a_folder_that_can_be_written_to(stocked, tmp_path):
    refused = call("db", "backup", tmp_path / "none" / "b", address(stocked), code=2)
    assert "file.unusable" in refused.stderr
    (tmp_path / "b").write_text("mine")
    refused = call("db", "backup", tmp_path / "b", address(stocked), code=2, lang="zh")
    assert "已有同名文件" in refused.stderr
    assert (tmp_path / "b").read_text() == "mine"


def test_a_backup_is_made_before_an_upgrade_as_well_as_after_it(database, tmp_path):
    database.migrate("0003")
    made = read("db", "backup", tmp_path / "b", address(database))
    assert made["revision"] == "0003"
    with database.read() as session:
        version = session.connection().exec_driver_sql("SELECT version_num FROM alembic_version")
        assert version.scalar_one() == "0003"  # a backup changes nothing


def test_a_check_ends_with_one_and_says_what_to_do(stocked):
    assert "Nothing is wrong" in call("db", "check", address(stocked)).stdout
    assert "没有发现问题" in call("db", "check", "--quick", address(stocked), lang="zh").stdout
    with stocked.transaction() as session:
        session.execute(update(t.balance).values(quantity=t.balance.c.quantity + 1))
    said = call("db", "check", address(stocked), code=1).stdout
    assert "✗ ledger of goods" in said
    assert "balances stock:P1 lot_1: should be 700, is 701" in said
    assert "→ run supplyloop ledger verify" in said
    told = read("db", "check", address(stocked), code=1)
    assert told["sound"] is False
    assert told["health"]["findings"][0]["inspection"] == "ledger"
    call("db", "check", "--quick", address(stocked))


def test_every_inspection_has_a_name_and_a_mend_in_both_languages():
    for language in ("zh", "en"):
        said = texts(language)["cli"]
        for inspection in Inspection:
            assert said[f"inspection.{inspection}"]
            assert said[f"inspection-mend.{inspection}"]


def test_the_schema_goes_where_it_is_told_and_down_only_when_confirmed(database):
    refused = call("db", "downgrade", "--to", "0002", address(database), code=2)
    assert "database.unconfirmed" in refused.stderr
    assert "tables: " in refused.stderr
    database.ping()
    moved = read("db", "downgrade", "--to", "0002", "--yes", address(database))
    assert moved["after"] == "0002"
    refused = call("db", "downgrade", "--to", "0003", "--yes", address(database), code=2)
    assert "database.wrong-way" in refused.stderr
    assert "0002 → 0003" in call("db", "upgrade", "--to", "0003", address(database)).stdout
    refused = call("db", "upgrade", "--to", "0001", address(database), code=2)
    assert "database.wrong-way" in refused.stderr
    refused = call("db", "upgrade", "--to", "later", address(database), code=2)
    assert "database.revision-unknown" in refused.stderr
    call("db", "upgrade", address(database))
    assert call("db", "check", address(database))


def test_a_database_that_is_not_there_is_not_made_by_looking(tmp_path):
    target = tmp_path / "none.db"
    refused = call("db", "check", f"--database={target}", code=3)
    assert "unavailable" in refused.stderr
    refused = call("db", "backup", tmp_path / "b", f"--database={target}", code=3)
    assert "unavailable" in refused.stderr
    assert list(tmp_path.iterdir()) == []
