"""Commands of the point team: bag pack, seal, stage, packing, short, contents, check."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from collections.abc import Callable
from pathlib import Path
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
)
from logistics.errors import Invalid

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from logistics.exchange.tables import Finding
    from logistics.store.session import Database
    from logistics.usecases.check_bag import BagCheck
    from logistics.usecases.confirm_packing import PackingReport

CodesArgument = Annotated[
    list[str] | None, typer.Argument(help="包裹 · codes, or what their QR says")
]
BagArgument = Annotated[str, typer.Argument(help="包裹 · code, or what its QR says")]
RunOption = Annotated[
    str, typer.Option("--run", help="波次 · id or code; not needed with what a QR says")
]
PointOption = Annotated[str, typer.Option("--point", help="点位 · all bags of a point")]
StairwellOption = Annotated[
    str, typer.Option("--stairwell", help="楼道 · all bags of a stairwell")
]
AllOption = Annotated[bool, typer.Option("--all", help="全部 · all bags of the run")]
KeyOption = Annotated[
    str, typer.Option("--key", help="编号 · a key; the same key again is heard once")
]


class RunNeeded(Invalid):
    """A bag's short code is of one run only: say which."""

    code = "packing.run-needed"


class BagsNeeded(Invalid):
    """Neither bags nor a point, a stairwell or all of them were named."""

    code = "packing.bags-needed"


