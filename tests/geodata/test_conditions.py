import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.access import barrier_passage, is_judged, way_passage
from geodata.conditions import judge

VAN = {"weight": 2.5, "width": 2.0, "height": 2.0, "axles": 2}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no @ (weight>3.5)", ""),  # for lorries
        ("no @ (weight>2)", "no"),  # for a van, too
        ("no @ weight >= 2.5 t", "no"),  # without brackets, with a unit
        ("yes @ delivery", "yes"),  # that is what a loop does
        ("no @ (weight>2); yes @ (delivery)", "yes"),  # of those that hold the last counts
        ("yes @ (delivery); no @ (weight>2)", "no"),
        ("yes @ (delivery AND weight<2)", ""),  # both have to hold
        ("yes @ (delivery and width<=2 m)", "yes"),
        ("no @ (axles=3)", ""),  # two axles
        ("", ""),  # nothing said
        ("no @ (07:00-09:00)", None),  # hangs on the time
        ("yes @ (delivery AND 06:00-10:00)", None),  # partly
        ("no @ (weight>3.5); no @ (Su)", None),  # one of two
        ("no @ (length>10)", None),  # nobody says how long ours are
        ("yes @ (permit)", None),  # who has one is known to the run, not to the map
        ("no", None),  # no condition at all
        ("no @ (winter)", None),  # anything else
    ],
)
def test_a_condition_is_judged_if_it_hangs_on_weight_size_or_errand(
    text: str, value: str | None
) -> None:
    assert judge(text, VAN) == value


@given(limit=st.decimals(min_value=0, max_value=50, places=2, allow_nan=False))
def test_a_limit_keeps_out_what_is_above_it_and_nothing_else(limit: object) -> None:
    over = judge(f"no @ (weight>{limit})", VAN)
    assert over == ("no" if VAN["weight"] > float(str(limit)) else "")
    assert judge(f"no @ (weight<={limit})", VAN) == ("" if over else "no")


@given(st.text(alphabet="nyoes @();<>=.0123456789andweightdelivery", max_size=60))
def test_whatever_stands_there_is_judged_or_left(text: str) -> None:
    value = judge(text, VAN)
    assert value is None or value == "" or value in text


@pytest.mark.parametrize(
    ("tags", "allowed"),
    [
        ({"motor_vehicle:conditional": "no @ (weight>3.5)"}, "foot bike van"),  # for lorries
        ({"motor_vehicle:conditional": "no @ (weight>2)"}, "foot bike"),
        ({"motor_vehicle": "no", "motor_vehicle:conditional": "yes @ delivery"}, "foot bike van"),
        ({"motor_vehicle": "no", "goods:conditional": "yes @ (weight<3.5)"}, "foot bike van"),
        ({"vehicle:conditional": "no @ (width>0.6)"}, "foot"),  # all that has wheels
        ({"access": "no", "access:conditional": "yes @ destination"}, "foot bike van"),
        ({"motor_vehicle": "no", "motor_vehicle:conditional": "yes @ (Su)"}, "foot bike"),  # told
        ({"bicycle:conditional": "no @ (weight>3.5)"}, "foot bike van"),  # no bike weighs so much
    ],
)
def test_conditions_hold_for_the_traffic_they_name(tags: dict[str, str], allowed: str) -> None:
    way = way_passage({"highway": "residential"} | tags)
    assert way is not None
    gate = barrier_passage({"barrier": "gate"} | tags)
    assert way == gate
    assert " ".join(kind for kind in ("foot", "bike", "van") if getattr(way, kind)) == allowed


def test_a_key_is_judged_if_it_is_for_all_whom_it_binds() -> None:
    assert is_judged({"access:conditional": "no @ (weight>3.5)"}, "access:conditional")
    assert not is_judged({"foot:conditional": "no @ (22:00-06:00)"}, "foot:conditional")
    assert not is_judged({"oneway:conditional": "yes @ (weight>3.5)"}, "oneway:conditional")
