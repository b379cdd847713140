"""Commands that weigh travel against faces: frontier, run frontier."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

import json
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.context import (
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    complain,
    language,
    opened,
    phrase,
    say,
)
from api.cli.problem_files import must_be_writable, read_or_tell, write_or_tell
from api.cli.runs import RunArgument
from api.cli.searching import stoppable, tell_stopping

if TYPE_CHECKING:
    from solver.tradeoff import Frontier

IMPOSSIBLE = 3

PointsOption = Annotated[int, typer.Option(help="最多几个方案 · most plans to show", min=2)]
StepsOption = Annotated[
    int | None,
    typer.Option(help="每次求解步数 · steps of each solve: the same seed, the same bytes", min=1),
]
SeedOption = Annotated[int, typer.Option(help="随机种子 · seed", min=0)]
TimeOption = Annotated[float, typer.Option(help="总秒数 · seconds in all", min=0.1)]


def frontier(
    *,
    file: Annotated[Path, typer.Argument(help="问题文件 · problem, as solve reads it")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="结果文件 · figures and plans, JSON")
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="图 · chart as SVG")] = None,
    time_limit: TimeOption = 60.0,
    step_limit: StepsOption = None,
    points: PointsOption = 6,
    seed: SeedOption = 1,
    threads: Annotated[int, typer.Option(help="线程 · threads", min=1)] = 2,
    format_name: Annotated[
        str | None, typer.Option("--format", help="格式 · format; recognised where not given")
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = LANG,
) -> None:
    """权衡 · Plans from least travel to fewest faces, and what each face less costs.

    Ctrl-C keeps those found so far.
    """
    began = monotonic()
    from solver.engines.dispatch import LockedImpossible
    from solver.frontier import frontier as find
    from solver.frontier_chart import draw_frontier
    from solver.tradeoff import write_frontier

    for path, option in ((output, "--output"), (svg, "--svg")):
        must_be_writable(path, option)
    problem = read_or_tell(file, format_name=format_name, as_json=as_json)
    try:
        with stoppable(tell_stopping) as should_stop:
            found = find(
                problem,
                # loading the solver and reading the file count
                seconds=max(time_limit - (monotonic() - began), time_limit / 2),
                steps=step_limit,
                seed=seed,
                points=points,
                threads=threads,
                on_report=None if as_json else _tell,
                should_stop=should_stop,
            )
    except LockedImpossible as error:
        complain(error.code, "unavailable", dict(error.facts))
        raise typer.Exit(IMPOSSIBLE) from error
    text = json.dumps(write_frontier(problem, found), ensure_ascii=False, separators=(",", ":"))
    if as_json:
        typer.echo(text)
    else:
        _table(found)
    if output is not None:
        write_or_tell(output, text + "\n", printed=as_json)
    if svg is not None:
        write_or_tell(svg, draw_frontier(found, language=language()))


def _tell(line: str) -> None:
    """Say how the search goes on, beside what is the command's result."""
    typer.echo(line, err=True)


def _table(found: "Frontier") -> None:
    from rich.console import Console
    from rich.table import Table

    from solver.frontier_chart import minutes_and_seconds

    table = Table(box=None, pad_edge=False)
    for name in (
        "plan",
        "cost",
        "travel",
        "distance",
        "faces",
        "further",
        "excess",
        "left",
        "price",
    ):
        table.add_column(phrase(f"frontier.{name}"), justify="right")
    prices = ["", *(minutes_and_seconds(step.duration_per_face_s) for step in found.steps)]
    for number, (point, price) in enumerate(zip(found.points, prices, strict=True), 1):
        table.add_row(
            str(number),
            f"{point.cost:,}",
            minutes_and_seconds(point.duration_s).lstrip("+"),
            f"{point.distance_m:,}",
            str(point.faces),
            str(point.further_faces),
            str(point.excess_faces),
            str(point.plan.summary.unassigned),
            price,
        )
    Console().print(table)
    say("frontier.explained")


def of_run(
    *,
    run: RunArgument,
    folder: Annotated[
        Path | None, typer.Option("-o", "--output", help="目录 · folder for the files")
    ] = None,
    time_limit: TimeOption = 60.0,
    step_limit: StepsOption = None,
    points: PointsOption = 6,
    seed: SeedOption = 1,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """权衡 · Weigh a planned run: report with the choices, chart, figures. Stores nothing."""
    from api.frontier_files import write_choices
    from logistics.usecases.weigh_plans import weigh_plans

    target = folder or Path(f"frontier-{run}")
    with opened(database) as store:
        weighed = weigh_plans(
            store,
            run,
            time_limit_s=time_limit,
            step_limit=step_limit,
            points=points,
            seed=seed,
            progress=None if as_json else _tell,
        )
        target.mkdir(parents=True, exist_ok=True)
        write_choices(store, run, target, weighed, language=language())
    if as_json:
        typer.echo(json.dumps(weighed.file, ensure_ascii=False))
    else:
        say("frontier.written", code=run, path=target, plans=len(weighed.choices.rows))
