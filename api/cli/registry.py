"""Commands on the registry: registry import, export, show, tiers."""

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
    phrase,
    print_json,
    say,
)
from api.cli.zones import DistrictOption, Ground, changed, looked

if TYPE_CHECKING:
    from logistics.domain.registry_report import RegistryReport

app = typer.Typer(help="名册 · who lives where, and what they need", no_args_is_help=True)

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
    from logistics.usecases.import_registry import import_registry

    def deed(ground: Ground) -> Any:
        return import_registry(
            ground.session,
            ground.area.id,
            files,
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
        place = f"{fault.sheet} {fault.row}".strip()
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
