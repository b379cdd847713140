"""Read the cells of foreign layers by the contract of columns, and name each that cannot be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from geopandas.geodataframe import GeoDataFrame

from geodata.district import DistrictUnreadable
from geodata.layers import CONTRACT, Column, Value

MOST_FAULTS = 100
_TRUE = frozenset(("true", "t", "yes", "y", "1", "是"))
_FALSE = frozenset(("false", "f", "no", "n", "0", "否"))
SHORT_NAMES: Mapping[str, str] = {
    "compound_id": "compound",
    "building_id": "building",
    "oneway_bike": "oneway_b",
    "oneway_foot": "oneway_f",
}
"""Names of columns in Shapefiles, which keep ten characters of each."""


class LayersRefused(DistrictUnreadable):
    """Layers cannot become a district; ``faults`` names everything that is wrong with them."""

    def __init__(self, faults: Sequence[DistrictUnreadable]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults[0].code, **self.faults[0].facts)


@dataclass(slots=True)
class Faults:
    """What is wrong with layers, up to a number that somebody reads."""

    found: list[DistrictUnreadable] = field(default_factory=list)
    left_out: int = 0

    def add(self, code: str, **facts: str | int) -> None:
        """Add a fault."""
        if len(self.found) < MOST_FAULTS:
            self.found.append(DistrictUnreadable(code, **facts))
        else:
            self.left_out += 1

    def refuse(self) -> None:
        """Refuse the layers if anything is wrong.

        Raises
        ------
        LayersRefused
            If it is.
        """
        if self.found:
            raise LayersRefused(self.found)


class Unfit(ValueError):
    """A cell does not hold what its column asks for."""


def read_columns(
    layer: str, frame: GeoDataFrame, file: str, faults: Faults
) -> dict[str, list[Value]]:
    """Read the columns of a layer; a cell that cannot be read becomes a fault.

    Returns
    -------
    dict
        Columns of the contract, each as long as the frame. Where a required column is missing or
        a cell is unfit, a fault was added, and what stands there has no meaning.
    """
    read: dict[str, list[Value]] = {}
    known = {str(name).lower(): name for name in frame.columns}
    ids: list[str] = [""] * len(frame)
    for name, column in CONTRACT[layer].columns.items():
        there = known.get(name, known.get(SHORT_NAMES.get(name, name)))
        if there is None:
            if column.default is None:
                faults.add(
                    "layers.column-missing",
                    file=file,
                    layer=layer,
                    column=name,
                    mend=f"add the column: {column.says} ({column.kind})",
                )
            read[name] = [_blank(column)] * len(frame)
            continue
        read[name] = []
        for row, value in enumerate(frame[there].tolist()):
            try:
                read[name].append(fit(column, value))
            except Unfit as unfit:
                faults.add(
                    "layers.value-missing" if _is_empty(value) else "layers.value-unfit",
                    file=file,
                    layer=layer,
                    column=name,
                    id=ids[row] or f"#{row + 1}",
                    value=str(value)[:80],
                    mend=str(unfit),
                )
                read[name].append(_blank(column))
        if name == "id":
            ids = [str(value) for value in read["id"]]
    return read


def _blank(column: Column) -> Value:
    return column.default if column.default is not None else ""


def fit(column: Column, value: Any) -> Value:
    """Make a cell what its column holds.

    Raises
    ------
    Unfit
        If it cannot be; the message is the mend.
    """
    if _is_empty(value):
        if column.default is None:
            msg = f"say it: {column.says}"
            raise Unfit(msg)
        return column.default
    read = _READERS[column.kind](value)
    if column.choices and read not in column.choices:
        raise Unfit("use one of " + ", ".join(column.choices))
    return read


def _is_empty(value: Any) -> bool:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return True
    return str(value).strip() in ("", "<NA>", "NaT")


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # an id that some program kept as a number
    return str(value).strip()


def _flag(value: Any) -> bool:
    word = _text(value).lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unfit("use true or false")


def _count(value: Any) -> int:
    try:
        number = float(value)
    except (TypeError, ValueError) as fault:
        raise Unfit("use a whole number") from fault
    if not number.is_integer() or abs(number) > 1e9:  # noqa: PLR2004  nothing here is so many
        raise Unfit("use a whole number")
    return int(number)


_READERS: Mapping[str, Callable[[Any], Value]] = {"str": _text, "bool": _flag, "int": _count}
