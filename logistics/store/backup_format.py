"""The file of a backup: a zip of one JSON Lines file a table, and what they must come to.

A row is a JSON array in the order of the table's columns. Instants are ISO 8601 in UTC, truth is
0 or 1, JSON columns are the text that the database keeps, bytes are hexadecimal. Rows are ordered
by primary key (texts by code points), so the same rows give the same digest, whichever database
they came from. The manifest names version, revision, and each table's columns, rows and SHA-256.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from logistics.errors import Conflict, Invalid
from logistics.store.blueprint import ColumnShape, Kind

FORMAT = "supplyloop-backup"
FORMAT_VERSION = 1

_MANIFEST = "manifest.json"
_LEVEL = 4  # of deflate: nearly as small as 6, twice as fast
_LARGEST_MANIFEST = 4_000_000  # bytes; ours have some ten thousand
_AT_ONCE = 2_000
# made once: json.dumps() makes another for each row
_spell = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, json.JSONDecodeError)

Row = list[Any]


class BackupDamaged(Invalid):
    """A backup's file is cut off or changed; nothing was read from it."""

    code = "backup.damaged"


class NoBackup(Invalid):
    """The file is not one that ``db backup`` writes."""

    code = "backup.not-one"


class BackupTooNew(Conflict):
    """A newer version wrote the backup, in a form that this one does not know."""

    code = "backup.too-new"


class BackupThere(Conflict):
    """There is a file of this name; a backup never replaces one."""

    code = "backup.file-exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEntry:
    """A table in a backup; ``sha256`` is over its lines."""

    name: str
    columns: tuple[ColumnShape, ...]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds: written by which version, at which revision, when (UTC), from where."""

    product: str
    revision: str
    dialect: str
    at: datetime
    tables: tuple[TableEntry, ...]

    @property
    def rows(self) -> int:
        """Return the rows of all tables."""
        return sum(table.rows for table in self.tables)


class BackupWriter:
    """Takes tables one after the other, then the manifest."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    def table(
        self, name: str, columns: tuple[ColumnShape, ...], parts: Iterator[list[Row]]
    ) -> TableEntry:
        """Write the rows of a table as they come, in constant memory."""
        digest, count = hashlib.sha256(), 0
        with self._file.open(_member(name), "w", force_zip64=True) as member:
            for part in parts:
                lines = "".join([f"{_spell(row)}\n" for row in part]).encode()
                digest.update(lines)
                member.write(lines)
                count += len(part)
        return TableEntry(name=name, columns=columns, rows=count, sha256=digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Write what the tables must come to."""
        self._file.writestr(_MANIFEST, json.dumps(_spelt(manifest), ensure_ascii=False, indent=1))


class BackupReader:
    """An open backup whose manifest was understood."""

    def __init__(self, file: zipfile.ZipFile, path: Path) -> None:
        self._file, self._path = file, path
        self.manifest = _manifest(file, path)

    def verify(self) -> None:
        """Read the whole file through.

        Raises
        ------
        BackupDamaged
            If a table's rows are not those that were written; it names the table.
        """
        for entry in self.manifest.tables:
            for _ in self.parts(entry):
                pass

    def parts(self, entry: TableEntry) -> Iterator[list[Row]]:
        """Read a table's rows, some at once.

        Raises
        ------
        BackupDamaged
            If they are not those that were written; found at the last of them at the latest.
        """
        digest, count = hashlib.sha256(), 0
        try:
            with self._file.open(_member(entry.name)) as member:
                while lines := _lines(member):
                    digest.update(b"".join(lines))
                    count += len(lines)
                    yield self._rows(lines, entry)
        except (*_BROKEN, KeyError) as fault:
            raise BackupDamaged(path=str(self._path), table=entry.name) from fault
        if (count, digest.hexdigest()) != (entry.rows, entry.sha256):
            raise BackupDamaged(path=str(self._path), table=entry.name)

    def _rows(self, lines: list[bytes], entry: TableEntry) -> list[Row]:
        rows: list[Row] = json.loads(b"[%s]" % b",".join(lines))
        width = len(entry.columns)
        if len(rows) != len(lines) or not all(
            type(row) is list and len(row) == width and _PLAIN.issuperset(map(type, row))
            for row in rows
        ):
            raise BackupDamaged(path=str(self._path), table=entry.name)
        return rows


_PLAIN = {str, int, float, type(None)}


@contextmanager
def writing(path: Path) -> Iterator[BackupWriter]:
    """Open a new backup that only its owner may read; it has its name once it is whole.

    Raises
    ------
    BackupThere
        If there is a file of this name.
    OSError
        If the folder cannot be written to.
    """
    if path.exists():
        raise BackupThere(path=str(path))
    partly = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(partly, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as file:
                yield BackupWriter(file)
            raw.flush()
            os.fsync(raw.fileno())
        partly.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            partly.unlink()
        raise
    _settle(path.parent)


@contextmanager
def reading(path: Path) -> Iterator[BackupReader]:
    """Open a backup.

    Raises
    ------
    NoBackup
        If it is another kind of file.
    BackupDamaged
        If it is cut off or changed.
    BackupTooNew
        If a newer version wrote it in another form.
    OSError
        If there is no such file.
    """
    with path.open("rb") as raw:
        if raw.read(4) != b"PK\x03\x04":
            raise NoBackup(path=str(path))
        try:
            file = zipfile.ZipFile(raw)
        except zipfile.BadZipFile as fault:  # its end, which lists what is in it, is missing
            raise BackupDamaged(path=str(path), table="") from fault
        with file:
            yield BackupReader(file, path)


def _settle(folder: Path) -> None:
    """Make the file's name last, too, if the power goes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _lines(member: IO[bytes]) -> list[bytes]:
    lines: list[bytes] = []
    while len(lines) < _AT_ONCE and (line := member.readline()):
        lines.append(line)
    return lines


def _spelt(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "product": manifest.product,
        "revision": manifest.revision,
        "dialect": manifest.dialect,
        "at": manifest.at.isoformat(),
        "tables": [
            {
                "name": table.name,
                "columns": [[column.name, column.kind.value] for column in table.columns],
                "rows": table.rows,
                "sha256": table.sha256,
            }
            for table in manifest.tables
        ],
    }


def _manifest(file: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        if file.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
            raise NoBackup(path=str(path))
        said = json.loads(file.read(_MANIFEST))
    except KeyError as fault:
        raise NoBackup(path=str(path)) from fault
    except _BROKEN as fault:
        raise BackupDamaged(path=str(path), table=_MANIFEST) from fault
    if not isinstance(said, Mapping) or said.get("format") != FORMAT:
        raise NoBackup(path=str(path))
    if said.get("format_version") != FORMAT_VERSION:
        raise BackupTooNew(path=str(path), product=str(said.get("product", "")))
    try:
        return Manifest(
            product=str(said["product"]),
            revision=str(said["revision"]),
            dialect=str(said["dialect"]),
            at=datetime.fromisoformat(said["at"]),
            tables=tuple(_entry(one) for one in said["tables"]),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise BackupDamaged(path=str(path), table=_MANIFEST) from fault


def _entry(said: Mapping[str, Any]) -> TableEntry:
    return TableEntry(
        name=str(said["name"]),
        columns=tuple(ColumnShape(str(name), Kind(kind)) for name, kind in said["columns"]),
        rows=int(said["rows"]),
        sha256=str(said["sha256"]),
    )
