import pytest

from logistics.exchange.point_files import PointFileUnreadable, read_loads, read_spots


def written(tmp_path, text):
    file = tmp_path / "t.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_loads_of_one_stairwell_add_up(tmp_path):
    file = written(tmp_path, "stairwell,load\nKX-01-01-1,3\nKX-01-01-2,4\nKX-01-01-1,2\n")
    assert read_loads(file) == {"KX-01-01-1": 5, "KX-01-01-2": 4}


def test_spots_without_names_are_called_by_code(tmp_path):
    file = written(tmp_path, "\ufeffcode,name_zh,name_en,lon,lat\nC1,,,120.2,30.3\n")
    (spot,) = read_spots(file)
    assert (spot.code, spot.name_zh, spot.name_en) == ("C1", "C1", "C1")
    assert (spot.lon, spot.lat) == (120.2, 30.3)


@pytest.mark.parametrize(
    ("read", "text", "named"),
    [
        (read_loads, "stairwell,load\nA,3\nB,-4\n", (3, "load", "-4")),
        (read_loads, "stairwell,load\nA,three\n", (2, "load", "three")),
        (read_loads, "stairwell\nA\n", (1, "load", "")),
        (read_spots, "code,name_zh,name_en,lon,lat\nC,,,here,30\n", (2, "lon", "here")),
        (read_spots, "code,name_zh,name_en,lon,lat\nC,,,30,120\n", (2, "lat", "120")),
        (read_spots, "code,name_zh,name_en,lon,lat\nC,,,nan,12\n", (2, "lon", "nan")),
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path, read, text, named):
    with pytest.raises(PointFileUnreadable) as refused:
        read(written(tmp_path, text))
    facts = refused.value.facts
    assert (facts["line"], facts["field"], facts["value"]) == named
    assert facts["mend"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PointFileUnreadable) as refused:
        read_loads(tmp_path / "none.csv")
    assert "none.csv" in refused.value.facts["file"]


def test_headers_may_be_chinese_and_stand_under_a_title(tmp_path):
    file = written(tmp_path, "各单元件数\n单元,件数\nKX-01-01-1,3\n")
    assert read_loads(file) == {"KX-01-01-1": 3}


def test_a_formula_is_named(tmp_path):
    with pytest.raises(PointFileUnreadable) as refused:
        read_loads(written(tmp_path, "stairwell,load\n=A1,3\n"))
    assert (refused.value.facts["line"], refused.value.facts["value"]) == (2, "=A1")
