"""Commands on errands: errand take, list, mark, place, carried, trips."""

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
    language,
    now,
    opened,
    phrase,
    print_json,
    say,
    visible,
)
from api.cli.zones import DistrictOption, grounded
from logistics.domain.errands import OPEN, ErrandKind, ErrandState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logistics.domain.errand_trips import LeftErrand
    from logistics.domain.errands import Errand

app = typer.Typer(
    help="代办 · errands: medicine, parcels, documents, repairs, someone to talk to",
    no_args_is_help=True,
)

ByOption = Annotated[str, typer.Option("--by", help="经手人 · who says so")]


@app.command()
def take(
    *,
    household: Annotated[str, typer.Argument(help="户号 · the household's code")],
    kind: Annotated[ErrandKind, typer.Argument(help="事项 · what kind")],
    text: Annotated[str, typer.Argument(help="原话 · what is to be done")],
    due: Annotated[
        str, typer.Option("--due", help="期限 · by when, with its offset: 2026-04-13T09:00+08:00")
    ] = "",
    place: Annotated[
        str, typer.Option(help="存放处编号 · where it lies: a code of the map, SX-1")
    ] = "",
    channel: Annotated[str, typer.Option(help="渠道 · how it came")] = "hotline",
    ref: Annotated[str, typer.Option("--ref", help="参考号 · twice is once")] = "",
    by: ByOption = ACTOR,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """收件 · Take down an errand."""
    from logistics.usecases.run_errand import take_errand

    with opened(database) as store:
        at = now()
        with store.read() as session:
            due_at = grounded(session, district, at).instant(due, "due") if due else None
        taken = store.run(
            lambda session: take_errand(
                session, household, kind, text, due_at=due_at, place=place,
                client_ref=ref or None,
                channel=channel[:16], actor=by, at=at,
            )
        )  # fmt: skip
    _tell([taken], as_json=as_json)


@app.command("list")
def list_errands(
    *,
    district: DistrictOption = "",
    state: Annotated[
        list[ErrandState] | None, typer.Option(help="状态 · not given: all open")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 500,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """清单 · Show errands, oldest first."""
    from logistics.store import errands

    with opened(database) as store, store.read() as session:
        area = grounded(session, district, now()).area
        found = errands.page(session, area.id, sorted(state or OPEN), limit=limit)
    if as_json:
        print_json(found)
        return
    _tell(found, as_json=False)


@app.command()
def mark(
    *,
    errand: Annotated[str, typer.Argument(help="编号 · id of the errand")],
    state: Annotated[ErrandState, typer.Argument(help="状态 · how far it has come")],
    note: Annotated[str, typer.Option(help="说明 · why, where it is declined")] = "",
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """进展 · Say how far an errand has come."""
    from logistics.usecases.run_errand import move_errand

    with opened(database) as store:
        at = now()
        moved = store.run(
            lambda session: move_errand(session, errand, state, note=note, actor=by, at=at)
        )
    _tell([moved], as_json=as_json)


@app.command("place")
def say_place(
    *,
    errand: Annotated[str, typer.Argument(help="编号 · id of the errand")],
    place: Annotated[str, typer.Argument(help="存放处编号 · a code of the map")],
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """存放处 · Say where the thing lies, so that a courier can fetch it."""
    from logistics.usecases.run_errand import place_errand

    with opened(database) as store:
        at = now()
        placed = store.run(lambda session: place_errand(session, errand, place, actor=by, at=at))
    _tell([placed], as_json=as_json)


@app.command()
def carried(
    *,
    run: Annotated[str, typer.Argument(help="波次 · id or code of the run")],
    trip: Annotated[str, typer.Argument(help="趟次 · code of the trip")],
    errand: Annotated[str, typer.Argument(help="编号 · id of the errand")],
    state: Annotated[
        ErrandState, typer.Argument(help="进展 · collected fetched delivered, accepted: 退回")
    ],
    note: Annotated[str, typer.Option(help="说明 · why, where it is given back")] = "",
    by: ByOption = ACTOR,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """途中 · Say how an errand went on its trip."""
    from logistics.usecases.run_errand import carry_errand

    with opened(database) as store:
        at = now()
        moved = store.run(
            lambda session: carry_errand(
                session, run, trip, errand, state, note=note, actor=by, at=at
            )
        )
    _tell([moved], as_json=as_json)


@app.command()
def trips(
    *,
    run: Annotated[str, typer.Argument(help="波次 · id or code of the run")],
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """上路 · Show which trip takes which errand along, and what is left out and why."""
    from logistics.store import errand_trips, plans, runs

    with opened(database) as store, store.read() as session:
        plan = plans.current(session, runs.get(session, run).id)
        legs = errand_trips.legs_of(session, plan.id)
        left = errand_trips.left_of(session, plan.id)
    if as_json:
        print_json({"legs": legs, "left": left})
        return
    for one in legs:
        when = f"{one.leg.arrival_s // 3600:02}:{one.leg.arrival_s % 3600 // 60:02}"
        typer.echo(
            f"{one.trip}  {one.courier}  {when}  {phrase('errand.leg.' + one.leg.leg)}"
            f"  {visible(one.leg.place_code)}  {phrase('errand.state.' + one.state)}"
            f"  {one.leg.errand_id}"
        )
    tell_left(left)


def tell_left(left: "Sequence[LeftErrand]") -> None:
    """Say which errands a plan leaves out, why, and what to do next."""
    from logistics.exchange.report_texts import REPORT

    texts = REPORT[language()]
    for one in left:
        say(
            "errand.left",
            errand=one.errand_id,
            cause=texts.get(f"cause.{one.code}", one.code),
            action=texts.get(f"action.{one.next_action}", one.next_action),
        )


def _tell(found: "Sequence[Errand]", *, as_json: bool) -> None:
    if as_json:
        print_json(found[0] if len(found) == 1 else found)
        return
    for one in found:
        typer.echo(
            f"{one.id}  {one.household_code}  {phrase('errand.kind.' + one.kind)}"
            f"  {phrase('errand.state.' + one.state)}  {one.said}"
        )
        last = one.steps[-1]
        if last.note:
            typer.echo(f"      {last.note}")
