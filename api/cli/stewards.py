"""Commands on stewards: steward assign, list, import, doctor."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

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
    language,
    now,
    opened,
    phrase,
    print_json,
    say,
    visible,
)
from api.cli.zones import DistrictOption, grounded, local, looked
from logistics.domain.care import Duty

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.cli.zones import Ground
    from logistics.domain.care import Assignment

app = typer.Typer(
    help="一对一管家 · stewards: who looks after which household, and who stands in",
    no_args_is_help=True,
)

_SHOWN = 500
BAD_ROWS = 2


@app.command()
def assign(
    *,
    household: Annotated[str, typer.Argument(help="户号 · the household's code")],
    login: Annotated[str, typer.Argument(help="账号 · a steward's login; - for nobody")],
    duty: Annotated[Duty, typer.Option(help="管家或代管 · as what")] = Duty.STEWARD,
    until: Annotated[str, typer.Option("--until", help="到何时 · not given: without an end")] = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """指派 · Say who looks after a household from now on."""
    from logistics.usecases.assign_steward import assign_steward

    at = now()

    def deed(session: "Session") -> tuple["Assignment", str]:
        ground = grounded(session, district, at)
        said = assign_steward(
            session, household, None if login == "-" else login.casefold(), duty=duty,
            until=ground.instant(until, "until") if until else None, actor=ACTOR, at=at,
        )  # fmt: skip
        return said, ground.area.zone_name

    with opened(database) as store:
        said, zone = store.run(deed)
    if as_json:
        print_json(said)
        return
    _tell(said, zone)


@app.command("list")
def list_stewards(
    *,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """清单 · Show who looks after whom, and how many households need somebody and have nobody."""
    from zoneinfo import ZoneInfo

    from logistics.store import care

    at = now()

    def look(ground: "Ground") -> tuple[Any, ...]:
        day = at.astimezone(ZoneInfo(ground.area.zone_name)).date()
        return (
            care.of_district(ground.session, ground.area.id, at, limit=_SHOWN),
            care.count_without(ground.session, ground.area.id, day, at),
            care.without(ground.session, ground.area.id, day, at),
        )

    (found, count, missing), zone = looked(database, district, look)
    if as_json:
        print_json({"assignments": found, "without": count, "missing": missing})
        return
    for one in found:
        _tell(one, zone)
    if not found:
        say("steward.none")
    say("steward.without", count=count)
    for code in missing:
        typer.echo(f"  {code}")


@app.command("import")
def import_file(
    *,
    file: Annotated[Path, typer.Argument(help="CSV XLSX · household, steward, deputy")],
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """导入 · Read who looks after whom from a table; rows that cannot be kept are told."""
    from api.registry_texts import told
    from logistics.usecases.assign_steward import import_stewards

    at = now()
    with opened(database) as store:
        done = store.run(lambda session: import_stewards(session, file, actor=ACTOR, at=at))
    if as_json:
        print_json(done)
    else:
        say("steward.imported", count=done.assigned)
        for fault in done.faults:
            what, mend = told(fault, language())
            typer.echo(f"  {fault.row}  {visible(fault.value)}  {what} → {mend}")
    if done.faults:
        raise typer.Exit(BAD_ROWS)


@app.command()
def doctor(
    *,
    text: Annotated[
        str, typer.Argument(help="联系方式 · station or doctor, telephone; empty: none")
    ],
    household: Annotated[
        str, typer.Option(help="户号 · of this household; without it of the whole district")
    ] = "",
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """医生 · Say whom to ask about a household's medicine, or a district's."""
    from logistics.usecases.log_contact import name_doctor

    at = now()

    def deed(session: "Session") -> None:
        area = grounded(session, district, at).area
        name_doctor(session, household or None, text, district=area.name, actor=ACTOR, at=at)

    with opened(database) as store:
        store.run(deed)
    say("steward.doctor")


def _tell(one: "Assignment", zone: str) -> None:
    until = phrase("steward.until", until=local(one.until, zone)) if one.until else ""
    say(
        "steward.line",
        household=one.household_code,
        duty=phrase(f"steward.duty.{one.duty.value}"),
        login=visible(one.login) if one.login else phrase("steward.nobody"),
        since=local(one.since, zone),
        until=until,
    )
