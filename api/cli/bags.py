"""Commands of bags on their way: scanned one by one, from a file, or by trip."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

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

    from logistics.exchange.tables import Finding
    from logistics.usecases.record_scans import BagEvent, Heard

app = typer.Typer(help="包裹 · who has which bag", no_args_is_help=True)
trip_app = typer.Typer(help="趟次 · a courier's trip, out and back", no_args_is_help=True)

RunArgument = Annotated[str, typer.Argument(help="波次 · id or code of the run")]
TripArgument = Annotated[str, typer.Argument(help="趟次 · id or code of the trip")]
AtOption = Annotated[
    str, typer.Option("--at", help="时间 · ISO 8601 with its offset; without it now")
]
BagsOption = Annotated[list[str] | None, typer.Option(help="包裹 · code; again for more")]


@app.command("scan")
def scan(
    *,
    run: RunArgument,
    file: Annotated[Path | None, typer.Argument(help="CSV, XLSX: 包裹 事件 经手 [时间 …]")] = None,
    bag: Annotated[str, typer.Option(help="包裹 · code")] = "",
    event: Annotated[
        str,
        typer.Option(
            help="事件 · load drop take hand confirm dispute return unpack damage lose redirect"
        ),
    ] = "",
    by: Annotated[str, typer.Option(help="经手 · courier:C leader:B household:H point:P")] = "",
    at: AtOption = "",
    place: Annotated[str, typer.Option(help="位置 · slot:S, point:P, household:H")] = "",
    note: Annotated[str, typer.Option(help="备注 · note")] = "",
    key: Annotated[str, typer.Option(help="编号 · a key; the same key again is heard once")] = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """扫码 · Record what happened to bags, in any order and however late."""
    from logistics.exchange.scan_files import ReadScan, read_scans
    from logistics.usecases.record_scans import BagEvent, record_scans

    if (file is None) == (not bag):
        raise typer.BadParameter("FILE | --bag --event --by")
    findings: list[Finding] = []
    instant = now()
    with opened(database) as store:
        with store.read() as session:
            zone = _zone(session, run)
        events: list[BagEvent] = []
        if file is None:
            when = _at(at, zone, instant)
            events.append(_one(bag, event, at=when, by=by, place=place, note=note, key=key))
        else:
            for one in read_scans(file, zone=zone, at=instant):
                if isinstance(one, ReadScan):
                    events.append(BagEvent(bag=one.bag, scan=one.scan))
                else:
                    findings.append(one)
        report = store.run(lambda s: record_scans(s, run, events, actor=ACTOR, at=instant))
    if as_json:
        print_json({"counts": report.counts, "heard": report.heard, "findings": findings})
    else:
        _tell(report.heard, findings, whole=file is None)
    if findings or any(heard.refused for heard in report.heard):
        raise typer.Exit(2)


@app.command("show")
def show(
    *,
    run: RunArgument,
    bag: Annotated[str, typer.Argument(help="包裹 · id or code")],
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """查看 · Show what is in a bag and through whose hands it went."""
    from api.cli.trace_view import tell
    from logistics.domain.trace import Subject
    from logistics.usecases.trace_goods import trace_goods

    with opened(database) as store, store.read() as session:
        found = trace_goods(session, Subject.BAG, bag, run=run)
    if as_json:
        print_json(found)
    else:
        tell(found)


@trip_app.command("list")
def of_run(
    *,
    run: RunArgument,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """列出 · List the trips of a released run and how far each has come."""
    from logistics.store import runs, trip_custody

    with opened(database) as store, store.read() as session:
        found = trip_custody.of_run(session, runs.get(session, run).id)
    if as_json:
        print_json(found)
        return
    for trip in found:
        state = phrase(f"trip.{trip.state}")
        typer.echo(f"{trip.code}  {trip.courier_code}  {trip.point_code}  {state}")
        typer.echo(f"  {' '.join(bag.code for bag in trip.bags)}")


@trip_app.command("depart")
def depart(
    *,
    run: RunArgument,
    trip: TripArgument,
    left: BagsOption = None,
    at: AtOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """出车 · Load all bags of a trip, but those left at the point."""
    from logistics.usecases.depart_trip import depart_trip

    instant = now()
    with opened(database) as store:
        with store.read() as session:
            since = _at(at, _zone(session, run), instant)
        done = store.run(
            lambda s: depart_trip(
                s, run, trip, since=since, left=left or (), actor=ACTOR, at=instant
            )
        )
    _tell_trip(done, as_json=as_json)


@trip_app.command("finish")
def finish(
    *,
    run: RunArgument,
    trip: TripArgument,
    returned: BagsOption = None,
    lost: BagsOption = None,
    damaged: BagsOption = None,
    at: AtOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """收车 · Say of all bags that the courier still had: dropped, or as named."""
    from logistics.usecases.finish_trip import finish_trip

    instant = now()
    with opened(database) as store:
        with store.read() as session:
            since = _at(at, _zone(session, run), instant)
        done = store.run(
            lambda s: finish_trip(
                s,
                run,
                trip,
                since=since,
                returned=returned or (),
                lost=lost or (),
                damaged=damaged or (),
                actor=ACTOR,
                at=instant,
            )
        )
    _tell_trip(done, as_json=as_json)


def _zone(session: "Session", run: str) -> str:
    from logistics.store import places, runs

    return places.district(session, runs.get(session, run).district_id).zone_name


def _at(said: str, zone: str, instant: datetime) -> datetime:
    from api.instants import read_instant

    return read_instant(said or "now", field="at", zone_name=zone, at=instant)


def _one(bag: str, event: str, *, at: datetime, **said: str) -> "BagEvent":
    from logistics.domain.custody import Scan, ScanInvalid, ScanKind
    from logistics.usecases.record_scans import BagEvent

    if event not in set(ScanKind):
        raise ScanInvalid(field="event", value=event, mend=f"use one of {' '.join(ScanKind)}")
    key = said.pop("key") or f"cli/{bag}/{event}/{at.isoformat()}"
    return BagEvent(bag=bag, scan=Scan(key=key, kind=ScanKind(event), at=at, **said))


def _tell(heard: "tuple[Heard, ...]", findings: "list[Finding]", *, whole: bool) -> None:
    for one in heard:
        if whole or one.refused or one.outcome.startswith("aside"):
            said = phrase(f"scan.{one.outcome.removeprefix('scan.').removeprefix('bag.')}")
            event = phrase(f"event.{one.event.value}")
            typer.echo(f"{one.bag}  {event}  {said}  {one.custodian}")
    for finding in findings:
        typer.echo(
            f"{finding.sheet}:{finding.line} {finding.column}={finding.value!r}: {finding.mend}",
            err=True,
        )
    say("scan.done", heard=len(heard), refused=sum(one.refused for one in heard) + len(findings))


def _tell_trip(done: Any, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    say("trip.moved", code=done.trip, state=phrase(f"trip.{done.state}"), bags=len(done.heard))
    for one in done.heard:
        if one.refused or one.outcome.startswith("aside"):
            said = phrase(f"scan.{one.outcome.removeprefix('scan.').removeprefix('bag.')}")
            typer.echo(f"  {one.bag}  {said}  {one.custodian}")
