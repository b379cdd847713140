import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.places import Place
from logistics.domain.registry import floor_of, natural
from logistics.exchange.registry_doors import Doors, room_of
from logistics.exchange.registry_labels import short_label
from logistics.exchange.tables import BadCell
from tests.logistics.registry.conftest import MAP

DOORS = Doors(
    [
        Place(id=p.id, district_id="d", parent_id=p.parent_id, kind=p.kind, code=p.code,
              name_zh=p.name_zh, name_en=p.name_en, lon=p.lon, lat=p.lat, levels=p.levels)
        for p in MAP
    ],
    {},
)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"compound": "春江花园", "building": "1", "unit": "1", "room": "301"}, "KX-01-01-1-301"),
        ({"compound": "KX-01", "building": "1幢", "unit": "2单元", "room": "0301室"},
         "KX-01-01-2-301"),  # words and zeros
        ({"compound": "春江花园", "building": "一", "unit": "二", "room": "三零一"},
         "KX-01-01-2-301"),
        ({"address": "春江花园1幢2单元301"}, "KX-01-01-2-301"),  # in one column
        ({"address": "1-2-301", "compound": "春江花园"}, "KX-01-01-2-301"),
        ({"address": "KX-01-01-1", "room": "301"}, "KX-01-01-1-301"),  # a stairwell's code
        ({"address": "春江花园1幢", "unit": "2单元", "room": "301"}, "KX-01-01-2-301"),
        ({"compound": "春江花园", "building": "2", "room": "201"}, "KX-01-02-1-201"),  # only one
        ({"compound": "春江花园", "building": "1", "unit": "1", "room": "301-2"},
         "KX-01-01-1-301.2"),  # the second household of a flat
        ({"compound": "春江花园", "building": "1", "unit": "1", "room": "301", "within": 2},
         "KX-01-01-1-301.2"),
        ({"compound": "笕桥村", "building": "12号"}, "KX-02-12-1-ALL"),  # a house of a village
        ({"compound": "春江花园", "building": "2", "unit": "1", "kind": "collective"},
         "KX-01-02-1-ALL"),  # a site
    ],
)  # fmt: skip
def test_a_row_leads_to_its_door(values, code):
    assert DOORS.door(values).code == code


@pytest.mark.parametrize(
    ("values", "why", "part"),
    [
        ({"building": "1", "unit": "1", "room": "301"}, "compound-unsaid", "compound"),
        ({"compound": "没有", "building": "1", "unit": "1", "room": "301"},
         "compound-unknown", "compound"),
        ({"compound": "春江花园", "building": "9", "unit": "1", "room": "301"},
         "building-unknown", "building"),
        ({"compound": "春江花园", "building": "1", "unit": "7", "room": "301"},
         "unit-unknown", "unit"),
        ({"compound": "春江花园", "building": "1", "room": "301"}, "unit-unsaid", "unit"),
        ({"compound": "春江花园", "building": "1", "unit": "1"}, "room-missing", "room"),
        ({"compound": "春江花园", "building": "1", "unit": "1", "room": "hello"},
         "room-invalid", "room"),
        ({"address": "春江花园底商3号"}, "building-unsaid", "address"),
    ],
)  # fmt: skip
def test_a_row_that_leads_nowhere_names_its_column(values, why, part):
    with pytest.raises(BadCell) as refusal:
        DOORS.door(values)
    assert refusal.value.code == f"registry.{why}"
    assert refusal.value.facts["part"] == part


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("王小明", "王"),
        ("欧阳小明", "欧阳"),  # a surname of two characters
        ("王XM", "王XM"),  # initials stay
        ("王阿姨", "王"),
        ("张**", "张"),
        ("Li Xiaoming", "Li X"),
        ("王13812345678", "王"),  # a phone is never kept
        ("330102199001011234", ""),
    ],
)
def test_of_a_name_no_more_than_the_surname_is_kept(said, label):
    assert short_label(said)[0] == label
    assert short_label(label) == (label, False)


@given(said=st.text(max_size=20))
def test_what_is_kept_of_a_name_stays_as_it_is(said):
    label, _ = short_label(said)
    assert short_label(label) == (label, False)
    assert len(label) <= 16
    assert not any(char.isdigit() for char in label)


@pytest.mark.parametrize(
    ("room", "floor"), [("501", 5), ("1203", 12), ("501B", 5), ("B1", None), ("ALL", None)]
)
def test_a_room_says_its_floor(room, floor):
    assert floor_of(room) == floor


def test_a_room_is_read_in_many_ways():
    assert [room_of(said) for said in ("５０１", "501房", "五零一", "501b", "501-2", "?")] == [
        "501", "501", "501", "501B", "501.2", None,
    ]  # fmt: skip


def test_codes_are_ordered_as_people_count():
    assert sorted(["KX-10", "KX-2", "KX-2-1"], key=natural) == ["KX-2", "KX-2-1", "KX-10"]
