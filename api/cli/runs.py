"""Commands of the run: create it, walk it through its states, show it."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from collections.abc import Callable
from datetime import datetime
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
    now,
    opened,
    phrase,
    print_json,
    say,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from logistics.domain.runs import Run

app = typer.Typer(help="波次 · one run and its steps", no_args_is_help=True)

RunArgument = Annotated[str, typer.Argument(help="波次 · id or code of the run")]
Step = Callable[["Session", datetime], Any]


def _do(database: str, step: Step, *, as_json: bool = False) -> Any:
    """Do one step in one transaction; print its result where programs asked for it."""
    with opened(database) as store:
        at = now()
        result = store.run(lambda session: step(session, at))
    if as_json:
        print_json(result)
    return result


@app.command("create")
def create(
    *,
    district: Annotated[str, typer.Option(help="辖区 · name; not needed if there is one")] = "",
    day: Annotated[str, typer.Option(help="日期 · YYYY-MM-DD; without it tomorrow")] = "",
    wave: Annotated[int, typer.Option(min=1, help="第几波 · wave of the day")] = 1,
    cutoff: Annotated[
        str, typer.Option(help="截单时间 · ISO 8601; without it 20:00 the day before, local")
    ] = "",
    separation: Annotated[int, typer.Option(help="秒 · seconds between two at one place")] = -1,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """建立波次 · Open a run, to which lists may come until its cut-off."""
    from api.calendar import run_times
    from logistics.store import places, runs
    from logistics.usecases.create_run import create_run

    def step(session: "Session", at: datetime) -> "Run":
        known = places.districts(session)
        name = district or (known[0].name if len(known) == 1 else "")
        area = places.district(session, runs.district_id(session, name))
        times = run_times(day, cutoff, zone_name=area.zone_name, at=at)
        return create_run(
            session,
            area.name,
            times.day,
            wave,
            cutoff_at=times.cutoff_at,
            separation_s=area.policy.separation_s if separation < 0 else separation,
            actor=ACTOR,
            at=at,
        )

    run = _do(database, step, as_json=as_json)
    if not as_json:
        cut = run.cutoff_at.isoformat(timespec="minutes")
        say("run.created", code=run.code, day=run.day, cutoff=cut)


@app.command("cutoff")
def cutoff(
    *,
    run: RunArgument,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """截单 · Cut off: the lists freeze."""
    from logistics.usecases.cut_off import cut_off

    done = _do(database, lambda s, at: cut_off(s, run, actor=ACTOR, at=at), as_json=as_json)
    if not as_json:
        say(
            "run.cutoff",
            code=done.run.code,
            lists=done.lists,
            lines=done.lines,
            households=done.households,
            open=sum(done.not_ordered.values()),
        )


@app.command("order")
def order(
    *,
    run: RunArgument,
    option: Annotated[
        str, typer.Option(help="方案 · cheap, contact (fewer shops and buyers) or balanced")
    ] = "balanced",
    goods_by: Annotated[
        str, typer.Option(help="到货时限 · HH:MM, when goods must be at the point")
    ] = "",
    deliver: Annotated[
        list[str] | None,
        typer.Option(help="直送点位 · SUPPLIER=POINT, else goods go to the depot"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只比选 · compare the options, order nothing")
    ] = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """采购 · Order what the lists ask for: one order per supplier, in whole cases."""
    from api.cli.order_view import clock_of, places_of, tell_options
    from logistics.usecases.place_orders import place_orders, propose
    from logistics.usecases.weigh_orders import read_demand, require_option, weigh

    require_option(option)
    by, points = clock_of(goods_by), places_of(deliver or [])
    with opened(database) as store:
        at = now()
        with store.read() as session:
            read = read_demand(session, run, at=at, goods_by=by)
        weighed = weigh(read)
        if dry_run:
            with store.read() as session:
                proposed = propose(session, weighed, option)
            print_json(proposed) if as_json else tell_options(proposed, lang)
            return
        done = store.run(
            lambda session: place_orders(
                session, run, option=option, weighed=weighed, deliver_to=points,
                actor=ACTOR, at=at,
            )
        )  # fmt: skip
    if as_json:
        print_json(done)
        return
    tell_options(done, lang)
    say("run.ordered", code=done.run.code, orders=len(done.orders), lines=done.lines)
    for one in done.orders:
        name = one.market_zh if lang == "zh" else one.market_en
        typer.echo(f"  {one.code}  {name}  {len(one.lines)}  ¥{one.total_fen / 100:,.2f}")
    if done.not_bought:
        say("run.not-bought", count=sum(done.not_bought.values()))


@app.command("receive")
def receive(
    *,
    run: RunArgument,
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV, XLSX: 订单 商品 数量 [单位 替代 损坏 溯源码 过磅 金额 照片]"),
    ] = None,
    all_as_ordered: Annotated[
        bool, typer.Option("--all-as-ordered", help="全部如数到货 · everything came as ordered")
    ] = False,
    more_to_come: Annotated[
        bool, typer.Option("--more-to-come", help="还有到货 · do not finish receiving yet")
    ] = False,
    van: Annotated[
        str,
        typer.Option(help="货车 · counted at the market, on this van; count again at the point"),
    ] = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """到货 · Take in what really came: short, over or substituted. A file twice is once."""
    from api.receiving import take_in

    if file is not None and all_as_ordered:
        raise typer.BadParameter("FILE | --all-as-ordered")
    done = _do(
        database,
        lambda s, at: take_in(
            s,
            run,
            file,
            as_ordered=all_as_ordered,
            finish=not more_to_come,
            van_code=van or None,
            actor=ACTOR,
            at=at,
        ),
        as_json=as_json,
    )
    if not as_json:
        say("run.received", code=done.run.code, receipts=done.receipts, nothing=done.nothing)
        for finding in done.findings:
            where = f"{finding.sheet}:{finding.line} {finding.column}={finding.value!r}"
            typer.echo(f"  {where}: {finding.mend}", err=True)
    if done.findings:
        raise typer.Exit(2)


@app.command("pack")
def pack(
    *,
    run: RunArgument,
    all_sealed: Annotated[
        bool,
        typer.Option(
            "--all-sealed/--planned",
            help="全部算已封袋 / 由点位确认 · all count as sealed, or their points confirm it",
        ),
    ] = True,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """装袋 · Pack the bags of each household."""
    from logistics.usecases.pack_bags import pack_bags

    done = _do(
        database,
        lambda s, at: pack_bags(s, run, actor=ACTOR, at=at, confirm=all_sealed),
        as_json=as_json,
    )
    if not as_json:
        say(
            "run.packed" if all_sealed else "run.bags-planned",
            code=done.run.code,
            bags=done.bags,
            households=done.households,
            kilograms=f"{done.weight_g / 1000:,.1f}",
        )


@app.command("close")
def close(
    *,
    run: RunArgument,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """结束 · Close the run: nobody forgotten, nothing missing."""
    from logistics.usecases.close_run import close_run

    done = _do(database, lambda s, at: close_run(s, run, actor=ACTOR, at=at), as_json=as_json)
    if not as_json:
        say("run.closed", code=done.run.code)
        for outcome, count in done.outcomes.items():
            typer.echo(f"  {phrase('outcome.' + outcome.value)}: {count}")


@app.command("show")
def show(
    *,
    run: RunArgument,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """查看 · Show where a run stands, everything accounted for."""
    from api.cli.run_view import tell
    from logistics.usecases.show_run import show_run

    with opened(database) as store, store.read() as session:
        view = show_run(session, run)
    if as_json:
        print_json(view)
    else:
        tell(view)
