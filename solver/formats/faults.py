"""Faults of a file, each found by its JSON path, all in one pass."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a file: where, which kind, and how to mend it."""

    path: str
    code: str
    message: str

    @property
    def line(self) -> str:
        """The fault as one line for people."""
        return f"{self.path}: {self.message} [{self.code}]"


class Faults:
    """Collect faults while reading goes on."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, path: str, code: str, message: str) -> None:
        """Note one fault."""
        self._found.append(Fault(path, code, message))

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class FileInvalid(ValueError):
    """A file breaks its format; ``faults`` lists every place where."""

    code = "file.invalid"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        self.facts: dict[str, int | str] = {"faults": len(faults), "first": faults[0].line}
        super().__init__("\n".join(fault.line for fault in faults))


class ProblemInvalid(FileInvalid):
    """The problem cannot be read as it stands."""

    code = "problem.invalid"


class PlanInvalid(FileInvalid):
    """The plan cannot be read as it stands; whether it keeps the rules is not asked here."""

    code = "plan.invalid"
