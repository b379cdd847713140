"""Jobs side by side, each in a thread of its own: compiled code does not hold the lock."""

import threading
import time
from collections.abc import Callable, Sequence

LOOK_S = 0.05


def side_by_side(
    jobs: Sequence[Callable[[], None]],
    *,
    halt: threading.Event,
    look: Callable[[], None] = lambda: None,
) -> None:
    """Run jobs to their end; the first failure halts the others and is raised here.

    ``look`` is called from this thread now and then meanwhile.
    """
    failures: list[BaseException] = []

    def guarded(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as failure:  # noqa: BLE001 - raised by the caller below
            failures.append(failure)
            halt.set()

    workers = [threading.Thread(target=guarded, args=(job,), daemon=True) for job in jobs]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        look()
        workers[0].join(LOOK_S) if workers[0].is_alive() else time.sleep(LOOK_S / 5)
    if failures:
        raise failures[0]
