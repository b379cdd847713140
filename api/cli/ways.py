"""Commands on the way: between places, into a compound, to the doors, and what is out of reach."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.context import LANG, JsonOption, LangOption, language, now, print_json, say

if TYPE_CHECKING:
    from geodata.closures import Shut
    from geodata.district import District
    from geodata.inside.walking_list import DoorBag
    from geodata.travel.matrix import Stop

app = typer.Typer(help="路线 · the way from place to place", no_args_is_help=True)

DistrictArgument = Annotated[Path, typer.Argument(help="辖区目录 · district folder")]
PlaceArgument = Annotated[
    str, typer.Argument(help="地点 · code, address as people say it, or lon,lat in WGS 84")
]
ModeOption = Annotated[str, typer.Option(help="方式 · foot, trolley, ebike, tricycle or van")]
AtOption = Annotated[
    str,
    typer.Option("--at", help="时刻 · instant with its offset, or now: opening hours then count"),
]
CloseOption = Annotated[
    list[str] | None,
    typer.Option("--close", help="假设关闭 · suppose closed: gate:ID or way:ID; may be repeated"),
]


class PlaceUnclear(ValueError):
    """What was said names no place of the district, or more than one."""

    code = "way.place-unclear"

    def __init__(self, said: str, fitting: tuple[str, ...]) -> None:
        self.facts = {
            "place": said,
            "fitting": ", ".join(fitting[:5]),
            "mend": "give a code of the district, a whole address, or lon,lat",
        }
        super().__init__(f"{self.code}: {said}")


@app.command("show")
def show(
    *,
    district: DistrictArgument,
    origin: PlaceArgument,
    target: PlaceArgument,
    mode: ModeOption = "foot",
    at: AtOption = "",
    close: CloseOption = None,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """指路 · Tell the way between two places: turns, gates, metres and minutes."""
    from geodata.directions.legs import legs
    from geodata.directions.phrases import phrase
    from geodata.district import read_district

    ground = read_district(district)
    stops = (_stop(ground, origin), _stop(ground, target))
    (leg,) = legs(ground, stops, mode, shut=_shut(ground, mode, at, close))
    if as_json:
        print_json(leg)
    elif leg.duration_s < 0:
        say("way.none", origin=origin, target=target, mode=mode)
    else:
        for number, step in enumerate(leg.steps, start=1):
            typer.echo(f"{number:>3}. {phrase(step, ground, _tongue())}")
        say("way.total", metres=leg.distance_m, time=_clock(leg.duration_s))
    if leg.duration_s < 0:
        raise typer.Exit(3)


@app.command("in")
def ways_into(
    *,
    district: DistrictArgument,
    stairwell: PlaceArgument,
    mode: ModeOption = "ebike",
    bags: Annotated[int, typer.Option(min=1, help="袋数 · bags to carry to the slot")] = 6,
    at: AtOption = "",
    close: CloseOption = None,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """进小区 · Tell by which gates a stairwell is reached, and how long it takes to its slot."""
    from geodata.district import read_district
    from geodata.inside.ways_in import ways_in
    from geodata.travel.network import Network

    ground = read_district(district)
    mark = _stop(ground, stairwell).id
    network = Network.of(ground, mode, _shut(ground, mode, at, close))
    found = ways_in(ground, mark, mode, bags, network=network)
    if as_json:
        print_json(found)
        return
    names = _names(ground, "gates")
    for way in found:
        say(
            "way.in",
            gate=names.get(way.gate, way.gate),
            metres=way.distance_m,
            travel=_clock(way.travel_s),
            slot=_clock(way.slot_s),
            total=_clock(way.total_s),
        )
    if not found:
        say("way.no-gate", stairwell=stairwell, mode=mode)


@app.command("reach")
def reach(
    *,
    district: DistrictArgument,
    mode: Annotated[str, typer.Option(help="方式 · one mode; without it, all of them")] = "",
    at: AtOption = "",
    close: CloseOption = None,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """可达 · List the stairwells that cannot be reached, why, and what would mend it.

    Exit code 1 if there are any.
    """
    from geodata.district import read_district
    from geodata.modes import MODES
    from geodata.travel.matrix import Stop
    from geodata.travel.reach import unreached

    ground = read_district(district)
    stops = [
        Stop(id=place.id, lon=place.lon, lat=place.lat)
        for place in ground.places()
        if place.kind == "stairwell"
    ]
    lost = {
        m: unreached(ground, stops, m, _shut(ground, m, at, close))
        for m in ((mode,) if mode else tuple(MODES))
    }
    if as_json:
        print_json(lost)
    else:
        names = _names(ground, "stairwells")
        for name, rows in lost.items():
            say("way.reach", mode=name, reached=len(stops) - len(rows), all=len(stops))
            for row in rows:
                where = ", ".join(row.places)
                said = row.mend if language() == "en" else row.reason
                typer.echo(f"  {names.get(row.stop, row.stop)}: {said} {where}".rstrip())
    if any(lost.values()):
        raise typer.Exit(1)


@app.command("doors")
def doors(
    *,
    district: DistrictArgument,
    stairwell: PlaceArgument,
    bags: Annotated[Path, typer.Argument(help="袋表 · CSV with bag,room,weight_g")],
    carrier: Annotated[
        str, typer.Option(help="谁送 · leader or courier, for whom lifts have other rules")
    ] = "leader",
    zone: Annotated[str, typer.Option(help="分区 · sealed, controlled or precaution")] = "",
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """上门顺序 · List a slot's bags in the leader's walking order, top floor down."""
    from api.plain import plain
    from geodata.district import read_district
    from geodata.inside.carrying import Stairwell
    from geodata.inside.walking_list import walking_list
    from geodata.inside.walking_words import walking_text

    ground = read_district(district)
    mark = _stop(ground, stairwell).id
    listed = walking_list(Stairwell.of(ground, mark), _bags(bags), carrier=carrier, zone=zone)
    if as_json:
        print_json(plain(listed) | {"questions": listed.questions})
        return
    typer.echo(walking_text(listed, _tongue()))


def _shut(ground: "District", mode: str, at: str, close: list[str] | None) -> "Shut":
    """Say what is closed: what is supposed, and at an instant what lies outside its hours."""
    from api.instants import read_instant
    from geodata.closures import OPEN, Closure, Closures

    if not at and not close:
        return OPEN
    moment = read_instant(at or "now", field="at", zone_name="UTC", at=now())
    supposed = tuple(
        Closure(id=f"supposed {n}", target=target, since=None, until=None)
        for n, target in enumerate(dict.fromkeys(close or ()))
    )
    closures = Closures(supposed).within(ground)
    if not at:  # what is supposed alone; hours count at an instant that was asked for
        closures = replace(closures, hours=())
    return closures.at(moment, mode)


def _stop(ground: "District", said: str) -> "Stop":
    """Find what was said among the district's places, sites and positions."""
    from geodata.addresses import Registry
    from geodata.travel.matrix import Stop

    if (spot := _position(said)) is not None:
        return Stop(id=said, lon=spot[0], lat=spot[1])
    places = ground.places()
    for place in places:
        if said in {place.code, place.id}:
            return Stop(id=place.id, lon=place.lon, lat=place.lat)
    for row in ground.sites.to_dict("records"):
        if said in {row["code"], row["id"], row["name_zh"], row["name_en"]}:
            return Stop(id=row["id"], lon=row["geometry"].x, lat=row["geometry"].y)
    found = Registry(places).resolve(said)
    if found.stairwell is None:
        raise PlaceUnclear(said, tuple(one.place.code for one in found.ambiguous))
    door = next(place for place in places if place.id == found.stairwell.id)
    return Stop(id=door.id, lon=door.lon, lat=door.lat)


def _position(said: str) -> tuple[float, float] | None:
    parts = said.replace("，", ",").split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        return None
    return lon, lat


def _bags(file: Path) -> "list[DoorBag]":
    from geodata.inside.walking_list import DoorBag
    from logistics.exchange.point_files import PointFileUnreadable, rows_of

    bags = []
    for line, row in rows_of(file, ("bag", "room", "weight_g")):
        if not row["weight_g"].isdecimal():
            raise PointFileUnreadable(
                file=file.name, line=line, field="weight_g", value=row["weight_g"],
                mend="give whole grams",
            )  # fmt: skip
        bags.append(DoorBag(code=row["bag"], room=row["room"], weight_g=int(row["weight_g"])))
    return bags


def _names(ground: "District", layer: str) -> dict[str, str]:
    frame: Any = getattr(ground, layer)
    return dict(zip(frame["id"], frame[f"name_{language()}"], strict=True))


def _tongue() -> Any:
    return language()


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"
