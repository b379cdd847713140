"""Commands that send the couriers out: run plan, run release."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.context import (
    ACTOR,
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    language,
    now,
    opened,
    phrase,
    print_json,
    say,
)
from api.cli.runs import RunArgument
from api.i18n import Language

if TYPE_CHECKING:
    from logistics.domain.planning import Notice


def plan(
    *,
    run: RunArgument,
    time_limit: Annotated[float, typer.Option(min=1, help="秒 · seconds to search")] = 30.0,
    seed: Annotated[int, typer.Option(min=0, help="随机种子 · seed")] = 1,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """排线 · Plan who goes where when; again: a new draft. Ctrl-C keeps the best."""
    from api.cli.errands import tell_left
    from api.cli.searching import stoppable, tell_stopping
    from logistics.usecases.plan_run import plan_run

    with opened(database) as store, stoppable(tell_stopping) as should_stop:
        done = plan_run(
            store,
            run,
            time_limit_s=time_limit,
            seed=seed,
            actor=ACTOR,
            at=now(),
            should_stop=should_stop,
        )
    if as_json:
        print_json(done)
        return
    say(
        "run.planned",
        trips=done.trips,
        stops=done.stops,
        bags=done.bags,
        unserved=done.unserved,
        contacts=done.contacts,
        excess=done.excess_faces,
    )
    if done.errands or done.errands_left:
        say("run.planned-errands", count=done.errands, left=len(done.errands_left))
        tell_left(done.errands_left)
    if set(done.drop_modes) - {"stairwell"}:
        modes = (f"{phrase(f'drop.{mode}')} {n}" for mode, n in sorted(done.drop_modes.items()))
        say("run.drop-modes", modes=", ".join(modes))
    tell_notices(done.notices)


def tell_notices(notices: "Sequence[Notice]") -> None:
    """Say what is not the same throughout the wave."""
    for notice in notices:
        say(notice.code, **notice.facts)


def release(
    *,
    run: RunArgument,
    sheets: Annotated[
        Path | None, typer.Option("--sheets", "-o", help="路线单目录 · folder for the sheets")
    ] = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """发放 · Freeze the plan, hand the bags over, print the route sheets."""
    from logistics.usecases.release_run import release_run

    folder = sheets or Path(f"sheets-{run}")
    with opened(database) as store:
        at = now()
        book = store.run(lambda session: release_run(session, run, actor=ACTOR, at=at))
    if as_json:
        found = {"run": book.run_code, "trips": len(book.trips), "couriers": book.couriers()}
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        say("run.released", code=book.run_code, trips=len(book.trips), count=len(book.couriers()))
    _print(database, run, folder, language=language(), quiet=as_json)


def print_again(
    run: RunArgument,
    sheets: Annotated[
        Path | None, typer.Option("--sheets", "-o", help="路线单目录 · folder for the sheets")
    ] = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """打印路线单 · Print the sheets of a planned or released run again."""
    folder = sheets or Path(f"sheets-{run}")
    _print(database, run, folder, language=language(), quiet=False)


def _print(database: str, run: str, folder: Path, *, language: Language, quiet: bool) -> None:
    from api.sheet_files import write_sheets

    with opened(database) as store:
        count = write_sheets(store, run, folder, language=language)
    if not quiet:
        say("run.printed", path=folder, count=count)
