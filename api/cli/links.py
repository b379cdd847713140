"""Commands on personal links and on notices in stairwells: link door, household, list, revoke."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

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
from logistics.errors import Invalid

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from logistics.domain.access import Link
    from logistics.domain.places import District, Place
    from logistics.store.session import Database

app = typer.Typer(help="链接 · personal links and the notices in stairwells", no_args_is_help=True)

AddressOption = Annotated[
    str,
    typer.Option(
        "--address",
        envvar="SUPPLYLOOP_ADDRESS",
        help="网址 · where phones reach the service: https://…",
    ),
]
ByOption = Annotated[str, typer.Option("--by", help="经手人 · who says so")]
DistrictArgument = Annotated[str, typer.Argument(help="辖区 · name of the district")]
_LOCAL: Final = "http://127.0.0.1:8000"


class AddressUnusable(Invalid):
    """Codes lead to an address with http or https, without a path."""

    code = "link.address-unusable"


class NoStairwell(Invalid):
    """Neither places nor all stairwells are named, or a place has no stairwell in it."""

    code = "link.no-stairwell"


@app.command()
def door(
    *,
    district: DistrictArgument,
    place: Annotated[
        list[str] | None, typer.Option(help="编号 · of a stairwell, building or compound")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="全部 · every stairwell")] = False,
    out: Annotated[Path, typer.Option(help="PDF · the file to write")] = Path("posters.pdf"),
    address: AddressOption = _LOCAL,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="作废旧码 · earlier codes at these doors open nothing"),
    ] = False,
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """海报 · Print a notice with a code for each stairwell."""
    from api.access import links as personal
    from api.assets_folder import font_folders
    from logistics.domain.access import DOOR
    from logistics.exchange.posters import Notice, print_posters
    from logistics.store import links, places

    base = _base(address)

    def make(session: "Session", at: datetime) -> tuple[list[Notice], int]:
        area = places.district_by_name(session, district)
        spots = _stairwells(session, area, place or [], every=every)
        closed = 0
        if replace:
            closed = links.revoke_at_places(session, DOOR, [one.id for one in spots], at=at)
        notices = []
        for spot in spots:
            _, secret = personal.make(
                session, DOOR, district=area.name, place=spot.code, actor=by, at=at
            )
            parts = _way_to(session, spot)
            notices.append(
                Notice(
                    place_zh=_joined([one.name_zh for one in parts], ""),
                    place_en=_joined([one.name_en for one in parts], ", "),
                    address=f"{base}/d/{secret}",
                )
            )
        return notices, closed

    with opened(database) as store:
        at = now()
        notices, closed = store.run(lambda session: make(session, at))
        out.write_bytes(print_posters(notices, font_folders()))
    say("link.posters", count=len(notices), path=out, closed=closed)


@app.command()
def household(
    *,
    code: Annotated[str, typer.Argument(help="户号 · the household's code")],
    address: AddressOption = "",
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """住户 · Make a household's link; its earlier ones are closed."""
    from logistics.store import places

    def district_of(session: "Session") -> str:
        home = places.household_by_code(session, code.strip())
        return places.district(session, home.district_id).name

    with opened(database) as store:
        with store.read() as session:
            district = district_of(session)
        _make(store, "household", district, address, by, household=code.strip())


