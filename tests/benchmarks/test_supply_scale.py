import json

from benchmarks.supply_scale import main


def test_a_small_day_is_added_up_weighed_and_ordered() -> None:
    said: list[str] = []
    assert main(["--lists", "40", "--lines", "3"], said.append) == 0
    found = json.loads(said[0])
    assert found["lines"] == 120
    assert found["orders"] >= 1
    assert set(found["seconds"]) >= {"aggregate", "read", "weigh", "write"}
