"""The command that asks what would be: run what-if."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.context import (
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    now,
    opened,
    phrase,
    print_json,
    say,
)
from api.cli.dispatching import tell_notices
from api.cli.runs import RunArgument
from api.cli.zones import Ground

if TYPE_CHECKING:
    from logistics.domain.what_if import Side, WhatIf
    from logistics.store.session import Database

_ROWS = 30  # of one table; the rest is in the JSON


def what_if(
    *,
    run: RunArgument,
    close_gate: Annotated[list[str] | None, typer.Option(help="关门 · gate")] = None,
    close_way: Annotated[list[str] | None, typer.Option(help="封路 · way, by id or name")] = None,
    close_area: Annotated[
        list[Path] | None, typer.Option(help="封片 · GeoJSON file with a polygon")
    ] = None,
    mode: Annotated[
        list[str] | None, typer.Option(help="封闭只对 · closures only for this mode")
    ] = None,
    zone: Annotated[
        list[str] | None, typer.Option(help="划区 · PLACE=sealed, controlled or precaution")
    ] = None,
    couriers: Annotated[str, typer.Option(help="少几名 · couriers away: -20% or -3")] = "",
    since: Annotated[
        str, typer.Option("--from", help="开始 · instant with its offset; without it all the wave")
    ] = "",
    until: Annotated[str, typer.Option("--until", help="结束 · instant with its offset")] = "",
    plan: Annotated[
        bool, typer.Option("--plan", help="重新计划 · plan again and compare")
    ] = False,
    time_limit: Annotated[float, typer.Option(min=1, help="秒 · seconds to search")] = 30.0,
    seed: Annotated[int, typer.Option(min=0, help="随机种子 · seed")] = 1,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """推演 · What would be touched if …; stores nothing."""
    from logistics.exchange.areas import read_area
    from logistics.usecases.what_if import Wish
    from logistics.usecases.what_if import what_if as use

    areas = tuple(read_area(file) for file in close_area or ())
    with opened(database) as store:
        ground = _ground(store, run)
        wish = Wish(
            gates=tuple(close_gate or ()),
            ways=tuple(close_way or ()),
            areas=areas,
            zones=tuple(_pair(said) for said in zone or ()),
            couriers=couriers,
            modes=tuple(mode or ()),
            since=ground.instant(since, "from") if since else None,
            until=ground.instant(until, "until") if until else None,
        )
        found = use(store, run, wish, plan_again=plan, time_limit_s=time_limit, seed=seed)
    if as_json:
        print_json(found)
    else:
        _tell(found)


def _ground(store: "Database", run: str) -> Ground:
    from logistics.store import places, runs

    with store.read() as session:
        area = places.district(session, runs.get(session, run).district_id)
        return Ground(session, area, now())


def _pair(said: str) -> tuple[str, str]:
    place, equals, zone = said.rpartition("=")
    if not equals:
        raise typer.BadParameter("PLACE=sealed", param_hint="--zone")
    return place.strip(), zone.strip()


def _tell(found: "WhatIf") -> None:
    effects = found.effects
    say(
        "what-if.head",
        drops=len(effects.drops),
        bags=sum(drop.bags for drop in effects.drops),
        households=sum(drop.households for drop in effects.drops),
        trips=len(effects.trips),
        points=len(effects.points),
        unreachable=sum(point.unreachable_bags for point in effects.points),
    )
    if found.away:
        say("what-if.away", couriers=", ".join(found.away))
    tell_notices(found.notices)
    if found.plan_id is None:
        say("what-if.no-plan")
    _table(
        "drops",
        ("stairwell", "point", "bags", "households", "causes", "longer"),
        [
            (d.stairwell, d.point, d.bags, d.households, _causes(d.causes), _longer(d.longer_s))
            for d in effects.drops
        ],
    )
    _table(
        "trips",
        ("trip", "courier", "stops", "bags", "causes", "longer", "lost"),
        [
            (
                t.trip,
                t.courier,
                t.stops,
                t.bags,
                _causes(t.causes),
                _longer(t.longer_s),
                len(t.unreachable),
            )
            for t in effects.trips
        ],
    )
    if found.after is not None:
        _compare(found.before, found.after)
        say("what-if.moved", count=len(found.moved))
        nobody = phrase("what-if.nobody")
        for drop in found.moved[:_ROWS]:
            was, becomes = (", ".join(who) or nobody for who in (drop.before, drop.after))
            typer.echo(f"  {drop.stairwell}  {was} → {becomes}")
        _more(len(found.moved))


def _compare(before: "Side | None", after: "Side") -> None:
    rows = (
        ("served", "bags"),
        ("households", "households"),
        ("left", "left_out"),
        ("travel", "travel_s"),
        ("distance", "distance_m"),
        ("contacts", "contacts"),
        ("faces", "faces"),
        ("excess", "excess_faces"),
        ("couriers-used", "couriers"),
        ("trips-made", "trips"),
    )
    told = []
    for text, name in rows:
        becomes: int = getattr(after, name)
        was: int | None = None if before is None else getattr(before, name)
        clock = _clock if name.endswith("_s") else str
        change = "-" if was is None else _change(becomes - was, name)
        told.append(
            (phrase(f"what-if.{text}"), "-" if was is None else clock(was), clock(becomes), change)
        )
    _table("", ("measure", "now", "then", "change"), told)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _change(by: int, name: str) -> str:
    if not name.endswith("_s"):
        return f"{by:+d}"
    return f"{'-' if by < 0 else '+'}{_clock(abs(by))}"


def _longer(seconds: int) -> str:
    return f"+{_clock(seconds)}" if seconds > 0 else "-"


def _causes(codes: Sequence[str]) -> str:
    return ", ".join(phrase(f"cause.{code}") for code in codes)


def _table(title: str, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    if not rows:
        return
    table = Table(
        box=None, pad_edge=False, title=phrase(f"what-if.{title}") if title else None,
        title_justify="left",
    )  # fmt: skip
    for name in names:
        table.add_column(phrase(f"what-if.{name}"), no_wrap=name in ("trip", "stairwell"))
    for row in rows[:_ROWS]:
        table.add_row(*(str(cell) for cell in row))
    Console().print(table)
    _more(len(rows))


def _more(count: int) -> None:
    if count > _ROWS:
        say("what-if.more", count=count - _ROWS)
