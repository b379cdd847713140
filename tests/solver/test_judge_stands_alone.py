import subprocess
import sys

PROGRAM = """
import sys
import solver.check
print(*(name for name in sys.modules if name.split(".")[0] in ("ortools", "solver")))
"""

# What problems mean, beside the judge itself.
KNOWN = ("solver", "solver.check", "solver.plan", "solver.problem", "solver.tariff")


def test_the_judge_knows_neither_engine_nor_ortools_nor_the_engines_figures() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    strange = [
        name
        for name in run.stdout.split()
        if name not in KNOWN and not name.startswith("solver.rules")
    ]
    assert strange == []
