import bz2
import gzip
from pathlib import Path

import pytest

from geodata.district import DistrictUnreadable
from geodata.extracts.extract import check_archive, check_extract
from geodata.extracts.osm import import_osm

PLAIN = b'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6"></osm>'


def _refused(file: Path, most: int = 1 << 20) -> DistrictUnreadable:
    with pytest.raises(DistrictUnreadable) as refused:
        check_extract(file, most)
    assert refused.value.facts["file"] == str(file)
    assert refused.value.facts["mend"]
    return refused.value


@pytest.mark.parametrize("cut", [3, 40, 200, 100_000])
def test_a_cut_extract_is_refused_with_the_byte_where_it_breaks(
    helsinki_file: Path, tmp_path: Path, cut: int
) -> None:
    file = tmp_path / "cut.osm.pbf"
    file.write_bytes(helsinki_file.read_bytes()[:cut])
    refusal = _refused(file, 1 << 30)
    assert refusal.code == "map.unreadable"
    assert "breaks off" in str(refusal.facts["reason"])
    assert "byte" in str(refusal.facts["reason"])


def test_a_whole_extract_passes(helsinki_file: Path) -> None:
    check_extract(helsinki_file)


def test_an_extract_larger_than_allowed_is_refused_before_it_is_unpacked(
    helsinki_file: Path,
) -> None:
    assert _refused(helsinki_file, 1000).code == "map.too-large"


@pytest.mark.parametrize(
    "spoilt", [b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"PK\x03\x04 no map"]
)
def test_bytes_that_are_no_blobs_are_refused(tmp_path: Path, spoilt: bytes) -> None:
    file = tmp_path / "x.osm.pbf"
    file.write_bytes(spoilt * 20)
    assert _refused(file).code == "map.unreadable"


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?><!DOCTYPE osm SYSTEM "file:///etc/passwd"><osm/>',  # external
        b'<?xml version="1.0"?><!--' + b"x" * (1 << 20) + b"--><!DOCTYPE osm [<!ENTITY a 'b'>]>",
    ],
    ids=["external", "behind a comment of a megabyte"],
)
def test_entities_are_refused_wherever_they_are_declared(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.osm"
    file.write_bytes(content)
    assert _refused(file, 1 << 22).code == "map.entities"


@pytest.mark.parametrize(
    "content",
    [
        '<?xml version="1.0"?><!DOCTYPE osm><osm/>'.encode("utf-16"),  # hides from byte searches
        b'<?xml version="1.0" encoding="UTF-7"?><osm/>',  # so does this
        b"just words",
    ],
)
def test_other_encodings_are_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.osm"
    file.write_bytes(content)
    assert _refused(file).code == "map.unreadable"


@pytest.mark.parametrize(("pack", "suffix"), [(gzip.compress, "gz"), (bz2.compress, "bz2")])
def test_a_bomb_is_refused_while_it_unpacks(tmp_path: Path, pack: object, suffix: str) -> None:
    assert callable(pack)
    file = tmp_path / f"x.osm.{suffix}"
    file.write_bytes(pack(PLAIN + b" " * (8 << 20)))
    assert file.stat().st_size < 20_000
    assert _refused(file).code == "map.too-large"
    file.write_bytes(pack(PLAIN)[:-12])
    assert _refused(file).code == "map.unreadable"


def test_other_kinds_of_file_are_named(tmp_path: Path) -> None:
    file = tmp_path / "x.osc"
    file.write_bytes(PLAIN)
    assert _refused(file).code == "map.kind-unknown"


def test_no_archive_is_no_archive(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(b"PK nothing")
    with pytest.raises(DistrictUnreadable, match=r"layers\.unreadable"):
        check_archive(file)


def test_a_packed_map_is_imported(tmp_path: Path) -> None:
    file = tmp_path / "x.osm.gz"
    file.write_bytes(gzip.compress(PLAIN))
    with pytest.raises(DistrictUnreadable, match=r"map\.no-ways"):
        import_osm(file, "Nowhere")
