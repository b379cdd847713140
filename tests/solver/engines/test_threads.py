"""Jobs side by side: a failure halts all and is heard of."""

import threading

import pytest

from solver.engines.threads import side_by_side


class Broken(Exception):
    """What a job may raise."""


def test_all_jobs_are_done() -> None:
    done: list[int] = []
    side_by_side([lambda n=n: done.append(n) for n in range(4)], halt=threading.Event())
    assert sorted(done) == [0, 1, 2, 3]


def test_the_first_failure_halts_the_others_and_is_raised() -> None:
    halt = threading.Event()
    halted: list[bool] = []

    def fails() -> None:
        raise Broken

    with pytest.raises(Broken):
        side_by_side([fails, lambda: halted.append(halt.wait(60))], halt=halt)
    assert halted == [True]


def test_the_caller_may_look_and_halt_meanwhile() -> None:
    halt = threading.Event()
    here = threading.current_thread()
    looked: list[threading.Thread] = []

    def look() -> None:
        looked.append(threading.current_thread())
        halt.set()

    side_by_side([lambda: assert_set(halt)] * 2, halt=halt, look=look)
    assert set(looked) == {here}


def assert_set(halt: threading.Event) -> None:
    assert halt.wait(60)


def test_without_jobs_there_is_nothing_to_wait_for() -> None:
    side_by_side([], halt=threading.Event())
