import pytest

from geodata.extracts.way_hours import in_hours, unread_conditions, way_hours


@pytest.mark.parametrize(
    ("tags", "hours", "unread"),
    [
        ({}, "", []),
        ({"opening_hours": "06:00-22:00"}, "06:00-22:00", []),  # a path through a park
        ({"access:conditional": "no @ (22:00-06:00)"}, "06:00-22:00", []),
        ({"access": "no", "access:conditional": "yes @ (Mo-Fr 07:00-09:00)"},
         "Mo-Fr 07:00-09:00", []),
        ({"opening_hours": "06:00-22:00", "bicycle": "no"}, "06:00-22:00", []),  # walkers only
        ({"opening_hours": "now and then!"}, "", ["opening_hours"]),  # nobody can read it
        # what holds for some traffic only is left
        ({"motor_vehicle:conditional": "no @ (07:00-09:00)"}, "", ["motor_vehicle:conditional"]),
        ({"motor_vehicle:conditional": "no @ (weight>3.5)"}, "", []),  # hangs on no time
        ({"access:conditional": "no @ (22:00-06:00)", "foot": "yes"}, "", ["access:conditional"]),
        ({"access:conditional": "no @ (22:00-06:00); yes @ (PH)"}, "", ["access:conditional"]),
        ({"access:conditional": "no @ (22:00-06:00)", "opening_hours": "24/7"}, "",
         ["opening_hours", "access:conditional"]),
        ({"access:conditional": "no @ (winter)"}, "", ["access:conditional"]),  # no hours
        ({"oneway:conditional": "yes @ (07:00-09:00)"}, "", ["oneway:conditional"]),
        ({"maxspeed:conditional": "30 @ (22:00-06:00)"}, "", []),  # says not who may pass
    ],
)  # fmt: skip
def test_hours_hold_where_they_bind_all_traffic(
    tags: dict[str, str], hours: str, unread: list[str]
) -> None:
    assert way_hours(tags) == hours
    assert unread_conditions(tags) == unread


def test_a_way_shut_but_in_its_hours_is_open_in_them() -> None:
    timed = {"access": "no", "access:conditional": "yes @ (07:00-09:00)"}
    assert "access" not in in_hours(timed)
    assert in_hours({"access": "no"}) == {"access": "no"}
    assert in_hours({"access": "private", "opening_hours": "24/7"})["access"] == "private"
