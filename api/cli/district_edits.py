"""The command district edit: what people saw on the ground, set right on the map."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.context import ACTOR, LANG, LangOption, complain, now, say

if TYPE_CHECKING:
    from geodata.exchange.edits import Edit

_BAD_INPUT = 2
_LONLAT = 2


def edit(
    folder: Annotated[Path, typer.Argument(help="辖区目录 · district folder")],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ACTION KIND ID …",
            help="set gate ID open=false hours=06:00-22:00 | move stairwell ID LON LAT | "
            "add gate ID LON LAT … | remove gate ID",
        ),
    ] = None,
    *,
    policy: Annotated[str, typer.Option(help="策略 · untagged_gates=open, closed or foot")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", help="修改表 · CSV or GeoJSON of edits")
    ] = None,
    lang: LangOption = LANG,
) -> None:
    """修改 · Edit gates, stairwells, compounds or the policy; kept for later imports."""
    from geodata.district import read_district, write_district
    from geodata.exchange.edits import apply_edits, log_edits, read_edits

    edits = [*_of_words(words or [])]
    if policy:
        edits.append(_of_policy(policy))
    if file is not None:
        edits += read_edits(file)
    if not edits:
        complain("edit.nothing", "invalid", {})
        raise typer.Exit(_BAD_INPUT)
    district = apply_edits(read_district(folder), edits)
    write_district(district, folder)
    log_edits(folder, edits, at=now(), actor=ACTOR)
    say("district.edits-made", name=district.name, count=len(edits))


def _of_words(words: list[str]) -> list["Edit"]:
    from geodata.exchange.edits import Edit

    if not words:
        return []
    action, kind, mark, *rest = [*words, "", ""]
    plain = [word for word in rest if word and "=" not in word]
    numbers = [_number(word) for word in plain]
    if len(numbers) not in (0, _LONLAT):
        complain("edit.words-unclear", "invalid", {"value": " ".join(words)})
        raise typer.Exit(_BAD_INPUT)
    lon, lat = numbers or (None, None)
    values = dict(word.split("=", 1) for word in rest if "=" in word)
    return [Edit(action=action, kind=kind, id=mark, values=values, lon=lon, lat=lat)]


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError as fault:
        complain("edit.words-unclear", "invalid", {"value": word})
        raise typer.Exit(_BAD_INPUT) from fault


def _of_policy(said: str) -> "Edit":
    from geodata.exchange.edits import Edit

    name, _, value = said.partition("=")
    return Edit(action="policy", values={name: value})
