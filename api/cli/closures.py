"""Commands on gates and closures: gate close, open, history; closure way, area, open, list."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.context import (
    ACTOR,
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    phrase,
    print_json,
    say,
)
from api.cli.zones import (
    DistrictOption,
    FromOption,
    Ground,
    ReasonOption,
    UntilOption,
    changed,
    local,
    looked,
)

if TYPE_CHECKING:
    from logistics.domain.closures import Closure

gate_app = typer.Typer(help="大门与卡口 · gates closed and opened", no_args_is_help=True)
closure_app = typer.Typer(help="封闭 · ways and areas closed", no_args_is_help=True)

GateArgument = Annotated[str, typer.Argument(help="大门 · code or id of a gate")]
ModeOption = Annotated[
    list[str] | None,
    typer.Option("--mode", help="只对 · only for foot, trolley, ebike, tricycle, van"),
]
PermitOption = Annotated[
    list[str] | None, typer.Option("--except-permit", help="持证除外 · who holds it passes")
]


@gate_app.command("close")
def close_gate(
    *,
    gate: GateArgument,
    since: FromOption = "now",
    until: UntilOption = "",
    mode: ModeOption = None,
    except_permit: PermitOption = None,
    reason: ReasonOption = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """关门 · Close a gate, for all or for some modes and permits."""
    from logistics.usecases.close_ground import close_gate as use

    def deed(ground: Ground) -> Any:
        wish = ground.wish(since, until, modes=mode, permits=except_permit, reason=reason)
        made = use(ground.session, ground.area.id, gate, wish, actor=ACTOR, at=ground.at)
        return made, ground.area.zone_name

    made, zone_name = changed(database, district, deed)
    _tell_closed([made], gate, zone_name, as_json=as_json)


@gate_app.command("open")
def open_gate(
    *,
    gate: GateArgument,
    since: FromOption = "now",
    until: UntilOption = "",
    reason: ReasonOption = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """开门 · End every closure of a gate, or pause it until a time."""
    from logistics.usecases.close_ground import open_gate as use

    def deed(ground: Ground) -> Any:
        wish = ground.wish(since, until, reason=reason)
        return use(ground.session, ground.area.id, gate, wish, actor=ACTOR, at=ground.at)

    lifted = changed(database, district, deed)
    if as_json:
        print_json(lifted)
    else:
        say("closure.lifted", target=gate, count=len(lifted))


@gate_app.command("history")
def gate_history(
    *,
    gate: GateArgument,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """历史 · Tell all that was closed and opened at a gate."""
    from logistics.usecases.close_ground import gate_history as use

    found, zone_name = looked(
        database, district, lambda ground: use(ground.session, ground.area.id, gate)
    )
    if as_json:
        print_json(found)
        return
    say(
        "gate.on-map",
        gate=found.code,
        state=phrase(f"gate.{'open' if found.open_on_map else 'closed'}"),
    )
    for one in found.closures:
        _tell_closure(one, found.code, zone_name)
        for lift in (lift for lift in found.lifts if lift.closure_id == one.id):
            span = f"{local(lift.since, zone_name)} → {local(lift.until, zone_name)}"
            say("gate.lift", span=span, actor=lift.actor, reason=lift.reason)


@closure_app.command("list")
def list_closures(
    *,
    at: Annotated[
        str, typer.Option("--at", help="时刻 · in force at an instant, or now; without it all")
    ] = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """列出 · List closures of gates, ways and areas."""
    from logistics.usecases.close_ground import closures_at

    found, zone_name = looked(
        database,
        district,
        lambda g: closures_at(g.session, g.area.id, g.instant(at, "at") if at else None),
    )
    if as_json:
        print_json([{"closure": one, "code": code} for one, code in found])
        return
    for one, code in found:
        _tell_closure(one, code, zone_name)
    say("closure.listed", count=len(found))


@closure_app.command("way")
def close_way(
    *,
    way: Annotated[str, typer.Argument(help="道路 · id of a way on the map, or its name")],
    since: FromOption = "now",
    until: UntilOption = "",
    mode: ModeOption = None,
    except_permit: PermitOption = None,
    reason: ReasonOption = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """封路 · Close a way, or all ways of a name."""
    from logistics.usecases.close_ground import close_ways as use

    def deed(ground: Ground) -> Any:
        wish = ground.wish(since, until, modes=mode, permits=except_permit, reason=reason)
        made = use(ground.session, ground.area.id, way, wish, actor=ACTOR, at=ground.at)
        return made, ground.area.zone_name

    made, zone_name = changed(database, district, deed)
    _tell_closed(made, way, zone_name, as_json=as_json)


@closure_app.command("area")
def close_area(
    *,
    file: Annotated[Path, typer.Argument(help="范围 · polygon as GeoJSON, WGS 84")],
    name: Annotated[str, typer.Option(help="名称 · how the area is called")] = "",
    since: FromOption = "now",
    until: UntilOption = "",
    mode: ModeOption = None,
    except_permit: PermitOption = None,
    reason: ReasonOption = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """封片 · Close an area and every way through it."""
    from logistics.exchange.areas import read_area
    from logistics.usecases.close_ground import close_area as use

    shape = read_area(file)

    def deed(ground: Ground) -> Any:
        wish = ground.wish(since, until, modes=mode, permits=except_permit, reason=reason)
        called = name or file.stem
        made = use(ground.session, ground.area.id, called, shape, wish, actor=ACTOR, at=ground.at)
        return made, ground.area.zone_name

    made, zone_name = changed(database, district, deed)
    _tell_closed([made], made.target, zone_name, as_json=as_json)


@closure_app.command("open")
def lift_closure(
    *,
    closure: Annotated[str, typer.Argument(help="编号 · id of the closure")],
    since: FromOption = "now",
    until: UntilOption = "",
    reason: ReasonOption = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """开放 · End one closure, or pause it until a time."""
    from logistics.usecases.close_ground import lift_closure as use

    def deed(ground: Ground) -> Any:
        wish = ground.wish(since, until, reason=reason)
        return use(ground.session, ground.area.id, closure, wish, actor=ACTOR, at=ground.at)

    lifted = changed(database, district, deed)
    say("closure.lifted", target=lifted.target, count=1)


def _tell_closed(made: "Sequence[Closure]", target: str, zone_name: str, *, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    for one in made:
        _tell_closure(one, target, zone_name)


def _tell_closure(one: "Closure", code: str, zone_name: str) -> None:
    say(
        "closure.line",
        kind=phrase(f"closure.{one.kind}"),
        target=code,
        since=local(one.since, zone_name),
        until=local(one.until, zone_name),
        modes=", ".join(one.modes) or phrase("closure.all"),
        permits=", ".join(one.permits) or "-",
        reason=one.reason or "-",
        id=one.id,
    )
