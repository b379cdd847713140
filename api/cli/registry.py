"""Commands on the registry: registry import, export, roll-call, mark, answers."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import registry_needs
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
from api.cli.zones import DistrictOption, Ground, changed, looked

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from logistics.domain.registry_report import RegistryReport

app = typer.Typer(help="名册 · who lives where, and what they need", no_args_is_help=True)

HowOption = Annotated[str, typer.Option(help="phone door chat notice leader other")]
ByOption = Annotated[str, typer.Option("--by", help="谁问的,岗位或编号 · post or code")]
AskedOption = Annotated[str, typer.Option("--at", help="何时 · instant with its offset, or now")]

_SHOWN = 40  # rows of each kind on the screen; a report file has all of them


@app.command("import")
def import_files(
    *,
    files: Annotated[list[Path], typer.Argument(help="XLSX CSV · one register in several files")],
    district: DistrictOption = "",
    check: Annotated[
        bool, typer.Option("--check", help="只核对 · write nothing, report the same")
    ] = False,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete",
            help="所列单元名单完整 · whoever is not named in a named stairwell is not expected",
        ),
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="核对结果文件 · .xlsx, .csv or .html")
    ] = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """导入名册 · Take in addresses, households, members and needs; a bad row is told, not fatal.

    Exit code 2 if a row was left out.
    """
    from logistics.usecases.import_registry import import_registry, read_files

    register, _ = looked(
        database, district, lambda ground: read_files(ground.session, ground.area.id, files)
    )

    def deed(ground: Ground) -> Any:
        return import_registry(
            ground.session,
            ground.area.id,
            files,
            register=register,
            complete=complete,
            check=check,
            actor=ACTOR,
            at=ground.at,
        )

    done = looked(database, district, deed)[0] if check else changed(database, district, deed)
    if report is not None:
        from api.registry_texts import told
        from logistics.exchange.registry_report import write_report

        write_report(report, done, lambda found: told(found, language()), language=language())
    if as_json:
        print_json(done)
    else:
        _tell(done)
    if done.faults:
        raise typer.Exit(2)


def _tell(report: "RegistryReport") -> None:
    from api.registry_texts import told

    said = "registry.checked" if report.checked else "registry.imported"
    say(said, district=report.district, file=report.source, rows=report.rows)
    for what, tally in report.tallies.items():
        say(
            "registry.tally",
            what=phrase(f"registry.{what}"),
            added=tally.added,
            changed=tally.changed,
            unchanged=tally.unchanged,
        )
    if report.unlisted:
        say("registry.unlisted", count=report.unlisted)
    if report.tiers:
        say("registry.tiers-change", count=report.tiers)
    if report.faults:
        say("registry.left-out", count=len(report.faults))
    for fault in report.faults[:_SHOWN]:
        what, mend = told(fault, language())
        file = fault.file if "," in report.source else ""
        place = " ".join(filter(None, (file, fault.sheet, str(fault.row))))
        typer.echo(f"  {place}  {fault.column}  {fault.value!r}  {what} → {mend}")
    _more(len(report.faults))
    for finding in report.findings[:_SHOWN]:
        what, mend = told(finding, language())
        typer.echo(f"  · {what} → {mend}")
    _more(len(report.findings))


def _more(count: int) -> None:
    if count > _SHOWN:
        say("registry.more", count=count - _SHOWN)


@app.command("export")
def export_file(
    *,
    file: Annotated[Path, typer.Argument(help="XLSX CSV")],
    needs: Annotated[
        bool, typer.Option("--needs", help="连同需求 · with needs, where consent stands")
    ] = False,
    district: DistrictOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """导出名册 · Write the register as it can be imported again."""
    from logistics.usecases.export_registry import export_registry

    done, _ = looked(
        database,
        district,
        lambda ground: export_registry(
            ground.session, ground.area.id, file, needs=needs, language=language()
        ),
    )
    if as_json:
        print_json({"file": file, "rows": done})
        return
    counts = ", ".join(f"{phrase(f'registry.{what}')} {count}" for what, count in done.items())
    say("registry.exported", file=file.name, counts=counts)


@app.command("roll-call")
def roll_call(
    *,
    run: Annotated[str, typer.Argument(help="波次 · id or code of the run")],
    stairwell: Annotated[str, typer.Option(help="单元编号 · only this stairwell")] = "",
    building: Annotated[str, typer.Option(help="楼栋编号 · only this building")] = "",
    compound: Annotated[str, typer.Option(help="小区编号 · only this compound")] = "",
    csv: Annotated[
        Path | None, typer.Option("--csv", help="写入文件 · .csv or .xlsx, to print and tick")
    ] = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """点名 · Who has sent no list yet, by leader, those with needs first, in walking order."""
    from logistics.usecases.call_roll import call_roll

    kinds = {"stairwell": stairwell, "building": building, "compound": compound}
    kind, place = next(((kind, said) for kind, said in kinds.items() if said), ("", ""))
    with opened(database) as store, store.read() as session:
        called = call_roll(session, run, place=place, kind=kind)
    if csv is not None:
        from logistics.exchange.registry_roll_call import write_roll_call

        write_roll_call(csv, called, language=language())
    if as_json:
        print_json(called)
        return
    say(
        "roll-call.head",
        run=called.run,
        households=called.households,
        sent=called.sent,
        declined=called.declined,
        out_of_scope=called.out_of_scope,
        left=len(called.rows),
        asked=called.asked,
    )
    group = ""
    for row in called.rows:
        led = row.leader or row.building
        if led != group:
            group = led
            say("roll-call.leader", leader=led)
        mark = row.last_mark
        told = phrase("roll-call.asked", how=phrase(f"roll-call.how.{mark.how}")) if mark else ""
        first = "★" if row.first else " "
        typer.echo(f"  {first} {row.code}  {row.persons}  {row.last_channel}  {told}".rstrip())


@app.command("mark")
def mark_household(
    *,
    run: Annotated[str, typer.Argument(help="波次 · id or code of the run")],
    household: Annotated[str, typer.Argument(help="户号 · code of the household")],
    answer: Annotated[str, typer.Argument(help="asked 已问 | declined 不需要 | reopened 更正")],
    how: HowOption,
    by: ByOption,
    asked_at: AskedOption = "now",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """登记 · Write down that a household was asked, and whether it needs nothing."""
    from logistics.usecases.mark_roll_call import mark_roll_call

    at = now()

    def deed(session: "Session") -> Any:
        return mark_roll_call(
            session,
            run,
            household,
            answer,
            how=how,
            asked_by=by,
            asked_at=_instant(session, run, asked_at, at),
            actor=ACTOR,
            at=at,
        )

    with opened(database) as store:
        mark = store.run(deed)
    if as_json:
        print_json(mark)
        return
    say(
        "roll-call.marked",
        household=household,
        answer=phrase(f"roll-call.answer.{mark.answer}"),
        how=phrase(f"roll-call.how.{mark.how}"),
    )


@app.command("answers")
def read_answers(
    *,
    run: Annotated[str, typer.Argument(help="波次 · id or code of the run")],
    file: Annotated[Path, typer.Argument(help="CSV XLSX · a roll call with answers written in")],
    how: HowOption,
    by: ByOption,
    asked_at: AskedOption = "now",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """收回点名册 · Write down all answers of a roll call that came back. Exit code 2: some not."""
    from api.registry_texts import told
    from logistics.usecases.mark_roll_call import mark_answers

    at = now()
    with opened(database) as store:
        done = store.run(
            lambda session: mark_answers(
                session,
                run,
                file,
                how=how,
                asked_by=by,
                asked_at=_instant(session, run, asked_at, at),
                actor=ACTOR,
                at=at,
            )
        )
    if as_json:
        print_json(done)
    else:
        say("roll-call.answers", file=file.name, count=done.marked)
        for fault in done.faults:
            what, mend = told(fault, language())
            typer.echo(f"  {fault.row}  {fault.column}  {fault.value!r}  {what} → {mend}")
    if done.faults:
        raise typer.Exit(2)


def _instant(session: "Session", run: str, said: str, at: datetime) -> datetime:
    from api.instants import read_instant
    from logistics.store import places, runs

    area = places.district(session, runs.get(session, run).district_id)
    return read_instant(said, field="at", zone_name=area.zone_name, at=at)


app.command("show")(registry_needs.show)
app.command("tiers")(registry_needs.tiers)
app.command("withdraw")(registry_needs.withdraw)
