"""Commands on the staff: accounts, roles, passwords."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

import sys
from typing import Annotated, Any

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
    visible,
)

app = typer.Typer(
    help="工作人员 · accounts of the staff, and what they may do", no_args_is_help=True
)

LoginArgument = Annotated[str, typer.Argument(help="登录名 · login; no names of people")]
RoleOption = Annotated[
    str | None,
    typer.Option(
        help="角色 · planner buyer clerk point-team courier leader steward duty-officer "
        "auditor administrator"
    ),
]
DistrictOption = Annotated[
    str | None, typer.Option(help="街道 · district; without one: every district")
]
PlaceOption = Annotated[
    str | None, typer.Option(help="地点 · a leader's building, a team's point")
]
CourierOption = Annotated[str | None, typer.Option(help="骑手编号 · courier code")]


@app.command("add")
def add(
    login: LoginArgument,
    *,
    role: RoleOption = None,
    district: DistrictOption = None,
    place: PlaceOption = None,
    courier: CourierOption = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """新建账号 · Make an account, with its first role.

    The password is asked for, or read from standard input where that is no terminal.
    """
    from api.access.staff import give_role, take_on

    password = _password()
    with opened(database) as store, store.transaction() as session:
        made = take_on(session, login, password, actor=ACTOR, at=now())
        if role is not None:
            give_role(
                session,
                made.login,
                role,
                district=district,
                place=place,
                courier=courier,
                actor=ACTOR,
                at=now(),
            )
    say("staff.made", login=made.login)


@app.command("grant")
def grant(
    login: LoginArgument,
    *,
    role: RoleOption,
    district: DistrictOption = None,
    place: PlaceOption = None,
    courier: CourierOption = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """授予角色 · Give an account a further role."""
    from api.access.staff import give_role

    with opened(database) as store, store.transaction() as session:
        given = give_role(
            session,
            login,
            role or "",
            district=district,
            place=place,
            courier=courier,
            actor=ACTOR,
            at=now(),
        )
    say("staff.granted", login=login, role=given.role, grant=given.id)


@app.command("end")
def end(
    grant_id: Annotated[str, typer.Argument(metavar="GRANT", help="授权编号 · id of the grant")],
    *,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """收回角色 · Take a role back, from the next request on."""
    from api.access.staff import end_role

    with opened(database) as store, store.transaction() as session:
        end_role(session, grant_id, actor=ACTOR, at=now())
    say("staff.ended", grant=grant_id)


@app.command("password")
def password(
    login: LoginArgument, *, database: DatabaseOption = DATABASE, lang: LangOption = LANG
) -> None:
    """改密码 · Set a new password; all devices of the account are signed out."""
    from api.access.staff import change_password

    new = _password()
    with opened(database) as store, store.transaction() as session:
        ended = change_password(session, login, new, actor=ACTOR, at=now())
    say("staff.password", sessions=ended)


@app.command("shut")
def shut(
    login: LoginArgument, *, database: DatabaseOption = DATABASE, lang: LangOption = LANG
) -> None:
    """停用账号 · Shut an account and sign its devices out."""
    from api.access.staff import shut_out

    with opened(database) as store, store.transaction() as session:
        ended = shut_out(session, login, actor=ACTOR, at=now())
    say("staff.shut", login=login, sessions=ended)


@app.command("open")
def open_again(
    login: LoginArgument, *, database: DatabaseOption = DATABASE, lang: LangOption = LANG
) -> None:
    """启用账号 · Open an account that was shut."""
    from api.access.staff import let_in

    with opened(database) as store, store.transaction() as session:
        let_in(session, login, actor=ACTOR, at=now())
    say("staff.opened", login=login)


@app.command("list")
def list_staff(
    *, database: DatabaseOption = DATABASE, lang: LangOption = LANG, as_json: JsonOption = False
) -> None:
    """列出账号 · List the staff with their roles."""
    from logistics.store import places, staff

    with opened(database) as store, store.read() as session:
        rows: list[dict[str, Any]] = [
            {
                "login": one.login,
                "disabled": one.disabled_at is not None,
                "grants": [
                    {
                        "id": held.id,
                        "role": held.role,
                        "district": places.district(session, held.district_id).name
                        if held.district_id
                        else None,
                        "place": places.place(session, held.place_id).code
                        if held.place_id
                        else None,
                    }
                    for held in staff.grants(session, one.id)
                ],
            }
            for one in staff.accounts(session)
        ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        say("staff.none")
    for row in rows:
        typer.echo(visible(f"{row['login']}{'  (-)' if row['disabled'] else ''}"))
        for held in row["grants"]:
            where = " ".join(filter(None, (held["district"], held["place"])))
            typer.echo(visible(f"  {held['role']}  {where}  {held['id']}"))


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    asked: str = typer.prompt(phrase("staff.ask"), hide_input=True, confirmation_prompt=True)
    return asked
