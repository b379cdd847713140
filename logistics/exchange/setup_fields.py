"""Fields of one row or table of a setup, each with a mend if it cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from logistics.domain.setup import Origin


class BadField(Exception):
    """A field of a row cannot be read."""

    def __init__(self, name: str, value: object, mend: str) -> None:
        self.name, self.value, self.mend = name, str(value)[:80], mend
        super().__init__(name)


@dataclass(frozen=True, slots=True)
class SetupRow:
    """Fields of one table or row, read with a mend for each that is wrong."""

    values: Mapping[str, Any]
    origin: Origin

    def text(self, name: str, *, otherwise: str | None = None) -> str:
        """Read a text; a blank one is ``otherwise``, or a fault."""
        value = self.values.get(name)
        if value is None or not str(value).strip():
            if otherwise is not None:
                return otherwise
            raise BadField(name, "", f"give {name}")
        return str(value).strip()

    def one_of(self, name: str, known: tuple[str, ...], *, otherwise: str | None = None) -> str:
        """Read one of the known words."""
        value = self.text(name, otherwise=otherwise)
        if value not in known:
            raise BadField(name, value, "give one of " + ", ".join(known))
        return value

    def whole(self, name: str, *, at_least: int = 1, otherwise: int | None = None) -> int:
        """Read a whole number."""
        said = self.text(name, otherwise="" if otherwise is not None else None)
        if not said and otherwise is not None:
            return otherwise
        if not said.removeprefix("-").isdecimal() or int(said) < at_least:
            raise BadField(name, said, f"give a whole number of at least {at_least}")
        return int(said)

    def degrees(self, name: str, most: int) -> float:
        """Read degrees of at most ``most`` either way."""
        said = self.text(name)
        try:
            value = float(said)
        except ValueError:
            raise BadField(name, said, "give degrees, such as 24.9441") from None
        if not -most <= value <= most:
            raise BadField(name, said, f"give degrees of WGS 84 from -{most} to {most}")
        return value

    def flag(self, name: str, *, otherwise: str = "no") -> bool:
        """Read yes or no."""
        said = self.text(name, otherwise=otherwise).lower()
        if said in {"yes", "true", "1", "是"}:
            return True
        if said in {"no", "false", "0", "否"}:
            return False
        raise BadField(name, said, "give yes or no")

    def clock(self, name: str) -> time:
        """Read a time of day."""
        said = self.text(name)
        try:
            return time.fromisoformat(said)
        except ValueError:
            raise BadField(name, said, "give a time of day, such as 09:00") from None

    def instant(self, name: str) -> datetime:
        """Read an instant with its zone, in UTC."""
        value = self.values.get(name)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                raise BadField(name, value, "give an instant such as 2022-04-01T00:00Z") from None
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time(), UTC)
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise BadField(name, value, "give an instant with its zone: 2022-04-01T00:00Z")
        return value.astimezone(UTC)
