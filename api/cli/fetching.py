"""Commands on fetching a run's goods: pick lists for buyers, tours and sheets for vans."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

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
    print_json,
    say,
)
from api.cli.runs import RunArgument

if TYPE_CHECKING:
    from logistics.usecases.plan_vans import VanReport

SheetsOption = Annotated[
    Path | None, typer.Option("--sheets", help="司机单 PDF · sheets for the drivers")
]


def vans(
    *,
    run: RunArgument,
    show: Annotated[bool, typer.Option("--show", help="只看 · show, plan nothing")] = False,
    sheets: SheetsOption = None,
    time_limit: Annotated[float, typer.Option(min=1, help="秒 · seconds")] = 10.0,
    seed: Annotated[int, typer.Option(min=0, help="随机种子 · seed")] = 1,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """货车排线 · Plan the vans' tours from suppliers to points; they say when couriers start."""
    from logistics.usecases.plan_vans import plan_vans, show_vans

    with opened(database) as store:
        if show:
            with store.read() as session:
                report = show_vans(session, run)
        else:
            report = plan_vans(
                store, run, time_limit_s=time_limit, seed=seed, actor=ACTOR, at=now()
            )
    if report is None:
        say("vans.none-planned", code=run)
        return
    if sheets is not None:
        from api.assets_folder import font_folders
        from logistics.exchange.van_sheets import print_van_sheets

        sheets.write_bytes(
            print_van_sheets(report, font_paths=font_folders(), language=language())
        )
    if as_json:
        print_json(report)
    else:
        _tell(report, lang)


def pick_lists(
    *,
    run: RunArgument,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="输出目录 · folder for PDF and workbook")
    ],
    homes: Annotated[
        bool, typer.Option("--homes", help="按户 · also household by household")
    ] = False,
    only: Annotated[
        str, typer.Option(help="只含 · households whose codes begin so, with --homes")
    ] = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """拣货单 · Print what buyers take from which aisle; with --homes each list by itself, too."""
    from api.assets_folder import font_folders
    from logistics.exchange.pick_lists import print_picks
    from logistics.store import pick_lists as store_of
    from logistics.store import runs

    with opened(database) as store, store.read() as session:
        book = store_of.book_of(session, runs.get(session, run), homes=homes, only=only)
    if as_json:
        print_json(book)
    printed = print_picks(book, font_paths=font_folders(), language=language())
    output.mkdir(parents=True, exist_ok=True)
    (output / "pick-lists.pdf").write_bytes(printed.bulk_pdf)
    (output / "pick-lists.xlsx").write_bytes(printed.workbook)
    if printed.homes_pdf is not None:
        (output / "pick-lists-homes.pdf").write_bytes(printed.homes_pdf)
    if not as_json:
        say("picks.printed", count=len(book.sheets), path=output)


def _tell(report: "VanReport", lang: str) -> None:
    from logistics.exchange.sheets import clock, kilograms

    say(
        "vans.planned",
        code=report.run,
        tours=len(report.tours),
        km=f"{report.distance_m / 1000:.1f}",
        tonnes=f"{report.weight_g / 1e6:.2f}",
    )
    for tour in report.tours:
        typer.echo(f"  {tour.code}  {clock(tour.departs_s)}–{clock(tour.returns_s)}")
        for stop in tour.stops:
            place = report.places[stop.place_id]
            name = place.name_zh if lang == "zh" else place.name_en
            mark = "＋" if stop.kind == "pickup" else "－"
            typer.echo(f"    {clock(stop.arrival_s)}  {mark}{kilograms(stop.weight_g)}  {name}")
    for code, moment in report.releases_s.items():
        say("vans.release", point=code, time=clock(moment))
    for left in report.left_out:
        say(
            "vans.left-out",
            what=left.consignment,
            kilograms=kilograms(left.weight_g),
            why=left.code,
        )
