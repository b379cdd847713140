"""Matrices kept on disk by what they were computed from."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

MAGIC = b"supplyloop-matrix-1\n"
_SUM_BYTES = hashlib.sha256().digest_size
_WORD = np.dtype("<i4")
_DEFAULT_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The digest of all that went into a matrix, and its number of stops."""

    digest: str
    stops: int


class MatrixStore:
    """A folder of matrices; the longest unused go first when it grows too large.

    A file is written beside its place and moved there, so that a reader or another writer meets
    the whole file or none. A damaged file counts as none and is removed.
    """

    def __init__(
        self, folder: str | os.PathLike[str], *, most_bytes: int = _DEFAULT_BYTES
    ) -> None:
        self.folder = Path(folder)
        self.most_bytes = most_bytes

    def find(self, key: Key) -> tuple[Ints, Ints] | None:
        """Give seconds and metres, or None where they are not kept."""
        file = self._file(key)
        try:
            found = file.read_bytes()
            os.utime(file)
        except FileNotFoundError:
            return None
        body = found[len(MAGIC) + _SUM_BYTES :]
        proper = MAGIC + hashlib.sha256(key.digest.encode() + body).digest()
        if not found.startswith(proper) or len(body) != 2 * key.stops**2 * _WORD.itemsize:
            file.unlink(missing_ok=True)
            return None
        shape = (2, key.stops, key.stops)
        both = np.frombuffer(body, dtype=_WORD).reshape(shape).astype(np.int64)
        return both[0], both[1]

    def keep(self, key: Key, duration_s: Ints, distance_m: Ints) -> None:
        """Keep a matrix whose numbers fit 32 bits; make room for it."""
        both = np.stack([duration_s, distance_m])
        if both.size and int(both.max()) > np.iinfo(_WORD).max:
            return
        body = both.astype(_WORD).tobytes()
        proper = hashlib.sha256(key.digest.encode() + body).digest()
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(MAGIC + proper + body)
            Path(made).replace(self._file(key))
        finally:
            Path(made).unlink(missing_ok=True)
        self._make_room()

    def _file(self, key: Key) -> Path:
        return self.folder / f"{key.digest}.matrix"

    def _make_room(self) -> None:
        kept = []
        for file in self.folder.glob("*.matrix"):
            try:
                facts = file.stat()
            except FileNotFoundError:  # another process made room
                continue
            kept.append((facts.st_mtime_ns, facts.st_size, file))
        size = sum(one[1] for one in kept)
        for _, bytes_, file in sorted(kept):
            if size <= self.most_bytes:
                return
            file.unlink(missing_ok=True)
            size -= bytes_
