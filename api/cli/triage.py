"""Commands on what was not understood: triage list, settle, discard."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

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

app = typer.Typer(help="待核 · what was not understood", no_args_is_help=True)

EntryArgument = Annotated[str, typer.Argument(help="编号 · id of the entry")]


@app.command("list")
def list_entries(
    *,
    run: Annotated[str, typer.Argument(help="波次 · id or code of the run")],
    limit: Annotated[int, typer.Option(min=1, help="最多 · at most")] = 100,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """列出待核 · List the open entries of a run, oldest first."""
    from api.i18n import error_text
    from logistics.store import runs, triage

    with opened(database) as store, store.read() as session:
        entries = triage.open_entries(session, runs.get(session, run).id, limit)
    if as_json:
        print_json(entries)
        return
    for entry in entries:
        text = error_text(entry.code, "invalid", entry.facts, lang)
        where = f"{entry.source}:{entry.line_no}"
        typer.echo(f"{entry.id}  {entry.household_code or '-'}  {entry.said!r}  {where}")
        typer.echo(f"  {entry.code}: {text.title} → {text.mend}")
    say("triage.listed", count=len(entries))


@app.command("settle")
def settle(
    *,
    entry: EntryArgument,
    item: Annotated[
        str | None,
        typer.Option(help="物品 · item; not where only the household was unknown"),
    ] = None,
    quantity: Annotated[str | None, typer.Option(help="数量 · how many")] = None,
    unit: Annotated[str, typer.Option(help="单位 · unit")] = "",
    household: Annotated[str | None, typer.Option(help="户号 · household code")] = None,
    teach: Annotated[
        bool, typer.Option("--teach/--no-teach", help="学别名 · let the word name the item")
    ] = True,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """处理 · Say what the words meant: an order line is made of them."""
    from logistics.usecases.settle_triage import settle_triage

    with opened(database) as store:
        at = now()
        settled = store.run(
            lambda session: settle_triage(
                session,
                entry,
                item=item,
                quantity=quantity,
                unit=unit,
                household=household,
                teach=teach,
                actor=ACTOR,
                at=at,
            )
        )
    say("triage.settled", entry=entry)
    if word := settled.facts.get("taught"):
        say("triage.taught", word=word, item=item)


@app.command("discard")
def discard(
    entry: EntryArgument,
    reason: Annotated[str, typer.Option(help="理由 · why")],
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """作废 · Close an entry with a reason; it stays in the record."""
    from logistics.usecases.settle_triage import discard_triage

    with opened(database) as store:
        at = now()
        store.run(
            lambda session: discard_triage(session, entry, reason=reason, actor=ACTOR, at=at)
        )
    say("triage.discarded", entry=entry)
