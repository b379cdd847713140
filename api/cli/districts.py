"""Commands that lay the ground: district, setup."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import district_edits, district_views
from api.cli.context import (
    ACTOR,
    DATABASE,
    LANG,
    DatabaseOption,
    LangOption,
    complain,
    language,
    now,
    opened,
    phrase,
    say,
)

if TYPE_CHECKING:
    from geodata.district import District, Policy
    from logistics.domain.setup import SetupFault

_COUNTED = ("compounds", "buildings", "stairwells", "gates")
_SHOWN = 10

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
        Path | None, typer.Argument(help="地图提取文件 · map extract, .osm.pbf or .osm")
    ] = None,
    layers: Annotated[
        list[Path] | None,
        typer.Option(help="图层 · files or folder: GeoJSON, GeoPackage, Shapefile, GeoParquet"),
    ] = None,
    datum: Annotated[
        str, typer.Option(help="图层坐标系 · datum of the layers: wgs84, gcj02, bd09")
    ] = "",
    attribution: Annotated[
        str, typer.Option(help="图层来源 · whom the layers come from; printed on maps")
    ] = "",
    synthetic: Annotated[
        str | None,
        typer.Option(help="生成小区 · generate instead: small, medium, subdistrict, city"),
    ] = None,
    seed: Annotated[int, typer.Option(help="随机种子 · seed of a generated district")] = 1,
    subdistricts: Annotated[
        int, typer.Option(help="街道数 · how many a generated city has, each in its own folder")
    ] = 100,
    prefix: Annotated[
        str, typer.Option(help="编号前缀 · first part of all codes; by default from the name")
    ] = "",
    untagged_gates: Annotated[
        str, typer.Option(help="未注明的大门 · gates that state no access: open, closed, foot")
    ] = "open",
    keep_edits: Annotated[
        bool, typer.Option("--keep-edits", help="重做此前的修改 · make earlier edits again")
    ] = False,
    lang: LangOption = LANG,
) -> None:
    """导入地图 · Read a map extract or layers, or generate a district, into a folder."""
    if sum((extract is not None, bool(layers), synthetic is not None)) != 1:
        complain("district.source-unclear", "invalid", {})
        raise typer.Exit(2)
    from geodata.district import Policy

    policy = Policy(untagged_gates=untagged_gates)
    if extract is not None:
        from geodata.extracts.osm import import_osm

        district = import_osm(
            extract, name, prefix=prefix or None, policy=policy, on_progress=_progress
        )
    elif layers:
        district = _of_layers(layers, name, datum, attribution, prefix, policy)
    elif synthetic == "city":
        _import_city(
            output, name, seed=seed, count=subdistricts, policy=policy, keep_edits=keep_edits
        )
        return
    else:
        from geodata.generated import PREFIX, generate_district

        made = generate_district(synthetic or "", seed, name, prefix=prefix or PREFIX)
        district = _ruled(made, policy)
    _tell_district(_kept(district, output, keep_edits=keep_edits), output)


def _import_city(
    output: Path, name: str, *, seed: int, count: int, policy: "Policy", keep_edits: bool
) -> None:
    """Write each subdistrict into its own folder, and the list of them when all are there."""
    from geodata.generated import generate_city

    told: list[dict[str, Any]] = []
    (output / "city.json").unlink(missing_ok=True)  # it lists what is whole
    for number, made in enumerate(generate_city(seed, subdistricts=count, name=name), start=1):
        folder = output / f"{number:03d}"
        district = _kept(_ruled(made, policy), folder, keep_edits=keep_edits)
        counts = {layer: len(getattr(district, layer)) for layer in _COUNTED}
        told.append(
            {
                "name": district.name,
                "folder": folder.name,
                "counts": counts,
                "bounds": district.bounds(),
            }
        )
        typer.echo(f"  {number}/{count}", err=True)
    head = {"name": name, "synthetic": True, "seed": seed, "attribution": district.attribution}
    text = json.dumps(head | {"subdistricts": told}, ensure_ascii=False, indent=1)
    (output / "city.json").write_text(text + "\n", encoding="utf-8")
    total = {layer: sum(one["counts"][layer] for one in told) for layer in _COUNTED}
    say("district.city-made", name=name, path=output, subdistricts=count, **total)
    typer.echo(district.attribution)


def _ruled(district: "District", policy: "Policy") -> "District":
    from geodata.exchange.edits import Edit, apply_edits

    stated = Edit(action="policy", values={"untagged_gates": policy.untagged_gates})
    return apply_edits(district, [stated])


def _kept(district: "District", folder: Path, *, keep_edits: bool) -> "District":
    """Write a district, with the edits made earlier where they are to be made again."""
    from geodata.district import write_district
    from geodata.exchange.edits import LOG, logged_edits
    from geodata.exchange.edits import keep_edits as make_again

    if keep_edits:
        district = make_again(district, logged_edits(folder))
    else:
        (folder / LOG).unlink(missing_ok=True)  # they were made on another map
    write_district(district, folder)
    return district


def _of_layers(  # noqa: PLR0917  one option of the command each
    layers: list[Path], name: str, datum: str, attribution: str, prefix: str, policy: "Policy"
) -> "District":
    from geodata.exchange.cells import LayersRefused
    from geodata.exchange.layer_import import import_layers

    try:
        return import_layers(
            layers,
            name,
            datum=datum or None,
            attribution=attribution,
            prefix=prefix or None,
            policy=policy,
            on_progress=_progress,
        )
    except LayersRefused as refused:
        for fault in refused.faults:
            complain(fault.code, "invalid", dict(fault.facts))
        raise typer.Exit(2) from refused


def _tell_district(district: "District", output: Path) -> None:
    from api.finding_texts import finding_text
    from geodata.findings import SEVERITIES

    counts = {layer: len(getattr(district, layer)) for layer in _COUNTED}
    say("district.imported", name=district.name, path=output, **counts)
    weightiest = sorted(district.findings, key=lambda f: SEVERITIES.index(f.severity))
    for finding in weightiest[:_SHOWN]:
        message = finding_text(finding, language()).message
        typer.echo(f"  {finding.code}: {finding.place}: {message}")
    if len(weightiest) > _SHOWN:
        say("district.more-findings", count=len(weightiest) - _SHOWN)
    typer.echo(district.attribution)


app.command("show")(district_views.show)
app.command("check")(district_views.check)
app.command("edit")(district_edits.edit)
app.command("export")(district_views.export)


def _progress(step: str) -> None:
    typer.echo(f"  {phrase(f'district.step.{step}')}", err=True)


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