def pack(
    *,
    bags: CodesArgument = None,
    run: RunOption = "",
    point: PointOption = "",
    stairwell: StairwellOption = "",
    all_bags: AllOption = False,
    key: KeyOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """开始装袋 · Say that somebody fills these bags."""
    _confirm("pack", bags, run, point, stairwell, all_bags, key, database, as_json)


def seal(
    *,
    bags: CodesArgument = None,
    run: RunOption = "",
    point: PointOption = "",
    stairwell: StairwellOption = "",
    all_bags: AllOption = False,
    key: KeyOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """封袋 · Say that all is in these bags and they are closed."""
    _confirm("seal", bags, run, point, stairwell, all_bags, key, database, as_json)


def stage(
    *,
    bags: CodesArgument = None,
    run: RunOption = "",
    point: PointOption = "",
    stairwell: StairwellOption = "",
    all_bags: AllOption = False,
    key: KeyOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """待取 · Say that these bags stand ready for their courier."""
    _confirm("stage", bags, run, point, stairwell, all_bags, key, database, as_json)


def packing(
    *,
    run: Annotated[str, typer.Argument(help="波次 · id or code of the run")],
    file: Annotated[Path, typer.Argument(help="CSV, XLSX: 包裹 事件 [时间 备注 编号]")],
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """装袋登记 · Take in what a point's scanner or clipboard says; a file twice is once."""
    from logistics.domain.packing_events import PackingEvent
    from logistics.exchange.packing_scans import read_packing
    from logistics.store import places, runs
    from logistics.usecases.confirm_packing import confirm_packing

    instant = now()
    events: list[PackingEvent] = []
    findings: list[Finding] = []
    with opened(database) as store:
        with store.read() as session:
            zone = places.district(session, runs.get(session, run).district_id).zone_name
        for one in read_packing(file, zone=zone, at=instant):
            if isinstance(one, PackingEvent):
                events.append(one)
            else:
                findings.append(one)
        report = store.run(lambda s: confirm_packing(s, run, events, actor=ACTOR, at=instant))
    _tell(report, as_json=as_json, findings=findings)


def short(
    *,
    bag: BagArgument,
    item: Annotated[str, typer.Option("--item", help="商品 · any of its names")],
    quantity: Annotated[str, typer.Option("--quantity", help="数量 · 2斤, 1板, 500g")],
    reason: Annotated[str, typer.Option("--reason", help="原因 · missing damaged")] = "missing",
    run: RunOption = "",
    key: KeyOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """缺货 · Report what is missing or broken for a bag; what is left is shared again."""
    from logistics.domain.packing_events import ShortReason
    from logistics.usecases.report_short import ShortSaid, report_short

    if reason not in set(ShortReason):
        raise typer.BadParameter("missing, damaged", param_hint="--reason")
    instant = now()
    with opened(database) as store:
        of_run = _run_of(store, run, [bag])
        item_id, count = _amounts(store, [(item, quantity)])[0]
        said = ShortSaid(
            bag=bag,
            item=item_id,
            quantity=count,
            reason=ShortReason(reason),
            key=key or f"cli/{bag}/{item_id}/{count}/{reason}/{instant.isoformat()}",
        )
        done = store.run(lambda s: report_short(s, of_run, said, actor=ACTOR, at=instant))
    if as_json:
        print_json(done)
        return
    say("packing.repeated" if done.repeated else "packing.short", bag=done.bag)
    for change in done.changes:
        name = change.name_zh if language() == "zh" else change.name_en
        why = phrase(f"packing.why-{change.reason}")
        typer.echo(f"  {change.bag}  {change.household}  {name} {change.quantity:+d}  {why}")
    if not done.reshared and not done.repeated:
        say("packing.not-reshared")


def contents(
    *,
    bag: BagArgument,
    run: RunOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """内容 · Tell what should be in a bag."""
    from logistics.usecases.check_bag import contents_of

    with opened(database) as store:
        of_run = _run_of(store, run, [bag])
        with store.read() as session:
            found = contents_of(session, of_run, bag)
    if as_json:
        print_json(found)
        return
    for line in found.lines:
        name = line.name_zh if language() == "zh" else line.name_en
        typer.echo(f"{name}  {line.expected} {line.base}")


def check(
    *,
    bag: BagArgument,
    found: Annotated[
        list[str] | None,
        typer.Option("--found", help="数到 · ITEM=AMOUNT, as 鸡蛋=1板; again for more"),
    ] = None,
    run: RunOption = "",
    key: KeyOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """核对 · Compare what was counted in a bag with what should be in it; 2 if it is short."""
    from logistics.usecases.check_bag import check_bag

    pairs = [one.partition("=")[::2] for one in found or ()]
    if any(not item or not said for item, said in pairs):
        raise typer.BadParameter("ITEM=AMOUNT", param_hint="--found")
    instant = now()
    with opened(database) as store:
        of_run = _run_of(store, run, [bag])
        counted = _amounts(store, pairs)
        said = key or f"cli/{bag}/check/{instant.isoformat()}"
        done = store.run(
            lambda s: check_bag(s, of_run, bag, counted, key=said, actor=ACTOR, at=instant)
        )
    if as_json:
        print_json({"check": done, "complete": done.complete})
    else:
        _tell_check(done)
    if not done.complete:
        raise typer.Exit(2)


def _confirm(  # noqa: PLR0917  the same options for three commands
    kind: str,
    bags: list[str] | None,
    run: str,
    point: str,
    stairwell: str,
    all_bags: bool,  # noqa: FBT001  as above
    key: str,
    database: str,
    as_json: bool,  # noqa: FBT001  as above
) -> None:
    from logistics.domain.packing_events import PackingEvent, PackingKind
    from logistics.usecases.confirm_packing import confirm_all, confirm_packing

    wanted = PackingKind(kind)
    instant = now()
    if not bags and not (point or stairwell or all_bags):
        raise BagsNeeded(field="bag", mend="name bags, or --point, --stairwell or --all")
    with opened(database) as store:
        of_run = _run_of(store, run, bags or [])
        deed: Callable[[Session], PackingReport]
        if bags:
            events = [
                PackingEvent(
                    bag=bag,
                    kind=wanted,
                    key=f"{key}/{bag}" if key else f"cli/{bag}/{kind}/{instant.isoformat()}",
                    at=instant,
                )
                for bag in bags
            ]
            deed = lambda s: confirm_packing(s, of_run, events, actor=ACTOR, at=instant)  # noqa: E731
        else:
            deed = lambda s: confirm_all(  # noqa: E731
                s, of_run, wanted, point=point, stairwell=stairwell, actor=ACTOR, at=instant
            )
        report = store.run(deed)
    _tell(report, as_json=as_json, findings=[])


def _run_of(store: "Database", run: str, bags: list[str]) -> str:
    """Return the run that is named, or that the first bag's QR is of."""
    from logistics.store import packing as packed

    if run:
        return run
    with store.read() as session:
        found = packed.run_of_token(session, bags[0]) if bags else None
    if found is None:
        raise RunNeeded(field="run", value="", mend="give --run, or what the bag's QR says")
    return found


def _amounts(store: "Database", said: list[tuple[str, str]]) -> list[tuple[str, int]]:
    from logistics.usecases.check_bag import counted_of

    with store.read() as session:
        return counted_of(session, said)


def _tell(report: "PackingReport", *, as_json: bool, findings: "list[Finding]") -> None:
    if as_json:
        print_json({"counts": report.counts, "heard": report.heard, "findings": findings})
    else:
        for one in report.heard:
            if one.refused:
                event = phrase(f"packing.{one.event.value}")
                typer.echo(f"{one.bag}  {event}  {phrase(f'packing.{_key(one.outcome)}')}")
        for finding in findings:
            typer.echo(
                f"{finding.sheet}:{finding.line} {finding.column}={finding.value!r}: "
                f"{finding.mend}",
                err=True,
            )
        refused = sum(one.refused for one in report.heard) + len(findings)
        applied = report.counts.get("applied", 0)
        say("packing.done", heard=len(report.heard), applied=applied, refused=refused)
    if findings or any(one.refused for one in report.heard):
        raise typer.Exit(2)


def _key(outcome: str) -> str:
    for prefix in ("packing.", "scan.", "bag."):
        outcome = outcome.removeprefix(prefix)
    return outcome


def _tell_check(done: "BagCheck") -> None:
    say("packing.complete" if done.complete else "packing.incomplete", bag=done.bag)
    for line in done.lines:
        name = line.name_zh if language() == "zh" else line.name_en
        mark = "✓" if line.difference == 0 else f"{line.difference:+d}"
        typer.echo(f"  {name}  {line.found}/{line.expected} {line.base}  {mark}")
