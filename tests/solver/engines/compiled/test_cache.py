"""Where compiled code is kept."""

import subprocess
import sys
from pathlib import Path

import pytest

from solver.engines.compiled.cache import folder, sources


@pytest.fixture
def no_folder(tmp_path: Path) -> Path:
    """A path that nothing can be made under, whoever runs the tests."""
    file = tmp_path / "file"
    file.touch()
    return file


def test_a_chosen_folder_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "chosen"))
    assert folder() == tmp_path / "chosen" / f"numba-{sources()}"
    assert not (tmp_path / "chosen").exists()


def test_it_falls_back_to_the_users_own(tmp_path, monkeypatch, no_folder):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(no_folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert folder() == tmp_path / "cache" / "supplyloop" / f"numba-{sources()}"


def test_without_any_folder_nothing_is_kept(monkeypatch, no_folder):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(no_folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(no_folder))
    assert folder() is None


def test_compiled_code_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    program = (
        "import numpy as np\n"
        "from solver.engines.compiled.chance import drawn\n"
        "drawn(np.uint64(3))\n"
        "print(sum(drawn.stats.cache_hits.values()))\n"
    )
    hits = [
        subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True
        ).stdout.strip()
        for _ in range(2)
    ]
    assert hits == ["0", "1"]


def test_asking_loads_no_compiler():
    program = "import sys, solver.search; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
