"""Look at a map file before any parser does: whole, of a known kind, no bomb, no entities."""

import bz2
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from xml.parsers import expat

from geodata.district import DistrictUnreadable

MOST_UNPACKED = 4 << 30
"""Bytes that a map may come to when unpacked: a large city has about one thousandth of them."""
_KINDS = (".osm.pbf", ".pbf", ".osm.gz", ".osm.bz2", ".osm", ".osm.xml")
_CHUNK = 1 << 20
# https://wiki.openstreetmap.org/wiki/PBF_Format: the format's own limits
_MOST_HEADER = 64 << 10
_MOST_BLOB = 32 << 20
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_FETCH_AGAIN = "fetch the extract again; it must be .osm.pbf or .osm and complete"
_CUT_OUT = "cut the district out first, for example with 'osmium extract --bbox'"


def check_extract(file: Path, most_unpacked: int = MOST_UNPACKED) -> None:
    """Refuse a file that is no whole and harmless extract, before it is parsed.

    Raises
    ------
    DistrictUnreadable
        If the file is missing, empty, of another kind, breaks off, declares entities, or would
        unpack to more than allowed.
    """
    if not file.is_file():
        raise DistrictUnreadable(
            "map.missing", file=str(file), mend="name an extract (.osm.pbf or .osm) that exists"
        )
    name = file.name.lower()
    if not name.endswith(_KINDS):
        raise DistrictUnreadable(
            "map.kind-unknown", file=str(file), mend="use one of " + ", ".join(_KINDS)
        )
    if file.stat().st_size == 0:
        raise _unreadable(file, "the file is empty")
    if name.endswith(".pbf"):
        _check_blobs(file, most_unpacked)
    else:
        _check_xml(file, most_unpacked)


