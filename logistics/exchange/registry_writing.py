"""Registers into files that are read back as they are: a sheet for each kind, or one table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import Any

from geodata.addresses import Registry
from logistics.domain.places import Place
from logistics.domain.registry import Listed, PlaceRecord
from logistics.exchange.registry_tables import (
    HOUSEHOLDS,
    MEMBERS,
    NEEDS,
    PLACES,
    REGISTER,
)
from logistics.exchange.tables import Language, Table, write_book, write_table

Rows = list[Mapping[str, Any]]


def write_register(
    path: str | PathLike[str],
    places: Sequence[Place],
    place_records: Mapping[str, PlaceRecord],
    homes: Iterable[Listed],
    *,
    needs: bool = False,
    language: Language = "zh",
) -> dict[str, int]:
    """Write a register as .xlsx, a sheet for each kind, or as .csv, all in one table.

    Needs are written only where they are asked for, and never those whose consent was taken
    back. Returns how many rows there are of each kind.

    Raises
    ------
    TableUnreadable
        If the file's ending is neither.
    """
    writer = _Writer(places, language)
    listed = sorted(homes, key=lambda home: home.household.code)
    tables: list[tuple[Table, Rows]] = [
        (PLACES, list(writer.places(place_records))),
        (HOUSEHOLDS, [writer.home(home) for home in listed]),
        (MEMBERS, [row for home in listed for row in writer.members(home)]),
    ]
    if needs:
        tables.append((NEEDS, [row for home in listed for row in writer.needs(home)]))
    if Path(path).suffix.lower() == ".csv":
        rows = (row for _, of_table in tables for row in of_table)
        write_table(path, REGISTER, rows, language=language)
    else:
        write_book(path, tables, language=language)
    return {table.key: len(rows) for table, rows in tables}


class _Writer:
    """Says where each thing is: by the parts of its address for people, by code for reading."""

    def __init__(self, places: Sequence[Place], language: Language) -> None:
        self._places = {place.id: place for place in places}
        self._registry = Registry(places)
        self._language = language

    def places(self, records: Mapping[str, PlaceRecord]) -> Iterator[Mapping[str, Any]]:
        for place in sorted(self._places.values(), key=lambda place: place.code):
            said = records.get(place.id)
            levels = (said and said.levels) or place.levels or None
            if place.kind in {"building", "stairwell"} and (said or levels):
                leader = said.leader if said and said.leader else None
                yield {**self._where(place), "levels": levels, "leader": leader}

    def home(self, home: Listed) -> Mapping[str, Any]:
        return {**self._door(home), **asdict(home.record)}

    def members(self, home: Listed) -> Iterator[Mapping[str, Any]]:
        for member in home.members.values():
            yield {
                **self._door(home),
                "member": member.no,
                "label": member.label or None,
                "band": member.band.value or None,
                "here": member.here,
            }

    def needs(self, home: Listed) -> Iterator[Mapping[str, Any]]:
        for need in home.needs.values():
            if not need.withdrawn:
                yield {
                    **self._door(home),
                    **asdict(need),
                    "member": need.member_no or None,
                    "need": (need.need,),
                }

    def _door(self, home: Listed) -> dict[str, Any]:
        room, _, within = home.household.room.partition(".")
        return {
            **self._where(self._places[home.household.stairwell_id]),
            "room": room,
            "within": int(within) if within else None,
        }

    def _where(self, place: Place) -> dict[str, Any]:
        address = self._registry.place_address(place)
        names = {"compound": address.compound, "building": address.building, "unit": address.unit}
        if self._language == "en":
            names["compound"] = self._english_compound(place) or address.compound
        return {**{part: name or None for part, name in names.items()}, "address": place.code}

    def _english_compound(self, place: Place) -> str:
        while place.parent_id and (parent := self._places.get(place.parent_id)):
            place = parent
        return place.name_en if place.kind == "compound" else ""
