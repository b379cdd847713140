"""A table as it is declared: once, for reading and for writing, in Chinese and in English."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from logistics.domain.catalogue import fold
from logistics.errors import Invalid
from logistics.exchange.tables.cells import Cell, Language, words_of
from logistics.exchange.tables.kinds import Kind

_ASIDE: Final = re.compile(r"[（(\[【](必填|选填|可不填|required|optional)[)）\]】]|[*＊:：]+$")


class TableUnreadable(Invalid):
    """A whole file cannot be read as a table; facts name file, sheet, line, field and mend."""

    code = "table.unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    ``required``: the column must be there, and each row must fill it; ``present``: it must be
    there, but a row may leave it blank. A blank gives ``default``. ``spans``: a cell merged over
    several rows holds for each of them; in other columns a merged cell is refused, since nobody
    can say what it is the amount of.
    """

    key: str
    zh: str
    en: str
    kind: Kind
    words: tuple[str, ...] = ()
    required: bool = False
    present: bool = False
    default: Any = None
    spans: bool = False
    width: int | None = None  # characters

    def header(self, language: Language) -> str:
        """Give the header in a language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A kind of table: its columns, and what its sheet is called.

    ``sheet_words`` are other names that its sheet may have.
    """

    key: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    sheet_words: tuple[str, ...] = ()
    _keys: dict[str, Column] = field(init=False, repr=False, compare=False)
    _sheets: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys: dict[str, Column] = {}
        for column in self.columns:
            for word in (column.key, column.zh, column.en, *column.words):
                if keys.setdefault(header_key(word), column) is not column:
                    raise ValueError(word)  # a header that could be two columns
        object.__setattr__(self, "_keys", keys)
        names = (self.key, self.zh, self.en, *self.sheet_words)
        object.__setattr__(self, "_sheets", frozenset(map(fold, names)))

    def column_of(self, header: str) -> Column | None:
        """Find the column that goes by a header, in either language."""
        return self._keys.get(header_key(header))

    def is_sheet(self, name: str) -> bool:
        """Say whether a sheet of this name holds the table."""
        return fold(name) in self._sheets

    def title(self, language: Language) -> str:
        """Give the name of its sheet in a language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Row:
    """A good row: its values by column key, and where it stands (``line`` from 1).

    ``cells`` are all that stand in it, in columns that nobody knows, too.
    """

    values: Mapping[str, Any]
    sheet: str
    line: int
    cells: Sequence[Cell] = field(default=(), compare=False, repr=False)

    @property
    def said(self) -> str:
        """The words of all its cells."""
        return " ".join(words for cell in self.cells if (words := words_of(cell)))

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with one cell; its row was left out, the others were read.

    ``column`` is the header as it is written in the file, ``value`` what stands in the cell;
    ``mend`` is English, a text of ``code`` exists in every language and is filled by `facts`.
    """

    code: str
    sheet: str
    line: int
    column: str
    value: str
    mend: str
    more: Mapping[str, str | int] = field(default_factory=dict)
    said: str = field(default="", compare=False, repr=False)  # the words of the whole row

    @property
    def facts(self) -> dict[str, str | int]:
        """What fills its text in a language."""
        return {
            **self.more,
            "sheet": self.sheet,
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "mend": self.mend,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A table that was read: good rows, findings, and headers that nobody knows.

    ``columns`` are the keys of those that are there: elsewhere a row has the default.
    """

    file: str
    sheet: str
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = ()
    ignored: tuple[str, ...] = ()
    columns: frozenset[str] = frozenset()


def header_key(header: str) -> str:
    """Fold a header: width, case, spaces, _ and notes such as （必填） do not matter."""
    return _ASIDE.sub("", fold(header)).replace("_", "")
