"""Commands on lists: list import, list parse."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

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
    visible,
)
from logistics.exchange.messages.judge import THRESHOLD

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
    from logistics.store import catalogue
    from logistics.usecases.import_lists import import_lists

    with opened(database) as store:
        with store.read() as session:
            known = catalogue.load(session)
        entries = list(read_entries(file, compound=compound or None, catalogue=known))
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
        changed=report.changed,
        triaged=report.triaged,
        already=report.already,
    )


@app.command("parse")
def parse(
    *,
    file: Annotated[str, typer.Argument(help="JSONL TXT CSV XLSX, - stdin")],
    catalogue: Annotated[
        str, typer.Option(help="商品目录 · CSV or XLSX; the starting catalogue without it")
    ] = "",
    threshold: Annotated[
        float,
        typer.Option(min=0, max=1, help="把握 · confidence below which a line is asked about"),
    ] = THRESHOLD,
    explain: Annotated[
        bool, typer.Option("--explain", help="解释 · what each word was taken for, and why")
    ] = False,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """试读 · Show how messages would be understood, without a database; changes nothing."""
    from api.cli.messages import answers, read_whole, shown
    from logistics.exchange.messages.files import to_json

    reader, text = read_whole(file, catalogue, threshold)
    for ident, reading in answers(reader, file, text):
        for line in shown(ident, reading, lang, as_json=as_json, explain=explain):
            typer.echo(visible(line) if isinstance(line, str) else to_json(line))
