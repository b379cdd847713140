"""Commands that print for the point team: run packing-lists, labels; and how far packing is."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from pathlib import Path
from typing import Annotated

import typer

from api.cli.context import (
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    language,
    opened,
    phrase,
    print_json,
    say,
)

RunArgument = Annotated[str, typer.Argument(help="波次 · id or code of the run")]
PointOption = Annotated[str, typer.Option("--point", help="点位 · one point only")]
StairwellOption = Annotated[str, typer.Option("--stairwell", help="楼道 · one stairwell only")]


def packing_lists(
    *,
    run: RunArgument,
    out: Annotated[Path, typer.Option("--out", help="输出目录 · folder")],
    point: PointOption = "",
    stairwell: StairwellOption = "",
    kinds: Annotated[
        list[str] | None, typer.Option("--format", help="格式 · pdf xlsx csv; without it all")
    ] = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """打包单 · Write each point's packing lists: goods by shelf, bags by stairwell."""
    from api.packing_files import FORMATS, write_lists
    from logistics.usecases.print_packing import read_papers

    wanted = tuple(kinds or FORMATS)
    if unknown := [kind for kind in wanted if kind not in FORMATS]:
        raise typer.BadParameter(", ".join(FORMATS), param_hint=f"--format {unknown[0]}")
    with opened(database) as store:
        papers = store.run(lambda s: read_papers(s, run, point=point, stairwell=stairwell))
    written = write_lists(papers, out, wanted, language=language())
    if as_json:
        print_json({"files": [str(path) for path in written]})
    else:
        say(
            "packing.lists",
            points=len(papers.points),
            bags=sum(len(one.bags) for one in papers.points),
            path=out,
        )


def labels(
    *,
    run: RunArgument,
    out: Annotated[Path, typer.Option("--out", help="输出文件 · PDF")],
    form: Annotated[str, typer.Option("--format", help="标签规格 · a4 a4-2x7 60x40 80x50")] = "a4",
    point: PointOption = "",
    stairwell: StairwellOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """标签 · Print the labels of bags, on sheets or one to a page, in the order of delivery."""
    from api.packing_files import write_labels
    from logistics.exchange.labels import format_named
    from logistics.usecases.print_packing import read_papers

    chosen = format_named(form)  # a wrong name is said before anything is read
    with opened(database) as store:
        papers = store.run(lambda s: read_papers(s, run, point=point, stairwell=stairwell))
    count = write_labels(papers, out, chosen, language=language())
    if as_json:
        print_json({"labels": count, "pages": -(-count // chosen.per_page), "file": str(out)})
    else:
        say("packing.labels", labels=count, pages=-(-count // chosen.per_page), path=out)


def progress(
    *,
    run: RunArgument,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """进度 · Count the bags of each point by how far they are."""
    from logistics.store import packing, runs

    with opened(database) as store, store.read() as session:
        found = packing.progress(session, runs.get(session, run).id)
    points = sorted({point for point, _ in found})
    table = {point: {s: n for (p, s), n in found.items() if p == point} for point in points}
    if as_json:
        print_json(table)
        return
    for point, states in table.items():
        said = "  ".join(f"{phrase(f'bag.{state}')} {n}" for state, n in states.items())
        typer.echo(f"{point}  {said}")
