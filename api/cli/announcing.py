"""Commands on announcements: announce make, list, withdraw."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from typing import Annotated

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
    phrase,
    print_json,
    say,
)
from api.instants import read_instant

app = typer.Typer(help="通知 · what a district or a place is told", no_args_is_help=True)

DistrictArgument = Annotated[str, typer.Argument(help="辖区 · name of the district")]
ByOption = Annotated[str, typer.Option("--by", help="经手人 · who says so")]


@app.command()
def make(
    *,
    district: DistrictArgument,
    zh: Annotated[str, typer.Option(help="中文 · the text in Chinese")] = "",
    en: Annotated[str, typer.Option(help="英文 · the text in English")] = "",
    place: Annotated[str, typer.Option(help="编号 · code of a place; none: everybody")] = "",
    since: Annotated[str, typer.Option(help="起 · with its offset; none: now")] = "",
    until: Annotated[str, typer.Option(help="止 · with its offset; none: until withdrawn")] = "",
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """发布 · Announce something."""
    from logistics.store import places
    from logistics.usecases.announce import announce

    with opened(database) as store:
        at = now()
        with store.read() as session:
            zone = places.district_by_name(session, district).zone_name
        first = read_instant(since, field="since", zone_name=zone, at=at) if since else None
        last = read_instant(until, field="until", zone_name=zone, at=at) if until else None
        said = store.run(
            lambda session: announce(
                session, district, place=place or None, text_zh=zh, text_en=en,
                since=first, until=last, actor=by, at=at,
            )
        )  # fmt: skip
    if as_json:
        print_json(said)
    else:
        say("announcement.made", id=said.id)


@app.command("list")
def list_announcements(
    *,
    district: DistrictArgument,
    every: Annotated[bool, typer.Option("--all", help="全部 · withdrawn ones, too")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """列表 · Show what is announced."""
    from logistics.store import notices, places

    with opened(database) as store, store.read() as session:
        area = places.district_by_name(session, district)
        found = (
            notices.page(session, area.id, limit=limit)
            if every
            else notices.standing(session, area.id, now(), limit=limit)
        )
        codes = {
            one.id: places.place(session, one.place_id).code if one.place_id else ""
            for one in found
        }
    if as_json:
        print_json(found)
        return
    for one in found:
        say(
            "announcement.line", id=one.id,
            place=codes[one.id] or phrase("announcement.everybody"),
            since=f"{one.since:%Y-%m-%d %H:%M}",
            until=f"{one.until:%Y-%m-%d %H:%M}" if one.until else phrase("announcement.open"),
            text=one.text(language()),
        )  # fmt: skip
    if not found:
        say("announcement.none")


@app.command()
def withdraw(
    *,
    announcement: Annotated[str, typer.Argument(help="编号 · id, from announce list")],
    reason: Annotated[str, typer.Option(help="原因 · why")] = "",
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """撤回 · Take an announcement back."""
    from logistics.usecases.announce import withdraw_announcement

    with opened(database) as store:
        at = now()
        store.run(
            lambda session: withdraw_announcement(
                session, announcement, reason=reason, actor=by, at=at
            )
        )
    say("announcement.gone", id=announcement)
