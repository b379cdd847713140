"""Commands that show the map: map draw, map tracks."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli.context import (
    DATABASE,
    LANG,
    DatabaseOption,
    LangOption,
    complain,
    language,
    opened,
    say,
)
from api.cli.runs import RunArgument

if TYPE_CHECKING:
    from geodata.drawing.tracks import Track

app = typer.Typer(help="看图、导出路线 · maps drawn, routes exported", no_args_is_help=True)


@app.command("draw")
def draw(
    district: Annotated[Path, typer.Argument(help="辖区目录 · district folder")],
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="文件 · .svg to look at, .geojson for programs")
    ],
    run: Annotated[
        str, typer.Option(help="波次 · show its zones, closed gates and, once planned, routes")
    ] = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """绘制辖区地图 · Draw a district, by itself or with a run's zones and routes."""
    if output.suffix not in (".svg", ".geojson"):
        complain("map.file-kind", "invalid", {"file": str(output), "mend": "use .svg or .geojson"})
        raise typer.Exit(2)
    from geodata.closures import OPEN, Shut
    from geodata.district import read_district
    from geodata.drawing.render import MapLabel, district_map
    from geodata.drawing.tracks import district_geojson, geojson_text

    ground = read_district(district)
    zones: dict[str, str] = {}
    closed = OPEN
    tracks: tuple[Track, ...] = ()
    labels: list[MapLabel] = []
    if run:
        from logistics.exchange.trip_tracks import lay_book, tracks_of
        from logistics.usecases.print_sheets import read_sheets
        from logistics.usecases.report_run import report_run

        with opened(database) as store, store.read() as session:
            report = report_run(session, run)
            zones = dict(report.zones)
            book = read_sheets(session, run) if report.trips else None
        labels = [
            MapLabel(lon=point.lon, lat=point.lat, text=point.code, kind="point")
            for point in report.points
        ]
        if book:
            closed = Shut(gates=frozenset(book.closed_gates))
            tracks = tracks_of(book, lay_book(book, ground), language=language())
    if output.suffix == ".svg":
        text = district_map(
            ground,
            routes=[track.legs for track in tracks],
            names=[track.code for track in tracks],
            labels=labels,
            zones=zones,
            closed=closed,
            language=language(),
        )
    else:
        text = geojson_text(
            district_geojson(ground, zones=zones, closed_gates=closed.gates, language=language())
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    say("map.drawn", path=output)
    typer.echo(ground.attribution)


@app.command("tracks")
def tracks(
    run: RunArgument,
    *,
    folder: Annotated[
        Path | None, typer.Option("-o", "--output", help="目录 · folder for the files")
    ] = None,
    kind: Annotated[
        Literal["geojson", "gpx", "kml"],
        typer.Option("--format", help="格式 · geojson, gpx or kml"),
    ] = "geojson",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """导出路线 · Write a planned run's trips for other map programs, all and by courier."""
    from api.file_names import file_name
    from logistics.exchange.trip_tracks import write_tracks
    from logistics.usecases.lay_ways import lay_ways
    from logistics.usecases.print_sheets import read_sheets

    with opened(database) as store:
        with store.read() as session:
            book = read_sheets(session, run)
        ways = lay_ways(store, book)
    out = folder or Path(f"tracks-{book.run_code}")
    out.mkdir(parents=True, exist_ok=True)
    couriers = book.couriers()
    for name, part in (("all", book), *((one, book.of_courier(one)) for one in couriers)):
        text = write_tracks(part, ways, kind, language=language())
        (out / f"{file_name(name)}.{kind}").write_text(text, encoding="utf-8")
    say("map.tracks", path=out, count=len(couriers), kind=kind)
    typer.echo(book.attribution)
