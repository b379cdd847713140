"""One hostile day for all tests of a session that look at it."""

import pytest

from tests.loop.hostile_day import Desk, open_run, walk


@pytest.fixture(scope="session")
def hostile_day(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Walk the day once; what follows works on copies, or only reads."""
    desk = open_run(tmp_path_factory.mktemp("hostile"))
    walk(desk)
    return desk
