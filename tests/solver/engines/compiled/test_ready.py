"""Whether the search is compiled, and who compiles it."""

import gc
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from solver.engines.compiled import ready
from solver.engines.compiled.ready import (
    compile_all,
    compile_beside,
    is_being_compiled,
    is_ready,
)

HOLD = """
import fcntl, sys
lock = open(sys.argv[1] + "/begun", "a")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.readline()
open(sys.argv[1] + "/" + sys.argv[2], "w").close()
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(ready, "PLAIN_CACHE", tmp_path)
    return tmp_path


@contextmanager
def somebody_compiling(cache: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until it is told to be done, or is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(cache), ready.stamp()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def compiling_threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "compiling"]


@pytest.mark.usefixtures("cache")
def test_nothing_is_ready_where_nothing_was_compiled() -> None:
    assert not is_ready()
    assert not is_being_compiled()


def test_who_compiles_is_seen_until_it_ends(cache: Path) -> None:
    with somebody_compiling(cache):
        assert is_being_compiled()
    assert not is_being_compiled()


def test_a_compile_that_was_killed_blocks_nobody(cache: Path) -> None:
    with somebody_compiling(cache) as process:
        process.kill()
        process.wait()
        assert (cache / "begun").exists()
        assert not is_being_compiled()


def test_compiling_waits_for_who_compiles_already(cache: Path) -> None:
    with somebody_compiling(cache) as process:
        waiting = threading.Thread(target=compile_all)
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        assert process.stdin is not None
        process.stdin.write("done\n")
        process.stdin.flush()
        waiting.join(60)
        assert not waiting.is_alive()
    assert is_ready()


@pytest.mark.usefixtures("cache")
def test_nobody_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    # A program that ends at once in place of a minute of compiling.
    monkeypatch.setattr(sys, "executable", shutil.which("true"))
    compile_beside()
    for thread in compiling_threads():
        thread.join(10)
    gc.collect()  # a process that nobody waited for would warn here
    assert compiling_threads() == []


def test_what_cannot_be_begun_is_told_and_the_solve_goes_on(
    cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", str(cache / "missing"))
    compile_beside()
    assert "cannot be compiled" in caplog.text


def test_nothing_is_begun_while_somebody_compiles(
    cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with somebody_compiling(cache):
        monkeypatch.setattr(sys, "executable", str(cache / "missing"))
        compile_beside()
    assert caplog.text == ""


def compiled_of(place: Path, letter: str) -> Path:
    made = place / f"numba-{letter * 16}"
    made.mkdir()
    (made / "code").touch()
    return made


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The kernel's folder and that of all, in a place where compiling takes no time."""
    both = compiled_of(tmp_path, "a"), compiled_of(tmp_path, "b")
    monkeypatch.setattr(ready, "CACHE", both[0])
    monkeypatch.setattr(ready, "PLAIN_CACHE", both[1])
    monkeypatch.setattr(ready, "_compile", lambda: None)
    return both


def test_what_other_sources_left_goes_once_all_is_compiled(
    tmp_path: Path, beside: tuple[Path, Path]
) -> None:
    old, other = compiled_of(tmp_path, "c"), tmp_path / "numba-notes"
    other.mkdir()
    compile_all()
    assert is_ready()
    assert not old.exists()
    assert other.exists()
    assert all((folder / "code").exists() for folder in beside)


@pytest.mark.usefixtures("beside")
def test_nothing_goes_while_other_sources_are_compiled(tmp_path: Path) -> None:
    old, busy = compiled_of(tmp_path, "c"), compiled_of(tmp_path, "d")
    with somebody_compiling(busy):
        compile_all()
    assert is_ready()
    assert old.exists()
    assert busy.exists()


def test_code_for_another_processor_is_not_ready(
    beside: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_all()
    assert is_ready()
    monkeypatch.setattr(ready, "_processor", lambda: "another")
    assert not is_ready()
    assert (beside[1] / "code").exists()
