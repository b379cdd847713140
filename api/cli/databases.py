"""Commands of the database: upgraded, checked, backed up, restored."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.context import (
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    now,
    phrase,
    print_json,
    say,
)

if TYPE_CHECKING:
    from logistics.store.backup_format import Manifest
    from logistics.store.session import Database

app = typer.Typer(help="数据库 · the database", no_args_is_help=True)

UNSOUND = 1

FileArgument = Annotated[Path, typer.Argument(help="备份文件 · file of the backup")]


@app.command("upgrade")
def upgrade(
    *,
    to: Annotated[str, typer.Option("--to", help="版本 · revision; default the newest")] = "head",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """升级数据库 · Bring the database's schema up to date, all or nothing."""
    from logistics.usecases.move_schema import upgrade_schema

    with _as_it_is(database) as store:
        moved = upgrade_schema(store, to)
    if as_json:
        print_json(moved)
    elif to == "head":
        say("db.upgraded", database=_shown(database))
    else:
        say("db.moved", before=moved.before, after=moved.after, database=_shown(database))


@app.command("downgrade")
def downgrade(
    *,
    to: Annotated[str, typer.Option("--to", help="版本 · revision: 0003, or base")],
    yes: Annotated[
        bool, typer.Option("--yes", help="确认删除 · tables and what is in them may go")
    ] = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """退回旧版 · Take the schema down; what the older one cannot hold is lost."""
    from logistics.usecases.move_schema import downgrade_schema

    with _as_it_is(database) as store:
        moved = downgrade_schema(store, to, confirmed=yes)
    if as_json:
        print_json(moved)
    else:
        say("db.moved", before=moved.before, after=moved.after, database=_shown(database))


@app.command("check")
def check(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="只查结构 · schema and rules only, not the rows")
    ] = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """检查数据库 · Look the whole database through; exit code 1 if something is wrong."""
    from logistics.usecases.check_database import check_database

    with _as_it_is(database) as store:
        health = check_database(store, quick=quick)
    if as_json:
        print_json({"sound": health.sound, "health": health})
        raise typer.Exit(0 if health.sound else UNSOUND)
    say("db.looked", database=_shown(database), dialect=health.dialect, revision=health.revision)
    found = {finding.inspection for finding in health.findings}
    for inspection, seconds in health.seconds.items():
        mark = "✗" if inspection in found else "✓"
        typer.echo(f"  {mark} {phrase(f'inspection.{inspection}')}  {seconds:.1f} s")
    for inspection in health.left_out:
        say("db.left-out", inspection=phrase(f"inspection.{inspection}"))
    for inspection in sorted(found, key=list(health.seconds).index):
        typer.echo("")
        typer.echo(f"{phrase(f'inspection.{inspection}')}:")
        for finding in health.findings:
            if finding.inspection == inspection:
                say("db.finding", subject=finding.subject, expected=finding.expected,
                    found=finding.found)  # fmt: skip
        if more := health.more.get(inspection):
            say("db.more", count=more)
        typer.echo(f"  → {phrase(f'inspection-mend.{inspection}')}")
    if not health.sound:
        raise typer.Exit(UNSOUND)
    say("db.sound")


@app.command("backup")
def backup(
    *,
    file: FileArgument,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """备份 · Write one consistent snapshot into a new file, while others go on working."""
    from importlib.metadata import version

    from logistics.store.backup import back_up

    with _as_it_is(database) as store:
        made = back_up(store, file, product=version("supplyloop"), at=now())
    if as_json:
        print_json(_told(file, made))
    else:
        say("db.backed-up", path=file, tables=len(made.tables), rows=made.rows,
            revision=made.revision, size=file.stat().st_size)  # fmt: skip


@app.command("restore")
def restore(
    *,
    file: FileArgument,
    verify: Annotated[
        bool, typer.Option("--verify", help="只核对文件 · only read the file through")
    ] = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """恢复 · Fill an empty database, SQLite or PostgreSQL, from a backup of either."""
    from logistics.store import backup as backups

    found = backups.verify_backup(file)  # before an empty SQLite file would be made for it
    if not verify:
        with _as_it_is(database) as store:
            found = backups.restore(store, file)
    if as_json:
        print_json(_told(file, found))
        return
    say("db.whole" if verify else "db.restored", path=file, tables=len(found.tables),
        rows=found.rows, revision=found.revision, product=found.product,
        at=found.at.isoformat(timespec="seconds"), database=_shown(database))  # fmt: skip


@contextmanager
def _as_it_is(url: str) -> "Iterator[Database]":
    """Open a database without bringing its schema up to date."""
    from logistics.store.session import open_database

    store = open_database(url)
    try:
        yield store
    finally:
        store.close()


def _told(file: Path, manifest: "Manifest") -> dict[str, object]:
    return {
        "path": str(file),
        "bytes": file.stat().st_size,
        "product": manifest.product,
        "revision": manifest.revision,
        "dialect": manifest.dialect,
        "at": manifest.at,
        "rows": manifest.rows,
        "tables": {table.name: table.rows for table in manifest.tables if table.rows},
    }


def _shown(url: str) -> str:
    head, _, tail = url.rpartition("@")  # a password in the address is not repeated
    return f"{head.partition('://')[0]}://…@{tail}" if head else url
