"""Results as JSON and Markdown, with what they were measured on."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
_PACKAGES = ("supplyloop", "ortools", "numba", "numpy", "pyvrp", "pyvroom")


def machine() -> dict[str, str | int]:
    """Say on what was measured."""
    return {
        "processor": _processor(),
        "processors": os.cpu_count() or 0,
        "python": platform.python_version(),
        **{name: _version(name) for name in _PACKAGES},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def write(name: str, folder: Path, *, facts: dict[str, Any], runs: Any, text: str) -> list[Path]:
    """Write ``name.json`` and ``name.md``."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {"machine": machine(), **facts, "runs": runs}
    data, page = folder / f"{name}.json", folder / f"{name}.md"
    data.write_text(
        json.dumps(found, ensure_ascii=False, indent=1, default=_plain) + "\n", encoding="utf-8"
    )
    on = ", ".join(f"{key} {value}" for key, value in machine().items())
    page.write_text(f"{text.rstrip()}\n\nMeasured on: {on}.\n", encoding="utf-8")
    return [data, page]


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Draw a Markdown table; None is a dash."""
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    lines += [" | ".join("—" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def mean(values: Sequence[float]) -> float | None:
    """Give the mean; None of nothing."""
    return sum(values) / len(values) if values else None


def percent(share: float | None, *, digits: int = 2) -> str | None:
    """Write a share as a percentage."""
    return None if share is None else f"{100 * share:.{digits}f} %"