def check_archive(file: Path, most_unpacked: int = MOST_UNPACKED) -> None:
    """Refuse a zip archive that leads out of its folder or would unpack to more than allowed.

    Raises
    ------
    DistrictUnreadable
        If it does, or is no archive.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (OSError, zipfile.BadZipFile) as fault:
        raise DistrictUnreadable(
            "layers.unreadable", file=str(file), reason=str(fault), mend="pack the layers again"
        ) from fault
    for member in members:
        if member.filename.startswith(("/", "\\")) or ".." in Path(member.filename).parts:
            raise DistrictUnreadable(
                "layers.archive-unsafe",
                file=str(file),
                member=member.filename,
                mend="pack the layers without paths that lead out of the archive",
            )
    unpacked = sum(member.file_size for member in members)
    if unpacked > most_unpacked:
        raise _too_large(file, unpacked, most_unpacked, mend="pack fewer or smaller layers")


def _unreadable(file: Path, reason: str) -> DistrictUnreadable:
    return DistrictUnreadable("map.unreadable", file=str(file), reason=reason, mend=_FETCH_AGAIN)


def _too_large(
    file: Path, unpacked: int, most_unpacked: int, mend: str = _CUT_OUT
) -> DistrictUnreadable:
    return DistrictUnreadable(
        "map.too-large", file=str(file), bytes=unpacked, most=most_unpacked, mend=mend
    )


def _check_xml(file: Path, most_unpacked: int) -> None:
    """Scan all of the text: in XML ``<`` stands only where markup begins."""
    size, tail = 0, b""
    try:
        for chunk in _unpacked(file):
            if size == 0:
                _check_beginning(file, chunk)
            size += len(chunk)
            if size > most_unpacked:
                raise _too_large(file, size, most_unpacked)
            if any(word in tail + chunk for word in _FORBIDDEN):
                raise DistrictUnreadable(
                    "map.entities",
                    file=str(file),
                    mend="take a map without DOCTYPE and ENTITY; OpenStreetMap's have none",
                )
            tail = chunk[-len(_FORBIDDEN[0]) :]
    except (OSError, EOFError, zlib.error) as fault:
        raise _unreadable(file, str(fault)) from fault


def _check_beginning(file: Path, chunk: bytes) -> None:
    if chunk.startswith(_WIDE_MARKS):
        raise _unreadable(file, "the text is not UTF-8")
    begin = chunk.removeprefix(b"\xef\xbb\xbf").lstrip()
    declared, _, _ = begin.partition(b"?>")
    if begin.startswith(b"<?xml") and b"encoding" in declared:
        _, _, encoding = declared.partition(b"encoding")
        word = encoding.strip(b" =\t\r\n").strip(b"\"'").split(b'"')[0].split(b"'")[0]
        if word.lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
            raise _unreadable(file, f"the text is {word[:40].decode('ascii', 'replace')}")
    if not begin.startswith((b"<?xml", b"<osm", b"<!--")):
        raise _unreadable(file, "it does not begin like OpenStreetMap's XML")


def _unpacked(file: Path) -> Iterator[bytes]:
    name = file.name.lower()
    unpack = gzip.open if name.endswith(".gz") else bz2.open if name.endswith(".bz2") else open
    with unpack(file, "rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def node_at(file: Path, said: str) -> str:
    """Find the first node of an XML extract whose longitude or latitude reads so; empty if none.

    Osmium refuses such a file without saying which node it is.
    """
    found: list[str] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if name == "node" and said in (attributes.get("lon"), attributes.get("lat")):
            found.append(attributes.get("id", ""))

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    try:
        for chunk in _unpacked(file):
            parser.Parse(chunk)
            if found:
                break
    except expat.ExpatError:  # no whole XML either; it is refused in any case
        return ""
    return next(iter(found), "")


def _check_blobs(file: Path, most_unpacked: int) -> None:
    """Walk from blob to blob, so that a break is told with its place."""
    size = file.stat().st_size
    unpacked = 0
    with file.open("rb") as stream:
        while (at := stream.tell()) < size:
            kind, length = _blob_header(file, stream, at)
            if at == 0 and kind != b"OSMHeader":
                raise _unreadable(file, "it does not begin like OpenStreetMap's PBF")
            begin = stream.tell()
            if begin + length > size:
                raise _unreadable(file, f"breaks off within the blob at byte {at}")
            unpacked += _raw_size(stream.read(min(length, 64)), length)
            if unpacked > most_unpacked:
                raise _too_large(file, unpacked, most_unpacked)
            stream.seek(begin + length)


def _blob_header(file: Path, stream: BufferedReader, at: int) -> tuple[bytes, int]:
    head = stream.read(4)
    length = int.from_bytes(head, "big")
    if len(head) == 4 and not 0 < length <= _MOST_HEADER:  # noqa: PLR2004  a word of four bytes
        raise _unreadable(file, f"no blob begins at byte {at}")
    body = stream.read(length)
    if len(head) < 4 or len(body) < length:  # noqa: PLR2004
        raise _unreadable(file, f"breaks off within the blob header at byte {at}")
    try:
        fields = dict(_fields(body))
        kind, size = fields[1], fields[3]
    except (IndexError, KeyError) as fault:
        raise _unreadable(file, f"no blob begins at byte {at}") from fault
    if not isinstance(kind, bytes) or not isinstance(size, int) or size > _MOST_BLOB:
        raise _unreadable(file, f"the blob at byte {at} is larger than the format allows")
    return kind, size


def _raw_size(begin: bytes, length: int) -> int:
    """Read what a blob says of its unpacked size; the parser unpacks no more than that."""
    try:
        for number, value in _fields(begin):
            if number == 2 and isinstance(value, int):  # noqa: PLR2004  raw_size, by the format
                return value
    except IndexError:  # the field comes after the data, or there is none
        return length
    return length


def _fields(body: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Read the fields of a protobuf message: numbers, and strings of bytes."""
    at = 0
    while at < len(body):
        key, at = _varint(body, at)
        value, at = _varint(body, at)
        if key & 7 == 2:  # noqa: PLR2004  the wire type of strings
            yield key >> 3, body[at : at + value]
            at += value
        else:
            yield key >> 3, value


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = body[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004  the last byte of a number
            return value, at
