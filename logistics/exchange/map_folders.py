"""When a district's map was written."""

from pathlib import Path


def written(folder: str) -> int:
    """Say when the folder of a map was written last, in nanoseconds; 0 where there is none.

    Maps are edited in their folders, so their digest in the database does not tell all.
    """
    head = Path(folder) / "district.json"
    return head.stat().st_mtime_ns if head.is_file() else 0
