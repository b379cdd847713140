"""The service as a process of its own that need not load all its modules first (some seconds)."""

import multiprocessing
import os
import sys
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["api.cli", "api.serving"])


def serve(port: int, url: str, log: Path) -> BaseProcess:
    """Start ``supplyloop serve`` on a port and a database; what it says goes into a file.

    The process is forked from one that only loaded the modules: as good as started by itself.
    """
    words = ["serve", "--port", str(port), "--database", url]
    process = _FORKS.Process(target=_run, args=(words, str(log)))
    process.start()
    return process


def _run(words: list[str], log: str) -> None:
    os.environ["TZ"] = "UTC"
    time.tzset()
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for stream in (1, 2):
        os.dup2(file, stream)
    sys.argv = ["supplyloop", *words]
    from api.cli import main  # noqa: PLC0415  loaded already where this is forked from

    main()
