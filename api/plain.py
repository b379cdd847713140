"""Values of logistics as JSON can hold them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any


def plain(value: Any) -> Any:
    """Turn a value into JSON's own kinds: dataclasses become objects by their fields' names."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {_key(k): plain(v) for k, v in value.items()}
    if isinstance(value, datetime | date | time | Decimal | Fraction | PurePath):
        return value.isoformat() if isinstance(value, date | time) else str(value)
    return [plain(v) for v in value]


def _key(value: Any) -> str:
    if isinstance(value, tuple):
        return "/".join(_key(v) for v in value)
    return str(value.value if isinstance(value, Enum) else value)
