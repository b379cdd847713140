from datetime import time

import pytest

from logistics.domain.setup import Policy


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Mars/Olympus"},
        {"rooms_per_floor": 0},
        {"bag_weight_g": 0},
        {"urgent_permille": 600, "vulnerable_permille": 500},  # more than everybody
        {"wave_start": time(18), "wave_end": time(9)},
    ],
)
def test_a_policy_that_cannot_be_is_refused(wrong):
    with pytest.raises((ValueError, KeyError)):
        Policy(**wrong)


def test_a_policy_survives_being_written_down():
    policy = Policy(time_zone="Europe/Helsinki", wave_start=time(10, 15), leader_start=time(12))
    assert Policy.of_facts(policy.facts()) == policy


def test_facts_of_another_version_are_read_as_far_as_known():
    assert Policy.of_facts({"separation_s": 300, "moon": "full"}) == Policy(separation_s=300)
