"""The service's end, heard of before it waits for its listeners.

Notes
-----
A server that is told to end first waits for open requests, and a stream of events is one for as
long as somebody listens. Streams and workers therefore hear of the signal itself; the server's
own handler is called after.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def hearing_the_end(told: Callable[[], None]) -> Iterator[None]:
    """Tell of a signal that ends the process, then leave it to who was listening before.

    Elsewhere than in the main thread no signal is heard: who runs the service there ends it
    otherwise.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def hear(number: int, frame: FrameType | None) -> None:
        told()
        earlier = before[signal.Signals(number)]
        if callable(earlier):
            earlier(number, frame)

    heard = [number for number, earlier in before.items() if callable(earlier)]
    for number in heard:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])
