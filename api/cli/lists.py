"""Commands on lists: list import, list parse."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

import json
from pathlib import Path
from typing import Annotated

import typer

from api.cli.context import (
    ACTOR,
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    now,
    opened,
    print_json,
    say,
)

app = typer.Typer(help="清单 · households' lists", no_args_is_help=True)

CompoundOption = Annotated[
    str,
    typer.Option(help="小区编号 · compound that addresses without one belong to"),
]


@app.command("import")
def import_file(
    *,
    run: Annotated[str, typer.Argument(help="波次 · id or code of the run")],
    file: Annotated[Path, typer.Argument(help="CSV XLSX JSONL TXT")],
    compound: CompoundOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """导入清单 · Take in a file of lists; what is not understood waits. Twice is once."""
    from logistics.exchange.tabular import read_entries
    from logistics.usecases.import_lists import import_lists

    entries = list(read_entries(file, compound=compound or None))
    with opened(database) as store:
        at = now()
        report = store.run(
            lambda session: import_lists(
                session, run, entries, source=file.name, actor=ACTOR, at=at
            )
        )
    if as_json:
        print_json(report)
        return
    say(
        "list.imported",
        file=file.name,
        lists=report.accepted_lists,
        lines=report.accepted_lines,
        triaged=report.triaged,
        already=report.already,
    )


@app.command("parse")
def parse(
    *,
    file: Annotated[Path, typer.Argument(help="CSV XLSX JSONL TXT")],
    compound: CompoundOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """试读 · Show how a file would be understood with the catalogue; changes nothing."""
    from api.i18n import error_text
    from api.plain import plain
    from logistics.domain.lists import read_lines
    from logistics.exchange.tabular import read_entries
    from logistics.store import catalogue

    with opened(database) as store, store.read() as session:
        known = catalogue.load(session)
    for entry in read_entries(file, compound=compound or None):
        clean, doubts = read_lines(known, entry.lines)
        doubts = [*entry.doubts, *doubts]
        if as_json:
            lines = [
                {"item": line.item.name_zh, "quantity": line.quantity, "base": line.item.base}
                for line in clean
            ]
            found = {"household": entry.household, "lines": lines, "doubts": plain(doubts)}
            typer.echo(json.dumps(found, ensure_ascii=False))
            continue
        typer.echo(f"{entry.household or '?'}  ({file.name}:{entry.line})")
        for line in clean:
            typer.echo(f"  {line.item.name_zh} {line.quantity} {line.item.base}  ← {line.said}")
        for doubt in doubts:
            title = error_text(doubt.code, "invalid", doubt.facts, lang).title
            typer.echo(f"  ? {doubt.said}  {title}")
