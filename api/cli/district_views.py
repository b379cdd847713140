"""Commands that look at a district: district show, check, export."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

import dataclasses
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.context import LANG, JsonOption, LangOption, language, phrase, say

if TYPE_CHECKING:
    from geodata.district import District
    from geodata.findings import Finding, FindingText

FolderArgument = Annotated[Path, typer.Argument(help="辖区目录 · district folder")]
_SHOWN = 20


def show(folder: FolderArgument, *, json_: JsonOption = False, lang: LangOption = LANG) -> None:
    """查看 · Show what a district holds: counts, policy, bounds, attribution, findings by code."""
    from geodata.district import read_district

    facts = _facts(read_district(folder), folder)
    if json_:
        typer.echo(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{facts['name']}  {facts['attribution']}")
    for layer, count in facts["counts"].items():
        typer.echo(f"  {layer}: {count}")
    bounds = ", ".join(f"{edge:.6f}" for edge in facts["bounds"])
    say("district.ground", bounds=bounds, crs=facts["metric_crs"], edits=facts["edits"])
    say("district.policy", policy=facts["policy"]["untagged_gates"], **facts["gates"])
    for code, count in facts["findings"].items():
        typer.echo(f"  {code}: {count}")


def _facts(district: "District", folder: Path) -> dict[str, Any]:
    from geodata.district import FORMAT
    from geodata.exchange.edits import logged_edits
    from geodata.layers import LAYERS

    return {
        "format": FORMAT,
        "name": district.name,
        "attribution": district.attribution,
        "synthetic": district.synthetic,
        "seed": district.seed,
        "digest": district.digest,
        "metric_crs": district.metric_crs,
        "bounds": list(district.bounds()),
        "policy": {"untagged_gates": district.policy.untagged_gates},
        "counts": {layer: len(getattr(district, layer)) for layer in LAYERS},
        "gates": {
            "open": int(district.gates["open"].sum()),
            "closed": int((~district.gates["open"]).sum()),
            "unstated": int((district.gates["rule"] == "unstated").sum()),
            "timed": int((district.gates["hours"] != "").sum()),
        },
        "findings": dict(sorted(Counter(f.code for f in district.findings).items())),
        "edits": len(logged_edits(folder)),
    }


def check(
    folder: FolderArgument,
    *,
    html: Annotated[
        Path | None, typer.Option("--html", help="写成网页 · write a page with a map of each")
    ] = None,
    json_: JsonOption = False,
    lang: LangOption = LANG,
) -> None:
    """检查 · Check a district; exit 1 if something is wrong with it."""
    from geodata.district import read_district
    from geodata.exchange.validation import check_district

    district = read_district(folder)
    findings = check_district(district)
    if html is not None:
        _write_page(district, findings, html)
    if json_:
        rows = [_as_row(finding) for finding in findings]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        _tell(findings)
        if html is not None:
            say("district.page-written", path=html)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _text(finding: "Finding") -> "FindingText":
    from api.finding_texts import finding_text

    return finding_text(finding, language())


def _as_row(finding: "Finding") -> dict[str, Any]:
    return {
        "severity": finding.severity,
        **dataclasses.asdict(finding),
        **dataclasses.asdict(_text(finding)),
    }


def _tell(findings: Sequence["Finding"]) -> None:
    """Print errors and warnings one by one, notes by their number."""
    told = [finding for finding in findings if finding.severity != "note"]
    counts = Counter(finding.severity for finding in findings)
    for finding in told[:_SHOWN]:
        at = f"  ({finding.lon:.6f}, {finding.lat:.6f})" if finding.lon is not None else ""
        typer.echo(f"{phrase('district.' + finding.severity)} {finding.code}: {finding.place}{at}")
        text = _text(finding)
        typer.echo(f"  {text.message}\n  → {text.mend}")
    if len(told) > _SHOWN:
        say("district.more-remarks", count=len(told) - _SHOWN)
    for code, count in sorted(Counter(f.code for f in findings if f.severity == "note").items()):
        typer.echo(f"{phrase('district.note')} {code}: {count}")
    say(
        "district.checked",
        errors=counts["error"],
        warnings=counts["warning"],
        notes=counts["note"],
    )


def _write_page(district: "District", findings: Sequence["Finding"], file: Path) -> None:
    from geodata.exchange.finding_maps import findings_page

    counts = Counter(finding.severity for finding in findings)
    words = {
        "language": language(),
        "title": phrase("district.page-title", name=district.name),
        "intro": phrase(
            "district.checked",
            errors=counts["error"],
            warnings=counts["warning"],
            notes=counts["note"],
        ),
        "mend": phrase("district.mend"),
        "no_map": phrase("district.no-map"),
    }
    words |= {
        severity: phrase(f"district.{severity}") for severity in ("error", "warning", "note")
    }
    page = findings_page(district, findings, words=words, speak=_text)
    file.write_text(page, encoding="utf-8")


def export(
    folder: FolderArgument,
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="目录,gpkg 为文件 · folder; a file for gpkg")
    ],
    file_format: Annotated[
        str, typer.Option("--format", help="格式 · geojson, gpkg, parquet, shapefile")
    ] = "gpkg",
    lang: LangOption = LANG,
) -> None:
    """导出图层 · Write the layers for other programs, in WGS 84."""
    from geodata.district import read_district
    from geodata.exchange.export import export_district

    district = read_district(folder)
    files = export_district(district, output, file_format)
    say("district.exported", name=district.name, path=output, files=len(files))
    typer.echo(district.attribution)
