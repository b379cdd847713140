"""Households found by what people say: a code, or an address with or without its compound."""

from collections.abc import Iterable, Mapping

from geodata.addresses import Address, name_key, parse
from logistics.domain.registry import WHOLE


class HouseholdBook:
    """Finds households by code or spoken address; never by guess.

    Parameters
    ----------
    codes
        Household id by code. The last three parts of a code are building, stairwell and room, all
        before them is the compound. Of several households in one room, the further ones are
        501.2, 501.3; who says only 501 then means none of them for certain.
    compounds
        Code of a compound by each of its names, as `compound_codes` makes it.
    """

    def __init__(
        self, codes: Mapping[str, str], compounds: Mapping[str, str] | None = None
    ) -> None:
        self._codes = {code.upper(): (code, id_) for code, id_ in codes.items()}
        self._compounds = compounds or {}
        self._by_room: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        self._by_unit: dict[tuple[str, str, str, str], tuple[str, str]] = {}
        self._shared: set[tuple[str, str, str, str]] = set()
        for code, id_ in codes.items():
            if parts := _parts_of(code):
                compound, building, _, room = parts
                self._by_unit[parts] = (code, id_)
                self._by_room.setdefault((compound, building, room), []).append((code, id_))
                flat, _, within = room.partition("-")
                if within:
                    self._shared.add((*parts[:3], flat))

    def find(self, said: str, *, compound: str | None = None) -> tuple[str, str] | None:
        """Find code and id of the household; None if none or more than one fits.

        Parameters
        ----------
        compound
            Code or name of the compound that is meant where the address names none.
        """
        if known := self._codes.get(said.strip().upper()):
            return known
        read = parse(said)
        if read is None or not (read.address.room or read.address.kind == "house"):
            return None
        address = read.address
        within = address.compound or compound
        if not within:
            return None
        within = self._compounds.get(name_key(within), within).upper()
        return self._at(within, address)

    def _at(self, compound: str, address: Address) -> tuple[str, str] | None:
        if address.kind not in ("flat", "house"):
            return None  # a shop's number is no room's number
        room = address.room or WHOLE  # a house that is one household
        if address.unit:
            said = (compound, address.building, address.unit, room)
            return None if said in self._shared else self._by_unit.get(said)
        fitting = self._by_room.get((compound, address.building, room), [])
        if len(fitting) != 1 or (parts := _parts_of(fitting[0][0])) is None:
            return None
        return None if parts in self._shared else fitting[0]


def compound_codes(names: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Map each name of a compound to its code; a name that two bear belongs to neither.

    Parameters
    ----------
    names
        Code and names of every compound. The keys are `geodata.addresses.name_key` of the names.
    """
    codes: dict[str, str] = {}
    shared: set[str] = set()
    for code, *said in names:
        for name in {name_key(name) for name in (code, *said) if name_key(name)}:
            if codes.setdefault(name, code) != code:
                shared.add(name)
    return {name: code for name, code in codes.items() if name not in shared}


def _parts_of(code: str) -> tuple[str, str, str, str] | None:
    """Cut a household's code; zeros in front of its numbers do not count."""
    parts = code.upper().split("-")
    if len(parts) < 4:  # noqa: PLR2004
        return None
    building, unit, room = (part.lstrip("0") or "0" for part in parts[-3:])
    return "-".join(parts[:-3]), building, unit, room.replace(".", "-")
