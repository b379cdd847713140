"""Commands on zones: zone set, show, history; and what all commands on the ground share."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

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
    phrase,
    print_json,
    say,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from logistics.domain.places import District
    from logistics.domain.zones import Standing
    from logistics.usecases.close_ground import Wish

zone_app = typer.Typer(help="封控区、管控区、防范区 · zones of places", no_args_is_help=True)

DistrictOption = Annotated[
    str, typer.Option("--district", help="辖区 · name; not needed if there is one")
]
PlaceArgument = Annotated[
    str, typer.Argument(help="地点 · code of a place, or the district's name")
]
FromOption = Annotated[
    str, typer.Option("--from", help="开始 · with its offset, 2026-04-13T09:00+08:00, or now")
]
UntilOption = Annotated[str, typer.Option("--until", help="结束 · not given: while it lasts")]
AtOption = Annotated[str, typer.Option("--at", help="时刻 · instant with its offset, or now")]
ReasonOption = Annotated[str, typer.Option(help="理由 · why")]


class Ground:
    """A district under a command's hands: its session, its clock and its time zone."""

    def __init__(self, session: "Session", area: "District", at: datetime) -> None:
        self.session, self.area, self.at = session, area, at

    def instant(self, said: str, field: str) -> datetime:
        """Read an instant of the command."""
        from api.instants import read_instant

        return read_instant(said, field=field, zone_name=self.area.zone_name, at=self.at)

    def wish(
        self,
        since: str,
        until: str,
        *,
        modes: Sequence[str] | None = None,
        permits: Sequence[str] | None = None,
        reason: str = "",
    ) -> "Wish":
        """Read from when to when, for whom and why."""
        from logistics.usecases.close_ground import Wish

        return Wish(
            since=self.instant(since, "from"),
            until=self.instant(until, "until") if until else None,
            modes=tuple(modes or ()),
            permits=tuple(permits or ()),
            reason=reason,
        )


def grounded(session: "Session", name: str, at: datetime) -> Ground:
    """Find the district of a command: the one named, or the only one."""
    from logistics.store import places, runs

    known = places.districts(session)
    chosen = name or (known[0].name if len(known) == 1 else "")
    return Ground(session, places.district(session, runs.district_id(session, chosen)), at)


def changed(database: str, district: str, deed: Callable[[Ground], Any]) -> Any:
    """Do a deed in one transaction and return what it brought."""
    at = now()
    with opened(database) as store:
        return store.run(lambda session: deed(grounded(session, district, at)))


def looked(database: str, district: str, look: Callable[[Ground], Any]) -> tuple[Any, str]:
    """Look without writing; also return the district's time zone, to say instants in."""
    at = now()
    with opened(database) as store, store.read() as session:
        ground = grounded(session, district, at)
        return look(ground), ground.area.zone_name


def local(instant: datetime | None, zone_name: str, *, otherwise: str = "…") -> str:
    """Say an instant on the district's clock."""
    if instant is None:
        return otherwise
    return instant.astimezone(ZoneInfo(zone_name)).isoformat(sep=" ", timespec="minutes")


@zone_app.command("set")
def set_zone(
    *,
    place: PlaceArgument,
    zone: Annotated[str, typer.Argument(help="sealed | controlled | precaution | inherited")],
    since: FromOption = "now",
    until: UntilOption = "",
    reason: ReasonOption = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """划区 · State a place's zone; from its start it replaces what was said of it before."""
    from logistics.usecases.set_zone import set_zone as use

    def deed(ground: Ground) -> Any:
        done = use(
            ground.session,
            ground.area.id,
            place,
            zone,
            since=ground.instant(since, "from"),
            until=ground.instant(until, "until") if until else None,
            reason=reason,
            actor=ACTOR,
            at=ground.at,
        )
        return done, ground.area.zone_name

    done, zone_name = changed(database, district, deed)
    if as_json:
        print_json(done)
        return
    said = done.statement
    say(
        "zone.set",
        place=done.place,
        zone=phrase(f"zone.{said.zone}"),
        before=phrase(f"zone.{done.before.zone}"),
        since=local(said.since, zone_name),
        until=local(said.until, zone_name),
        stairwells=done.stairwells,
        households=done.households,
    )
    if done.superseded:
        say("zone.superseded", count=done.superseded)
    if done.after is not None:
        say("zone.after", zone=phrase(f"zone.{done.after.zone}"))


@zone_app.command("show")
def show_zones(
    *,
    place: Annotated[str, typer.Argument(help="地点 · one place; without it all")] = "",
    at: AtOption = "now",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """查看 · Show the zones in force at an instant, or that of one place."""
    from logistics.usecases.show_zones import zone_of, zones_at

    def look(ground: Ground) -> Any:
        moment = ground.instant(at, "at")
        if place:
            return zone_of(ground.session, ground.area.id, place, moment)
        return zones_at(ground.session, ground.area.id, moment)

    found, zone_name = looked(database, district, look)
    if as_json:
        print_json(found)
    elif place:
        _tell_standing(found.code, found.standing, found.stated_on)
    else:
        for one in found.stated:
            said = one.statement
            span = f"{local(said.since, zone_name)} → {local(said.until, zone_name)}"
            name = one.name_zh if lang == "zh" else one.name_en
            typer.echo(f"{one.code}  {phrase(f'zone.{said.zone}')}  {span}  {name}  {said.reason}")
        for zone, count in sorted(found.households.items()):
            stairwells = found.stairwells.get(zone, 0)
            name = phrase(f"zone.{zone}")
            say("zone.count", zone=name, stairwells=stairwells, households=count)


def _tell_standing(code: str, standing: "Standing", stated_on: str) -> None:
    key = "zone.is" if stated_on == code else "zone.inherits" if stated_on else "zone.unsaid"
    say(key, place=code, zone=phrase(f"zone.{standing.zone}"), source=stated_on)


@zone_app.command("history")
def zone_history(
    *,
    place: PlaceArgument,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """历史 · Tell how a place's zone was and will be, and every statement behind it."""
    from logistics.usecases.show_zones import zone_history as use

    found, zone_name = looked(
        database, district, lambda ground: use(ground.session, ground.area.id, place)
    )
    if as_json:
        print_json(found)
        return
    for span, source in found.spans:
        since, until = local(span.since, zone_name), local(span.until, zone_name)
        typer.echo(f"{since} → {until}  {phrase(f'zone.{span.standing.zone}')}  {source or '-'}")
    say("zone.statements", count=len(found.statements))
    for one in found.statements:
        span = f"{local(one.since, zone_name)} → {local(one.until, zone_name)}"
        said = local(one.at, zone_name)
        typer.echo(f"  {said}  {one.actor}: {phrase(f'zone.{one.zone}')}  {span}  {one.reason}")
