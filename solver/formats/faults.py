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


class TooManyFaults(Exception):
    """A file has so many faults that reading on helps nobody."""


class Faults:
    """Collect faults while reading goes on."""

    MOST = 10_000
    """More than anybody mends by hand: a file with these is no problem file."""

    def __init__(self, *, stops: bool = False) -> None:
        self._found: list[Fault] = []
        self._stops = stops

    def add(self, path: str, code: str, message: str) -> None:
        """Note one fault; after :attr:`MOST` only that there are more.

        Raises
        ------
        TooManyFaults
            Then, where reading stops there.
        """
        if len(self._found) > self.MOST:
            return
        if len(self._found) == self.MOST:
            mend = f"only the first {self.MOST} faults are listed: mend them first"
            self._found.append(Fault("$", "faults.more", mend))
            if self._stops:
                raise TooManyFaults
            return
        self._found.append(Fault(_printable(path), code, _printable(message)))

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _printable(text: str) -> str:
    """Spell out what no terminal or file takes: a lone surrogate of a broken string."""
    return text.encode("utf-8", "backslashreplace").decode()


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
