"""The validation report of a register as a file: XLSX, CSV, or a page that needs nothing else."""

from collections.abc import Callable, Iterator, Mapping
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any, Final

from logistics.domain.registry_report import Fault, Finding, RegistryReport
from logistics.exchange.tables import Column, Integer, Language, Table, Text, write_table
from logistics.exchange.tables.sources import unreadable

Telling = Callable[[Fault | Finding], tuple[str, str]]
"""Says in the reader's language what is wrong, and how to mend it."""

_TEXT: Final = Text(4000)
REPORT: Final = Table(
    key="findings", zh="核对结果", en="Findings",
    columns=(
        Column(key="kind", zh="类别", en="kind", kind=_TEXT),
        Column(key="file", zh="文件", en="file", kind=_TEXT),
        Column(key="sheet", zh="工作表", en="sheet", kind=_TEXT),
        Column(key="row", zh="行", en="row", kind=Integer()),
        Column(key="column", zh="列", en="column", kind=_TEXT, width=20),
        Column(key="value", zh="内容", en="value", kind=_TEXT, width=24),
        Column(key="count", zh="数量", en="count", kind=Integer()),
        Column(key="code", zh="代码", en="code", kind=_TEXT, width=28),
        Column(key="what", zh="问题", en="what", kind=_TEXT, width=40),
        Column(key="mend", zh="改法", en="mend", kind=_TEXT, width=60),
    ),
)  # fmt: skip
_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {
        "title": "名册核对结果", "fault": "未收入", "finding": "提示",
        "checked": "只核对,没有写入",
        "written": "已写入", "rows": "行", "places": "楼栋单元", "households": "住户",
        "members": "人员", "needs": "需求", "added": "新增", "changed": "变更",
        "unchanged": "不变", "unlisted": "不在册", "tiers": "层级变动", "nothing": "没有问题",
    },
    "en": {
        "title": "Report on a register", "fault": "left out", "finding": "note",
        "checked": "checked only, nothing written", "written": "written", "rows": "rows",
        "places": "buildings and stairwells", "households": "households", "members": "members",
        "needs": "needs", "added": "new", "changed": "changed", "unchanged": "as before",
        "unlisted": "unlisted", "tiers": "tiers that change", "nothing": "nothing is wrong",
    },
}  # fmt: skip
_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1a1a1a}"
    "table{border-collapse:collapse;margin:1rem 0}caption{text-align:left;font-weight:600}"
    "th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}"
    "th{background:#eee}td.n{text-align:right}"
)


def write_report(
    path: str | PathLike[str],
    report: RegistryReport,
    tell: Telling,
    *,
    language: Language = "zh",
) -> None:
    """Write a report as .xlsx, .csv or .html: rows that were left out first.

    Raises
    ------
    TableUnreadable
        If the file's ending is none of these.
    """
    file = Path(path)
    rows = list(report_rows(report, tell, language=language))
    if file.suffix.lower() in {".html", ".htm"}:
        file.write_text(_page(report, rows, language), encoding="utf-8")
    elif file.suffix.lower() in {".xlsx", ".csv"}:
        write_table(file, REPORT, rows, language=language)
    else:
        raise unreadable(file, mend="give a .xlsx, .csv or .html file")


def report_rows(
    report: RegistryReport, tell: Telling, *, language: Language = "zh"
) -> Iterator[Mapping[str, Any]]:
    """Give each fault, then each finding, as a row."""
    words = _WORDS[language]
    for fault in report.faults:
        what, mend = tell(fault)
        yield {
            "kind": words["fault"], "file": fault.file, "sheet": fault.sheet, "row": fault.row,
            "column": fault.column, "value": fault.value, "code": fault.code, "what": what,
            "mend": mend,
        }  # fmt: skip
    for finding in report.findings:
        what, mend = tell(finding)
        yield {
            "kind": words["finding"], "value": finding.subject, "count": finding.count,
            "code": finding.code, "what": what, "mend": mend,
        }  # fmt: skip


def _page(report: RegistryReport, rows: list[Mapping[str, Any]], language: Language) -> str:
    words = _WORDS[language]
    state = words["checked" if report.checked else "written"]
    heads = "".join(f"<th>{escape(column.header(language))}</th>" for column in REPORT.columns)
    body = "".join(
        "<tr>" + "".join(_cell(row.get(column.key)) for column in REPORT.columns) + "</tr>\n"
        for row in rows
    )
    tallies = "".join(
        f"<tr><th>{escape(words[what])}</th><td class=n>{tally.added}</td>"
        f"<td class=n>{tally.changed}</td><td class=n>{tally.unchanged}</td></tr>\n"
        for what, tally in report.tallies.items()
    )
    table = f"<table><tr>{heads}</tr>\n{body}</table>" if rows else f"<p>{words['nothing']}</p>"
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{words['title']}</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>{words['title']}: {escape(report.district)}</h1>\n"
        f"<p>{escape(report.source)} · {report.rows} {words['rows']} · {state}</p>\n"
        f"<table><tr><th></th><th>{words['added']}</th><th>{words['changed']}</th>"
        f"<th>{words['unchanged']}</th></tr>\n{tallies}</table>\n"
        f"<p>{words['unlisted']}: {report.unlisted} · {words['tiers']}: {report.tiers}</p>\n"
        f"{table}\n</body></html>\n"
    )


def _cell(value: Any) -> str:
    number = " class=n" if isinstance(value, int) else ""
    return f"<td{number}>{'' if value is None else escape(str(value))}</td>"
