"""Every code that the reader and the judge can give is explained in docs/formats.md."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = re.compile(r'"([a-z]+\.[a-z0-9]+(?:-[a-z0-9]+)*)"')
DOCUMENTED = re.compile(r"`([a-z.-]+)`")
NOT_CODES = {"problem.invalid", "plan.invalid", "file.invalid"}  # of the whole file, not a fault


def codes(folder: str) -> list[str]:
    found: set[str] = set()
    for path in (ROOT / "solver" / folder).glob("*.py"):
        found |= set(CODE.findall(path.read_text()))
    return sorted(found - NOT_CODES)


def documented() -> set[str]:
    found: set[str] = set()
    for line in (ROOT / "docs" / "formats.md").read_text().splitlines():
        family = ""
        for word in DOCUMENTED.findall(line):
            if word.startswith("."):
                found.add(family + word)
            family = word.split(".")[0] if "." in word.strip(".") else family
            found.add(word)
    return found


@pytest.mark.parametrize("folder", ["formats", "rules"])
def test_every_code_is_documented(folder: str) -> None:
    assert codes(folder)
    assert [code for code in codes(folder) if code not in documented()] == []
