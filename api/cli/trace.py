"""Commands that follow goods both ways."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from typing import Annotated

import typer

from api.cli.context import (
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    opened,
    print_json,
)

app = typer.Typer(help="溯源 · from lots to doors, from doors to lots", no_args_is_help=True)

CodeArgument = Annotated[str, typer.Argument(help="编号 · code")]
AllOption = Annotated[bool, typer.Option("--all", help="全部列出 · print every row")]


def _trace(subject: str, code: str, database: str, *, run: str, every: bool, json: bool) -> None:
    from api.cli.trace_view import SHOWN, tell
    from logistics.domain.trace import Subject
    from logistics.usecases.trace_goods import trace_goods

    with opened(database) as store, store.read() as session:
        found = trace_goods(session, Subject(subject), code, run=run or None)
    if json:
        print_json(found)
    else:
        tell(found, shown=10**9 if every else SHOWN)


@app.command("lot")
def lot(
    *,
    code: CodeArgument,
    steps: Annotated[
        bool, typer.Option("--steps", help="每一步 · every movement, inside bags as well")
    ] = False,
    every: AllOption = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """批次 · Which doors got anything of a lot, through whose hands; by id or provenance."""
    from api.cli.trace_view import SHOWN, tell_steps
    from logistics.usecases.trace_goods import lot_steps

    if not steps:
        _trace("lot", code, database, run="", every=every, json=as_json)
        return
    with opened(database) as store, store.read() as session:
        found = lot_steps(session, code)
    if as_json:
        print_json(found)
    else:
        tell_steps(found, shown=10**9 if every else SHOWN)


@app.command("bag")
def bag(
    *,
    code: CodeArgument,
    run: Annotated[str, typer.Option(help="波次 · of which run; without it the newest")] = "",
    every: AllOption = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """包裹 · What is in a bag, where it came from, and who had it when."""
    _trace("bag", code, database, run=run, every=every, json=as_json)


@app.command("household")
def household(
    *,
    code: CodeArgument,
    every: AllOption = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """住户 · Where all that a door got came from."""
    _trace("household", code, database, run="", every=every, json=as_json)


@app.command("supplier")
def supplier(
    *,
    code: CodeArgument,
    every: AllOption = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """供应商 · Which doors got anything from a supplier."""
    _trace("supplier", code, database, run="", every=every, json=as_json)


@app.command("courier")
def courier(
    *,
    code: CodeArgument,
    every: AllOption = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """骑手 · Which bags a courier had in their hands, and when."""
    _trace("courier", code, database, run="", every=every, json=as_json)


@app.command("leader")
def leader(
    *,
    code: CodeArgument,
    every: AllOption = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """楼长 · Which bags the leader of a building had in their hands, and when."""
    _trace("leader", code, database, run="", every=every, json=as_json)
