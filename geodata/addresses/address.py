"""The parts of an address, how it was read, and the style in which it is printed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal

Kind = Literal["flat", "house", "shop", "garage", "cellar", "lodge"]
Part = Literal["compound", "building", "unit", "floor", "room"]

BUILDING = re.compile(r"\d{1,4}[A-Z]?|[A-Z]\d{0,2}|[甲乙丙丁戊东西南北中]")
UNIT = re.compile(r"\d{1,2}|[A-Z]|[甲乙丙丁戊东西南北中]")
FLOOR = re.compile(r"B?\d{1,3}")
ROOM = re.compile(
    r"[A-Z]?\d{1,5}[A-Z]?|\d{3,5}-\d{1,2}|[A-Z]|[甲乙丙丁戊东西南北中]"
    r"|[东西南北中前后左右正大小里外]{1,2}(?:间|屋|厢房|套)\d{0,2}"
)


class AddressInvalid(ValueError):
    """A part of an address cannot be one; ``facts`` name the part, the value and the mend."""

    def __init__(self, code: str, **facts: str) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code}: " + "; ".join(f"{k} {v}" for k, v in facts.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where somebody lives. A part that was not said is empty; nothing is filled in.

    Numbers are plain digits without zeros in front, letters are capitals. In a village the
    ``building`` is the house (12号) and ``kind`` is "house".

    Raises
    ------
    AddressInvalid
        If a part is not written so.
    """

    SHAPES: ClassVar[Mapping[str, re.Pattern[str]]] = MappingProxyType(
        {"building": BUILDING, "unit": UNIT, "floor": FLOOR, "room": ROOM}
    )

    compound: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    kind: Kind = "flat"

    def __post_init__(self) -> None:
        for part, shape in self.SHAPES.items():
            said = getattr(self, part)
            if said and (not shape.fullmatch(said) or re.match(r"0\d", said)):
                raise AddressInvalid(
                    "address.part-invalid", part=part, value=said, mend="write it as 3, A or 501B"
                )
        if self.compound != " ".join(self.compound.split()):
            raise AddressInvalid(
                "address.part-invalid",
                part="compound",
                value=self.compound,
                mend="leave out spaces around the name and line breaks",
            )

    @property
    def missing(self) -> tuple[Part, ...]:
        """What was not said, of the parts that a household's address has."""
        parts: tuple[Part, ...] = ("compound", "building", "unit", "room")
        if self.kind != "flat":
            parts = ("compound", "building") if self.kind == "house" else ("compound", "room")
        return tuple(part for part in parts if not getattr(self, part))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """An address as read from a text.

    ``spans`` give where each said part stands in the text; ``start`` and ``end`` where the whole
    does. ``ambiguities`` are codes for what could also be read otherwise:
    ``may-be-date`` (3-2-2022), ``unit-or-room`` (3-2), ``building-or-unit`` (3-501),
    ``stairwell-or-room`` (a code of four parts), ``floor-and-room-differ`` (5楼301).
    """

    address: Address
    said: str
    start: int
    end: int
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    ambiguities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a district prints addresses.

    ``words`` 春江花园3幢2单元501室 · ``dash`` 春江花园3-2-501 · ``en`` Building 3, Unit 2.
    What has no short form (floors, shops, houses of a village) is printed in words.
    """

    BUILDINGS: ClassVar[tuple[str, ...]] = ("幢", "栋", "号楼", "座")
    UNITS: ClassVar[tuple[str, ...]] = ("单元", "门", "楼道")

    form: Literal["words", "dash", "en"] = "words"
    building: str = "幢"
    unit: str = "单元"

    def __post_init__(self) -> None:
        for part, known in (("building", self.BUILDINGS), ("unit", self.UNITS)):
            if getattr(self, part) not in known:
                raise AddressInvalid(
                    "address.style-unknown",
                    part=part,
                    value=getattr(self, part),
                    mend="use one of " + ", ".join(known),
                )
        if self.form not in ("words", "dash", "en"):
            raise AddressInvalid(
                "address.style-unknown",
                part="form",
                value=self.form,
                mend="use one of words, dash, en",
            )
