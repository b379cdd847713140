"""Commands on service points: points divide, open."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.context import LANG, JsonOption, LangOption, language, print_json, say

if TYPE_CHECKING:
    from geodata.district import District
    from logistics.domain.setup import Setup
    from logistics.usecases.site_points import Candidate, Division, Wish

app = typer.Typer(help="点位 · which point serves whom", no_args_is_help=True)

DistrictArgument = Annotated[Path, typer.Argument(help="辖区目录 · district folder")]
SetupArgument = Annotated[
    Path, typer.Argument(help="设置目录 · folder with setup.toml and tables")
]
UnitOption = Annotated[
    str, typer.Option(help="不拆分的单位 · kept together: compound, building or stairwell")
]
ToleranceOption = Annotated[
    float, typer.Option(min=0, help="允许偏差 · how far loads may lie from the couriers' share")
]
EvennessOption = Annotated[
    float, typer.Option(min=0, help="均衡权重 · price of the longest-walking team, 0 for none")
]
LoadsOption = Annotated[
    Path | None, typer.Option(help="各单元数量 · CSV stairwell,load; without it, households")
]
LimitOption = Annotated[float, typer.Option("--time-limit", min=0.1, help="秒 · seconds")]


@app.command("divide")
def divide(
    *,
    district: DistrictArgument,
    setup: SetupArgument,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="划分表 · CSV for the setup: territories.csv"),
    ] = None,
    unit: UnitOption = "building",
    tolerance: ToleranceOption = 0.1,
    evenness: EvennessOption = 0.25,
    loads: LoadsOption = None,
    time_limit: LimitOption = 10.0,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """划分点位 · Say which point serves which places, near and evenly by couriers."""
    from logistics.usecases import site_points

    ground, read = _read(district, setup)
    wish = _wish(unit, tolerance, evenness, loads, time_limit)
    division = site_points.divide(ground, read, wish)
    if output is not None:
        _write(output, division)
    if as_json:
        print_json(division)
        return
    _show(division)
    if output is not None:
        say("points.written", path=output, places=len(division.territories))


@app.command("open")
def open_further(
    *,
    district: DistrictArgument,
    setup: SetupArgument,
    candidates: Annotated[
        Path | None,
        typer.Option(
            help="候选点 · CSV code,name_zh,name_en,lon,lat; without it, the map's sites"
        ),
    ] = None,
    more: Annotated[int, typer.Option(min=1, help="新增数 · points to open")] = 1,
    couriers: Annotated[
        int, typer.Option(min=0, help="每点人数 · couriers at each; 0 for the usual number")
    ] = 0,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="划分表 · CSV with the further points at work"),
    ] = None,
    unit: UnitOption = "building",
    tolerance: ToleranceOption = 0.1,
    evenness: EvennessOption = 0.25,
    loads: LoadsOption = None,
    time_limit: LimitOption = 30.0,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """增设点位 · What if one more point opened: where, and what it would save."""
    from logistics.usecases import site_points

    ground, read = _read(district, setup)
    found = site_points.open_further(
        ground,
        read,
        _candidates(candidates, ground, read),
        more,
        _wish(unit, tolerance, evenness, loads, time_limit),
        couriers=couriers,
    )
    if output is not None:
        _write(output, found.after)
    if as_json:
        print_json(found)
        return
    _show(found.after)
    say(
        "points.opened",
        points=", ".join(found.opened),
        before=_clock(found.before.mean_walk_s),
        after=_clock(found.after.mean_walk_s),
    )
    if output is not None:
        say("points.written", path=output, places=len(found.after.territories))


def _read(district: Path, setup: Path) -> "tuple[District, Setup]":
    from geodata.district import read_district
    from logistics.domain.setup_check import sound
    from logistics.exchange.setup_files import read_setup

    ground = read_district(district)
    kept, _ = sound(read_setup(setup), {place.code for place in ground.places()})
    return ground, kept


def _wish(
    unit: str, tolerance: float, evenness: float, loads: Path | None, time_limit: float
) -> "Wish":
    from logistics.exchange.point_files import read_loads
    from logistics.usecases.site_points import Wish

    return Wish(
        unit=unit,
        tolerance=tolerance,
        evenness=evenness,
        loads=None if loads is None else read_loads(loads),
        time_limit_s=time_limit,
    )


def _candidates(file: Path | None, ground: "District", setup: "Setup") -> "list[Candidate]":
    from logistics.exchange.point_files import read_spots
    from logistics.usecases.site_points import Candidate, sites_of

    if file is None:
        return sites_of(ground, setup)
    return [
        Candidate(code=s.code, name_zh=s.name_zh, name_en=s.name_en, lon=s.lon, lat=s.lat)
        for s in read_spots(file)
    ]


def _write(output: Path, division: "Division") -> None:
    with output.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("place", "point"))
        rows.writerows(division.territories)


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _show(division: "Division") -> None:
    say("points.head")
    for share in division.shares:
        name = share.name_zh if language() == "zh" else share.name_en
        say(
            "points.row",
            mark="+" if share.opened else " ",
            code=share.code,
            name=name,
            couriers=share.couriers,
            units=share.units,
            load=share.load,
            share=f"{share.share:.0%}",
            mean=_clock(share.mean_walk_s),
            longest=_clock(share.longest_walk_s),
        )
    say("points.mean", mean=_clock(division.mean_walk_s), gap=f"{division.gap:.1%}")
    if division.unreached:
        say(
            "points.unreached",
            count=len(division.unreached),
            first=", ".join(division.unreached[:5]),
        )
