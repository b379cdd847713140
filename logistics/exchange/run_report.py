"""The report of a run as one page that needs nothing else (波次报告)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from logistics.domain.run_report import Choices, Contact, RunReport
from logistics.exchange.report_texts import REPORT
from logistics.exchange.sheets import clock, kilograms, litres
from logistics.exchange.spreadsheets import yuan
from logistics.exchange.texts import MODES

Language = Literal["zh", "en"]
_SHORT_ITEMS_SHOWN: Final = 12
_STAIRWELLS_SHOWN: Final = 6
_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def run_report(
    report: RunReport,
    *,
    map_svg: str = "",
    choices: Choices | None = None,
    language: Language = "zh",
) -> str:
    """Write the report as one self-contained HTML page.

    Parameters
    ----------
    map_svg
        The map with its zones, as :func:`logistics.exchange.report_maps.draw_report_map` draws
        it; without it the page has no map.
    choices
        Plans from least travel to fewest faces, where they have been weighed.
    """
    texts = REPORT[language]
    return _PAGES.get_template("run_report.html").render(
        language=language,
        t=texts,
        say=lambda key, **facts: texts[key].format(**facts),
        named=lambda key: texts.get(key, key.split(".", 1)[-1]),
        r=report,
        own=lambda thing, name: getattr(thing, f"{name}_{language}"),
        modes=MODES[language],
        clock=clock,
        kilograms=kilograms,
        litres=litres,
        yuan=yuan,
        percent=_percent,
        mean=_mean,
        most=_most,
        map=_inline(map_svg) if map_svg else Markup(),
        choices=choices,
        chart=_inline(choices.charts[language]) if choices else Markup(),
        length=_length,
        shown=_SHORT_ITEMS_SHOWN,
        stairwells_shown=_STAIRWELLS_SHOWN,
    )


def _inline(svg: str) -> Markup:
    """Take a drawing of our own renderers, which escape what they write, into the page."""
    return Markup(svg[svg.index("<svg") :])  # noqa: S704


def _length(seconds: float) -> str:
    """Say a length of time as hours and minutes."""
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02}"


def _percent(part: float, whole: float = 1) -> str:
    """Say a part in whole per cent, rounded down: 99.9 % is not all."""
    return f"{int(100 * part / whole) if whole else 100} %"


def _mean(contact: Contact) -> str:
    buildings = sum(contact.buildings.values())
    return f"{contact.faces / buildings:.1f}" if buildings else "0"


def _most(counts: Mapping[Any, int]) -> int:
    return max(counts.values(), default=0)
