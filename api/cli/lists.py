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
    from api.plain import plain
    from logistics.exchange.lists import read_entries
    from logistics.usecases.import_lists import import_lists

    entries = list(read_entries(file, compound=compound))
    with opened(database) as store:
        at = now()
        report = store.run(
            lambda session: import_lists(
                session, run, entries, source=file.name, actor=ACTOR, at=at
            )
        )
    if as_json:
        typer.echo(json.dumps(plain(report), ensure_ascii=False))
        return
    say(
        "list.imported",
        file=file.name,
        lists=report.accepted_lists,
        lines=report.accepted_lines,
        triaged=report.triaged,
        already=report.already,
    )