@app.command()
def courier(
    *,
    district: DistrictArgument,
    code: Annotated[str, typer.Argument(help="编号 · the courier's code")],
    address: AddressOption = "",
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """骑手 · Make a courier's link."""
    with opened(database) as store:
        _make(store, "courier", district, address, by, courier=code)


@app.command()
def leader(
    *,
    district: DistrictArgument,
    place: Annotated[str, typer.Argument(help="编号 · code of the building")],
    address: AddressOption = "",
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """楼长 · Make the link of a building's leader."""
    with opened(database) as store:
        _make(store, "leader", district, address, by, place=place)


@app.command()
def point(
    *,
    district: DistrictArgument,
    place: Annotated[str, typer.Argument(help="编号 · code of the service point")],
    address: AddressOption = "",
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """点位 · Make the link of a point's team."""
    with opened(database) as store:
        _make(store, "point-team", district, address, by, place=place)


@app.command("list")
def list_links(
    *,
    district: DistrictArgument,
    role: Annotated[str, typer.Option(help="角色 · household, courier, leader, door …")] = "",
    after: Annotated[str, typer.Option(help="从哪个编号之后 · after this id")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """列表 · Show links; their secrets are known to nobody here."""
    from logistics.store import links, places

    with opened(database) as store, store.read() as session:
        at = now()
        area = places.district_by_name(session, district)
        found = links.of_district(session, area.id, role or None, after=after, limit=limit)
        rows = [_row(session, one, at) for one in found]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        state = phrase(f"link.{row['state']}")
        say("link.line", **row | {"state": state, "until": row["until"][:10]})
    if not rows:
        say("link.none")


@app.command()
def revoke(
    *,
    link: Annotated[str, typer.Argument(help="编号 · id of the link, from link list")],
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """收回 · Close a link and all that came in by it."""
    from api.access import links as personal

    with opened(database) as store:
        at = now()
        store.run(lambda session: personal.take_back(session, link, actor=by, at=at))
    say("link.ended", link=link)


def _make(
    store: "Database",
    role: str,
    district: str,
    address: str,
    by: str,
    *,
    household: str | None = None,
    courier: str | None = None,
    place: str | None = None,
) -> None:
    from api.access import links as personal

    base = _base(address) if address else ""
    at = now()
    _, secret = store.run(
        lambda session: personal.make(
            session, role, district=district, household=household, courier=courier, place=place,
            actor=by, at=at,
        )
    )  # fmt: skip
    say("link.made", path=f"{base}/h/{secret}")


def _base(address: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise AddressUnusable(field="address", value=address[:80], mend="give https://HOST")
    return f"{parts.scheme}://{parts.netloc}"


def _stairwells(
    session: "Session", area: "District", said: list[str], *, every: bool
) -> "list[Place]":
    from logistics.store import places, whereabouts

    known = {one.id: one for one in places.places(session, area.id, "stairwell")}
    if every:
        return list(known.values())
    wanted: dict[str, Place] = {}
    for code in said:
        spot = places.named(session, area.id, code)
        inside = {i: known[i] for i in whereabouts.under(session, spot.id) if i in known}
        if not inside:
            raise NoStairwell(field="place", value=code[:64], mend="name a building or stairwell")
        wanted |= inside
    if not wanted:
        raise NoStairwell(field="place", value="", mend="name places by --place, or use --all")
    return sorted(wanted.values(), key=lambda one: one.code)


def _way_to(session: "Session", spot: "Place") -> "list[Place]":
    """Name compound, building and stairwell of a notice, from the outside in."""
    from logistics.store import places

    way = [spot]
    while way[0].parent_id is not None and way[0].kind != "compound":
        way.insert(0, places.place(session, way[0].parent_id))
    return way


def _joined(names: list[str], between: str) -> str:
    """Join names from the outside in; one that the next begins with is said by that."""
    said = [
        name
        for name, inner in zip(names, [*names[1:], ""], strict=True)
        if not inner.startswith(name)
    ]
    return between.join(said)


def _row(session: "Session", one: "Link", at: datetime) -> dict[str, str]:
    from logistics.store import couriers, places

    subject = ""
    if one.household_id:
        subject = places.household(session, one.household_id).code
    elif one.courier_id:
        subject = couriers.get(session, one.courier_id).code
    elif one.place_id:
        subject = places.place(session, one.place_id).code
    if one.revoked_at is not None:
        state = "closed"
    elif at >= one.expires_at:
        state = "expired"
    else:
        state = "bound" if one.bound_at is not None else "fresh"
    return {
        "id": one.id,
        "role": one.role,
        "subject": subject,
        "label": one.label,
        "state": state,
        "until": one.expires_at.isoformat(),
    }
