"""What a run could be planned like instead, written as files for people and for programs."""

import json
from pathlib import Path
from typing import Literal

from api.demo_outputs import write_report
from logistics.store.session import Database
from logistics.usecases.weigh_plans import Weighed


def write_choices(
    database: Database,
    run: str,
    folder: Path,
    weighed: Weighed,
    *,
    language: Literal["zh", "en"],
) -> None:
    """Write ``frontier.json``, ``frontier.svg`` and the run's report with both in it."""
    write_frontier_files(folder, weighed, language=language)
    write_report(database, run, folder, choices=weighed.choices, language=language)


def write_frontier_files(folder: Path, weighed: Weighed, *, language: Literal["zh", "en"]) -> None:
    """Write figures with their plans, and the chart."""
    text = json.dumps(weighed.file, ensure_ascii=False, separators=(",", ":"))
    (folder / "frontier.json").write_text(text + "\n", encoding="utf-8")
    (folder / "frontier.svg").write_text(weighed.choices.charts[language], encoding="utf-8")
