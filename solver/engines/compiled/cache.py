"""Where compiled code is kept: beside the modules, or with the user where those are read-only.

Nothing here loads the compiler, so that a small command may ask whether compiled code is at hand.
"""

import hashlib
import os
from importlib import metadata
from pathlib import Path

_HERE = Path(__file__).parent
_PLAIN = _HERE.parent / "plain"


def sources(*packages: Path) -> str:
    """Digest all modules: numba's cache looks at a function's own file, not at its callees'."""
    digest = hashlib.sha256(metadata.version("numba").encode())
    for package in packages:
        for path in sorted(package.glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def folder(*packages: Path) -> Path | None:
    """Give the folder for compiled code of packages; None where none can be written.

    The user's own folder, never a shared one such as ``/tmp``: what lies there is run.
    """
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    users = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    beside = Path(chosen).absolute() if chosen else _HERE / "__pycache__"
    for place in (beside, Path(users) / "supplyloop"):
        made = place / f"numba-{sources(*packages)}"
        if _can_be_written(made):
            return made
    return None


def _can_be_written(place: Path) -> bool:
    """Say whether files could be written there, without making anything."""
    if not place.is_absolute():
        return False
    nearest = next(p for p in (place, *place.parents) if p.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


CACHE = folder(_HERE)
PLAIN_CACHE = folder(_HERE, _PLAIN)
"""That of the search of plain routes: it calls what lies here, so it is older if that is."""
