"""Commands that lay the ground: district import, setup."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.context import (
    ACTOR,
    DATABASE,
    LANG,
    DatabaseOption,
    LangOption,
    complain,
    now,
    opened,
    say,
)

if TYPE_CHECKING:
    from geodata.district import District
    from logistics.domain.setup import SetupFault

app = typer.Typer(help="辖区地图 · the map of a district", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """辖区地图 · The map of a district."""


@app.command("import")
def import_district(
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="辖区目录 · district folder")],
    name: Annotated[str, typer.Option(help="名称 · name of the district")],
    extract: Annotated[
        Path | None, typer.Argument(help="地图提取文件 · map extract, .osm.pbf")
    ] = None,
    synthetic: Annotated[
        str | None, typer.Option(help="生成小区 · generate instead: small, medium, …")
    ] = None,
    seed: Annotated[int, typer.Option(help="随机种子 · seed of a generated district")] = 1,
    prefix: Annotated[
        str, typer.Option(help="编号前缀 · first part of all codes; by default from the name")
    ] = "",
    lang: LangOption = LANG,
) -> None:
    """导入地图 · Read a map extract, or generate a district, into a folder."""
    if (extract is None) == (synthetic is None):
        complain("district.source-unclear", "invalid", {})
        raise typer.Exit(2)
    district = _made(extract, synthetic, name=name, seed=seed, prefix=prefix)
    from geodata.district import write_district

    write_district(district, output)
    counts = {
        layer: len(getattr(district, layer))
        for layer in ("compounds", "buildings", "stairwells", "gates")
    }
    say("district.imported", name=name, path=output, **counts)
    for finding in district.findings[:10]:
        typer.echo(f"  {finding.code}: {finding.message}")
    if len(district.findings) > 10:  # noqa: PLR2004  the rest is in the folder
        say("district.more-findings", count=len(district.findings) - 10)
    typer.echo(district.attribution)


def _made(
    extract: Path | None, synthetic: str | None, *, name: str, seed: int, prefix: str
) -> "District":
    if extract is not None:
        from geodata.osm import import_osm

        return import_osm(extract, name, prefix=prefix or None, on_progress=_progress)
    from geodata.generate import generate_district

    return generate_district(synthetic or "", seed, name)


def _progress(what: str) -> None:
    typer.echo(f"  {what}", err=True)


def setup(
    district: Annotated[Path, typer.Argument(help="辖区目录 · district folder")],
    folder: Annotated[Path, typer.Argument(help="设置目录 · folder with setup.toml and tables")],
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """登记 · Register a district with its points, markets, zones, couriers, goods, households."""
    from geodata.district import read_district
    from logistics.domain.setup import DistrictSetup
    from logistics.exchange.setup_files import read_setup_with_faults
    from logistics.usecases.set_up import set_up

    read, faults = read_setup_with_faults(folder)
    ground = read_district(district)
    head = DistrictSetup(
        name=ground.name,
        folder=str(district.resolve()),
        attribution=ground.attribution,
        synthetic=ground.synthetic,
        source_digest=ground.digest,
    )
    with opened(database) as store:
        at = now()
        report = store.run(
            lambda session: set_up(session, head, read, ground.places(), actor=ACTOR, at=at)
        )
    say(
        "setup.done",
        name=ground.name,
        households=report.households,
        added=sum(report.added.values()),
        changed=sum(report.changed.values()),
    )
    _tell((*faults, *report.faults))


def _tell(faults: Sequence["SetupFault"]) -> None:
    for fault in faults:
        origin = fault.origin
        facts = {
            "file": origin.file if origin else "",
            "line": origin.line if origin else 0,
            "field": fault.field,
            "value": fault.value,
            "mend": fault.mend,
        }
        complain(fault.code, "invalid", facts)
    if faults:
        say("setup.left-out", count=len(faults))
