"""Commands of the hotline desk: list take, amend, cancel, repeat, show."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from typing import TYPE_CHECKING, Annotated

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
    print_json,
    say,
)

if TYPE_CHECKING:
    from logistics.domain.lists import HouseholdList

RunArgument = Annotated[str, typer.Argument(help="波次 · id or code of the run")]
HouseholdArgument = Annotated[str, typer.Argument(help="户号 · the household's code")]
ListArgument = Annotated[str, typer.Argument(help="清单 · id of the list")]
TextArgument = Annotated[str, typer.Argument(help="原话 · what the household says")]
ChannelOption = Annotated[
    str, typer.Option(help="渠道 · how it came: hotline-1, paper, leader, landlord …")
]
ByOption = Annotated[str, typer.Option("--by", help="接听人 · who takes it down")]
RefOption = Annotated[
    str, typer.Option("--ref", help="参考号 · the sender's own name for it; twice is once")
]
VersionOption = Annotated[
    int, typer.Option("--version", min=1, help="版本 · the version that was read")
]


def take(
    *,
    run: RunArgument,
    household: HouseholdArgument,
    text: TextArgument,
    channel: ChannelOption = "hotline",
    by: ByOption = ACTOR,
    ref: RefOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """收单 · Take down what a household says, and read back what was understood."""
    from logistics.usecases.take_list import take_list

    with opened(database) as store:
        at = now()
        taken = store.run(
            lambda session: take_list(
                session, run, household, (), text=text, client_ref=ref or None,
                channel=channel[:16], actor=by, at=at,
            )
        )  # fmt: skip
    _read_back([taken], as_json=as_json)


def repeat(
    *,
    run: RunArgument,
    household: HouseholdArgument,
    channel: ChannelOption = "hotline",
    by: ByOption = ACTOR,
    ref: RefOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """老样子 · Take the household's last list once more."""
    from logistics.usecases.repeat_list import repeat_list

    with opened(database) as store:
        at = now()
        taken = store.run(
            lambda session: repeat_list(
                session, run, household, client_ref=ref or None, channel=channel[:16],
                actor=by, at=at,
            )
        )  # fmt: skip
    _read_back([taken], as_json=as_json)


def amend(
    *,
    list_id: ListArgument,
    text: TextArgument,
    version: VersionOption,
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """改单 · Replace all that a list asks for, until the cut-off."""
    from logistics.usecases.amend_list import amend_list

    with opened(database) as store:
        at = now()
        changed = store.run(
            lambda session: amend_list(
                session, list_id, (), text=text, expected_version=version, actor=by, at=at
            )
        )
    _read_back([changed], as_json=as_json)


def cancel(
    *,
    list_id: ListArgument,
    version: VersionOption,
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """撤单 · Cancel a list, until the cut-off."""
    from logistics.usecases.amend_list import cancel_list

    with opened(database) as store:
        at = now()
        changed = store.run(
            lambda session: cancel_list(
                session, list_id, expected_version=version, actor=by, at=at
            )
        )
    _read_back([changed], as_json=as_json)


def show(
    *,
    household: HouseholdArgument,
    run: Annotated[str, typer.Option(help="波次 · only this run's")] = "",
    history: Annotated[
        bool, typer.Option("--history", help="历史 · every version of each list")
    ] = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """看单 · Show a household's lists, with what waits for an answer."""
    from logistics.store import lists, places, runs

    with opened(database) as store, store.read() as session:
        home = places.household_by_code(session, household)  # unknown is not the same as none
        run_id = runs.get(session, run).id if run else None
        found = lists.of_household(session, run_id, home.code)
        versions = {one.id: lists.history(session, one.id) for one in found} if history else {}
    if as_json and history:
        print_json([{"list": one, "versions": versions[one.id]} for one in found])
        return
    _read_back(found, as_json=as_json)
    for one in found if history else ():
        for number, body in enumerate(versions[one.id], start=1):
            lines = "、".join(
                f"{line['item']} {line['quantity']}" for line in body.get("lines", ())
            )
            say("list.version", list=one.id, version=number, state=body["state"], lines=lines)


def _read_back(found: "list[HouseholdList] | tuple[HouseholdList, ...]", *, as_json: bool) -> None:
    from api.cli.context import language
    from api.i18n import error_text

    if as_json:
        print_json(found[0] if len(found) == 1 else found)
        return
    if not found:
        say("list.none")
    for one in found:
        say(
            "list.head",
            list=one.id,
            household=one.household_code,
            state=one.state,
            version=one.version,
            channel=one.channel,
        )
        for line in one.lines:
            typer.echo(f"  {line.no:>3}  {line.item}  {line.quantity}  ← {line.said}")
        if one.note:
            typer.echo(f"       {one.note}")
        for doubt in one.doubts:
            if doubt.state == "open":
                title = error_text(doubt.code, "invalid", doubt.facts, language()).title
                typer.echo(f"    ?  {doubt.said}  {title}  {doubt.id}")
