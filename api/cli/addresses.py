"""Commands about addresses: how one is read, and to which stairwell it leads."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.context import LANG, JsonOption, LangOption, language, phrase, say

if TYPE_CHECKING:
    from geodata.addresses import Parsed, Registry, Resolved

app = typer.Typer(help="地址 · addresses", no_args_is_help=True)

_PARTS = ("compound", "building", "unit", "floor", "room")
_LONGEST_NAME = 255  # of a file; what is longer is a text


@app.callback()
def _group() -> None:
    """地址 · Addresses."""


@app.command("parse")
def parse_addresses(
    *,
    text: Annotated[
        str, typer.Argument(help="地址、文件或 - · an address, a file of them, or - for stdin")
    ],
    district: Annotated[
        Path | None, typer.Option(help="辖区目录 · resolve within this district")
    ] = None,
    compound: Annotated[
        str | None, typer.Option(help="小区 · code or name where the text names none")
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = LANG,
) -> None:
    """解析地址 · Read addresses and, within a district, find their stairwells.

    Exit code 2 if one of them is no address, or leads to no certain stairwell of the district.
    """
    from geodata.addresses import find, parse

    registry = _registry(district)
    failed = False
    for line in _lines(text):
        parsed = parse(line) or find(line)
        resolved = None
        if registry is not None:
            known = registry.resolve(line, compound)
            resolved = known if known.parsed or known.compound or not parsed else (
                registry.resolve(parsed.said, compound)
            )  # fmt: skip
        failed |= parsed is None if resolved is None else resolved.stairwell is None
        if as_json:
            told = _facts(line, parsed, resolved, registry)
            typer.echo(json.dumps(told, ensure_ascii=False))
        else:
            _tell(line, parsed, resolved, registry)
    if failed:
        raise typer.Exit(2)


def _registry(folder: Path | None) -> "Registry | None":
    if folder is None:
        return None
    from geodata.addresses import Registry
    from geodata.district import read_district

    return Registry(read_district(folder).places())


def _lines(text: str) -> Iterator[str]:
    if text == "-":
        lines = sys.stdin.read().splitlines()
    elif 0 < len(text.encode()) <= _LONGEST_NAME and Path(text).is_file():
        lines = Path(text).read_text(encoding="utf-8-sig").splitlines()
    else:
        lines = [text]
    return (line for line in lines if line.strip() or len(lines) == 1)


def _printed(parsed: "Parsed", registry: "Registry | None") -> str:
    from geodata.addresses import Style, format_address

    if language() == "en":
        return format_address(parsed.address, Style(form="en"))
    return format_address(parsed.address, registry.style if registry else Style())


def _facts(
    line: str,
    parsed: "Parsed | None",
    resolved: "Resolved | None",
    registry: "Registry | None",
) -> dict[str, Any]:
    told: dict[str, Any] = {"text": line, "understood": parsed is not None}
    if parsed is not None:
        told |= asdict(parsed.address) | {
            "normalised": _printed(parsed, registry),
            "span": [parsed.start, parsed.end],
            "ambiguities": list(parsed.ambiguities),
            "missing": list(parsed.address.missing),
        }
    if resolved is not None:
        told |= {
            place: found and {"id": found.id, "code": found.code}
            for place, found in (
                ("at_compound", resolved.compound),
                ("at_building", resolved.building),
                ("at_stairwell", resolved.stairwell),
            )
        }
        told["reason"] = resolved.reason
        told["candidates"] = [
            {"id": c.place.id, "code": c.place.code, "name": c.place.name_zh, "reason": c.reason}
            for c in resolved.ambiguous
        ]
    return told


def _tell(
    line: str,
    parsed: "Parsed | None",
    resolved: "Resolved | None",
    registry: "Registry | None",
) -> None:
    led = resolved is not None and (resolved.compound is not None or resolved.ambiguous)
    if parsed is None and not led:
        say("address.none", text=line.strip())
        return
    if parsed is not None:
        parts = " · ".join(
            f"{phrase(f'address.{part}')} {said}"
            for part in _PARTS
            if (said := getattr(parsed.address, part))
        )
        say("address.read", text=line.strip(), printed=_printed(parsed, registry), parts=parts)
        for doubt in parsed.ambiguities:
            typer.echo("  ? " + phrase(f"address.{doubt}"))
    if resolved is None:
        return
    if resolved.stairwell is not None:
        named = resolved.stairwell
        name = named.name_en if language() == "en" else named.name_zh
        say("address.at", code=named.code, name=name)
        return
    typer.echo("  ! " + phrase(f"address.{resolved.reason}"))
    for candidate in resolved.ambiguous:
        name = candidate.place.name_en if language() == "en" else candidate.place.name_zh
        typer.echo(f"    {candidate.place.code}  {name}")
